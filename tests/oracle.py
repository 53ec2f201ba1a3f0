"""The engine contract once more, by brute force: slow, short, and plainly right.

Everything is read off the entries themselves, one at a time, with no index at all.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

from searchkit.engines import DAYS, Found, Sort
from searchkit.query import (
    And,
    Best,
    DayRange,
    Everything,
    Keyword,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Ranked,
    Term,
)
from searchkit.records import Entry

K1, B = 1.2, 0.6


class Oracle:
    """What an engine holds and answers after the same updates."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self._counts: dict[str, Counter[str]] = {}
        self._averages: dict[str, float] = {}

    def update(self, document_ids: Iterable[str], entries: Iterable[Entry]) -> int:
        new = {entry.passage_id: entry for entry in entries}
        gone = {*document_ids, *(entry.document_id for entry in new.values())}
        kept = {i: entry for i, entry in self.entries.items() if entry.document_id not in gone}
        self.entries = kept | new
        self._counts, self._averages = {}, {}
        return len(new)

    def search(self, node: Node, *, limit: int, offset: int = 0, sort: Sort = "relevance") -> Found:
        rows = [
            (entry, self.score(node, entry))
            for entry in self.entries.values()
            if matches(node, entry)
        ]
        rows.sort(key=lambda row: _order(row[0], row[1], sort))
        page = rows[offset : offset + limit]
        return Found(len(rows), tuple((entry.passage_id, score) for entry, score in page))

    def counts(self, node: Node, fields: Sequence[str]) -> dict[str, dict[str | None, int]]:
        found = [entry for entry in self.entries.values() if matches(node, entry)]
        return {
            field: dict(Counter(chain.from_iterable(_values(entry, field) for entry in found)))
            for field in fields
        }

    def words(self, field: str, prefix: str, limit: int) -> list[str]:
        held = Counter(chain.from_iterable(_terms(entry, field) for entry in self.entries.values()))
        found = [(-n, t[1:]) for t, n in held.items() if t.startswith("=" + prefix)]
        return [word for _, word in sorted(found)[:limit]]

    def score(self, node: Node, entry: Entry) -> float:
        """BM25 with exact lengths; 0 for filters and for what does not match."""
        if not matches(node, entry):
            return 0.0
        match node:
            case Term(field, term, boost):
                times = sum(term in position for position in _field(entry, field))
                return boost * self._bm25(field, self._idf(field, term), times, entry)
            case Phrase(field, positions, slop, boost):
                times = len(_starts(_field(entry, field), positions, slop))
                rare = sum(min(self._idf(field, t) for t in terms) for terms in positions)
                return boost * self._bm25(field, rare, times, entry)
            case Near(field, left, right, distance, boost):
                times = len(_near(_field(entry, field), left, right, distance))
                rare = sum(min(self._idf(field, t) for t in terms) for terms in (*left, *right))
                return boost * self._bm25(field, rare, times, entry)
            case Prefix(_, _, boost):
                return boost
            case Ranked(part, evidence):
                return self.score(part, entry) + sum(self.score(e, entry) for e in evidence)
            case And(parts) | Or(parts):
                return sum(self.score(part, entry) for part in parts)
            case Best(parts):
                return max(self.score(part, entry) for part in parts if matches(part, entry))
            case _:
                return 0.0

    def _idf(self, field: str, term: str) -> float:
        held = self._holders(field)[term]
        if not held:
            return math.inf
        return math.log(1 + (len(self.entries) - held + 0.5) / (held + 0.5))

    def _holders(self, field: str) -> Counter[str]:
        if field not in self._counts:
            terms = chain.from_iterable(_terms(e, field) for e in self.entries.values())
            self._counts[field] = Counter(terms)
        return self._counts[field]

    def _bm25(self, field: str, idf: float, times: int, entry: Entry) -> float:
        if field not in self._averages:
            lengths = [length for e in self.entries.values() if (length := _length(e, field))]
            self._averages[field] = sum(lengths) / len(lengths)
        norm = K1 * (1 - B + B * _length(entry, field) / self._averages[field])
        return idf * (K1 + 1) * times / (times + norm)


