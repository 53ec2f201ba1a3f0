"""Whole sites for the crawler's tests: a ministry's press pages, and a real feed replayed.

    with make_site(pages=2000) as press:
        press.change(50)     # the texts of 50 pages
        press.delete(20)     # 404, and no longer listed
        press.add(30)        # new ones, listed first
        press.site.requests  # see tests.webserver

Run as a program it serves such a site until it is interrupted, for measurements:
``python -m tests.websites 2000`` prints its address.
"""

from __future__ import annotations

import random
import re
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import escape, unescape
from pathlib import Path
from typing import Self
from xml.etree import ElementTree
from zlib import crc32

from tests.webserver import (
    Behaviour,
    Request,
    Site,
    answer,
    page,
    tagged,
)

NEWEST = datetime(2025, 6, 2, 9, 0, tzinfo=UTC)
FEED_ITEMS, LIST_ITEMS, SITEMAP_ITEMS = 50, 20, 500
LIST_SELECTOR, NEXT_SELECTOR = "li.statement a", "a.next"

_NAMES = "Arvel Branic Casta Doron Elvane Fenwick Galdor Halvar Istra Jorvik Kestrel Lomar".split()
_WORDS = (
    "talks grain border treaty ministers agreed visit ports embassy election budget trade water"
    " energy envoy parliament ceasefire observers harvest railway fisheries customs mission"
    " delegation neighbours commission railways hospital students exchange convoy airport coast"
    " region council proposal deadline agreement passage inspection summit signatories protocol"
).split()


@dataclass(frozen=True, slots=True)
class Statement:
    """One page; ``edition`` counts its changes."""

    number: int
    published: datetime
    edition: int = 0

    @property
    def path(self) -> str:
        return f"/statements/{self.number}"

    @property
    def title(self) -> str:
        chance = random.Random(self.number)
        return f"{chance.choice(_NAMES)} on {' and '.join(chance.sample(_WORDS, 3))}"

    @property
    def modified(self) -> datetime:
        return self.published + timedelta(hours=self.edition)

    def paragraphs(self) -> list[str]:
        chance = random.Random(f"{self.number}/{self.edition}")
        return [
            f"Foreign Minister {chance.choice(_NAMES)} said the"
            f" {' '.join(chance.sample(_WORDS, 8))} would {' '.join(chance.sample(_WORDS, 12))}"
            f" within {chance.randrange(2, 90)} days."
            for _ in range(4)
        ]


