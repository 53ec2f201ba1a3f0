"""Reported speech in a sentence: a word that reports, its source, and what it reports.

In comes a sentence as words; `report_at` says for one word of it whether it reports
something: "X said that ...", "..., said X", "according to X", "X's finding that ...",
", adding that ...", "met and agreed to ...".  Nothing is resolved here.
"""

from __future__ import annotations

from dataclasses import dataclass

from searchkit.names.offices import (
    BODIES,
    DOCUMENTS,
    HONORIFICS,
    OFFICE_MODIFIERS,
    OFFICES,
    word_set,
)
from searchkit.segment.agents import (
    BEING,
    OWNED_NOUNS,
    according_report,
    owned_report,
    passive_report,
)
from searchkit.segment.complements import (
    PASTS,
    content_after,
    content_before,
    nothing_follows,
    takes_clause,
)
from searchkit.segment.cues import (
    AMBIGUOUS,
    CUES,
    PARTICIPLES,
    POSITION_CUES,
    frames,
    lemma_of,
)
from searchkit.segment.phrases import Source, describe, trailing_name
from searchkit.segment.sources import (
    ADVERBS,
    AUXILIARIES,
    BLOCKERS,
    FINITE,
    Found,
    source_after,
    source_before,
)
from searchkit.segment.words import DETERMINERS, PREPOSITIONS, PRONOUNS, Words, is_capital

# After these a clause tells of another time or thing; what it says there is background.
BACKGROUND = word_set("after when since before if until that whom whether once unless how why")
NOUN_NEIGHBOURS = word_set("the a an of for with by from this its his their our")
NO_PARTICIPLE = word_set("to of for is are was were the a an from been and or in on not")
PARTICIPLE_LEADS = frozenset((",", "with", "while", "by", "before", "after", "—", "–", ")"))
GROUP_WORDS = word_set("analysts experts officials activists critics lawmakers observers some")
COORDINATORS = frozenset(("and", "but"))
# Past forms that no rule of spelling shows.
MOVES = word_set(
    """
    met spoke sent gave held visited went came took left told made began then sits stood won lost
    paid put set led ran saw got became threw fell rose brought bought built fought kept sought
    sold shook struck swept swung taught tore woke wore drew drove flew grew knew chose broke bent
    blew caught dealt dug fled forgot hid hit hurt cut laid lay lent lit meant rang read rode sang
    sank shot shut slept slid spent split spread stole stuck swore sat thought withdrew
    """
)
# A that-clause or nothing: "believed the rumour" is no speech.
BELIEFS = word_set("believe think fear hope find determine project rule")
# Only these let an unknown phrase speak.
PLAIN_CUES = word_set("say tell add ask explain write note argue warn claim")
BLAME_CUES = word_set("call accuse criticize criticise urge praise blame denounce condemn")
# These are speech only with such a word near: "extended condolences", "committed to".
OWN_OBJECTS = {
    "extend": word_set(
        "condolences congratulations greetings wishes thanks gratitude invitation sympathy "
        "sympathies appreciation apologies apology support regards felicitations best warm"
    ),
    "commit": word_set("to"),
}
SILENCE = (["comment"], ["say"], ["answer"], ["respond"], ["elaborate"], ["discuss"], ["be"])
DEEDS = word_set("offer resolve refuse decline undertake threaten")


@dataclass(frozen=True, slots=True)
class Report:
    """A source, the word bounds of what it says, and the cue.

    ``rest``: where the words go on after an attribution that stands inside them.
    """

    found: Found
    start: int
    stop: int
    cue: str
    rest: int | None = None


def is_verb(words: Words, i: int) -> bool:
    """Whether a word may be the first verb of a clause."""
    low = words.lows[i]
    return (
        i > 0
        and (
            low in FINITE or low in MOVES or (low.endswith("ed") and not is_capital(words.texts[i]))
        )
        and (low not in BLOCKERS or low in FINITE)
    )


