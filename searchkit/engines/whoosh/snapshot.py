"""One commit, open for reading: nodes in, the best passages out, in an order that is total.

A snapshot never changes: it answers from its commit while a writer makes the next one,
and keeps its files (unlinked, perhaps) until it is closed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from heapq import nlargest, nsmallest
from itertools import chain
from pathlib import Path

from searchkit.engines import DAYS, Found, Sort
from searchkit.engines.folders import damaged
from searchkit.engines.whoosh.commit import Commit, SegmentRecord, reading
from searchkit.engines.whoosh.matching import SegmentQuery, find, is_scored, rank
from searchkit.engines.whoosh.segments import Segment
from searchkit.engines.whoosh.weights import Statistics, most
from searchkit.query import Node, Ranked

_EXACT = "="
_UNDATED = 99_999_999  # beyond every day; newest first, the 0 of the undated is last as it is

# A match while it is sorted: (-score, day's key, number of segment, number of entry).
_Row = tuple[float, int, int, int]


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
        wanted = offset + limit
        if isinstance(node, Ranked):
            total, scores = self._rank_with_evidence(node, wanted)
        else:
            scores = [rank(segment, self._statistics, node) for segment in self._segments]
            total = sum(map(len, scores))
        least = _least_of(scores, wanted)
        rows = [
            (-score, -self._segments[place].first_days[number], place, number)
            for place, found in enumerate(scores)
            for number, score in found.items()
            if score >= least
        ]
        best = self._page(rows, limit, offset)
        return Found(total, tuple((self._id(p, n), scores[p][n]) for p, n in best))

    def _rank_with_evidence(self, node: Ranked, wanted: int) -> tuple[int, list[dict[int, float]]]:
        """How many match, and the scores of those that may be among the best ``wanted``.

        Evidence costs more by the entry than anything else, and can add only so much:
        it is looked for where that could make a difference.
        """
        statistics = self._statistics
        queries = [SegmentQuery(segment, statistics) for segment in self._segments]
        scores = [query.rank(node.part) for query in queries]
        reach = sum(most(statistics, piece) for piece in node.evidence)
        least = _least_of(scores, wanted) - reach * (1 + 1e-9)
        ranked = [
            query.add_evidence({n: s for n, s in found.items() if s >= least}, node.evidence)
            for query, found in zip(queries, scores, strict=True)
        ]
        return sum(map(len, scores)), ranked

    def _search_dated(self, node: Node, limit: int, offset: int, *, oldest: bool) -> Found:
        """By day; also by relevance where nothing is scored, which is newest first."""
        matches = [find(segment, self._statistics, node) for segment in self._segments]
        total = sum(map(len, matches))
        if limit <= 0:
            return Found(total, ())
        key = _oldest if oldest else int.__neg__
        days = [
            [key(segment.first_days[number]) for number in numbers]
            for segment, numbers in zip(self._segments, matches, strict=True)
        ]
        most: float = math.inf
        if (wanted := offset + limit) < total:
            most = nsmallest(wanted, chain.from_iterable(days))[-1]
        rows = [
            (0.0, day, place, number)
            for place, numbers in enumerate(matches)
            for number, day in zip(numbers, days[place], strict=True)
            if day <= most
        ]
        best = self._page(rows, limit, offset)
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

    def _page(self, rows: list[_Row], limit: int, offset: int) -> list[tuple[int, int]]:
        """The rows from offset on, smallest first; equal ones by passage id.

        Only rows that tie with the last one wanted are looked at more closely.
        """
        wanted = offset + limit
        if len(rows) > wanted:
            last = nsmallest(wanted, rows)[-1][:2]
            rows = [row for row in rows if row[:2] <= last]
        ordered = sorted((*row[:2], self._id(*row[2:]), *row[2:]) for row in rows)
        return [(place, number) for *_, place, number in ordered[offset:wanted]]

    def _id(self, place: int, number: int) -> str:
        return self._segments[place].passage_id(number)

    def counts(self, node: Node, fields: Sequence[str]) -> dict[str, dict[str | None, int]]:
        """See `searchkit.engines.Engine.counts`."""
        counted: dict[str, Counter[str | None]] = {field: Counter() for field in fields}
        with reading(self._folder):
            for segment in self._segments:
                numbers = find(segment, self._statistics, node)
                for field, values in counted.items():
                    _count_values(segment, field, numbers, values)
        return {field: dict(values) for field, values in counted.items()}

    def words(self, field: str, prefix: str, limit: int) -> list[str]:
        """See `searchkit.engines.Engine.words`."""
        held: Counter[str] = Counter()
        with reading(self._folder):
            for segment in self._segments:
                for term, count in segment.prefixed_counts("t." + field, _EXACT + prefix):
                    held[term] += count
        found = ((-count, term) for term, count in held.items() if count > 0)
        return [term.removeprefix(_EXACT) for _, term in nsmallest(max(0, limit), found)]


def _least_of(scores: list[dict[int, float]], wanted: int) -> float:
    """The score of the last one wanted; no bound where there are not more."""
    if sum(map(len, scores)) <= wanted:
        return -math.inf
    return nlargest(wanted, chain.from_iterable(found.values() for found in scores))[-1]


def _count_values(
    segment: Segment, field: str, numbers: set[int], values: Counter[str | None]
) -> None:
    """Add to ``values`` how many of the entries have each value of the field."""
    if field == DAYS:
        first, last = segment.first_days, segment.last_days
        for span, count in Counter([(first[n], last[n]) for n in numbers]).items():
            values[f"{span[0]}-{span[1]}" if span[0] else None] += count
        return
    without = set(numbers)
    if numbers:
        for value, postings in segment.prefixed("k." + field, ""):
            if found := numbers.intersection(postings.ids):
                values[value] += len(found)
                without -= found
    if without:
        values[None] += len(without)


def _oldest(day: int) -> int:
    return day or _UNDATED


def open_segment(folder: Path, record: SegmentRecord) -> Segment:
    """The segment of a commit; IndexProblem where its file is not as the commit says."""
    path = folder / record.name
    if (length := path.stat().st_size) != record.bytes:
        raise damaged(folder, f"{record.name}: {length} bytes, should be {record.bytes}")
    with reading(folder):
        return Segment(path, record.size, frozenset(record.deleted))
