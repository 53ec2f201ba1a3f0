"""How the sources of a crawl fare: what came of each, since when it is silent or failing.

Rows of the crawl and of the documents go in, one `Coverage` for each source that was ever
crawled comes out.  Nothing is written.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from searchkit.archive.database import Database
from searchkit.archive.rows import utc_text

SCRIPTED = "its text comes by JavaScript, which is not run"
"""Why a page that is made by scripts was refused."""

USUAL = timedelta(days=30)
"""What is usual for a source is measured over so long."""

SILENT_GAPS, SILENT_LEAST = 3, timedelta(days=3)
"""A source is silent when nothing came for so many usual gaps, and for so long at least."""

# Days before the newest document count for what is usual; older ones are not looked at.
_LOOKED_AT = timedelta(days=400)

_Days = dict[str, Counter[str]]

# A document is of the day it was published, where that is known to the day and not later
# than the day it was found.
_MOMENTS = """
    SELECT p.source AS source, min(p.found, coalesce(
        CASE WHEN length(d.published) >= 10 THEN d.published END, p.published, p.found)) AS at
    FROM crawl_pages p
    JOIN captures c ON c.id = p.capture JOIN documents d ON d.number = c.document
    WHERE p.kind = 'page' AND p.source IN (SELECT value FROM json_each(:sources))
"""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How a source fares; times are ISO 8601 in UTC, None is never or unknown.

    ``newest`` is the time of its newest document, ``per_week`` its documents a week over
    the last 30 days.  ``scripted`` of the pages ``without_text`` need JavaScript.
    """

    source: str
    name: str
    tried: str
    succeeded: str | None
    newest: str | None
    per_week: float
    silent_since: str | None
    failing_since: str | None
    reason: str | None
    pages: int
    gone: int
    failed: int
    without_text: int
    scripted: int


def read_coverage(database: Database, sources: Iterable[str], now: datetime) -> list[Coverage]:
    """Those of the sources that were ever crawled, by id; ``now`` is aware."""
    chosen = {"sources": json.dumps(sorted(sources))}
    newest = dict(
        tuple(row)
        for row in database.rows(
            f"SELECT source, max(at) FROM ({_MOMENTS}) GROUP BY source",  # noqa: S608
            chosen,
        )
    )
    days = _days(database, chosen, now - _LOOKED_AT)
    found = []
    for row in _rows(database, chosen):
        last, mine = newest.get(row["source"]), days.get(row["source"], Counter())
        recent = sum(count for day, count in mine.items() if _at(day) > now - USUAL)
        found.append(
            Coverage(
                **dict(row),
                newest=last,
                per_week=round(recent * 7 / USUAL.days, 1),
                silent_since=last if last and _is_silent(mine, _at(last), now) else None,
            )
        )
    return found


def _days(database: Database, chosen: dict[str, str], since: datetime) -> _Days:
    """source -> day -> documents of that day."""
    rows = database.rows(
        f"SELECT source, substr(at, 1, 10) AS day, count(*) AS n FROM ({_MOMENTS}) "  # noqa: S608
        "WHERE at >= :since GROUP BY source, day",
        chosen | {"since": utc_text(since)},
    )
    days: _Days = {}
    for row in rows:
        days.setdefault(row["source"], Counter())[row["day"]] = row["n"]
    return days


def _is_silent(days: Counter[str], last: datetime, now: datetime) -> bool:
    until = _at(utc_text(last)[:10])
    before = sum(count for day, count in days.items() if until - USUAL < _at(day) <= until)
    return now - last > max(SILENT_LEAST, SILENT_GAPS * USUAL / max(1, before))


def latest(text: str) -> datetime | None:
    """The latest time that an ISO day or time can mean: a day lasts until its end.

    Without a zone it is of UTC; None where it cannot be read.

    >>> str(latest("2024-09-17")), str(latest("2024-09-17T08:30:00")), latest("2024-09")
    ('2024-09-18 00:00:00+00:00', '2024-09-17 08:30:00+00:00', None)
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if len(text) == len("2024-09-17"):
        moment += timedelta(days=1)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _at(text: str) -> datetime:
    """The same; the first of times where it cannot be read."""
    return latest(text) or datetime.min.replace(tzinfo=UTC)


def _rows(database: Database, chosen: dict[str, str]) -> list[Any]:
    return database.rows(
        """
        SELECT s.source, s.name, s.tried, s.succeeded, s.failing_since, s.reason,
            count(p.key) AS pages,
            coalesce(sum(p.state = 'gone'), 0) AS gone,
            coalesce(sum(p.state = 'failed'), 0) AS failed,
            coalesce(sum(c.state = 'refused'), 0) AS without_text,
            coalesce(sum(c.state = 'refused' AND c.reason = :scripted), 0) AS scripted
        FROM crawl_sources s
        LEFT JOIN crawl_pages p ON p.source = s.source AND p.kind = 'page'
        LEFT JOIN captures c ON c.id = p.capture
        WHERE s.source IN (SELECT value FROM json_each(:sources))
        GROUP BY s.source ORDER BY s.source
        """,
        chosen | {"scripted": SCRIPTED},
    )