def report_at(words: Words, i: int, low: int, *, adopts: bool) -> Report | None:
    """The report that the word at an index makes, if any.

    ``low`` bounds the clause to the left; ``adopts``: the text is of a body whose
    wants and supports are adopted positions.
    """
    word = words.lows[i]
    if word == "according":
        told = according_report(words, i, low)
        return Report(*told, " ".join(words.texts[i : i + 2])) if told else None
    if word in OWNED_NOUNS and (owned := owned_report(words, i)):
        return Report(*owned, words.texts[i])
    if word in ("quoted", "cited") and "saying" in words.lows[i + 2 : i + QUOTED_REACH]:
        return _quoted_as(words, i)
    if word in CUES:
        if words.lows[i + 1 : i + 2] == ["by"] and (passive := passive_report(words, i)):
            return Report(*passive, words.texts[i])
        return None if only_noun(words, i) else _verb(words, i, low)
    if word in ("made", "makes") and "clear" in words.lows[i + 1 : i + 3]:
        return _made_clear(words, i, low)
    if adopts and word in POSITION_CUES:
        found = source_before(words, i, low)
        if found and i + 2 < len(words) and _is_body(found.source):
            start = i + 1 + (word.startswith("point") and words.lows[i + 1] == "out")
            return Report(found, start, len(words), words.texts[i])
    return None


QUOTED_REACH = 14


def _quoted_as(words: Words, i: int) -> Report | None:
    """ "The paper quoted X as saying that ...": the words are X's."""
    if "as" not in words.lows[i + 1 : i + QUOTED_REACH]:
        return None
    at = words.lows.index("as", i + 1)
    found = describe(words, i + 1, at)
    if found is None or words.lows[at + 1 : at + 2] != ["saying"] or at + 4 >= len(words):
        return None
    start = at + 2 + (words.lows[at + 2] == "that")
    return Report(Found(found, i + 1, at), start, len(words), words.texts[at + 1])


def _made_clear(words: Words, i: int, low: int) -> Report | None:
    """ "X made (it) clear that ..."."""
    that = words.lows.index("clear", i) + 1
    found = source_before(words, i, low)
    if found is None or that + 2 >= len(words) or words.lows[that] != "that":
        return None
    return Report(found, that + 1, len(words), f"{words.texts[i]} clear")


def _is_body(source: Source) -> bool:
    return source.sort in ("body", "country") or source.head == "they"


def only_noun(words: Words, i: int) -> bool:
    """Whether the form is a noun or adjective here: "the claim", "China's alleged", "States"."""
    if i == 0:
        named = len(words) > 1 and is_capital(words.texts[1])
        return words.lows[i] in AMBIGUOUS or (words.lows[i].endswith("ed") and not named)
    before, low = words.texts[i - 1], words.lows[i]
    if is_capital(words.texts[i]) and not _is_headline(words):
        return True
    owner = before.endswith(("’s", "'s")) and before[:-2].lower() not in PRONOUNS
    if owner and low not in ("said", "told", "added"):
        return True
    if low not in AMBIGUOUS:
        return before.lower() in NOUN_NEIGHBOURS
    if before.lower() in COMPOUNDS.get(low, ()):
        return True
    if low == "reads" and before.lower() in DOCUMENTS:
        return False
    if before.lower() in ("he", "she", "it", "they", "who", "also", "we", "i", "has", "have"):
        return False
    if words.lows[i + 1 : i + 2] == ["that"] and before.lower() not in NOUN_NEIGHBOURS:
        plural = before.lower().endswith("s") and not is_capital(before)
        return plural and low.endswith("s")
    if is_capital(before) and _is_singular(words, i) and low == lemma_of(low):
        return True  # "Battleground state Florida"
    if is_capital(before) or before[0] in "\x01,)" or before.lower() in OFFICES:
        return False
    if low != lemma_of(low) and before.lower() in BODIES and _begins_noun(words, i + 1):
        return False  # "the government claims the dam is safe"
    return not (before.lower().endswith("s") and before.lower() not in ("this", "its", "his", "as"))


