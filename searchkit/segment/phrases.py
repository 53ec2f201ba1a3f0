"""What a noun phrase says: a person, an office, a body.

In comes a sentence as words with offsets; `describe` reads one noun phrase of it
and gives a `Source`: the name as written, the office, whom it speaks for.  Nothing
is looked up in the rest of the document here; see `people`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from searchkit.names import organisation
from searchkit.names.offices import (
    ANONYMOUS,
    BODIES,
    DOCUMENTS,
    GROUPS,
    HONORIFICS,
    OFFICE_MODIFIERS,
    OFFICES,
    RANKS,
    word_set,
)
from searchkit.segment.words import (
    DETERMINERS,
    INDEFINITE,
    LEADS,
    PARTICLES,
    PREPOSITIONS,
    PRONOUNS,
    Words,
    affiliation_in,
    bare,
    body_of,
    country_of,
    is_capital,
    longest_body,
    text_of,
)

Sort = Literal[
    "pronoun",
    "person",
    "role",
    "body",
    "country",
    "document",
    "group",
    "anonymous",
    "name",
    "unknown",
]
"""What sort of source a phrase names; "name" is a name that may be a
person's or a body's; "unknown" a phrase of people that no table has."""

# Capital words that belong to an office's field, not to a person's name.
FIELDS = word_set(
    """
    state defense defence foreign affairs interior finance treasury commerce trade energy justice
    health education labor labour agriculture transport transportation homeland security staff
    management resources economy economic environment culture development cooperation
    international national human rights refugees relations policy climate public political
    military european global women parliament council commission government union committee house
    senate congress court office department ministry agency board bureau administration service
    services federal central bank supreme high general republic kingdom states united nations
    world joint chiefs armed forces army navy air force special assembly national church society
    institute centre center university college school press white intelligence strategic
    communications budget innovation science technology tourism sports youth industry planning
    civil emergencies emergency natural disaster relief reconstruction situations
    infrastructure housing social welfare
    immigration border police water fisheries digital
    information media new democratic republican party people south north east west northern
    southern eastern western middle conference organization organisation group association region
    city province district county town village street palace entity external action response
    operations monday tuesday wednesday thursday friday saturday sunday january february march
    april june july august september october november december
    """
)
# Fields that are in no name, whatever stands before them.
NO_NAME_FIELDS = word_set(
    """
    affairs management economy development cooperation relations policy council commission
    government committee department ministry agency bureau administration services nations
    communications technology security refugees immigration organization organisation
    service force corporation fund
    """
)
FIELD_LINKS = word_set("of and for the & on in to")
OFFICE_WORDS = OFFICE_MODIFIERS | FIELDS | OFFICES
OFFICES_OF = OFFICES | {"general"}
FIELDS_AND_BODIES = FIELDS | BODIES
NO_NAMES = OFFICE_WORDS | BODIES
NO_LAST_NAMES = FIELDS | BODIES | OFFICES | GROUPS | ANONYMOUS
NO_START = DETERMINERS | {"even", "only", "still", "yet", "then", "thus", "also"}
BEFORE_OFFICE = DETERMINERS | LEADS
LONGEST_NAME = 6
TITLES = frozenset(t for t in HONORIFICS if t[-1] == "." and t[:-1] not in RANKS)
LONGEST_PHRASE = 40


@dataclass(frozen=True, slots=True)
class Source:
    """A noun phrase that may speak; offsets are those of the mention in the text.

    ``name`` is as written, without titles.  ``parts`` are the members of "X and Y".
    ``head`` is the noun a role, body or document is called by, lower case; ``told``:
    the office stands in apposition to the name.
    """

    start: int
    end: int
    sort: Sort
    name: str | None = None
    role: str | None = None
    affiliation: str | None = None
    head: str = ""
    sex: str = ""
    plural: bool = False
    definite: bool = False
    told: bool = False
    parts: tuple[Source, ...] = field(default=())


def office_index(words: Words, a: int, b: int) -> int | None:
    """The index of the last office noun of the phrase that is no part of a name."""
    last = None
    for i in range(a, b):
        low = bare(words.lows[i]).rstrip(".")
        if low in OFFICES and not _is_surname(words, a, i, b):
            if last is not None and i - last > 3 and words.texts[last][0].isupper():
                break
            if last is not None and any(w in PREPOSITIONS for w in words.lows[last + 1 : i]):
                break
            last = i
    return last


# Offices that are surnames too.
SURNAMES = word_set(
    "king prince pope judge major dean chair marshal coach bishop priest star head fellow general"
)


def _is_surname(words: Words, a: int, i: int, b: int) -> bool:
    """ "King" in "Lena King said": a capital word that ends the phrase after a given name."""
    if i + 1 < b or i == a or not words.texts[i][0].isupper():
        return False
    before = words.texts[i - 1]
    return (
        is_capital(before)
        and words.lows[i - 1] not in OFFICE_WORDS
        and body_of(bare(before)) is None
        and words.lows[i] in SURNAMES
    )


def _is_name_word(word: str) -> bool:
    return is_capital(word) or word.lower() in PARTICLES


def trailing_name(words: Words, a: int, b: int) -> tuple[int, int]:
    """The personal name at the end of ``[a, b)``: its bounds, empty if there is none."""
    start = b
    while start > a and _is_name_word(words.texts[start - 1]):
        start -= 1
    while start < b and words.lows[start] in PARTICLES and not is_capital(words.texts[start]):
        start += 1
    while start < b:
        low = bare(words.lows[start])
        body = longest_body(words, start, b)
        if low in FIELDS or low in OFFICE_MODIFIERS or low in OFFICES or low in HONORIFICS:
            start += 1
        elif body and body[1] < b and not _is_given_name(words, start, body[1], b):
            start = body[1]
        elif body and body[1] == b:
            return b, b
        elif low in FIELD_LINKS or (_is_owner(words, start) and start + 1 < b):
            start += 1
        else:
            break
    for at in range(b - 2, start, -1):
        titled = words.lows[at] in HONORIFICS and words.texts[at][-1] == "."
        if titled or (at < b - 2 and words.lows[at] in NO_NAME_FIELDS):
            start = at + 1  # "Pacific Affairs Daniel J. Ruiz", "California Gov. Ana Ruiz"
            break
    return (start, b) if 0 < b - start <= LONGEST_NAME else (b, b)


def _is_owner(words: Words, at: int) -> bool:
    """ "the Herald’s Ana Ruiz": a possessive is in no name."""
    return words.texts[at].endswith(("’s", "'s"))


def _is_given_name(words: Words, at: int, stop: int, b: int) -> bool:
    """ "Israel Katz", "German Ruiz": a country's word before one last name is a given name."""
    return (
        stop == at + 1
        and b == stop + 1
        and words.texts[at].isalpha()
        and len(words.texts[at]) > 2
        and not words.texts[at].isupper()
        and words.lows[stop] not in NO_LAST_NAMES
    )


