"""Running prose, news and readouts: quotations and reported speech with their speakers.

In come the paragraphs of a document and a `Reader`; out go `Statement`s in order.
A paragraph is read once: its quotations are scanned, speech is told from names in
quotes, the quoted words are masked, and each sentence is searched for a reporting
verb with a subject.  What nobody says stays without a statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from searchkit.names.offices import word_set
from searchkit.records import Form, Kind, Statement
from searchkit.segment.agents import OWNED_NOUNS
from searchkit.segment.complements import content_after, takes_clause
from searchkit.segment.cues import CUES, PARTICIPLES, QUICK_WORDS, frames
from searchkit.segment.framed import MOST_WORDS, frame_source, names_somebody, unattributed
from searchkit.segment.parsed import parsed_reports
from searchkit.segment.people import Speaker, name_tokens
from searchkit.segment.quotes import Quote, scan_quotes
from searchkit.segment.reader import Reader, joined
from searchkit.segment.reported import (
    clause_subject,
    report_at,
)
from searchkit.segment.sentences import Span, sentence_spans
from searchkit.segment.sources import (
    BOUNDARIES,
    Found,
    starts_clause,
)
from searchkit.segment.speech import Paragraph, close_torn, mask_speech
from searchkit.segment.words import Words, is_capital, split_words

# Words of the people who speak, outside quotation marks in the third person's prose.
FIRST_PLURAL = re.compile(r"\b(?:[Ww]e|[Oo]urs?|[Uu]s)\b")
# How often the speaker is right, by what he was found by: measured on the training half of
# PolNeAR, where it names its sources (right of matched; names anew: 3450 of 3538, 2911 of 3022):
#     direct    name 1592 of 1635, role 116 of 128, continuation 53 of 110
#     reported  name 1459 of 1492, role 514 of 540
# Pronouns, which it does not resolve, are from hand-labelled diplomatic texts (36 of 42), and
# so is half of the weight of continuations (9 of 9 and 6 of 6 there).
CONFIDENCE = {
    ("direct", "name"): 0.97, ("direct", "role"): 0.9, ("direct", "pronoun"): 0.8,
    ("direct", "continuation"): 0.6, ("reported", "name"): 0.96, ("reported", "role"): 0.95,
    ("reported", "pronoun"): 0.8, ("reported", "continuation"): 0.6,
}  # fmt: skip

# The same of what only a parse finds (name 125 of 144, role 97 of 123).
PARSED_CONFIDENCE = {"name": 0.85, "role": 0.8}


def read_prose(reader: Reader, paragraphs: list[Span], form: Form) -> Iterator[Statement]:
    """The statements of the paragraphs, in order; ``reader`` is moved on."""
    carried = False
    for number, (low, high) in enumerate(paragraphs):
        after = paragraphs[number + 1][0] if number + 1 < len(paragraphs) else None
        if line := DATELINE.match(reader.text, low, high):
            low = line.end()
        reader.quote_follows = after is not None and reader.text[after] in OPENERS
        quotes = scan_quotes(reader.text, low, high, carried=carried)
        if carried and not quotes and _closes_later(reader.text, paragraphs, number):
            quotes = [Quote(low, high, low, high, opened=False, closed=False)]
        carried = bool(quotes) and not quotes[-1].closed
        quotes = [quote if quote.closed else close_torn(reader.text, quote) for quote in quotes]
        if not quotes and reader.text[high - 1] == ":":
            reader.introduced = _introduced(reader, low, high)
            continue
        paragraph = mask_speech(reader.text, low, high, quotes)
        found = list(read_paragraph(reader, paragraph, form))
        if not found:
            reader.next_paragraph()
        elif reader.floor is not None:
            reader.floor_age = 0
        yield from found


# "KARVEL — Talks ended": the place is of the paper.
DATELINE = re.compile(
    r"[A-Z][A-Z.’'-]{2,30}(?:\s[A-Z][A-Z.’'-]{2,30}){0,3}(?:,\s[A-Z][\w. ]{1,20})?"
    r"(?:\s\([\w .-]{2,30}\))?\s?(?:—|–|--|\s-)\s(?=[A-Z“\"])"
)


def _closes_later(text: str, paragraphs: list[Span], number: int) -> bool:
    """Whether the next paragraph with marks begins by closing what was left open before."""
    for low, high in paragraphs[number + 1 : number + LONGEST_CARRIED]:
        if quotes := scan_quotes(text, low, high, carried=True):
            return not quotes[0].opened
    return False


LONGEST_CARRIED = 12


def _introduced(reader: Reader, low: int, high: int) -> Speaker | None:
    """Whose words a paragraph that ends with a colon announces: "The message reads:"."""
    words = split_words(reader.text, low, high)
    hit = frame_source(reader, Paragraph(0, high, reader.text, []), words)
    return hit[0] if hit else None


def read_paragraph(reader: Reader, paragraph: Paragraph, form: Form) -> Iterator[Statement]:
    """The statements of one paragraph, sentence by sentence."""
    floor_before = reader.floor
    last: Speaker | None = None
    lost: Statement | None = None
    for start, end in sentence_spans(paragraph.masked):
        words = split_words(paragraph.masked, start, end)
        if not words.texts:
            continue
        reader.near = _people_in(reader, words) if "he" in words.lows or "she" in words.lows else []
        inside = [q for q in paragraph.speech if start <= q.outer_start - paragraph.low < end]
        if inside:
            found = list(_quoted_sentence(reader, paragraph, words, inside, last))
        else:
            found, torn = _plain_or_torn(reader, paragraph, words, form)
            if torn or (lost is not None and not found):
                lost = _longer(reader, lost, torn, paragraph.low + words.ends[-1])
                continue
            found = found or list(_adopted(reader, paragraph, words, floor_before))
        if reader.parser == "spacy" and not QUICK_WORDS.isdisjoint(words.lows):
            found += _parsed(reader, paragraph, words, found)
        if lost is not None:
            yield lost
            lost = None
        yield from found
        if found and reader.floor is not None:
            last = reader.floor
        elif not found:
            _see_subject(reader, words, paragraph)
    if lost is not None:
        yield lost


def _parsed(
    reader: Reader, paragraph: Paragraph, words: Words, found: list[Statement]
) -> Iterator[Statement]:
    """What a parse of the sentence finds beside the statements that the rules found.

    Inside one of them only what somebody else said: a statement within a statement.
    """
    taken = list(found)
    reports = list(parsed_reports(reader.text[paragraph.low : paragraph.high], words))
    for report in sorted(reports, key=lambda r: r.start - r.stop):
        speaker = reader.resolve(report.found.source, paragraph.masked)
        if speaker is None:
            continue
        made = _span(reader, paragraph, words, report.start, report.stop, speaker, report.cue)
        if all(_apart(made, other) for other in taken):
            taken.append(made)
            yield replace(made, confidence=PARSED_CONFIDENCE.get(made.via or "", 0.6))


def _apart(made: Statement, other: Statement) -> bool:
    """Whether a statement shares no words with another, or is somebody else's within it."""
    if made.end <= other.start or other.end <= made.start:
        return True
    within = other.start <= made.start and made.end <= other.end
    shorter = made.end - made.start < other.end - other.start
    same = (made.speaker, made.role) == (other.speaker, other.role)
    return within and shorter and not same and other.kind == "reported"


