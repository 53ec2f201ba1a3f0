"""The people and bodies of one document, and whom a mention means there.

In come the names as they stand in text and title, with the offices said of them;
`resolve` turns a `Source` into a `Speaker`: the fullest name in the document, role
and affiliation as the text has them, and what it was found by.  A mention that fits
nobody stays as it is written; a pronoun that fits nobody gives None.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from searchkit.names import country_code, country_name, fold_name, organisation
from searchkit.names.offices import (
    BODIES,
    FEMALE_OFFICES,
    HONORIFICS,
    MALE_OFFICES,
    OFFICES,
    word_set,
)
from searchkit.records import Via
from searchkit.segment.phrases import OFFICE_WORDS, Source, describe, trailing_name
from searchkit.segment.sources import FINITE
from searchkit.segment.words import (
    PARTICLES,
    Words,
    bare,
    body_of,
    country_of,
    is_capital,
    split_words,
)

# A run of capital words with the small words that names and offices hold.
CAPITAL_WORD = (
    r"(?:(?:[A-Z]\.){1,4}|(?:M[rs]s?|Dr|Gen|Sen|Rep|Gov|Lt|Col|St|Prof|Hon|Adm|Capt|Maj|Sgt|Rev)\."
    r"|[^\W\d_a-zß-öø-ÿ][\w’'‑-]*|al-\w+)"
)
# Capital words that begin a sentence after an abbreviation, and are in no name.
NOT_NAME = (
    r"(?!(?:Q|Because|Although|While|After|Before|Since|If|Under|Like|Unlike|With|For|From|By|An|"
    r"You|Your|Our|Here|There|How|Why|What|Who|Where|Which|Yes|No|Now|So|Or|Just|Not|Says|Tells|Warns|"
    r"Calls|Urges|Slams|Blasts|Claims|Denies|Vows|Accuses|Asks|Wants|Meets|Visits|Announces|"
    r"Both|Another|Some|Many|All|Each|The|He|She|It|They|We|I|This|That|In|On|At|But|And|As|When|Then|His|Her)\b)"
)
CAPITAL_RUN = re.compile(
    rf"{NOT_NAME}{CAPITAL_WORD}"
    r"(?:[^\S\n](?:(?:of|the|for|and|de|del|la|da|van|von|der|bin|bint|ibn|al|el)[^\S\n]){0,2}"
    rf"{NOT_NAME}{CAPITAL_WORD}){{1,12}}"
)
QUICK_RUN = re.compile(
    rf"{CAPITAL_WORD}"
    r"(?:[^\S\n](?:(?:of|the|for|and|de|del|la|da|van|von|der|bin|bint|ibn|al|el)[^\S\n]){0,2}"
    rf"{CAPITAL_WORD})+"
)
APPOSITION = re.compile(r",\s((?:[^\s,;:.()“”\"]+\s){0,12}[^\s,;:.()“”\"]+)(?=[,.;)]|$)")
SHE = re.compile(r"\b(?:she|her|hers)\b", re.IGNORECASE)
MOST_PEOPLE = 5000
# Offices that stand for a state: without another word they speak for the document's country.
STATE_OFFICES = word_set(
    """
    president minister premier chancellor secretary ambassador king queen emperor prince sultan
    emir undersecretary taoiseach senator congressman congresswoman representative
    """
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody named in the document: fullest name, office, whom they speak for.

    ``told``: the office was given in apposition ("Name, a judge,"), which tells most.
    """

    name: str
    role: str | None = None
    affiliation: str | None = None
    sex: str = ""
    told: bool = False


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who said it: resolved name or None, mention as written, evidence."""

    name: str | None
    mention: str | None
    via: Via
    role: str | None = None
    affiliation: str | None = None
    sex: str = ""
    plural: bool = False
    is_body: bool = False


@dataclass(slots=True)
class People:
    """A document's people by folded last name, and the country it is about."""

    by_last: dict[str, list[Person]] = field(default_factory=dict)
    order: list[Person] = field(default_factory=list)
    home: str | None = None
    principals: list[Person] = field(default_factory=list)
    posts: dict[frozenset[str], str] = field(default_factory=dict)
    bodies: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, person: Person) -> Person:
        """Take a person in, or add what is new to one known by that name."""
        self.counts[person.name] += 1
        known = self.find(person.name, exact=True)
        if known is None and (meant := self._misspelt(name_tokens(person.name))):
            return meant
        if known is None:
            if len(self.order) < MOST_PEOPLE:
                self._insert(person)
            return person
        merged = merge(known, person)
        if merged != known:
            self._replace(known, merged)
        return merged

    def _keys(self, person: Person) -> set[str]:
        tokens = name_tokens(person.name)
        keys = {tokens[-1], tokens[-1].rsplit("-", 1)[-1]} if tokens else set()
        if len(tokens) in (2, 3):
            keys.add(tokens[0])
        return keys

    def _insert(self, person: Person) -> None:
        self.order.append(person)
        for key in self._keys(person):
            self.by_last.setdefault(key, []).append(person)

    def _replace(self, old: Person, new: Person) -> None:
        self.order[_place(self.order, old)] = new
        for key in self._keys(old):
            del self.by_last[key][_place(self.by_last[key], old)]
        for key in self._keys(new):
            self.by_last.setdefault(key, []).append(new)
        self.principals = [new if p == old else p for p in self.principals]

    def find(self, name: str, *, sex: str = "", exact: bool = False) -> Person | None:
        """The person that a full or short name means; the best attested of that name."""
        tokens = name_tokens(name)
        if not tokens:
            return None
        best = None
        for person in reversed(self.by_last.get(tokens[-1].rsplit("-", 1)[-1], [])):
            own = name_tokens(person.name)
            if not same_name(tokens, own) or (sex and person.sex and sex != person.sex):
                continue
            if exact and (len(tokens) == 1) != (len(own) == 1) and len(own) == 1:
                return person
            if best is None or self._weight(person) > self._weight(best):
                best = person
        return best or (None if exact else self._misspelt(tokens))

    def _weight(self, person: Person) -> tuple[bool, int, int]:
        """How sure a name is one: said with an office or title, often, in full."""
        sure = person.role is not None or person.sex != "" or self.counts[person.name] > 1
        return sure, self.counts[person.name], len(name_tokens(person.name))

    def _misspelt(self, tokens: tuple[str, ...]) -> Person | None:
        """Somebody whose last name has one letter more: "Mr Oduy" for "Oduya"."""
        if len(tokens) != 1 or len(tokens[0]) < 6:
            return None
        fits = [p for p in self.order if name_tokens(p.name)[-1][:-1] == tokens[0]]
        return fits[0] if len(fits) == 1 else None

    def country_of_post(self, role: str | None) -> str | None:
        """The country of which the text somewhere says that it has such an office."""
        return (self.posts.get(role_words(role)) or None) if role else None

    def full_body(self, name: str) -> str:
        """The fullest name in the text of a body named by some of its words."""
        wanted = {w for w in name.split() if is_capital(w)}
        head = name.split()[-1].lower() if len(name.split()) == 1 else ""
        if not wanted or head in ("parliament", "government"):
            return name
        for full in self.bodies:
            words = full.split()
            if wanted < set(words) and len(words) > len(name.split()) and words[0] in wanted:
                return full
        return name

    def with_role(self, role: str, affiliation: str | None = None) -> Person | None:
        """The person whose office holds these words; principals first, then the last named."""
        wanted = role_words(role)
        if not wanted:
            return None
        if wanted == {"leader"} and affiliation:
            return self._leader(affiliation)
        pool = [*self.principals, *reversed(self.order)]
        fits = [p for p in pool if p.role and _holds(p.role, wanted)]
        if affiliation:
            fits = [p for p in fits if p.affiliation in (affiliation, None)]
        exact = [p for p in fits if role_words(p.role or "") == wanted]
        return next(iter(exact or fits), None)

    def has_holder(self, person: Person, country: str) -> bool:
        """Whether somebody else is known to hold the same office of a country."""
        wanted = role_words(person.role or "")
        return any(
            p.affiliation == country
            and p.name != person.name
            and role_words(p.role or "") == wanted
            for p in self.order
        )

    def is_sole(self, person: Person, role: str, home: str | None) -> bool:
        """Whether an office can only mean this person: of the title, or of the one country."""
        titled = any(person.name == p.name for p in self.principals)
        if titled or (home is not None and person.affiliation == home):
            return True
        wanted = role_words(role)
        return sum(1 for p in self.order if p.role and _holds(p.role, wanted)) == 1

    def _leader(self, affiliation: str) -> Person | None:
        """ "Peru's leader": its president or prime minister, if only one is named."""
        fits = [
            p for p in self.order
            if p.role and (p.affiliation or self.country_of_post(p.role)) == affiliation
            and role_words(p.role) & {"president", "premier", "king", "chancellor", "prime"}
        ]  # fmt: skip
        return fits[0] if len(fits) == 1 else None