def _strip_front(words: Words, a: int, b: int) -> tuple[int, str, str]:
    """The phrase without articles and courtesy titles; the sex and rank they tell."""
    sex = rank = ""
    while a < b:
        low = words.lows[a]
        if low in HONORIFICS and (words.texts[a][0].isupper()) and a + 1 < b:
            sex = sex or HONORIFICS[low]
            rank = rank or RANKS.get(low.rstrip("."), "")
        elif low not in NO_START and words.texts[a] not in ("’", "'") and not low.isdigit():
            break
        a += 1
    return a, sex, rank


def role_text(words: Words, a: int, b: int) -> str:
    """The office without article and without the country it is of.

    >>> from searchkit.segment.words import split_words
    >>> w = split_words("the Foreign Minister of Peru", 0, 28)
    >>> role_text(w, 0, 5)
    'Foreign Minister'
    """
    while a < b and (words.lows[a] in BEFORE_OFFICE or not words.texts[a][0].isalnum()):
        a += 1
    while a < b and (found := longest_body(words, a, b)) and found[1] < b:
        if words.lows[found[1]] in PREPOSITIONS:
            break
        a = found[1]
    while a < b - 1 and words.lows[a] in ("in", "as", "with", "by", "from", "to", "for", "at"):
        as_at = next((i for i in range(a, b) if words.lows[i] == "as"), a)
        a = as_at + 1  # "in your work as envoy"
    while b - 1 > a and words.lows[b - 1] in TITLES:
        b -= 1  # "First Lady Dr."
    for at in range(a + 1, b):
        if words.lows[at] == "of" and words.lows[at - 1] in OFFICES_OF:
            first = at + 1 + (at + 1 < b and words.lows[at + 1] == "the")
            if first < b and (found := longest_body(words, first, b)) and found[1] == b:
                b = at
                break
    return text_of(words, a, b)


