"""Columns over the lines of a page: sums near, steps, neighbours and the densest run.

In comes one number for each line; out go columns, one number for each line again.  What the
numbers mean is up to `lines` and `line_scores`, which ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate

from searchkit.clean.features import Column, Columns

FARTHEST = 60  # lines; whatever is farther away counts as this


def neighbours(name: str, column: Column, reach: int) -> Columns:
    """The same column for the lines before and after; -1 beyond the ends."""
    size, values = len(column), list(column)
    found: Columns = {}
    for steps in range(1, reach + 1):
        found[f"{name} -{steps}"] = ([-1.0] * steps + values)[:size]
        found[f"{name} +{steps}"] = (values + [-1.0] * steps)[steps:]
    return found


def sums_near(name: str, column: Column, reaches: Iterable[int]) -> Columns:
    """Sums over so many lines before and after each, without its own."""
    sums, size = [0.0, *accumulate(column)], len(column)
    found: Columns = {}
    for reach in reaches:
        found[f"{name}before {reach}"] = [sums[n] - sums[max(0, n - reach)] for n in range(size)]
        found[f"{name}after {reach}"] = [
            sums[min(size, n + reach + 1)] - sums[n + 1] for n in range(size)
        ]
    return found


def means_near(name: str, column: Column, weights: Column, reaches: Sequence[int]) -> Columns:
    """Weighted means over so many lines before and after each; 0 where nothing weighs."""
    products = [value * weight for value, weight in zip(column, weights, strict=True)]
    sums, all_weights = sums_near(name, products, reaches), sums_near(name, weights, reaches)
    return {
        key: [a / b if b else 0.0 for a, b in zip(sums[key], all_weights[key], strict=True)]
        for key in sums
    }


def steps_since(column: Column) -> list[float]:
    """How many lines above each the last one with a number stands; none above: `FARTHEST`."""
    steps: list[float] = []
    last = FARTHEST
    for value in column:
        steps.append(last)
        last = 1 if value else min(FARTHEST, last + 1)
    return steps


def steps_outside(begin: int, end: int, size: int) -> list[float]:
    """Steps above (below zero) or below a run of lines; 0 inside."""
    return [
        max(-FARTHEST, min(0, n - begin)) + min(FARTHEST, max(0, n - end + 1)) for n in range(size)
    ]


def dense_run(values: Column) -> tuple[int, int]:
    """Begin and end of the run with the greatest sum; one pass.

    >>> dense_run([-1, 5, -2, 6, -9, 3])
    (1, 4)
    """
    best, found = 0.0, (0, 0)
    total, begin = 0.0, 0
    for place, value in enumerate(values):
        if total <= 0:
            total, begin = 0.0, place
        total += value
        if total > best:
            best, found = total, (begin, place + 1)
    return found
