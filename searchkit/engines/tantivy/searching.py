"""A node and a commit, open for reading: the best passages, in an order that is total.

tantivy's own order of equal hits is that of its files.  So a few more than the page are
asked for, or many where many tie with its last, and equals are put in order here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from heapq import nsmallest
from typing import Any

import tantivy
from tantivy import Order

from searchkit.engines import DAYS, Found, Sort
from searchkit.engines.tantivy.documents import (
    FIRST,
    ID,
    KEYWORD_FIELDS,
    MISSING,
    MOST_KEY,
    NEWEST,
    OLDEST,
    SPAN,
    TEXT_FIELDS,
    decode,
    encode,
    keyword_field,
    text_field,
)
from searchkit.engines.tantivy.files import Wide
from searchkit.engines.tantivy.queries import Translator, constant_score
from searchkit.query import Node

# Scores are sums of 32-bit floats, in an order that depends on how many are asked for.
_DIGITS = 4

_APART = 2 * 10.0**-_DIGITS  # scores that differ by more are not rounded to one

_SPARE = 6  # hits asked for beyond the page: rarely do more tie with its last
_GROWTH = 4

MOST_VALUES = 60_000
"""Values that are counted in one go; tantivy refuses above 65,000."""

_Hit = tuple[float, tantivy.DocAddress]
"""Its key, a score or the value of a column, and where it lies."""


class Searching:
    """One commit, open for reading, and what is known of its terms from earlier questions."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher, wide: Wide) -> None:
        self._searcher = searcher
        self._translator = Translator(schema, searcher, wide)
        self.size = searcher.num_docs

    def search(self, node: Node, *, limit: int, offset: int, sort: Sort) -> Found:
        """See `searchkit.engines.Engine.search`."""
        query = self._translator.query(node)
        if limit <= 0 or not self.size:
            return Found(self._count(query), ())
        constant = constant_score(node)
        if sort == "relevance" and constant is None:
            total, hits = self._page(query, offset + limit, None)
            return Found(total, tuple(self._rows(hits, offset, offset + limit)))
        total, hits = self._page(query, offset + limit, OLDEST if sort == "oldest" else NEWEST)
        ids = [passage_id for passage_id, _ in self._rows(hits, offset, offset + limit)]
        scores = self._scores(query, ids) if ids and constant is None else {}
        return Found(total, tuple((i, scores.get(i, constant or 0.0)) for i in ids))

    def _count(self, query: tantivy.Query) -> int:
        return _total(self._searcher.search(query, 1)) if self.size else 0

    def _page(
        self, query: tantivy.Query, wanted: int, column: str | None
    ) -> tuple[int, list[_Hit]]:
        """How many match, and the first ``wanted`` with all that tie with the last of them.

        Among equals tantivy's order is none: so all of them are asked for.
        """
        asked = wanted + _SPARE
        while True:
            asked = min(asked, self.size)
            total, hits = self._hits(query, asked, wanted, column)
            if len(hits) < asked or asked == self.size or hits[wanted - 1][0] != hits[-1][0]:
                return total, hits
            asked *= _GROWTH

    def _hits(
        self, query: tantivy.Query, asked: int, wanted: int, column: str | None
    ) -> tuple[int, list[_Hit]]:
        if column is not None:
            order = Order.Asc if column == OLDEST else Order.Desc
            found = self._searcher.search(query, asked, order_by_field=column, order=order)
            return _total(found), found.hits
        found = self._searcher.search(query, asked)
        hits, end = found.hits, wanted
        while end < len(hits) and hits[wanted - 1][0] - hits[end][0] <= _APART:
            end += 1
        del hits[end:]  # the rest ties with none that is wanted
        return _total(found), [(round(score, _DIGITS), at) for score, at in hits]

    def _rows(self, hits: list[_Hit], start: int, stop: int) -> list[tuple[str, float]]:
        """Ids and keys from ``start`` to ``stop``; equal keys newest first, then by id.

        Nothing is looked up of a hit that is outside and has no equal inside.
        """
        beside = hits[max(0, start - 1) : stop + 1]
        if len({key for key, _ in beside}) == len(beside):
            hits = hits[start:stop]
            ids = self._ids([self._searcher.doc(at) for _, at in hits])
            return [(passage_id, key) for passage_id, (key, _) in zip(ids, hits, strict=True)]
        begin, end = start, min(stop, len(hits))
        while 0 < begin < end and hits[begin - 1][0] == hits[begin][0]:
            begin -= 1
        while begin < end < len(hits) and hits[end - 1][0] == hits[end][0]:
            end += 1
        return self._untied(hits[begin:end])[start - begin : stop - begin]

    def _untied(self, hits: list[_Hit]) -> list[tuple[str, float]]:
        """The column of days is as slow to open as ten documents are to read; these know theirs."""
        found = [self._searcher.doc(at) for _, at in hits]
        days: list[Any] = [document.get_first(FIRST) for document in found]
        if None in days:  # an index that was begun before days were stored
            days = self._searcher.fast_field_values(FIRST, [at for _, at in hits])
        sign = 1 if hits and hits[0][0] < hits[-1][0] else -1
        ordered = sorted(
            (sign * key, -day, passage_id, key)
            for (key, _), day, passage_id in zip(hits, days, self._ids(found), strict=True)
        )
        return [(passage_id, key) for _, _, passage_id, key in ordered]

    def _ids(self, documents: Iterable[tantivy.Document]) -> list[str]:
        found: list[Any] = [document.get_first(ID) for document in documents]
        return found if "".join(found).isascii() else list(map(decode, found))

    def _scores(self, query: tantivy.Query, ids: Sequence[str]) -> dict[str, float]:
        these = self._translator.passages(ids)
        both = [(tantivy.Occur.Must, query), (tantivy.Occur.Must, these)]
        found = self._searcher.search(tantivy.Query.boolean_query(both), len(ids))
        held = self._ids([self._searcher.doc(at) for _, at in found.hits])
        return {i: round(score, _DIGITS) for i, (score, _) in zip(held, found.hits, strict=True)}

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

    def words(self, field: str, prefix: str, limit: int, *, has_deleted: bool) -> list[str]:
        """See `searchkit.engines.Engine.words`."""
        if field not in TEXT_FIELDS or limit <= 0:
            return []
        living = tantivy.Query.all_query() if has_deleted else None
        held = self._searcher.terms_with_prefix(text_field(field), "=" + encode(prefix), living)
        found = ((-count, decode(term)) for term, count in held if count > 0)
        return [term.removeprefix("=") for _, term in nsmallest(limit, found)]


def _total(found: tantivy.SearchResult) -> int:
    count: int = found.count  # type: ignore[attr-defined]
    return count


def _column(field: str) -> str | None:
    if field == DAYS:
        return SPAN
    return keyword_field(field) if field in KEYWORD_FIELDS else None


def _value(key: str) -> str | None:
    return None if key == MISSING else decode(key)
