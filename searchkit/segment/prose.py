"""Running prose, news and readouts: quotations and reported speech with their speakers.

In come the paragraphs of a document and a `Reader`; out go `Statement`s in order.
A paragraph is read once: its quotations are scanned, speech is told from names in
quotes, the quoted words are masked, and each sentence is searched for a reporting
verb with a subject.  What nobody says stays without a statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from searchkit.names.offices import OFFICES, word_set
from searchkit.records import Form, Kind, Statement
from searchkit.segment.complements import (
    content_after,
    content_before,
    nothing_follows,
    takes_clause,
)
from searchkit.segment.cues import (
    AMBIGUOUS,
    CUES,
    NOUN_CUES,
    PARTICIPLES,
    POSITION_CUES,
    QUICK_WORDS,
    frames,
    lemma_of,
)
from searchkit.segment.people import Speaker
from searchkit.segment.phrases import Source, Words, bare, describe, is_capital, split_words
from searchkit.segment.quotes import Quote, scan_quotes
from searchkit.segment.reader import Reader
from searchkit.segment.sentences import Span, sentence_spans
from searchkit.segment.sources import (
    BLOCKERS,
    FINITE,
    Found,
    source_after,
    source_before,
    starts_clause,
)

PLAIN_WORD = re.compile(r"[a-z]+")
# Words of the people who speak, outside quotation marks in the third person's prose.
FIRST_PLURAL = re.compile(r"\b(?:[Ww]e|[Oo]urs?|[Uu]s)\b")
# "...!” Blair said.": a quotation that ends its sentence only by its own mark.
ATTRIBUTION_NEXT = re.compile(
    r"[\s]+(?:[a-z]|(?:[A-Z][\w.’'-]*\s+){1,6}(?:said|says|added|told|wrote|asked|noted|replied|"
    r"explained|warned|insisted|stated|tweeted|continued|concluded|declared|argued)\b"
    r"(?=\s*[.,;]|\s+(?:in|on|at|to|during|after|of|as|when|while)\b))"
)
FULL_STOP = re.compile(r"[.!?…][’']?$")
SPEECH_BEFORE = word_set(
    """
    said says saying wrote writes added tweeted stated declared asked
    """
)
# Below this many words, quoted words are a name or a turn of phrase unless a cue stands by.
FEWEST_WORDS = 4
CONFIDENCE = {
    ("direct", "name"): 0.97, ("direct", "role"): 0.85, ("direct", "pronoun"): 0.75,
    ("direct", "continuation"): 0.68, ("reported", "name"): 0.9, ("reported", "role"): 0.8,
    ("reported", "pronoun"): 0.75, ("reported", "continuation"): 0.5,
}  # fmt: skip


@dataclass(slots=True)
class Paragraph:
    """One paragraph as it is read: offsets in the document, speech masked."""

    low: int
    high: int
    masked: str
    speech: list[Quote]


def read_prose(reader: Reader, paragraphs: list[Span], form: Form) -> Iterator[Statement]:
    """The statements of the paragraphs, in order; ``reader`` is moved on."""
    carried = False
    for low, high in paragraphs:
        quotes = scan_quotes(reader.text, low, high, carried=carried)
        carried = bool(quotes) and not quotes[-1].closed
        paragraph = mask_speech(reader.text, low, high, quotes)
        found = list(read_paragraph(reader, paragraph, form))
        if not found:
            reader.next_paragraph()
        elif reader.floor is not None:
            reader.floor_age = 0
        yield from found


def mask_speech(text: str, low: int, high: int, quotes: list[Quote]) -> Paragraph:
    """The paragraph with speech as \\x01 and other quoted words as \\x02, same length.

    A quotation that ends its sentence keeps a full stop as its last character.
    """
    pieces, at, speech = [], low, []
    for quote in quotes:
        pieces.append(text[at : quote.outer_start])
        length = quote.outer_end - quote.outer_start
        if is_speech(text, low, high, quote):
            speech.append(quote)
            stops = FULL_STOP.search(text, quote.start, quote.end)
            ends = stops and not ATTRIBUTION_NEXT.match(text, quote.outer_end, high)
            pieces.append("\x01" * (length - 1) + ("." if ends else "\x01"))
        else:
            pieces.append("\x02" * length)
        at = quote.outer_end
    pieces.append(text[at:high])
    return Paragraph(low, high, "".join(pieces), speech)


def is_speech(text: str, low: int, high: int, quote: Quote) -> bool:
    """Whether quoted words are speech of their own, not a name or part of a sentence."""
    words = text[quote.start : quote.end].split()
    before = text[low : quote.outer_start].rstrip()
    first = text[quote.start]
    begins = first.isupper() or first in "…[(" or first.isdigit() or not (first.islower())
    if not before or before[-1] in '.!?…”"»':
        if len(words) >= FEWEST_WORDS or not quote.opened:
            return True
        alone = not text[quote.outer_end : high].strip()
        return (
            alone and FULL_STOP.search(text[quote.start : quote.end]) is not None
        ) or _cue_beside(text, quote.outer_end, high)
    if before[-1] == ":":
        return len(words) >= 3 or begins
    if before[-1] in ",，":
        return begins and (
            len(words) >= 3 or FULL_STOP.search(text[quote.start : quote.end]) is not None
        )
    if before[-1] in "—–-":
        return first.isupper() and len(words) >= FEWEST_WORDS
    last = before.rsplit(None, 1)[-1].lower()
    return last in SPEECH_BEFORE and first.isupper() and len(words) >= 3


def _cue_beside(text: str, at: int, high: int) -> bool:
    """Whether a reporting verb stands in the few words after a short quotation."""
    words = PLAIN_WORD.findall(text[at : min(high, at + 60)].lower())[:6]
    return not QUICK_WORDS.isdisjoint(words)


def read_paragraph(reader: Reader, paragraph: Paragraph, form: Form) -> Iterator[Statement]:
    """The statements of one paragraph, sentence by sentence."""
    floor_before = reader.floor
    last: Speaker | None = None
    for start, end in sentence_spans(paragraph.masked):
        words = split_words(paragraph.masked, start, end)
        reader.near = _people_in(reader, words)
        inside = [q for q in paragraph.speech if start <= q.outer_start - paragraph.low < end]
        if inside:
            found = list(_quoted_sentence(reader, paragraph, words, inside, last, form))
        else:
            found = list(_plain_sentence(reader, paragraph, words, form))
            if not found:
                found = list(_carried_on(reader, paragraph, words, floor_before, form))
        for statement in found:
            yield statement
        if found and reader.floor is not None:
            last = reader.floor
        elif not found:
            _see_subject(reader, words, paragraph)


def _people_in(reader: Reader, words: Words) -> list[Speaker]:
    """The known people named in a sentence before its first pronoun, in order."""
    found = []
    for i, word in enumerate(words.texts):
        if words.lows[i] in ("he", "she"):
            break
        if not is_capital(word):
            continue
        if (i + 1 == len(words) or not is_capital(words.texts[i + 1])) and (
            person := reader.people.find(bare(word))
        ):
            if not word.endswith(("’s", "'s")):
                found.append(reader.of_person(person, None))
    return found[:1]


def _see_subject(reader: Reader, words: Words, paragraph: Paragraph) -> None:
    """A sentence without speech: its subject is whom a following pronoun means."""
    verb = next((i for i, low in enumerate(words.lows) if _is_verb(words, i, low)), None)
    if verb:
        subject = source_before(words, verb)
        if subject and subject.source.sort in ("person", "name", "pronoun", "body", "country"):
            speaker = reader.resolve(subject.source, paragraph.masked)
            if speaker is not None and (speaker.name or speaker.plural):
                reader.seen(speaker)


def _is_verb(words: Words, i: int, low: str) -> bool:
    return i > 0 and (
        low in FINITE or (low.endswith("ed") and not is_capital(words.texts[i])) or low in MOVES
    ) and low not in BLOCKERS - FINITE  # fmt: skip


MOVES = word_set(
    """
    met spoke sent gave held visited went came took left told made began then
    """
)


# --- sentences with quotations ---------------------------------------------------------


def _quoted_sentence(
    reader: Reader,
    paragraph: Paragraph,
    words: Words,
    quotes: list[Quote],
    last: Speaker | None,
    form: Form,
) -> Iterator[Statement]:
    """A sentence that holds speech: who said it, and what else he is said to have said."""
    hit = _frame_source(reader, paragraph, words)
    speaker: Speaker | None
    cue = None
    if hit is not None:
        speaker, cue_at, _ = hit
        cue = words.texts[cue_at] if cue_at >= 0 else None
    else:
        speaker = _unattributed(reader, paragraph, words, last)
    for quote in quotes:
        yield _statement(reader, quote.start, quote.end, "direct", speaker, cue)
    if speaker is not None:
        reader.heard(speaker)
    if hit is not None and speaker is not None:
        yield from _tails(reader, paragraph, words, hit, speaker)


def _unattributed(
    reader: Reader, paragraph: Paragraph, words: Words, last: Speaker | None
) -> Speaker | None:
    """Whose words a quotation without attribution is."""
    if last is not None:
        return last
    before = paragraph.masked[: words.starts[0]].strip()
    if before and reader.focus is not None and "\x01" not in before:
        return replace(reader.focus, via="pronoun" if before.startswith(("He", "She")) else "name")
    return reader.on_floor()


def _frame_source(
    reader: Reader, paragraph: Paragraph, words: Words
) -> tuple[Speaker, int, Found] | None:
    """The speaker named in the sentence outside its quotations, and the cue's index."""
    for i, low in enumerate(words.lows):
        if low == "according":
            found = _according(words, i, len(words))
        elif low in CUES and not _only_noun(words, i):
            found = _beside(words, i)
        else:
            continue
        if found is None or found.source.head in ("we", "i"):
            continue
        speaker = reader.resolve(found.source, paragraph.masked)
        if speaker is not None:
            return speaker, i, found
    return _colon_source(reader, paragraph, words)


