"""``crawl``, ``watch`` and what ``status``, ``search`` and ``show`` tell of a crawl."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from searchkit.archive import open_archive
from searchkit.archive.coverage import Coverage
from searchkit.cli import watch
from searchkit.cli.coverage import search_notes
from searchkit.cli.crawl import choose_sources
from searchkit.crawl import Options, hosts, intake, loop, reading
from searchkit.discover import MOST_ITEMS
from searchkit.discover.robots import LONGEST_DELAY_S
from tests.conftest import ROOT, Run
from tests.test_crawl import Crawler, crawler, feed_of, site, source_of, text_page
from tests.webserver import Site, name_sites, page
from tests.websites import PressSite, make_site

__all__ = ["crawler", "site"]  # fixtures

SHELL = (
    b'<!DOCTYPE html><html><head><title>Ministry</title><script src="/a.js"></script></head><body>'
    b"<noscript>You need to enable JavaScript to run this app.</noscript><div id=root></div>"
    b'<script src="/b.js"></script></body></html>'
)


@pytest.fixture
def press() -> Iterator[PressSite]:
    with make_site(6) as running:
        yield running


def write_seeds(folder: Path, press: PressSite, feed: str = "/feed.xml") -> Path:
    path = folder / "seeds.toml"
    path.write_text(
        f'[[source]]\nid = "ar-mfa"\nname = "Ministry of Ardenia"\nkind = "outlet"\n'
        f'site = "{press.site.host}"\nfeeds = ["{press.site.url(feed)}"]\npace_s = 0\n'
    )
    return path


# crawl


def test_a_seeds_file_is_crawled_and_searched(run: Run, press: PressSite, tmp_path: Path) -> None:
    seeds = write_seeds(tmp_path, press)
    done = run("crawl", "--seeds", seeds, "--allow-private", "--contact", "desk@paper.example")
    assert (done.returncode, done.stdout) == (
        0, "1 source: 6 new pages, 1 list read; 6 documents added\n",
    )  # fmt: skip
    assert "The next visit is due at" in done.stderr
    agents = {request.headers["user-agent"] for request in press.site.requests}
    assert len(agents) == 1
    assert "desk@paper.example" in agents.pop()
    hit = json.loads(run("search", "minister", "--format", "jsonl", "-n", "1").stdout)
    assert hit["source"] == "Ministry of Ardenia"

    again = run("crawl", "ar-mfa", "--seeds", seeds, "--allow-private")
    assert again.stdout == "1 source: nothing is due\n"
    assert "whom to write to" not in again.stderr  # the contact is remembered


def test_a_dry_run_asks_nobody_and_keeps_nothing(
    run: Run, press: PressSite, tmp_path: Path
) -> None:
    done = run("crawl", "--seeds", write_seeds(tmp_path, press), "--dry-run")
    assert done.stdout == (
        "ar-mfa  Ministry of Ardenia, a request every 0 s\n"
        f"  feed    {press.site.url('/feed.xml')}\n"
    )
    assert press.site.requests == []
    assert not (tmp_path / "index").exists()


def test_a_few_pages_at_a_time(run: Run, press: PressSite, tmp_path: Path) -> None:
    seeds = write_seeds(tmp_path, press)
    done = run("crawl", "--seeds", seeds, "--allow-private", "--max-pages", "4", "--no-index")
    assert "1 source: 4 new pages" in done.stdout
    newest = [f"/statements/{number}" for number in (6, 5, 4, 3)]
    assert [r.path for r in press.site.requests if "/statements/" in r.path] == newest


def test_a_site_is_crawled_by_its_url(run: Run, crawler: Crawler, press: PressSite) -> None:
    (source,) = choose_sources([press.site.url("/")], None)
    crawler(replace(source, pace_s=0.0))
    assert set(crawler.texts()) == press.urls
    asked = {request.path for request in press.site.requests}
    assert {"/robots.txt", "/", "/feed.xml", "/sitemap.xml", "/sitemap-1.xml"} <= asked
    done = run("crawl", "--dry-run", press.site.url("/"))
    assert "a request every 2 s" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody"], "no source 'nobody' in the seeds. Run: searchkit seeds list"),
        (["ftp://mfa.example/"], "not a web address like https://mfa.example"),
        (["--max-pages", "0"], "0 is not in the range x>=1"),
        (["--seeds", "missing.toml"], "missing.toml"),
        (["--contact", "a\nCookie: b"], "write an address or a URL"),
    ],
)
def test_wrong_input_is_told_in_one_line(run: Run, arguments: list[str], words: str) -> None:
    done = run("crawl", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_private_host_is_named_and_refused(run: Run, press: PressSite, tmp_path: Path) -> None:
    done = run("crawl", "--seeds", write_seeds(tmp_path, press))
    assert done.returncode == 1
    assert "not of the public internet" in done.stderr
    assert press.site.requests == []


def test_results_go_to_the_pipe_and_notes_do_not(
    run: Run, press: PressSite, tmp_path: Path
) -> None:
    press.site.on("/statements/1", page(b"\x1b]0;owned\x07" + SHELL))
    done = run("crawl", "--seeds", write_seeds(tmp_path, press), "--allow-private", "--no-index")
    assert done.stdout.count("\n") == 1
    assert "\x1b" not in done.stdout + done.stderr


# watch


def test_watch_makes_its_passes_and_leaves_a_heartbeat(
    run: Run, press: PressSite, tmp_path: Path
) -> None:
    seeds = write_seeds(tmp_path, press)
    done = run("watch", "--seeds", seeds, "--allow-private", "--every", "1s", "--passes", "2")
    assert done.returncode == 0, done.stderr
    beat = json.loads((tmp_path / "index" / "heartbeat.json").read_text())
    assert beat["begun"] <= beat["ended"]
    assert beat["result"] == "1 source: nothing is due"
    lines = (tmp_path / "index" / "watch.log").read_text().splitlines()
    assert ["6 new pages" in lines[-2], "nothing is due" in lines[-1]] == [True, True]
    assert "The index is current" in run("status").stdout


def test_an_error_ends_a_pass_and_not_the_watch(press: PressSite, tmp_path: Path) -> None:
    seeds, index = write_seeds(tmp_path, press), tmp_path / "index"
    good = seeds.read_text()
    command = [sys.executable, "-m", "searchkit", "--index", str(index), "watch"]
    command += ["--seeds", str(seeds), "--allow-private", "--every", "1s"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        log = index / "watch.log"
        wait_for(lambda: log.exists() and "6 new pages" in log.read_text())
        seeds.write_text("[[source]]\nid = 3\n")
        wait_for(lambda: "Error: " in log.read_text())
        seeds.write_text(good)
        wait_for(lambda: log.read_text().rstrip().endswith("nothing is due"))
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0  # it was asked to end


def wait_for(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 40
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_the_log_of_watch_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LOG_BYTES", 2_000)
    log = watch.open_log(tmp_path / "watch.log")
    for number in range(1_000):
        log.info("pass %d", number)
    for handler in log.handlers:
        handler.close()
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == [
        "watch.log", "watch.log.1", "watch.log.2", "watch.log.3", "watch.log.4",
    ]  # fmt: skip
    assert all(file.stat().st_size <= 2_000 for file in files)


@pytest.mark.parametrize("value", ["15", "m", "0s", "1.5h", "-1m", "15 m", "1w", "٣m", "9999999s"])
def test_intervals_that_are_none(run: Run, value: str) -> None:
    done = run("watch", f"--every={value}")
    assert done.returncode == 2
    assert "is no interval; write one like 90s, 15m, 2h, 1d" in done.stderr


def test_the_limits_in_the_documentation_are_those_of_the_code() -> None:
    text = (ROOT / "docs" / "crawling.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE))
    for start, value in (
        ("hosts asked", loop.MOST_HOSTS),
        ("new pages of one source", intake.MOST_NEW),
        ("pages of one list", reading.MOST_LIST_PAGES),
        ("sitemaps of one index", reading.MOST_SITEMAPS),
        ("addresses in one sitemap", MOST_ITEMS),
        ("pages of one source with the very same", intake.MOST_TWINS),
        ("moves from host", intake.MOST_MOVES),
        ("one answer", int(Options().timeout_s)),
        ("answers in memory", loop.MOST_HOSTS + loop._RESULTS + 1),
        ("wait that a host may ask for within", int(hosts.MOST_WAIT_S)),
        ("`Crawl-delay`", int(LONGEST_DELAY_S)),
    ):
        (found,) = [limit for name, limit in rows.items() if name.startswith(start)]
        assert re.match(rf"{value:,}\b", found), (start, value, found)


# What is told of sources


def coverage(crawler: Crawler) -> Coverage:
    with open_archive(crawler.folder) as archive:
        (row,) = archive.crawl_state.coverage(crawler.now)
        return row


def notes(crawler: Crawler, query: str, source: str | None = None) -> list[str]:
    with open_archive(crawler.folder) as archive:
        return search_notes(archive, query, source)


def publish(crawler: Crawler, site: Site, source: object, days: int) -> None:
    """A statement a day, found on its day."""
    for day in range(days):
        path = f"/{crawler.now:%m%d}"
        feed_of(site, path, stamp=f"{crawler.now:%a, %d %b %Y %H:%M:%S} +0000")
        site.put(path, text_page(f"grain of day {day}"), etag='"1"')
        crawler(source)  # type: ignore[arg-type]
        crawler.later(days=1)


def test_a_source_that_falls_silent_is_told(crawler: Crawler, site: Site) -> None:
    source = source_of(site, feeds=(site.url("/feed"),))
    publish(crawler, site, source, 8)
    last = crawler.now - timedelta(days=1)
    row = coverage(crawler)
    assert (row.per_week, row.silent_since, row.failing_since) == (round(8 * 7 / 30, 1), None, None)
    for days, is_silent in ((9, False), (3, True)):  # 8 in 30 days: usual is one in 3.75 days
        crawler.later(days=days)
        crawler(source)
        assert (coverage(crawler).silent_since is not None) is is_silent
    row = coverage(crawler)
    assert (row.newest or "")[:10] == f"{last:%Y-%m-%d}" == (row.silent_since or "")[:10]
    crawler.later(days=30)
    assert coverage(crawler).per_week == 0.0


def test_a_source_that_was_dead_when_found_is_silent_at_once(crawler: Crawler, site: Site) -> None:
    site.put("/1", text_page("grain"))
    crawler(source_of(site, feeds=(feed_of(site, "/1", stamp="Mon, 05 Feb 2018 09:00:00 GMT"),)))
    assert (coverage(crawler).silent_since or "")[:10] == "2018-02-05"


def test_a_source_that_fails_tells_since_when_and_with_what(crawler: Crawler, site: Site) -> None:
    source = source_of(site, feeds=(feed_of(site, "/1"),))
    site.put("/1", text_page("grain"))
    crawler(source)
    site.remove("/feed", "403 Forbidden")
    for _ in range(3):
        crawler.later(hours=6)
        crawler(source)
    row = coverage(crawler)
    assert row.failing_since == "2025-06-02T18:00:00+00:00"
    assert row.succeeded == "2025-06-02T12:00:00+00:00"
    assert row.reason == f"{site.url('/feed')}: the server answers 403"
    feed_of(site, "/1")
    crawler.later(days=2)
    crawler(source)
    assert coverage(crawler).failing_since is None


def test_one_of_two_feeds_that_fails_is_not_hidden_by_the_other(
    crawler: Crawler, site: Site
) -> None:
    good, bad = feed_of(site, "/1"), site.url("/bad")
    for feeds in ((good, bad), (bad, good)):
        crawler(source_of(site, feeds=feeds), all_lists=True)
        assert (coverage(crawler).reason or "").startswith(bad)


def test_a_sitemap_that_only_the_site_names_is_no_failure_of_the_source(
    crawler: Crawler, site: Site
) -> None:
    site.put("/robots.txt", f"Sitemap: {site.url('/missing.xml')}", "text/plain")
    site.put("/1", text_page("grain"))
    crawler(source_of(site, feeds=(feed_of(site, "/1"),), discover=True))
    assert site.asked("/missing.xml") == 1
    assert coverage(crawler).failing_since is None


def test_pages_without_text_and_those_that_need_scripts_are_counted(
    crawler: Crawler, site: Site
) -> None:
    site.put("/1", text_page("grain"))
    site.put("/2", SHELL)
    site.put("/3", b"<html><body><nav><a href='/'>Home</a></nav></body></html>")
    crawler(source_of(site, feeds=(feed_of(site, "/1", "/2", "/3"),)))
    row = coverage(crawler)
    assert (row.pages, row.without_text, row.scripted) == (3, 2, 1)


def test_search_tells_of_the_source_that_is_asked_for_alone(
    crawler: Crawler, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_sites(monkeypatch, {"www.mfa.test": site})
    site.put(
        "/feed", "<rss><channel><item><link>http://www.mfa.test/1</link></item></channel></rss>"
    )
    site.put("/1", text_page("grain"))
    crawler(source_of(site, feeds=("http://www.mfa.test/feed",)))
    asking = [
        ("grain", "ministry of ardenia"), ("grain source:ardenia", None),
        ("grain site:mfa.test", None), ("grain source:(ardenia)^2", None),
    ]  # fmt: skip
    for query, option in asking:  # the feed is of 2025: silent by now
        (line,) = notes(crawler, query, option)
        assert line.startswith("Ministry of Ardenia: silent since 2025-06-02, though read ")
    for query in ("grain", "grain -source:ardenia", "grain source:borvia", "ardenia"):
        assert notes(crawler, query) == [], query


def test_a_search_in_what_was_never_crawled_tells_nothing(run: Run, tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text("The Minister said on Monday that the grain talks would go on this month.")
    run("add", text, "--source", "Ministry of Ardenia")
    assert "Note: Ministry" not in run("search", "grain", "--source", "Ministry of Ardenia").stderr
    assert json.loads(run("status", "--format", "json").stdout)["crawled"] == []
    assert "Crawled" not in run("status").stdout


def test_status_and_show_tell_what_is_gone_and_silent(
    run: Run, crawler: Crawler, site: Site
) -> None:
    source = source_of(site, feeds=(feed_of(site, "/1", "/2"),))
    site.put("/1", text_page("grain"))
    site.put("/2", text_page("water"))
    crawler(source)
    site.remove("/1")
    crawler.later(hours=2)
    crawler(source)
    crawler.later(days=40)
    crawler(source)  # still not there: since when does not change
    shown = run("show", site.url("/1"))
    assert "Gone from its address since 2025-06-02 14:00 UTC" in shown.stderr
    assert "grain" in shown.stdout
    assert "Gone" not in run("show", site.url("/2")).stderr
    told = run("status").stdout
    assert "silent since 2025-06-02" in told
    (row,) = json.loads(run("status", "--format", "json").stdout)["crawled"]
    assert (row["pages"], row["gone"], row["name"]) == (2, 1, "Ministry of Ardenia")


def test_times_of_the_future_make_no_source_silent_or_new(crawler: Crawler, site: Site) -> None:
    site.put("/1", text_page("grain"))
    crawler(source_of(site, feeds=(feed_of(site, "/1", stamp="Mon, 02 Jun 2098 09:00:00 GMT"),)))
    assert (coverage(crawler).newest or "") <= f"{datetime.now(UTC):%Y}"
