"""A crawl that is killed anywhere and run again ends as if it had never been disturbed."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from searchkit.archive import open_archive
from tests.webserver import Site, answer, slow
from tests.websites import LIST_SELECTOR, NEXT_SELECTOR, PressSite, make_site

KILLS_FETCHING, KILLS_ANYWHERE = 15, 5
IN_HAND = 3
"""Visits that a host's thread has in hand: what a kill may cost."""

# All that a crawl remembers but the times, which are those of the run.
STATES = """
    SELECT source, kind, key, url, host, state, title, published, stamp, etag, last_modified,
        hex(digest), depth, interval_s, calm, failures, reason, due IS NULL
    FROM crawl_pages ORDER BY source, kind, key
"""


def seeds_file(folder: Path, press: PressSite) -> Path:
    url, path = press.site.url, folder / "seeds.toml"
    path.write_text(
        f"""
        [[source]]
        id = "ar-mfa"
        name = "Ministry of Ardenia"
        country = "AL"
        kind = "ministry"
        site = "{press.site.host}"
        feeds = ["{url("/feed.xml")}"]
        sitemaps = ["{url("/sitemap.xml")}"]
        lists = [{{url = "{url("/news")}", items = "{LIST_SELECTOR}", next = "{NEXT_SELECTOR}"}}]
        pace_s = 0
        """
    )
    return path


def crawl(index: Path, seeds: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "searchkit", "--index", str(index), "crawl"]
    command += ["--seeds", str(seeds), "--allow-private", "--no-index"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def kept(index: Path) -> dict[str, object]:
    """Passage ids, texts and what the crawl remembers."""
    with open_archive(index) as archive:
        ids = [change.document_id for change in archive.changed_since(0)]
        texts = {i: document.text for i in ids if (document := archive.document(i)) is not None}
        passages = {passage.id for i in ids for passage in archive.passages_of(i)}
        assert not archive.counts().pending
    database = sqlite3.connect(index / "archive" / "searchkit.sqlite3")
    states = database.execute(STATES).fetchall()
    database.close()
    return {"texts": texts, "passages": passages, "states": states}


def wait_for(true: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while not true() and process.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.002)


@pytest.fixture
def press() -> Iterator[PressSite]:
    with make_site(110) as running:
        yield running


def test_killed_at_twenty_moments_and_run_again(tmp_path: Path, press: PressSite) -> None:
    seeds, index = seeds_file(tmp_path, press), tmp_path / "killed"
    undisturbed = crawl(tmp_path / "undisturbed", seeds)
    undisturbed.communicate(timeout=60)
    assert undisturbed.returncode == 0
    press.site.requests.clear()

    chance, kills = random.Random(11), 0
    for _ in range(KILLS_FETCHING):
        until = press.site.asked() + chance.randrange(1, 8)
        process = crawl(index, seeds)
        wait_for(lambda until=until: press.site.asked() >= until, process)  # type: ignore[misc]
        time.sleep(chance.random() * 0.01)
        kills += process.poll() is None
        process.kill()
        process.communicate()
    for _ in range(KILLS_ANYWHERE):
        process = crawl(index, seeds)
        try:
            process.communicate(timeout=0.5 + 1.5 * chance.random())
        except subprocess.TimeoutExpired:
            kills += 1
            process.kill()
            process.communicate()
    last = crawl(index, seeds)
    _, errors = last.communicate(timeout=60)
    assert last.returncode == 0, errors.decode()
    assert kills >= KILLS_FETCHING

    assert kept(index) == kept(tmp_path / "undisturbed")
    asked = Counter(r.target for r in press.site.requests if "/statements/" in r.target)
    assert len(asked) == len(press.urls)
    assert asked.total() - len(asked) <= IN_HAND * kills


def slow_site(pages: int, pause_s: float) -> PressSite:
    press = make_site(pages)
    press.site.on("/statements/*", slow(pause_s, press.site.behaviours["/statements/*"]))
    return press


def test_a_stop_finishes_the_page_in_hand(tmp_path: Path) -> None:
    with slow_site(12, 0.15) as press:
        seeds, index = seeds_file(tmp_path, press), tmp_path / "index"
        process = crawl(index, seeds)
        wait_for(lambda: press.site.asked("/statements/*") >= 3, process)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=20)
        assert process.returncode == 130
        asked = press.site.asked("/statements/*")
        assert 3 <= asked <= 4  # the next may have been asked for when the signal came
        assert f"1 source: {asked} new pages".encode() in output
        assert b"Stopping after the pages in hand" in errors
        assert f"{asked} pages that are kept wait to be cleaned".encode() in errors
        assert b"Traceback" not in errors
        again = crawl(index, seeds)
        again.communicate(timeout=60)
        assert again.returncode == 0
        assert press.site.asked("/statements/*") == 12
        assert len(kept(index)["texts"]) == 12  # type: ignore[arg-type]


def test_two_crawls_at_once_take_turns(tmp_path: Path) -> None:
    with slow_site(8, 0.1) as press:
        seeds, index = seeds_file(tmp_path, press), tmp_path / "index"
        first = crawl(index, seeds)
        wait_for(lambda: press.site.asked("/statements/*") >= 1, first)
        second = crawl(index, seeds)
        output, errors = second.communicate(timeout=60)
        first.communicate(timeout=60)
        assert (first.returncode, second.returncode) == (0, 0)
        assert f"waiting for process {first.pid}".encode() in errors
        assert b"nothing is due" in output
        assert press.site.asked("/statements/*") == 8


def test_a_source_that_fails_is_told_by_the_exit_status(tmp_path: Path) -> None:
    site = Site()
    with make_site(3, site) as press:
        site.on("/sitemap.xml", answer(b"", "500 Internal Server Error"))
        process = crawl(tmp_path / "index", seeds_file(tmp_path, press))
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 1
        assert b"/sitemap.xml: the server answers 500" in errors
