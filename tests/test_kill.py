"""Killed anywhere and run again, ``add`` ends as if it had never been disturbed."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from searchkit.search import open_index

WORDS = [
    "river",
    "treaty",
    "corridor",
    "grain",
    "border",
    "ceasefire",
    "minister",
    "harbour",
    "sanction",
    "envoy",
    "council",
    "dam",
    "water",
    "election",
    "summit",
    "fishery",
    "tariff",
    "embassy",
    "protest",
    "observer",
    "convoy",
    "mandate",
    "archive",
    "bridge",
    "pipeline",
    "refugee",
    "hostage",
    "railway",
    "vineyard",
    "drought",
    "loan",
    "charter",
    "passport",
]
SPEAKERS = ["Ilva Marden", "Osric Tane", "Pela Duhart", "Jonas Weld"]
DOCUMENTS = 160
KILLS = 10


def corpus(path: Path, documents: int = DOCUMENTS) -> Path:
    """So many statements, each with quotations by one of four invented people."""
    chance = random.Random(7)
    lines = []
    for number in range(documents):
        paragraphs = []
        for _ in range(4):
            said = " ".join(chance.choices(WORDS, k=18))
            paragraphs.append(f"“The {said},” {chance.choice(SPEAKERS)} said on arrival.")
        record = {
            "id": f"s{number}",
            "title": " ".join(chance.choices(WORDS, k=5)).capitalize(),
            "date": f"2024-{1 + number % 12:02}-{1 + number % 28:02}",
            "source": "Test Wire",
            "url": f"https://wire.example/{number}",
            "text": "\n\n".join(paragraphs),
        }
        lines.append(json.dumps(record, ensure_ascii=False))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def add(index: Path, source: Path, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "searchkit", "--index", str(index), "add", *options, str(source)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def answers(index_path: Path) -> dict[str, set[tuple[str, str]]]:
    """For 50 queries: the passages found, in order, and the words they were found by."""
    chance = random.Random(11)
    found: dict[str, set[tuple[str, str]]] = {}
    with open_index(index_path) as index:
        for _ in range(50):
            query = " ".join(chance.sample(WORDS, 2))
            results = index.search(query, limit=2_000)
            found[query] = {(hit.passage.id, str(hit.matched)) for hit in results.hits}
    return found


@pytest.mark.parametrize("workers", ["1", "2"])
def test_killed_ten_times_and_run_again(tmp_path: Path, workers: str) -> None:
    source = corpus(tmp_path / "corpus.jsonl")
    begun = time.monotonic()
    assert add(tmp_path / "calm", source, "--workers", workers).wait(120) == 0
    whole = time.monotonic() - begun

    chance = random.Random()
    ends = []
    for _ in range(KILLS):
        process = add(tmp_path / "killed", source, "--workers", workers)
        time.sleep(chance.uniform(0.1, whole))
        process.send_signal(signal.SIGKILL)
        ends.append(process.wait(10))
    assert -signal.SIGKILL in ends, "no kill came in time"
    assert add(tmp_path / "killed", source, "--workers", workers).wait(120) == 0

    calm = answers(tmp_path / "calm")
    assert answers(tmp_path / "killed") == calm
    assert all(calm.values())
    check = [sys.executable, "-m", "searchkit", "--index", str(tmp_path / "killed"), "check"]
    done = subprocess.run(check, capture_output=True, encoding="utf-8", check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "Archive and index are sound\n")


def test_two_adds_at_once_both_succeed(tmp_path: Path) -> None:
    source = corpus(tmp_path / "corpus.jsonl")
    lines = source.read_text(encoding="utf-8").splitlines()
    halves = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    halves[0].write_text("\n".join(lines[:80]), encoding="utf-8")
    halves[1].write_text("\n".join(lines[80:160]), encoding="utf-8")
    adding = [add(tmp_path / "both", half) for half in halves]
    assert [process.wait(120) for process in adding] == [0, 0]
    with open_index(tmp_path / "both") as index:
        assert index.archive.counts().documents == 160
        assert index.search("treaty OR river", limit=1).total > 0


def test_a_search_during_an_add_answers_from_the_last_commit(tmp_path: Path) -> None:
    source = corpus(tmp_path / "corpus.jsonl")
    first = tmp_path / "first.jsonl"
    lines = source.read_text(encoding="utf-8").splitlines()
    first.write_text("\n".join(lines[:40]), encoding="utf-8")
    assert add(tmp_path / "index", first).wait(120) == 0
    with open_index(tmp_path / "index") as index:
        before = index.search("treaty", limit=2_000).total

    process = add(tmp_path / "index", source)
    seen = set()
    while process.poll() is None:
        with open_index(tmp_path / "index") as index:
            seen.add(index.search("treaty", limit=2_000).total)
    with open_index(tmp_path / "index") as index:
        after = index.search("treaty", limit=2_000).total
    assert process.returncode == 0
    assert before in seen
    assert seen <= {before, after}
    assert after > before
