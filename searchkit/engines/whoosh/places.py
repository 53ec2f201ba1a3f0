"""Where terms stand in the entries of a segment: members of posting lists, chains of places.

In come posting lists, out go sets of entry numbers, and how often words follow each other
or stand near.  Nothing here knows fields, nodes or scores.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from searchkit.engines.whoosh.postings import Postings
from searchkit.engines.whoosh.segments import GAP

BISECT_BELOW = 16  # a search by halves costs about as much as this many steps of a set


def places_in(ids: array[int], within: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Those of ``within`` that are among the ids, with their place there."""
    for number in within:
        at = bisect_left(ids, number)
        if at < len(ids) and ids[at] == number:
            yield number, at


def members(postings: Postings | None, within: set[int] | None) -> set[int]:
    """The entries of a list that is there, all or those among ``within``."""
    if postings is None:
        return set()
    if within is None:
        return set(postings.ids)
    if len(within) * BISECT_BELOW < len(postings.ids):
        return {number for number, _ in places_in(postings.ids, within)}
    return within.intersection(postings.ids)


def places_by_entry(alternatives: Sequence[Postings], within: set[int]) -> dict[int, Sequence[int]]:
    """Where any of the terms stands, unsorted, in each of the entries that holds one."""
    found: dict[int, Sequence[int]] = {}
    for postings in alternatives:
        for number, at in places_in(postings.ids, within):
            here = postings.places(at)
            found[number] = [*found[number], *here] if number in found else here
    return found


def phrase_starts(columns: Sequence[dict[int, Sequence[int]]], number: int, slop: int) -> set[int]:
    """Places of an entry at which a chain begins that visits every column in order.

    ``columns`` hold the places of the first word, the second, and so on, by entry.

    >>> phrase_starts([{3: [0, 7]}, {3: [1, 9]}, {3: [2]}], 3, slop=0)
    {0}
    >>> sorted(phrase_starts([{3: [0, 7]}, {3: [1, 9]}], 3, slop=1))
    [0, 7]
    """
    slop = min(max(slop, 0), GAP - 1)
    *before, last = columns
    ends = set(last[number])
    for column in reversed(before):
        if slop == 0:
            ends = {place for place in column[number] if place + 1 in ends}
        else:
            ordered = sorted(ends)
            ends = {place for place in column[number] if _follows(ordered, place, slop)}
    return ends


def count_near(
    left: Sequence[dict[int, Sequence[int]]],
    right: Sequence[dict[int, Sequence[int]]],
    number: int,
    distance: int,
) -> int:
    """How often the left phrase occurs in an entry with the right one in reach.

    >>> count_near([{3: [0, 7]}], [{3: [4]}], 3, distance=3)
    1
    """
    reach = min(distance, GAP) - 1
    if reach < 0:
        return 0
    others = sorted(phrase_starts(right, number, 0))
    return sum(
        _follows(others, start + len(left) - 1, reach)
        or _precedes(others, start - len(right) + 1, reach)
        for start in phrase_starts(left, number, 0)
    )


def _follows(ordered: Sequence[int], place: int, slop: int) -> bool:
    at = bisect_left(ordered, place + 1)
    return at < len(ordered) and ordered[at] <= place + 1 + slop


def _precedes(ordered: Sequence[int], place: int, slop: int) -> bool:
    at = bisect_left(ordered, place - 1 - slop)
    return at < len(ordered) and ordered[at] < place
