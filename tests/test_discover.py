"""Feeds, sitemaps, lists and robots.txt, as sites really have them."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.discover.feeds import read_feed
from searchkit.discover.listing import find_feeds, read_listing
from searchkit.discover.robots import LARGEST, read_robots
from searchkit.discover.sitemaps import LARGEST_SITEMAP, read_sitemap

FEED = "https://mfa.example/press/feed"
HOST = "https://mfa.example"


def rss(*items: str, extra: str = "") -> bytes:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return (
        f'<rss version="2.0"{extra}><channel><title>Press</title>{inner}</channel></rss>'.encode()
    )


def dates_of(pub_date: str) -> list[str | None]:
    body = rss(f"<link>{HOST}/1</link><pubDate>{pub_date}</pubDate>")
    return [item.published for item in read_feed(body, FEED).items]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Tue, 05 Mar 19 00:01:01 +0200", "2019-03-04T22:01:01Z"),
        ("Tue, 9 Jul 2019 10:00:00 -0000", "2019-07-09T10:00:00Z"),
        ("Mon, 09 Sept 2024 10:00:00 GMT", "2024-09-09T10:00:00Z"),
        ("2024-05-03T23:30:00-05:00", "2024-05-04T04:30:00Z"),
        ("3 mai 2024", "2024-05-03"),
        ("Tue, 31 Feb 2024 10:00:00 GMT", None),
        ("yesterday, at tea", None),
        ("", None),
    ],
)
def test_dates_of_items(written: str, read: str | None) -> None:
    assert dates_of(written) == [read]


def test_the_base_of_a_feed_counts() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://b.example/">
        <entry><title>One</title><link href="/post/1"/></entry></feed>"""
    assert [item.url for item in read_feed(body, FEED).items] == ["https://b.example/post/1"]


def test_relative_links_start_at_the_feed() -> None:
    assert read_feed(rss("<link>../note/7</link>"), FEED).items[0].url == f"{HOST}/note/7"


def test_items_without_guid_are_the_same_at_each_fetch() -> None:
    body = rss(*(f"<title>Note {n}</title><link>{HOST}/{n}</link>" for n in range(3)))
    first, second = read_feed(body, FEED), read_feed(body, FEED)
    assert [item.key for item in first.items] == [item.key for item in second.items]
    assert len({item.key for item in first.items}) == 3


def test_a_random_guid_makes_no_new_item() -> None:
    keys = {
        read_feed(rss(f"<link>{HOST}/1</link><guid>{guid}</guid>"), FEED).items[0].key
        for guid in ("a81", "9c2")
    }
    assert len(keys) == 1


def test_a_fresh_time_makes_no_new_item() -> None:
    def item(hour: int) -> bytes:
        time = f"Tue, 9 Jul 2024 {hour}:00:00 GMT"
        return rss(f"<link>{HOST}/1</link><pubDate>{time}</pubDate>")

    one, two = (read_feed(item(hour), FEED).items[0] for hour in (10, 11))
    assert one.key == two.key
    assert one.stamp != two.stamp


def test_items_that_share_a_link_are_told_apart_by_their_time() -> None:
    body = rss(
        *(
            f"<title>{title}</title><link>{HOST}/status</link><description>{title} at {hour}"
            f"</description><pubDate>Tue, 9 Jul 2024 {hour}:00:00 GMT</pubDate>"
            for title, hour in (("Open", 10), ("Closed", 11), ("Open", 12))
        )
    )
    items = read_feed(body, FEED).items
    assert len({item.key for item in items}) == 3
    assert [item.content for item in items] == ["Open at 10", "Closed at 11", "Open at 12"]


def test_an_item_that_stands_there_twice_is_one() -> None:
    twice = f"<title>Note</title><link>{HOST}/1</link><guid isPermaLink='false'>n1</guid>"
    assert [item.key for item in read_feed(rss(twice, twice), FEED).items] == ["mfa.example/1"]


def test_a_guid_that_is_an_address_is_the_link() -> None:
    assert read_feed(rss(f"<guid>{HOST}/8</guid>"), FEED).items[0].url == f"{HOST}/8"


