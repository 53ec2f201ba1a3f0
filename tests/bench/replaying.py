"""The real versions of one feed, replayed at their times, against what a plain reading gives.

    python -m tests.bench.replaying [VERSIONS]

A crawl runs at each time at which the measuring data's "state-dept-replay" was fetched, and
three times after the last, when all pages are due once more.  Told is whether each item is
archived once, whether the texts of its versions are those of the feed in their order, from
the first to the last, and whether it has the day on which the feed says it came out.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from xml.etree import ElementTree

from searchkit.archive import open_archive
from searchkit.clean import clean_page
from searchkit.records import Given, Page
from searchkit.urls import document_id, url_key
from tests.conftest import measured
from tests.test_crawl import Crawler, kinds, source_of
from tests.websites import Entry, Replay, replay_feed

FEED = "feeds/state-dept-replay"


def text_of(replay: Replay, entry: Entry, url: str) -> str:
    """What cleaning leaves of an item's page."""
    page = Page(replay.html(entry), url, "text/html", replay.times[0], url=url, charset="utf-8")
    return clean_page(page, Given()).text


def days(files: list[Path], site: str) -> dict[str, set[str]]:
    """Address of each item -> the days on which the feed says it came out."""
    found: dict[str, set[str]] = {}
    for file in files:
        for item in ElementTree.fromstring(file.read_bytes()).iter("item"):
            path = (item.findtext("link") or "").strip().removeprefix("https://www.state.gov")
            moment = parsedate_to_datetime(item.findtext("pubDate") or "")
            found.setdefault(site + path, set()).add(f"{moment.astimezone(UTC):%Y-%m-%d}")
    return found


def check(crawler: Crawler, replay: Replay, count: int) -> Counter[str]:
    told: Counter[str] = Counter()
    expected = replay.expected(range(count))
    published = days(sorted(measured(FEED).glob("*.rss"))[:count], replay.site.url(""))
    with open_archive(crawler.folder) as archive:
        ids = [change.document_id for change in archive.changed_since(0)]
        told["items of the feed"] = len(expected)
        told["documents"] = len(ids)
        told["missed"] = sum(document_id(url_key(url)) not in ids for url in expected)
        for url, editions in expected.items():
            name = document_id(url_key(url))
            versions = [archive.document(name, row.n) for row in archive.versions(name)]
            texts = [document.text for document in versions if document is not None]
            wanted = [text_of(replay, entry, url) for entry in editions]
            left = iter(wanted)
            told["with versions out of order"] += not all(text in left for text in texts)
            told["first or last text wrong"] += [texts[0], texts[-1]] != [wanted[0], wanted[-1]]
            told["edited in the feed"] += len(editions) > 1
            told["edited in the text"] += len(set(wanted)) > 1
            told["with several versions"] += len(texts) > 1
            current = archive.document(name)
            told["title as in the last edition"] += (
                current is not None and " ".join((current.title or "").split())
                == " ".join(editions[-1].title.split())
            )  # fmt: skip
            told["day as in the feed"] += current is not None and (
                (current.published or "")[:10] in published[url]
            )
    return told


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, replay_feed(measured(FEED)) as replay:
        count = int(sys.argv[1]) if len(sys.argv) > 1 else len(replay)
        crawler = Crawler(Path(folder) / "index")
        source = source_of(replay.site, feeds=(replay.feed_url,))
        events: Counter[str] = Counter()
        for number in range(count):
            replay.version, crawler.now = number, replay.times[number]
            events += kinds(crawler(source, all_lists=True))
        for _ in range(3):
            crawler.later(days=31)
            events += kinds(crawler(source))
        asked = Counter(r.target for r in replay.site.requests)
        print(f"{count} versions, {sum(asked.values()):,} requests: {dict(events)}")
        for what, number in check(crawler, replay, count).items():
            print(f"{number:6,}  {what}")


if __name__ == "__main__":
    main()
