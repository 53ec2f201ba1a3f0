"""What came of visits, kept: each answer with all that it means for what is due.

`Visited`s go in, `Event`s come out; the archive and its crawl state are written, in the
caller's transaction.  Nothing is fetched and no thread is known here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from searchkit.archive import Archive
from searchkit.archive.crawling import CrawlPage, Kind
from searchkit.archive.rows import utc_text
from searchkit.crawl import plan, reading
from searchkit.crawl.events import Event, Options
from searchkit.crawl.hosts import Elsewhere, Visited, words_of
from searchkit.discover import Item, robots
from searchkit.errors import FetchError
from searchkit.fetch.session import Response
from searchkit.seeds import Source
from searchkit.urls import url_key

MOST_NEW = 5_000
"""New pages of one source in one run; what is beyond waits for the next."""

MOST_MOVES = 5
"""Redirects from host to host before an address is given up."""

MOST_TWINS = 50
"""Pages of one source in one run with the very same bytes: then its addresses are a trap."""

_MOST_NAMED = 20  # sitemaps of one robots.txt
# What fails so is no page at all: there is no use in another try.
_FOR_GOOD = frozenset(("not_a_page", "bad_scheme", "bad_url", "credentials", "robots"))

PageId = tuple[str, Kind, str]


def page_id(page: CrawlPage) -> PageId:
    """What tells an address of a crawl from all others."""
    return page.source, page.kind, page.key


class Intake:
    """Takes the ends of visits; ``aside`` are the hosts that are asked no more, and why.

    ``visits`` counts pages, ``found`` grows with each address that becomes due, ``trapped``
    are sources of which no more is asked for in this run.
    """

    def __init__(
        self, archive: Archive, sources: Mapping[str, Source], options: Options, begun: datetime
    ) -> None:
        self.archive = archive
        self.state = archive.crawl_state
        self.sources = sources
        self.options = options
        self.begun = begun
        self.aside: dict[str, str] = {}
        self.trapped: set[str] = set()
        self.visits = 0
        self.found = 0
        self._new: Counter[str] = Counter()
        self._moves: Counter[PageId] = Counter()
        self._origins: dict[PageId, str] = {}  # of pages that a redirect led to another host
        self._twins: Counter[tuple[str, bytes]] = Counter()

    def take(self, visited: Visited) -> Iterator[Event]:
        """Keep what came of a visit, and tell it."""
        self._count_requests(visited)
        page = visited.page
        if page is None:
            yield from self._take_robots(visited)
            return
        if visited.aside is not None:
            yield from self._set_aside(visited, page)
            return
        self.visits += page.kind == "page"
        if visited.error is not None:
            yield from self._take_error(page, visited.error)
        elif visited.response is not None:
            yield from self._take_response(page, visited.response)

    def bring_home(self) -> None:
        """At the end of a run: what waits at another host is asked for at its own next time."""
        for source, kind, key in list(self._origins):
            page = self.state.page(source, kind, key)
            if page is not None:
                self.state.keep_pages([self._home(page, well=False)])

    # Hosts

    def _count_requests(self, visited: Visited) -> None:
        """Requests of this day, robots.txt and waits of a host, kept for the next run."""
        if not visited.requests and visited.robots is None and not visited.wait_s:
            return
        now = self.options.clock()
        known, day = self.state.host(visited.host), utc_text(now)[:10]
        known = known._replace(day=day, requests=known.requests_on(day) + visited.requests)
        if visited.robots is not None:
            status, body = visited.robots
            known = known._replace(
                robots_status=status, robots=body[: robots.LARGEST], robots_at=utc_text(now)
            )
        if visited.wait_s:
            known = known._replace(not_before=utc_text(now + timedelta(seconds=visited.wait_s)))
        self.state.keep_host(known)

    def _take_robots(self, visited: Visited) -> Iterator[Event]:
        """A host's rules were read: its sitemaps belong to the sources that look for them."""
        mine = [one for one in self.sources.values() if reading.asks(one, visited.host)]
        if visited.barred is not None:
            self.aside[visited.host] = visited.barred
            for source in mine:
                now = self.options.clock()
                self.state.tried(source.id, source.name, now, visited.barred)
            yield Event("host", "", visited.host, visited.barred)
            return
        for source in mine:
            if source.discover:
                found = [reading.entry(url) for url in visited.sitemaps[:_MOST_NAMED]]
                self._keep_found(source, "sitemap", found, depth=0)

    def _set_aside(self, visited: Visited, page: CrawlPage) -> Iterator[Event]:
        """The page stays due; the host is asked no more in this run."""
        reason = visited.aside
        if reason is None or reason == "stopped" or visited.host in self.aside:
            return
        self.aside[visited.host] = reason
        if visited.is_spent:  # nothing is wrong
            yield Event("limit", page.source, visited.host, reason)
            return
        self.state.tried(page.source, self._name(page), self.options.clock(), reason)
        yield Event("host", page.source, visited.host, reason)

    def _take_error(self, page: CrawlPage, error: FetchError) -> Iterator[Event]:
        if isinstance(error, Elsewhere):
            self._moves[page_id(page)] += 1
            if self._moves[page_id(page)] <= MOST_MOVES:
                self.visits -= page.kind == "page"
                self._origins.setdefault(page_id(page), page.url)
                self.state.keep_pages([reading.at(page, error.target)])
                self.found += 1
                return
        for_good = error.reason in _FOR_GOOD
        yield from self._failed(page, words_of(error), for_good=for_good)

    def _home(self, page: CrawlPage, *, well: bool) -> CrawlPage:
        """The page at its own address again, where redirects had led it to another host.

        A list that answers well stays where it was found; it comes back when it fails.
        """
        origin = self._origins.pop(page_id(page), None)
        return (
            page if origin is None or (well and page.kind != "page") else reading.at(page, origin)
        )

    # Sources

    def _is_named(self, page: CrawlPage) -> bool:
        """Whether a source names this entry, or what leads to it: not if its site alone does."""
        entries = reading.entries(self.sources[page.source])
        return page.depth > 0 or any((page.kind, page.key) == (k, i.key) for k, i in entries)

    def _went_well(self, page: CrawlPage, reason: str | None = None) -> None:
        """A list was read; its source fares well where no other entry of it is failing."""
        source = self.sources[page.source]
        for kind, item in reading.entries(source):
            row = self.state.page(source.id, kind, item.key)
            if reason is None and row is not None and row.failures:
                reason = f"{row.url}: {row.reason}"
        self.state.tried(source.id, source.name, self.options.clock(), reason, well=True)

    def _failed(self, page: CrawlPage, reason: str, *, for_good: bool = False) -> Iterator[Event]:
        now = self.options.clock()
        page = self._home(page, well=False)
        self.state.keep_pages([plan.failed(page, now, reason, for_good=for_good)])
        yield from self._tell_failed(page, reason)

    def _tell_failed(self, page: CrawlPage, reason: str) -> Iterator[Event]:
        if page.kind == "page" or not self._is_named(page):
            yield Event("failed", page.source, page.url, reason)
            return
        at = f"{page.url}: {reason}"
        self.state.tried(page.source, self._name(page), self.options.clock(), at)
        yield Event("source", page.source, page.url, reason)

    def _name(self, page: CrawlPage) -> str:
        return self.sources[page.source].name

    # Answers

    def _take_response(self, page: CrawlPage, response: Response) -> Iterator[Event]:
        if response.status == 304:
            yield from self._same(page)
        elif response.status in (404, 410):
            yield from self._gone(page, f"the server answers {response.status}")
        elif response.status != 200:
            yield from self._failed(page, f"the server answers {response.status}")
        elif not response.body:
            yield from self._failed(page, "the page is empty")
        elif page.kind == "page":
            yield from self._take_page(page, response)
        else:
            yield from self._take_list(page, response)

    def _gone(self, page: CrawlPage, reason: str) -> Iterator[Event]:
        missing = plan.gone(self._home(page, well=False), self.options.clock(), reason)
        self.state.keep_pages([missing])
        if missing.state != "gone":
            yield from self._tell_failed(missing, reason)
        elif page.state != "gone":
            yield Event("gone", page.source, page.url, reason)

    def _same(self, page: CrawlPage) -> Iterator[Event]:
        page, now = self._home(page, well=True), self.options.clock()
        if page.kind == "page":
            seen = replace(page, state="seen", calm=page.calm + 1, reason=None)
            self.state.keep_pages([plan.revisit(seen, now)])
            yield Event("same", page.source, page.url)
        else:
            self.state.keep_pages([_polled(page, now, new=0)])
            self._went_well(page)
            yield Event("list", page.source, page.url)

    def _take_page(self, page: CrawlPage, response: Response) -> Iterator[Event]:
        digest = reading.digest(response.body)
        page = reading.with_validators(page, response)
        if digest == page.digest:
            yield from self._same(page)
            return
        try:
            made = reading.page_of(response)
        except FetchError as error:
            yield from self._failed(page, words_of(error), for_good=True)
            return
        source = self.sources[page.source]
        capture = self.archive.capture(made, reading.given(source, page.published))
        first = page.capture is None
        page = replace(page, state="seen", digest=digest, capture=capture, reason=None, calm=0)
        page = self._home(page, well=True)
        self.state.keep_pages([plan.revisit(page, self.options.clock())])
        yield Event("new" if first else "changed", page.source, page.url)
        yield from self._watch_twins(page, digest)

    def _watch_twins(self, page: CrawlPage, digest: bytes) -> Iterator[Event]:
        self._twins[page.source, digest] += 1
        if self._twins[page.source, digest] == MOST_TWINS:
            self.trapped.add(page.source)
            reason = f"{MOST_TWINS} addresses gave the very same page: no more of it in this run"
            self.state.tried(page.source, self._name(page), self.options.clock(), reason)
            yield Event("limit", page.source, page.url, reason)

    # Lists

    def _take_list(self, page: CrawlPage, response: Response) -> Iterator[Event]:
        source = self.sources[page.source]
        final = url_key(response.final_url)
        twin = self.state.page(page.source, page.kind, final) if final != page.key else None
        found = reading.Found() if twin else reading.read_list(source, page, response)
        if found.problem is not None and not found.items:
            yield from self._failed(page, found.problem)
            return
        if not found.is_index:  # what it names may change while it stays as it is
            page = reading.with_validators(page, response)
        new, limit, rest = self._keep_items(source, page, found)
        yield from self._keep_contents(source, found)
        for feed in found.feeds:
            self._keep_found(source, "feed", [reading.entry(feed)], depth=0)
        limit = self._follow(source, page, found, new) or limit
        page, now = replace(self._home(page, well=True), digest=None), self.options.clock()
        read = _unfinished(page, now) if rest else _polled(page, now, new=new)
        self.state.keep_pages([read])
        self._went_well(page, found.problem)
        yield Event("list", page.source, page.url, None)
        if limit is not None:
            yield Event("limit", page.source, page.url, limit)

    def _follow(
        self, source: Source, page: CrawlPage, found: reading.Found, new: int
    ) -> str | None:
        """Ask for the next page of a list that brought something; gives the limit it met."""
        if not found.next_url or not new:
            return None
        if page.depth >= reading.MOST_LIST_PAGES:
            return f"more than {reading.MOST_LIST_PAGES} pages of one list: the rest is left"
        following = [reading.entry(found.next_url)]
        self._keep_found(source, page.kind, following, depth=page.depth + 1, again=True)
        return None

    def _keep_items(
        self, source: Source, page: CrawlPage, found: reading.Found
    ) -> tuple[int, str | None, bool]:
        """Note what a list names; gives how much is new, the limit met, if a rest was left."""
        if found.is_index:
            return self._keep_sitemaps(source, page, found)
        items = [] if found.feeds else list(found.items)  # a feed says more than a page of links
        items = [i for i in items if i.content is None and reading.is_wanted(source, i.url)]
        following = url_key(found.next_url) if found.next_url else None
        items = [  # further pages of a list are no statements
            item
            for item in items
            if item.key != following and self.state.page(source.id, "list", item.key) is None
        ]
        room = MOST_NEW - self._new[source.id]
        new, rest = self._keep_found(source, "page", items, depth=0, most=room)
        self._new[source.id] += new
        limit = f"more than {MOST_NEW:,} new pages in one run: the rest comes next time"
        return new, limit if rest else None, rest

    def _keep_sitemaps(
        self, source: Source, page: CrawlPage, found: reading.Found
    ) -> tuple[int, str | None, bool]:
        depth = page.depth + 1
        if depth > reading.DEEPEST_SITEMAP:
            return 0, f"sitemaps nested more than {reading.DEEPEST_SITEMAP} deep", False
        most = reading.MOST_SITEMAPS
        new, _ = self._keep_found(source, "sitemap", found.items[:most], depth=depth)
        limit = f"more than {most:,} sitemaps in one index: the rest is left"
        return new, limit if len(found.items) > most else None, False

    def _keep_found(
        self,
        source: Source,
        kind: Kind,
        items: Sequence[Item],
        *,
        depth: int,
        most: int = MOST_NEW,
        again: bool = False,
    ) -> tuple[int, bool]:
        """Write items that are new, and known ones that were told anew.

        Gives how many are new, and whether some of them were left out.
        """
        now, rows, new, rest = self.begun, [], 0, False
        for item in items:
            known = self.state.page(source.id, kind, item.key)
            if known is None and new >= most:
                rest = True
            elif known is None:
                new += 1
                host = reading.host_of(item.url)
                rows.append(plan.new_page(item, source.id, kind, host, now, depth))
            elif again or (kind == "sitemap" and depth and reading.is_stale(known, item, now)):
                rows.append(replace(known, due=utc_text(now), stamp=item.stamp))
            elif (told := plan.told_again(known, item, now)) is not None:
                rows.append(told)
        self.state.keep_pages(rows)
        self.found += len(rows)
        return new, rest

    def _keep_contents(self, source: Source, found: reading.Found) -> Iterator[Event]:
        """Items that share one link have no page of their own: the feed's words are kept."""
        now = self.options.clock()
        for item in found.items:
            if item.content is None:
                continue
            known = self.state.page(source.id, "page", item.key)
            digest = reading.digest(item.content.encode())
            if known is not None and known.digest == digest:
                continue
            made, given = reading.content_page(source, item, now)
            capture = self.archive.capture(made, given)
            host = reading.host_of(item.url)
            row = known or plan.new_page(item, source.id, "page", host, now)
            row = replace(row, state="seen", digest=digest, capture=capture, due=None)
            self.state.keep_pages([row])
            yield Event("new" if known is None else "changed", source.id, item.url)


def _polled(page: CrawlPage, now: datetime, *, new: int) -> CrawlPage:
    """A list that was read; what lies below another is asked for through that."""
    again = plan.poll(page, now, new=new)
    return again if page.depth == 0 else replace(again, due=None)


def _unfinished(page: CrawlPage, now: datetime) -> CrawlPage:
    """A list of which a part was left: all of it is to be had again in the next run."""
    page = replace(page, etag=None, last_modified=None, stamp=None, failures=0, state="seen")
    return plan.after(page, now, 1.0)
