"""Who stands beside a reporting verb: the subject before it, or after it.

In comes a sentence as words and the index of a verb; out goes the `Source` that the
verb belongs to, with what its appositions add ("Name, a doctor,").  Passives,
infinitives and denials have no source.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from searchkit.names.offices import DOCUMENTS, HONORIFICS, OFFICE_MODIFIERS, OFFICES, word_set
from searchkit.segment.cues import AMBIGUOUS, CUE_WORDS, CUES, NOUN_CUES
from searchkit.segment.phrases import Source, describe, role_text, trailing_name
from searchkit.segment.words import (
    DETERMINERS,
    PRONOUNS,
    Words,
    affiliation_in,
    bare,
    body_of,
    is_capital,
)

# Between subject and verb: auxiliaries and adverbs.
AUXILIARIES = word_set(
    """
    has have had will would did does do 've 's also
    """
)
ADVERBS = word_set(
    """
    also later then again repeatedly however strongly firmly once today yesterday further jointly
    earlier first previously recently now still already often always never publicly privately
    reportedly frequently consistently specifically explicitly clearly directly simply even just
    meanwhile too tonight ever again only sharply quickly initially subsequently himself herself
    themselves itself both all have warmly openly merely flatly twice sarcastically sometimes
    currently separately similarly formally officially once-again angrily immediately long
    """
)
BLOCKERS = word_set(
    """
    to not n't be been being was were is are am get gets got can could may might should must
    cannot didn't won't didn’t won’t don’t don't doesn't doesn’t without
    """
)
TIMES = word_set(
    """
    monday tuesday wednesday thursday friday saturday sunday morning afternoon evening night week
    month year weekend january february march april may june july august september october
    november december today yesterday noon
    """
)
TIME_LEADS = word_set(
    """
    on last this early late the that in previous
    """
)
# Things said or written in: "the Ministry in a statement said".
SETTINGS = word_set(
    """
    statement interview speech tweet letter post article message note briefing conference email
    report release remarks comments address memo op-ed column blog video call session meeting
    hearing debate rally parliament
    """
)
# The clause of a verb begins after one of these.
BOUNDARIES = word_set(
    """
    but that when as while because if after before since although though whereas which who whom
    where so than until unless whether once whose what how why or nor yet
    """
)
STOPS = frozenset(',;:—–-"“”„«»()…!?') | {"--"}
FINITE = word_set(
    """
    is are was were be been has have had will would can could may might should must do does did
    said says came went made took became seems appears include includes included met
    """
)
# A parenthesis between commas that opens so is no apposition.
ADVERBIAL = word_set(
    """
    however meanwhile though in on at speaking for after during when as also too citing while by
    with from before according referring asked then moreover nevertheless therefore instead
    following through like unlike including despite too
    """
)
RELATIVES = frozenset(("who", "whose", "which", "where", "of"))
OFFICES_AND_MODIFIERS = OFFICES | OFFICE_MODIFIERS
LONGEST_WALK = 45
LONGEST_RELATIVE = 12
LONGEST_INVERTED = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A source with the word bounds of its phrase, appositions included."""

    source: Source
    first: int
    last: int


def source_before(words: Words, verb: int, low: int = 0) -> Found | None:
    """The subject that stands before the verb at an index, not before index ``low``."""
    at = _skip_back(words, verb - 1, low)
    if at is None:
        return None
    if at >= low and words.lows[at] == "who":
        return Found(Source(words.starts[at], words.ends[at], "pronoun", head="who"), at, at + 1)
    added: list[tuple[int, int]] = []
    while at >= low and words.texts[at] in (",", ")", "—", "–", "-"):
        opened = _opening(words, at, low)
        if opened is None:
            return None
        if _is_apposition(words, opened + 1, at):
            added.append((opened + 1, at))
        elif words.texts[at] == "," and not _is_aside(words.lows[opened + 1]):
            return _named_last(words, opened + 1, at, added)
        at = _before_age(words, _before_home(words, opened - 1, low), low)
    at = _before_participle(words, _before_relative(words, at, low), low)
    start = _phrase_start(words, at, low)
    if start > at:
        return None
    source = _describe_tail(words, start, at + 1)
    if source is None:
        return None
    return _of_name_before(words, start, at + 1, low, closed=bool(added)) or _with_appositions(
        words, source, start, at + 1, added
    )


def _before_age(words: Words, at: int, low: int) -> int:
    """ "Ana Ruiz, 58, who lives in Lima, says": past the age, which has no comma of its own."""
    return (
        at - 2 if at > low + 2 and words.texts[at].isdigit() and words.texts[at - 1] == "," else at
    )


