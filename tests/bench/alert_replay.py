"""Alerts through crawl, index and kills: each expected match told, none of them twice.

    python tests/bench/alert_replay.py [VERSIONS [KILLS]]

The measuring data's versions of one feed (160) are crawled one after the other from a server
on loopback, indexed, and told by `searchkit alert run` to a file, for 50 saved queries; at
30 of them the run is killed at a random moment and run again.  What is expected is computed
from the entries by brute force, with no alert's code: every passage that matches after some
version is told, or is a copy of what is told, or the same words in another cut.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from searchkit import alerts
from searchkit.archive import open_archive
from searchkit.engines import open_engine
from searchkit.indexer import build_entry, update_index
from searchkit.search import Index, open_index
from tests.conftest import measured
from tests.oracle import matches
from tests.test_crawl import Crawler, source_of
from tests.websites import replay_feed

QUERIES = """
ukraine | russia | ukraine AND "security assistance" | sanctions | sanctions -russia | nato |
"foreign minister" | minister NEAR/6 meeting | call | travel* | climate | kerry | china |
"human rights" | iran | israel OR palestinian | africa | ethiopia | mali | sudan | syria | yemen |
korea | japan | "indo-pacific" | taiwan | australia | "european union" | germany | france |
"united kingdom" | turkey | poland | venezuela | mexico | haiti | election* | democracy |
journalist* OR press | covid | energy | "nuclear weapons" | refugee* | women | congratulat* |
"independence day" OR "national day" | speaker:blinken | kind:direct | title:readout | country:US
"""


def queries() -> dict[str, str]:
    texts = [" ".join(text.split()) for text in QUERIES.split("|")]
    return {f"q{number:02}": text for number, text in enumerate(texts)}


def run(index: Path, killed_after_s: float | None) -> None:
    command = [sys.executable, "-m", "searchkit", "--index", str(index), "alert", "run"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    if killed_after_s is not None:
        time.sleep(killed_after_s)
        process.send_signal(signal.SIGKILL)
    _, words = process.communicate()
    if process.returncode not in (0, -signal.SIGKILL):
        raise SystemExit(words.decode())


def bring_up(path: Path) -> None:
    with open_archive(path, write=True) as archive:
        engine = open_engine("whoosh", path)
        update_index(archive, engine)
        engine.close()


def add_expected(index: Index, since: int, expected: dict[str, set[str]]) -> int:
    """What matches, among documents that changed after a revision; gives the new one."""
    nodes = {name: index.asked(text)[1] for name, text in queries().items()}
    for change in index.archive.changed_since(since):
        document = index.archive.document(change.document_id)
        assert document is not None
        sources = index.archive.sources_of(document.id)
        for passage in index.archive.passages_of(document.id):
            entry = build_entry(passage, document, sources)
            for name, node in nodes.items():
                if matches(node, entry):
                    expected[name].add(passage.id)
    return index.archive.revision()


def check(path: Path, told_file: Path, expected: dict[str, set[str]]) -> None:
    lines = [json.loads(line) for line in told_file.read_text(encoding="utf-8").splitlines()]
    told = Counter((name, line["passage_id"]) for line in lines for name in line["alerts"])
    states: Counter[str] = Counter()
    missed = unexpected = 0
    with alerts.open_ledger(path) as ledger:
        for name, passages in expected.items():
            known = ledger.told(ledger.alert(name).number, passages)
            states.update(row.state for row in known.values())
            for passage in passages:
                row = known.get(passage)
                is_quiet = row is not None and row.state in ("copy", "edit")
                missed += not told[name, row.story if row and is_quiet else passage]
            unexpected += sum(n == name and p not in passages for n, p in told)
    twice = sum(count - 1 for count in told.values())
    print(f"{sum(map(len, expected.values())):,} expected matches: {dict(states)}")
    print(f"told {len(told):,}; missed {missed}, unexpected {unexpected}, twice {twice}")


def main() -> None:
    feed = measured("feeds/state-dept-replay")
    versions = int(sys.argv[1]) if len(sys.argv) > 1 else 160
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    chance = random.Random()
    with tempfile.TemporaryDirectory() as name, replay_feed(feed) as replay:
        path, told_file = Path(name) / "index", Path(name) / "told.jsonl"
        with alerts.open_ledger(path, create=True) as ledger:
            for alert, text in queries().items():
                digest = alert.endswith("5")
                new = alerts.new_alert(alert, text, [f"file:{told_file}"], digest=digest)
                alerts.add_alert(ledger, new)
        crawler = Crawler(path)
        source = source_of(replay.site, feeds=(replay.feed_url,))
        expected: dict[str, set[str]] = {alert: set() for alert in queries()}
        reached, killed = 0, set(chance.sample(range(versions), min(kills, versions)))
        for number in range(versions):
            replay.version = number
            crawler(source, all_lists=True)
            crawler.later(hours=2)
            if chance.random() < 0.5:  # else the run itself indexes what is new
                bring_up(path)
            if number in killed:
                run(path, chance.uniform(0.2, 1.2))
            run(path, None)
            with open_index(path) as index:
                reached = add_expected(index, reached, expected)
        print(f"{versions} versions, {len(expected)} queries, {len(killed)} kills")
        check(path, told_file, expected)


if __name__ == "__main__":
    main()
