"""News in other languages than English: quotations and clauses, and who is named beside them.

In come the paragraphs of a language that `tongues` has; out go direct and reported
`Statement`s.  A speaker is given where a name or a known office stands beside the
reporting word, or where a pronoun, or no subject at all, follows in the same
paragraph; otherwise the words stay unattributed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from searchkit.names import country_code, country_name
from searchkit.records import Document, Kind, Statement
from searchkit.segment.foreign_names import (
    Phrase,
    Roll,
    arabic_phrase,
    chinese_phrase,
    phrase_after,
    phrase_before,
    read_phrase,
)
from searchkit.segment.people import People
from searchkit.segment.quotes import Quote, scan_quotes
from searchkit.segment.sentences import Span, sentence_spans
from searchkit.segment.tongues import (
    according_pattern,
    cue_pattern,
    that_pattern,
    tongue_of,
)

FEWEST_WORDS = 4
FEWEST_CHARS = 8  # of a script without spaces
REACH = 160
HAN = re.compile(r"[\u4e00-\u9fff]")
STOP_INSIDE = re.compile(r"[.!?…。！？؟]$")
# "«...», — сказал", "« ... » a dit", "“...” dedi": the sentence goes on after the marks.
GOES_ON = re.compile(r"\s*(?:[,—–-]\s*)*[^\W\d_A-ZÀ-ÖØ-ÞА-ЯЁЄІЇҐ]")
# "», — обурився він": what follows a quotation and a dash is a reporting word, whichever.
DASH_CUE = re.compile(r"\x01[,.!?…]*\s*[—–-]\s(?P<cue>[а-яёєіїґ’']{4,})\s")
# Languages whose verbs need no subject of their own.
SUBJECTLESS = frozenset(("es", "it", "pt", "ar", "cs", "pl", "tr"))
TRIM = " .,;:—–\t\n!?。，،"


@dataclass(slots=True)
class Scene:
    """What is known while a document is read: its people, and who spoke in the paragraph."""

    document: Document
    code: str
    people: People
    roll: Roll
    masked: str = ""
    last: Statement | None = None
    made: list[Statement] = field(default_factory=list)


def read_foreign(document: Document, paragraphs: list[Span], people: People) -> Iterator[Statement]:
    """The statements of the paragraphs; the document's language must be one of `tongues`."""
    code = tongue_of(document.language)
    assert code is not None
    scene = Scene(document, code, people, Roll.of(document.text, code))
    speech = _all_speech(document.text, paragraphs)
    scene.masked = _masked(document.text, [quote for quotes in speech for quote in quotes])
    floor: Statement | None = None
    for (low, high), quotes in zip(paragraphs, speech, strict=True):
        scene.last = None
        scene.made = []
        for start, end in sentence_spans(scene.masked, low, high):
            inside = [q for q in quotes if start <= q.outer_start < end]
            _read_sentence(scene, start, end, inside)
        if floor is not None and scene.made and scene.last is None:
            # Nothing but quotations: they go on from the paragraph before.
            scene.made = [_goes_on(s, floor) for s in scene.made]
        floor = scene.last or (floor if scene.made else None)
        yield from scene.made


def _all_speech(text: str, paragraphs: list[Span]) -> list[list[Quote]]:
    """The quotations of each paragraph that are speech."""
    carried = False
    found = []
    for low, high in paragraphs:
        quotes = scan_quotes(text, low, high, carried=carried)
        carried = bool(quotes) and not quotes[-1].closed
        found.append([q for q in quotes if _is_speech(text, low, high, q)])
    return found


def _goes_on(statement: Statement, floor: Statement) -> Statement:
    return replace(
        statement, speaker=floor.speaker, role=floor.role, affiliation=floor.affiliation,
        via="continuation", confidence=0.6,
    )  # fmt: skip


def _is_speech(text: str, low: int, high: int, quote: Quote) -> bool:
    """A quotation of several words that begins a sentence or stands after colon or comma."""
    words = text[quote.start : quote.end]
    long = len(words) >= FEWEST_CHARS if HAN.search(words) else len(words.split()) >= FEWEST_WORDS
    before = text[low : quote.outer_start].rstrip()
    begins = not before or before[-1] in ".!?…”»“:：,，。—–"
    after = text[quote.outer_end : min(high, quote.outer_end + 4)]
    return begins and (long or after.lstrip(" ,")[:1] in ("—", "–") or not words[:1].islower())


def _masked(text: str, speech: list[Quote]) -> str:
    """The text with speech as \\x01, each with the stop it ends with."""
    pieces = []
    at = 0
    for quote in speech:
        ends = STOP_INSIDE.search(text, quote.start, quote.end)
        stops = ends and not GOES_ON.match(text, quote.outer_end)
        length = quote.outer_end - quote.outer_start
        pieces += [text[at : quote.outer_start], "\x01" * (length - 1), "." if stops else "\x01"]
        at = quote.outer_end
    pieces.append(text[at:])
    return "".join(pieces)


