"""What weights are made of: counts over the whole index, rarity, bounds of scores.

In come the segments of a commit, out go numbers about terms and fields, counted over live
entries.  Which entries match is `matching`'s business.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from searchkit.engines import K1
from searchkit.engines.whoosh.segments import Segment
from searchkit.query import And, Best, Near, Node, Or, Phrase, Prefix, Ranked, Term


class Statistics:
    """Counts over all live entries of the segments, remembered by term and field."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = segments
        self.entries = sum(segment.size - len(segment.deleted) for segment in segments)
        self._idf: dict[tuple[str, str], float] = {}
        self._average: dict[str, float] = {}

    def idf(self, field: str, term: str) -> float:
        """How rare the term is; infinite where no entry holds it."""
        key = (field, term)
        if key not in self._idf:
            held = sum(_live_count(segment, field, term) for segment in self.segments)
            rare = math.log(1 + (self.entries - held + 0.5) / (held + 0.5))
            self._idf[key] = rare if held else math.inf
        return self._idf[key]

    def average_length(self, field: str) -> float:
        """Mean number of words of the field, over the entries that have it."""
        if field not in self._average:
            words = holders = 0
            for segment in self.segments:
                lengths = segment.lengths(field)
                gone = [lengths[number] for number in segment.deleted if lengths[number]]
                words += sum(lengths) - sum(gone)
                holders += len(lengths) - lengths.count(0) - len(gone)
            self._average[field] = words / holders if holders else 1.0
        return self._average[field]


def _live_count(segment: Segment, field: str, term: str) -> int:
    if not segment.deleted:
        return segment.count("t." + field, term)
    postings = segment.postings("t." + field, term)
    if postings is None:
        return 0
    return len(postings.ids) - len(segment.deleted.intersection(postings.ids))


def most(statistics: Statistics, node: Node) -> float:
    """A bound no entry's score for the node exceeds; boosts are taken as positive."""
    match node:
        case Term(field, term, boost):
            return boost * _most(statistics, field, ((term,),))
        case Phrase(field, positions, _, boost):
            return boost * _most(statistics, field, positions)
        case Near(field, left, right, _, boost):
            return boost * _most(statistics, field, (*left, *right))
        case Prefix(boost=boost):
            return boost
        case And(parts) | Or(parts):
            return sum(most(statistics, part) for part in parts)
        case Best(parts):
            return max((most(statistics, part) for part in parts), default=0.0)
        case Ranked(part, evidence):
            return sum(most(statistics, each) for each in (part, *evidence))
        case _:
            return 0.0


def _most(statistics: Statistics, field: str, positions: Sequence[Sequence[str]]) -> float:
    rare = rarity(statistics, field, positions)
    return (K1 + 1) * rare if rare < math.inf else 0.0


def rarity(statistics: Statistics, field: str, positions: Sequence[Sequence[str]]) -> float:
    """The idf of positions together: of the commonest alternative of each."""
    return sum(min(statistics.idf(field, term) for term in terms) for terms in positions)
