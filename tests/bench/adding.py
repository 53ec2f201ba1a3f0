"""`searchkit add` with one process and with two workers: rate, CPU and memory.

    python -m tests.bench.adding [DOCUMENTS]

The first documents of the measuring data's "starter" are added to an empty index, in
turn with one process and with two workers.  Printed are the documents a second, the CPU
seconds of the parent and of all processes, the most memory that all of them held at a
time (proportional set size, which counts shared pages once), the ratio of wall times, which
tells something on a quiet machine only, and the share of the processor time that the writing
process keeps: as long as that is about half at most, two workers can nearly halve the time.
"""

from __future__ import annotations

import gzip
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tests.conftest import measured

DOCUMENTS = 600
RUNS = 3
LOOK_EVERY_S = 0.1
MOST_KEPT = 0.55  # by the writing process beside two workers
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one add took."""

    wall_s: float
    cpu_s: float
    parent_cpu_s: float
    memory_mb: float


def family(process_id: int) -> list[int]:
    """A process and those below it."""
    found = [process_id]
    try:
        for task in Path(f"/proc/{process_id}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += family(int(child))
    except OSError:  # it has ended meanwhile
        pass
    return found


def memory_mb(process_id: int) -> float:
    """Proportional set size; 0 where the process has ended."""
    try:
        lines = Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def own_cpu_s(process_id: int, before: float) -> float:
    """User and system seconds of the process itself, so far; ``before`` once it has ended."""
    try:
        fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return before
    return max(before, (int(fields[11]) + int(fields[12])) / TICKS)


def measure(corpus: Path, index: Path, workers: int) -> Cost:
    """One add of the corpus, from start to end."""
    before, begun = os.times(), time.perf_counter()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "searchkit", "--index", str(index)),
            *("add", "--workers", str(workers), str(corpus)),
        ],
        stdout=subprocess.DEVNULL,
    )
    most, own = 0.0, 0.0
    while process.poll() is None:
        most = max(most, sum(memory_mb(one) for one in family(process.pid)))
        own = own_cpu_s(process.pid, own)
        time.sleep(LOOK_EVERY_S)
    wall_s, after = time.perf_counter() - begun, os.times()
    if process.returncode:
        raise SystemExit(f"searchkit add failed with status {process.returncode}")
    user = after.children_user - before.children_user
    return Cost(wall_s, user + after.children_system - before.children_system, own, most)


def told(name: str, costs: list[Cost], documents: int) -> str:
    """One line: medians of the runs."""
    wall = statistics.median(cost.wall_s for cost in costs)
    cpu = statistics.median(cost.cpu_s for cost in costs)
    parent = statistics.median(cost.parent_cpu_s for cost in costs)
    memory = max(cost.memory_mb for cost in costs)
    return (
        f"{name:<12} {documents / wall:6.1f} documents/s  {wall:6.1f} s wall  "
        f"{cpu:6.1f} s CPU, {parent:5.1f} s in the parent  {memory:4.0f} MB"
    )


def main() -> int:
    """Run both in turn, print medians and their ratio."""
    source = measured("corpora/starter.jsonl.gz")
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else DOCUMENTS
    costs: dict[int, list[Cost]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus.jsonl"
        with gzip.open(source, "rt", encoding="utf-8") as lines:
            corpus.write_text("".join(islice(lines, documents)), encoding="utf-8")
        for run in range(RUNS):
            for workers, found in costs.items():
                found.append(measure(corpus, Path(folder) / f"{run}-{workers}", workers))
    print(told("one process", costs[1], documents))
    print(told("two workers", costs[2], documents))
    pairs = zip(costs[1], costs[2], strict=True)
    ratio = statistics.median(one.wall_s / two.wall_s for one, two in pairs)
    print(f"two workers are {ratio:.2f} times as fast (median of {RUNS} pairs)")
    kept = statistics.median(cost.parent_cpu_s / cost.cpu_s for cost in costs[2])
    print(f"the writing process keeps {kept:.2f} of the processor time (at most {MOST_KEPT})")
    return 0 if kept <= MOST_KEPT else 1


if __name__ == "__main__":
    sys.exit(main())
