"""Near copies: found among syndicated documents, and at what cost.

    python tests/bench/copies.py [--documents 300] [--passages 100000]

From the measuring data 300 documents are taken and printed again by two outlets each,
as editors do it: cut, with paragraphs of their own, other headlines, spellings and
words.  Told is how many of the pairs are found (recall), how many of those found are
pairs (precision), for documents and for passages, whether two speakers were ever merged,
and the time of grouping beside that of keeping and indexing.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import quote

from searchkit import ingest
from searchkit.archive import Archive, open_archive
from searchkit.archive.copying import Copies
from searchkit.archive.database import Database
from searchkit.cli.index import bring_up
from searchkit.copies import Sketches, sketch_texts
from searchkit.ingest import add_pages
from searchkit.records import Given, Page
from tests.conftest import measured

STARTER = "corpora/starter.jsonl.gz"
NOW = datetime(2026, 1, 1, tzinfo=UTC)

SPELLINGS = [
    (re.compile(r"\b(\w{3,})iz(e|ed|es|ing|ation)\b"), r"\1is\2"),
    (re.compile(r"\b(lab|neighb|hon|fav)or(s|ed|ing)?\b", re.IGNORECASE), r"\1our\2"),
    (re.compile(r"\b([Dd])efense\b"), r"\1efence"),
    (re.compile(r"\b([Cc])enter(s?)\b"), r"\1entre\2"),
    (re.compile("[“”]"), '"'),
    (re.compile("’"), "'"),
    (re.compile(r" percent\b"), " per cent"),
]
OWN = [
    "Our correspondent in the capital adds that offices were closed on the day and that "
    "calls to the press desk had not been returned by the evening.",
    "This newspaper reported last week that the delegations would stay until Sunday, and "
    "that hotels near the harbour were full.",
    "Readers will recall that a first round ended without a text; the second was put off "
    "twice, once for snow and once for an election.",
    "Markets hardly moved on the news, and the exchange closed a tenth of a point lower.",
]


def documents(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def chosen(path: Path, count: int, rng: random.Random) -> list[dict[str, Any]]:
    """Documents in English of 150 to 3,000 words, at random."""
    fit = [
        d for d in documents(path)
        if d["lang"] == "en" and 150 <= len(d["text"].split()) <= 3_000
    ]  # fmt: skip
    return rng.sample(fit, count)


def syndicated(original: dict[str, Any], outlet: int, rng: random.Random) -> dict[str, Any]:
    """The document as another outlet prints it."""
    parts = [part for part in original["text"].split("\n") if part.strip()]
    if len(parts) > 3 and rng.random() < 0.6:  # cut from the end, as wires are
        parts = parts[: max(3, int(len(parts) * rng.uniform(0.6, 0.95)))]
    if len(parts) > 4 and rng.random() < 0.4:
        del parts[rng.randrange(1, len(parts) - 1)]
    for _ in range(rng.randint(0, 2)):
        parts.insert(rng.randrange(1, len(parts) + 1), _own(rng))
    text = "\n".join(_edited(part, rng) for part in parts)
    for pattern, other in SPELLINGS:
        if rng.random() < 0.7:
            text = pattern.sub(other, text)
    title = original.get("title") or text[:60]
    copy = {k: v for k, v in original.items() if k in ("lang", "date", "speaker", "post")}
    return copy | {
        "id": f"{original['id']}-copy-{outlet}",
        "title": rng.choice(["Minister: ", "In full: ", "World: "]) + title[: rng.randint(30, 90)],
        "text": text,
        "source": f"Outlet {outlet}",
        "url": f"https://outlet{outlet}.example/{quote(original['id'], safe='')}",
    }


def _own(rng: random.Random) -> str:
    """A paragraph that no other outlet has: words of `OWN` in an order of its own."""
    words = " ".join(OWN).replace(".", "").split()
    return " ".join(rng.sample(words, 30)).capitalize() + "."


def _edited(part: str, rng: random.Random) -> str:
    """One word in a hundred left out or changed, where an editor had a hand in it."""
    if rng.random() < 0.5:
        return part
    words = part.split(" ")
    return " ".join(
        word + ", however," if rng.random() < 0.004 else word
        for word in words
        if rng.random() > 0.008
    )


def pages(records: Iterable[dict[str, Any]]) -> Iterator[Page]:
    for record in records:
        body = json.dumps(record).encode()
        yield Page(body, record["id"], "application/json", NOW, url=record.get("url"))


def pairs(groups: Iterable[Iterable[str]]) -> set[tuple[str, str]]:
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def groups_of(rows: Iterable[tuple[int | None, str]]) -> list[list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for group, name in rows:
        if group is not None:
            found[group].append(name)
    return list(found.values())


def told(what: str, found: set[tuple[str, str]], true: set[tuple[str, str]]) -> None:
    right = len(found & true)
    print(
        f"{what}: {len(true):,} pairs, {len(found):,} found;"
        f" precision {right / max(1, len(found)):.4f}, recall {right / max(1, len(true)):.4f}"
    )
    for pair in sorted(found - true)[:6]:
        print("   wrong:", *pair)
    for pair in sorted(true - found)[:6]:
        print("   missed:", *pair)


def keep_stories(archive: Archive, count: int) -> dict[str, str]:
    """Keep so many documents and two copies of each; gives their names by document id."""
    rng = random.Random(7)
    originals = chosen(measured(STARTER), count, rng)
    records = [
        each
        for original in originals
        for each in (original, syndicated(original, 1, rng), syndicated(original, 2, rng))
    ]
    rng.shuffle(records)
    outcomes = add_pages(archive, pages(records), Given())
    return {
        outcome.document_id: record["id"]
        for record, outcome in zip(records, outcomes, strict=True)
        if outcome.document_id is not None
    }


def document_pairs(
    archive: Archive, names: dict[str, str]
) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The pairs of documents that were found, and the true ones."""
    rows = [
        (row["grp"], names[row["id"]])
        for row in archive._database.rows(
            "SELECT c.grp, d.id FROM document_copies c JOIN documents d ON d.number = c.number"
        )
    ]
    stories: dict[str, list[str]] = defaultdict(list)
    for name in names.values():
        stories[re.sub(r"-copy-\d$", "", name)].append(name)
    return pairs(groups_of(rows)), pairs(stories.values())


