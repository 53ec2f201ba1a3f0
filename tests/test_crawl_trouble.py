"""Servers that misbehave and crawls that are cut short: nothing is lost, nobody is pestered."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from searchkit.archive import open_archive
from searchkit.crawl import Event, crawl, hosts, intake, loop
from searchkit.seeds import ListPage, Source
from tests.test_crawl import (
    HTML,
    Crawler,
    crawler,
    feed_of,
    kinds,
    press_source,
    site,
    source_of,
    text_page,
)
from tests.webserver import (
    Behaviour,
    Request,
    Site,
    answer,
    bomb,
    busy,
    drip,
    endless,
    gaps_s,
    make_certificate,
    name_sites,
    page,
    raw,
    redirect,
    silent,
    slow,
    tagged,
    tls_context,
    vast_headers,
    wrong_length,
)
from tests.websites import make_site, sitemap, sitemap_index

__all__ = ["crawler", "site"]  # fixtures

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def reasons(events: list[Event]) -> str:
    return " | ".join(event.reason or "" for event in events)


# Answers that are none


TROUBLE: dict[str, tuple[Behaviour, str]] = {
    "a drip of headers": (drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), "no whole answer"),
    "a drip of the body": (drip(HEAD + b"\r\n", b"<p>"), "no whole answer"),
    "headers of 10 MB": (vast_headers(10), "header"),
    "a body without end": (endless(HEAD + b"\r\n"), ""),
    "a length that lies": (wrong_length(b"<p>half", 9_999), "broke off"),
    "a gzip bomb": (
        raw(HEAD + b"Content-Encoding: gzip\r\n\r\n" + bomb(100)), "unpacks to"),
    "broken gzip": (
        raw(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"a" * 99)[:-9]),
        "ends too early"),
    "garbage": (raw(bytes(range(256)) * 9), ""),
    "an early end": (raw(b"HTTP/1.1 200"), ""),
    "metadata of a cloud": (redirect("http://169.254.169.254/latest/"), "not of the public"),
    "loopback by another name": (redirect("http://[::ffff:127.0.0.1]:1/"), "not of the public"),
    "a file": (redirect("file:///etc/passwd"), "only http and https"),
    "data": (redirect("data:text/html,hello"), "not a web address"),
    "no address": (redirect("http://"), ""),
    "itself": (redirect("/bad"), "in a circle"),
    "nothing": (answer(b"", "200 OK", HTML), "the page is empty"),
    "a film": (answer(b"\0\0\0\x18ftypmp42", "200 OK", "Content-Type: video/mp4"), "MP4"),
    "forbidden": (answer(b"", "403 Forbidden"), "403"),
    "an unknown status": (answer(b"", "299 Fine"), "299"),
}  # fmt: skip


@pytest.mark.parametrize("name", TROUBLE)
def test_a_bad_answer_costs_itself_alone(crawler: Crawler, site: Site, name: str) -> None:
    behaviour, words = TROUBLE[name]
    site.on("/bad", behaviour)
    site.put("/good", text_page("grain"))
    crawler.options = replace(crawler.options, timeout_s=1.0)
    events = crawler(source_of(site, feeds=(feed_of(site, "/bad", "/good"),)))
    assert set(crawler.texts()) == {site.url("/good")}
    (failed,) = [event for event in events if event.what == "failed"]
    assert failed.url == site.url("/bad")
    assert words in (failed.reason or "")
    asked = site.asked("/bad")
    assert asked <= 2
    crawler(source_of(site, feeds=(feed_of(site, "/bad", "/good"),)))
    assert site.asked("/bad") == asked  # not again at once


def test_robots_txt_without_end_is_not_read_to_its_end(crawler: Crawler, site: Site) -> None:
    site.on(
        "/robots.txt", endless(b"HTTP/1.1 200 OK\r\n\r\n", b"User-agent: *\nDisallow: /\n" * 99)
    )
    events = crawler(source_of(site, feeds=(feed_of(site, "/1"),)))
    assert site.asked() == 0
    assert "robots.txt cannot be read: larger than" in reasons(events)


def test_a_storm_of_503_is_answered_with_patience(
    crawler: Crawler, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosts, "FIRST_BACK_OFF_S", 0.1)
    site.on("/*", busy())
    events = crawler(source_of(site, feeds=tuple(site.url(f"/feed{n}") for n in range(9))))
    assert site.asked() == hosts.TRIES
    first, second = gaps_s([r for r in site.requests if r.path != "/robots.txt"])
    assert first >= 0.1
    assert second >= 0.2
    assert "it answers 503" in reasons(events)
    crawler(source_of(site, feeds=(site.url("/feed0"),)))
    assert site.asked() == hosts.TRIES  # the wait outlives the run


@pytest.mark.parametrize("asked", ["Retry-After: 7200", "Retry-After: 999999999999"])
def test_a_robots_txt_that_asks_to_wait_is_waited_for(
    crawler: Crawler, site: Site, asked: str
) -> None:
    site.on("/robots.txt", answer(b"", "503 Service Unavailable", asked))
    source = source_of(site, feeds=(feed_of(site, "/1"),))
    site.put("/1", text_page("grain"))
    crawler(source)
    crawler.later(hours=1)
    crawler(source)
    assert site.asked("/robots.txt") == 1
    site.remove("/robots.txt")
    crawler.later(days=7)  # no server can ask for more
    assert kinds(crawler(source))["new"] == 1


def test_a_certificate_that_nobody_trusts(
    crawler: Crawler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = tls_context(make_certificate(tmp_path, "mfa.test"))
    with Site(tls=tls) as secure:
        name_sites(monkeypatch, {"mfa.test": secure})
        events = crawler(source_of(secure, feeds=("https://mfa.test/feed",)))
        assert "certificate" in reasons(events)
        assert secure.requests == []
        with open_archive(crawler.folder) as archive:
            (row,) = archive.crawl_state.coverage(crawler.now)
        assert "certificate" in (row.reason or "")


def test_a_name_that_turns_to_loopback_in_the_middle(
    crawler: Crawler, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = name_sites(monkeypatch, {"mfa.test": site})
    links = "".join(f"<item><link>http://mfa.test/{n}</link></item>" for n in range(3))
    site.put("/feed", f"<rss><channel>{links}</channel></rss>", "text/xml")

    def turn(conn: socket.socket, request: Request) -> bool:
        names["mfa.test"] = ["127.0.0.1"]
        return (
            bool(answer(text_page("grain"), "200 OK", HTML, "Connection: close")(conn, request))
            and False
        )

    for number in range(3):
        site.on(f"/{number}", turn)
    source = source_of(site, feeds=("http://mfa.test/feed",))
    events = crawler(source, allow_private=False)
    assert len(crawler.texts()) == 1
    assert sum(site.asked(f"/{n}") for n in range(3)) == 1
    assert "not of the public internet" in reasons(events)


# Encodings, one page and one story


def test_a_czech_page_of_windows_1250_is_readable(crawler: Crawler, site: Site) -> None:
    words = "Ministr zahraničí řekl, že příměří je první krok k žádoucímu řešení sporu o vodu."
    html = f'<html><head><meta charset="windows-1250"></head><body><p>{words}</p></body></html>'
    site.put("/1", html.encode("cp1250"), "text/html")
    crawler(source_of(site, feeds=(feed_of(site, "/1"),)))
    assert words in crawler.texts()[site.url("/1")]


def test_a_feed_that_names_the_wrong_encoding_is_read(crawler: Crawler, site: Site) -> None:
    feed = (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Žurnál</title>'
        f"<item><title>Příměří</title><link>{site.url('/1')}</link></item></channel></rss>"
    )
    site.put("/feed", feed.encode("cp1250"), "application/rss+xml; charset=us-ascii")
    site.put("/1", text_page("grain"))
    assert kinds(crawler(source_of(site, feeds=(site.url("/feed"),))))["new"] == 1


def test_a_corrected_headline_in_guid_and_address_is_one_story(
    crawler: Crawler, site: Site
) -> None:
    said = " ".join(
        f"The Minister said on day {n} that grain, water and the railway would be discussed."
        for n in range(9)
    )
    for slug, name in (("ardenia-talks-fial", "Foreign"), ("ardenia-talks-fail", "foreign")):
        item = f'<guid isPermaLink="false">{slug}</guid><link>{site.url("/" + slug)}</link>'
        site.put("/feed", f"<rss><channel><item>{item}</item></channel></rss>", "text/xml")
        site.put(f"/{slug}", f"<html><body><p>{said} The {name} Ministry agreed.</p></body></html>")
        crawler(source_of(site, feeds=(site.url("/feed"),)))
        crawler.later(hours=2)
    with open_archive(crawler.folder) as archive:
        first, second = [change.document_id for change in archive.changed_since(0)]
        assert [copy.document_id for copy in archive.document_copies(first)] == [second]


def test_campaign_parameters_make_no_second_page(crawler: Crawler, site: Site) -> None:
    site.put("/1", text_page("grain"))
    source = source_of(site, feeds=(feed_of(site, "/1?utm_campaign=summit", "/1"),))
    crawler(source)
    feed_of(site, "/1?utm_source=feed&amp;utm_campaign=summit")
    crawler.later(hours=2)
    crawler(source)
    (text,) = crawler.texts().values()
    assert "summit" not in text


def test_the_canonical_link_makes_two_addresses_one_document(crawler: Crawler, site: Site) -> None:
    head = f'<link rel="canonical" href="{site.url("/press/1")}">'.encode()
    for path in ("/press/1", "/en/press/1"):
        site.put(path, text_page("grain").replace(b"<head>", b"<head>" + head))
    crawler(source_of(site, feeds=(feed_of(site, "/press/1", "/en/press/1"),)))
    assert len(crawler.texts()) == 1


# Politeness


def test_a_source_is_asked_in_its_hours_only(crawler: Crawler, site: Site) -> None:
    source = source_of(site, feeds=(feed_of(site, "/1"),), hours=(22, 6))
    site.put("/1", text_page("grain"))
    crawler(source)
    assert site.requests == []
    crawler.now = crawler.now.replace(hour=23)
    assert kinds(crawler(source))["new"] == 1


def test_hours_that_end_in_the_middle_of_a_run_end_it(crawler: Crawler, site: Site) -> None:
    paths = [f"/{n}" for n in range(30)]
    source = source_of(site, feeds=(feed_of(site, *paths),), hours=(8, 13))

    def last_minute(conn: socket.socket, request: Request) -> bool | None:
        crawler.now = crawler.now.replace(hour=13)
        return answer(text_page(request.path), "200 OK", HTML)(conn, request)

    for path in paths:
        site.on(path, last_minute)
    crawler(source)
    assert 1 <= sum(site.asked(path) for path in paths) <= 6
    crawler.later(days=1)
    crawler.now = crawler.now.replace(hour=9)
    for path in paths:
        site.put(path, text_page(f"grain {path}"))
    crawler(source)
    assert len(crawler.texts()) == 30


def test_a_host_whose_thread_was_ended_is_asked_at_its_pace_again(
    crawler: Crawler, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its sitemap leads to a page of another host, that to one of the first again."""
    monkeypatch.setattr(loop, "MOST_HOSTS", 1)
    with Site() as other:
        site.on("/0", redirect(other.url("/0")))
        other.on("/0", redirect(site.url("/1")))
        site.put("/1", text_page("grain"))
        first = source_of(site, feeds=(feed_of(site, "/0"),), pace_s=0.3)
        crawler(first, source_of(other, id="b", feeds=(other.url("/x"),)))
        assert site.asked("/1") == 1
        assert min(gaps_s(site.requests)) >= 0.29


