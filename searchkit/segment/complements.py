"""Where the reported words stand beside a reporting verb: after it, or before its subject.

In comes a sentence as words, a verb and its subject; out go the word bounds of what
was said, without addressees, times and settings ("told reporters on Tuesday that").
"""

from __future__ import annotations

from searchkit.names.offices import GROUPS, word_set
from searchkit.segment.cues import CLAUSE_ONLY, frames, lemma_of
from searchkit.segment.sources import ADVERBS, FINITE, SETTINGS, TIME_LEADS, TIMES
from searchkit.segment.words import DETERMINERS, Words, is_capital

# Who is told, where it is no that-clause: "told reporters", "told the court".
ADDRESSEES = word_set(
    """
    reporters journalists lawmakers senators members parliament congress court media press council
    committee audience crowd supporters him her them us me viewers fans delegates students
    assembly police newspaper newspapers magazine agency conference house correspondents
    """
)
PLACE_PREPOSITIONS = word_set(
    """
    in on at during after to with before via through from
    """
)
BEFORE_THAT = PLACE_PREPOSITIONS | TIMES | ADVERBS
SETTINGS_AND_PEOPLE = SETTINGS | ADDRESSEES
NOUN_STARTS = DETERMINERS | ADDRESSEES
SEPARATORS = frozenset(',;:—–-"“”')
LONGEST_ADJUNCT = 14
THAT_WITHIN = 14
# Joined to a verb, it makes the verb another: "called on", "pointed out".
VERB_TAILS = {
    "call": {"on", "for", "upon"},
    "point": {"out", "to"},
    "speak": {"of"},
    "rule": {"out"},
}


def content_after(words: Words, verb: int, high: int) -> int | None:
    """The index where the words said begin after the verb; None where none follow."""
    lemma = lemma_of(words.lows[verb])
    at = verb + 1
    if lemma in VERB_TAILS and at < high and words.lows[at] in VERB_TAILS[lemma]:
        at += 1
    that = _that_index(words, at, high)
    if that is not None:
        return that + 1 if that + 2 < high else None
    if "told" in frames(words.lows[verb]):
        at = _skip_addressee(words, at, high)
    at = _skip_adjuncts(words, at, high)
    while at < high and (
        (words.lows[at] in ADVERBS and words.lows[at] not in OF_THE_CONTENT)
        or words.texts[at] in SEPARATORS
    ):
        if words.texts[at] in ",;" and words.texts[at - 1] not in SEPARATORS and at == verb + 1:
            return None
        at += 1
    return at if at + 1 < high else None


# Adverbs that may belong to what is said: "called for further talks", "urged all sides".
OF_THE_CONTENT = word_set("both all further even only ever")


def _that_index(words: Words, at: int, high: int) -> int | None:
    """The "that" that opens the clause, if no other verb or stop comes first."""
    if at < high and words.lows[at] == "to" and "deed" in frames(words.lows[at - 1]):
        return None
    if at < high and "told" not in frames(words.lows[at - 1]) and not (
        words.lows[at] in BEFORE_THAT or words.texts[at] == "," or words.lows[at].endswith("ly")
        or words.lows[at] in ("this", "last", "early", "late", "that")
    ):  # fmt: skip
        return None
    reach = THAT_WITHIN + (6 if "told" in frames(words.lows[at - 1]) else 0)
    for i in range(at, min(high, at + reach)):
        low = words.lows[i]
        if low == "that":
            after = words.lows[i + 1] if i + 1 < high else ""
            before = words.lows[i - 1]
            # "that" as an article or relative: "said that deal", "accused groups that".
            if after in FINITE and i > at and before not in TIMES:
                return None
            return i
        if low in FINITE or words.texts[i] in ";:.—" or words.texts[i][0] == "\x01":
            return None
    return None


def _skip_addressee(words: Words, at: int, high: int) -> int:
    stop = at
    while stop < min(high, at + 8):
        low = words.lows[stop]
        if low in ADDRESSEES:
            while stop + 1 < high and words.lows[stop + 1] in ADDRESSEES:
                stop += 1
            return stop + 1
        if low in FINITE or words.texts[stop] in SEPARATORS or low in PLACE_PREPOSITIONS:
            break
        stop += 1
    # "told Ruptly", "told Agence France-Presse": a run of capital words.
    stop = at
    while stop < high and (is_capital(words.texts[stop]) or words.lows[stop] in ("the", "of")):
        stop += 1
    if at < stop < high and words.lows[stop] in GROUPS:
        return stop + 1
    while stop > at and not is_capital(words.texts[stop - 1]):
        stop -= 1  # "told the mayor to go": the article is no name's
    return stop