# "member states", "executive orders".
COMPOUNDS = {
    "states": word_set(
        "member participating coastal gulf baltic island neighbouring neighboring other nation "
        "arab african european asian american sovereign independent"
    ),
    "orders": word_set("executive presidential court government"),
    "reports": word_set("annual media press news police government"),
}


def _begins_noun(words: Words, at: int) -> bool:
    return at < len(words) and (
        words.lows[at] in DETERMINERS or words.lows[at] in PRONOUNS or is_capital(words.texts[at])
    )


def _is_singular(words: Words, i: int) -> bool:
    """Whether the capital word before a base form is one person's or thing's name."""
    return not words.texts[i - 1].endswith("s") and "and" not in words.lows[max(0, i - 8) : i]


def _is_headline(words: Words) -> bool:
    """Whether nearly every word has a capital, so that a capital tells nothing."""
    return 10 * sum(is_capital(word) for word in words.texts) >= 7 * len(words)


def _verb(words: Words, i: int, low: int) -> Report | None:
    if words.lows[i] in PARTICIPLES:
        return _participle(words, i, low)
    found = source_before(words, i, low)
    if found is not None and found.source.head == "who":
        if lemma_of(words.lows[i]) == "deny" or "clause" not in frames(words.lows[i]):
            return None
        found = antecedent(words, found)
    if found is None:
        return _inverted(words, i, low) or _coordinated(words, i, low)
    lemma, kinds = lemma_of(words.lows[i]), frames(words.lows[i])
    if found.source.sort == "unknown" and not _may_speak(words, i, lemma):
        return None
    if (found.source.head in ("we", "i") and lemma != "ask") or kinds == {"quote"}:
        return None
    if _is_background(words, found, i) or not _agrees(words, i, found):
        return None
    if words.lows[i + 1 : i + 2] and words.lows[i + 1] in REFLEXIVES:
        return None
    if found.first and words.lows[found.first - 1] == "as":
        if low < found.first <= low + 2:
            return _as_said(words, i, found)
        if found.first < 2 or words.texts[found.first - 2] != ",":
            return None
    return _backward(words, i, low, found) or _forward(words, i, found)


def _may_speak(words: Words, i: int, lemma: str) -> bool:
    """Whether a phrase that no table has reports by this verb: "data suggest that ..."."""
    after = words.texts[i + 1] if i + 1 < len(words) else ""
    if lemma == "call":
        return after[:1] != "\x02"  # "a class called “Perception”"
    if after.lower() in ("in", "by", "at", "during", "under", "on"):
        return False  # "problems noted in this area"
    clause = after == "that" and "clause" in frames(words.lows[i])
    return clause or lemma in PLAIN_CUES or lemma in BLAME_CUES


def _as_said(words: Words, i: int, found: Found) -> Report | None:
    """ "As X said on Monday, ...": what follows the comma."""
    comma = next((k for k in range(i + 1, min(i + 8, len(words))) if words.texts[k] == ","), None)
    if comma is None or comma + 3 >= len(words) or not nothing_follows(words, i, comma):
        return None
    return Report(found, comma + 1, len(words), words.texts[i])


def _agrees(words: Words, i: int, found: Found) -> bool:
    """Whether a base form may have this subject: "help Peru defend" is no "Peru defends"."""
    low, source = words.lows[i], found.source
    if low != lemma_of(low) or low in ("read", "wrote"):
        return True
    if source.plural or source.parts or source.sort in ("group", "pronoun", "unknown"):
        return True
    if any(word in MODALS for word in words.lows[found.last : i]):
        return True
    last = words.lows[found.last - 1]
    return last.endswith("s") or last in PLURAL_BODIES


# Clauses that may hold a statement of their own.
TOLD_BESIDE = word_set("after when since before")
IN_WHICH = ["in", "which"]
CLAUSE_LEADS = word_set("he she it they we there")


def _tells_clause(words: Words, i: int) -> bool:
    start = content_after(words, i, len(words))
    return start is not None and (
        words.lows[start - 1] == "that" or words.lows[start] in CLAUSE_LEADS
    )