def test_more_hosts_than_are_asked_at_a_time_are_all_asked(crawler: Crawler) -> None:
    """Some answer at once, some slowly, one never and one with 503; none waits for another."""
    with ExitStack() as stack:
        sites = [stack.enter_context(Site()) for _ in range(2 * loop.MOST_HOSTS)]
        sources = []
        for number, one in enumerate(sites):
            one.on("/robots.txt", answer(b"", "404 Not Found"))
            for n in range(3):
                body = page(text_page(f"grain {number} {n}"))
                one.on(f"/{n}", slow(0.02, body) if number % 2 else body)
            sources.append(
                source_of(one, id=f"s{number}", feeds=(feed_of(one, *"/0 /1 /2".split()),))
            )
        sites[3].on("/feed", silent())
        sites[7].on("/feed", busy(retry_after="3600"))
        events = crawler(*sources, timeout_s=1.0)
        assert kinds(events)["new"] == 3 * (len(sites) - 2)
        assert all(one.connected == 1 for n, one in enumerate(sites) if n not in (3, 7))
        assert {one.asked(f"/{n}") for one in sites for n in range(3)} == {0, 1}


def test_two_sources_of_one_host_share_its_connection_and_pace(
    crawler: Crawler, site: Site
) -> None:
    site.put("/1", text_page("grain"))
    feed = feed_of(site, "/1")
    crawler(
        source_of(site, id="a", feeds=(feed,), pace_s=0.1),
        source_of(site, id="b", feeds=(feed,), pace_s=0.2),
    )
    assert site.connected == 1
    assert site.asked("/1") == 2
    assert min(gaps_s(site.requests)) >= 0.19


