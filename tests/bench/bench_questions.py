"""Questions with known answers on the starter corpus: is the answer among the first five?

    python -m tests.bench.bench_questions [INDEX [CORPUS]]

INDEX is a directory that holds the corpus, or is made from CORPUS (JSON lines) first,
which takes some minutes; without either, from the starter corpus of the measuring data.
A question knows its document and a hash of six words in a row of the answer, so a passage
may begin and end elsewhere and still be the answer.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from searchkit.analyzer import analyze
from searchkit.records import Hit
from searchkit.search import open_index
from tests.conftest import measured

QUESTIONS = Path(__file__).parents[1] / "data" / "questions.json"
AMONG = 5
FLOOR = 0.9


def keys(text: str, words: int) -> Iterator[str]:
    """The hash of every run of so many words, as `questions.json` has it."""
    exact = [token.exact for token in analyze(text)]
    for start in range(len(exact) - words + 1):
        run = " ".join(exact[start : start + words])
        yield hashlib.sha256(run.encode()).hexdigest()[:16]


def answers(hit: Hit, question: dict[str, Any]) -> bool:
    return hit.document.id == question["document"] and question["key"] in keys(
        hit.passage.text, question["words"]
    )


def main(index: Path, corpus: Path | None) -> int:
    if corpus is not None:
        command = [sys.executable, "-m", "searchkit", "--index", str(index), "add", str(corpus)]
        subprocess.run(command, check=True)
    questions = json.loads(QUESTIONS.read_text(encoding="utf-8"))["questions"]
    found = 0
    with open_index(index) as opened:
        for question in questions:
            hits = opened.search(question["query"], limit=20).hits
            ranks = [hit.rank for hit in hits if answers(hit, question)]
            found += (good := bool(ranks) and ranks[0] <= AMONG)
            if not good:
                print(f"rank {ranks[0] if ranks else 'over 20'}: {question['query']}")
    print(f"{found} of {len(questions)} among the first {AMONG}")
    return 0 if found >= FLOOR * len(questions) else 1


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None))
    starter = measured("corpora/starter.jsonl.gz")
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(main(Path(folder), starter))