def describe(words: Words, a: int, b: int) -> Source | None:
    """What the noun phrase of the words ``[a, b)`` names; None where nothing can speak.

    >>> from searchkit.segment.words import split_words
    >>> w = split_words("U.S. Defense Secretary Jo Marsh", 0, 31)
    >>> s = describe(w, 0, len(w))
    >>> s.name, s.role, s.affiliation
    ('Jo Marsh', 'Defense Secretary', 'United States')
    """
    if a >= b or b - a > LONGEST_PHRASE:
        return None
    start, end = words.starts[a], words.ends[b - 1]
    low = words.lows[a]
    if b - a == 1 and low in PRONOUNS:
        return Source(start, end, "pronoun", head=low, sex=PRONOUNS[low], plural=low == "they")
    if joint := _joint(words, a, b):
        return joint
    definite = low in ("the", "this", "his", "her", "its", "their", "that", "these", "those")
    first, sex, rank = _strip_front(words, a, b)
    if first >= b:
        return None if low in ("the", "a", "an") else _pronominal(words, a, b)
    if sex and low not in OF_RANK and all(is_capital(word) for word in words.texts[first:b]):
        # After "Mr." even "King" is a name.
        return Source(start, end, "name", name=text_of(words, first, b), role=rank or None, sex=sex)
    source = _describe_rest(words, first, b, indefinite=low in INDEFINITE)
    if source is None or (a == first and not sex and not rank):
        return source
    return replace(
        source,
        start=start,
        end=end,
        sex=source.sex or sex,
        role=source.role or rank or None,
        definite=definite,
    )


OF_RANK = word_set("his her he h.e.")  # "His Highness Prince N": what follows may be an office


def _pronominal(words: Words, a: int, b: int) -> Source | None:
    """ "Some said", "many say"."""
    if b - a == 1 and words.lows[a] in GROUPS:
        return Source(words.starts[a], words.ends[a], "group", head=words.lows[a], plural=True)
    return None


def _joint(words: Words, a: int, b: int) -> Source | None:
    """ "X and Y": both must be able to speak."""
    for at in range(a + 1, b - 1):
        if words.lows[at] != "and" and words.texts[at] != "&":
            continue
        left, right = describe(words, a, at), describe(words, at + 1, b)
        if right is not None and left is not None and _two_states(left, right):
            other = replace(right, sort="country", name=right.affiliation, role=None)
            both = (left, other)
            return Source(words.starts[a], words.ends[b - 1], "person", plural=True, parts=both)
        if right is not None and right.sort == "group" and left is not None:
            return left if left.sort == "person" or left.name else None
        pair = (left, right)
        if all(
            s is not None and s.sort in ("person", "role", "country", "body", "name") for s in pair
        ):
            if _one_office(words, a, at, b) or _one_field(left, words, at, b):
                continue
            parts = tuple(p for s in pair if s is not None for p in (s.parts or (s,)))
            return Source(words.starts[a], words.ends[b - 1], "person", plural=True, parts=parts)
    return None


def _two_states(left: Source, right: Source) -> bool:
    """ "the Norwegian and Danish governments"."""
    return left.sort == "country" and right.sort == "group" and right.affiliation is not None


def _one_field(left: Source | None, words: Words, at: int, b: int) -> bool:
    """ "the Ministry of Education and Science": one body of two fields."""
    fields = FIELDS.issuperset(words.lows[at + 1 : b])
    return left is not None and left.sort == "body" and fields and words.lows[b - 1] not in BODIES


