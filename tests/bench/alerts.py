"""Alerts: many saved queries held against new passages, beside each query by itself.

    python tests/bench/alerts.py [JSON-LINES]

The passages are those of the last records of the file that make up 1,000 (by default of the
measuring data's news wire), in an archive made of its first 2,500 records.  Queries are two
words each, of words that are neither the commonest nor unique, one in four with a filter or
as a phrase.  Times are CPU time of one process, reading and compiling of the queries
included.  "by itself" is the query as the search command runs it, of the archive's index as
peers do, or of an index of the new passages alone that is there already.
"""

from __future__ import annotations

import gzip
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from searchkit.alerts.matching import Asked, entries_of, match_new, read_alert
from searchkit.archive import Archive, open_archive
from searchkit.archive.alerting import Alert
from searchkit.engines import open_engine
from searchkit.indexer import update_index
from searchkit.ingest import add_pages
from searchkit.inputs import iter_pages
from searchkit.records import Given
from searchkit.search import Index, open_index
from tests.conftest import measured

RECORDS, PASSAGES = 2_500, 1_000


def build(source: Path, folder: Path) -> int:
    """An archive with its index; gives the revision before the last 1,000 passages."""
    lines = folder / "records.jsonl"
    opener = gzip.open if source.suffix == ".gz" else open
    with opener(source, "rt") as records, lines.open("w") as out:
        out.writelines(islice(records, RECORDS))
    with open_archive(folder, write=True) as archive:
        for _ in add_pages(archive, iter_pages(str(lines)), Given()):
            pass
        engine = open_engine("whoosh", folder)
        update_index(archive, engine)
        engine.close()
        return _revision_before(archive)


def _revision_before(archive: Archive) -> int:
    count = 0
    for change in reversed(list(archive.changed_since(0))):
        count += len(archive.passages_of(change.document_id))
        if count >= PASSAGES:
            return change.revision - 1
    return 0


def queries(words: list[str], count: int) -> Iterator[str]:
    chance = random.Random(3)
    kinds = ["{} {}", "{} {}", "{} {}", "{} OR {}", "{} {} country:US", '"{} {}"', "{} -{}"]
    for _ in range(count):
        yield chance.choice(kinds).format(*chance.sample(words, 2))


def read(index: Index, texts: list[str], since: int) -> list[Asked]:
    return [
        read_alert(index, Alert(f"a{n}", text, (), "", "", number=n, revision=since))
        for n, text in enumerate(texts)
    ]


def timed(index: Index, texts: list[str], since: int) -> tuple[float, float, int, int]:
    """Seconds to read and to match, passages, and matches."""
    begun = time.process_time()
    asked = read(index, texts, since)
    between = time.process_time()
    passages = matches = 0
    for matched in match_new(index, asked):
        passages += len(matched.arrived)
        matches += sum(map(len, matched.found.values()))
    return between - begun, time.process_time() - between, passages, matches


def alone(index: Index, folder: Path, texts: list[str], since: int) -> tuple[float, float]:
    """Seconds for each query by itself: of the whole, and of an index of the new passages."""
    engine = open_engine("whoosh", folder / "new")
    everything = Asked(Alert("all", "a", (), "", "", revision=since), *index.asked("a"))
    entries = [
        entry
        for matched in match_new(index, [everything])
        for entry in entries_of(index.archive, matched.arrived)
    ]
    engine.update((), entries, index.engine.revision())
    with Index(open_archive(folder), engine) as small:
        return searched(index, texts), searched(small, texts)


def searched(index: Index, texts: list[str]) -> float:
    begun = time.process_time()
    for text in texts:
        index.search(text, limit=PASSAGES)
    return time.process_time() - begun


def main() -> None:
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    source = given or measured("corpora/reuters-21578.jsonl.gz")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        since = build(source, folder)
        with open_index(folder) as index:
            words = index.engine.words("text", "", 8_000)[100:]
            for count in (100, 1_000, 10_000):
                texts = list(queries(words, count))
                reading, matching, passages, matches = timed(index, texts, since)
                print(
                    f"{count:>6,} queries x {passages:,} passages: {reading + matching:6.2f} s"
                    f" (reading {reading:.2f}, matching {matching:.2f}), {matches:,} matches,"
                    f" {1e3 * matching / passages:.2f} ms a passage"
                )
                if count == 1_000:
                    took = reading + matching
                    whole, new = alone(index, folder, texts, since)
                    print(
                        f"       each by itself: {whole:.2f} s in {index.engine.size():,} passages,"
                        f" {whole / took:.0f} times as long; {new:.2f} s in the new ones,"
                        f" {new / took:.0f} times"
                    )


if __name__ == "__main__":
    main()
