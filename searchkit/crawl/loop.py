"""The loop of a crawl: hands what is due to the threads of the hosts, and takes it back.

Sources go in, `Event`s come out.  All threads but this one know nothing of the archive;
what an answer means is the business of `Intake`.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace

from searchkit.archive import Archive
from searchkit.archive.crawling import CrawlPage
from searchkit.archive.rows import utc_text
from searchkit.crawl import plan, reading
from searchkit.crawl.events import Event, Options
from searchkit.crawl.hosts import HostRules, HostWorker, Visited, is_fresh
from searchkit.crawl.intake import Intake, PageId, page_id
from searchkit.fetch import user_agent
from searchkit.fetch.session import Session
from searchkit.seeds import Source
from searchkit.seeds.sources import BUDGET, PACE_S

MOST_HOSTS = 8
"""Hosts that are asked at the same time."""

NOBODY = "a crawl whose operator gave no address"
"""What servers are told where there is no contact."""

_AHEAD = 3  # visits that a host's thread is given at a time
_BACKLOG = 40  # pages of a host that are read from the archive at a time
_RESULTS = MOST_HOSTS  # answers that wait for the archive: as many are in the threads' hands
_LOOK_S = 0.2  # how often the stop and the health of threads are looked at while nothing comes


class Run:
    """One crawl: which hosts are being asked, and with what; close it when done.

    Raises FetchError where the contact cannot be sent.
    """

    def __init__(
        self,
        archive: Archive,
        sources: Sequence[Source],
        options: Options,
        stop: threading.Event,
    ) -> None:
        self.archive = archive
        self.state = archive.crawl_state
        self.options = options
        self.stop = stop
        self.begun = options.clock()
        self.sources = {source.id: source for source in sources}
        self._agent = user_agent(options.contact or NOBODY)
        self._intake = Intake(archive, self.sources, options, self.begun)
        self._ends_at = None if options.most_s is None else time.monotonic() + options.most_s
        self._halt = threading.Event()  # for the threads: no further request
        self._results: queue.Queue[Visited] = queue.Queue(_RESULTS)
        self._workers: dict[str, HostWorker] = {}
        self._rested: dict[str, float] = {}  # hosts whose thread has ended: when they may be asked
        self._in_hand: dict[str, dict[PageId, CrawlPage]] = {}
        self._backlog: dict[str, deque[CrawlPage]] = {}
        self._hosts_seen = -1

    def events(self) -> Iterator[Event]:
        """Go on until nothing is due, the pages or the time are used up, or it shall stop."""
        self._plant()
        if self.options.all_lists:
            self.state.make_due(list(self.sources), self.begun)
        while True:
            self._feed()
            if not any(self._in_hand.values()):
                break
            yield from self._take_some(self._next_result())
        self._intake.bring_home()
        if self._is_over() and self.state.hosts_due(self._usable(), self.begun):
            yield Event("limit", "", "crawl", "its time is used up: the rest comes next time")

    def close(self) -> None:
        """End the threads; what they have in hand comes to nothing, and stays due."""
        self._halt.set()
        for worker in self._workers.values():
            worker.tasks.put(None)  # there is room: no more than _AHEAD are in it
        while any(worker.is_alive() for worker in self._workers.values()):
            try:  # a thread may wait for room for its answer
                self._results.get(timeout=0.05)
            except queue.Empty:
                continue

    def _plant(self) -> None:
        """Write the entries of the sources that are new; bring astray ones back."""
        for source in self.sources.values():
            rows = []
            for kind, item in reading.entries(source):
                known = self.state.page(source.id, kind, item.key)
                if known is None:
                    host = reading.host_of(item.url)
                    rows.append(plan.new_page(item, source.id, kind, host, self.begun))
                elif known.failures and known.url != item.url:  # where a redirect led it once
                    rows.append(reading.at(known, item.url))
            self.state.keep_pages(rows)

    # Handing out

    def _usable(self) -> list[str]:
        """The sources that may be asked now: in their hours, and in no trap."""
        now = self.options.clock()
        return [
            name
            for name, source in self.sources.items()
            if source.is_open(now) and name not in self._intake.trapped
        ]

    def _is_over(self) -> bool:
        return self._ends_at is not None and time.monotonic() > self._ends_at

    def _feed(self) -> None:
        """Give each host its next pages; begin with further hosts while there is room."""
        if self.stop.is_set():
            self._halt.set()
        if self._halt.is_set() or self._used_up() or self._is_over():
            return
        usable = self._usable()
        for host in list(self._workers):
            if len(self._in_hand[host]) < _AHEAD:
                self._hand_out(host, usable)
        if len(self._workers) >= MOST_HOSTS:
            self._retire()
        if len(self._workers) < MOST_HOSTS and self._may_be_more():
            self._begin_some(usable)

    def _may_be_more(self) -> bool:
        """Whether hosts can have come since they were looked for: then something was found."""
        return self._hosts_seen != self._intake.found or not any(self._in_hand.values())

    def _begin_some(self, usable: list[str]) -> None:
        self._hosts_seen = self._intake.found
        for host in self.state.hosts_due(usable, self.begun):
            if len(self._workers) >= MOST_HOSTS:
                self._hosts_seen = -1  # some are left
                return
            if host not in self._workers and host not in self._intake.aside:
                self._begin(host)
                self._hand_out(host, usable)

    def _used_up(self) -> bool:
        most = self.options.max_pages
        in_hand = sum(len(pages) for pages in self._in_hand.values())
        return most is not None and self._intake.visits + in_hand >= most

    def _hand_out(self, host: str, usable: list[str]) -> None:
        pages = self._in_hand[host]
        while len(pages) < _AHEAD and host not in self._intake.aside and not self._used_up():
            page = self._next_page(host, usable)
            if page is None:
                return
            pages[page_id(page)] = page
            self._workers[host].tasks.put(page)

    def _next_page(self, host: str, usable: list[str]) -> CrawlPage | None:
        waiting = self._backlog.setdefault(host, deque())
        if not waiting:
            urls = [page.url for page in self._in_hand[host].values()]
            waiting.extend(self.state.due(host, usable, self.begun, _BACKLOG, urls))
        while waiting:
            page = waiting.popleft()
            if page.source in usable:
                return page
        return None

    def _begin(self, host: str) -> None:
        """Start the thread of a host, unless it is not to be asked now."""
        known = self.state.host(host)
        now = self.options.clock()
        self._in_hand.setdefault(host, {})
        if known.not_before is not None and known.not_before > utc_text(now):
            self._intake.aside[host] = f"it asked to wait until {known.not_before[:16]}"
            return
        mine = [source for source in self.sources.values() if reading.asks(source, host)]
        pace_s = max((source.pace_s for source in mine), default=PACE_S)
        budget = max((source.budget for source in mine), default=BUDGET)
        budget -= known.requests_on(utc_text(now)[:10])
        fresh = is_fresh(known.robots_at, known.robots_status, now)
        rules = HostRules(
            host, pace_s, max(0, budget), known.robots_status, known.robots if fresh else None
        )
        # What pages and redirects name may not reach into this network, only what a source does.
        private = self.options.allow_private and bool(mine)
        session = Session(self._agent, allow_private=private, timeout_s=self.options.timeout_s)
        worker = HostWorker(
            rules, session, self._results, self._halt, next_at=self._rested.pop(host, 0.0)
        )
        self._workers[host] = worker
        worker.start()

    def _retire(self) -> None:
        """End the threads of hosts that have nothing more to do now."""
        for host in [host for host, pages in self._in_hand.items() if not pages]:
            worker = self._workers.pop(host, None)
            if worker is not None:
                self._rested[host] = worker.next_at  # at rest, so nothing changes it any more
                worker.tasks.put(None)

    # Taking back

    def _next_result(self) -> Visited:
        """The next end of a visit; a thread that has died gives up what it had in hand."""
        while True:
            try:
                return self._results.get(timeout=_LOOK_S)
            except queue.Empty:
                if self.stop.is_set():
                    self._halt.set()
                for host, pages in self._in_hand.items():
                    if pages and not self._workers[host].is_alive() and self._results.empty():
                        page = next(iter(pages.values()))
                        return Visited(host, page, aside="its thread has ended: please report this")

    def _take_some(self, visited: Visited) -> list[Event]:
        """What has come so far, in one transaction: an answer is kept with all it means."""
        events: list[Event] = []
        with self.archive.together():
            for _ in range(_RESULTS):
                events += self._take(visited)
                try:
                    visited = self._results.get_nowait()
                except queue.Empty:
                    return events
            events += self._take(visited)
        return events

    def _take(self, visited: Visited) -> Iterator[Event]:
        if visited.page is not None:
            self._in_hand[visited.host].pop(page_id(visited.page), None)
        if visited.aside is not None and self._halt.is_set():
            visited = replace(visited, aside="stopped")
        yield from self._intake.take(visited)