REFLEXIVES = word_set("itself himself herself themselves")
MODALS = word_set("will would do did does shall may can could must should might also to")
PLURAL_BODIES = word_set("police staff people media taliban meps mps press opposition")


def _is_background(words: Words, found: Found, i: int) -> bool:
    """A clause "after X announced", "the arrests that X announced" only tells of a time."""
    before = words.lows[found.first - 1] if found.first else ""
    led = before in TOLD_BESIDE or words.lows[max(0, found.first - 2) : found.first] == IN_WHICH
    if led and _tells_clause(words, i):
        return False  # "when she claimed that ..."
    return before in BACKGROUND or (
        before == "which" and words.lows[i + 1 : i + 2] not in (["is"], ["are"])
    )


def _backward(words: Words, i: int, low: int, found: Found) -> Report | None:
    """ "..., X said."."""
    if words.texts[found.first - 1] not in (",", "—", "–") or found.first < low + 2:
        return None
    if not frames(words.lows[i]) & {"clause", "told"} or not nothing_follows(words, i, len(words)):
        return None
    after = content_after(words, i, len(words))
    if after is not None and words.lows[after - 1] == "that":
        return None  # "After the flood, Ruiz said at the dam that ..."
    before = content_before(words, found.first, low)
    if before is not None and _only_setting(words, *before):
        before = None
    rest = None
    if i + 4 < len(words) and words.texts[i + 1] == "," and found.first - low <= LONGEST_LEAD:
        goes_on = words.lows[i + 2] not in PARTICIPLES and words.lows[i + 2] not in ENDS_MEDIAL
        rest = i + 2 if goes_on else None
    if before is None:
        return Report(found, rest, len(words), words.texts[i]) if rest else None
    return Report(found, *before, words.texts[i], rest)


def _only_setting(words: Words, start: int, stop: int) -> bool:
    """ "Following the first reports of it, X said ...": no clause that somebody could say."""
    if words.lows[start] not in SETTING_LEADS:
        return False
    return FINITE.isdisjoint(words.lows[start:stop]) and not any(
        word[0] == "\x02" or word.endswith("ed") for word in words.lows[start:stop]
    )


SETTING_LEADS = word_set("following during after before at in on amid despite since")
# A longer clause before ", X said," is the whole of what is said.
LONGEST_LEAD = 14
ENDS_MEDIAL = word_set(
    "referring citing but while although though in on at with as who which noting"
)


def _forward(words: Words, i: int, found: Found) -> Report | None:
    """ "X said that ...", "X condemned ..."."""
    start = content_after(words, i, len(words))
    if start is None or not takes_clause(words, i, start) or _bad_object(words, i, start):
        return None
    stop = len(words)
    if words.lows[start - 1] != "that" and "clause" not in frames(words.lows[i]):
        stop = _end_of_object(words, start)
    return Report(found, start, stop, words.texts[i])


def _end_of_object(words: Words, start: int) -> int:
    """ "endorsed the mayor and has been seen beside her": before the next thing told."""
    for at in range(start + 1, len(words) - 1):
        if words.lows[at] in ("and", "but") and words.lows[at + 1] in TELLS_ON:
            return at
    return len(words)


TELLS_ON = word_set("has have had is was were are will would")


def _bad_object(words: Words, i: int, start: int) -> bool:
    """What follows makes the verb another: "called off", "reported to", "told how to"."""
    lemma, after = lemma_of(words.lows[i]), words.lows[i + 1] if i + 1 < len(words) else ""
    if lemma in OWN_OBJECTS:
        return OWN_OBJECTS[lemma].isdisjoint(words.lows[i + 1 : i + 6])
    if lemma == "oppose":
        return after == "to"
    if lemma == "call":
        return after in ("off", "in", "to") or (after == "it" and "off" in words.lows[i : i + 4])
    if lemma == "welcome":
        # "welcomed President Ruiz to the palace" tells of a guest.
        after_low = words.lows[i + 1] if i + 1 < len(words) else ""
        titled = after_low in OFFICES or after_low in OFFICE_MODIFIERS or after_low in HONORIFICS
        return titled and is_capital(words.texts[i + 1])
    if lemma == "convince":
        return words.lows[start - 1] != "that"  # "convinced them to leave" is a deed
    if lemma == "recall":
        return after in ("its", "his", "her", "their", "the") and words.lows[start - 1] != "that"
    if lemma == "rule":
        return after != "out" and words.lows[start - 1] != "that"
    if lemma == "point":
        return after not in ("out", "to")
    if lemma in DEEDS:
        return after != "to" or words.lows[i + 2 : i + 3] in SILENCE
    if lemma == "report":
        return after in ("to", "for") and words.lows[start - 1] != "that"
    if lemma in ("find", "determine", "project", "show", "signal", "expect", "suspect"):
        return words.lows[start - 1] != "that"
    return "told" in frames(words.lows[i]) and words.lows[start : start + 1] == ["how"]


