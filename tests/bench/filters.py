"""Filters: does one make a query cheaper?  CPU time of whole searches with and without.

    python -m tests.bench.filters [INDEX]

INDEX holds an archive; without it one of 100,000 passages is made from the starter corpus
of the measuring data, which takes minutes.  A question is two words of a passage taken by
chance, and the filters are what that passage is: its speaker, country, source, year.  They
are asked by turns, and the least time of each counts.
"""

from __future__ import annotations

import gzip
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import fmean, median

from searchkit.analyzer import analyze
from searchkit.archive import Archive
from searchkit.records import Document, Passage
from searchkit.search import Filters, open_index
from tests.conftest import measured

STEP = 3
"""Every third document of the starter corpus: 100,000 passages of all its sources."""

QUESTIONS = 150
ROUNDS = 5


def make_index(index: Path) -> None:
    corpus = index / "corpus.jsonl"
    with gzip.open(measured("corpora/starter.jsonl.gz"), "rb") as lines:
        corpus.write_bytes(b"".join(islice(lines, 0, None, STEP)))
    command = [sys.executable, "-m", "searchkit", "--index", str(index), "add", str(corpus)]
    subprocess.run(command, check=True)


def chosen(archive: Archive, rng: random.Random) -> Iterator[tuple[Passage, Document]]:
    ids = [change.document_id for change in archive.changed_since(0)]
    for document_id in rng.sample(ids, len(ids)):
        document = archive.document(document_id)
        passages = [p for p in archive.passages_of(document_id) if p.speaker and p.country]
        if passages and document and document.published and document.source:
            yield rng.choice(passages), document


def filters(passage: Passage, document: Document) -> dict[str, Filters]:
    assert document.published is not None
    year = document.published[:4]
    return {
        "none": Filters(),
        "speaker": Filters(speaker=passage.speaker),
        "country": Filters(country=passage.country),
        "source": Filters(source=document.source),
        "since": Filters(since=year),
        "year": Filters(since=year, until=year),
    }


def main(index: Path) -> None:
    rng = random.Random(7)
    spent: dict[tuple[str, bool], list[float]] = defaultdict(list)
    with open_index(index) as opened:
        print(f"{opened.engine.size():,} passages, {QUESTIONS} questions, CPU ms a search")
        asked = 0
        for passage, document in chosen(opened.archive, rng):
            words = sorted({token.exact for token in analyze(passage.text) if len(token.exact) > 3})
            if len(words) < 2 or asked == QUESTIONS:
                continue
            asked += 1
            text = " ".join(rng.sample(words, 2))
            for any_word in (False, True):
                best: dict[str, float] = {}
                for _ in range(ROUNDS):
                    for name, filter_ in filters(passage, document).items():
                        begun = time.process_time()
                        opened.search(text, filter_, any_word=any_word)
                        took = 1000 * (time.process_time() - begun)
                        best[name] = min(took, best.get(name, took))
                for name, took in best.items():
                    spent[name, any_word].append(took)
    for (name, any_word), times in spent.items():
        plain = spent["none", any_word]
        dearer = sum(t > 1.1 * p for t, p in zip(times, plain, strict=True))
        print(
            f"{'any word' if any_word else 'all words':9} {name:8} mean {fmean(times):6.1f}"
            f"  median {median(times):6.1f}  of the plain {sum(times) / sum(plain):.2f}"
            f"  dearer by a tenth {dearer}"
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            make_index(Path(folder))
            main(Path(folder))
