"""Which alerts can match at all: those one of whose required words is among the new passages.

A query that needs "grain" and "corridor" finds nothing where nobody says "corridor".  So each
alert is listed under the terms of its rarest required word, and a batch is asked for its terms
once, not for every alert.  (Lucene's Monitor calls this a presearcher.)  Alerts that require
no word, such as filters alone, are always held against the passages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from searchkit.alerts.batch import Batch
from searchkit.query import And, Best, Near, Node, Or, Phrase, Ranked, Term

FieldTerm = tuple[str, str]
Required = frozenset[FieldTerm]
"""At least one of these terms is in each passage that matches."""

Commonness = Callable[[FieldTerm], int]


def required(node: Node, commonness: Commonness) -> Required | None:
    """The rarest terms without which a tree matches nothing; None where there are none.

    >>> both = And((Term("text", "grain"), Term("text", "corridor")))
    >>> required(both, lambda term: len(term[1]))
    frozenset({('text', 'grain')})
    >>> required(Or(both.parts), len) == {('text', 'grain'), ('text', 'corridor')}
    True
    """
    match node:
        case Term(field, term):
            return frozenset([(field, term)])
        case Phrase(field, positions):
            return _rarest(_terms(field, positions), commonness)
        case Near(field, left, right):
            return _rarest(_terms(field, (*left, *right)), commonness)
        case Ranked(part, _):
            return required(part, commonness)
        case And(parts):
            return _rarest((required(part, commonness) for part in parts), commonness)
        case Or(parts, at_least) if at_least > 0:
            return _either(required(part, commonness) for part in parts)
        case Best(parts):
            return _either(required(part, commonness) for part in parts)
        case _:
            return None


def _terms(field: str, positions: Iterable[Iterable[str]]) -> Iterable[Required]:
    return (frozenset((field, term) for term in terms) for terms in positions)


def _rarest(choices: Iterable[Required | None], commonness: Commonness) -> Required | None:
    named = [choice for choice in choices if choice is not None]
    return min(named, key=lambda terms: sum(map(commonness, terms)), default=None)


def _either(choices: Iterable[Required | None]) -> Required | None:
    terms: set[FieldTerm] = set()
    for choice in choices:
        if choice is None:
            return None
        terms |= choice
    return frozenset(terms)


class Presearcher:
    """Alerts by their required terms; made once a run, asked once a batch."""

    def __init__(self, nodes: Mapping[int, Node], sample: Batch) -> None:
        self._always: set[int] = set()
        self._by_term: dict[FieldTerm, list[int]] = {}

        def commonness(term: FieldTerm) -> int:
            return sample.holds(*term).bit_count()

        for alert, node in nodes.items():
            terms = required(node, commonness)
            if terms is None:
                self._always.add(alert)
                continue
            for term in terms:
                self._by_term.setdefault(term, []).append(alert)

    def candidates(self, batch: Batch) -> set[int]:
        """The alerts that may match a passage of the batch; no other does."""
        found = set(self._always)
        by_term = self._by_term
        for term in batch.terms():
            if term in by_term:
                found.update(by_term[term])
        return found
