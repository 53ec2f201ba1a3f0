"""A tree of query nodes against one commit: which entries match, and how well.

A segment is evaluated a term at a time over whole posting lists: the total must be
exact, so nothing could be skipped, and set operations over thousands of numbers cost
less than one step each of Whoosh's matchers.  `SegmentQuery` holds what is known of
one segment during one query, `weights.Statistics` what BM25 needs of the whole index.

Scores: BM25 with the idf of Lucene, ln(1 + (N - df + 0.5) / (df + 0.5)), counted over
live entries, so an index that was updated scores like one built afresh.  A phrase is
scored as one term: its idf is the sum over its positions (of the commonest
alternative), its frequency the number of places where it begins.  Two phrases near each
other are scored as one term, too, counted where the left one begins.  A prefix gives its
boost, whatever it finds; filters give nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import reduce
from math import prod

from searchkit.engines import K1, B
from searchkit.engines.whoosh.places import (
    BISECT_BELOW,
    count_near,
    members,
    phrase_starts,
    places_by_entry,
    places_in,
)
from searchkit.engines.whoosh.postings import Postings
from searchkit.engines.whoosh.segments import Segment
from searchkit.engines.whoosh.weights import Statistics, rarity
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

_FAR_DAY = 99_999_999

FEW, SAMPLE = 0.5, 50


def find(segment: Segment, statistics: Statistics, node: Node) -> set[int]:
    """Numbers of the live entries of the segment that match."""
    return SegmentQuery(segment, statistics).match(node, None) - segment.deleted


def rank(
    segment: Segment, statistics: Statistics, node: Node, within: set[int] | None = None
) -> dict[int, float]:
    """The live entries of the segment that match (among ``within``), with their scores."""
    return SegmentQuery(segment, statistics).rank(node, within)


def is_scored(node: Node) -> bool:
    """Whether any entry could have a score other than 0."""
    match node:
        case Term(boost=boost) | Phrase(boost=boost) | Near(boost=boost) | Prefix(boost=boost):
            return boost != 0
        case And(parts) | Or(parts) | Best(parts):
            return any(map(is_scored, parts))
        case Ranked(part, evidence):
            return any(map(is_scored, (part, *evidence)))
        case _:
            return False


class SegmentQuery:
    """One segment during one query: posting lists and counts are read once."""

    def __init__(self, segment: Segment, statistics: Statistics) -> None:
        self._segment = segment
        self._statistics = statistics
        self._postings: dict[tuple[str, str], Postings | None] = {}
        self._phrases: dict[Phrase | Near, dict[int, int]] = {}

    def _read(self, field: str, term: str) -> Postings | None:
        key = (field, term)
        if key not in self._postings:
            self._postings[key] = self._segment.postings(field, term)
        return self._postings[key]

    def rank(self, node: Node, within: set[int] | None = None) -> dict[int, float]:
        """The live entries that match (among ``within``), with their scores."""
        scores = self.score(node, within)
        for number in self._segment.deleted:
            scores.pop(number, None)
        return scores

    # Which entries match.  ``within`` narrows: only its members are asked for.

    def match(self, node: Node, within: set[int] | None) -> set[int]:
        """Entries that match, deleted ones too."""
        match node:
            case Term(field, term):
                return members(self._read("t." + field, term), within)
            case Phrase():
                return set(self._phrase_counts(node, within))
            case Near():
                return set(self._near_counts(node, within))
            case Ranked(part, _):
                return self.match(part, within)
            case Prefix(field, prefix):
                found = self._segment.prefixed("t." + field, prefix)
                return _union(members(postings, within) for _, postings in found)
            case Keyword(field, values):
                return _union(members(self._read("k." + field, v), within) for v in values)
            case DayRange():
                return self._in_days(node, within)
            case Not(part):
                return self._all(within) - self.match(part, within)
            case Everything():
                return self._all(within)
            case Best(parts) | Or(parts, 1):
                return _union(self.match(part, within) for part in parts)
            case Or(parts, at_least):
                return self._match_some(parts, at_least, within)
            case And(parts):
                for part in sorted(parts, key=self._cost):
                    within = self.match(part, within)
                    if not within:
                        break
                return self._all(within)

    def _all(self, within: set[int] | None) -> set[int]:
        return set(range(self._segment.size)) if within is None else within

    def _match_some(
        self, parts: Sequence[Node], at_least: int, within: set[int] | None
    ) -> set[int]:
        if at_least <= 0:
            return self._all(within)
        times: Counter[int] = Counter()
        for part in parts:
            times.update(self.match(part, within))
        return {number for number, found in times.items() if found >= at_least}

    def _in_days(self, days: DayRange, within: set[int] | None) -> set[int]:
        first, last = days.first or 1, days.last or _FAR_DAY
        starts, ends = self._segment.first_days, self._segment.last_days
        asked = range(self._segment.size) if within is None else within
        found = {n for n in asked if first <= starts[n] <= last}
        if not self._segment.days_are_exact:
            found = {n for n in found if ends[n] <= last}
        if days.undated:
            found |= {n for n in asked if not starts[n]}
        return found

    def _cost(self, node: Node) -> int:
        """How many entries the node may leave, at most; the smallest is asked first."""
        size = self._segment.size
        match node:
            case Term(field, term):
                return self._count("t." + field, (term,))
            case Phrase(field, positions):
                return min((self._count("t." + field, terms) for terms in positions), default=0)
            case Near(field, left, right):
                every = (*left, *right)
                return min((self._count("t." + field, terms) for terms in every), default=0)
            case Ranked(part, _):
                return self._cost(part)
            case Keyword(field, values):
                return self._count("k." + field, values)
            case And(parts):
                return min(map(self._cost, parts), default=size)
            case Best(parts) | Or(parts):
                return sum(map(self._cost, parts))
            case DayRange() | Everything():  # cheap by the entry: when others have narrowed
                return size
            case _:
                return size + 1

    def _share(self, node: Node) -> float:
        """About what share of all entries the node lets through, from 0 to 1."""
        size = max(1, self._segment.size)
        if not isinstance(node, DayRange):
            return min(1.0, self._cost(node) / size)
        looked_at = set(range(0, size, max(1, size // SAMPLE))) if self._segment.size else set()
        return len(self._in_days(node, looked_at)) / max(1, len(looked_at))

    def _count(self, field: str, terms: Iterable[str]) -> int:
        return sum(len(p.ids) for term in terms if (p := self._read(field, term)) is not None)

    # How well they match.

    def score(self, node: Node, within: set[int] | None) -> dict[int, float]:
        """Entries that match, deleted ones too, with their scores."""
        match node:
            case Term(field, term, boost):
                return self._score_term(field, term, boost, within)
            case Phrase(field, positions, _, boost):
                counts = self._phrase_counts(node, within)
                return self._score_counts(field, positions, boost, counts)
            case Near(field, left, right, _, boost):
                counts = self._near_counts(node, within)
                return self._score_counts(field, (*left, *right), boost, counts)
            case Ranked(part, evidence):
                return self.add_evidence(self.score(part, within), evidence)
            case Prefix(boost=boost):
                return dict.fromkeys(self.match(node, within), boost)
            case And(parts):
                return self._score_all(parts, within)
            case Best(parts):
                return reduce(_best, (self.score(part, within) for part in parts), {})
            case Or(parts, at_least):
                return self._score_some(parts, at_least, within)
            case _:
                return dict.fromkeys(self.match(node, within), 0.0)

    def _score_all(self, parts: Sequence[Node], within: set[int] | None) -> dict[int, float]:
        scored = [part for part in parts if is_scored(part)]
        if len(scored) == 1:
            return self._score_narrowed(scored[0], [p for p in parts if p != scored[0]], within)
        # Which entries first, in sets, then the scores of those alone: so every part
        # saves more than it costs.
        within = self.match(And(tuple(parts)), within)
        columns = [self.score(part, within) for part in scored if within]
        return {number: sum([column[number] for column in columns]) for number in within}

    def _score_narrowed(
        self, part: Node, filters: Sequence[Node], within: set[int] | None
    ) -> dict[int, float]:
        """The scores of a part among what filters let through; what leaves least goes first.

        Where the filters that are wider than the part leave little of it, too, its entries
        are found before they are scored: a score costs more than a member of a set.
        """
        least = self._cost(part)
        costs = sorted(((self._cost(f), n) for n, f in enumerate(filters)))
        first = [filters[n] for cost, n in costs if cost < least]
        if first:
            within = self.match(And(tuple(first)), within)
        rest = costs[len(first) :]
        if rest and prod(self._share(filters[n]) for _, n in rest) < FEW:
            within = self.match(And((part, *(filters[n] for _, n in rest))), within)
            return self.score(part, within) if within else {}
        scores = self.score(part, within) if within is None or within else {}
        for _, number in rest:
            kept = self.match(filters[number], set(scores))
            if len(kept) < len(scores):
                scores = {n: scores[n] for n in kept}
        return scores

    def _score_some(
        self, parts: Sequence[Node], at_least: int, within: set[int] | None
    ) -> dict[int, float]:
        if not parts or at_least > len(parts):
            return dict.fromkeys(self._all(within), 0.0) if at_least <= 0 else {}
        columns = [self.score(part, within) for part in parts]
        total = dict(columns[0])
        for column in columns[1:]:
            for number, score in column.items():
                total[number] = total.get(number, 0.0) + score
        if at_least <= 0:
            return dict.fromkeys(self._all(within), 0.0) | total
        if at_least > 1:
            times: Counter[int] = Counter()
            for column in columns:
                times.update(column.keys())
            return {n: score for n, score in total.items() if times[n] >= at_least}
        return total

    def _weight(self, field: str, idf: float, boost: float) -> tuple[float, float, float]:
        """BM25 of a term: ``factor * n / (n + flat + slope * length)`` for n occurrences."""
        slope = K1 * B / self._statistics.average_length(field)
        return boost * idf * (K1 + 1), K1 * (1 - B), slope

    def _score_term(
        self, field: str, term: str, boost: float, within: set[int] | None
    ) -> dict[int, float]:
        postings = self._read("t." + field, term)
        if postings is None:
            return {}
        idf = self._statistics.idf(field, term)
        factor, flat, slope = self._weight(field, idf, boost)
        lengths = self._segment.lengths(field)
        ids, counts = postings.ids, postings.counts
        rows: Iterable[tuple[int, int]] = zip(ids, counts, strict=True)
        if within is not None and len(within) * BISECT_BELOW < len(ids):
            rows = [(number, counts[at]) for number, at in places_in(ids, within)]
        elif within is not None:
            return {
                n: factor * times / (times + flat + slope * lengths[n])
                for n, times in rows
                if n in within
            }
        return {n: factor * times / (times + flat + slope * lengths[n]) for n, times in rows}

    def add_evidence(self, scores: dict[int, float], evidence: Sequence[Node]) -> dict[int, float]:
        """The scores, each raised by that of the evidence which matches there."""
        within = set(scores)
        for piece in evidence:
            for number, score in self.score(piece, within).items():
                scores[number] += score
        return scores

    def _score_counts(
        self, field: str, positions: Sequence[Sequence[str]], boost: float, counts: dict[int, int]
    ) -> dict[int, float]:
        """What occurs so often in these entries, scored as one term."""
        if not counts:
            return {}
        rare = rarity(self._statistics, field, positions)
        factor, flat, slope = self._weight(field, rare, boost)
        lengths = self._segment.lengths(field)
        return {
            n: factor * times / (times + flat + slope * lengths[n]) for n, times in counts.items()
        }

    def _phrase_counts(self, phrase: Phrase, within: set[int] | None) -> dict[int, int]:
        """How often the phrase begins in each entry that holds it."""
        within = self._holders(phrase.field, phrase.positions, within)
        found, missing = self._counted(phrase, within)
        if missing:
            columns = self._columns(phrase.field, phrase.positions, missing)
            found |= {n: len(phrase_starts(columns, n, phrase.slop)) for n in missing}
        return {number: found[number] for number in within if found[number]}

    def _near_counts(self, near: Near, within: set[int] | None) -> dict[int, int]:
        """How often the left phrase has the right one near it, in each entry that holds that."""
        within = self._holders(near.field, (*near.left, *near.right), within)
        found, missing = self._counted(near, within)
        if missing:
            left = self._columns(near.field, near.left, missing)
            right = self._columns(near.field, near.right, missing)
            found |= {n: count_near(left, right, n, near.distance) for n in missing}
        return {number: found[number] for number in within if found[number]}

    def _counted(self, node: Phrase | Near, within: set[int]) -> tuple[dict[int, int], set[int]]:
        """What is known of the node so far, and the entries of which nothing is."""
        found = self._phrases.setdefault(node, {})
        return found, within - found.keys()

    def _holders(
        self, field: str, positions: Sequence[Sequence[str]], within: set[int] | None
    ) -> set[int]:
        """Entries that hold one of the terms of every position, wherever."""
        lists = [self._alternatives(field, terms) for terms in positions]
        if not lists or not all(lists):
            return set()
        for alternatives in sorted(lists, key=lambda found: sum(len(p.ids) for p in found)):
            within = _union(members(postings, within) for postings in alternatives)
            if not within:
                break
        return within or set()

    def _alternatives(self, field: str, terms: Iterable[str]) -> list[Postings]:
        return [p for term in dict.fromkeys(terms) if (p := self._read("t." + field, term))]

    def _columns(
        self, field: str, positions: Sequence[Sequence[str]], within: set[int]
    ) -> list[dict[int, Sequence[int]]]:
        return [places_by_entry(self._alternatives(field, terms), within) for terms in positions]


def _union(sets: Iterable[set[int]]) -> set[int]:
    found: set[int] = set()
    for numbers in sets:
        found |= numbers
    return found


def _best(left: dict[int, float], right: dict[int, float]) -> dict[int, float]:
    if not left:
        return right
    for number, score in right.items():
        if score > left.get(number, -math.inf):
            left[number] = score
    return left