def _read_sentence(scene: Scene, start: int, end: int, quotes: list[Quote]) -> None:
    cue, phrase = _attribution(scene, start, end)
    speaker = _resolve(scene, phrase) if phrase is not None else None
    word = _cue_word(cue)
    for quote in quotes:
        by = speaker or (None if cue else scene.last)
        via = speaker.via if speaker else "continuation" if by else None
        mention = speaker.speaker_mention if speaker else None
        made = _statement(scene, quote.start, quote.end, "direct", by, word)
        scene.made.append(replace(made, via=via, speaker_mention=mention))
    if clause := _clause(scene, start, end, cue, quotes):
        made = _statement(scene, *clause, "reported", speaker, word)
        if speaker is not None:
            made = replace(made, via=speaker.via, speaker_mention=speaker.speaker_mention)
        scene.made.append(made)
    if speaker is not None:
        scene.last = speaker


def _cue_word(cue: re.Match[str] | None) -> str | None:
    """The reporting word alone: "по словам", "сказал"."""
    if cue is None:
        return None
    groups = cue.groupdict()
    if "source" in groups:
        return cue.string[cue.start() : cue.start("source")].strip()
    word: str = groups.get("cue") or cue[0]
    return word


def _attribution(scene: Scene, start: int, end: int) -> tuple[re.Match[str] | None, Phrase | None]:
    """The first reporting word of a sentence that has a subject, else the first there is."""
    if (opens := according_pattern(scene.code)) and (
        found := opens.match(scene.masked, start, end)
    ):
        return found, read_phrase(scene.code, scene.masked, *found.span("source"), after=True)
    dash = DASH_CUE.search(scene.masked, start, end)
    first: re.Match[str] | None = None
    for cue in cue_pattern(scene.code).finditer(scene.masked, start, end):
        first = first or cue
        if phrase := _subject(scene, start, end, cue.span()):
            return cue, phrase
    if dash is not None:
        return dash, _subject(scene, start, end, dash.span("cue"))
    drops = first is not None and scene.last is not None and scene.code in SUBJECTLESS
    return first, Phrase() if drops else None


def _subject(scene: Scene, start: int, end: int, cue: Span) -> Phrase | None:
    stop = min(end, cue[1] + REACH)
    if scene.code == "zh":
        return chinese_phrase(scene.masked, start, cue[0])
    if scene.code == "ar":
        return arabic_phrase(scene.masked, cue[1], stop)
    return phrase_after(scene.code, scene.masked, cue[1], stop) or phrase_before(
        scene.code, scene.masked, max(start, cue[0] - REACH), cue[0]
    )


def _resolve(scene: Scene, phrase: Phrase) -> Statement | None:
    """Whom a phrase means: as a bare statement that carries speaker, mention and evidence."""
    at = max(phrase.start, 0)
    if phrase.name is not None:
        name = scene.roll.full(phrase.name, known=bool(phrase.office))
        if name is None:
            return None
        scene.roll.hold(phrase.office, name)
        mention = scene.document.text[phrase.start : phrase.end]
        known = scene.people.find(name)
        country = country_code(name)
        affiliation = country_name(country) if country else known.affiliation if known else None
        return Statement(at, at, "", "direct", name, mention, None, affiliation, None, "name")
    if phrase.office is not None:
        holder = scene.roll.holder(phrase.office, at)
        mention = scene.document.text[phrase.start : phrase.end]
        role = None if holder else mention
        return Statement(at, at, "", "direct", holder, mention, role, None, None, "role")
    last = scene.last
    if last is None:
        return None
    pronoun = scene.document.text[phrase.start : phrase.end]
    return replace(last, speaker_mention=pronoun or None, via="pronoun")


def _clause(
    scene: Scene, start: int, end: int, cue: re.Match[str] | None, quotes: list[Quote]
) -> Span | None:
    """What is reported: the that-clause of the cue, or what follows "according to X,"."""
    if cue is None:
        return None
    if "source" in cue.groupdict():
        begin = cue.end()
    elif scene.code == "zh":
        begin = cue.end() + 1 if scene.masked[cue.end() : cue.end() + 1] in ("，", "：") else end
    else:
        that = that_pattern(scene.code)
        found = that.search(scene.masked, cue.end(), min(end, cue.end() + REACH)) if that else None
        begin = found.end() if found else end
    stop = next((q.outer_start for q in quotes if q.outer_start > begin), end)
    if quotes and quotes[0].outer_start <= begin < quotes[0].outer_end:
        return None
    while stop > begin and scene.masked[stop - 1] in TRIM:
        stop -= 1
    while begin < stop and scene.masked[begin] in TRIM:
        begin += 1
    whole = (
        stop - begin > (4 if scene.code == "zh" else FEWEST_CHARS)
        and "\x01" not in scene.masked[begin:stop]
    )
    return (begin, stop) if whole else None


def _statement(
    scene: Scene, start: int, end: int, kind: Kind, by: Statement | None, cue: str | None
) -> Statement:
    text = scene.document.text[start:end]
    if by is None:
        return Statement(start, end, text, kind, cue=cue)
    return Statement(
        start, end, text, kind, by.speaker, None, by.role, by.affiliation, cue, None, 0.75
    )
