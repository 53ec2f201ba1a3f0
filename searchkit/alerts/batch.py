"""New passages, indexed once in memory, so that any number of queries can be held against them.

Entries go in, the answer to each query's tree comes out as a set of passages written as one
whole number: bit i stands for passage i.  So "and" is one operation for all passages.  What
matches is what an engine would find (tests/test_alerts_batch.py compares them); nothing is
ranked.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

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

_GAP = 1 << 20
"""Between two words that no phrase may join; more than any slop or distance."""

_LAST_DAY = 99_999_999
_UNMADE = -1

Places = dict[str, list[int]]
Positions = tuple[tuple[str, ...], ...]


class Batch:
    """Passages to hold queries against; `matching` gives a set of them, `members` reads it."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.all = (1 << len(entries)) - 1
        self._terms = _inverted((entry.terms, number) for number, entry in enumerate(entries))
        self._keywords = _inverted_values(entries)
        self._vocabulary: dict[str, list[str]] = {}
        self._places: dict[tuple[str, int], Places] = {}
        self._known: dict[Node, int] = {}

    def holds(self, field: str, term: str) -> int:
        """The passages whose field holds a term."""
        return self._terms.get(field, {}).get(term, 0)

    def terms(self) -> Iterator[tuple[str, str]]:
        """Every term of every field, once."""
        for field, held in self._terms.items():
            for term in held:
                yield field, term

    def matching(self, node: Node) -> int:
        """The passages that a tree describes."""
        match node:
            case Term(field, term):
                return self.holds(field, term)
            case Ranked(part, _):
                return self.matching(part)
            case And(parts):
                return self._and(parts)
            case Or(parts, at_least):
                return self._at_least(parts, at_least)
            case Best(parts):
                return self._at_least(parts, 1)
            case Not(part):
                return self.all & ~self.matching(part)
            case Everything():
                return self.all
            case _:
                return self._leaf(node)

    def _and(self, parts: Iterable[Node]) -> int:
        found = self.all
        for part in parts:
            found &= self.matching(part)
            if not found:
                break
        return found

    def _at_least(self, parts: Iterable[Node], count: int) -> int:
        """``reached[n]`` are the passages that at least n of the parts so far describe."""
        if count <= 0:
            return self.all
        reached = [self.all] + [0] * count
        for part in parts:
            found = self.matching(part)
            for n in range(count, 0, -1):
                reached[n] |= reached[n - 1] & found
        return reached[count]

    def _leaf(self, node: Node) -> int:
        """What takes longer than a term: remembered, for alerts ask the same again."""
        found = self._known.get(node, _UNMADE)
        if found == _UNMADE:
            found = self._known[node] = self._made(node)
        return found

    def _made(self, node: Node) -> int:
        match node:
            case Keyword(field, values):
                held = self._keywords.get(field, {})
                return _any(held.get(value, 0) for value in values)
            case Prefix(field, prefix):
                return self._beginning(field, prefix)
            case DayRange():
                return self._published(node)
            case Phrase(field, positions, slop):
                return self._phrase(field, positions, slop)
            case Near():
                return self._near(node)
            case _:
                raise TypeError(f"no leaf of a query: {node!r}")

    def _beginning(self, field: str, prefix: str) -> int:
        held = self._terms.get(field, {})
        words = self._vocabulary.get(field)
        if words is None:
            words = self._vocabulary[field] = sorted(held)
        first, last = bisect_left(words, prefix), bisect_left(words, prefix + "\U0010ffff")
        return _any(held[word] for word in words[first:last])

    def _published(self, asked: DayRange) -> int:
        found = 0
        for number, entry in enumerate(self.entries):
            if entry.first_day is None or entry.last_day is None:
                inside = asked.undated
            else:
                since, until = asked.first or 0, asked.last or _LAST_DAY
                inside = since <= entry.first_day and entry.last_day <= until
            found |= inside << number
        return found

    def _holding(self, field: str, positions: Positions) -> int:
        """The passages that hold some term of each position, wherever."""
        found = self.all if positions else 0
        for terms in positions:
            found &= _any(self.holds(field, term) for term in terms)
        return found

    def _phrase(self, field: str, positions: Positions, slop: int) -> int:
        found = 0
        for number in members(self._holding(field, positions)):
            found |= bool(_starts(self._placed(field, number), positions, slop)) << number
        return found

    def _near(self, asked: Near) -> int:
        found = 0
        both = self._holding(asked.field, asked.left) & self._holding(asked.field, asked.right)
        for number in members(both):
            placed = self._placed(asked.field, number)
            lefts = _starts(placed, asked.left, 0)
            rights = _starts(placed, asked.right, 0)
            near = _are_near(lefts, len(asked.left), rights, len(asked.right), asked.distance)
            found |= near << number
        return found

    def _placed(self, field: str, number: int) -> Places:
        """Where each term of a field stands in a passage, a gap being a long way."""
        key = field, number
        if key not in self._places:
            placed: Places = {}
            place = 0
            for terms in self.entries[number].terms.get(field, ()):
                place += 1 if terms else _GAP
                for term in terms:
                    placed.setdefault(term, []).append(place)
            self._places[key] = placed
        return self._places[key]


