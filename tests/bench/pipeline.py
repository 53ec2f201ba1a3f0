"""`searchkit add` beside the sum of its parts: what the joints between them cost.

    python -m tests.bench.pipeline [DOCUMENTS]

So many documents, spread evenly over the measuring data's "starter", are cleaned, attributed
and indexed with tantivy, each in a process of its own that times nothing else; then
`searchkit add` takes the same file from nothing, with the same engine and one process.
Printed are CPU seconds (user and system) in turn, the ratio, and the most memory of `add`.
"""

from __future__ import annotations

import gzip
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from tests.conftest import measured

DOCUMENTS = 1_000
RUNS = 3
BATCH = 1_000  # documents that a part has in memory at a time
PARTS = ("clean", "attribute", "index")
MOST = 1.5  # times the sum of the parts
MOST_MB = 700


def clean(pages: list[Any]) -> list[Any]:
    from searchkit.clean import clean_page
    from searchkit.records import Given

    return [clean_page(page, Given()) for page in pages]


def attribute(documents: list[Any]) -> list[Any]:
    from searchkit.segment import document_form, segment

    formed = [replace(document, form=document_form(document)) for document in documents]
    return [(document, segment(document)) for document in formed]


def index(attributed: list[Any], engine: Any) -> None:
    from searchkit.indexer import build_entries

    entries = (
        entry
        for document, passages in attributed
        for entry in build_entries(passages, document, [document.source or ""])
    )
    engine.update((), entries, engine.revision() + 1)


def time_part(name: str, corpus: Path, folder: Path) -> float:
    """CPU seconds of one part over the whole corpus; reading and the other parts not counted."""
    from searchkit.engines import open_engine
    from searchkit.inputs import iter_pages

    engine = open_engine("tantivy", folder / name)
    spent = 0.0

    def timed(part: str, work: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal spent
        begun = time.process_time()
        result = work(*arguments)
        spent += time.process_time() - begun if part == name else 0.0
        return result

    for pages in batches(iter_pages(str(corpus))):
        documents = timed("clean", clean, pages)
        if name != "clean":
            attributed = timed("attribute", attribute, documents)
        if name == "index":
            timed("index", index, attributed, engine)
    engine.close()
    return spent


def batches(pages: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(pages, BATCH)):
        yield batch


def run_part(name: str, corpus: Path, folder: Path) -> float:
    """The same in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.pipeline", name, str(corpus), str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)


def run_add(corpus: Path, folder: Path) -> tuple[float, float]:
    """CPU seconds of `searchkit add` from nothing, and its most memory in MB."""
    command = [sys.executable, "-m", "searchkit", "--index", str(folder)]
    subprocess.run(
        [*command, "index", "--engine", "tantivy"], check=True, stdout=subprocess.DEVNULL
    )
    process = subprocess.Popen(
        [*command, "add", "--workers", "1", str(corpus)], stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"searchkit add failed with status {process.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def spread(lines: list[str], count: int) -> list[str]:
    """So many lines at even distances, or all where there are no more."""
    return [lines[n * len(lines) // count] for n in range(min(count, len(lines)))]


def main() -> int:
    """Run all in turn; print medians, the ratio and the limits."""
    if sys.argv[1:2] and sys.argv[1] in PARTS:
        print(time_part(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
        return 0
    source = measured("corpora/starter.jsonl.gz")
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else DOCUMENTS
    took: dict[str, list[float]] = {name: [] for name in (*PARTS, "add")}
    most_mb = 0.0
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus.jsonl"
        with gzip.open(source, "rt", encoding="utf-8") as lines:
            corpus.write_text("".join(spread(list(lines), documents)), encoding="utf-8")
        for run in range(RUNS):
            here = Path(folder) / str(run)
            for name in PARTS:
                took[name].append(run_part(name, corpus, here))
            cpu_s, memory_mb = run_add(corpus, here / "add")
            took["add"].append(cpu_s)
            most_mb = max(most_mb, memory_mb)
    for name, seconds in took.items():
        print(f"{name:<10} {statistics.median(seconds):7.2f} s CPU (median of {RUNS})")
    sums = [sum(parts) for parts in zip(*(took[name] for name in PARTS), strict=True)]
    ratio = statistics.median(a / b for a, b in zip(took["add"], sums, strict=True))
    print(f"add is {ratio:.2f} times the sum of its parts (at most {MOST})")
    print(f"most memory {most_mb:.0f} MB (at most {MOST_MB})")
    return 0 if ratio <= MOST and most_mb <= MOST_MB else 1


if __name__ == "__main__":
    sys.exit(main())
