"""Facets: how the passages that match are spread over speakers, countries, months ...

A node and names of facets go in, `Facet`s come out, the commonest value first and
periods in their order.  The engine counts; here spans of days become periods.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from searchkit.engines import DAYS, Engine
from searchkit.errors import UsageError
from searchkit.query import Node
from searchkit.records import Facet

VALUES = ("speaker", "country", "source", "kind", "form", "language")
PERIODS = ("year", "month", "week")
FACETS = (*VALUES, *PERIODS)
"""All there are; the index knows the first six by name, and the days of each passage."""


def count_by(engine: Engine, node: Node, names: Sequence[str]) -> tuple[Facet, ...]:
    """The facets of these names over all passages that match.

    A passage without a value counts under None, in a period also one whose date is not
    known so precisely.  Raises UsageError for an unknown name.
    """
    for name in names:
        if name not in FACETS:
            raise UsageError(f"cannot count by {name!r}; choose one of: {', '.join(FACETS)}")
    fields = [name for name in names if name in VALUES]
    if len(fields) < len(names):
        fields.append(DAYS)
    counted = engine.counts(node, fields)
    return tuple(
        Facet(name, _ordered(counted[name]))
        if name in VALUES
        else Facet(name, _by_period(counted[DAYS], name))
        for name in names
    )


def _ordered(counts: Mapping[str | None, int]) -> tuple[tuple[str | None, int], ...]:
    return tuple(sorted(counts.items(), key=lambda row: (row[0] is None, -row[1], row[0] or "")))


def _by_period(spans: Mapping[str | None, int], name: str) -> tuple[tuple[str | None, int], ...]:
    counts: Counter[str | None] = Counter()
    for span, count in spans.items():
        counts[None if span is None else period_of(span, name)] += count
    return tuple(sorted(counts.items(), key=lambda row: (row[0] is None, row[0] or "")))


def period_of(span: str, name: str) -> str | None:
    """The year, month or ISO week that a span of days lies in, or None.

    >>> period_of("20240901-20240930", "month"), period_of("20240901-20240930", "week")
    ('2024-09', None)
    >>> period_of("20241230-20241230", "week"), period_of("20241230-20241230", "year")
    ('2025-W01', '2024')
    """
    first, _, last = span.partition("-")
    period = _period(first, name)
    return period if period == _period(last, name) else None


def _period(day: str, name: str) -> str | None:
    year, month = day[:4], day[4:6]
    if name == "year":
        return year
    if name == "month":
        return f"{year}-{month}"
    try:
        iso = date(int(year), int(month), int(day[6:])).isocalendar()
    except ValueError:  # no day of the calendar: an old index may hold one
        return None
    return f"{iso.year}-W{iso.week:02d}"


def top(facets: Iterable[Facet], count: int = 5) -> tuple[Facet, ...]:
    """Each facet's commonest values only, unknown ones left out.

    >>> top([Facet("year", (("2023", 1), ("2024", 7), (None, 9)))], 1)
    (Facet(by='year', rows=(('2024', 7),)),)
    """
    return tuple(
        Facet(facet.by, tuple(sorted(known, key=lambda row: -row[1])[:count]))
        for facet in facets
        if (known := [row for row in facet.rows if row[0] is not None])
    )
