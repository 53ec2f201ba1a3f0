"""A node and a commit, open for reading: the best passages, in an order that is total.

tantivy's own order of equal hits is that of its files.  So a few more than the page are
asked for, or many where many tie with its last, and equals are put in order here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import tantivy
from tantivy import Order

from searchkit.engines import DAYS, Found, Sort
from searchkit.engines.tantivy.documents import (
    ID,
    KEYWORD_FIELDS,
    MISSING,
    MOST_KEY,
    NEWEST,
    OLDEST,
    SPAN,
    decode,
    keyword_field,
)
from searchkit.engines.tantivy.queries import Translator, constant_score
from searchkit.query import Node

# Scores are sums of 32-bit floats, in an order that depends on how many are asked for.
_DIGITS = 4

_SPARE = 6  # hits asked for beyond the page: rarely do more tie with its last
_GROWTH = 4

MOST_VALUES = 60_000
"""Values that are counted in one go; tantivy refuses above 65,000."""

_Address = tantivy.DocAddress
# A hit: its key, smallest first, its address, its score.
_Hit = tuple[tuple[float, int], _Address, float]


class Searching:
    """One question to one commit."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher
        self._translator = Translator(schema, searcher)

    def search(self, node: Node, *, limit: int, offset: int, sort: Sort) -> Found:
        """See `searchkit.engines.Engine.search`."""
        query = self._translator.query(node)
        if limit <= 0 or not self._searcher.num_docs:
            return Found(self._count(query), ())
        constant = constant_score(node)
        if sort == "relevance" and constant is None:
            total, hits = self._page(query, offset + limit, None)
            rows = [(self._id(address), score) for _, address, score in hits[offset:]]
            return Found(total, tuple(rows))
        total, hits = self._page(query, offset + limit, OLDEST if sort == "oldest" else NEWEST)
        ids = [self._id(address) for _, address, _ in hits[offset:]]
        scores = self._scores(query, ids) if ids and constant is None else {}
        return Found(total, tuple((i, scores.get(i, constant or 0.0)) for i in ids))

    def _count(self, query: tantivy.Query) -> int:
        if not self._searcher.num_docs:
            return 0
        return _total(self._searcher.search(query, 1))

    def _id(self, address: _Address) -> str:
        return decode(self._searcher.doc(address)[ID][0])

    def _page(
        self, query: tantivy.Query, wanted: int, column: str | None
    ) -> tuple[int, list[_Hit]]:
        """How many match, and the first ``wanted``, in order; equal ones by passage id.

        All that tie with the last one wanted are asked for: among them tantivy's order
        is none.
        """
        asked = wanted + _SPARE
        while True:
            asked = min(asked, max(1, self._searcher.num_docs))
            total, hits = self._hits(query, asked, column)
            if len(hits) < asked or asked == self._searcher.num_docs:
                break
            if hits[wanted - 1][0][0] < hits[-1][0][0]:
                break
            asked *= _GROWTH
        return total, self._ordered(hits)[:wanted]

    def _hits(self, query: tantivy.Query, asked: int, column: str | None) -> tuple[int, list[_Hit]]:
        if column is not None:
            order = Order.Asc if column == OLDEST else Order.Desc
            found = self._searcher.search(query, asked, order_by_field=column, order=order)
            sign = 1 if column == OLDEST else -1
            return _total(found), [((sign * key, 0), at, 0.0) for key, at in found.hits]
        found = self._searcher.search(query, asked)
        days = self._searcher.fast_field_values(NEWEST, [address for _, address in found.hits])
        return _total(found), [
            ((-round(score, _DIGITS), -int(day or 0)), address, round(score, _DIGITS))
            for (score, address), day in zip(found.hits, days, strict=True)
        ]

    def _ordered(self, hits: list[_Hit]) -> list[_Hit]:
        """By key, and equal keys by passage id, which is looked up for those alone."""
        hits.sort(key=lambda hit: hit[0])
        ordered: list[_Hit] = []
        start = 0
        for end in range(1, len(hits) + 1):
            if end == len(hits) or hits[end][0] != hits[start][0]:
                group = hits[start:end]
                if len(group) > 1:
                    group.sort(key=lambda hit: self._id(hit[1]))
                ordered += group
                start = end
        return ordered

    def _scores(self, query: tantivy.Query, ids: Sequence[str]) -> dict[str, float]:
        these = self._translator.passages(ids)
        both = [(tantivy.Occur.Must, query), (tantivy.Occur.Must, these)]
        found = self._searcher.search(tantivy.Query.boolean_query(both), len(ids))
        return {self._id(address): round(score, _DIGITS) for score, address in found.hits}

    def counts(self, node: Node, fields: Sequence[str]) -> dict[str, dict[str | None, int]]:
        """See `searchkit.engines.Engine.counts`."""
        query = self._translator.query(node)
        total = self._count(query)
        none: dict[str | None, int] = {None: total} if total else {}
        columns = {field: _column(field) for field in fields}
        return {
            field: dict(none) if column is None else dict(self._values(query, column))
            for field, column in columns.items()
        }

    def _values(
        self, query: tantivy.Query, column: str, low: int = 0, high: int = MOST_KEY
    ) -> Counter[str | None]:
        """How many have each value; by halves of the days where there are too many values.

        tantivy counts `MOST_VALUES` at most at a time.
        """
        asked = {"terms": {"field": column, "size": MOST_VALUES, "missing": MISSING}}
        part = query if (low, high) == (0, MOST_KEY) else self._translator.dated(query, low, high)
        found = self._searcher.aggregate(part, {"values": asked})["values"]
        if found["sum_other_doc_count"] and low < high:
            middle = (low + high) // 2
            first = self._values(query, column, low, middle)
            return first + self._values(query, column, middle + 1, high)
        buckets = found["buckets"]
        return Counter(
            {_value(row["key"]): row["doc_count"] for row in buckets if row["doc_count"]}
        )


def _total(found: tantivy.SearchResult) -> int:
    count: int = found.count  # type: ignore[attr-defined]
    return count


def _column(field: str) -> str | None:
    if field == DAYS:
        return SPAN
    return keyword_field(field) if field in KEYWORD_FIELDS else None


def _value(key: str) -> str | None:
    return None if key == MISSING else decode(key)