def _before_home(words: Words, at: int, low: int) -> int:
    """ "Ana Ruiz, of Springfield, Va., who lost, said": past the town and its state."""
    if at > low + 4 and words.texts[at] == "." and words.texts[at - 2] == ",":
        at -= 3
    for of in range(at - 1, max(low + 1, at - LONGEST_TOWN), -1):
        if words.lows[of] in ("of", "from") and words.texts[of - 1] == ",":
            return of - 2
    return at


LONGEST_TOWN = 4


def _is_aside(first: str) -> bool:
    """Whether a parenthesis that begins so tells of the subject: "noting the size of it"."""
    return first in ADVERBIAL or first in RELATIVES or (first.endswith("ing") and len(first) > 4)


def _of_name_before(words: Words, start: int, stop: int, low: int, *, closed: bool) -> Found | None:
    """ "Ana Ruiz, secretary of the board said", "Ana Ruiz, the editor of a paper, Herald, said".

    The phrase tells who the name before it is; ``closed``: a comma followed the phrase.
    """
    at = start - 1
    if closed and at > low + 2 and words.lows[at] in ("of", "from") and words.texts[at - 1] == ",":
        return _name_ending(words, at - 1, low)  # "Ana Ruiz, of Springfield, Va., said"
    if at < low + 2 or words.texts[at] != "," or stop - start < 3:
        return None
    office = words.lows[start] in OFFICES_AND_MODIFIERS and not is_capital(words.texts[start])
    if not office and not (closed and words.lows[start] in ("a", "an", "the")):
        return None
    found = _name_ending(words, at, low)
    if found is None:
        return None
    return replace(found, source=add_apposition(words, found.source, start, stop), last=stop)


def _name_ending(words: Words, at: int, low: int) -> Found | None:
    """The full name that begins a clause and ends before the comma at an index, age aside."""
    if words.texts[at - 1].isdigit() and words.texts[at - 2] == ",":
        at -= 2
    name = trailing_name(words, low, at)
    begins = name[0] <= low or not words.texts[name[0] - 1].isalpha()
    if (
        name[1] - name[0] < 2
        or words.lows[name[0]] == "even"
        or not (begins or words.lows[name[0] - 1] in BOUNDARIES)
    ):
        return None
    source = describe(words, *name)
    if source is None or source.sort not in ("person", "name"):
        return None
    return Found(source, *name)


def _before_relative(words: Words, at: int, low: int) -> int:
    """ "a diplomat who took part in them said": the subject stands before its clause."""
    for who in range(at - 1, max(low, at - LONGEST_RELATIVE), -1):
        word = words.lows[who]
        if word in STOPS or word[0] == "\x01" or (word in BOUNDARIES and word != "who"):
            break
        if word == "who":
            verb = words.lows[who + 1]
            opens = (
                verb == words.texts[who + 1] and verb not in DETERMINERS and verb not in PRONOUNS
            )
            return who - 1 if opens and who + 1 < at else at
    return at


def _before_participle(words: Words, at: int, low: int) -> int:
    """ "a document filed on Thursday says": the subject stands before what was done with it."""
    for back in range(at, max(low, at - LONGEST_RELATIVE), -1):
        word = words.lows[back]
        if word in STOPS or word[0] == "\x01" or word in BOUNDARIES:
            break
        if word in DONE_TO_PAPERS and bare(words.lows[back - 1]) in DOCUMENTS:
            return back - 1
    return at


DONE_TO_PAPERS = word_set(
    "filed released published obtained issued posted conducted signed sent made written leaked "
    "dated commissioned circulated distributed submitted compiled reviewed seen"
)


def _named_last(words: Words, a: int, b: int, added: list[tuple[int, int]]) -> Found | None:
    """The segment before the last comma is itself the subject: "..., Oduya, a doctor, said"."""
    if not added:
        return None
    start = _phrase_start(words, b - 1, a)
    source = _describe_tail(words, start, b)
    return None if source is None else _with_appositions(words, source, start, b, added)