def measure_pairs(count: int, folder: Path) -> None:
    with open_archive(folder, write=True) as archive:
        names = keep_stories(archive, count)
        told("documents", *document_pairs(archive, names))
        passages(archive._database, names)


def passages(database: Database, names: dict[str, str]) -> None:
    """Pairs of passages: true where the words are nine tenths the same, in one story."""
    rows = database.rows(
        """
        SELECT c.grp, c.who, p.id, d.id AS document, p.text FROM passage_copies c
        JOIN passages p ON p.number = c.number JOIN documents d ON d.number = p.document
        """
    )
    story = {row["id"]: re.sub(r"-copy-\d$", "", names[row["document"]]) for row in rows}
    by_story: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        by_story[story[row["id"]]].append(row)
    true = set()
    for members in by_story.values():
        words = {row["id"]: set(re.findall(r"\w+", row["text"].casefold())) for row in members}
        for a, b in combinations(sorted(words), 2):
            if len(words[a] & words[b]) >= 0.85 * len(words[a] | words[b]):
                true.add((a, b))
    found = pairs(groups_of((row["grp"], row["id"]) for row in rows))
    speakers = {row["id"]: row["who"] for row in rows}
    own = {pair for pair in found if story[pair[0]] == story[pair[1]]}
    missed = list(true - found)
    print(
        f"passages: {len(found):,} pairs found, {len(own) / max(1, len(found)):.4f} of one story;"
        f" of {len(true):,} pairs of nearly the same words {1 - len(missed) / len(true):.4f} found"
    )
    differ = [p for p in missed if None not in (speakers[p[0]], speakers[p[1]])
              and speakers[p[0]] != speakers[p[1]]]  # fmt: skip
    print(f"   {len(differ):,} of the {len(missed):,} missed were told of two speakers")
    last = {
        pair
        for pair in found
        if speakers[pair[0]]
        and speakers[pair[1]]
        and str(speakers[pair[0]]).split()[-1] != str(speakers[pair[1]]).split()[-1]
    }
    print(f"   pairs of two speakers merged: {len(last)}")


class _Timed(Copies):
    """Copies, with the processor time they take; sketches are made before, and count too."""

    spent_s = 0.0

    def place(self, *arguments: Any) -> None:
        begun = time.process_time()
        super().place(*arguments)
        _Timed.spent_s += time.process_time() - begun


def _sketched(texts: Sequence[str]) -> Sketches:
    begun = time.process_time()
    found = sketch_texts(texts)
    _Timed.spent_s += time.process_time() - begun
    return found


def measure_time(count: int, folder: Path) -> None:
    with open_archive(folder, write=True) as archive:
        archive._copies = _Timed(archive._database)
        setattr(ingest, "sketch_texts", _sketched)  # noqa: B010 - a bench, in this process only
        begun = time.process_time()
        kept = 0
        for number, _ in enumerate(
            add_pages(archive, pages(documents(measured(STARTER))), Given())
        ):
            if number % 100 == 0:
                kept = archive.counts().passages
                if kept >= count:
                    break
        keeping_s = time.process_time() - begun
        begun = time.process_time()
        bring_up(archive, folder)
        indexing_s = time.process_time() - begun
    grouping_s = _Timed.spent_s
    size = (folder / "archive" / "searchkit.sqlite3").stat().st_size
    print(
        f"{kept:,} passages, s of CPU: clean, segment and keep {keeping_s:.1f}, index"
        f" {indexing_s:.1f},"
        f" grouped in {grouping_s:.2f} s of these: {grouping_s / (keeping_s + indexing_s):.3f} of"
        f" both, {grouping_s / indexing_s:.3f} of what the engine takes;"
        f" archive {size / 1e6:.0f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=300)
    parser.add_argument("--passages", type=int, default=100_000)
    options = parser.parse_args()
    measured(STARTER)
    with tempfile.TemporaryDirectory() as folder:
        if options.documents:
            measure_pairs(options.documents, Path(folder) / "pairs")
        if options.passages:
            measure_time(options.passages, Path(folder) / "time")


if __name__ == "__main__":
    main()
