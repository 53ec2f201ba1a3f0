"""The Whoosh engine beside Whoosh with its defaults: build rate, size, time to answer.

    python -m tests.bench.bench_engine [ENTRIES]

Words are made up, of a Zipf-like spread.  Both sides get the same texts, one after the
other, each in a process of its own; Whoosh's defaults hold one term a word, the engine
two (stem and exact form), and answers of both come with the exact total.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROUNDS = 15
VOCABULARY = 60_000
COUNTRIES = ("QA", "QB", "QC", "QD", "QE")


def make_words() -> list[str]:
    rng = random.Random(7)
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ["w" + "".join(rng.choices(letters, k=rng.randint(3, 10))) for _ in range(VOCABULARY)]


def make_texts(count: int) -> Iterator[list[str]]:
    rng, words, weights, total = random.Random(8), make_words(), [], 0.0
    for rank in range(VOCABULARY):
        total += 1 / (rank + 10)
        weights.append(total)
    for _ in range(count):
        yield rng.choices(words, cum_weights=weights, k=rng.randint(20, 100))


def day(number: int) -> int:
    return 20240101 + 100 * (number % 12) + number % 28


def timed(answer: Callable[[], int]) -> dict[str, float]:
    total, took = 0, []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        total = answer()
        took.append(time.perf_counter() - begun)
    return {"ms": 1000 * statistics.median(took), "total": total}


def measure(count: int, build: Callable[[Path, int], Any], ask: Callable[[Any], Any]) -> Any:
    """Figures of a build, without the making of texts, and of each kind of query."""
    with tempfile.TemporaryDirectory() as folder:
        cpu = time.process_time()
        for _ in make_texts(count):
            pass
        texts = time.process_time() - cpu
        begun, cpu = time.perf_counter(), time.process_time()
        index = build(Path(folder), count)
        figures = {"wall": time.perf_counter() - begun, "cpu": time.process_time() - cpu - texts}
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        return {**figures, "mb": size / 1e6, "queries": ask(index)}


def make_entries(count: int) -> Iterator[Any]:
    from searchkit.records import Entry

    for number, text in enumerate(make_texts(count)):
        words = tuple((word[:5], "=" + word) for word in text)
        yield Entry(
            f"d{number // 5}:{number}",
            f"d{number // 5}",
            {"text": (*words, (), *words[:8]), "title": words[:8]},
            {"country": (COUNTRIES[number % 5],), "kind": ("direct",)},
            day(number),
            day(number),
        )


def build_ours(folder: Path, count: int, engine_name: str = "whoosh") -> Any:
    from itertools import islice

    from searchkit.engines import open_engine

    engine, all_entries = open_engine(engine_name, folder), make_entries(count)
    for start in range(0, count, 20_000):
        engine.update((), islice(all_entries, 20_000), start + 1)
    return engine


def make_nodes() -> dict[str, Any]:
    from searchkit.query import And, DayRange, Everything, Keyword, Not, Or, Phrase, Prefix, Term

    common, often, rare = (Term("text", "=" + make_words()[rank]) for rank in (0, 5, 3000))
    year = DayRange(20240301, 20240531)
    return {
        "term": common,
        "rare term": rare,
        "and": And((common, often)),
        "and rare": And((common, rare)),
        "or": Or((common, often, rare)),
        "phrase": Phrase("text", ((common.term,), (often.term,))),
        "phrase, slop 3": Phrase("text", ((common.term,), (often.term,)), 3),
        "term, country": And((common, Keyword("country", ("QA",)))),
        "term, days": And((common, year)),
        "term, not": And((common, Not(often))),
        "prefix": Prefix("text", common.term[:4]),
        "everything": Everything(),
    }


def ask_ours(engine: Any) -> Any:
    return {
        kind: timed(lambda node=node: engine.search(node, limit=10).total)  # type: ignore[misc]
        for kind, node in make_nodes().items()
    }


def build_raw(folder: Path, count: int) -> Any:
    from whoosh import fields, index

    schema = fields.Schema(
        id=fields.ID(stored=True),
        document=fields.ID,
        text=fields.TEXT,
        title=fields.TEXT,
        country=fields.KEYWORD,
        kind=fields.KEYWORD,
        first=fields.NUMERIC(sortable=True),
        last=fields.NUMERIC(sortable=True),
    )
    made = index.create_in(str(folder), schema)
    writer = made.writer()
    for number, text in enumerate(make_texts(count)):
        writer.add_document(
            id=f"d{number // 5}:{number}",
            document=f"d{number // 5}",
            text=" ".join([*text, *text[:8]]),
            title=" ".join(text[:8]),
            country=COUNTRIES[number % 5],
            kind="direct",
            first=day(number),
            last=day(number),
        )
    writer.commit()
    return made


def ask_raw(made: Any) -> Any:
    from whoosh.query import And, NumericRange, Or, Phrase, Prefix, Term

    words = make_words()
    common, often, rare = (Term("text", words[rank]) for rank in (0, 5, 3000))
    queries = {
        "term": common,
        "rare term": rare,
        "and": And([common, often]),
        "and rare": And([common, rare]),
        "or": Or([common, often, rare]),
        "phrase": Phrase("text", [words[0], words[5]]),
        "phrase, slop 3": Phrase("text", [words[0], words[5]], slop=4),
        "term, country": And([common, Term("country", "QA")]),
        "term, days": And([common, NumericRange("first", 20240301, 20240531)]),
        "prefix": Prefix("text", words[0][:3]),
    }
    with made.searcher() as searcher:
        return {k: timed(lambda q=q: len(searcher.search(q, limit=10))) for k, q in queries.items()}  # type: ignore[misc]


def in_process(side: str, count: int, bench: str = "bench_engine") -> Any:
    command = [sys.executable, "-W", "ignore", "-m", f"tests.bench.{bench}", str(count), side]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def main(count: int) -> None:
    ours, raw = in_process("ours", count), in_process("raw", count)
    for name, side in (("searchkit", ours), ("Whoosh", raw)):
        rates = (
            f"{count / side['wall']:,.0f} entries/s ({count / side['cpu']:,.0f} by processor time)"
        )
        print(f"{name:10} {rates}, {side['mb']:.0f} MB")
    print(f"build: {raw['cpu'] / ours['cpu']:.1f} times Whoosh's defaults by processor time")
    for name, found in ours["queries"].items():
        other = raw["queries"].get(name)
        beside = f"Whoosh {other['ms']:8.2f} ms, {other['total']} found" if other else ""
        print(f"{name:16} {found['ms']:8.2f} ms, {found['total']:6} found   {beside}")


if __name__ == "__main__":
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    if sys.argv[2:] == ["ours"]:
        print(json.dumps(measure(entries, build_ours, ask_ours)))
    elif sys.argv[2:] == ["raw"]:
        print(json.dumps(measure(entries, build_raw, ask_raw)))
    else:
        main(entries)