def test_a_redirect_to_what_robots_txt_forbids_is_not_followed(
    crawler: Crawler, site: Site
) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /private/", "text/plain")
    site.on("/1", redirect("/private/1"))
    events = crawler(source_of(site, feeds=(feed_of(site, "/1"),)))
    assert site.asked("/private/1") == 0
    assert "robots.txt does not allow it" in reasons(events)


def test_another_host_is_asked_for_its_own_robots_txt(crawler: Crawler, site: Site) -> None:
    with Site() as other:
        other.put("/robots.txt", "User-agent: *\nDisallow: /", "text/plain")
        site.on("/1", redirect(other.url("/1")))
        source = source_of(site, feeds=(feed_of(site, "/1"), other.url("/feed")))
        events = crawler(source)
        assert (other.asked("/robots.txt"), other.asked()) == (1, 0)
        assert "robots.txt does not allow it" in reasons(events)


# Redirects to other hosts


def test_a_page_that_was_led_away_is_asked_for_at_home_again(crawler: Crawler, site: Site) -> None:
    with Site() as other:
        other.put("/closed", text_page("closed for repair"))
        site.on("/1", redirect(other.url("/closed")))
        source = source_of(site, feeds=(feed_of(site, "/1"), other.url("/feed")))
        crawler(source)
        site.put("/1", text_page("grain"))
        crawler.later(hours=2)
        crawler(source)
        assert site.url("/1") in crawler.texts()