def _plain_or_torn(
    reader: Reader, paragraph: Paragraph, words: Words, form: Form
) -> tuple[list[Statement], list[Statement]]:
    """What a sentence without quotation reports, or that it is speech that lost its marks."""
    before = (reader.floor, reader.focus, reader.last_body)
    found = list(_plain_sentence(reader, paragraph, words))
    if found and not (found[0].cue or "").endswith("ing"):
        return found, []
    after = (reader.floor, reader.focus, reader.last_body)
    reader.floor, reader.focus, reader.last_body = before
    torn = list(_lost_quotes(reader, paragraph, words, form))
    if torn:
        return [], torn
    reader.floor, reader.focus, reader.last_body = after
    return found, []


def _longer(reader: Reader, lost: Statement | None, torn: list[Statement], end: int) -> Statement:
    """Neighbouring sentences that lost their marks are one statement."""
    if lost is None:
        return torn[0]
    return replace(lost, end=end, text=reader.text[lost.start : end])


def _people_in(reader: Reader, words: Words) -> list[Speaker]:
    """The known people named in a sentence before its first pronoun, in order."""
    for i, word in enumerate(words.texts):
        if words.lows[i] in ("he", "she"):
            break
        ends_name = i + 1 == len(words) or not is_capital(words.texts[i + 1])
        if not is_capital(word) or not ends_name or word.endswith(("’s", "'s")):
            continue
        if person := reader.people.find(word):
            return [reader.of_person(person, None)]
    return []