def _skip_adjuncts(words: Words, at: int, high: int) -> int:
    """Past times and settings: "on Tuesday", "in a statement", "at a rally in Lima"."""
    for _ in range(4):
        step = _one_adjunct(words, at, high)
        if step == at:
            break
        at = step
    return at


def _one_adjunct(words: Words, at: int, high: int) -> int:
    if at >= high:
        return at
    low = words.lows[at]
    if low in TIMES:
        return at + 1
    if low in TIME_LEADS and at + 1 < high and words.lows[at + 1] in TIMES and low != "that":
        return at + 2
    if low == "to" and not _is_noun_start(words, at + 1, high):
        return at
    if low in PLACE_PREPOSITIONS:
        for stop in range(at + 1, min(high, at + 9)):
            if words.lows[stop] in SETTINGS_AND_PEOPLE:
                return _past_setting(words, stop + 1, high)
            if words.lows[stop] in FINITE or words.texts[stop] in SEPARATORS:
                break
    return at


def _is_noun_start(words: Words, at: int, high: int) -> bool:
    """Whether a noun phrase begins, so that "to" is no infinitive's."""
    return at < high and (words.lows[at] in NOUN_STARTS or is_capital(words.texts[at]))


def _past_setting(words: Words, at: int, high: int) -> int:
    """Past "with Name", "to the Body", "on Wednesday" that belong to the setting."""
    if at < high and words.lows[at] in ("with", "to", "on", "in", "at", "from", "of", "by"):
        stop = at + 1
        while stop < high and (is_capital(words.texts[stop]) or words.lows[stop] in DETERMINERS
                               or words.lows[stop] in ("of", "for")):  # fmt: skip
            stop += 1
        if stop > at + 1 and words.lows[stop - 1] not in DETERMINERS:
            return stop
    return at


def nothing_follows(words: Words, verb: int, high: int) -> bool:
    """Whether after the verb come only times, settings and a stop or a participle."""
    at = verb + 1
    if "told" in frames(words.lows[verb]):
        at = _skip_addressee(words, at, high)
    at = _skip_adjuncts(words, at, high)
    while at < high and words.lows[at] in ADVERBS:
        at += 1
    if at >= high or words.texts[at] in ".,;—–?!":
        return True
    if words.lows[at] in ("at", "during", "after", "before", "following", "ahead"):
        return "clause" in frames(words.lows[verb])
    return words.lows[at] in AFTER_CUE and lemma_of(words.lows[verb]) in PLAIN_VERBS


# What may go on after ", X said" without being what he said.
AFTER_CUE = word_set("in on at after during as when before while of by to")
PLAIN_VERBS = word_set("say add tell write report note warn")


def content_before(words: Words, first: int, low: int) -> tuple[int, int] | None:
    """The clause before ", X said": its bounds; None where it is none."""
    stop = first
    while stop > low and (
        words.texts[stop - 1] in (",", "—", "–") or words.lows[stop - 1] in ("as", "so")
    ):
        stop -= 1
    if stop == first or stop - low < 2:
        return None
    return low, stop


def takes_clause(words: Words, verb: int, start: int) -> bool:
    """Whether a verb that reports by a clause only has one at ``start``."""
    lemma = lemma_of(words.lows[verb])
    if lemma not in CLAUSE_ONLY or (lemma == "rule" and words.lows[verb + 1] == "out"):
        return True
    if words.lows[start - 1] == "that" or any(word[0] == "\x02" for word in words.texts[start:]):
        return True
    if words.lows[start] in SUBJECTS:
        return True  # "said they prefer the bridge"
    if lemma in STRICT_CLAUSE:
        return not FINITE.isdisjoint(words.lows[start + 1 : start + 13])
    return any(
        words.lows[i] in FINITE
        or words.lows[i].endswith(("ed", "s", "n’t", "n't"))
        or words.lows[i] in PASTS
        for i in range(start + 1, min(len(words), start + 30))
    )


SUBJECTS = word_set("he she they we there")
# Verbs with many objects that are no speech: "maintains a programme".
STRICT_CLAUSE = word_set("maintain state post recall indicate show signal expect suspect find")
PASTS = word_set(
    """
    went came made took gave held met began became saw knew got left kept led lost paid put sent
    set spent stood told won wrote fell felt brought built bought caught chose cut drew drove
    fought found grew hit hurt let ran rose shot spoke struck need want know think believe remain
    wanted hope agree are hopes lies lay plan
    """
)
