"""Engines beside each other on real passages: the same sets, facets and days, like rankings."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

pytest.importorskip("tantivy")

from searchkit.archive import open_archive
from searchkit.engines import DAYS, SETTING, Engine, open_engine
from searchkit.indexer import build_entry
from searchkit.query import Node, compile_query, parse_query
from searchkit.records import Document, Entry, Passage
from tests.alerting import Desk
from tests.conftest import SAMPLES
from tests.oracle import matches

PASSAGES = 2000
LEAST_WORDS = 25
OVERLAP = 0.9

Both = tuple[Engine, Engine, list[Entry], list[str]]


def paragraphs(path: Path) -> Iterator[tuple[Passage, Document]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in islice(lines, 0, None, 19):
            row = json.loads(line)
            document = Document(
                id=row["id"], text=row["text"], title=row.get("title"), published=row.get("date"),
                language=row.get("lang"),
            )  # fmt: skip
            texts = [t for t in row["text"].split("\n") if len(t.split()) >= LEAST_WORDS][:12]
            for place, text in enumerate(texts):
                name = f"{row['id']}:{place}"
                yield (
                    Passage(
                        name, row["id"], 0, len(text), text, "issuer",
                        speaker=row.get("speaker"), country=row.get("iso3"),
                    ),
                    document,
                )  # fmt: skip


@pytest.fixture(scope="module")
def both(measuring_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    corpus = measuring_data / "data" / "corpora" / "starter.jsonl.gz"
    found = list(islice(paragraphs(corpus), PASSAGES))
    entries = [build_entry(passage, document, ("starter",)) for passage, document in found]
    folder = tmp_path_factory.mktemp("alike")
    engines = open_engine("whoosh", folder), open_engine("tantivy", folder)
    for engine in engines:
        for place in range(3):  # three commits, each of whole documents
            batch = [entry for entry in entries if len(entry.document_id) % 3 == place]
            engine.update((), batch, place + 1)
        assert engine.size() == PASSAGES
    yield *engines, entries, [passage.text for passage, _ in found]
    for engine in engines:
        engine.close()


def words_of(text: str) -> list[str]:
    return [word for word in text.split() if word.isalpha() and len(word) > 3]


def queries(texts: list[str], count: int, seed: int) -> Iterator[str]:
    """Queries of every kind, about words that stand in one passage."""
    rng = random.Random(seed)
    for number in range(count):
        words = words_of(rng.choice(texts))
        at = rng.randrange(len(words) - 3)
        one, two, far = words[at], words[at + 1], words[at + 3]
        yield (
            f"{one} {far}",
            f"{one} OR {two}",
            f'"{one} {two}"',
            f"{one} NEAR/8 {far}",
            f"{one[:4]}* {far}",
            f"{far} -{two}",
            f"title:{one} OR speaker:{far}",
            f"{one} country:US date:2018..2022",
        )[number % 8]


def node_of(query: str, match: str = "all") -> Node:
    return compile_query(parse_query(query), ["en"], match="any" if match == "any" else "all")


def test_sets_are_those_of_brute_force(both: Both) -> None:
    """Six queries of each of eight kinds, on 2,000 passages."""
    whoosh, tantivy, entries, texts = both
    some = 0
    for query in queries(texts, 48, seed=1):
        node = node_of(query)
        expected = {entry.passage_id for entry in entries if matches(node, entry)}
        for engine in (whoosh, tantivy):
            found = engine.search(node, limit=PASSAGES)
            assert ({i for i, _ in found.rows}, found.total) == (expected, len(expected)), query
        some += len(expected) > 3
    assert some >= 15


def test_sets_facets_and_days_are_alike(both: Both) -> None:
    whoosh, tantivy, _, texts = both
    fields = ["country", "speaker", "document", DAYS]
    for query in queries(texts, 200, seed=2):
        node = node_of(query)
        for sort in ("newest", "oldest"):
            answers = [e.search(node, limit=30, sort=sort) for e in (whoosh, tantivy)]
            assert answers[0].total == answers[1].total, query
            ids = [[passage_id for passage_id, _ in answer.rows] for answer in answers]
            assert ids[0] == ids[1], query
        assert whoosh.counts(node, fields) == tantivy.counts(node, fields), query


def test_the_first_ten_are_nearly_the_same(both: Both) -> None:
    """Where there are more than ten, so that the ranking decides."""
    whoosh, tantivy, _, texts = both
    overlaps: list[float] = []
    rng = random.Random(3)
    while len(overlaps) < 200:
        words = rng.sample(words_of(rng.choice(texts)), 3)
        node = node_of(" ".join(words), "any")
        first, second = (engine.search(node, limit=10) for engine in (whoosh, tantivy))
        if first.total > 10:
            ids = [{passage_id for passage_id, _ in found.rows} for found in (first, second)]
            overlaps.append(len(ids[0] & ids[1]) / 10)
    assert mean(overlaps) >= OVERLAP


ALERTS = ("water OR dam", "speaker:vorska", "treat* -border", '"the dam"', "since:2024-06 minister")


def told_by(engine_name: str, folder: Path) -> list[dict[str, Any]]:
    """What alerts tell of the samples, which come in two parts, while this engine is chosen."""
    desk = Desk(folder)
    with open_archive(desk.path, write=True) as archive:
        archive.set_setting(SETTING, engine_name)
    for number, query in enumerate(ALERTS):
        desk.add(f"a{number}", query)
    pages = sorted(path for path in SAMPLES.iterdir() if path.suffix in (".html", ".txt"))
    for part in (pages[::5], pages[2::5]):
        for path in part:
            media_type = "text/html" if path.suffix == ".html" else "text/plain"
            text = path.read_text(encoding="utf-8", errors="replace")
            desk.keep_page(text, media_type, f"https://samples.example/{path.name}")
        desk.run()
    assert (desk.path / engine_name).is_dir()
    return [{name: item[name] for name in ("alerts", "passage_id")} for item in desk.items()]


def test_alerts_match_alike(tmp_path: Path) -> None:
    told = [told_by(name, tmp_path / name) for name in ("whoosh", "tantivy")]
    assert told[0] == told[1]
    assert {name for item in told[0] for name in item["alerts"]} == {
        f"a{number}" for number in range(len(ALERTS))
    }
