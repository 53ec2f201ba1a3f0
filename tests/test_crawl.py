"""The crawl against real servers: whole, once, incremental, polite, and never lost."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from searchkit.archive import open_archive
from searchkit.crawl import Event, Options, crawl, finish
from searchkit.crawl.plan import REVISITS_S
from searchkit.ingest import make_documents
from searchkit.seeds import ListPage, Source
from searchkit.urls import document_id, url_key
from tests.webserver import (
    Request,
    Site,
    answer,
    bomb,
    busy,
    gaps_s,
    in_turn,
    packed,
    redirect,
    silent,
    wrong_length,
)
from tests.websites import (
    LIST_SELECTOR,
    NEXT_SELECTOR,
    PressSite,
    calendar,
    make_site,
    nested_sitemaps,
    replay_feed,
    sitemap_index,
    with_sessions,
)

BEGUN = datetime(2025, 6, 2, 12, tzinfo=UTC)
HTML = "Content-Type: text/html; charset=utf-8"


@dataclass(slots=True)
class Crawler:
    """Crawls sources into one archive, at a time that the test sets."""

    folder: Path
    now: datetime = BEGUN
    options: Options = field(default_factory=lambda: Options(allow_private=True, timeout_s=2.0))

    def __call__(self, *sources: Source, **changes: object) -> list[Event]:
        options = replace(self.options, clock=lambda: self.now, **changes)  # type: ignore[arg-type]
        with open_archive(self.folder, write=True) as archive:
            events = list(crawl(archive, sources, options))
            with make_documents(1) as makers:
                list(finish(archive, makers))
        return events

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def texts(self) -> dict[str, str]:
        """The current text of each document by its address."""
        with open_archive(self.folder) as archive:
            found = {}
            for change in archive.changed_since(0):
                document = archive.document(change.document_id)
                if document is not None and not change.gone:
                    found[document.url or document.id] = document.text
            return found

    def versions(self, url: str) -> int:
        with open_archive(self.folder) as archive:
            return len(archive.versions(document_id(url_key(url))))


@pytest.fixture
def crawler(tmp_path: Path) -> Crawler:
    return Crawler(tmp_path / "index")


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        running.on("/robots.txt", answer(b"", "404 Not Found"))
        yield running


def source_of(site: Site, **given: object) -> Source:
    values: dict[str, object] = {
        "id": "ar-mfa", "name": "Ministry of Ardenia", "kind": "ministry", "site": site.host,
        "discover": False, "pace_s": 0.0, "budget": 100_000,
    }  # fmt: skip
    return Source(**(values | given))  # type: ignore[arg-type]


def press_source(press: PressSite, **given: object) -> Source:
    url = press.site.url
    entries: dict[str, object] = {
        "feeds": (url("/feed.xml"),), "sitemaps": (url("/sitemap.xml"),),
        "lists": (ListPage(url("/news"), LIST_SELECTOR, NEXT_SELECTOR),),
    }  # fmt: skip
    return source_of(press.site, **(entries | given))


def kinds(events: list[Event]) -> Counter[str]:
    return Counter(event.what for event in events)


def feed_of(site: Site, *paths: str, stamp: str = "Mon, 02 Jun 2025 09:00:00 GMT") -> str:
    items = "".join(
        f"<item><link>{site.url(path)}</link><pubDate>{stamp}</pubDate></item>" for path in paths
    )
    body = f'<rss version="2.0"><channel><title>Press</title>{items}</channel></rss>'
    return site.put("/feed", body.encode(), "application/rss+xml")


def text_page(words: str) -> bytes:
    return (
        f"<html><head><title>{words}</title></head><body><article><h1>{words}</h1><p>The Minister"
        f" said on Monday that {words} would be discussed with all neighbours of Ardenia before"
        " the end of the month.</p></article></body></html>"
    ).encode()


# Whole, once, and what is new


def test_a_site_is_collected_whole_and_once(crawler: Crawler) -> None:
    with make_site(120) as press:
        source = press_source(press)
        events = crawler(source)
        assert kinds(events)["new"] == 120
        assert set(crawler.texts()) == press.urls
        asked = Counter(r.target for r in press.site.requests if "/statements/" in r.target)
        assert set(asked.values()) == {1}
        before = press.site.asked()
        crawler(source)
        assert press.site.asked() - before <= 1


def test_what_changed_is_seen_exactly(crawler: Crawler) -> None:
    with make_site(60) as press:
        source = press_source(press)
        crawler(source)
        changed, deleted, added = press.change(5), press.delete(3), press.add(4)
        crawler.later(hours=2)
        events = crawler(source)
        told = {
            what: {e.url for e in events if e.what == what} for what in ("new", "changed", "gone")
        }
        assert told == {"new": added, "changed": changed - deleted, "gone": deleted}
        assert all(crawler.versions(url) == 2 for url in changed - deleted)
        assert deleted <= set(crawler.texts())  # the text stays


def test_a_changed_foot_is_no_new_version(crawler: Crawler) -> None:
    with make_site(20) as press:
        source = press_source(press)
        crawler(source)
        press.boilerplate = "Ministry of Foreign Affairs of Ardenia, now at 2 Harbour Street"
        crawler.later(hours=2)
        events = crawler(source)
        assert kinds(events)["changed"] == 20
        assert {crawler.versions(url) for url in press.urls} == {1}
        with open_archive(crawler.folder) as archive:
            pages = [archive.crawl_state.page(source.id, "page", url_key(u)) for u in press.urls]
        assert {page and page.calm for page in pages} == {1}  # no change that counts


def test_pages_are_visited_ever_more_rarely(crawler: Crawler, site: Site) -> None:
    source = source_of(site, feeds=(feed_of(site, "/1"),))
    site.put("/1", text_page("grain"), etag='"1"')
    crawler(source)
    for wait_s in (*REVISITS_S, REVISITS_S[-1]):
        crawler.later(seconds=wait_s - 60)
        before = site.asked("/1")
        crawler(source)
        assert site.asked("/1") == before, wait_s
        crawler.later(seconds=120)
        crawler(source)
        assert site.asked("/1") == before + 1, wait_s
    validators = [r.headers.get("if-none-match") for r in site.requests if r.path == "/1"]
    assert validators == [None, *['"1"'] * (len(validators) - 1)]


def test_a_feed_that_brings_nothing_is_asked_less_often(crawler: Crawler, site: Site) -> None:
    source = source_of(site, feeds=(feed_of(site, "/1"),))
    site.put("/1", text_page("grain"), etag='"1"')
    for _ in range(24 * 6):
        crawler(source)
        crawler.later(hours=1)
    assert 5 <= site.asked("/feed") <= 14  # at first each hour, then once a day


def test_a_page_that_is_there_again_is_no_longer_gone(crawler: Crawler, site: Site) -> None:
    source = source_of(site, feeds=(feed_of(site, "/1"),))
    site.put("/1", text_page("grain"))
    crawler(source)
    site.remove("/1", "410 Gone")
    crawler.later(hours=2)
    assert kinds(crawler(source))["gone"] == 1
    with open_archive(crawler.folder) as archive:
        (row,) = archive.crawl_state.coverage(BEGUN)
    assert row.gone == 1
    site.put("/1", text_page("grain and water"))
    crawler.later(days=31)
    assert kinds(crawler(source))["changed"] == 1


def test_one_address_of_two_sources_is_one_document_under_both(
    crawler: Crawler, site: Site
) -> None:
    feed = feed_of(site, "/1")
    site.put("/1", text_page("grain"))
    crawler(
        source_of(site, id="a", name="Paper A", feeds=(feed,)),
        source_of(site, id="b", name="Paper B", feeds=(feed,)),
    )
    assert len(crawler.texts()) == 1
    with open_archive(crawler.folder) as archive:
        (change,) = archive.changed_since(0)
        assert sorted(archive.sources_of(change.document_id)) == ["Paper A", "Paper B"]


def test_items_that_share_a_link_are_kept_from_the_feed(crawler: Crawler, site: Site) -> None:
    items = "".join(
        f"<item><title>Notice {n}</title><link>{site.url('/status')}</link><description>The"
        f" crossing number {n} at the border of Ardenia is open again, it said.</description>"
        f"<pubDate>Mon, 02 Jun 2025 0{n}:00:00 GMT</pubDate></item>"
        for n in (7, 8, 9)
    )
    feed = f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()
    source = source_of(site, feeds=(site.put("/feed", feed, "application/rss+xml"),))
    assert kinds(crawler(source))["new"] == 3
    assert len(crawler.texts()) == 3
    crawler.later(hours=2)
    assert kinds(crawler(source))["new"] == 0


def test_the_date_of_the_feed_counts_where_the_page_has_none(crawler: Crawler, site: Site) -> None:
    source = source_of(site, feeds=(feed_of(site, "/1"),))
    site.put("/1", text_page("grain"))
    crawler(source)
    with open_archive(crawler.folder) as archive:
        (change,) = archive.changed_since(0)
        document = archive.document(change.document_id)
    assert document is not None
    assert (document.published, document.published_source) == ("2025-06-02", "feed")


def test_a_fresh_time_at_each_build_is_no_news(crawler: Crawler, site: Site) -> None:
    site.put("/1", text_page("grain"), etag='"1"')
    source = source_of(site, feeds=(site.url("/feed"),))
    news = 0
    for _ in range(48):
        stamp = f"{crawler.now:%a, %d %b %Y %H:%M:%S} +0000"
        feed_of(site, "/1", stamp=stamp)
        found = kinds(crawler(source))
        news += found["new"] + found["changed"]
        crawler.later(hours=1)
    assert news == 1
    assert site.asked("/1") < 10
    assert crawler.versions(site.url("/1")) == 1


def test_complete_empty_complete_is_no_change(crawler: Crawler, site: Site) -> None:
    source = source_of(site, feeds=(feed_of(site, "/1"),))
    for body in (text_page("grain"), b"", text_page("grain")):
        site.put("/1", body)
        crawler(source)
        crawler.later(hours=3)
    assert crawler.versions(site.url("/1")) == 1


# Politeness


def test_nothing_is_fetched_where_robots_txt_forbids_it(crawler: Crawler, site: Site) -> None:
    site.on("/robots.txt", answer(b"\xef\xbb\xbfUser-agent: *\nDisallow: /\n"))
    events = crawler(source_of(site, feeds=(feed_of(site, "/1"),)))
    assert (site.asked(), site.asked("/robots.txt")) == (0, 1)
    assert "robots.txt does not allow it" in {event.reason for event in events}


def test_nothing_is_fetched_while_robots_txt_fails(crawler: Crawler, site: Site) -> None:
    site.on("/robots.txt", answer(b"<h1>Error</h1>", "500 Internal Server Error"))
    source = source_of(site, feeds=(feed_of(site, "/1"),))
    events = crawler(source)
    assert (site.asked(), site.asked("/robots.txt")) == (0, 1)
    assert ["robots.txt answers 500" in (e.reason or "") for e in events] == [True]
    with open_archive(crawler.folder) as archive:
        (row,) = archive.crawl_state.coverage(BEGUN)
    assert "robots.txt answers 500" in (row.reason or "")
    site.on("/robots.txt", answer(b"", "404 Not Found"))
    site.put("/1", text_page("grain"))
    crawler.later(minutes=5)
    assert kinds(crawler(source))["new"] == 1


def test_robots_txt_is_asked_for_once_a_day(crawler: Crawler, site: Site) -> None:
    source = source_of(site, feeds=(feed_of(site, "/1"),))
    site.put("/1", text_page("grain"))
    for _ in range(30):
        crawler(source)
        crawler.later(hours=2)
    assert site.asked("/robots.txt") == 3


def test_the_pace_is_kept_and_one_connection_used(crawler: Crawler, site: Site) -> None:
    paths = [f"/{n}" for n in range(5)]
    source = source_of(site, feeds=(feed_of(site, *paths),), pace_s=0.2)
    for path in paths:
        site.put(path, text_page(f"grain {path}"))
    crawler(source)
    assert min(gaps_s(site.requests)) >= 0.19
    assert site.connected == 1


def test_retry_after_is_obeyed(crawler: Crawler, site: Site) -> None:
    source = source_of(site, feeds=(feed_of(site, "/1"),))
    site.put("/ok", text_page("grain"))
    site.on(
        "/1",
        in_turn(busy("429 Too Many Requests", "1"), answer(text_page("grain"), "200 OK", HTML)),
    )
    assert kinds(crawler(source))["new"] == 1
    first, second = [r.at for r in site.requests if r.path == "/1"]
    assert second - first >= 1.0


def test_a_long_retry_after_binds_the_next_run(crawler: Crawler, site: Site) -> None:
    source = source_of(site, feeds=(feed_of(site, "/1"),))
    site.on("/1", busy("503 Service Unavailable", "7200"))
    events = crawler(source)
    assert any("asks to wait 7,200 s" in (e.reason or "") for e in events)
    asked = site.asked()
    crawler.later(hours=1)
    crawler(source)
    assert site.asked() == asked
    site.put("/1", text_page("grain"))
    crawler.later(hours=2)
    assert kinds(crawler(source))["new"] == 1


def test_a_host_in_trouble_is_set_aside(crawler: Crawler, site: Site) -> None:
    paths = [f"/{n}" for n in range(40)]
    source = source_of(site, feeds=(feed_of(site, *paths),))
    for path in paths:
        site.on(path, answer(b"", "500 Internal Server Error"))
    events = crawler(source)
    assert 5 <= sum(site.asked(path) for path in paths) <= 9
    assert any("visits in a row failed" in (e.reason or "") for e in events)


def test_a_daily_budget_is_kept(crawler: Crawler, site: Site) -> None:
    paths = [f"/{n}" for n in range(20)]
    source = source_of(site, feeds=(feed_of(site, *paths),), budget=8)
    for path in paths:
        site.put(path, text_page(f"grain {path}"))
    events = crawler(source)
    assert site.asked() == 7  # and robots.txt
    assert any("budget of requests a day" in (e.reason or "") for e in events)
    crawler(source)
    assert site.asked() == 7
    crawler.later(hours=13)
    crawler(source)
    assert site.asked() == 15


# Traps


def test_a_calendar_without_end_is_stopped(crawler: Crawler, site: Site) -> None:
    site.on("/statistics", calendar())
    source = source_of(site, lists=(ListPage(site.url("/statistics"), None, "a"),))
    crawler(source)
    assert site.asked() < 300


def test_a_list_without_end_is_stopped_and_told(crawler: Crawler, site: Site) -> None:
    def endless(conn: socket.socket, request: Request) -> bool | None:
        number = int(request.query.partition("=")[2] or 0)
        links = f"<a href='/s/{number}'>{number}</a> <a rel=next href='/l?p={number + 1}'>Older</a>"
        return answer(links.encode(), "200 OK", HTML)(conn, request)

    site.on("/l", endless)
    site.on("/s/*", answer(b"", "404 Not Found"))
    events = crawler(source_of(site, lists=(ListPage(site.url("/l")),)))
    assert site.asked("/l") == 201
    assert any("more than 200 pages of one list" in (e.reason or "") for e in events)


def test_session_ids_in_addresses_are_stopped(crawler: Crawler, site: Site) -> None:
    site.on("/list", with_sessions(["/1"], "PHPSESSID"))
    site.put("/1", text_page("grain"))
    source = source_of(site, lists=(ListPage(site.url("/list")),))
    for _ in range(5):
        crawler(source)
        crawler.later(days=1)
    assert list(crawler.texts()) == [site.url("/1")]
    assert site.asked("/list") == 5


def test_sitemaps_that_lead_to_their_parent_are_read_once(crawler: Crawler, site: Site) -> None:
    children = [site.url("/a.xml"), site.url("/b.xml")]
    site.put("/sitemap.xml", sitemap_index(children), "application/xml")
    for path in ("/a.xml", "/b.xml"):
        site.on(path, redirect(site.url("/sitemap.xml"), "301 Moved Permanently"))
    crawler(source_of(site, sitemaps=(site.url("/sitemap.xml"),)))
    assert site.asked() <= 6


def test_sitemaps_nested_without_end_are_stopped(crawler: Crawler, site: Site) -> None:
    site.on("/deep/*", nested_sitemaps())
    events = crawler(source_of(site, sitemaps=(site.url("/deep/0.xml"),)))
    assert site.asked() < 10
    assert any("nested more than" in (e.reason or "") for e in events)


def test_a_packed_sitemap_that_swells_is_not_read(crawler: Crawler, site: Site) -> None:
    site.put("/s.xml.gz", bomb(200), "application/gzip")
    events = crawler(source_of(site, sitemaps=(site.url("/s.xml.gz"),)))
    assert any("s.xml.gz cannot be unpacked" in (e.reason or "") for e in events)


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (redirect("http://169.254.169.254/latest/meta-data"), "not of the public internet"),
        (redirect("file:///etc/passwd"), "only http and https"),
        (redirect("/1"), "in a circle"),
        (silent(), "no whole answer"),
        (wrong_length(text_page("grain"), 100_000), "broke off"),
        (answer(b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "200 OK", "Content-Type: image/png"), "PNG"),
        (answer(b"", "403 Forbidden"), "403"),
        (packed(b"\0" * (64 << 20)), "unpacks to"),
    ],
)
def test_what_goes_wrong_is_told_and_the_rest_goes_on(
    crawler: Crawler, site: Site, behaviour: object, words: str
) -> None:
    site.on("/1", behaviour)  # type: ignore[arg-type]
    site.put("/2", text_page("grain"))
    source = source_of(site, feeds=(feed_of(site, "/1", "/2"),))
    crawler.options = replace(crawler.options, allow_private=True, timeout_s=1.0)
    events = crawler(source)
    assert set(crawler.texts()) == {site.url("/2")}
    (failed,) = [event for event in events if event.what == "failed"]
    assert words in (failed.reason or "")


def test_private_hosts_are_refused(crawler: Crawler, site: Site) -> None:
    events = crawler(source_of(site, feeds=(feed_of(site, "/1"),)), allow_private=False)
    assert site.asked() == 0
    assert any("not of the public internet" in (e.reason or "") for e in events)


def test_a_stopped_crawl_goes_on_where_it_was(crawler: Crawler) -> None:
    with make_site(60) as press:
        source = press_source(press)
        for _ in range(30):
            if kinds(crawler(source, max_pages=7))["new"] == 0:
                break
        assert set(crawler.texts()) == press.urls
        asked = Counter(r.target for r in press.site.requests if "/statements/" in r.target)
        assert max(asked.values()) == 1


def test_a_real_feed_replayed(crawler: Crawler, measuring_data: Path) -> None:
    folder = measuring_data / "data" / "feeds" / "state-dept-replay"
    with replay_feed(folder) as replay:
        source = source_of(replay.site, feeds=(replay.feed_url,))
        versions = range(16)
        for number in versions:
            replay.version = number
            crawler(source, all_lists=True)
            crawler.later(hours=2)
        expected = replay.expected(versions)
        assert set(crawler.texts()) == set(expected)
        edited = {url for url, entries in expected.items() if len({e.html for e in entries}) > 1}
        assert {url for url in expected if crawler.versions(url) > 1} <= edited