def _colon_source(
    reader: Reader, paragraph: Paragraph, words: Words
) -> tuple[Speaker, int, Found] | None:
    """ "Name: “...”" and "“...” — Name": a name that a colon or dash sets beside the words."""
    for i, word in enumerate(words.texts):
        if word == ":" and 0 < i <= 14:
            source = describe(words, 0, i)
        elif word in ("—", "–", "-") and i > 0 and words.texts[i - 1][0] == "\x01":
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


def _beside(words: Words, verb: int) -> Found | None:
    """The subject of a verb beside speech: before it, else after it next to the marks."""
    found = source_before(words, verb)
    if found is not None and found.source.head != "who":
        return found
    if found is not None:
        return _antecedent(words, found)
    if verb == 0 or words.texts[verb - 1][0] in "\x01,—–" or words.texts[verb - 1] in ",—–":
        return source_after(words, verb, len(words))
    return None


def _antecedent(words: Words, relative: Found) -> Found | None:
    """The name before "who"."""
    stop = relative.first
    if stop > 0 and words.texts[stop - 1] == ",":
        stop -= 1
    found = source_before(words, stop) if stop > 0 else None
    return found if found and found.source.sort in ("person", "name", "body") else None


def _only_noun(words: Words, i: int) -> bool:
    """A form that is a noun here: "reports", "the claim", after an article or adjective."""
    low = words.lows[i]
    if low not in AMBIGUOUS:
        return i > 0 and words.lows[i - 1] in ("the", "a", "an", "of", "for", "with", "by", "from")
    if i == 0:
        return True
    before = words.texts[i - 1]
    return not (
        before.lower() in ("he", "she", "it", "they", "who", "also", "we", "i", "has", "have")
        or is_capital(before) or before[0] in "\x01,)" or before.lower() in OFFICES
        or (before.lower().endswith("s") and before.lower() not in ("this", "its", "his"))
    )  # fmt: skip


