"""One thread for each host: robots.txt first, then one request at a time at its pace.

`Visit`s go into the worker's queue, `Visited`s come out of the common one.  The thread
touches no archive: what it learns comes back with its answers.  A host that asks to wait
is waited for; one that stays in trouble is set aside for this run.
"""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from searchkit.archive.crawling import CrawlPage
from searchkit.discover.robots import Robots, read_robots
from searchkit.errors import FetchError, TemporaryFetchError
from searchkit.fetch.session import Response, Session
from searchkit.urls import split_url

MOST_WAIT_S = 120.0
"""A host that asks for a longer wait is left until another run."""

LONGEST_WAIT_S = 7 * 24 * 3600.0
"""No host is left for longer, whatever it asks for."""

FIRST_BACK_OFF_S, TRIES = 5.0, 3
MOST_TROUBLE = 5
"""Visits in a row without a usable answer before a host is set aside for this run."""

ROBOTS_AGE_S = 24 * 3600.0
_OVERLOADED = frozenset((429, 503))
_QUEUE = 4  # visits that wait for a host; results that wait for the archive: so many a host


class Elsewhere(FetchError):
    """A redirect to another host, which has its own robots.txt, pace and connection."""

    def __init__(self, url: str) -> None:
        super().__init__(url, "redirects to another host", "elsewhere")
        self.target = url


@dataclass(frozen=True, slots=True)
class HostRules:
    """How a host may be asked: seconds between requests, and how many requests are left."""

    host: str
    pace_s: float
    budget: int
    robots_status: int | None = None
    robots_body: bytes | None = None  # None: not known, or too old


@dataclass(frozen=True, slots=True)
class Visited:
    """The end of a visit: an answer or an error.

    ``page`` None tells of robots.txt: ``barred`` is why nothing may be asked for.
    ``aside`` is why the host is set aside for this run, ``wait_s`` how long it asks for;
    ``is_spent`` where only its budget is.
    """

    host: str
    page: CrawlPage | None
    response: Response | None = None
    error: FetchError | None = None
    requests: int = 0
    robots: tuple[int | None, bytes] | None = None
    sitemaps: tuple[str, ...] = ()
    barred: str | None = None
    aside: str | None = None
    is_spent: bool = False
    wait_s: float = 0.0