def _see_subject(reader: Reader, words: Words, paragraph: Paragraph) -> None:
    """A sentence without speech: its subject is whom a following pronoun means."""
    subject = clause_subject(words, 0, len(words))
    if subject is not None and subject.source.sort == "unknown":
        return
    begins = subject is not None and (
        subject.first == 0
        or words.lows[subject.first - 1] not in BOUNDARIES
        or (subject.first == 1 and words.lows[0] in ("but", "yet"))
    )
    if subject is not None and begins:
        speaker = reader.resolve(subject.source, paragraph.masked)
        if speaker is not None and (speaker.name or speaker.plural or speaker.role):
            reader.seen(speaker)
            _see_pair(reader, words, speaker, subject.last)


# "X met Y", "X spoke by telephone with Y": of whom "they" tells next.
MEETS = word_set("met spoke talked hosted received welcomed held conferred meets hosts visited")
REACH = 12


def _see_pair(reader: Reader, words: Words, speaker: Speaker, at: int) -> None:
    """Two people who met are together whom a following "they" means."""
    meets = next((i for i in range(at, min(at + 4, len(words))) if words.lows[i] in MEETS), None)
    if meets is None or speaker.name is None or speaker.plural or speaker.is_body:
        return
    for i in range(meets + 1, min(meets + REACH, len(words))):
        last = i + 1 == len(words) or not is_capital(words.texts[i + 1])
        if last and is_capital(words.texts[i]) and (other := reader.people.find(words.texts[i])):
            if other.name != speaker.name and len(name_tokens(other.name)) > 1:
                pair = joined([speaker, reader.of_person(other, None)], None)
                reader.last_group = pair or reader.last_group
            return


# --- sentences with quotations ---------------------------------------------------------


def _quoted_sentence(
    reader: Reader,
    paragraph: Paragraph,
    words: Words,
    quotes: list[Quote],
    last: Speaker | None,
) -> Iterator[Statement]:
    """A sentence that holds speech: who said it, and what else he is said to have said."""
    hit = frame_source(reader, paragraph, words)
    speaker: Speaker | None
    cue = None
    if hit is not None:
        speaker, cue_at, _ = hit
        cue = words.texts[cue_at] if cue_at >= 0 else None
    elif names_somebody(words):
        speaker = None
    else:
        speaker = unattributed(reader, paragraph, words, last)
    for quote in quotes:
        yield _statement(reader, quote.start, quote.end, "direct", speaker, cue)
    if speaker is not None:
        reader.heard(speaker)
    if hit is not None and speaker is not None:
        found = list(_tails(reader, paragraph, words, hit, speaker))
        yield from found
        yield from _beside_quotes(reader, paragraph, words, hit, found)


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


def _beside_quotes(
    reader: Reader,
    paragraph: Paragraph,
    words: Words,
    hit: tuple[Speaker, int, Found],
    tails: list[Statement],
) -> Iterator[Statement]:
    """What the sentence reports in other clauses: 'X urged them to go, saying “...”'."""
    _, cue, subject = hit
    taken = max((s.end for s in tails), default=0)
    speech = next((i for i, word in enumerate(words.texts) if word[0] == "\x01"), len(words))
    for i in range(1, len(words)):
        if words.lows[i] not in REPORTING or (i == cue and speech < i):
            continue
        report = report_at(words, i, 0, adopts=False)
        if report is None or report.start <= i or report.rest is not None:
            continue
        if report.found.source.sort in ("unknown", "anonymous", "group"):
            continue  # "a woman asked for a photo and ..."
        stop = _clause_end(words, report.start, subject.first)
        if stop - report.start < FEWEST_BESIDE or paragraph.low + words.starts[i] < taken:
            continue
        speaker = reader.resolve(report.found.source, paragraph.masked)
        if speaker is not None:
            yield _span(reader, paragraph, words, report.start, stop, speaker, report.cue)
            return


FEWEST_BESIDE = 3


def _clause_end(words: Words, start: int, subject: int) -> int:
    """Where a reported clause ends beside a quotation; ``start`` where it runs into one."""
    stop = next((i for i in range(start, len(words)) if words.texts[i][0] == "\x01"), len(words))
    if stop < len(words):
        near = range(stop - 1, max(start, stop - CUE_REACH), -1)
        cue = next((i for i in near if words.lows[i] in CUES), start)
        stop = subject if start < subject < cue else cue
    while stop > start and (words.texts[stop - 1] in ",;—–" or words.lows[stop - 1] in JOINS):
        stop -= 1
    return stop


