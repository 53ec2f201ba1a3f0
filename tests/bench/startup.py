"""A whole `searchkit search` process beside a bare Whoosh script.

    python tests/bench/startup.py

Both sides get the same passages: ours through `searchkit add`, the bare script through
Whoosh's own defaults (a stemming TEXT field).  Each process opens its index, answers
one query of three words, prints ten hits and ends.  CPU seconds (user and system) of
the finished processes, in turn, so that a busy machine slows both.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

RUNS = 15
DOCUMENTS = 3_000
MOST = 1.3  # times the bare process

BUILD = """
import json, sys
from whoosh import fields, index
from whoosh.analysis import StemmingAnalyzer
text = fields.TEXT(analyzer=StemmingAnalyzer(), stored=True)
schema = fields.Schema(id=fields.ID(stored=True), text=text)
writer = index.create_in(sys.argv[2], schema).writer()
for line in open(sys.argv[1], encoding="utf-8"):
    record = json.loads(line)
    for number, paragraph in enumerate(record["text"].split("\\n\\n")):
        writer.add_document(id=f"{record['id']}:{number}", text=paragraph)
writer.commit()
"""

BARE = """
import sys
from whoosh import index, qparser
opened = index.open_dir(sys.argv[1])
with opened.searcher() as searcher:
    query = qparser.QueryParser("text", opened.schema).parse(sys.argv[2])
    for hit in searcher.search(query, limit=10):
        print(hit["id"], hit["text"])
"""

WORDS = (
    "river treaty corridor grain border ceasefire minister harbour sanction envoy council dam "
    "water election summit fishery tariff embassy protest observer convoy mandate bridge"
).split()


def write_corpus(path: Path) -> None:
    """Statements of invented words, four paragraphs each."""
    chance = random.Random(3)
    with path.open("w", encoding="utf-8") as out:
        for number in range(DOCUMENTS):
            paragraphs = [
                " ".join(chance.choices(WORDS, k=40)).capitalize() + "." for _ in range(4)
            ]
            record = {"id": f"s{number}", "title": "Statement", "text": "\n\n".join(paragraphs)}
            out.write(json.dumps(record) + "\n")


def cpu_s(command: list[str]) -> float:
    """User and system seconds of one process, from start to end."""
    before = os.times()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    after = os.times()
    return (after.children_user - before.children_user) + (
        after.children_system - before.children_system
    )


def main() -> int:
    """Build both indexes, run both processes in turn, print medians and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_corpus(root / "corpus.jsonl")
        (root / "bare").mkdir()
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", BUILD, root / "corpus.jsonl", root / "bare"],
            check=True,
        )
        ours = [sys.executable, "-m", "searchkit", "--index", str(root / "index")]
        subprocess.run([*ours, "add", str(root / "corpus.jsonl")], check=True)
        query = "treaty river grain"
        search = [*ours, "search", query]
        bare = [sys.executable, "-W", "ignore", "-c", BARE, str(root / "bare"), query]
        cpu_s(search), cpu_s(bare)  # both warm
        pairs = [(cpu_s(search), cpu_s(bare)) for _ in range(RUNS)]
    mine = statistics.median(pair[0] for pair in pairs)
    theirs = statistics.median(pair[1] for pair in pairs)
    ratio = statistics.median(pair[0] / pair[1] for pair in pairs)
    print(f"searchkit search   {mine * 1000:6.0f} ms CPU (median of {RUNS})")
    print(f"bare Whoosh script {theirs * 1000:6.0f} ms CPU")
    print(f"ratio              {ratio:6.2f} (at most {MOST})")
    return 0 if ratio <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