def _skip_back(words: Words, at: int, low: int) -> int | None:
    """The index before auxiliaries, adverbs and times; None for passives and infinitives."""
    for _ in range(12):
        if at < low:
            return None
        word = words.lows[at]
        if word == "may" and at > low and _names_person(words, at):
            return at
        if word in BLOCKERS or (word == "t" and words.texts[at - 1] in "’'"):
            return None
        adverb = word.endswith("ly") and len(word) > 4 and not is_capital(words.texts[at])
        if word in AUXILIARIES or word in ADVERBS or adverb:
            at -= 1
        elif word in TIMES and at > low and not _names_person(words, at):
            at -= 1
            while at > low and (words.lows[at] in TIME_LEADS or words.lows[at] in TIMES):
                at -= 1
        elif word in SETTINGS and (lead := _setting_lead(words, at, low)) is not None:
            at = lead - 1
        elif word == "," and at - 1 >= low and words.lows[at - 1] in ADVERBS:
            at -= 3 if words.texts[at - 2] == "," else 2
        elif (
            word in ("jr.", "sr.", "jr", "sr", "iii")
            and at - 1 > low
            and words.texts[at - 1] == ","
        ):
            at -= 2
        else:
            return at
    return at


def _names_person(words: Words, at: int) -> bool:
    """ "Lena May", "April": a time word that may be a name."""
    named = is_capital(words.texts[at]) and is_capital(words.texts[at - 1])
    return named and words.lows[at] in ("may", "april", "june", "august")


def _setting_lead(words: Words, at: int, low: int) -> int | None:
    """The preposition of "in a joint statement", if the phrase ending here is one."""
    for back in range(at - 1, max(low, at - 6) - 1, -1):
        if words.lows[back] in ("in", "at", "during", "to"):
            return back if back > low else None
        if words.lows[back] not in DETERMINERS and not words.texts[back].isalpha():
            return None
    return None


def _opening(words: Words, at: int, low: int) -> int | None:
    """The comma, bracket or dash that opens the parenthesis closed at an index."""
    mark = {")": "("}.get(words.texts[at], words.texts[at])
    for back in range(at - 1, max(low, at - LONGEST_WALK) - 1, -1):
        if words.texts[back] == mark:
            return back
        if words.texts[back] in ";:" or words.texts[back][0] == "\x01":
            return None
    return None


def _is_apposition(words: Words, a: int, b: int) -> bool:
    """Whether the words between two commas tell who somebody is."""
    if b - a > 1 and words.texts[b - 1] == ".":
        b -= 1  # "Va."
    if (
        a >= b
        or words.lows[a] in ADVERBIAL
        or words.lows[a] in ("which", "who", "whom", "whose", "where")
    ):
        return False
    if words.texts[a].isdigit() and b - a <= 3:
        return True
    if b - a == 1 and words.lows[a].endswith("ed") and not is_capital(words.texts[a]):
        return True  # "Ruiz, exasperated, said"
    if words.lows[a] in ("a", "an", "the", "another", "one", "led", "his", "her", "its") or (
        words.texts[a][:2] in ("R-", "D-", "D–", "R–", "I-")
    ):
        return True
    if any(bare(words.lows[i]) in OFFICES for i in range(a, b)):
        return words.lows[a] not in ("and", "but", "that")
    if any(low in FINITE or low in BOUNDARIES for low in words.lows[a:b]):
        return False
    if (
        not is_capital(words.texts[a])
        and is_capital(words.texts[a - 2])
        and words.texts[a].isalpha()
    ):
        return not words.lows[a].endswith(("ed", "ing", "ly"))
    if is_capital(words.texts[a]) and words.texts[a].endswith(("’s", "'s")):
        return b - a > 2  # "Peru's only ally on the coast"
    name = trailing_name(words, a, b)
    return name == (a, b) or (
        b - a <= 6
        and all(is_capital(words.texts[i]) or words.lows[i] == "of" for i in range(a, b))
        and words.lows[a] != "of"
    )


def _phrase_start(words: Words, at: int, low: int) -> int:
    """The leftmost word of the noun phrase that ends at an index."""
    start = at + 1
    for back in range(at, max(low, at - LONGEST_WALK) - 1, -1):
        word, lower = words.texts[back], words.lows[back]
        if word in STOPS or word[0] == "\x01" or lower in BOUNDARIES:
            break
        if (
            (lower in FINITE and not (back == at and _names_person(words, at)))
            or lower in SAYS
            or (lower in PRONOUNS and lower != "both" and back < at)
        ):
            break
        if lower == "and" and not _joins_nouns(words, back, at, low):
            break
        verbal = lower.endswith(("ed", "ing")) and "-" not in lower
        if verbal and not is_capital(word) and _is_verbal(words, back, at):
            break
        start = back
    while start <= at and (
        words.lows[start] in ("and", "of", "for", "even") or words.texts[start] in ".'’-"
    ):
        start += 1
    return start


