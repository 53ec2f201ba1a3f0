"""What a whole `searchkit` process takes: the version, and one search of each engine.

    python -m tests.bench.startup

`searchkit search` with Whoosh stands beside a bare Whoosh script.  Both get the same
passages: ours through `searchkit add`, the script through Whoosh's own defaults (a stemming
TEXT field).  With tantivy it searches 100,000 passages of a Zipf-like spread of words.  Each
process opens its index, answers one query of three words, prints ten hits and ends.  CPU
seconds (user and system) of the finished processes, in turn, so that a busy machine slows all.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tests.bench.sides.made import make_texts, make_words

RUNS = 15
PASSAGES = 12_000
LARGE_PASSAGES = 100_000
MOST = 1.3  # times the bare process
MOST_VERSION_MS = 60
MOST_TANTIVY_MS = 150

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
QUERY = "treaty river grain"
RANKS = (20, 60, 150)  # of the words that the large index is asked for, by how common they are


def few_words(count: int) -> Iterator[list[str]]:
    """Texts of 40 words out of a few: each query has thousands of matches."""
    chance = random.Random(3)
    return (chance.choices(WORDS, k=40) for _ in range(count))


def write_corpus(path: Path, texts: Iterator[list[str]], paragraphs: int) -> None:
    """Statements of so many paragraphs; each is a passage."""
    with path.open("w", encoding="utf-8") as out:
        for number, some in enumerate(iter(lambda: list(islice(texts, paragraphs)), [])):
            text = "\n\n".join(" ".join(words).capitalize() + "." for words in some)
            record = {"id": f"s{number}", "title": "Statement", "lang": "en", "text": text}
            out.write(json.dumps(record) + "\n")


def cpu_ms(command: list[str]) -> float:
    """User and system milliseconds of one process, from start to end."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    return (used.ru_utime + used.ru_stime) * 1000


def searchkit(index: Path, *arguments: str | Path) -> list[str]:
    """The command on an index."""
    return [sys.executable, "-m", "searchkit", "--index", str(index), *map(str, arguments)]


def prepare(root: Path) -> dict[str, list[str]]:
    """Build all indexes; gives the commands to measure by name."""
    write_corpus(root / "corpus.jsonl", few_words(PASSAGES), 4)
    write_corpus(root / "large.jsonl", make_texts(LARGE_PASSAGES), 40)
    (root / "bare").mkdir()
    bare = [sys.executable, "-W", "ignore", "-c"]
    words = make_words()
    asked = " ".join(words[rank] for rank in RANKS)
    for build in (
        [*bare, BUILD, str(root / "corpus.jsonl"), str(root / "bare")],
        searchkit(root / "whoosh", "add", root / "corpus.jsonl"),
        searchkit(root / "tantivy", "index", "--engine", "tantivy"),
        searchkit(root / "tantivy", "add", root / "large.jsonl"),
        searchkit(root / "tantivy", "status"),
    ):
        subprocess.run(build, check=True)
    return {
        "nothing": [sys.executable, "-c", "pass"],
        "--version": searchkit(root, "--version"),
        "bare": [*bare, BARE, str(root / "bare"), QUERY],
        "whoosh": searchkit(root / "whoosh", "search", QUERY),
        "tantivy": searchkit(root / "tantivy", "search", asked),
    }


def main() -> int:
    """Run all in turn; print medians, the ratio and the limits."""
    with tempfile.TemporaryDirectory() as folder:
        commands = prepare(Path(folder))
        runs = [{name: cpu_ms(one) for name, one in commands.items()} for _ in range(RUNS + 1)]
    del runs[0]  # all are warm afterwards
    took = {name: statistics.median(run[name] for run in runs) for name in commands}
    ratio = statistics.median(run["whoosh"] / run["bare"] for run in runs)
    print(f"CPU time, median of {RUNS} runs")
    print(f"python -c pass               {took['nothing']:6.0f} ms")
    print(f"searchkit --version          {took['--version']:6.0f} ms (at most {MOST_VERSION_MS})")
    print(f"bare Whoosh script           {took['bare']:6.0f} ms")
    print(f"searchkit search, Whoosh     {took['whoosh']:6.0f} ms")
    print(f"ratio                        {ratio:6.2f}    (at most {MOST})")
    print(f"searchkit search, tantivy    {took['tantivy']:6.0f} ms (at most {MOST_TANTIVY_MS})")
    kept = (
        ratio <= MOST
        and took["--version"] <= MOST_VERSION_MS
        and took["tantivy"] <= MOST_TANTIVY_MS
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