def _place(people: list[Person], person: Person) -> int:
    """Where a person stands in a list, from its end: by identity, as comparing is dear."""
    return next(i for i in range(len(people) - 1, -1, -1) if people[i] is person)


@lru_cache(maxsize=65_536)
def name_tokens(name: str) -> tuple[str, ...]:
    """The folded words of a name, without courtesy titles and suffixes.

    >>> name_tokens("Mr. José Ruiz, Jr.")
    ('jose', 'ruiz')
    """
    tokens = [t.strip(".,’'") for t in fold_name(name).replace(",", " ").split()]
    kept = [
        t for t in tokens if t and t not in HONORIFICS and t not in ("jr", "sr", "iii", "ii", "mp")
    ]
    return tuple(kept or (t for t in tokens if t))


def same_name(short: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """Whether one name is a shorter form of the other."""
    if len(short) > len(full):
        short, full = full, short
    if len(short) == 1:
        last = full[-1].rsplit("-", 1)[-1]
        first = full[0] if len(full) < 4 else ""
        return short[0].rsplit("-", 1)[-1] in (last, first, full[-1])
    initials = [t[0] for t in full]
    return all(t in full or (len(t) == 1 and t in initials) for t in short)


@lru_cache(maxsize=16_384)
def role_words(role: str) -> frozenset[str]:
    """The folded words of an office that tell it from others."""
    words = re.findall(r"\w+", fold_name(role))
    skip = {"the", "of", "for", "and", "a", "an", "to", "on", "s"}
    return frozenset("defence" if w == "defense" else w for w in words if w not in skip)


def merge(old: Person, new: Person) -> Person:
    """Both together: the longer name, the fuller office, the first affiliation."""
    longer = len(name_tokens(new.name)) > len(name_tokens(old.name))
    role = old.role
    if new.role and (role is None or _fuller(new, old)):
        role = new.role
    return replace(
        old,
        name=new.name if longer else old.name,
        role=role,
        affiliation=old.affiliation or new.affiliation,
        sex=old.sex or new.sex,
        told=old.told or new.told,
    )


def _holds(role: str, wanted: frozenset[str]) -> bool:
    """Whether an office has these words; "the company's president" is no "President"."""
    has = role_words(role)
    owned = "’s " in role or "'s " in role
    return wanted <= has and (wanted == has or not owned)


def _fuller(new: Person, old: Person) -> bool:
    """Whether the new office says more: one in apposition, or one that holds the old."""
    had, has = role_words(old.role or ""), role_words(new.role or "")
    now, before = (not (p.role or "").startswith("former ") for p in (new, old))
    if now != before:
        return now  # what somebody was is not what he is
    if new.told and not old.told:
        return len(has) >= len(had)
    return not old.told and had < has


def person_of(source: Source) -> Person | None:
    """The person that a described phrase names, with sex from title or office."""
    if source.name is None or source.sort not in ("person", "name"):
        return None
    sex = source.sex if source.sex in ("m", "f") else ""
    words = set((source.role or "").lower().split())
    if not sex:
        sex = "f" if words & FEMALE_OFFICES else "m" if words & MALE_OFFICES else ""
    return Person(source.name, source.role, source.affiliation, sex, source.told)


def gather_people(people: People, text: str, *, limit: int, low: int = 0) -> None:
    """Take in the people that a text names with an office, a title or in full."""
    for run in _capital_runs(text, low, limit):
        if run[0].isupper():
            continue  # a label or a heading in capitals
        words = split_words(text, *_with_lead(text, run, low))
        source = describe(words, 0, len(words))
        if source is None:
            continue
        for part in source.parts or (source,):
            _take(people, text, words, part, run.end())
    _gather_posts(people, text, low, limit)


def _capital_runs(text: str, low: int, limit: int) -> Iterator[re.Match[str]]:
    """The runs of capital words; looked for in detail only where two stand together."""
    for run in QUICK_RUN.finditer(text, low, limit):
        yield from CAPITAL_RUN.finditer(text, *run.span())


# "Pakistan's prime minister", "the Peruvian foreign minister": whose office it is.
POST = re.compile(
    r"\b([A-Z][\w-]+(?:\s[A-Z][\w-]+)?)(?:[’']s)?\s((?:[a-z]+\s){0,3}[a-z]+|(?:[A-Z][a-z]+\s){0,2}[A-Z][a-z]+)"
)


def _gather_posts(people: People, text: str, low: int, limit: int) -> None:
    for match in POST.finditer(text, low, limit):
        country, words = country_of(match[1]), match[2].lower().split()
        if country is None:
            first, _, second = match[1].partition(" ")  # "Peruvian President"
            country, words = country_of(first), second.lower().split()
        if country is None:
            continue
        last = max((i for i, w in enumerate(words) if w in OFFICES), default=None)
        if last is not None and all(w in OFFICE_WORDS for w in words[: last + 1]):
            post = role_words(" ".join(words[: last + 1]))
            # An office that several countries of the text have tells none.
            people.posts[post] = country if people.posts.get(post, country) == country else ""


# A word that ends a sentence, as "U.S." and "Gen." do not.
ENDS = re.compile(r"[a-z]{4}\.$")
# How far before a name its office is looked for: "Peru's economy minister Ana Ruiz".
LEAD_CHARS = 80


def _with_lead(text: str, run: re.Match[str], low: int) -> tuple[int, int]:
    """The bounds of a capital run with the office, and whose office, before it."""
    before = text[max(low, run.start() - LEAD_CHARS) : run.start()]
    before = before.rpartition("\n")[2]
    if not before.endswith(" "):
        return run.span()
    words = before.split(" ")[1:-1]
    count = 0
    for back, word in enumerate(reversed(words), 1):
        lower = word.lower()
        if not word or not (word[-1].isalnum() or word[-1] in ".’'") or ENDS.search(word):
            break
        if lower in OFFICES:
            count = back
        elif not (lower in OFFICE_WORDS
                  or lower in ("for", "of", "on", "and", "to", "the")
                  or (count and (is_capital(word) or back - count < 2))):  # fmt: skip
            break
        elif count and is_capital(word) and back == count + 1:
            count = back
    start = run.start() - sum(len(w) + 1 for w in words[len(words) - count :])
    return (start, run.end()) if count else run.span()


def _take(people: People, text: str, words: Words, source: Source, end: int) -> None:
    if source.sort == "body" and source.name and len(source.name.split()) > 2:
        people.bodies.append(source.name)
    person = person_of(source)
    if person is None or (source.sort == "name" and not _is_full_name(person, source)):
        return
    if text[end : end + 1] == ",":
        person = with_office_after(text, person, end)
    people.add(person)


def _is_full_name(person: Person, source: Source) -> bool:
    """A name of two words, or one with a title, that is not a body's."""
    if len(name_tokens(person.name)) < 2 and not source.sex:
        return False
    return body_of(person.name) is None and not ends_as_body(person.name)


COMPANY_ENDS = word_set("inc inc. ltd ltd. corp corp. co co. plc llc gmbh ag industries holdings")
BODY_ENDS = BODIES | COMPANY_ENDS


def ends_as_body(name: str) -> bool:
    """Whether a name's last word is a body's: "Cominco Ltd", "Trade Union".

    >>> ends_as_body("Cominco Ltd"), ends_as_body("Ana Ruiz")
    (True, False)
    """
    return bare(name.split()[-1]).lower() in BODY_ENDS


TITLE_WORDS = word_set("retired appointed elected designated accredited named United Allied")


# An envoy to a body does not speak for it.
ENVOY_TO = re.compile(r"\b(?:ambassador|envoy|representative|delegate)s? to ", re.IGNORECASE)


def with_office_after(text: str, person: Person, at: int) -> Person:
    """The person with the office of ", role of Country," after the name."""
    match = APPOSITION.match(text, at)
    if match is None:
        return person
    words = split_words(text, match.start(1), match.end(1))
    if words.lows and words.lows[0] in ("who", "whom", "whose", "which", "where"):
        return person
    if any(low in FINITE or (low.endswith("ed") and low not in TITLE_WORDS) for low in words.texts):
        return person  # a clause, not an apposition
    source = describe(words, 0, len(words))
    if source is None or source.sort not in ("role", "anonymous") or source.role is None:
        return person
    role = source.role.split(" who ")[0]
    spoken_for = None if ENVOY_TO.search(role) else source.affiliation
    return replace(person, role=role, affiliation=person.affiliation or spoken_for, told=True)


def leading_country(text: str, title: str | None) -> str | None:
    """The country that title and first paragraphs name most, if one leads clearly."""
    counts: Counter[str] = Counter()
    for stretch, weight in ((title or "", 3), (text[:3000], 1)):
        for match in re.finditer(r"\b[A-Z][\w’'.]*(?:\s[A-Z][\w’'.]*)?", stretch):
            for word in {match[0], *match[0].split()}:
                if found := country_of(bare(word.strip(".,"))):
                    counts[found] += weight
    ranked = counts.most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] < 1.5 * ranked[1][1]):
        return None
    return ranked[0][0]


