"""What an alert would have told: looked up before it is saved.

A query goes in, its hits of the last 30 days come out, counted by when they entered the
archive, with the rate to expect.  Nothing is kept and nothing told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from searchkit.alerts.items import make_item
from searchkit.alerts.matching import read_alert
from searchkit.archive.alerting import Alert, Ledger
from searchkit.archive.rows import utc_text
from searchkit.deliver import Item
from searchkit.query import And, Best, DayRange, Node, Or, Ranked, compile_notes
from searchkit.search import Index

DAYS = 30
BROAD_A_DAY = 50.0
"""More stories than that a day are not read, they are filed away."""

BROAD_SHARE = 0.1
"""Of all passages: such a query asks for words that are everywhere."""

_BROAD_LEAST = 100
_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Preview:
    """How a query was read, what it matches in all, and which stories entered lately.

    ``a_week`` is how many stories a week may bring.  ``items`` are the newest of them, by
    when they entered; ``warnings`` say what speaks against saving it as it is.
    """

    reading: str
    notes: tuple[str, ...]
    matching: int
    passages: int
    stories: int
    days: int
    a_week: float
    items: tuple[Item, ...]
    warnings: tuple[str, ...]


def preview(
    index: Index, ledger: Ledger, alert: Alert, *, limit: int = 10, now: datetime | None = None
) -> Preview:
    """What the alert would have told in the last 30 days.

    Raises QueryError or UsageError where it cannot be read.
    """
    asked = read_alert(index, alert)
    moment = now or datetime.now(UTC)
    found = index.engine.search(asked.node, limit=_MOST)
    recent = _entered_since(index, ledger, [row[0] for row in found.rows], moment)
    days = _days_covered(ledger, moment)
    texts = index.archive.hits_for(recent[:limit])
    copies = index.archive.copies_of(recent[:limit])
    items = tuple(
        make_item(alert.name, asked.node, *texts[one], copies=max(0, len(copies.get(one, ())) - 1))
        for one in recent[:limit]
        if one in texts
    )
    a_day = len(recent) / days
    warnings = (*_broad(found.total, index.engine.size(), a_day), *_closed(asked.node, moment))
    exact = bool(alert.filters.get("exact"))
    notes = (*asked.query.notes, *compile_notes(
        asked.query, index.archive.languages(), exact=exact, words=index.engine.words
    ))  # fmt: skip
    return Preview(
        reading=asked.query.reading,
        notes=notes,
        matching=found.total,
        passages=index.engine.size(),
        stories=len(recent),
        days=days,
        a_week=a_day * 7,
        items=items,
        warnings=warnings,
    )


def _entered_since(index: Index, ledger: Ledger, passages: list[str], now: datetime) -> list[str]:
    """One passage for each story that entered in the last 30 days, the newest first."""
    mark = ledger.last_passage_before(utc_text(now - timedelta(days=DAYS)))
    entered = {one: at.number for one, at in ledger.entered(passages).items() if at.number > mark}
    ids = sorted(entered, key=lambda one: -entered[one])
    copies = index.archive.copies_of(ids)
    known: set[str] = set()
    stories = []
    for one in ids:
        if one not in known:
            stories.append(one)
            known.update(copy.passage_id for copy in copies.get(one, ()))
    return stories


def _days_covered(ledger: Ledger, now: datetime) -> int:
    """Days that the count stands for: an archive of yesterday knows no month."""
    first = ledger.first_entry()
    if first is None:
        return DAYS
    return max(1, min(DAYS, (now - datetime.fromisoformat(first)).days + 1))


def _broad(matching: int, passages: int, a_day: float) -> Iterator[str]:
    share = matching / passages if passages else 0.0
    if a_day > BROAD_A_DAY or (matching >= _BROAD_LEAST and share > BROAD_SHARE):
        yield (
            f"this is broad: it matches {matching:,} of {passages:,} passages ({share:.0%}), "
            f"about {a_day:,.0f} stories a day; add words or filters"
        )


def _closed(node: Node, now: datetime) -> Iterator[str]:
    today = int(now.strftime("%Y%m%d"))
    for days in _day_ranges(node):
        if days.last is not None and days.last < today:
            last = f"{days.last // 10_000}-{days.last // 100 % 100:02}-{days.last % 100:02}"
            yield f"the dates asked for end on {last}: nothing that is published later is told"


def _day_ranges(node: Node) -> Iterator[DayRange]:
    """The dates that each match must lie in."""
    if isinstance(node, DayRange):
        yield node
    elif isinstance(node, Ranked):
        yield from _day_ranges(node.part)
    elif isinstance(node, And) or (isinstance(node, Or | Best) and len(node.parts) == 1):
        for part in node.parts:
            yield from _day_ranges(part)
