"""When to come back: visits of pages grow rarer, lists are asked as often as they change.

What is known of an address and what was found there go in, the address with its next visit
comes out.  Nothing is fetched or stored.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from searchkit.archive.coverage import latest
from searchkit.archive.crawling import CrawlPage, Kind
from searchkit.archive.rows import utc_text
from searchkit.discover import Item

HOUR_S = 3600
DAY_S = 24 * HOUR_S
REVISITS_S = (HOUR_S, DAY_S, 7 * DAY_S, 30 * DAY_S)
"""Edits come soon or never: after 1 h, 1 day, 1 week, then once a month."""

LIST_FIRST_S, LIST_LEAST_S, LIST_MOST_S = HOUR_S, 600, DAY_S
"""How long to wait before a feed, sitemap or list is asked again: at first, at least, at most."""

MOST_FAILURES = 5
"""Visits in a row that fail before an address that never gave anything is left alone."""

# Changed stamps that led to no change: a feed that is built anew each hour is not believed.
_MOST_CALM_FOR_STAMP = 3


def after(page: CrawlPage, now: datetime, wait_s: float) -> CrawlPage:
    """The page, visited now and due again so many seconds later."""
    due = utc_text(now + timedelta(seconds=wait_s))
    return replace(page, visited=utc_text(now), due=due, interval_s=int(wait_s))


def revisit(page: CrawlPage, now: datetime) -> CrawlPage:
    """A page that was seen: due again by the number of calm visits."""
    step = min(page.calm, len(REVISITS_S) - 1)
    return after(replace(page, failures=0), now, REVISITS_S[step])


def poll(page: CrawlPage, now: datetime, *, new: int) -> CrawlPage:
    """A list that was read: due sooner where it had something new, else later."""
    if not page.interval_s:
        wait_s: float = LIST_FIRST_S
    elif new:
        wait_s = page.interval_s / 2
    else:
        wait_s = page.interval_s * 1.5
    return after(
        replace(page, failures=0, state="seen", reason=None),
        now,
        min(LIST_MOST_S, max(LIST_LEAST_S, wait_s)),
    )


def failed(page: CrawlPage, now: datetime, reason: str, *, for_good: bool = False) -> CrawlPage:
    """A visit that failed: tried again after 1, 2, 4 ... hours, a week at most.

    What was seen before stays seen; what never gave anything is given up in the end, at
    once where that is ``for_good``.  Lists are never given up.
    """
    count = page.failures + 1
    seen = page.state in ("seen", "gone")
    visited = page.visited if page.state == "gone" else utc_text(now)  # gone since then
    page = replace(page, failures=count, reason=reason, visited=visited)
    page = page if seen else replace(page, state="failed")
    if page.kind == "page" and not seen and (for_good or count >= MOST_FAILURES):
        return replace(page, due=None)
    again = after(page, now, min(7 * DAY_S, HOUR_S * 2 ** min(count - 1, 10)))
    return replace(again, visited=visited)


def gone(page: CrawlPage, now: datetime, reason: str) -> CrawlPage:
    """A page that is not there any more; one that never was is a failure.

    It counts as visited when it was first missing, so that it is known since when.
    """
    if page.kind != "page" or page.state not in ("seen", "gone"):
        return failed(page, now, reason)
    missing = replace(page, state="gone", reason=reason, failures=0)
    missing = after(missing, now, REVISITS_S[-1])
    if page.state == "gone":
        return replace(missing, visited=page.visited, calm=page.calm + 1)
    return missing


def new_page(
    item: Item, source: str, kind: Kind, host: str, now: datetime, depth: int = 0
) -> CrawlPage:
    """An item that nobody has visited: due at once."""
    at = utc_text(now)
    return CrawlPage(
        source=source, key=item.key, kind=kind, url=item.url, host=host,
        found=at, due=at, title=item.title, published=item.published, stamp=item.stamp,
        depth=depth,
    )  # fmt: skip


def told_again(page: CrawlPage, item: Item, now: datetime) -> CrawlPage | None:
    """A known page as a list names it now; None where nothing has changed for us.

    A stamp of after the last visit makes it due, unless such stamps have meant nothing for
    this page before.
    """
    if item.stamp is None or page.visited is None or page.state == "new":
        return None
    moment = latest(item.stamp)
    if moment is None:
        is_later = item.stamp != page.stamp
    else:
        is_later = moment > datetime.fromisoformat(page.visited)
    if not is_later:
        return None
    page = replace(page, stamp=item.stamp)
    is_believed = page.due is not None and page.calm < _MOST_CALM_FOR_STAMP
    return replace(page, due=utc_text(now)) if is_believed else page