def _one_office(words: Words, a: int, at: int, b: int) -> bool:
    """ "Crown Prince and Prime Minister N": one person of two offices."""
    left_name = trailing_name(words, a, at)
    field_ahead = any(low in NO_NAME_FIELDS for low in words.lows[at + 1 : b - 1])
    if field_ahead and left_name[1] - left_name[0] < 2 and office_index(words, at + 1, b) is None:
        return True  # "for East Asian and Pacific Affairs Daniel Ruiz"
    if left_name[0] < left_name[1]:
        return False
    if words.lows[at + 1] in DETERMINERS or words.lows[a] in ("the", "both"):
        return False
    office = office_index(words, a, at)
    body = longest_body(words, a, at)
    return office is not None or not (body and body[1] == at)


def _describe_rest(words: Words, a: int, b: int, *, indefinite: bool) -> Source | None:
    """The phrase after its articles and courtesy titles."""
    start, end = words.starts[a], words.ends[b - 1]
    whole = text_of(words, a, b)
    last = bare(words.lows[b - 1])
    if code := country_of(whole):
        return Source(start, end, "country", name=whole, affiliation=code)
    if known := organisation(whole):
        return Source(start, end, "body", name=whole, affiliation=known, head=last)
    office = office_index(words, a, b)
    of_body = office is not None and _office_of_body(words, office, b)
    if (of := _person_of(words, a, b)) is not None:
        affiliation = affiliation_in(words, of + 1, b) or text_of(words, of + 1, b)
        return Source(start, end, "name", name=text_of(words, a, of), affiliation=affiliation)
    if _is_group_of(words, a, b):
        return _common_noun(words, a, b, indefinite=indefinite)
    if last in BODIES and not of_body and (b - a > 1 or not is_capital(words.texts[a])):
        return _body(words, a, b)
    if office is not None and (last not in GROUPS or is_capital(words.texts[b - 1])):
        return _office_phrase(words, a, office, b, indefinite=indefinite)
    return _common_noun(words, a, b, indefinite=indefinite) or _plain_name(words, a, b)


def _person_of(words: Words, a: int, b: int) -> int | None:
    """ "Ruth Adeyemi of Leeds University": where the "of" stands after a full name."""
    of = next((i for i in range(a + 2, b - 1) if words.lows[i] == "of"), None)
    if of is None or not is_capital(words.texts[of + 1]) or of - a > LONGEST_NAME:
        return None
    return (
        of
        if NO_NAMES.isdisjoint(words.lows[a:of]) and trailing_name(words, a, of) == (a, of)
        else None
    )


def _is_group_of(words: Words, a: int, b: int) -> bool:
    """ "analysts at the Northern Institute": people, whatever the phrase ends with."""
    at = next((i for i in range(a + 1, b) if words.lows[i] in PREPOSITIONS), None)
    return at is not None and words.lows[at - 1] in GROUPS and words.lows[at] in ("at", "from")


def _office_of_body(words: Words, office: int, b: int) -> bool:
    """ "spokesman for the ministry" is an office, "the secretary's office" a body."""
    if words.texts[b - 2].endswith(("’s", "'s")):
        return False
    return any(low in PREPOSITIONS for low in words.lows[office + 1 : b - 1])


def _body(words: Words, a: int, b: int) -> Source:
    named = next((i for i in range(a + 1, b) if words.lows[i] in ("on", "for", "to", "with")), b)
    owner = bare(words.texts[a])
    if owner != words.texts[a] and is_capital(owner):
        # "Peru's embassy in London" speaks for Peru.
        return Source(
            words.starts[a], words.ends[b - 1], "body", name=text_of(words, a, b),
            affiliation=body_of(owner) or owner, head=bare(words.lows[b - 1]),
        )  # fmt: skip
    return Source(
        words.starts[a],
        words.ends[b - 1],
        "body",
        name=text_of(words, a, b),
        affiliation=affiliation_in(words, a, named) or _state_of(words, a, b),
        head=bare(words.lows[b - 1]),
    )


