"""Whose words a quotation is: who is named in the sentence round it, or had the floor.

In come a sentence as words, its speech masked, and a `Reader`; out goes the `Speaker`
with the cue that names him.  A speaker that no rule can read is nobody, not the one
before.
"""

from __future__ import annotations

from dataclasses import replace

from searchkit.names.offices import word_set
from searchkit.segment.agents import according_source
from searchkit.segment.cues import CUES, PARTICIPLES
from searchkit.segment.people import Speaker
from searchkit.segment.phrases import Source, describe, trailing_name
from searchkit.segment.reader import Reader
from searchkit.segment.reported import (
    antecedent,
    clause_subject,
    is_verb,
    only_noun,
    participle_subject,
)
from searchkit.segment.sources import FINITE, Found, source_after, source_before
from searchkit.segment.speech import Paragraph
from searchkit.segment.words import Words, is_capital


def names_somebody(words: Words) -> bool:
    """ "“...,” said one of them": a speaker whom no rule can read is not the one before."""
    for i in range(1, len(words) - 1):
        before, after = words.texts[i - 1], words.texts[i + 1]
        if before[0] == "\x01" and words.lows[i] in ("said", "says"):
            return after[0].isalnum()
        opens = after[0] == "\x01" or (after in ",:" and _is_masked(words, i + 2))
        if opens and words.lows[i] in SPEAKING:
            return True
    return False


def _is_masked(words: Words, i: int) -> bool:
    return i < len(words) and words.texts[i][0] == "\x01"


SPEAKING = word_set("said says tweeted wrote writes reads read asked replied responded")


def unattributed(
    reader: Reader, paragraph: Paragraph, words: Words, last: Speaker | None
) -> Speaker | None:
    """Whose words a quotation without attribution is."""
    if last is not None:
        return last
    if reader.introduced is not None:
        introduced, reader.introduced = reader.introduced, None
        return introduced
    if (lead := _lead_subject(reader, paragraph, words)) is not None:
        return lead if lead.name or lead.role else None
    before = paragraph.masked[: words.starts[0]].strip()
    if before and reader.focus is not None and "\x01" not in before:
        return replace(reader.focus, via="pronoun" if before.startswith(("He", "She")) else "name")
    return reader.on_floor()


def _lead_subject(reader: Reader, paragraph: Paragraph, words: Words) -> Speaker | None:
    """Whom a clause before the quotation is about: its words are not somebody else's."""
    speech = next((i for i, word in enumerate(words.texts) if word[0] == "\x01"), 0)
    if speech < FEWEST_LEAD:
        return None
    found = clause_subject(words, 0, speech)
    if found is None or found.source.sort not in ("person", "name", "pronoun"):
        return None
    return reader.resolve(found.source, paragraph.masked)


FEWEST_LEAD = 4


def frame_source(
    reader: Reader, paragraph: Paragraph, words: Words
) -> tuple[Speaker, int, Found] | None:
    """The speaker named in the sentence outside its quotations, and the cue's index."""
    if len(words) > MOST_WORDS:
        return None
    for i in _by_nearness(words):
        low = words.lows[i]
        if low in CLOSES and words.lows[i + 1 : i + 2] == ["with"]:
            continue  # "the spot concludes with Ruiz saying, “...”"
        if low == "according":
            found = according_source(words, i, len(words))
        elif _idiom(words, i):
            found = source_before(words, i)
        elif low in PARTICIPLES:
            found = participle_subject(words, i, 0)
        elif low in CUES and not only_noun(words, i):
            found = _beside(words, i)
        else:
            continue
        if found is None or found.source.head in ("we", "i") or _only_time(words, found, i):
            continue
        speaker = _who_led(reader, paragraph, words, found, i)
        speaker = speaker or reader.resolve(found.source, paragraph.masked)
        if speaker is not None:
            return speaker, i, found
    return _verb_source(reader, paragraph, words) or _colon_source(reader, paragraph, words)


def _only_time(words: Words, found: Found, cue: int) -> bool:
    """ "“...,” when Ruiz blasted him": after the words, it tells when they were said."""
    if found.first == 0 or cue < found.first or words.lows[found.first - 1] not in TIME_CLAUSES:
        return False
    return any(word[0] == "\x01" for word in words.texts[: found.first])


CLOSES = word_set("concludes begins")
TIME_CLAUSES = word_set("when after before because since while until")


def _who_led(
    reader: Reader, paragraph: Paragraph, words: Words, found: Found, cue: int
) -> Speaker | None:
    """ "Ana Ruiz scolded him: “...,” she said": a pronoun after the words is who led to them."""
    if found.source.head not in ("he", "she") or ":" not in words.texts[:cue]:
        return None
    lead = _lead_subject(reader, paragraph, words)
    if lead is None or lead.name is None or lead.sex not in ("", found.source.sex):
        return None
    return replace(lead, sex=found.source.sex, via="pronoun")


# No sentence has so many; looking for a subject takes the square of them.
MOST_WORDS = 1000


