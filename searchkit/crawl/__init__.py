"""The crawl: sources in, new pages in the archive, and what went wrong told.

`crawl` asks the feeds, sitemaps and lists of sources, then the pages they name, each host
in a thread of its own, and captures what came before anything is done to it.  This thread
alone writes.  What is due, and when again, is kept in the archive after each visit, so a
crawl that is stopped anywhere goes on where it was.  Pages are cleaned and kept afterwards
by `finish`; nothing is indexed here.
"""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from searchkit.archive import Archive
from searchkit.archive.crawling import CrawlHost, CrawlPage
from searchkit.archive.rows import utc_text
from searchkit.crawl import plan, reading
from searchkit.crawl.hosts import Elsewhere, HostRules, HostWorker, Visited, is_fresh, words_of
from searchkit.discover import Item
from searchkit.fetch import user_agent
from searchkit.fetch.session import Session
from searchkit.ingest import Makers, Outcome, finish_pending
from searchkit.seeds import Source
from searchkit.seeds.sources import BUDGET, PACE_S
from searchkit.urls import split_url, url_key

MOST_HOSTS = 8
"""Hosts that are asked at the same time."""

MOST_NEW = 5_000
"""New pages of one source in one run; what is beyond waits for the next."""

MOST_MOVES = 5
"""Redirects from host to host before an address is given up."""

MOST_TWINS = 50
"""Pages of one source in one run with the very same bytes: then its addresses are a trap."""

_AHEAD = 3  # visits that a host's thread is given at a time
_RESULTS = 2 * MOST_HOSTS

What = Literal["new", "changed", "same", "gone", "failed", "list", "source", "host", "limit"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: to a page, a list, a source, a host; ``reason`` in words."""

    what: What
    source: str
    url: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How to crawl.  ``clock`` gives the time; ``contact`` is told to every server."""

    contact: str | None = None
    allow_private: bool = False
    max_pages: int | None = None
    all_lists: bool = False
    timeout_s: float = 30.0
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))


def crawl(
    archive: Archive,
    sources: Sequence[Source],
    options: Options = Options(),
    stop: threading.Event | None = None,
) -> Iterator[Event]:
    """Visit what is due of the sources; ``stop`` ends it after the pages in hand.

    Raises FetchError where the contact cannot be sent.
    """
    run = _Run(archive, sources, options, stop or threading.Event())
    try:
        yield from run.events()
    finally:
        run.close()


def finish(archive: Archive, makers: Makers) -> Iterator[Outcome]:
    """Clean and keep the pages that were captured, and note which of them had changed."""
    state = archive.crawl_state
    for outcome in finish_pending(archive, makers):
        if outcome.capture_id is not None:
            changed = outcome.result in ("added", "changed")
            state.kept(outcome.capture_id, changed=changed, reason=outcome.reason)
            if outcome.result == "added":
                for page in state.pages_of_capture(outcome.capture_id):
                    state.found_new(page.source, page.visited or page.found)
        yield outcome