def antecedent(words: Words, relative: Found) -> Found | None:
    """The name before "who"."""
    stop = relative.first
    if stop > 0 and words.texts[stop - 1] == ",":
        stop -= 1
    name = trailing_name(words, 0, stop)
    if name[0] < name[1]:
        source = describe(words, *name)
        if source is not None and source.sort in ("person", "name"):
            return Found(source, *name)
    found = source_before(words, stop) if stop > 0 else None
    if found and found.source.sort in ("person", "name", "body"):
        return found
    return _people_before(words, stop)


def _people_before(words: Words, stop: int) -> Found | None:
    """ "protests from business leaders who say ...": the people next to the "who"."""
    start = stop
    while start > 0 and words.texts[start - 1].isalpha() and not (
        words.lows[start - 1] in PREPOSITIONS or words.lows[start - 1] in FINITE
    ):  # fmt: skip
        start -= 1
        if words.lows[start] in DETERMINERS:
            break
    source = describe(words, start, stop)
    return Found(source, start, stop) if source and source.sort == "group" else None


def _inverted(words: Words, i: int, low: int) -> Report | None:
    """ "..., said Name"."""
    if i < low + 3 or words.texts[i - 1] != "," or "clause" not in frames(words.lows[i]):
        return None
    found = source_after(words, i, len(words))
    if found is not None and found.source.sort == "unknown" and lemma_of(words.lows[i]) != "say":
        return None
    if found is None or (
        found.last < len(words)
        and words.texts[found.last] not in ".,;—–?!"
        and words.lows[found.last] not in AFTER_INVERTED
    ):
        return None
    if not MOVES.isdisjoint(words.lows[found.first : found.last]):
        return None  # "Ruiz, a mayor, said the day brought rain"
    before = content_before(words, i, low)
    return Report(found, *before, words.texts[i]) if before else None


AFTER_INVERTED = word_set("in on at after during last of who whose")


def _coordinated(words: Words, i: int, low: int) -> Report | None:
    """ "X met Y and said ...", "X is ... and has accused": the subject stands further left."""
    at = i - 1
    while at > low and (words.lows[at] in ADVERBS or words.lows[at] in AUXILIARIES):
        at -= 1
    if at > low and words.texts[at] == ",":
        at = max((k for k in range(low, at) if words.texts[k] == ","), default=low) - 1
    if at <= low or words.lows[at] not in COORDINATORS or "I" in words.texts:
        return None
    found = clause_subject(words, low, at)
    if found is None or frames(words.lows[i]) == {"quote"}:
        return None
    return _forward(words, i, found)


def _participle(words: Words, i: int, low: int) -> Report | None:
    """ ", saying that ...": the speaker is the subject of the sentence."""
    if (being := _being(words, i)) is not None:
        return _progressive(words, i, being, low)
    if i == low + 1 and words.lows[low] in OPENS_PARTICIPLE:
        return _opening_participle(words, i)
    if i < 3 or words.lows[i - 1] in NO_PARTICIPLE:
        return None
    lead = i - 1
    while lead > low and (words.lows[lead] in ADVERBS or words.lows[lead].endswith("ly")):
        lead -= 1
    if words.lows[lead] not in PARTICIPLE_LEADS and not (
        "object" in frames(words.lows[i])
        or words.lows[lead] in GROUP_WORDS
        or words.lows[lead] in DOCUMENTS
        or is_capital(words.texts[lead])
    ):
        return None
    start = content_after(words, i, len(words))
    if start is None or not takes_clause(words, i, start) or _bad_object(words, i, start):
        return None
    if "object" not in frames(words.lows[i]) and not _has_clause(words, start):
        return None
    found = participle_subject(words, i, low)
    return Report(found, start, len(words), words.texts[i]) if found else None


