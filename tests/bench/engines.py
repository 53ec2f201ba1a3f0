"""The engines beside their peers: build, size, memory, questions of each kind, commits, start.

    python -m tests.bench.engines [--sizes 10000,100000] [--peers NAME,...] [--lucene JAR] [--write]

Passages are those of the measuring data's starter, recombined behind the last of them
(`sides.passages`).  Each side has a process of its own for each size, one after the other
in one run.  Raw Whoosh and its engine are left out at 1,000,000 unless --peers names them:
a build takes a quarter of an hour and more.  JAR is the anserini fatjar in the source
archive of pyserini (``pip download --no-deps --no-binary :all: pyserini``), run by Java.
--write keeps the figures in docs/benchmarks.json and the tables in docs/benchmarks.md; a
size or a side that is run alone takes the place of its own figures only.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from tests.bench.sides.passages import read_rows, write_rows
from tests.bench.sides.questions import Question, make_questions
from tests.bench.sides.tables import PEERS, markdown
from tests.conftest import ROOT, measured

QUESTIONS_FROM = 100_000
FIGURES = ROOT / "docs" / "benchmarks.json"
PAGE = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- engines: begin -->", "<!-- engines: end -->"
COMMIT = 20
COLD_RUNS = 5
SLOW, MANY = ("searchkit/Whoosh", "Whoosh"), 500_000


# A process that opens an index and asks for one word, with what that needs and no more.
COLD = {
    "searchkit/tantivy": """
from searchkit.engines import open_engine
from searchkit.query import Term
open_engine("tantivy", Path(sys.argv[1])).search(Term("text", "secur"), limit=10)
""",
    "tantivy": """
import tantivy
index = tantivy.Index.open(sys.argv[1])
searcher = index.searcher()
query = tantivy.Query.term_query(index.schema, "text", "secur")
[searcher.doc(at)["id"] for _, at in searcher.search(query, 10).hits]
""",
    "searchkit/Whoosh": """
from searchkit.engines import open_engine
from searchkit.query import Term
open_engine("whoosh", Path(sys.argv[1])).search(Term("text", "secur"), limit=10)
""",
    "Whoosh": """
from whoosh import index, query
with index.open_dir(sys.argv[1]).searcher() as searcher:
    [hit["id"] for hit in searcher.search(query.Term("text", "security"), limit=10)]
""",
    "SQLite FTS5": """
import sqlite3
database = sqlite3.connect(Path(sys.argv[1], "fts5.sqlite3"))
asked = "SELECT id FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT 10"
database.execute(asked, ("text : security",)).fetchall()
""",
}


def child_cpu_ms(command: list[str]) -> float:
    before = os.times()
    subprocess.run(command, check=True, capture_output=True)
    after = os.times()
    user = after.children_user - before.children_user
    return 1000 * (user + after.children_system - before.children_system)


def run_side(name: str, folder: Path, rows: Path, count: int, asked: list[Question]) -> Any:
    """What `sides.child` tells, with the cold start."""
    questions = folder.parent / "questions.json"
    questions.write_text(json.dumps([asdict(question) for question in asked]))
    child = [sys.executable, "-W", "ignore", "-m", "tests.bench.sides.child", name, str(folder)]
    arguments = [str(rows), str(count), str(questions), str(COMMIT)]
    done = subprocess.run([*child, *arguments], check=True, stdout=subprocess.PIPE)
    told = json.loads(done.stdout)
    code = "import sys\nfrom pathlib import Path" + COLD[name]
    start = [sys.executable, "-W", "ignore", "-c", code, str(folder)]
    told["cold_ms"] = statistics.median(child_cpu_ms(start) for _ in range(COLD_RUNS))
    return told


def run_lucene(jar: Path, folder: Path, rows: Path, count: int, asked: list[Question]) -> Any:
    questions = folder.parent / "questions.tsv"
    with questions.open("w") as out:
        for one in asked:
            fields = (one.kind, " ".join(one.words), one.country, str(one.first), str(one.last))
            out.write("\t".join(fields) + "\n")
    source = Path(__file__).parent / "sides" / "Lucene.java"
    command = ["java", "-Xmx2g", "-cp", str(jar), str(source), str(folder), str(rows)]
    command += [str(count), str(questions), str(COMMIT)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(done.stdout)


def by_kind(answers: list[list[float] | None], asked: list[Question]) -> dict[str, list[float]]:
    """p50, p95 and p99 in microseconds, and the median total, of each kind."""
    found: dict[str, list[list[float]]] = {}
    for question, answer in zip(asked, answers, strict=True):
        if answer is not None:
            found.setdefault(question.kind, []).append(answer)
    return {kind: _percentiles(rows) for kind, rows in found.items()}


def _percentiles(rows: list[list[float]]) -> list[float]:
    took = sorted(row[0] for row in rows)
    at = [took[min(len(took) - 1, round(share * (len(took) - 1)))] for share in (0.5, 0.95, 0.99)]
    return [*at, statistics.median(row[1] for row in rows)]


def measure(count: int, sides: list[str], jar: Path | None, each: int, folder: Path) -> Any:
    rows = folder / "rows.tsv"
    recombined = write_rows(measured("corpora/starter.jsonl.gz"), count, rows)
    asked = make_questions(list(islice(read_rows(rows, count), QUESTIONS_FROM)), each)
    found: dict[str, Any] = {}
    for name in sides:
        if name == "Lucene" and jar is None:
            continue
        place = folder / "index"
        place.mkdir()
        print(f"{count:,} passages: {name}", file=sys.stderr, flush=True)
        if name == "Lucene" and jar is not None:
            told = run_lucene(jar, place, rows, count, asked)
        else:
            told = run_side(name, place, rows, count, asked)
        told["questions"] = by_kind(told.pop("answers"), asked)
        found[name] = told
        shutil.rmtree(place)
    kinds = Counter(question.kind for question in asked)
    return {
        "about": {
            "recombined": recombined, "each": max(kinds.values()), "machine": machine(),
            "date": datetime.now(UTC).date().isoformat(),
        },
        "sides": found,
    }  # fmt: skip


def machine() -> str:
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    libraries = ", ".join(f"{name} {version(name)}" for name in ("tantivy", "Whoosh"))
    return (
        f"{os.cpu_count()} cores of {model}; CPython {platform.python_version()}, {libraries}, "
        f"SQLite {sqlite3.sqlite_version}"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--sizes", default="10000")
    options.add_argument("--peers", default="", help=", ".join(PEERS))
    options.add_argument("--lucene", type=Path)
    options.add_argument("--each", type=int, default=40, help="questions of each kind")
    options.add_argument("--write", action="store_true")
    asked = options.parse_args()
    figures: Any = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    run: Any = {}
    for size in map(int, asked.sizes.split(",")):
        wanted = asked.peers.split(",") if asked.peers else [*PEERS]
        if not asked.peers and size >= MANY:
            wanted = [name for name in wanted if name not in SLOW]
        with tempfile.TemporaryDirectory() as folder:
            told = measure(size, wanted, asked.lucene, asked.each, Path(folder))
        known = figures.get(str(size), {"sides": {}})
        run[str(size)] = told
        figures[str(size)] = {**told, "sides": known["sides"] | told["sides"]}
        if asked.write:
            write(figures)
    print(markdown(run))


def write(figures: Any) -> None:
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n")
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    ordered = {size: figures[size] for size in sorted(figures, key=int)}
    PAGE.write_text(f"{before}{BEGIN}\n{markdown(ordered)}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