def _tails(
    reader: Reader,
    paragraph: Paragraph,
    words: Words,
    hit: tuple[Speaker, int, Found],
    speaker: Speaker,
) -> Iterator[Statement]:
    """Reported words in the same sentence: '“...” and the rest, X said, adding that ...'."""
    _, cue, found = hit
    first = found.first
    if first < cue and first > 1 and words.texts[first - 1] == ",":
        quote_at = max((i for i in range(first) if words.texts[i][0] == "\x01"), default=None)
        if quote_at is not None and first - 1 - quote_at > 4:
            start = quote_at + 1
            while words.lows[start] in ("and", ",", "but"):
                start += 1
            yield _span(reader, paragraph, words, start, first - 1, speaker, words.texts[cue])
    for i in range(max(cue, found.last) + 1, len(words)):
        if words.lows[i] in PARTICIPLES and words.lows[i - 1] in (
            ",",
            "before",
            "after",
            "and",
            "by",
        ):
            content = content_after(words, i, len(words))
            if (
                content is not None
                and takes_clause(words, i, content)
                and "clause" in frames(words.lows[i])
                and not any(word[0] == "\x01" for word in words.texts[content:])
            ):
                yield _span(reader, paragraph, words, content, len(words), speaker, words.texts[i])
                return


# --- sentences without quotations -------------------------------------------------------