class _Run:
    """One crawl: which hosts are being asked, and what has come of it so far."""

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
        self.sources = {source.id: source for source in sources if source.is_open(self.begun)}
        self.new: Counter[str] = Counter()
        self.visits = 0
        self._agent = user_agent(options.contact)
        self._results: queue.Queue[Visited] = queue.Queue(_RESULTS)
        self._workers: dict[str, HostWorker] = {}
        self._in_hand: dict[str, dict[str, CrawlPage]] = {}
        self._aside: dict[str, str] = {}
        self._moves: Counter[tuple[str, str]] = Counter()
        self._twins: Counter[tuple[str, bytes]] = Counter()
        self._trapped: set[str] = set()

    def events(self) -> Iterator[Event]:
        """Go on until nothing is due, the pages are used up, or it shall stop."""
        self._plant()
        if self.options.all_lists:
            self.state.make_due(list(self.sources), self.begun)
        while True:
            self._feed()
            if not any(self._in_hand.values()):
                return
            yield from self._take_some(self._results.get())

    def close(self) -> None:
        """End the threads; what they have in hand comes to nothing, and stays due."""
        self.stop.set()
        for worker in self._workers.values():
            while True:
                try:
                    worker.tasks.put_nowait(None)
                    break
                except queue.Full:
                    worker.tasks.get_nowait()
        while any(worker.is_alive() for worker in self._workers.values()):
            try:  # a thread may wait for room for its answer
                self._results.get(timeout=0.05)
            except queue.Empty:
                continue

    def _plant(self) -> None:
        """Write the entries of the sources that are not known yet."""
        for source in self.sources.values():
            entries = [
                plan.new_page(item, source.id, kind, _host(item.url), self.begun)
                for kind, item in reading.entries(source)
                if self.state.page(source.id, kind, item.key) is None
            ]
            self.state.keep_pages(entries)

    # Handing out

    def _feed(self) -> None:
        """Give each host its next pages; begin with further hosts while there is room."""
        if self.stop.is_set() or self._used_up():
            return
        ids = list(self.sources)
        for host in list(self._workers):
            if len(self._in_hand[host]) < _AHEAD:
                self._hand_out(host, ids)
        if len(self._workers) >= MOST_HOSTS:
            self._retire()
        if len(self._workers) < MOST_HOSTS:
            for host in self.state.hosts_due(ids, self.begun):
                if host not in self._workers and host not in self._aside:
                    self._begin(host)
                    self._hand_out(host, ids)
                if len(self._workers) >= MOST_HOSTS:
                    break

    def _used_up(self) -> bool:
        most = self.options.max_pages
        in_hand = sum(len(pages) for pages in self._in_hand.values())
        return most is not None and self.visits + in_hand >= most

    def _hand_out(self, host: str, ids: list[str]) -> None:
        pages = self._in_hand[host]
        free = _AHEAD - len(pages)
        if host in self._aside or free <= 0:
            return
        usable = [name for name in ids if name not in self._trapped]
        for page in self.state.due(host, usable, self.begun, free, list(pages)):
            if self._used_up():
                return
            pages[page.url] = page
            self._workers[host].tasks.put(page)

    def _begin(self, host: str) -> None:
        """Start the thread of a host, unless it is not to be asked now."""
        known = self.state.host(host)
        now = self.options.clock()
        if known.not_before is not None and known.not_before > utc_text(now):
            self._aside[host] = f"it asked to wait until {known.not_before[:16]}"
            self._in_hand.setdefault(host, {})
            return
        mine = [s for s in self.sources.values() if self._asks(s, host)]
        pace_s = max((s.pace_s for s in mine), default=PACE_S)
        today = known.requests if known.day == utc_text(now)[:10] else 0
        budget = max((s.budget for s in mine), default=BUDGET) - today
        fresh = is_fresh(known.robots_at, known.robots_status, now)
        rules = HostRules(
            host, pace_s, max(0, budget), known.robots_status, known.robots if fresh else None
        )
        # What pages and redirects name may not reach into this network, only what a source does.
        private = self.options.allow_private and bool(mine)
        session = Session(self._agent, allow_private=private, timeout_s=self.options.timeout_s)
        worker = HostWorker(rules, session, self._results, self.stop)
        self._workers[host] = worker
        self._in_hand.setdefault(host, {})
        worker.start()

    def _asks(self, source: Source, host: str) -> bool:
        return any(_host(item.url) == host for _, item in reading.entries(source))

    def _retire(self) -> None:
        """End the threads of hosts that have nothing more to do."""
        for host in [host for host, pages in self._in_hand.items() if not pages]:
            worker = self._workers.pop(host, None)
            if worker is not None:
                worker.tasks.put(None)

    # Taking in

    def _take_some(self, visited: Visited | None) -> list[Event]:
        """What has come so far, in one transaction: an answer is kept with all it means."""
        events: list[Event] = []
        with self.archive.together():
            for _ in range(_RESULTS):
                if visited is None:
                    break
                events += self._take(visited)
                try:
                    visited = self._results.get_nowait()
                except queue.Empty:
                    visited = None
            else:
                if visited is not None:
                    events += self._take(visited)
        return events

    def _take(self, visited: Visited) -> Iterator[Event]:
        self._count_requests(visited)
        if visited.page is None:
            yield from self._take_robots(visited)
            return
        page = self._in_hand[visited.host].pop(visited.page.url, visited.page)
        if visited.aside is not None:
            yield from self._set_aside(visited, page)
            return
        self.visits += page.kind == "page"
        if visited.error is not None:
            yield from self._take_error(page, visited)
        elif visited.response is not None:
            yield from self._take_response(page, visited)

    def _count_requests(self, visited: Visited) -> None:
        """Requests of this day, robots.txt and waits of a host, kept for the next run."""
        if not visited.requests and visited.robots is None and not visited.wait_s:
            return
        now = self.options.clock()
        known, day = self.state.host(visited.host), utc_text(now)[:10]
        before = known.requests if known.day == day else 0
        known = known._replace(day=day, requests=before + visited.requests)
        if visited.robots is not None:
            status, body = visited.robots
            known = known._replace(
                robots_status=status, robots=body[: 1 << 19], robots_at=utc_text(now)
            )
        if visited.wait_s:
            known = known._replace(not_before=utc_text(now + timedelta(seconds=visited.wait_s)))
        self.state.keep_host(known)

    def _take_robots(self, visited: Visited) -> Iterator[Event]:
        """A host's rules were read: its sitemaps belong to the sources that look for them."""
        if visited.barred is not None:
            self._aside[visited.host] = visited.barred
            for source in self.sources.values():
                if self._asks(source, visited.host):
                    now = self.options.clock()
                    self.state.tried(source.id, source.name, now, visited.barred)
            yield Event("host", "", visited.host, visited.barred)
            return
        for source in self.sources.values():
            if source.discover and self._asks(source, visited.host):
                found = [reading.entry(url) for url in visited.sitemaps[:20]]
                self._keep_found(source, "sitemap", found, depth=0)

    def _set_aside(self, visited: Visited, page: CrawlPage) -> Iterator[Event]:
        """The page stays due; the host is asked no more in this run."""
        reason = visited.aside or "stopped"
        if self.stop.is_set() or visited.host in self._aside:
            return
        self._aside[visited.host] = reason
        self.state.tried(page.source, self._name(page), self.options.clock(), reason)
        yield Event("host", page.source, visited.host, reason)

    def _take_error(self, page: CrawlPage, visited: Visited) -> Iterator[Event]:
        error, now = visited.error, self.options.clock()
        if isinstance(error, Elsewhere):
            self._moves[page.source, page.key] += 1
            if self._moves[page.source, page.key] <= MOST_MOVES:
                self.visits -= page.kind == "page"
                moved = replace(
                    page, url=error.target, host=_host(error.target), etag=None, last_modified=None
                )
                self.state.keep_pages([moved])
                return
        assert error is not None
        reason = words_of(error)
        yield from self._failed(page, now, reason, for_good=not _may_pass(error))

    def _failed(
        self, page: CrawlPage, now: datetime, reason: str, *, for_good: bool = False
    ) -> Iterator[Event]:
        self.state.keep_pages([plan.failed(page, now, reason, for_good=for_good)])
        if page.kind != "page":
            self.state.tried(page.source, self._name(page), now, reason)
            yield Event("source", page.source, page.url, reason)
        else:
            yield Event("failed", page.source, page.url, reason)

    def _take_response(self, page: CrawlPage, visited: Visited) -> Iterator[Event]:
        response, now = visited.response, self.options.clock()
        assert response is not None
        if response.status == 304:
            yield from self._same(page, now)
        elif response.status in (404, 410):
            reason = f"the server answers {response.status}"
            missing = plan.gone(page, now, reason)
            self.state.keep_pages([missing])
            if missing.state == "gone":
                if page.state != "gone":
                    yield Event("gone", page.source, page.url, reason)
            else:
                yield from self._tell_failed(page, now, reason)
        elif response.status != 200:
            reason = f"the server answers {response.status}"
            yield from self._failed(page, now, reason)
        elif not response.body:
            yield from self._failed(page, now, "the page is empty")
        elif page.kind == "page":
            yield from self._take_page(page, visited, now)
        else:
            yield from self._take_list(page, visited, now)

    def _tell_failed(self, page: CrawlPage, now: datetime, reason: str) -> Iterator[Event]:
        if page.kind == "page":
            yield Event("failed", page.source, page.url, reason)
        else:
            self.state.tried(page.source, self._name(page), now, reason)
            yield Event("source", page.source, page.url, reason)

    def _same(self, page: CrawlPage, now: datetime) -> Iterator[Event]:
        if page.kind == "page":
            seen = replace(page, state="seen", calm=page.calm + 1)
            self.state.keep_pages([plan.revisit(seen, now)])
            yield Event("same", page.source, page.url)
        else:
            self.state.keep_pages([self._polled(page, now, new=0)])
            self.state.tried(page.source, self._name(page), now, None)
            yield Event("list", page.source, page.url)

    def _polled(self, page: CrawlPage, now: datetime, *, new: int) -> CrawlPage:
        """A list that was read; the further pages of one are asked for through its first."""
        again = plan.poll(page, now, new=new)
        return again if page.depth == 0 else replace(again, due=None)

    def _take_page(self, page: CrawlPage, visited: Visited, now: datetime) -> Iterator[Event]:
        response = visited.response
        assert response is not None
        digest = reading.digest(response.body)
        page = reading.with_validators(page, response)
        if digest == page.digest:
            yield from self._same(page, now)
            return
        made = reading.page_of(response)
        if isinstance(made, str):
            yield from self._failed(page, now, made, for_good=True)
            return
        source = self.sources[page.source]
        capture = self.archive.capture(made, reading.given(source, page))
        first = page.state == "new" or page.capture is None
        page = replace(page, state="seen", digest=digest, capture=capture, reason=None, calm=0)
        self.state.keep_pages([plan.revisit(page, now)])
        yield Event("new" if first else "changed", page.source, page.url)
        yield from self._watch_twins(page, digest)

    def _watch_twins(self, page: CrawlPage, digest: bytes) -> Iterator[Event]:
        self._twins[page.source, digest] += 1
        if self._twins[page.source, digest] == MOST_TWINS:
            self._trapped.add(page.source)
            reason = f"{MOST_TWINS} addresses gave the very same page: no more of it in this run"
            self.state.tried(page.source, self._name(page), self.options.clock(), reason)
            yield Event("limit", page.source, page.url, reason)

    def _take_list(self, page: CrawlPage, visited: Visited, now: datetime) -> Iterator[Event]:
        response = visited.response
        assert response is not None
        source = self.sources[page.source]
        page = reading.with_validators(page, response)
        final = url_key(response.final_url)
        twin = self.state.page(page.source, page.kind, final) if final != page.key else None
        found = reading.Found() if twin else reading.read_list(source, page, response)
        if found.problem is not None and not found.items:
            self.state.keep_pages([plan.failed(page, now, found.problem)])
            yield from self._tell_failed(page, now, found.problem)
            return
        kind: reading.Kind = "sitemap" if found.is_index else "page"
        depth = page.depth + 1 if found.is_index else 0
        new, limit = self._keep_items(source, kind, found, depth)
        yield from self._keep_contents(source, found, now)
        for feed in found.feeds:
            self._keep_found(source, "feed", [reading.entry(feed)], depth=0)
        if found.next_url and new and page.depth >= reading.MOST_LIST_PAGES:
            limit = f"more than {reading.MOST_LIST_PAGES} pages of one list: the rest is left"
        elif found.next_url and new:
            self._keep_found(
                source, page.kind, [reading.entry(found.next_url)], depth=page.depth + 1, again=True
            )
        self.state.keep_pages([self._polled(replace(page, digest=None), now, new=new)])
        reason = found.problem or limit
        self.state.tried(page.source, self._name(page), now, reason)
        yield Event("list", page.source, page.url, None)
        if limit is not None:
            yield Event("limit", page.source, page.url, limit)

    def _keep_items(
        self, source: Source, kind: reading.Kind, found: reading.Found, depth: int
    ) -> tuple[int, str | None]:
        """Note what a list names; gives how much of it is new, and which limit was met."""
        if kind == "sitemap" and depth > reading.DEEPEST_SITEMAP:
            return 0, f"sitemaps nested more than {reading.DEEPEST_SITEMAP} deep"
        items = [] if found.feeds else list(found.items)  # a feed says more than a page of links
        items = [i for i in items if kind != "page" or reading.is_wanted(source, i.url)]
        items = [item for item in items if item.content is None]
        if kind == "page":  # further pages of a list are no statements
            items = [i for i in items if self.state.page(source.id, "list", i.key) is None]
            following = url_key(found.next_url) if found.next_url else None
            items = [item for item in items if item.key != following]
        room = MOST_NEW - self.new[source.id] if kind == "page" else reading.MOST_SITEMAPS
        new = self._keep_found(source, kind, items, depth=depth, most=room)
        if kind == "page":
            self.new[source.id] += new
        if new >= room:
            return new, f"more than {MOST_NEW:,} new pages in one run: the rest comes next time"
        return new, None

    def _keep_found(
        self,
        source: Source,
        kind: reading.Kind,
        items: Sequence[Item],
        *,
        depth: int,
        most: int = MOST_NEW,
        again: bool = False,
    ) -> int:
        """Write items that are new, and known ones that were told anew; gives the new ones."""
        now, rows, new = self.begun, [], 0
        for item in items:
            known = self.state.page(source.id, kind, item.key)
            if known is None:
                if new >= most:
                    break
                new += 1
                rows.append(plan.new_page(item, source.id, kind, _host(item.url), now, depth))
            elif again or (kind == "sitemap" and depth and reading.is_stale(known, item, now)):
                rows.append(replace(known, due=utc_text(now), stamp=item.stamp))
            elif (told := plan.told_again(known, item, now)) is not None:
                rows.append(told)
        self.state.keep_pages(rows)
        return new

    def _keep_contents(
        self, source: Source, found: reading.Found, now: datetime
    ) -> Iterator[Event]:
        """Items that share one link have no page of their own: the feed's words are kept."""
        for item in found.items:
            if item.content is None:
                continue
            known = self.state.page(source.id, "page", item.key)
            digest = reading.digest(item.content.encode())
            if known is not None and known.digest == digest:
                continue
            made, given = reading.content_page(source, item, now)
            capture = self.archive.capture(made, given)
            row = known or plan.new_page(item, source.id, "page", _host(item.url), now)
            row = replace(row, state="seen", digest=digest, capture=capture, due=None)
            self.state.keep_pages([row])
            yield Event("new" if known is None else "changed", source.id, item.url)

    def _name(self, page: CrawlPage) -> str:
        return self.sources[page.source].name


def _may_pass(error: object) -> bool:
    """Whether a page that fails so is worth another try: not where it is no page at all."""
    reason = getattr(error, "reason", "")
    return reason not in ("not_a_page", "bad_scheme", "bad_url", "credentials", "robots")


def _host(url: str) -> str:
    parts = split_url(url)
    return parts.netloc if parts is not None else ""


__all__ = ["CrawlHost", "Event", "Options", "crawl", "finish"]