# Forms in -s that are no nouns: "he believes the government is ..."
SAYS = frozenset(word for word in CUES if word.endswith("s")) - AMBIGUOUS


def _is_verbal(words: Words, back: int, at: int) -> bool:
    """A word in -ed or -ing that is no adjective: no article stands before, or it is a cue."""
    if back == at:
        return True
    if words.lows[back] in CUE_WORDS and words.lows[back] not in NOUN_CUES:
        return True
    if words.lows[back + 1] in DETERMINERS:
        return True  # "Ruiz shared a list"
    before = words.lows[back - 1] if back else ""
    return before not in DETERMINERS and not is_capital(words.texts[back - 1] if back else "")


def _joins_nouns(words: Words, at: int, end: int, low: int) -> bool:
    """Whether an "and" joins two parts of one subject rather than two clauses."""
    if at <= low or at >= end:
        return False
    before, after = words.texts[at - 1], words.texts[at + 1]
    noun = bare(words.lows[at - 1])
    named = is_capital(before) or noun in OFFICES or noun in OFFICE_MODIFIERS
    follows = is_capital(after) or words.lows[at + 1] in ("the", "his", "her", "its", "other")
    return (named and follows) or (
        words.lows[at - 1] not in FINITE and words.lows[at + 1] not in PRONOUNS
        and not is_capital(after) and words.lows[at + 1] not in DETERMINERS
    )  # fmt: skip


LEADING_PREPOSITIONS = word_set(
    """
    in on at during after for with from by under over through amid following before since per
    """
)


def _describe_tail(words: Words, a: int, b: int) -> Source | None:
    """The source named by the phrase, or by its end where it begins with other matter."""
    if a >= b:
        return None
    last = words.lows[b - 1]
    if last in PRONOUNS and last != "both":
        return describe(words, b - 1, b)
    if share := _share(words, a, b):
        return share
    if words.lows[a] in LEADING_PREPOSITIONS or words.lows[a] in TIMES:
        for at in range(a + 1, b):
            article = at > a + 1 and words.lows[at] in ("the", "a", "an")
            if article and (found := describe(words, at, b)):
                return found
        name = trailing_name(words, a, b)
        if name[0] <= a + 1 or name[0] == name[1]:
            return None
        return describe(words, *name)
    found = describe(words, a, b) or _somebody(words, a, b)
    if found is None:
        for at in range(a + 1, b):
            if words.lows[at] in ("the", "a", "an", "some") and (found := describe(words, at, b)):
                return found
    return found


# "about six in ten", "at least half of voters", "three-quarters".
ROUGHLY = word_set(
    "about nearly around roughly almost over fully only just at least most more than"
)
SHARES = word_set(
    "half third quarter two three four five six seven eight nine ten one-third two-thirds "
    "three-quarters one-quarter"
)
SHARE_LINKS = word_set("in of out percent per")


def _share(words: Words, a: int, b: int) -> Source | None:
    """A share of those who were asked, which speaks for nobody by name."""
    first = a
    while first < b and words.lows[first] in ROUGHLY:
        first += 1
    if first == b or not (words.lows[first] in SHARES or words.lows[first].isdigit()):
        return None
    if b - first > 1 and words.lows[first + 1] not in SHARE_LINKS:
        return None
    role = " ".join(words.texts[a:b])
    return Source(words.starts[a], words.ends[b - 1], "group", role=role, head="share", plural=True)


def _somebody(words: Words, a: int, b: int) -> Source | None:
    """ "a narrator in the ad", "eight of ten voters": a phrase of unknown people."""
    noun = words.lows[b - 1]
    if b - a < 2 or b - a > 9 or not noun.isalpha() or is_capital(words.texts[b - 1]):
        return None
    owned = any(word.endswith(("’s", "'s")) for word in words.texts[a : b - 1])
    if words.lows[a] not in DETERMINERS and not noun.endswith("s") and not owned:
        return None
    role = role_text(words, a, b)
    return Source(words.starts[a], words.ends[b - 1], "unknown", role=role, head=noun)


def _with_appositions(
    words: Words, source: Source, a: int, b: int, added: list[tuple[int, int]]
) -> Found:
    """The source with the name, office and affiliation that its appositions give."""
    last = max([b, *(end for _, end in added)])
    for first, end in reversed(added):
        source = add_apposition(words, source, first, end)
    return Found(source, a, last)