def _plain_sentence(
    reader: Reader, paragraph: Paragraph, words: Words, form: Form
) -> Iterator[Statement]:
    """Reported speech in a sentence: one statement for each subject that speaks."""
    if QUICK_WORDS.isdisjoint(words.lows):
        return
    low = 0
    pending: Statement | None = None
    for i in range(len(words)):
        if i < low:
            continue
        hit = _reported_at(reader, paragraph, words, i, low, form)
        if hit is None:
            continue
        source, start, stop, cue = hit
        if pending is not None and not starts_clause(words, source.first):
            continue
        speaker = reader.resolve(source.source, paragraph.masked)
        if speaker is None or not _content_ok(words, start, stop):
            continue
        if pending is not None:
            if start < i and speaker.name == pending.speaker:
                continue
            yield _cut(reader, paragraph, words, pending, source.first)
        reader.heard(speaker)
        pending = _span(reader, paragraph, words, start, stop, speaker, cue)
        if stop < i:
            yield pending
            pending, low = None, i + 1
    if pending is not None:
        yield pending


def _content_ok(words: Words, start: int, stop: int) -> bool:
    return (
        sum(
            1
            for i in range(start, stop)
            if words.texts[i][0].isalnum() or words.texts[i][0] == "\x02"
        )
        >= 2
    )


def _cut(
    reader: Reader, paragraph: Paragraph, words: Words, statement: Statement, first: int
) -> Statement:
    """The statement, ended before the next subject's clause."""
    stop = first
    while stop > 0 and (
        words.texts[stop - 1] in ",;—–" or words.lows[stop - 1] in ("but", "and", "while", "yet")
    ):
        stop -= 1
    end = min(statement.end, paragraph.low + words.ends[max(stop - 1, 0)])
    end = max(end, statement.start + 1)
    return replace(statement, end=end, text=reader.text[statement.start : end])


def _reported_at(
    reader: Reader, paragraph: Paragraph, words: Words, i: int, low: int, form: Form
) -> tuple[Found, int, int, str] | None:
    """Source, content bounds and cue, if the word at an index reports something."""
    word = words.lows[i]
    if word == "according":
        return _according_content(words, i, low)
    if word in NOUN_CUES and i + 1 < len(words) and words.lows[i + 1] == "that":
        return _noun_cue(words, i)
    if word in CUES:
        if _only_noun(words, i):
            return None
        return _verb_content(words, i, low, form)
    if word in POSITION_CUES and reader.issuer_body:
        found = source_before(words, i, low)
        if found and _is_body(reader, found.source) and i + 2 < len(words):
            start = i + 1 + (words.lows[i + 1] in ("to", "out") and word.startswith("point"))
            return found, start, len(words), words.texts[i]
    return None


def _is_body(reader: Reader, source: Source) -> bool:
    return source.sort in ("body", "country") or source.head == "they"