def members(found: int) -> Iterator[int]:
    """The numbers of the passages in a set.

    >>> list(members(0b10110))
    [1, 2, 4]
    """
    while found:
        lowest = found & -found
        yield lowest.bit_length() - 1
        found ^= lowest


def _any(sets: Iterable[int]) -> int:
    found = 0
    for one in sets:
        found |= one
    return found


def _inverted(
    texts: Iterable[tuple[object, int]],
) -> dict[str, dict[str, int]]:
    """The passages of each term, by field."""
    listed: dict[str, dict[str, list[int]]] = {}
    for fields, number in texts:
        for field, positions in fields.items():  # type: ignore[attr-defined]
            held = listed.setdefault(field, {})
            for term in set(chain.from_iterable(positions)):
                held.setdefault(term, []).append(number)
    return _as_sets(listed)


def _inverted_values(entries: Sequence[Entry]) -> dict[str, dict[str, int]]:
    """The passages of each value of a keyword, by field."""
    listed: dict[str, dict[str, list[int]]] = {}
    for number, entry in enumerate(entries):
        for field, values in entry.keywords.items():
            held = listed.setdefault(field, {})
            for value in set(values):
                held.setdefault(value, []).append(number)
    return _as_sets(listed)


def _as_sets(listed: dict[str, dict[str, list[int]]]) -> dict[str, dict[str, int]]:
    return {
        field: {value: _set_of(numbers) for value, numbers in held.items()}
        for field, held in listed.items()
    }


def _set_of(numbers: Sequence[int]) -> int:
    """The set of these numbers, which ascend.

    >>> bin(_set_of([1, 2, 4]))
    '0b10110'
    """
    bits = bytearray(numbers[-1] // 8 + 1)
    for number in numbers:
        bits[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(bits, "little")


def _starts(placed: Places, positions: Positions, slop: int) -> list[int]:
    """Where a phrase begins, in order; up to ``slop`` words may stand between two of its own."""
    if not positions:
        return []
    slop = min(slop, _GAP - 2)
    ends = _places_of(placed, positions[-1])
    for terms in reversed(positions[:-1]):
        ends = [place for place in _places_of(placed, terms) if _reaches(ends, place + 1, slop)]
    return ends


def _places_of(placed: Places, terms: Sequence[str]) -> list[int]:
    if len(terms) == 1:
        return placed.get(terms[0], [])
    return sorted(set(chain.from_iterable(placed.get(term, ()) for term in terms)))


def _reaches(ordered: Sequence[int], first: int, slop: int) -> bool:
    """Whether one of the places is ``first`` or up to ``slop`` behind it."""
    at = bisect_left(ordered, first)
    return at < len(ordered) and ordered[at] <= first + slop


def _are_near(
    lefts: Sequence[int], left_words: int, rights: Sequence[int], right_words: int, distance: int
) -> bool:
    """Whether some left and right phrase are at most so many words apart, sharing none."""
    slop = min(distance, _GAP - 1) - 1
    if slop < 0:
        return False
    return any(_reaches(rights, place + left_words, slop) for place in lefts) or any(
        _reaches(lefts, place + right_words, slop) for place in rights
    )