class PressSite:
    """A ministry's press pages behind a feed, a sitemap and lists, made when asked for.

    ``boilerplate`` stands at the foot of every page, ``validators`` False serves without
    ETag and Last-Modified, ``gone`` is how a deleted page answers.  ``statements`` is
    number -> Statement, newest last.
    """

    def __init__(self, pages: int, site: Site) -> None:
        self.site = site
        self.boilerplate = "Ministry of Foreign Affairs of Ardenia, 1 Harbour Street"
        self.validators = True
        self.gone = "404 Not Found"
        first = NEWEST - timedelta(hours=pages - 1)
        self.statements = {
            n: Statement(n, first + timedelta(hours=n - 1)) for n in range(1, pages + 1)
        }
        self._chance = random.Random(pages)
        self._last = pages
        makers = {
            "/": self._home, "/robots.txt": self._robots, "/feed.xml": self._feed,
            "/news": self._news, "/sitemap.xml": self._sitemap,
            "/sitemap-*": self._sitemap_part, "/statements/*": self._statement,
        }  # fmt: skip
        for path, make in makers.items():
            site.on(path, _made(make))

    def __enter__(self) -> Self:
        self.site.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.site.__exit__()

    @property
    def urls(self) -> set[str]:
        """The addresses of all pages that are there."""
        return {self.site.url(s.path) for s in self.statements.values()}

    def change(self, count: int, *, newest: bool = False) -> set[str]:
        """Give pages another text, any or the newest; gives their addresses."""
        numbers = sorted(self.statements)[-count:] if newest else self._some(count)
        for n in numbers:
            self.statements[n] = replace(self.statements[n], edition=self.statements[n].edition + 1)
        return {self.site.url(self.statements[n].path) for n in numbers}

    def delete(self, count: int) -> set[str]:
        """Take pages away; gives their addresses."""
        return {self.site.url(self.statements.pop(n).path) for n in self._some(count)}

    def add(self, count: int) -> set[str]:
        """Publish new pages; gives their addresses."""
        added = set()
        for _ in range(count):
            self._last += 1
            at = max(s.published for s in self.statements.values()) + timedelta(hours=1)
            self.statements[self._last] = Statement(self._last, at)
            added.add(self.site.url(self.statements[self._last].path))
        return added

    def _some(self, count: int) -> list[int]:
        return self._chance.sample(sorted(self.statements), count)

    def _newest(self) -> list[Statement]:
        return [self.statements[n] for n in sorted(self.statements, reverse=True)]

    def _tagged(self, body: str, media_type: str) -> Behaviour:
        make = tagged if self.validators else page
        return make(body.encode(), media_type)

    def _html(self, title: str, body: str, head: str = "") -> str:
        return (
            f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
            f"</title>{head}</head><body><nav><a href='/'>Home</a> <a href='/news'>News</a></nav>"
            f"<main>{body}</main><footer><p>{escape(self.boilerplate)}</p></footer></body></html>"
        )

    def _statement(self, path: str, query: str) -> Behaviour:
        number = path.rpartition("/")[2]
        one = self.statements.get(int(number)) if number.isdigit() else None
        if one is None:
            return answer(b"<p>This page is gone.</p>", self.gone)
        text = "".join(f"<p>{escape(p)}</p>\n" for p in one.paragraphs())
        time = f'<time datetime="{one.published.isoformat()}">{one.published:%d %B %Y}</time>'
        head = f'<link rel="canonical" href="{self.site.url(one.path)}">'
        body = self._html(
            one.title, f"<article><h1>{escape(one.title)}</h1>{time}\n{text}</article>", head
        ).encode()
        if not self.validators:
            return page(body)
        etag = f'"{one.number}-{one.edition}-{crc32(self.boilerplate.encode()):x}"'
        return page(body, etag=etag, modified=one.modified)

    def _robots(self, path: str, query: str) -> Behaviour:
        text = f"User-agent: *\nDisallow: /private/\nSitemap: {self.site.url('/sitemap.xml')}\n"
        return answer(text.encode(), "200 OK", "Content-Type: text/plain")

    def _feed(self, path: str, query: str) -> Behaviour:
        items = "".join(
            f"<item><title>{escape(s.title)}</title><link>{self.site.url(s.path)}</link>"
            f'<guid isPermaLink="false">ardenia-{s.number}</guid>'
            f"<pubDate>{s.published:%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>\n"
            for s in self._newest()[:FEED_ITEMS]
        )
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>Ardenia'
            f"</title><link>{self.site.url()}</link><description/>\n{items}</channel></rss>"
        )
        return self._tagged(body, "application/rss+xml")

    def _sitemap(self, path: str, query: str) -> Behaviour:
        parts = -(-len(self.statements) // SITEMAP_ITEMS)
        urls = [self.site.url(f"/sitemap-{n}.xml") for n in range(1, parts + 1)]
        return self._tagged(sitemap_index(urls).decode(), "application/xml")

    def _sitemap_part(self, path: str, query: str) -> Behaviour:
        start = (int(re.sub(r"\D", "", path) or 1) - 1) * SITEMAP_ITEMS
        some = [self.statements[n] for n in sorted(self.statements)][start : start + SITEMAP_ITEMS]
        body = sitemap([(self.site.url(s.path), s.modified) for s in some])
        return self._tagged(body.decode(), "application/xml")

    def _news(self, path: str, query: str) -> Behaviour:
        number = int(re.sub(r"\D", "", query) or 1)
        some = self._newest()[(number - 1) * LIST_ITEMS : number * LIST_ITEMS]
        lines = "".join(
            f'<li class="statement"><a href="{s.path}">{escape(s.title)}</a></li>\n' for s in some
        )
        more = number * LIST_ITEMS < len(self.statements)
        following = f'<a class="next" href="/news?page={number + 1}">Older</a>' if more else ""
        return self._tagged(self._html("News", f"<ul>{lines}</ul>{following}"), "text/html")

    def _home(self, path: str, query: str) -> Behaviour:
        head = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
        return self._tagged(self._html("Ministry", '<a href="/news">News</a>', head), "text/html")


def _made(make: Callable[[str, str], Behaviour]) -> Behaviour:
    return lambda conn, request: make(request.path, request.query)(conn, request)


def make_site(pages: int = 2000, site: Site | None = None) -> PressSite:
    """A press site of so many pages; enter it to start its server."""
    return PressSite(pages, site or Site())


# Traps: links without end


def calendar(path: str = "/statistics") -> Behaviour:
    """``?year=N`` links to N+1 and N-1, for ever: ``site.on("/statistics", calendar())``."""

    def behave(conn: socket.socket, request: Request) -> bool | None:
        year = int(request.query.rpartition("year=")[2] or 2020)
        links = "".join(f'<a href="{path}?year={n}">{n}</a> ' for n in (year + 1, year - 1))
        text = f"<title>Year {year}</title><h1>Year {year}</h1><p>No entries.</p>{links}"
        return answer(text.encode())(conn, request)

    return behave


def with_sessions(paths: Sequence[str], name: str = "sid") -> Behaviour:
    """A list whose links carry another session id at each visit."""

    def behave(conn: socket.socket, request: Request) -> bool | None:
        sid = f"{random.getrandbits(64):016x}"
        links = "".join(f'<li><a href="{p}?{name}={sid}">Page {p}</a>' for p in paths)
        return answer(f"<ul>{links}</ul>".encode())(conn, request)

    return behave


def nested_sitemaps(prefix: str = "/deep/") -> Behaviour:
    """``/deep/N.xml`` names ``/deep/N+1.xml``: ``site.on("/deep/*", nested_sitemaps())``."""

    def behave(conn: socket.socket, request: Request) -> bool | None:
        number = int(request.path.removeprefix(prefix).removesuffix(".xml") or 0)
        body = sitemap_index([request.site.url(f"{prefix}{number + 1}.xml")])
        return answer(body, "200 OK", "Content-Type: application/xml")(conn, request)

    return behave


_SITEMAP = '<?xml version="1.0" encoding="UTF-8"?>\n<{0} xmlns="{1}">\n{2}</{0}>\n'
_SITEMAP_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemap_index(urls: Sequence[str]) -> bytes:
    entries = "".join(f"<sitemap><loc>{url}</loc></sitemap>\n" for url in urls)
    return _SITEMAP.format("sitemapindex", _SITEMAP_NAMESPACE, entries).encode()


def sitemap(urls: Sequence[tuple[str, datetime]]) -> bytes:
    entries = "".join(
        f"<url><loc>{url}</loc><lastmod>{at.isoformat()}</lastmod></url>\n" for url, at in urls
    )
    return _SITEMAP.format("urlset", _SITEMAP_NAMESPACE, entries).encode()


# A real feed, version by version


@dataclass(frozen=True, slots=True)
class Entry:
    """What an item of a feed says; ``html`` is the body of its page."""

    title: str
    html: str


class Replay:
    """One feed as it was at each fetch; ``version`` (from 0) is the test's to set.

    ``times`` are those of the fetches.  The pages of the items are made of their own text
    as of that version; one that has left the feed stays as it was last.
    """

    path = "/rss-feed/press-releases/feed/"

    def __init__(self, folder: Path, site: Site) -> None:
        files = sorted(folder.glob("*.rss"))
        self.site = site
        self.version = 0
        self.times = [
            datetime.strptime(f.stem, "%Y-%m-%dT%H%M%S").replace(tzinfo=UTC) for f in files
        ]
        self._bodies = [f.read_bytes() for f in files]
        self._entries: list[dict[str, Entry]] = []
        for body in self._bodies:
            self._entries.append((self._entries[-1] if self._entries else {}) | _entries(body))
        site.on(self.path, lambda conn, request: self._feed()(conn, request))
        site.on("/*", lambda conn, request: self._page(request.path)(conn, request))
        site.on("/robots.txt", answer(b"", "404 Not Found"))

    def __enter__(self) -> Self:
        self.site.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.site.__exit__()

    def __len__(self) -> int:
        return len(self._bodies)

    @property
    def feed_url(self) -> str:
        return self.site.url(self.path)

    def expected(self, versions: Sequence[int] | None = None) -> dict[str, list[Entry]]:
        """URL -> what its page said in these versions of the feed, or all, in order."""
        found: dict[str, list[Entry]] = {}
        for n in range(len(self)) if versions is None else versions:
            for path, entry in self._entries[n].items():
                editions = found.setdefault(self.site.url(path), [])
                if not editions or editions[-1] != entry:
                    editions.append(entry)
        return found

    def _feed(self) -> Behaviour:
        body = self._bodies[self.version]
        return tagged(body.replace(_REPLAYED.encode(), self.site.url("").encode()), "text/xml")

    def _page(self, path: str) -> Behaviour:
        entry = self._entries[self.version].get(path)
        if entry is None:
            return answer(b"<p>There is no such page.</p>", "404 Not Found")
        return tagged(self.html(entry), "text/html; charset=utf-8")

    def html(self, entry: Entry) -> bytes:
        """The page of an item."""
        title = escape(entry.title)
        return (
            f'<!DOCTYPE html><html lang="en"><head><title>{title}</title></head><body><main>'
            f"<article><h1>{title}</h1>{entry.html}</article></main></body></html>"
        ).encode()


_REPLAYED = "https://www.state.gov"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"


def _entries(body: bytes) -> dict[str, Entry]:
    """Path -> what an item of the feed says; the longer of its two texts."""
    found = {}
    for item in ElementTree.fromstring(body).iter("item"):
        path = (item.findtext("link") or "").strip().removeprefix(_REPLAYED)
        texts = (item.findtext(_CONTENT) or "", item.findtext("description") or "")
        title = unescape(item.findtext("title") or "")
        found[path] = Entry(title, max(texts, key=len))
    return found


def replay_feed(folder: Path, site: Site | None = None) -> Replay:
    """The versions of a feed, in files named by the time of their fetch."""
    return Replay(folder, site or Site())


def _serve() -> None:
    with make_site(int(sys.argv[1]) if len(sys.argv) > 1 else 2000) as press:
        print(press.site.url(), flush=True)
        with suppress(KeyboardInterrupt):
            press.site.closed.wait()


if __name__ == "__main__":
    _serve()
