"""One commit, open for reading: nodes in, the best passages out, in an order that is total.

A snapshot never changes: it answers from its commit while a writer makes the next one,
and keeps its files (unlinked, perhaps) until it is closed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from heapq import nsmallest
from pathlib import Path

from searchkit.engines import Found, Sort
from searchkit.engines.whoosh.commit import Commit, SegmentRecord, damaged, reading
from searchkit.engines.whoosh.matching import Statistics, find, is_scored, rank
from searchkit.engines.whoosh.segments import Segment
from searchkit.query import Node

_EXACT = "="
_UNDATED = 99_999_999  # beyond every day, so that undated entries come last either way

# A match while it is sorted: (smaller is better, number of segment, number of entry).
_Row = tuple[float, int, int]


class Snapshot:
    """The segments of one commit; raises FileNotFoundError where one is gone already."""

    def __init__(self, folder: Path, commit: Commit) -> None:
        self._folder = folder
        self._segments: list[Segment] = []
        self.commit = commit
        try:
            for record in commit.segments:
                self._segments.append(open_segment(folder, record))
        except BaseException:
            self.close()
            raise
        self._statistics = Statistics(self._segments)

    def close(self) -> None:
        """Let go of the files."""
        for segment in self._segments:
            segment.close()
        self._segments = []

    def search(self, node: Node, *, limit: int, offset: int, sort: Sort) -> Found:
        """See `searchkit.engines.Engine.search`."""
        with reading(self._folder):
            if sort == "relevance" and limit > 0 and is_scored(node):
                return self._search_ranked(node, limit, offset)
            return self._search_dated(node, limit, offset, oldest=sort == "oldest")

    def _search_ranked(self, node: Node, limit: int, offset: int) -> Found:
        scores = [rank(segment, self._statistics, node) for segment in self._segments]
        rows = [
            (-score, place, number)
            for place, found in enumerate(scores)
            for number, score in found.items()
        ]
        best = self._page(rows, limit, offset, self._newest)
        return Found(len(rows), tuple((self._id(p, n), scores[p][n]) for p, n in best))

    def _search_dated(self, node: Node, limit: int, offset: int, *, oldest: bool) -> Found:
        """By day; also by relevance where nothing is scored, which is newest first."""
        matches = [find(segment, self._statistics, node) for segment in self._segments]
        total = sum(map(len, matches))
        if limit <= 0:
            return Found(total, ())
        day = self._oldest if oldest else self._newest
        rows: list[_Row]
        rows = [(day(p, n), p, n) for p, numbers in enumerate(matches) for n in numbers]
        best = self._page(rows, limit, offset, None)
        scores = self._score_rows(node, best)
        return Found(total, tuple((self._id(p, n), scores.get((p, n), 0.0)) for p, n in best))

    def _score_rows(
        self, node: Node, rows: Iterable[tuple[int, int]]
    ) -> dict[tuple[int, int], float]:
        if not is_scored(node):
            return {}
        within: dict[int, set[int]] = {}
        for place, number in rows:
            within.setdefault(place, set()).add(number)
        return {
            (place, number): score
            for place, numbers in within.items()
            for number, score in rank(
                self._segments[place], self._statistics, node, numbers
            ).items()
        }

    def _page(
        self,
        rows: list[_Row],
        limit: int,
        offset: int,
        second: Callable[[int, int], int] | None,
    ) -> list[tuple[int, int]]:
        """The rows from offset on: by their first part, then ``second``, then passage id.

        Only rows that tie with the last one wanted are looked at more closely.
        """
        wanted = offset + limit
        rows = _cut(rows, wanted)
        keyed = [(first, second(p, n) if second else 0, p, n) for first, p, n in rows]
        if len(keyed) > wanted:
            last = nsmallest(wanted, keyed)[-1][:2]
            keyed = [row for row in keyed if row[:2] <= last]
        ordered = sorted((first, day, self._id(p, n), p, n) for first, day, p, n in keyed)
        return [(p, n) for _, _, _, p, n in ordered[offset:wanted]]

    def _id(self, place: int, number: int) -> str:
        return self._segments[place].passage_id(number)

    def _newest(self, place: int, number: int) -> int:
        return _UNDATED - (self._segments[place].first_days[number] or 0)

    def _oldest(self, place: int, number: int) -> int:
        return self._segments[place].first_days[number] or _UNDATED

    def words(self, field: str, prefix: str, limit: int) -> list[str]:
        """See `searchkit.engines.Engine.words`."""
        held: Counter[str] = Counter()
        with reading(self._folder):
            for segment in self._segments:
                for term, count in segment.prefixed_counts("t." + field, _EXACT + prefix):
                    held[term] += count
        found = ((-count, term) for term, count in held.items() if count > 0)
        return [term.removeprefix(_EXACT) for _, term in nsmallest(max(0, limit), found)]


def _cut(rows: list[_Row], wanted: int) -> list[_Row]:
    """The rows that are no worse than the last one wanted."""
    if len(rows) <= wanted:
        return rows
    last = nsmallest(wanted, (row[0] for row in rows))[-1]
    return [row for row in rows if row[0] <= last]


def open_segment(folder: Path, record: SegmentRecord) -> Segment:
    """The segment of a commit; IndexProblem where its file is not as the commit says."""
    path = folder / record.name
    if (length := path.stat().st_size) != record.bytes:
        raise damaged(folder, f"{record.name}: {length} bytes, should be {record.bytes}")
    with reading(folder):
        return Segment(path, record.size, frozenset(record.deleted))
