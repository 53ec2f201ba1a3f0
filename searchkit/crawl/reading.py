"""What an answer means for a crawl: entries, lists, pages and what is given with them.

`Source`s and `Response`s go in, records of `discover` and of the archive come out; nothing
is stored or fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from searchkit.archive.crawling import CrawlPage, Kind
from searchkit.discover import Item
from searchkit.discover.feeds import read_feed
from searchkit.discover.listing import find_feeds, read_listing
from searchkit.discover.sitemaps import read_sitemap
from searchkit.errors import UsageError
from searchkit.fetch import media_type_of
from searchkit.fetch.session import Response
from searchkit.records import Given, Page
from searchkit.seeds import ListPage, Source
from searchkit.urls import canonical_url, redact_url, site_of, split_url, url_key

MOST_LIST_PAGES = 200
"""Pages of one list that are followed, as long as each brings something new."""

DEEPEST_SITEMAP = 3
MOST_SITEMAPS = 1_000

# A ministry speaks for its country; an outlet or an organisation does not.
_OF_A_COUNTRY = frozenset(("ministry", "presidency", "government"))
_SITEMAP_AGE = timedelta(days=1)

# What of a page is looked at for scripts; so few letters are no text, so many scripts an app.
_LOOKED_AT, _FEW, _MANY_SCRIPTS = 1 << 20, 300, 2
_SCRIPT = re.compile(rb"<script[\s>]", re.IGNORECASE)
_UNSEEN = re.compile(rb"<(/?)(?:script|style|noscript|template|title)\b", re.IGNORECASE)
# A tag that ends, or to the end of what there is; each byte is passed once.
_TAG = re.compile(rb"<[^<>]*>?")


@dataclass(frozen=True, slots=True)
class Found:
    """What a feed, sitemap or list holds, whichever it was."""

    items: tuple[Item, ...] = ()
    is_index: bool = False
    next_url: str | None = None
    feeds: tuple[str, ...] = ()
    problem: str | None = None


def entry(url: str) -> Item:
    """An address that a source names, as an item."""
    url = canonical_url(url)
    return Item(url, url_key(url))


def entries(source: Source) -> list[tuple[Kind, Item]]:
    """Where a source begins: its feeds, sitemaps and lists."""
    found: list[tuple[Kind, Item]] = [("feed", entry(url)) for url in source.feeds]
    found += [("sitemap", entry(url)) for url in source.sitemaps]
    return found + [("list", entry(one.url)) for one in source.lists]


def asks(source: Source, host: str) -> bool:
    """Whether an entry of the source lies at this host."""
    return any(host_of(item.url) == host for _, item in entries(source))


def host_of(url: str) -> str:
    """The host of an address, with its port where that is unusual."""
    parts = split_url(url)
    return parts.netloc if parts is not None else ""


def at(page: CrawlPage, url: str) -> CrawlPage:
    """The same page, to be asked for at this address; what another said of it is forgotten."""
    return replace(page, url=url, host=host_of(url), etag=None, last_modified=None)


def source_of_url(url: str) -> Source:
    """A site that somebody named by one of its pages: its feeds and sitemaps are looked for.

    Raises UsageError for what is no web address.
    """
    site = site_of(url)
    if site is None or split_url(url) is None:
        raise UsageError(f"{redact_url(url)[:200]}: not a web address like https://mfa.example")
    return Source(id=site, name=site, kind="outlet", site=site, lists=(ListPage(url),))


def read_list(source: Source, page: CrawlPage, response: Response) -> Found:
    """What an entry of a source names; its ``problem`` says why it names nothing."""
    body, url = response.body, response.final_url
    if page.kind == "feed":
        feed = read_feed(body, url, response.header("content-type") or "")
        return Found(feed.items, next_url=feed.next_url, problem=feed.problem)
    if page.kind == "sitemap":
        sitemap = read_sitemap(body, url)
        return Found(sitemap.items, sitemap.is_index, problem=sitemap.problem)
    items, following = _list_rules(source, page)
    listing = read_listing(body, url, response.charset, items=items, following=following)
    feeds = find_feeds(body, url, response.charset) if source.discover and not page.depth else ()
    return Found(listing.items, next_url=listing.next_url, feeds=feeds, problem=listing.problem)


def _list_rules(source: Source, page: CrawlPage) -> tuple[str | None, str | None]:
    """The selectors of a list; its further pages have those of the first."""
    lists = {url_key(one.url): one for one in source.lists}
    one = lists.get(page.key) or (source.lists[0] if source.lists else None)
    return (one.items, one.following) if one is not None else (None, None)


def is_wanted(source: Source, url: str) -> bool:
    """Whether the source's patterns take an address: any of include, none of exclude."""
    included = not source.include or any(glob.search(url) for glob in source.include)
    return included and not any(glob.search(url) for glob in source.exclude)


def is_stale(known: CrawlPage, item: Item, now: datetime) -> bool:
    """Whether a sitemap of an index is to be read again: changed, or silent on it and old."""
    if item.stamp is not None:
        return item.stamp != known.stamp
    return known.visited is None or datetime.fromisoformat(known.visited) < now - _SITEMAP_AGE


def digest(body: bytes) -> bytes:
    """What makes two answers the same."""
    return sha256(body).digest()


def with_validators(page: CrawlPage, response: Response) -> CrawlPage:
    """The page with what the server wants to be asked with next time.

    What another address says of itself, where a redirect led, is nothing to ask this with.
    """
    if url_key(response.final_url) != url_key(response.url):
        return replace(page, etag=None, last_modified=None)
    return replace(
        page, etag=response.header("etag"), last_modified=response.header("last-modified")
    )


def needs_scripts(body: bytes) -> bool:
    """Whether a page holds no text to speak of, and scripts that could make some.

    >>> needs_scripts(b"<div id=root></div><script>1</script><script src=a.js></script>")
    True
    """
    start = body[:_LOOKED_AT]
    if len(_SCRIPT.findall(start)) < _MANY_SCRIPTS:
        return False
    left = b" ".join(_TAG.sub(b" ", piece) for piece in _seen(start))
    return len(b" ".join(left.split())) < _FEW


def _seen(body: bytes) -> Iterator[bytes]:
    """The parts of a page that a reader could see."""
    begun: int | None = 0  # None: within what is not seen
    for edge in _UNSEEN.finditer(body):
        if not edge[1] and begun is not None:
            yield body[begun : edge.start()]
            begun = None
        elif edge[1] and begun is None:
            begun = edge.start()
    if begun is not None:
        yield body[begun:]


def page_of(response: Response) -> Page:
    """The answer as a page for the archive; raises FetchError where it is none."""
    parts = split_url(response.final_url)
    assert parts is not None  # it was fetched
    return Page(
        body=response.body,
        origin=response.url,
        media_type=media_type_of(parts, response.header("content-type") or "", response.body),
        fetched_at=response.fetched_at,
        url=response.final_url,
        charset=response.charset,
        status=response.status,
        headers=response.headers,
    )


def given(source: Source, listed: str | None) -> Given:
    """What the source states about its pages; ``listed`` is when its list says one came out."""
    country = source.country if source.kind in _OF_A_COUNTRY else None
    return Given(source=source.name, country=country, listed=listed)


def content_page(source: Source, item: Item, now: datetime) -> tuple[Page, Given]:
    """An item of a feed that has no page of its own, as a page."""
    body = f"<html><body><article>{item.content}</article></body></html>".encode()
    stated = replace(given(source, item.published), id=item.key, title=item.title)
    return Page(body, item.key, "text/html", now, charset="utf-8"), stated