def _office_phrase(words: Words, a: int, office: int, b: int, *, indefinite: bool) -> Source | None:
    """A phrase with an office noun: role and name, or a role alone."""
    if not RELATIONS.isdisjoint(words.lows[a + 1 : office]):
        return None  # "contacts between the government and Foreign Minister N"
    start, end = words.starts[a], words.ends[b - 1]
    stop = office + 1
    while stop < b and not is_capital(words.texts[stop]) and words.lows[stop] not in PREPOSITIONS:
        stop += 1
    name_a, name_b = _name_before_of(words, stop, b)
    affiliation = affiliation_in(words, a, b)
    if name_a == name_b:
        name_a, name_b = _name_after_field(words, stop, b)
    elif affiliation is None:
        affiliation = _unknown_state(words, name_b, b)
    head = bare(words.lows[office])
    if name_a < name_b:
        role = role_text(words, a, name_a) or None
        name = text_of(words, name_a, name_b)
        return Source(
            start, end, "person", name=name, role=role, affiliation=affiliation, head=head
        )
    if (first := _name_first(words, a, office)) is not None:
        name = text_of(words, a, first)
        role = role_text(words, first, b)
        return Source(
            start, end, "person", name=name, role=role, affiliation=affiliation, head=head
        )
    role = role_text(words, a, b)
    sort: Sort = "role"
    if head in ANONYMOUS and (indefinite or not role[:1].isupper()):
        sort = "anonymous"
    if indefinite:
        sort = "anonymous"
    return Source(start, end, sort, role=role, affiliation=affiliation, head=head)


RELATIONS = word_set("between about against")


def _state_of(words: Words, a: int, b: int) -> str | None:
    """The unknown state of "the Foreign Ministry of Valmora"."""
    at = next((i for i in range(b - 1, a, -1) if words.lows[i] == "of"), None)
    state_body = at is not None and words.lows[at - 1] in ("ministry", "government", "parliament")
    return _unknown_state(words, at, b) if at is not None and state_body else None


def _unknown_state(words: Words, at: int, b: int) -> str | None:
    """ "Foreign Minister Ruiz of Valmora": a state that no table has, by its name."""
    if at + 1 >= b or words.lows[at] != "of" or not is_capital(words.texts[at + 1]):
        return None
    whole = all(is_capital(word) for word in words.texts[at + 1 : b])
    return text_of(words, at + 1, b) if whole and b - at <= 4 else None


def _name_after_field(words: Words, a: int, b: int) -> tuple[int, int]:
    """The name that ends the phrase, after the field of the office: "of State Ana Ruiz".

    Where the field is not known, a name is its last two words, if more come before.
    """
    first, last = trailing_name(words, a, b)
    if a < b and words.lows[a] in ("from", "in", "at", "with"):
        return b, b  # "her counterpart from Valmora"
    if first == last or a >= b or words.lows[a] not in ("of", "for"):
        return first, last
    field = a + 1 + (words.lows[a + 1] == "the" if a + 1 < b else 0)
    before = words.lows[first - 1]
    if first > field and before not in DIRECTIONS and before not in FIELD_LINKS:
        return first, last
    body = words.lows[last - 1] in FIELDS_AND_BODIES
    return (last - 2, last) if last - first > 2 and not body else (b, b)


DIRECTIONS = word_set("north south east west northern southern eastern western new upper lower")


def _name_first(words: Words, a: int, office: int) -> int | None:
    """ "Ana Ruiz Prime Minister of Peru", as titles have it: where the office begins."""
    first = office
    while first > a and words.lows[first - 1] in OFFICE_WORDS:
        first -= 1
    if first - a < 2 or any(w.endswith(("’s", "'s")) for w in words.texts[a:first]):
        return None
    return first if trailing_name(words, a, first) == (a, first) else None


def _name_before_of(words: Words, a: int, b: int) -> tuple[int, int]:
    """ "President Yoon of Korea": the name between the office and "of"."""
    stop = a
    while stop < b and _is_name_word(words.texts[stop]):
        stop += 1
    if stop < b and words.lows[stop] in ("of", "from", "in", "to") and a < stop:
        return trailing_name(words, a, stop)
    return b, b


CLOSE_TO = word_set("familiar close present privy opposed loyal")