def add_apposition(words: Words, source: Source, a: int, b: int) -> Source:
    """The source with what one apposition ``[a, b)`` says of it."""
    if b - a <= 2 and words.texts[a].isdigit():
        return source
    named = describe(words, a, b)
    if named is None:
        return source
    if named.parts and not any(part.name for part in named.parts):
        # "a professor at X and adviser to Y": one person of two offices.
        named = replace(named.parts[0], sort="role", role=role_text(words, a, b))
    full = named.name is not None and " " in named.name
    sorts = ("role", "anonymous", "unknown") if full else ("role", "anonymous")
    if source.sort in sorts and named.sort in ("name", "person") and named.name:
        return replace(
            source, sort="person", name=named.name, sex=source.sex or named.sex,
            start=named.start, end=named.end,
        )  # fmt: skip
    if source.sort in ("name", "person") and named.sort == "person" and named.role:
        # "secretary of the farmers' league Landvolk": the name at its end is the body's.
        named = replace(named, sort="role")
    if source.sort in ("name", "person") and named.sort in ("role", "anonymous"):
        affiliation = source.affiliation or named.affiliation or affiliation_in(words, a, b)
        role = role_text(words, a, b)
        if source.role and role.startswith("former "):
            return source  # what she is, not what she was
        return replace(
            source, sort="person", role=role or source.role, affiliation=affiliation, told=True
        )
    return source


def source_after(words: Words, verb: int, high: int) -> Found | None:
    """The subject that stands after the verb: "said Oduya, a doctor"."""
    at = verb + 1
    while at < high and words.lows[at] in ADVERBS:
        at += 1
    if at >= high or words.lows[at] in ("that", "to", "it", "in", "on", "at", "there", "of", "if"):
        return None
    if words.lows[at] in ("he", "she", "they"):
        after = words.lows[at + 1] if at + 1 < high else "."
        pronoun = describe(words, at, at + 1)
        return Found(pronoun, at, at + 1) if pronoun and not after.isalpha() else None
    stop = at
    while stop < high and stop - at < LONGEST_WALK and not _ends_phrase(words, stop, at):
        if words.lows[stop] in ("for", "of", "with", "from") and _is_name(words, at, stop):
            break
        stop += 1
    source = describe(words, at, stop) or _somebody(words, at, stop)
    if source is None or source.sort == "pronoun" or (source.role or "").startswith("of "):
        return None
    if source.sort in ("role", "anonymous", "unknown") and stop - at > LONGEST_INVERTED:
        return None
    last = stop
    while last < high and words.texts[last] == ",":
        end = last + 1
        while end < high and words.texts[end] not in STOPS and words.texts[end] != ".":
            end += 1
        if not _is_apposition(words, last + 1, end) or words.lows[last + 1] == "adding":
            break
        source = add_apposition(words, source, last + 1, end)
        last = end
    return Found(source, at, last)


def _is_name(words: Words, a: int, b: int) -> bool:
    """Whether the words are a personal name of two words or more and nothing else."""
    return b - a > 1 and trailing_name(words, a, b) == (a, b)


def _ends_phrase(words: Words, at: int, start: int) -> bool:
    word, lower = words.texts[at], words.lows[at]
    if word in STOPS or word == "." or word[0] == "\x01" or lower in BOUNDARIES:
        return True
    if lower in FINITE and not (is_capital(word) and at == start):
        return True
    if lower in TIMES and not (at > start and _names_person(words, at)):
        return True
    if lower in ("in", "during", "after", "last"):
        return True
    if lower in ("on", "at", "to", "by", "earlier", "adding"):
        offices = (bare(words.lows[i]) for i in range(start, at) if not is_capital(words.texts[i]))
        return not any(office in OFFICES for office in offices)
    return False


def starts_clause(words: Words, first: int) -> bool:
    """Whether a subject at an index begins a clause of its own, not one inside a that-clause."""
    if first == 0:
        return True
    before = words.texts[first - 1]
    if before in (";", "—", "–", ":"):
        return True
    if words.lows[first - 1] in ("but", "and", "while", "yet", "whereas", "although"):
        return first < 2 or words.texts[first - 2] in (",", ";") or words.lows[first - 1] != "and"
    return before == ","


def is_honorific(word: str) -> bool:
    """Whether a word is a courtesy title as written: "Mr.", "Dr", "Sir"."""
    return word.lower() in HONORIFICS and word[:1].isupper()


def names_body(phrase: str) -> bool:
    """Whether a phrase is a country or an organisation."""
    return body_of(phrase) is not None