def test_campaign_parameters_are_no_part_of_an_item() -> None:
    body = rss(f"<link>{HOST}/1?utm_campaign=summit</link>", f"<link>{HOST}/1</link>")
    assert [item.url for item in read_feed(body, FEED).items] == [f"{HOST}/1"]


@pytest.mark.parametrize(
    "body", [b"", b"hello", b"<html><body>Sign in</body></html>", b"\x00" * 99]
)
def test_what_is_no_feed_is_said_to_be_none(body: bytes) -> None:
    found = read_feed(body, FEED)
    assert not found.items
    assert found.problem == "no RSS or Atom feed"


def test_a_string_that_looks_like_an_address_is_not_fetched() -> None:
    assert read_feed(b"http://127.0.0.1:9/feed", FEED).problem == "no RSS or Atom feed"


def test_links_to_what_is_no_page_are_told() -> None:
    found = read_feed(
        rss("<link>javascript:alert(1)</link>", "<link>file:///etc/passwd</link>"), FEED
    )
    assert not found.items
    assert found.problem == "2 of 2 items have no link"


def test_entities_of_a_feed_do_not_grow() -> None:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "x" * 100}">' for n in range(9))
    body = f"<!DOCTYPE rss [{levels}]>".encode() + rss(f"<title>&a8;</title><link>{HOST}/1</link>")
    tracemalloc.start()
    read_feed(body, FEED)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


@settings(max_examples=40)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_said_to_be_none(body: bytes) -> None:
    read_feed(b"<rss version='2.0'><channel><item>" + body, FEED)
    read_sitemap(b"<urlset><url>" + body, FEED)
    read_listing(b"<a href='/x'>" + body, FEED)
    read_robots(200, body).allows(FEED)


def test_real_feeds_have_dates_and_links(measuring_data: Path) -> None:
    folder = measuring_data / "data" / "feeds" / "state-dept-replay"
    for path in sorted(folder.glob("*.rss"))[::40]:
        found = read_feed(path.read_bytes(), "https://www.state.gov/feed/")
        assert found.problem is None
        assert found.items
        assert all(item.published for item in found.items)


# Sitemaps


def sitemap(*urls: str, root: str = "urlset", one: str = "url", rest: str = "") -> bytes:
    inner = "".join(f"<{one}><loc>{url}</loc>{rest}</{one}>" for url in urls)
    ns = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0"?><{root} xmlns="{ns}">{inner}</{root}>'.encode()


def test_a_sitemap_names_pages_and_their_last_change() -> None:
    found = read_sitemap(sitemap(f"{HOST}/a", "/b", rest="<lastmod>2024-05-03</lastmod>"), HOST)
    assert [(i.url, i.stamp) for i in found.items] == [
        (f"{HOST}/a", "2024-05-03"), (f"{HOST}/b", "2024-05-03"),
    ]  # fmt: skip
    assert not found.is_index


def test_an_index_of_sitemaps() -> None:
    found = read_sitemap(sitemap(f"{HOST}/1.xml", root="sitemapindex", one="sitemap"), HOST)
    assert found.is_index


def test_a_news_sitemap_tells_title_and_day() -> None:
    news = (
        '<n:news xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><n:publication>'
        "<n:name>Gazette</n:name></n:publication><n:publication_date>2024-05-03T10:00:00Z"
        "</n:publication_date><n:title>Talks resume</n:title></n:news>"
    )
    item = read_sitemap(sitemap(f"{HOST}/a", rest=news), HOST).items[0]
    assert (item.title, item.published) == ("Talks resume", "2024-05-03")


def test_packed_and_plain_text_sitemaps() -> None:
    assert len(read_sitemap(gzip.compress(sitemap(f"{HOST}/a")), HOST).items) == 1
    assert len(read_sitemap(f"{HOST}/a\n{HOST}/b\n".encode(), HOST).items) == 2


def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(b"\0" * (LARGEST_SITEMAP * 2), 9)
    tracemalloc.start()
    found = read_sitemap(bomb, f"{HOST}/bomb.xml.gz")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "bomb.xml.gz" in (found.problem or "")
    assert peak < LARGEST_SITEMAP * 2