def test_a_feed_that_was_led_away_comes_back(crawler: Crawler, site: Site) -> None:
    with Site() as other:
        other.put("/robots.txt", "", "text/plain")
        other.put("/sorry", b"<html><body><h1>Closed for repair</h1></body></html>")
        site.on("/feed", redirect(other.url("/sorry")))
        source = source_of(site, feeds=(site.url("/feed"), other.url("/feed")))
        crawler(source)
        feed_of(site, "/1")
        site.put("/1", text_page("grain"))
        crawler.later(days=1)
        assert kinds(crawler(source))["new"] == 1


def test_hosts_that_send_to_one_another_for_ever_are_left(crawler: Crawler, site: Site) -> None:
    with Site() as other:
        site.on("/1", redirect(other.url("/1")))
        other.on("/1", redirect(site.url("/1")))
        source = source_of(site, feeds=(feed_of(site, "/1"), other.url("/feed")))
        events = crawler(source)
        assert site.asked("/1") + other.asked("/1") <= intake.MOST_MOVES + 1
        assert kinds(events)["failed"] >= 1


# Cut short


def test_a_run_that_ends_leaves_the_stop_alone(crawler: Crawler, site: Site) -> None:
    stop = threading.Event()
    with open_archive(crawler.folder, write=True) as archive:
        list(crawl(archive, [source_of(site, feeds=(feed_of(site),))], crawler.options, stop))
    assert not stop.is_set()


