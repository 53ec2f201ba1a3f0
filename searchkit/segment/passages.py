"""Passages: whole sentences that have one attribution, with their statements.

In come a document and its statements; out go `Passage`s in text order, disjoint,
each equal to its slice of the text, that together hold every sentence.  Who said
what is decided before; here text is only cut and joined.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from searchkit.names import country_code
from searchkit.records import Document, Passage, Statement
from searchkit.segment.sentences import Span, sentence_spans

MOST_WORDS = 200
FEWEST_WORDS = 20
ID_CHARS = 6


@dataclass(slots=True)
class Piece:
    """A stretch of whole sentences and the statement that rules it, if any."""

    start: int
    end: int
    words: int
    ruler: Statement | None
    paragraph: int

    def key(self) -> tuple[str | None, ...]:
        """What neighbours must share to be one passage."""
        s = self.ruler
        return (None,) if s is None else (s.kind, s.speaker, s.role, s.affiliation)


def make_passages(
    document: Document, paragraphs: list[Span], statements: list[Statement]
) -> list[Passage]:
    """The passages of a document, in order; ``statements`` are in order of their start."""
    pieces = _joined(document.text, _sentences(document.text, paragraphs, statements))
    seen: dict[str, int] = {}
    passages = []
    at = 0
    for piece in pieces:
        while at < len(statements) and statements[at].end <= piece.start:
            at += 1
        inside = tuple(_clipped(document.text, statements, at, piece))
        passages.append(_passage(document, piece, inside, seen))
    return passages


def _sentences(text: str, paragraphs: list[Span], statements: list[Statement]) -> Iterator[Piece]:
    """Each sentence with the statement that covers most of it."""
    at = 0
    for number, (low, high) in enumerate(paragraphs):
        for start, end in sentence_spans(text, low, high):
            while at < len(statements) and statements[at].end <= start:
                at += 1
            ruler, most = None, 0
            for statement in _overlapping(statements, at, end):
                shared = min(end, statement.end) - max(start, statement.start)
                if shared > most:
                    ruler, most = statement, shared
            yield Piece(start, end, text.count(" ", start, end) + 1, ruler, number)


def _overlapping(statements: list[Statement], at: int, end: int) -> Iterator[Statement]:
    while at < len(statements) and statements[at].start < end:
        yield statements[at]
        at += 1


def _joined(text: str, sentences: Iterator[Piece]) -> Iterator[Piece]:
    """Neighbours of one attribution joined, up to ``MOST_WORDS``.

    Across a paragraph break only what is too short to stand alone is joined.
    """
    last: Piece | None = None
    for piece in sentences:
        if last is not None and _may_join(text, last, piece):
            ruler = max((last, piece), key=_ruled).ruler
            last = Piece(last.start, piece.end, last.words + piece.words, ruler, piece.paragraph)
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last


def _may_join(text: str, left: Piece, right: Piece) -> bool:
    if left.words + right.words > MOST_WORDS:
        return False
    if _is_cut(left, right):
        return True
    if left.key() != right.key():
        return False
    return left.paragraph == right.paragraph or left.words < FEWEST_WORDS


def _is_cut(left: Piece, right: Piece) -> bool:
    """Whether one statement goes on from the left piece into the right."""
    return any(
        s is not None and s.start < left.end and s.end > right.start
        for s in (left.ruler, right.ruler)
    )


def _ruled(piece: Piece) -> int:
    """How much of a piece its ruling statement covers."""
    s = piece.ruler
    return min(piece.end, s.end) - max(piece.start, s.start) if s else -1


def _clipped(text: str, statements: list[Statement], at: int, piece: Piece) -> Iterator[Statement]:
    """The parts of the statements that lie in the piece."""
    for statement in _overlapping(statements, at, piece.end):
        start, end = max(statement.start, piece.start), min(statement.end, piece.end)
        if (start, end) == (statement.start, statement.end):
            yield statement
        elif start < end:
            yield replace(statement, start=start, end=end, text=text[start:end])


def _passage(
    document: Document, piece: Piece, statements: tuple[Statement, ...], seen: dict[str, int]
) -> Passage:
    text = document.text[piece.start : piece.end]
    ruler = piece.ruler
    return Passage(
        id=passage_id(document.id, text, seen),
        document_id=document.id,
        start=piece.start,
        end=piece.end,
        text=text,
        kind=ruler.kind if ruler else "narration",
        speaker=ruler.speaker if ruler else None,
        speaker_mention=ruler.speaker_mention if ruler else None,
        role=ruler.role if ruler else None,
        affiliation=ruler.affiliation if ruler else None,
        country=_country(ruler.affiliation if ruler else None, document.country),
        cue=ruler.cue if ruler else None,
        via=ruler.via if ruler else None,
        confidence=ruler.confidence if ruler else None,
        statements=statements,
    )


def _country(affiliation: str | None, home: str | None) -> str | None:
    """The code of the first country spoken for, else of the document's country."""
    for body in (affiliation or "").split("; "):
        if body and (code := country_code(body)):
            return code
    return country_code(home) if home else None


def passage_id(document_id: str, text: str, seen: dict[str, int]) -> str:
    """The id of a passage: it depends on its own words only; ``seen`` counts repeats.

    >>> passage_id("doc", "We agree.", seen := {}), passage_id("doc", "We agree.", seen)
    ('doc:p3lsp3', 'doc:p3lsp3-2')
    """
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    name = f"{document_id}:{base64.b32encode(digest).decode('ascii').lower()[:ID_CHARS]}"
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else f"{name}-{seen[name]}"