def _common_noun(words: Words, a: int, b: int, *, indefinite: bool) -> Source | None:
    """Groups, anonymous people, documents and bodies by their head noun."""
    start, end = words.starts[a], words.ends[b - 1]
    stop = next((i for i in range(a + 1, b) if words.lows[i] in PREPOSITIONS
                 or words.texts[i] in ",(" ), b)  # fmt: skip
    if stop - a > 1 and stop < b and words.lows[stop - 1] in CLOSE_TO:
        stop -= 1  # "a person familiar with the talks"
    head = bare(words.lows[stop - 1])
    several = head in GROUPS and OFFICE_WORDS.issuperset(words.lows[a : stop - 1])
    if is_capital(words.texts[stop - 1]) and stop - a > 1 and head not in BODIES and not several:
        return None
    affiliation = affiliation_in(words, a, b)
    role = text_of(words, a, b)
    of_body = stop < b and words.lows[stop] in ("at", "on", "from", "of", "with")
    if head in GROUPS and of_body and (body := _body_of_group(words, stop + 1, b)):
        return replace(body, start=start, end=end, role=head, plural=True)
    if head in DOCUMENTS:
        return Source(start, end, "document", role=role, affiliation=affiliation, head=head)
    if head in GROUPS:
        return Source(
            start, end, "group", role=role, affiliation=affiliation, head=head, plural=True
        )
    if head in ANONYMOUS:
        return Source(start, end, "anonymous", role=role, affiliation=affiliation, head=head)
    if head in BODIES:
        return _body(words, a, b)
    return None


def _body_of_group(words: Words, a: int, b: int) -> Source | None:
    """ "analysts at the Bank of N": the named body that a group speaks for."""
    a += a < b and words.lows[a] == "the"
    run = a
    while run < b and is_capital(words.texts[run]):
        run += 1
    if run - a > 1 and any(w in BODIES for w in words.lows[a:run]):
        return _body(words, a, b)
    name = trailing_name(words, a, b)
    if name[1] - name[0] < 2:
        return None
    text = text_of(words, *name)
    return Source(words.starts[a], words.ends[b - 1], "body", name=text, affiliation=text)


def _may_be_office(words: Words, a: int, b: int) -> bool:
    """Whether words before a name may say who somebody is: "billionaire N", no clause."""
    if words.lows[b - 1] in ("week", "month", "year") or words.lows[a] in ("last", "this", "next"):
        return False  # "Last week Ana Ruiz met"
    return all(
        words.texts[i][0].isalnum() and words.lows[i] not in PREPOSITIONS for i in range(a, b)
    )


def _is_acronym(words: Words, at: int, stop: int) -> bool:
    """Four capitals and more before words that are not all in capitals."""
    text = words.texts[at]
    others = words.texts[at + 1 : stop]
    return (
        len(text) > 3
        and text.isalpha()
        and text.isupper()
        and not any(w.isupper() and len(w) > 2 for w in others)
    )


def _plain_name(words: Words, a: int, b: int) -> Source | None:
    """A run of capital words: somebody's or something's name."""
    stop = b
    while stop > a and not is_capital(words.texts[stop - 1]):
        stop -= 1
    first = stop
    while first > a and _is_name_word(words.texts[first - 1]):
        first -= 1
    if first == stop or stop < b or not is_capital(words.texts[stop - 1]):
        return None
    if words.lows[first] in FIELD_LINKS:
        first += 1
    first = max((i + 1 for i in range(first, stop - 1) if _is_owner(words, i)), default=first)
    if stop - first > 2 and _is_acronym(words, first, stop):
        first += 1  # "APNSA Ana Ruiz": an office by its letters
    for at in range(stop - 3, first, -1):
        if words.lows[at] in NO_NAME_FIELDS:
            first = at + 1
            break
    for at in range(stop - 2, first, -1):
        if words.lows[at] in HONORIFICS and words.texts[at][-1] == ".":
            first = at + 1  # "Democratic Sen. Ana Ruiz"
            break
    if first > a + 1 and words.lows[first - 1] in ("at", "from") and first - a > 2:
        # "his former partner at Lenox"
        return Source(words.starts[a], words.ends[b - 1], "unknown", role=role_text(words, a, b))
    affiliation = affiliation_in(words, a, first) if first > a else None
    while (
        first < stop - 1
        and (found := longest_body(words, first, stop))
        and found[1] < stop
        and not _is_given_name(words, first, found[1], stop)
    ):
        affiliation = found[0]
        first = found[1]
    name = text_of(words, first, stop)
    role = role_text(words, a, first) if first > a else ""
    if role and (body_of(role) or not _may_be_office(words, a, first)):
        role = ""
    return Source(
        words.starts[a],
        words.ends[b - 1],
        "name",
        name=name,
        role=role or None,
        affiliation=affiliation,
    )