def _verb_content(words: Words, i: int, low: int, form: Form) -> tuple[Found, int, int, str] | None:
    found = source_before(words, i, low)
    if found is not None and found.source.head == "who":
        if lemma_of(words.lows[i]) == "deny" or "clause" not in frames(words.lows[i]):
            return None
        found = _antecedent(words, found)
    if found is None:
        return _inverted(words, i, low) or _participle(words, i, low)
    if found.source.head in ("we", "i") and lemma_of(words.lows[i]) != "ask":
        return None
    kinds = frames(words.lows[i])
    if kinds == {"quote"}:
        return None
    if (
        words.texts[found.first - 1] in ",—–"
        and found.first > low + 2
        and nothing_follows(words, i, len(words))
    ):
        before = content_before(words, found.first, low)
        if before is not None and kinds & {"clause", "told"}:
            return found, *before, words.texts[i]
    start = content_after(words, i, len(words))
    if start is None or not takes_clause(words, i, start) or _bad_object(words, i, start, kinds):
        return None
    return found, start, len(words), words.texts[i]


# "agreed to", "pledged to", "called on", "asked for": what such verbs must be followed by.
def _bad_object(words: Words, i: int, start: int, kinds: frozenset[str]) -> bool:
    lemma, after = lemma_of(words.lows[i]), words.lows[i + 1] if i + 1 < len(words) else ""
    if lemma == "call":
        return after == "off" or (after == "it" and "off" in words.lows[i : i + 4])
    if (
        lemma == "order"
        or lemma == "offer"
        or lemma == "resolve"
        or lemma == "refuse"
        or lemma == "decline"
    ):
        return after not in ("to",) and lemma != "order"
    if lemma == "report":
        return after in ("to", "for") and words.lows[start - 1] != "that"
    if lemma in ("believe", "think", "fear", "hope", "find", "determine", "project", "rule"):
        return words.lows[start - 1] != "that" and lemma not in ("believe", "think", "hope", "fear")
    return False


def _inverted(words: Words, i: int, low: int) -> tuple[Found, int, int, str] | None:
    """ "..., said Name"."""
    if i < low + 3 or words.texts[i - 1] != "," or "clause" not in frames(words.lows[i]):
        return None
    if words.lows[i] in PARTICIPLES:
        return None
    found = source_after(words, i, len(words))
    if found is None or (found.last < len(words) and words.texts[found.last] not in ".,;—–?!"
                         and words.lows[found.last] not in ("in", "on", "at", "after", "during", "last", "of")):  # fmt: skip
        return None
    before = content_before(words, i, low)
    return (found, *before, words.texts[i]) if before else None


def _participle(words: Words, i: int, low: int) -> tuple[Found, int, int, str] | None:
    """ ", saying that ...": the speaker is the subject of the sentence."""
    if words.lows[i] not in PARTICIPLES or i < 3:
        return None
    before = words.lows[i - 1]
    if before in (
        "to",
        "of",
        "for",
        "is",
        "are",
        "was",
        "were",
        "the",
        "a",
        "by",
        "from",
        "been",
        "and",
    ):
        return None
    if before not in (",", "with", "while", "before", "after", "—", "–") and "object" not in frames(
        words.lows[i]
    ):
        if not (before in GROUP_WORDS or is_capital(words.texts[i - 1])):
            return None
    found = _with_subject(words, i) or _sentence_subject(words, low, i)
    start = content_after(words, i, len(words))
    if found is None or start is None or not takes_clause(words, i, start):
        return None
    return found, start, len(words), words.texts[i]


GROUP_WORDS = word_set(
    """
    analysts experts officials activists critics lawmakers observers some
    """
)


def _with_subject(words: Words, i: int) -> Found | None:
    """ "with some analysts suggesting that": the participle's own subject."""
    for back in range(i - 1, max(-1, i - 8), -1):
        if words.lows[back] == "with":
            source = describe(words, back + 1, i)
            return Found(source, back + 1, i) if source else None
        if words.texts[back] in ",;":
            return None
    return None