def test_what_a_limit_left_comes_in_the_next_run(
    crawler: Crawler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MOST_NEW", 12)
    with make_site(40) as press:
        for way in ({"feeds": (), "sitemaps": ()}, {"feeds": (), "lists": ()}):
            source = press_source(press, id=f"by-{'-'.join(way)}", **way)
            found = []
            for _ in range(4):
                events = crawler(source)
                found.append(kinds(events)["new"])
                assert ("the rest comes next time" in reasons(events)) is (len(found) < 4)
                crawler.later(minutes=2)
            assert found == [12, 12, 12, 4]


def test_time_that_is_used_up_ends_a_run_and_not_the_crawl(crawler: Crawler, site: Site) -> None:
    paths = [f"/{n}" for n in range(12)]
    for path in paths:
        site.on(path, slow(0.1, page(text_page(f"grain {path}"))))
    source = source_of(site, feeds=(feed_of(site, *paths),))
    begun = time.monotonic()
    events = crawler(source, most_s=0.4)
    assert time.monotonic() - begun < 8
    assert "its time is used up" in reasons(events)
    assert 0 < kinds(events)["new"] < 12
    assert kinds(crawler(source))["new"] == 12 - kinds(events)["new"]
    assert all(site.asked(path) == 1 for path in paths)


def test_a_crawl_that_nobody_listens_to_any_more_ends_its_threads(
    crawler: Crawler, site: Site
) -> None:
    paths = [f"/{n}" for n in range(40)]
    for path in paths:
        site.on(path, slow(0.05, page(text_page(f"grain {path}"))))
    source = source_of(site, feeds=(feed_of(site, *paths),))
    with open_archive(crawler.folder, write=True) as archive:
        running = crawl(archive, [source], crawler.options)
        next(event for event in running if event.what == "new")
        running.close()  # type: ignore[attr-defined]
        asked = site.asked()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("crawl ")]
    assert site.asked() == asked < 12


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_dies_does_not_hold_the_crawl(
    crawler: Crawler, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: object, page: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(hosts.HostWorker, "_visit", fail)
    events = crawler(source_of(site, feeds=(site.url("/a"), site.url("/b"))))
    assert "its thread has ended" in reasons(events)


def test_bodies_that_wait_are_few(crawler: Crawler, site: Site) -> None:
    """A slow archive holds the hosts up: what is fetched does not pile up in memory."""
    for number in range(30):
        site.put(f"/{number}", text_page(f"grain {number}"))
    source = source_of(site, feeds=(feed_of(site, *(f"/{n}" for n in range(30))),))
    with open_archive(crawler.folder, write=True) as archive:
        seen = 0
        for event in crawl(archive, [source], crawler.options):
            seen += event.what == "new"
            time.sleep(0.01)
            ahead = site.asked("/*") - 1 - seen - 1
            assert ahead <= 3 * loop._RESULTS
    assert seen == 30


def test_a_page_that_comes_into_a_sitemap_of_an_index_is_found(
    crawler: Crawler, site: Site
) -> None:
    site.on("/sitemap.xml", tagged(sitemap_index([site.url("/part.xml")]), "application/xml"))
    source = source_of(site, sitemaps=(site.url("/sitemap.xml"),))
    for number in range(1, 4):
        urls = [(site.url(f"/{n}"), crawler.now) for n in range(number)]
        site.on("/part.xml", tagged(sitemap(urls), "application/xml"))
        site.put(f"/{number - 1}", text_page(f"grain {number}"), etag=f'"{number}"')
        assert kinds(crawler(source))["new"] == 1
        crawler.later(days=2)


def test_the_newest_pages_come_first(crawler: Crawler, site: Site) -> None:
    items = ""
    for day in (3, 17, 9, 28):
        stamp = f"{day:02} May 2025 09:00:00 GMT"
        items += f"<item><link>{site.url(f'/{day}')}</link><pubDate>{stamp}</pubDate></item>"
        site.put(f"/{day}", text_page(f"grain {day}"))
    site.put("/feed", f"<rss><channel>{items}</channel></rss>", "text/xml")
    source = source_of(site, feeds=(site.url("/feed"),))
    crawler(source, max_pages=2)
    assert [request.path for request in site.requests[2:]] == ["/28", "/17"]


def test_a_page_that_fails_for_ever_is_left_alone_in_the_end(crawler: Crawler, site: Site) -> None:
    site.on("/1", answer(b"", "500 Internal Server Error"))
    source = source_of(site, feeds=(feed_of(site, "/1"),))
    for _ in range(40):
        crawler(source)
        crawler.later(days=1)
    assert site.asked("/1") == 5


def test_patterns_choose_the_pages(crawler: Crawler, site: Site, tmp_path: Path) -> None:
    from searchkit.seeds import read_sources

    for path in ("/en/news/1", "/en/news/gallery/2", "/fr/news/3"):
        site.put(path, text_page(f"grain {path}"))
    feed = feed_of(site, "/en/news/1", "/en/news/gallery/2", "/fr/news/3")
    seeds = tmp_path / "seeds.toml"
    seeds.write_text(
        f'[[source]]\nid = "a"\nname = "A"\nkind = "outlet"\nsite = "{site.host}"\npace_s = 0\n'
        f'feeds = ["{feed}"]\ninclude = ["/en/*"]\nexclude = ["/en/news/gallery/*"]\n'
    )
    crawler(*read_sources(seeds))
    assert set(crawler.texts()) == {site.url("/en/news/1")}


def test_lists_that_name_each_other_end(crawler: Crawler, site: Site) -> None:
    for number, other in ((1, 2), (2, 1)):
        site.put(
            f"/list/{number}",
            f'<a class="s" href="/s/{number}">A</a><a class="n" href="/list/{other}">Older</a>',
        )
        site.put(f"/s/{number}", text_page(f"grain {number}"))
    crawler(source_of(site, lists=(ListPage(site.url("/list/1"), "a.s", "a.n"),)))
    assert len(crawler.texts()) == 2
    assert site.asked("/list/*") <= 4


def test_many_pages_that_are_the_same_are_a_trap(crawler: Crawler, site: Site) -> None:
    site.on("/*", answer(text_page("There is no such page here, said the server of the ministry")))
    site.on("/robots.txt", answer(b"", "404 Not Found"))
    source: Source = source_of(site, feeds=(feed_of(site, *(f"/{n}" for n in range(200))),))
    events = crawler(source)
    assert site.asked() < intake.MOST_TWINS + 60
    assert "gave the very same page" in reasons(events)
