"""One side in a process of its own: it builds, is asked, takes small commits, and tells JSON.

    python -m tests.bench.sides.child SIDE FOLDER ROWS COUNT QUESTIONS COMMIT

CPU seconds are the process's own, all threads, without the reading of the passages; a
question's time is CPU of its thread, the median of a few times.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from tests.bench.sides.passages import Row, read_rows, records
from tests.bench.sides.questions import Question

TIMES = 7
ENOUGH_NS = 30_000_000
COMMITS = 5
MOST_ANALYSED = 200_000  # above, the share of the engine alone is not told: minutes more
OURS = {"searchkit/tantivy": "tantivy", "searchkit/Whoosh": "whoosh"}


def side_of(name: str, folder: Path) -> Any:
    if name in OURS:
        from tests.bench.sides.ours import Ours

        return Ours(OURS[name], folder)
    from tests.bench.sides import raw

    peers = {"tantivy": raw.Tantivy, "Whoosh": raw.Whoosh, "SQLite FTS5": raw.Fts5}
    return peers[name](folder)


def cpu_s(call: Callable[[], object]) -> float:
    gc.collect()
    before = time.process_time()
    call()
    return time.process_time() - before


def peak_mb() -> float:
    """The most this process ever held; what getrusage tells is also of what it was forked from."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def exhaust(rows: Iterable[object]) -> None:
    for _ in rows:
        pass


def ask(side: Any, questions: list[Question]) -> list[list[float] | None]:
    """Microseconds and total of each question; None where the side has no such."""
    answers: list[list[float] | None] = []
    for question in questions:
        prepared = side.prepared(question)
        if prepared is None:
            answers.append(None)
            continue
        took: list[int] = []
        total = 0
        while len(took) < TIMES and (len(took) < 2 or sum(took) < ENOUGH_NS):
            begun = time.thread_time_ns()
            total, _ = side.answer(prepared)
            took.append(time.thread_time_ns() - begun)
        answers.append([statistics.median(took) / 1000, total])
    return answers


def commits(side: Any, rows: list[Row], size: int) -> list[float]:
    """CPU milliseconds of each of some small commits, of passages that are held already."""
    found = []
    for start in range(0, COMMITS * size, size):
        part = rows[start : start + size]
        found.append(1000 * cpu_s(lambda part=part: side.add(part)))  # type: ignore[misc]
    return found


def measure(name: str, folder: Path, path: Path, count: int, asked: Path, size: int) -> Any:
    ours = name in OURS
    questions = [Question(**row) for row in json.loads(asked.read_text())]
    rows = read_rows(path, count)
    reading = cpu_s(lambda: exhaust(records(rows) if ours else rows))
    side = side_of(name, folder)
    cpu = cpu_s(lambda: side.build(read_rows(path, count))) - reading
    memory = peak_mb()
    analysis = 0.0
    if (
        ours and count <= MOST_ANALYSED
    ):  # behind the build, which must not find its words remembered
        from tests.bench.sides.ours import entries

        analysis = cpu_s(lambda: exhaust(entries(read_rows(path, count)))) - reading
    size_mb = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6
    answers = ask(side, questions)
    taken = commits(side, list(islice(read_rows(path, count), COMMITS * size)), size)
    side.close()
    return {
        "cpu_s": cpu, "entries_s": analysis, "mb": size_mb, "memory_mb": memory,
        "answers": answers, "commits_ms": taken,
    }  # fmt: skip


if __name__ == "__main__":
    name, folder, path, count, asked, size = sys.argv[1:]
    told = measure(name, Path(folder), Path(path), int(count), Path(asked), int(size))
    print(json.dumps(told))
