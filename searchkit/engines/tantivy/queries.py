"""A tree of query nodes becomes a query of tantivy, made of its constructors.

Sets are exact.  A phrase of several forms, or with other words between, becomes one
query for each way to fill it, scored by the best; two words at some distance are one
query, since tantivy's slop is a distance between two places.

Scores are tantivy's BM25: lengths are kept in a byte, and the rarity of a term counts
entries deleted since the last merge.  Filters give nothing, a prefix gives its boost.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import product

import tantivy
from tantivy import FieldType, Occur, Query

from searchkit.engines.tantivy.documents import (
    FIRST,
    ID,
    KEYWORD_FIELDS,
    LAST,
    OLDEST,
    PLACES,
    SPAN,
    TEXT_FIELDS,
    encode,
    keyword_field,
    place_of,
    span_value,
    text_field,
)
from searchkit.engines.tantivy.files import Wide
from searchkit.errors import UsageError
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

MAX_WAYS = 10_000
"""Ways to fill a phrase; one of more is refused."""

_MOST_APART = 100  # values that are asked for one by one sooner than as a set

# A beginning of a phrase has so many forms at most, by tantivy's default, and is found much
# sooner than a pattern; beginnings as long as this are listed to see whether that is enough.
_MOST_EXPANDED = 50
_LEAST_LISTED = 5

_MOST_HELD = 10_000  # terms whose entries are remembered

# Each word of a phrase: how many words behind the first it stands, and its term.
_Way = tuple[tuple[int, str], ...]
_Positions = Sequence[tuple[str, ...]]
_Clause = tuple[Occur, Query]


def constant_score(node: Node) -> float | None:
    """The score that all entries have which match; None where they may differ.

    >>> constant_score(And((Prefix("text", "=san", 2.0), Keyword("country", ("FR",)))))
    2.0
    """
    match node:
        case Term(boost=boost) | Phrase(boost=boost) | Near(boost=boost):
            return None if boost else 0.0
        case Prefix(boost=boost):
            return boost
        case And(parts):
            total = 0.0
            for part in parts:
                score = constant_score(part)
                if score is None:
                    return None
                total += score
            return total
        case Or(parts) | Best(parts):
            scores = [constant_score(part) for part in parts]
            alike = len(set(scores)) == 1 and (isinstance(node, Best) or scores[0] == 0)
            return scores[0] if alike else None
        case Ranked(part, evidence):
            return None if evidence else constant_score(part)
        case _:
            return 0.0


class Translator:
    """Nodes to queries of one searcher: which terms it knows, and how rare they are."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher, wide: Wide) -> None:
        self._schema = schema
        self._searcher = searcher
        self._wide = wide
        self._held: dict[tuple[str, str], int] = {}

    def query(self, node: Node) -> Query:
        """The query that finds what the node describes; UsageError for too many `MAX_WAYS`."""
        match node:
            case Term(field, term, boost):
                return self._term(field, term, boost)
            case Phrase(field, positions, slop, boost):
                return self._phrase(field, positions, slop, boost)
            case Near(field, left, right, distance, boost):
                return self._near(field, left, right, distance, boost)
            case Prefix(field, prefix, boost):
                return self._prefix(field, prefix, boost)
            case Keyword(field, values):
                return self._keyword(field, values)
            case DayRange():
                return self._days(node)
            case And(parts):
                return self._and(parts)
            case Or(parts, at_least):
                return self._or(parts, at_least)
            case Best(parts):
                return _best([self.query(part) for part in parts])
            case Ranked(part, evidence):
                extra = [(Occur.Should, self.query(piece)) for piece in evidence]
                return Query.boolean_query([(Occur.Must, self.query(part)), *extra])
            case Not(part):
                return Query.boolean_query(
                    [(Occur.Must, _everything()), (Occur.MustNot, self.query(part))]
                )
            case Everything():
                return _everything()

    def _and(self, parts: Iterable[Node]) -> Query:
        wanted: list[_Clause] = []
        refused: list[_Clause] = []
        for part in parts:
            if isinstance(part, Not):
                refused.append((Occur.MustNot, self.query(part.part)))
            elif isinstance(part, DayRange) and not part.undated:
                wanted += self._dated(part)
            elif not isinstance(part, Everything):
                wanted.append((Occur.Must, self.query(part)))
        return Query.boolean_query([*(wanted or [(Occur.Must, _everything())]), *refused])

    def _or(self, parts: Sequence[Node], at_least: int) -> Query:
        if at_least > len(parts):
            return Query.empty_query()
        asked = [(Occur.Should, self.query(part)) for part in parts]
        if at_least <= 0:
            return Query.boolean_query([(Occur.Must, _everything()), *asked])
        if at_least == 1:
            return Query.boolean_query(asked)
        return Query.boolean_query(asked, at_least)

    # Filters.

    def passages(self, ids: Iterable[str]) -> Query:
        """The query that finds these passages; not scored."""
        return _unscored(self._any_of(ID, [encode(i) for i in ids]))

    def dated(self, query: Query, low: int, high: int) -> Query:
        """The query, where the key of `OLDEST` lies between these, inclusive."""
        return Query.boolean_query(
            [(Occur.Must, query), (Occur.Must, _unscored(self._range(OLDEST, low, high)))]
        )

    def _keyword(self, field: str, values: Sequence[str]) -> Query:
        if field not in KEYWORD_FIELDS or not values:
            return Query.empty_query()
        name, found = keyword_field(field), [encode(value) for value in values]
        return _unscored(self._any_of(name, found))

    def _any_of(self, name: str, values: Sequence[str]) -> Query:
        """One of the values; a set is an automaton, which is slow to make."""
        if len(values) > _MOST_APART:
            return Query.term_set_query(self._schema, name, values)
        one = [Query.term_query(self._schema, name, value, "basic") for value in values]
        return one[0] if len(one) == 1 else Query.boolean_query([(Occur.Should, q) for q in one])

    def _days(self, days: DayRange) -> Query:
        dated = _unscored(Query.boolean_query(self._dated(days)))
        if not days.undated:
            return dated
        undated = _unscored(self._range(FIRST, None, 0))
        return Query.boolean_query([(Occur.Should, dated), (Occur.Should, undated)])

    def _dated(self, days: DayRange) -> list[_Clause]:
        """What makes up a range of days; beside a word, these are looked at only where it is.

        A second column is as slow as the first; the few spans that go on are known by name.
        """
        begun = (Occur.Must, _unscored(self._range(FIRST, days.first or 1, days.last)))
        if (day := days.last) is None:
            return [begun]
        if self._wide is None:
            return [begun, (Occur.Must, _unscored(self._range(LAST, None, day)))]
        over = [span_value(first, last) for first, last in self._wide if first <= day < last]
        return [begun, (Occur.MustNot, self._any_of(SPAN, over))] if over else [begun]

    def _range(self, field: str, first: int | None, last: int | None) -> Query:
        return Query.range_query(self._schema, field, FieldType.Unsigned, first, last)

    # Words.

    def _held_by(self, field: str, term: str) -> int:
        key = (field, term)
        held = self._held.get(key)
        if held is None:
            known = field in TEXT_FIELDS
            held = self._searcher.doc_freq(text_field(field), encode(term)) if known else 0
            if len(self._held) >= _MOST_HELD:
                self._held.clear()
            self._held[key] = held
        return held

    def _term(self, field: str, term: str, boost: float) -> Query:
        if field not in TEXT_FIELDS:
            return Query.empty_query()
        found = Query.term_query(self._schema, text_field(field), encode(term))
        return _boosted(found, boost)

    def _prefix(self, field: str, prefix: str, boost: float) -> Query:
        if field not in TEXT_FIELDS:
            return Query.empty_query()
        name = text_field(field)
        if len(prefix) >= _LEAST_LISTED:
            held = self._searcher.terms_with_prefix(name, encode(prefix))
            if len(held) <= _MOST_EXPANDED:
                words = Query.phrase_prefix_query(self._schema, name, [encode(prefix)])
                return Query.const_score_query(words, boost)
        begins = "".join(f"\\x{{{ord(character):x}}}" for character in encode(prefix))
        found = Query.regex_query(self._schema, name, begins + "(?s:.)*")
        return Query.const_score_query(found, boost)

    def _phrase(self, field: str, positions: _Positions, slop: int, boost: float) -> Query:
        if slop <= 0 and field in TEXT_FIELDS and {*map(len, positions)} == {1}:
            way = tuple((at, terms[0]) for at, terms in enumerate(positions))
            return _boosted(self._exact(field, way), boost)
        lists = self._known(field, positions)
        if len(lists) == 1:
            ways: Iterable[_Way] = [((0, term),) for term in lists[0]]
            return self._ways(field, lists, ways, boost)
        if len(lists) == 2 and slop > 0:
            return self._reach(field, lists, 1, slop + 1, boost)
        steps = range(1, slop + 2)
        _bound(math.prod(map(len, lists)) * len(steps) ** max(0, len(lists) - 1))
        ways = (
            tuple(zip(_places(given), terms, strict=True))
            for given in product(steps, repeat=max(0, len(lists) - 1))
            for terms in product(*lists)
        )
        return self._ways(field, lists, ways, boost)

    def _near(
        self, field: str, left: _Positions, right: _Positions, distance: int, boost: float
    ) -> Query:
        lists, others = self._known(field, left), self._known(field, right)
        if not lists or not others or distance < 1:
            return Query.empty_query()
        if len(lists) == len(others) == 1:
            orders = ([*lists, *others], [*others, *lists])
            return _best([self._reach(field, o, 1, distance, boost) for o in orders])
        _bound(2 * distance * math.prod(map(len, (*lists, *others))))
        ways = (
            (*enumerate(terms[: len(one)]), *enumerate(terms[len(one) :], len(one) + skipped))
            for one, other in ((lists, others), (others, lists))
            for skipped in range(distance)
            for terms in product(*one, *other)
        )
        return self._ways(field, [*lists, *others], ways, boost)

    def _known(self, field: str, positions: _Positions) -> list[list[str]]:
        """The terms of each position that some entry holds; empty where one has none."""
        lists = [
            [term for term in dict.fromkeys(terms) if self._held_by(field, term)]
            for terms in positions
        ]
        return lists if all(lists) else []

    def _reach(
        self, field: str, lists: Sequence[list[str]], least: int, most: int, boost: float
    ) -> Query:
        """Two words, the second from ``least`` to ``most`` words behind the first."""
        _bound(math.prod(map(len, lists)))
        pairs = list(product(*lists))
        rare = self._rarity(field, lists, len(pairs))
        queries = []
        for first, second in pairs:
            middle = PLACES * (least + most) // 2 + place_of(second) - place_of(first)
            # Places are never negative: both are moved, which leaves their distance.
            words = [(1, encode(first)), (1 + middle, encode(second))]
            slop = PLACES * (most - least) // 2
            found = Query.phrase_query(self._schema, text_field(field), words, slop)  # type: ignore[arg-type]
            queries.append(_boosted(found, boost * self._share(field, (first, second), rare)))
        return _best(queries)

    def _ways(
        self, field: str, lists: Sequence[list[str]], ways: Iterable[_Way], boost: float
    ) -> Query:
        """The best of the ways, each scored as rare as the commonest forms are."""
        if not lists:
            return Query.empty_query()
        queries = []
        apart = list(dict.fromkeys(ways))
        rare = self._rarity(field, lists, len(apart))
        for way in apart:
            share = self._share(field, [term for _, term in way], rare)
            queries.append(_boosted(self._exact(field, way), boost * share))
        return _best(queries)

    def _exact(self, field: str, way: _Way) -> Query:
        name = text_field(field)
        if len(way) == 1:
            return Query.term_query(self._schema, name, encode(way[0][1]))
        words = [(PLACES * at + place_of(term), encode(term)) for at, term in way]
        return Query.phrase_query(self._schema, name, words)  # type: ignore[arg-type]

    def _idf(self, field: str, term: str) -> float:
        held = self._held_by(field, term)
        entries = max(held, self._searcher.num_docs)
        return math.log(1 + (entries - held + 0.5) / (held + 0.5))

    def _rarity(self, field: str, lists: Iterable[Iterable[str]], ways: int) -> float | None:
        """Of a phrase of the commonest forms; None where it can be filled in one way only."""
        if ways == 1:
            return None
        return sum(min(self._idf(field, term) for term in terms) for terms in lists)

    def _share(self, field: str, terms: Iterable[str], rare: float | None) -> float:
        return 1.0 if rare is None else rare / sum(self._idf(field, term) for term in terms)


def _places(steps: Iterable[int]) -> list[int]:
    places = [0]
    for step in steps:
        places.append(places[-1] + step)
    return places


def _bound(ways: int) -> None:
    if ways > MAX_WAYS:
        raise UsageError(
            f"a phrase can be filled in {ways:,} ways, {MAX_WAYS:,} at most; "
            "ask for fewer forms of its words, or for less distance"
        )


def _best(queries: Sequence[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.disjunction_max_query(queries) if queries else Query.empty_query()


def _boosted(query: Query, boost: float) -> Query:
    if boost == 0:
        return Query.const_score_query(query, 0)
    return query if boost == 1 else Query.boost_query(query, boost)


def _unscored(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)


def _everything() -> Query:
    return _unscored(Query.all_query())