def as_country(text: str | None) -> str | None:
    """A given country, name or code, by its usual name."""
    if not text:
        return None
    code = country_code(text)
    return country_name(code) if code else organisation(text)


# Offices that only one state or body has by that name.
OWN_OFFICES = {"secretary of state": "United States", "high representative": "European Union"}


def speaks_for(person: Person, home: str | None, people: People) -> str | None:
    """Whom a person's words commit: what the text says, else the home country of an office."""
    if person.affiliation or not person.role:
        return person.affiliation
    post = people.country_of_post(person.role)
    if post and not people.has_holder(person, post):
        return post
    if home is None or home not in OWN_OFFICES.values():
        home = OWN_OFFICES.get(person.role.lower(), home)
    if owner := _owner(person.role):
        return owner
    words = set(re.findall(r"\w+", person.role.lower()))
    if "former" in words or "ex" in words:
        return None
    if words & {"mep", "meps"}:
        return "European Parliament"
    return home if words & STATE_OFFICES else None


def _owner(role: str) -> str | None:
    """ "ENI president": the body that stands before an office in small letters."""
    first, _, rest = role.partition(" ")
    known = first.lower() in OFFICE_WORDS
    return first if rest.islower() and len(first) > 1 and first.isupper() and not known else None


def looks_like_name(words: Words, a: int, b: int) -> bool:
    """Whether the words are nothing but a personal name."""
    return trailing_name(words, a, b) == (a, b) and not any(
        words.lows[i] in PARTICLES and not is_capital(words.texts[i]) for i in (a, b - 1)
    )