def _idiom(words: Words, i: int) -> bool:
    """ "Ruiz shot back, “...”", "as Ruiz puts it"."""
    return words.lows[i] in IDIOMS and words.lows[i + 1 : i + 2] == [IDIOMS[words.lows[i]]]


IDIOMS = {"put": "it", "puts": "it", "shot": "back", "fired": "back", "hit": "back"}


def _verb_source(
    reader: Reader, paragraph: Paragraph, words: Words
) -> tuple[Speaker, int, Found] | None:
    """ "“...?” an angry Ruiz thundered": whoever does something right after a comma's words."""
    for i, word in enumerate(words.texts[:-2]):
        if word[0] != "\x01" or _last_letter(reader, paragraph, words, i) not in tuple(",?!"):
            continue
        if words.lows[i + 1].endswith("ed") and not is_capital(words.texts[i + 1]):
            found = source_after(words, i + 1, len(words))
            if found is not None and found.source.sort in ("person", "name"):
                speaker = reader.resolve(found.source, paragraph.masked)
                return (speaker, i + 1, found) if speaker is not None else None
            continue
        for verb in range(i + 2, min(i + VERB_REACH, len(words))):
            if not words.lows[verb].isalnum():
                break
            if is_verb(words, verb) and words.lows[verb] not in FINITE:
                found = source_before(words, verb, i + 1)
                if found is None or found.first != i + 1 or found.source.sort == "unknown":
                    break
                speaker = reader.resolve(found.source, paragraph.masked)
                return (speaker, verb, found) if speaker is not None else None
    return None


VERB_REACH = 9


def _last_letter(reader: Reader, paragraph: Paragraph, words: Words, i: int) -> str:
    """The last letter inside the marks of masked speech."""
    end = paragraph.low + words.ends[i]
    return reader.text[max(0, end - MOST_MARKS) : end].rstrip(CLOSING_MARKS)[-1:]


MOST_MARKS = 6
CLOSING_MARKS = "\"'“”’»«」』 "


def _by_nearness(words: Words) -> list[int]:
    """The words that may report, nearest to speech first, participles after all others."""
    speech = [i for i, word in enumerate(words.texts) if word[0] == "\x01"]
    cues = [
        i
        for i, low in enumerate(words.lows)
        if low in CUES or low == "according" or _idiom(words, i)
    ]

    def distance(i: int) -> tuple[bool, int]:
        return words.lows[i] in PARTICIPLES, min((abs(i - at) for at in speech), default=0)

    return sorted(cues, key=distance)


def _colon_source(
    reader: Reader, paragraph: Paragraph, words: Words
) -> tuple[Speaker, int, Found] | None:
    """ "Name: “...”" and "“...” — Name": a name that a colon or dash sets beside the words."""
    for i, word in enumerate(words.texts):
        if word == ":" and i > 0:
            source = _before_colon(words, i)
        elif word in DASHES and i > 0 and words.texts[i - 1][0] == "\x01":
            stop = next(
                (k for k in range(i + 1, len(words)) if words.texts[k] in ",.;"), len(words)
            )
            source = describe(words, i + 1, stop)
        else:
            continue
        if source is not None and source.sort in ("person", "name", "body", "role"):
            speaker = reader.resolve(source, paragraph.masked)
            if speaker is not None:
                return speaker, -1, Found(source, 0, i)
    return None


def _before_colon(words: Words, colon: int) -> Source | None:
    """Who stands before a colon: the owner of an answer, the subject, or a name alone."""
    owned = next((i for i in range(1, colon) if words.lows[i] in WORDS_OF_SOMEBODY), None)
    if owned is not None and words.texts[owned - 1].endswith(("’s", "'s")):
        name = trailing_name(words, 0, owned)
        return describe(words, *name)
    if words.texts[colon - 1] == ")" and "(" in words.texts[:colon]:
        colon = words.texts.index("(")  # "Rep. Ana Ruiz (Lima): “...”"
    if subject := clause_subject(words, 0, colon):
        return subject.source
    start = next((i + 1 for i in range(colon - 1, -1, -1) if words.texts[i] in DASHES), 0)
    return describe(words, start, colon) if colon - start <= LONGEST_LABEL else None


WORDS_OF_SOMEBODY = word_set(
    "response answer reply reaction words message question conclusion verdict advice warning quip"
)
DASHES = frozenset(("—", "–", "-", "―"))
LONGEST_LABEL = 14


def _beside(words: Words, verb: int) -> Found | None:
    """The subject of a verb beside speech: before it, else after it next to the marks."""
    found = source_before(words, verb)
    if found is not None and found.source.head != "who":
        return found
    if found is not None:
        return antecedent(words, found)
    if words.lows[verb + 1 : verb + 2] == ["by"]:
        return source_after(words, verb + 1, len(words))  # "was asked by Ruiz, “...”"
    if verb == 0 or words.texts[verb - 1][0] in "\x01,—–" or words.texts[verb - 1] in ",—–":
        return source_after(words, verb, len(words))
    return None