CUE_REACH = 7
JOINS = word_set("and but while then later also")


# --- sentences without quotations -------------------------------------------------------


REPORTING = QUICK_WORDS | OWNED_NOUNS


def _plain_sentence(reader: Reader, paragraph: Paragraph, words: Words) -> Iterator[Statement]:
    """Reported speech in a sentence: one statement for each subject that speaks."""
    if len(words) > MOST_WORDS or REPORTING.isdisjoint(words.lows):
        return
    low, pending, at = 0, None, (0, 0)
    for i in range(len(words)):
        if i < low:
            continue
        report = report_at(words, i, low, adopts=reader.issuer_body is not None)
        if report is None or not _content_ok(words, report.start, report.stop):
            continue
        first = report.found.first
        # A verb inside what is already said, or a second verb of the same subject.
        if pending is not None and (first <= at[1] or not starts_clause(words, first)):
            continue
        speaker = reader.resolve(report.found.source, paragraph.masked)
        if speaker is None:
            continue
        if pending is not None:
            if report.start < i and speaker.name == pending.speaker:
                continue
            yield _cut(reader, paragraph, words, pending, first)
        reader.heard(speaker)
        if report.rest is not None:
            yield _span(reader, paragraph, words, report.start, report.stop, speaker, report.cue)
            pending = _span(reader, paragraph, words, report.rest, len(words), speaker, report.cue)
            at = (first, report.rest)
            continue
        stop = topic_cut(words, report.start, report.stop)
        pending = _span(reader, paragraph, words, report.start, stop, speaker, report.cue)
        at = (first, report.start if report.start > i else i)
        if report.stop <= i:
            yield pending
            pending, low = None, i + 1
    if pending is not None:
        yield pending


def topic_cut(words: Words, start: int, stop: int) -> int:
    """The end of what is said, before "and discussed ...", which only names a topic."""
    for i in range(start + 3, stop - 2):
        if words.lows[i] in TOPIC_VERBS and words.lows[i - 1] in ("and", ","):
            if "importance" in words.lows[i : i + 4]:
                return stop
            return i - 1 - (words.texts[i - 2] == ",")
        if words.texts[i] in COMMENT_MARKS:
            if words.texts[i] != "," and words.lows[i + 1] in ("although", "though"):
                return i
            if words.lows[i + 1] in ("a", "an") and not COMMENTS.isdisjoint(
                words.lows[i + 2 : i + 5]
            ):
                return i
    return stop


COMMENT_MARKS = frozenset("—–-,")
# ", a reference to ...": what the writer makes of the words.
COMMENTS = word_set(
    """
    swipe reference claim charge allegation accusation proposal recommendation stance position move
    statement assertion criticism suggestion notion idea nod jab remark comment departure reversal
    shift contention argument complaint demand point view policy practice promise pledge contrast
    """
)
TOPIC_VERBS = word_set("discussed reviewed exchanged conferred met spoke")


def _content_ok(words: Words, start: int, stop: int) -> bool:
    quoted = any(word[0] == "\x02" for word in words.texts[start:stop])
    return quoted or sum(word[0].isalnum() for word in words.texts[start:stop]) >= 2


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


def _lost_quotes(
    reader: Reader, paragraph: Paragraph, words: Words, form: Form
) -> Iterator[Statement]:
    """Words without marks in the first person, while somebody has the floor: his."""
    speaker = reader.on_floor()
    if speaker is None or form != "news" or reader.floor_age > LOST_QUOTES_GAP:
        return
    if not paragraph.speech and not reader.quote_follows:
        return
    if FIRST_PLURAL.search(paragraph.masked, words.starts[0], words.ends[-1]):
        yield _span(reader, paragraph, words, 0, len(words), speaker, None)


def _adopted(
    reader: Reader, paragraph: Paragraph, words: Words, floor: Speaker | None
) -> Iterator[Statement]:
    """In a release of a body that adopts positions: what "should" be done, after its words."""
    speaker = reader.on_floor()
    if reader.issuer_body is None or floor is None or speaker is None or not speaker.is_body:
        return
    if MODAL.search(paragraph.masked, words.starts[0], words.ends[-1]):
        yield _span(reader, paragraph, words, 0, len(words), speaker, None)


MODAL = re.compile(r"\b(?:should|must|would (?:also )?apply)\b")
LOST_QUOTES_GAP = 2
OPENERS = '"“”„«‘'


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