OPENS_PARTICIPLE = word_set("after before while by in")


def _opening_participle(words: Words, i: int) -> Report | None:
    """ "After saying that the dam was safe, the envoy ...": the subject comes after it."""
    start = content_after(words, i, len(words))
    if start is None or not takes_clause(words, i, start) or _bad_object(words, i, start):
        return None
    comma = next((k for k in range(start, len(words)) if words.texts[k] == ","), None)
    found = clause_subject(words, comma + 1, len(words)) if comma else None
    if comma is None or found is None or found.first > comma + 2:
        return None
    return Report(found, start, comma, words.texts[i])


def participle_subject(words: Words, i: int, low: int) -> Found | None:
    """Whose words ", saying ..." or "with X saying ..." tells: its own or the clause's subject."""
    return _own_subject(words, i) or clause_subject(words, low, i)


def _being(words: Words, i: int) -> int | None:
    """The "is" of "is already claiming", the "he's" of "he's claiming"."""
    at = i - 1
    while at > 0 and words.lows[at] in ADVERBS:
        at -= 1
    if at > 0 and words.lows[at] in BEING:
        return at
    word = words.lows[at]
    return at if word.endswith(("’s", "'s")) and word[:-2] in PRONOUNS else None


def _contracted(words: Words, at: int) -> Found:
    """The "he" of "he's"."""
    head = words.lows[at][: -len("’s")]
    source = Source(words.starts[at], words.ends[at], "pronoun", head=head, sex=PRONOUNS[head])
    return Found(source, at, at + 1)


def _progressive(words: Words, i: int, being: int, low: int) -> Report | None:
    """ "The city is demanding that ..."."""
    contracted = words.lows[being] not in BEING
    found = _contracted(words, being) if contracted else source_before(words, being, low)
    if found is None or found.source.head in ("who", "we", "i") or found.source.sort == "unknown":
        return None
    return _forward(words, i, found)


def _has_clause(words: Words, start: int) -> bool:
    """A that-clause or a finite verb in what follows."""
    return words.lows[start - 1] == "that" or any(
        low in FINITE or low in PASTS or low[0] == "\x02" for low in words.lows[start:]
    )


def _own_subject(words: Words, i: int) -> Found | None:
    """ "with some analysts suggesting that", "footage of Ruiz saying": its own subject."""
    for back in range(i - 1, max(-1, i - 8), -1):
        if words.lows[back] == "of" and back < i - 1:
            named = trailing_name(words, back + 1, i) == (back + 1, i)
            source = describe(words, back + 1, i) if named else None
            return Found(source, back + 1, i) if source else None
        if words.lows[back] == "with":
            stop = i
            while stop > back + 1 and words.lows[stop - 1] in ADVERBS:
                stop -= 1
            source = describe(words, back + 1, stop)
            return Found(source, back + 1, stop) if source else None
        if words.texts[back] in ",;":
            return None
    return None


def clause_subject(words: Words, low: int, high: int) -> Found | None:
    """The subject of the first verb of the clause ``[low, high)``."""
    for i in range(low + 1, min(high, low + 40)):
        if is_verb(words, i):
            found = source_before(words, i, low)
            if found is None:
                if i > low + 12:
                    return None
                continue
            if words.lows[found.first - 1] in BACKGROUND and found.first > 0:
                continue
            if found.source.head == "who":
                return antecedent(words, found)
            usable = found.source.sort not in ("anonymous", "document") or found.source.definite
            return found if usable and found.source.head not in ("i", "we", "who") else None
    return None