def _sentence_subject(words: Words, low: int, high: int) -> Found | None:
    """The subject of the first verb of the sentence."""
    for i in range(low + 1, high):
        if _is_verb(words, i, words.lows[i]):
            found = source_before(words, i, low)
            if found and (
                found.source.sort not in ("anonymous", "document") or found.source.definite
            ):
                return found
            if i > low + 14:
                return None
    return None


def _noun_cue(words: Words, i: int) -> tuple[Found, int, int, str] | None:
    """ "the Ministry's finding that ...": a possessive before the noun is the source."""
    for back in range(i - 1, max(-1, i - 4), -1):
        word = words.texts[back]
        if word.endswith(("’s", "'s")) and is_capital(word):
            start = back
            while start > 0 and (
                is_capital(words.texts[start - 1]) or words.lows[start - 1] == "the"
            ):
                start -= 1
            source = describe(words, start, back + 1)
            if source and i + 3 < len(words):
                return Found(source, start, back + 1), i + 2, len(words), words.texts[i]
    return None


def _according(words: Words, i: int, high: int) -> Found | None:
    """The source of "according to X"."""
    if i + 2 >= high or words.lows[i + 1] != "to":
        return None
    stop = i + 2
    while stop < high and not (
        words.texts[stop] in ",.;:—–()" or words.texts[stop][0] == "\x01"
        or words.lows[stop] in ("who", "which", "that", "published", "released", "obtained", "presented",
                                "seen", "reviewed", "and", "as", "data", "figures", "in", "on")
    ):  # fmt: skip
        stop += 1
    source = describe(words, i + 2, stop)
    if source is None or source.sort == "pronoun":
        return None
    if source.sort == "group" and " at " in (source.role or ""):
        return Found(source, i, stop)
    return Found(source, i, stop)


def _according_content(words: Words, i: int, low: int) -> tuple[Found, int, int, str] | None:
    found = _according(words, i, len(words))
    if found is None:
        return None
    cue = f"{words.texts[i]} {words.texts[i + 1]}"
    if i <= low + 1:
        start = found.last
        while start < len(words) and words.texts[start] != ",":
            start += 1
        return (found, start + 1, len(words), cue) if start + 3 < len(words) else None
    stop = i - 1 if words.texts[i - 1] in ",—–" else i
    first = low
    while first < stop and words.lows[first] in ("but", "and", "however", ","):
        first += 1
    return (found, first, stop, cue) if stop - first >= 3 else None


def _carried_on(
    reader: Reader, paragraph: Paragraph, words: Words, floor: Speaker | None, form: Form
) -> Iterator[Statement]:
    """Words without marks that can only be those of the speaker on the floor."""
    speaker = reader.on_floor()
    if speaker is None or not words.texts:
        return
    plain = paragraph.masked[words.starts[0] : words.ends[-1]]
    lost = form == "news" and reader.floor_age <= 1 and FIRST_PLURAL.search(plain)
    modal = reader.issuer_body and floor is not None and MODAL.search(plain) and speaker.is_body
    if lost or modal:
        yield _span(reader, paragraph, words, 0, len(words), speaker, None)


MODAL = re.compile(r"\b(?:should|must|would)\b")


# --- making statements -------------------------------------------------------------------


def _span(
    reader: Reader,
    paragraph: Paragraph,
    words: Words,
    a: int,
    b: int,
    speaker: Speaker,
    cue: str | None,
) -> Statement:
    """A reported statement over the words ``[a, b)`` without the marks at its ends."""
    while b > a + 1 and words.texts[b - 1] in (".", ",", ";", ":", "—", "–"):
        b -= 1
    start, end = paragraph.low + words.starts[a], paragraph.low + words.ends[b - 1]
    return _statement(reader, start, end, "reported", speaker, cue)


def _statement(
    reader: Reader, start: int, end: int, kind: Kind, speaker: Speaker | None, cue: str | None
) -> Statement:
    text = reader.text[start:end]
    if speaker is None:
        return Statement(start, end, text, kind, cue=cue)
    return Statement(
        start,
        end,
        text,
        kind,
        speaker.name,
        speaker.mention,
        speaker.role,
        speaker.affiliation,
        cue,
        speaker.via,
        CONFIDENCE.get((kind, speaker.via), 0.6),
    )
