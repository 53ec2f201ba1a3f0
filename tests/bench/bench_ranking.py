"""The ranking on collections with judgements: nDCG@10 and the floors it must keep.

    python -m tests.bench.bench_ranking [FOLDER] [--rerank]

FOLDER holds collections in the layout of BEIR; by default the measuring data.  One set
of parameters serves all of them.  --rerank takes most of an hour; it needs searchkit[rerank].
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from searchkit.evaluate import evaluate_collection, mean
from tests.conftest import measured

FLOORS: dict[str, dict[str, float]] = json.loads(
    (Path(__file__).parents[1] / "floors.json").read_text(encoding="utf-8")
)


def main(folder: Path, *, rerank: bool) -> int:
    failed, floors = 0, FLOORS["re-ranking" if rerank else "ranking"]
    for path in sorted(folder.glob("*/corpus.jsonl")):
        begun = time.perf_counter()
        figures, _ = evaluate_collection(path.parent, rerank=rerank)
        took = time.perf_counter() - begun
        told = "  ".join(f"{name} {mean(values):.4f}" for name, values in figures.items())
        floor = floors.get(path.parent.name, 0.0)
        failed += (low := mean(figures["nDCG@10"]) < floor)
        print(f"{path.parent.name:15} {told}  {took:.1f} s{'  BELOW ' + str(floor) if low else ''}")
    return 1 if failed else 0


if __name__ == "__main__":
    named = [Path(argument) for argument in sys.argv[1:] if argument != "--rerank"]
    sys.exit(main(named[0] if named else measured("ir"), rerank="--rerank" in sys.argv))