def _values(entry: Entry, field: str) -> set[str | None]:
    if field == DAYS:
        return {f"{entry.first_day}-{entry.last_day}" if entry.first_day else None}
    return set(entry.keywords.get(field, ())) or {None}


def _order(entry: Entry, score: float, sort: Sort) -> tuple[object, ...]:
    day = entry.first_day or entry.last_day
    newest = (day is None, -(day or 0))
    if sort == "relevance":
        return (round(-score, 9), *newest, entry.passage_id)
    if sort == "newest":
        return (*newest, entry.passage_id)
    return (day is None, day or 0, entry.passage_id)


def _field(entry: Entry, field: str) -> tuple[tuple[str, ...], ...]:
    return entry.terms.get(field, ())


def _length(entry: Entry, field: str) -> int:
    return sum(bool(position) for position in _field(entry, field))


def _terms(entry: Entry, field: str) -> set[str]:
    return set(chain.from_iterable(_field(entry, field)))


def matches(node: Node, entry: Entry) -> bool:
    """Whether the entry is among those that the node describes."""
    match node:
        case Term(field, term):
            return term in _terms(entry, field)
        case Phrase(field, positions, slop):
            return bool(_starts(_field(entry, field), positions, slop))
        case Near(field, left, right, distance):
            return bool(_near(_field(entry, field), left, right, distance))
        case Prefix(field, prefix):
            return any(term.startswith(prefix) for term in _terms(entry, field))
        case Keyword(field, values):
            return not set(values).isdisjoint(entry.keywords.get(field, ()))
        case DayRange(first, last, undated):
            if entry.first_day is None or entry.last_day is None:
                return undated
            return (first or 0) <= entry.first_day and entry.last_day <= (last or 99999999)
        case And(parts):
            return all(matches(part, entry) for part in parts)
        case Or(parts, at_least):
            return sum(matches(part, entry) for part in parts) >= at_least
        case Best(parts):
            return any(matches(part, entry) for part in parts)
        case Ranked(part, _):
            return matches(part, entry)
        case Not(part):
            return not matches(part, entry)
        case Everything():
            return True


def _starts(
    text: tuple[tuple[str, ...], ...], positions: tuple[tuple[str, ...], ...], slop: int
) -> list[int]:
    """Where in the text the phrase begins."""
    if not positions:
        return []
    return [start for start in range(len(text)) if _continues(text, positions, slop, start)]


def _near(
    text: tuple[tuple[str, ...], ...],
    left: tuple[tuple[str, ...], ...],
    right: tuple[tuple[str, ...], ...],
    distance: int,
) -> list[int]:
    """Where the left phrase begins with the right one in reach, before it or behind."""
    rights = _starts(text, right, 0)
    return [
        start
        for start in _starts(text, left, 0)
        if any(
            _in_reach(text, start + len(left), other, distance)
            or _in_reach(text, other + len(right), start, distance)
            for other in rights
        )
    ]


def _in_reach(text: tuple[tuple[str, ...], ...], end: int, start: int, distance: int) -> bool:
    """Whether what begins at ``start`` follows what ended before ``end`` closely enough."""
    return 0 <= start - end < distance and all(text[end:start])


def _continues(
    text: tuple[tuple[str, ...], ...],
    positions: tuple[tuple[str, ...], ...],
    slop: int,
    place: int,
) -> bool:
    if set(text[place]).isdisjoint(positions[0]):
        return False
    if len(positions) == 1:
        return True
    for following in range(place + 1, min(place + slop + 2, len(text))):
        if not text[following]:  # a gap
            return False
        if _continues(text, positions[1:], slop, following):
            return True
    return False