class HostWorker(threading.Thread):
    """Visits the pages of one host; put None into ``tasks`` to end it.

    ``stop`` ends all waiting and asking.  ``next_at`` (monotonic) is when the host may first
    be asked, and from then on when it may be asked again.
    """

    def __init__(
        self,
        rules: HostRules,
        session: Session,
        results: queue.Queue[Visited],
        stop: threading.Event,
        next_at: float = 0.0,
    ) -> None:
        super().__init__(name=f"crawl {rules.host}", daemon=True)
        self.rules = rules
        self.tasks: queue.Queue[CrawlPage | None] = queue.Queue(_QUEUE)
        self._session = session
        self._results = results
        self._stop_now = stop
        self.next_at = next_at
        self._pace_s = rules.pace_s
        self._left = rules.budget
        self._requests = 0
        self._trouble = 0
        self._robots = Robots(None)
        self._aside: str | None = None
        self._is_spent = False
        self._wait_s = 0.0  # what robots.txt asks for
        self._refused: FetchError | None = None  # what became of robots.txt

    def run(self) -> None:
        """Ask for robots.txt, then for each page that comes."""
        with self._session:
            first = None
            while (page := self.tasks.get()) is not None:
                if first is None:
                    first = self._read_rules(page.url)
                self._results.put(self._visit(page))

    def _read_rules(self, url: str) -> Visited:
        """Robots.txt as remembered, or asked for now; told to the crawl either way."""
        fresh: tuple[int | None, bytes] | None = None
        status, body = self.rules.robots_status, self.rules.robots_body
        if body is None:
            parts = split_url(url)
            scheme = parts.scheme if parts else "https"
            status, body = self._ask_robots(f"{scheme}://{self.rules.host}/robots.txt")
            fresh = (status, body)
        self._robots = read_robots(status, body)
        self._pace_s = max(self._pace_s, self._robots.delay_s)
        barred = self._robots.barred
        if self._refused is not None:
            barred = f"robots.txt cannot be read: {words_of(self._refused)}"
        self._aside = barred
        told = Visited(
            self.rules.host, None, requests=self._taken(), robots=fresh, wait_s=self._wait_s,
            sitemaps=self._robots.sitemaps, barred=barred,
        )  # fmt: skip
        self._results.put(told)
        return told

    def _ask_robots(self, url: str) -> tuple[int | None, bytes]:
        try:
            response = self._get(url)
        except FetchError as error:
            self._refused = error
            return None, b""
        if response.status in _OVERLOADED:
            self._wait_s = min(response.retry_after_s or 0.0, LONGEST_WAIT_S)
        return response.status, response.body

    def _visit(self, page: CrawlPage) -> Visited:
        if self._refused is not None and not isinstance(self._refused, TemporaryFetchError):
            error = FetchError(page.url, words_of(self._refused), self._refused.reason)
            return Visited(self.rules.host, page, error=error)
        if self._aside is not None or self._stop_now.is_set():
            aside = self._aside or "stopped"
            return Visited(self.rules.host, page, aside=aside, is_spent=self._is_spent)
        if not self._robots.allows(page.url):
            error = FetchError(page.url, "robots.txt does not allow it", "robots")
            return Visited(self.rules.host, page, error=error)
        back_off = FIRST_BACK_OFF_S
        for last in (False,) * (TRIES - 1) + (True,):
            if self._left <= 0:
                self._aside = "its budget of requests a day is used up"
                self._is_spent = True
                return self._end(page, wait_s=0.0)
            visited = self._try(page)
            response = visited.response
            if response is None or response.status not in _OVERLOADED:
                return visited
            asked = response.retry_after_s
            wait_s = back_off if asked is None else asked
            if wait_s > MOST_WAIT_S or last:
                wait_s = min(wait_s, LONGEST_WAIT_S)
                self._aside = f"it answers {response.status}" + (
                    f" and asks to wait {wait_s:,.0f} s" if asked is not None else ""
                )
                return self._end(page, wait_s=wait_s)
            self.next_at = time.monotonic() + wait_s
            back_off *= 2
        raise AssertionError("the last try returns")

    def _try(self, page: CrawlPage) -> Visited:
        try:
            response = self._get(page.url, page)
        except FetchError as error:
            if error.reason == "stopped":
                return Visited(self.rules.host, page, aside="stopped", requests=self._taken())
            if isinstance(error, TemporaryFetchError):
                self._count_trouble(str(error))
            return Visited(self.rules.host, page, error=error, requests=self._taken())
        if response.status >= 500 and response.status not in _OVERLOADED:
            self._count_trouble(f"the server answers {response.status}")
        else:
            self._trouble = 0
        return Visited(self.rules.host, page, response, requests=self._taken())

    def _count_trouble(self, what: str) -> None:
        self._trouble += 1
        if self._trouble >= MOST_TROUBLE:
            self._aside = f"{self._trouble} visits in a row failed, the last so: {what}"

    def _end(self, page: CrawlPage, wait_s: float) -> Visited:
        return Visited(
            self.rules.host, page, aside=self._aside, is_spent=self._is_spent, wait_s=wait_s,
            requests=self._taken(),
        )  # fmt: skip

    def _get(self, url: str, page: CrawlPage | None = None) -> Response:
        """One request, when the pace allows it."""
        if self._stop_now.wait(max(0.0, self.next_at - time.monotonic())):
            raise FetchError(url, "the crawl was stopped", "stopped")
        begun = time.monotonic()
        self._requests += 1
        self._left -= 1
        try:
            return self._session.get(
                url,
                etag=page.etag if page else None,
                last_modified=page.last_modified if page else None,
                may_visit=self._may_visit if page else None,
            )
        finally:
            # A server that is slow to answer is asked less often, as crawlers do.
            took = time.monotonic() - begun
            self.next_at = time.monotonic() + (max(self._pace_s, took) if self._pace_s else 0.0)

    def _may_visit(self, url: str) -> None:
        parts = split_url(url)
        if parts is None or parts.netloc != self.rules.host:
            raise Elsewhere(url)
        if not self._robots.allows(url):
            raise FetchError(url, "robots.txt does not allow it", "robots")
        self._requests += 1  # each hop is a request, too
        self._left -= 1
        self._stop_now.wait(self._pace_s)

    def _taken(self) -> int:
        """Requests made since they were last told."""
        count, self._requests = self._requests, 0
        return count


def words_of(error: FetchError) -> str:
    """What an error says, without the address that it begins with."""
    return str(error).removeprefix(f"{error.url}: ")


def is_fresh(robots_at: str | None, status: int | None, now: datetime) -> bool:
    """Whether a remembered robots.txt counts still: for a day, and only where there was one."""
    if robots_at is None or status is None or status >= 500 or status == 429:
        return False
    age_s = (now - datetime.fromisoformat(robots_at).astimezone(UTC)).total_seconds()
    return 0 <= age_s < ROBOTS_AGE_S
