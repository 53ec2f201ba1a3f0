"""The crawl of 2,000 pages from loopback beside a bare Scrapy spider, and what it sees again.

    python -m tests.bench.crawling [PAGES]          # what it collects and sees again
    python -m tests.bench.crawling [PAGES] --beside # and its time beside Scrapy's

The server is a process of its own, the pace is 0.  The spider reads the sitemap and saves
each body to a file, as robots.txt allows, once over one connection to the host and once
with Scrapy's own settings.  The crawl reads the feed, the sitemap and the list, and keeps
what it found in an archive; cleaning comes after and is told apart.  Wall and CPU seconds
are those from the first request to the last page kept, without imports.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from searchkit.archive import open_archive
from searchkit.crawl import Event, Options, crawl, finish
from searchkit.ingest import make_documents
from searchkit.seeds import ListPage, Source
from tests.websites import LIST_SELECTOR, NEXT_SELECTOR, PressSite, make_site

PAGES, RUNS = 2000, 3
BEGUN = datetime(2025, 6, 2, 12, tzinfo=UTC)
# As Scrapy names them; "one connection" is what the crawl does.
POLITE = {"CONCURRENT_REQUESTS_PER_DOMAIN": 1, "DOWNLOAD_DELAY": 0}
OWN = {"CONCURRENT_REQUESTS_PER_DOMAIN": 8, "DOWNLOAD_DELAY": 0}


def source_of(url: str) -> Source:
    return Source(
        "ar-mfa",
        "Ministry of Ardenia",
        "outlet",
        url.split("/")[2],
        feeds=(f"{url}feed.xml",),
        sitemaps=(f"{url}sitemap.xml",),
        lists=(ListPage(f"{url}news", LIST_SELECTOR, NEXT_SELECTOR),),
        discover=False,
        pace_s=0.0,
        budget=1_000_000,
    )


# Beside Scrapy


def spider(url: str, folder: Path, settings: dict[str, int]) -> int:
    """Save what the sitemap of a site names; gives how many pages."""
    import scrapy
    from scrapy.crawler import CrawlerProcess

    class Saving(scrapy.spiders.SitemapSpider):  # type: ignore[misc]
        name = "saving"
        sitemap_urls = (f"{url}sitemap.xml",)

        def parse(self, response: scrapy.http.Response) -> None:
            name = re.sub(r"\W+", "-", response.url)
            (folder / name).write_bytes(response.body)

    process = CrawlerProcess(
        {"ROBOTSTXT_OBEY": True, "LOG_LEVEL": "WARNING", "TELNETCONSOLE_ENABLED": False} | settings
    )
    process.crawl(Saving)
    process.start()
    return sum(1 for _ in folder.iterdir())


def ours(url: str, folder: Path) -> int:
    """Crawl a site into an archive, without cleaning; gives how many pages."""
    with open_archive(folder, write=True) as archive:
        events = crawl(archive, [source_of(url)], Options(allow_private=True))
        return sum(event.what == "new" for event in events)


def child(kind: str, url: str, folder: Path) -> None:
    if kind != "crawl":
        import scrapy.crawler
        import scrapy.spiders  # noqa: F401 - not to be measured
    wall, cpu = time.perf_counter(), time.process_time()
    if kind == "crawl":
        pages = ours(url, folder)
    else:
        pages = spider(url, folder, POLITE if kind == "polite" else OWN)
    print(json.dumps([pages, time.perf_counter() - wall, time.process_time() - cpu]))


@contextmanager
def served(pages: int) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.websites", str(pages)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def beside(pages: int) -> None:
    """The best of a few runs each, in turn, so that other load meets all alike."""
    best: dict[str, tuple[float, float]] = {}
    with served(pages) as url:
        for _ in range(RUNS):
            for kind in ("crawl", "polite", "own"):
                with tempfile.TemporaryDirectory() as folder:
                    command = [sys.executable, "-m", "tests.bench.crawling", kind, url, folder]
                    done = subprocess.run(command, capture_output=True, text=True, check=True)
                count, wall, cpu = json.loads(done.stdout.splitlines()[-1])
                assert count == pages, (kind, count, done.stderr[-2000:])
                before = best.get(kind, (wall, cpu))
                best[kind] = (min(before[0], wall), min(before[1], cpu))
    names = {"crawl": "crawl", "polite": "Scrapy, one connection", "own": "Scrapy, eight"}
    for kind, (wall, cpu) in best.items():
        ratio = f"  crawl takes {best['crawl'][0] / wall:.2f} of its wall time,"
        ratio += f" {best['crawl'][1] / cpu:.2f} of its CPU"
        print(f"{names[kind]:<24}{wall:6.2f} s wall {cpu:6.2f} s CPU{ratio * (kind != 'crawl')}")


# Whole, once, and what is new


def seen_again(pages: int) -> None:
    now = BEGUN
    with make_site(pages) as press, tempfile.TemporaryDirectory() as folder:
        first, requests = run(press, Path(folder), now)
        found = [event.url for event in first if event.what == "new"]
        whole = Counter(found) == Counter(press.urls)
        print(f"first run: {len(found):,} pages, whole and once: {whole}, {requests:,} requests")
        _, second = run(press, Path(folder), now + timedelta(minutes=15))
        print(f"second run: {second} requests, {second / requests:.2%} of the first")
        wanted = {"changed": press.change(50), "gone": press.delete(20), "new": press.add(30)}
        wanted["changed"] -= wanted["gone"]
        third, requests = run(press, Path(folder), now + timedelta(hours=2))
        for what, urls in wanted.items():
            told = Counter(event.url for event in third if event.what == what)
            print(f"{what}: {len(urls)}, seen exactly: {told == Counter(urls)}")
        same = sum(event.what == "same" for event in third)
        print(f"unchanged: {same:,}, all by 304; {requests:,} requests")


def run(press: PressSite, folder: Path, now: datetime) -> tuple[list[Event], int]:
    before, begun = len(press.site.requests), time.perf_counter()
    source = source_of(press.site.url("/"))
    with open_archive(folder, write=True) as archive:
        events = list(crawl(archive, [source], Options(allow_private=True, clock=lambda: now)))
        crawled = time.perf_counter()
        with make_documents(2) as makers:
            kept = Counter(outcome.result for outcome in finish(archive, makers))
    cleaned = time.perf_counter() - crawled
    print(f"  crawl {crawled - begun:.1f} s, cleaning {cleaned:.1f} s: {dict(kept)}")
    return events, len(press.site.requests) - before


def main() -> None:
    arguments = sys.argv[1:]
    if arguments and arguments[0] in ("crawl", "polite", "own"):
        child(arguments[0], arguments[1], Path(arguments[2]))
        return
    pages = next((int(value) for value in arguments if value.isdigit()), PAGES)
    if "--beside" in arguments:
        beside(pages)
    seen_again(pages)


if __name__ == "__main__":
    main()