def test_entities_of_a_sitemap_do_not_grow() -> None:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "x"}">' for n in range(9))
    body = f"<!DOCTYPE urlset [{levels}]><urlset><url><loc>&a8;</loc></url></urlset>".encode()
    assert read_sitemap(body, HOST).items == ()


def test_a_page_is_no_sitemap_and_half_of_one_is_told() -> None:
    assert read_sitemap(b"<html><body>404</body></html>", HOST).problem == f"{HOST} is no sitemap"
    assert read_sitemap(b"", HOST).problem


# Lists

PAGE = b"""<html><head><base href="/press/"><link rel="alternate" type="application/rss+xml"
 href="/feed"><link rel="alternate" type="application/rss+xml" title="Comments" href="/cfeed">
</head><body><nav><a href="/about">About</a></nav><ul class="news">
<li><a href="1">First</a></li><li><a href="2?utm_source=x">Second</a></li>
<li><a href="https://other.example/3">Elsewhere</a></li><li><a href="4.jpg">Photo</a></li></ul>
<a href="?page=2">Older</a><a href="#top">Top</a><a href="javascript:x()">X</a></body></html>"""


def test_the_links_of_a_list() -> None:
    found = read_listing(PAGE, f"{HOST}/press/", items=".news a")
    assert [(i.url, i.title) for i in found.items] == [
        (f"{HOST}/press/1", "First"), (f"{HOST}/press/2", "Second"),
    ]  # fmt: skip
    assert found.next_url == f"{HOST}/press/?page=2"


def test_a_selector_that_finds_nothing_is_told() -> None:
    found = read_listing(PAGE, f"{HOST}/press/", items=".statements a")
    assert found.problem == f"the list {HOST}/press/ has no links where '.statements a' looks"


def test_a_selector_of_the_next_page() -> None:
    page = (
        b"<div class=p><a href='/l?p=3'>3</a></div><a rel=next href='/wrong'>n</a><a href=/a>A</a>"
    )
    assert read_listing(page, f"{HOST}/l", following=".p").next_url == f"{HOST}/l?p=3"
    assert read_listing(page, f"{HOST}/l").next_url == f"{HOST}/wrong"


def test_the_feeds_that_a_page_names() -> None:
    assert find_feeds(PAGE, f"{HOST}/press/") == (f"{HOST}/feed",)


def test_a_list_nested_without_end_is_bounded() -> None:
    found = read_listing(b"<div>" * 200_000 + b"<a href=/a>A</a>", f"{HOST}/l")
    assert found.problem == f"the list {HOST}/l is too large to be one"
    read_listing(b"<div>" * 20_000 + b"<a href=/a>A</a>", f"{HOST}/l")


# robots.txt


def test_a_mark_before_the_first_line_changes_nothing() -> None:
    assert not read_robots(200, b"\xef\xbb\xbfUser-agent: *\nDisallow: /\n").allows(f"{HOST}/x")


@pytest.mark.parametrize("status", [500, 502, 503, 429, None])
def test_a_server_in_trouble_allows_nothing(status: int | None) -> None:
    robots = read_robots(status, b"<html>error</html>")
    assert not robots.allows(f"{HOST}/x")
    assert "robots.txt" in (robots.barred or "")


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_missing_file_allows_everything(status: int) -> None:
    assert read_robots(status, b"User-agent: *\nDisallow: /").allows(f"{HOST}/x")


def test_the_rules_for_us_come_before_those_for_all() -> None:
    body = b"User-agent: *\nDisallow: /\nUser-agent: searchkit\nDisallow: /*?s=\nCrawl-delay: 2.5"
    robots = read_robots(200, body)
    assert robots.allows(f"{HOST}/x")
    assert not robots.allows(f"{HOST}/x?s=1")
    assert robots.delay_s == 2.5


def test_odd_delays_and_endless_files() -> None:
    assert read_robots(200, b"User-agent: *\nCrawl-delay: nan").delay_s == 0
    assert read_robots(200, b"User-agent: *\nCrawl-delay: 86400").delay_s == 60
    late = b"User-agent: *\n" + b"# x\n" * (LARGEST // 4) + b"Disallow: /\n"
    assert read_robots(200, late).allows(f"{HOST}/x")
