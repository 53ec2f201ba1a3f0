"""Alerts beside searches: a news wire as a stream, the same queries asked of all of it at the end.

    python tests/bench/alert_recall.py [RECORDS [SLICES]]
    python tests/bench/alert_recall.py INDEX

The measuring data's news wire (its first 3,000 records, or so many) goes into an archive in
the order of its dates, slice by slice; after each slice the saved queries are held against
what is new.  Or what an archive holds goes by in batches of 1,000 passages.
Precision and recall of the union are against what the
same queries find by search in the whole.  A query whose answer depends on the words that an
index has (like wom?n) is compiled for each slice with the words known then.
"""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from searchkit.alerts.matching import match_new, read_alert
from searchkit.archive import open_archive
from searchkit.archive.alerting import Alert
from searchkit.engines import open_engine
from searchkit.indexer import update_index
from searchkit.ingest import add_pages
from searchkit.inputs import iter_pages
from searchkit.records import Given
from searchkit.search import open_index
from tests.conftest import measured

TOPICS = """
cocoa (harvest OR crop) | wheat export* -barley | maize OR corn | barley tender | oats OR oat |
sorghum | "vegetable oil" | linseed OR flaxseed | soybean NEAR/5 price | sunflower* |
takeover OR "tender offer" OR acquisition | dividend "record date" | "net loss" | copper mine |
"housing starts" | "money supply" M1 | coffee quota* (brazil OR colombia) | tanker gulf |
sugar (beet OR cane) | "trade deficit" japan | "trade surplus" | foreign reserves billion |
soymeal OR "soybean meal" | rye | cotton acreage | cattle slaughter | livestock prices |
crude NEAR/3 barrels | opec output | "natural gas" pipeline | "consumer price index" |
"gross national product" | dollar intervention | "discount rate" cut | "prime rate" |
"balance of payments" | rice | rubber "buffer stock" | "palm oil" malaysia | tea auction |
plywood | aluminium OR aluminum | gold ounce | platinum | strategic metal* | tin council |
rapeseed subsid* | groundnut* OR peanut* | wool | yen NEAR/8 dollar | hogs OR hog | propane |
"retail sales" | "industrial production" | silver coin* | steel imports | heating oil |
unemployment rate | "leading indicators" | riyal | zinc smelter | orange juice | petrochemical* |
gasoline | "wholesale prices" | potato* | lead battery | fishmeal OR "fish meal" |
"personal income" | palladium | nickel | lumber canada | "jet fuel" | "installment credit" |
guilder | mark NEAR/3 west | sterling | coconut | inventories | "capacity utilization" | peseta |
"australian dollar" | naphtha | rand | "pork bellies" | ringgit | lira | rupiah | krona | cruzado |
cottonseed | feeder cattle | strike port | debt reschedul* | "world bank" loan |
protectionis* congress | wom?n | farm~1 bill | strik?ng | speaker:baker | speaker:volcker dollar |
kind:direct tariff | kind:reported deficit | title:opec | title:(gold OR silver) | role:minister |
since:1987-06 gulf | until:1987-03 coffee | date:1987-04 semiconductor* | (iran iraq) -oil |
"""

PLACES = """
el-salvador usa uruguay brazil argentina venezuela canada uk iran new-zealand panama honduras
philippines iraq china algeria switzerland ussr south-korea japan france italy hong-kong taiwan
australia thailand colombia indonesia kuwait ecuador india bahrain saudi-arabia bangladesh qatar
oman uae egypt zambia poland congo belgium sri-lanka singapore west-germany netherlands sweden
nigeria south-africa malaysia zaire bolivia lebanon syria pakistan hungary spain tanzania nepal
turkey austria cuba portugal greece libya finland mexico zimbabwe ireland kenya czechoslovakia
romania israel yugoslavia chile liberia denmark uganda jamaica peru morocco nicaragua
dominican-republic luxembourg costa-rica guatemala ivory-coast jordan afghanistan tunisia sudan
somalia norway ghana paraguay angola bulgaria burma haiti cyprus madagascar ethiopia iceland
""".split()

SHAPES = ['"{}"', "{} trade", 'title:"{}"', "{} OR embassy", "{} -dollar", "{} NEAR/6 minister"]


def queries() -> list[str]:
    """Some 200: topics as one might ask for them, and places in turn in each shape."""
    topics = [" ".join(topic.split()) for topic in TOPICS.split("|") if topic.strip()]
    names = [place.replace("-", " ") for place in PLACES]
    quoted = [name if shape == 0 or " " not in name else f'"{name}"'
              for name, shape in zip(names, [n % len(SHAPES) for n in range(len(names))],
                                     strict=True)]  # fmt: skip
    return topics + [
        SHAPES[n % len(SHAPES)].format(name if '"{}"' in SHAPES[n % len(SHAPES)] else quoted[n])
        for n, name in enumerate(names)
    ]


def slices(folder: Path, records: int, count: int) -> Iterator[Path]:
    """The wire in files, in order of date."""
    with gzip.open(measured("corpora/reuters-21578.jsonl.gz"), "rt", encoding="utf-8") as lines:
        ordered = sorted(lines, key=lambda line: str(json.loads(line)["date"]))[:records]
    size = -(-len(ordered) // count)
    for start in range(0, len(ordered), size):
        path = folder / f"{start}.jsonl"
        path.write_text("".join(ordered[start : start + size]), encoding="utf-8")
        yield path


def stream(folder: Path, texts: list[str], records: int, count: int) -> dict[int, set[str]]:
    """What each query was told, slice after slice."""
    told: dict[int, set[str]] = {n: set() for n in range(len(texts))}
    reached = 0
    for path in slices(folder, records, count):
        with open_archive(folder, write=True) as archive:
            for _ in add_pages(archive, iter_pages(str(path)), Given()):
                pass
            engine = open_engine("whoosh", folder)
            update_index(archive, engine)
            engine.close()
        reached = hold(folder, texts, reached, told)
    return told


def hold(folder: Path, texts: list[str], since: int, told: dict[int, set[str]]) -> int:
    """Hold the queries against what came after a revision; gives the revision reached."""
    with open_index(folder) as index:
        asked = [
            read_alert(index, Alert(f"a{n}", text, (), "", "", number=n, revision=since))
            for n, text in enumerate(texts)
        ]
        for matched in match_new(index, asked):
            for number, found in matched.found.items():
                told[number].update(one.passage.id for one in found)
        return index.engine.revision()


def compare(folder: Path, texts: list[str], told: dict[int, set[str]]) -> None:
    hits = wrong = missed = 0
    with open_index(folder) as index:
        for number, text in enumerate(texts):
            _, node = index.asked(text)
            expected = {row[0] for row in index.engine.search(node, limit=1_000_000).rows}
            hits += len(expected & told[number])
            wrong += len(told[number] - expected)
            missed += len(expected - told[number])
            if expected != told[number]:
                print(f"{text}: {len(told[number] - expected)} too many, "
                      f"{len(expected - told[number])} missed of {len(expected)}")  # fmt: skip
        precision, recall = hits / (hits + wrong), hits / (hits + missed)
        print(f"{len(texts)} queries, {index.engine.size():,} passages, {hits:,} matches:")
        print(f"precision {precision:.5f}, recall {recall:.5f}")


def main() -> None:
    texts = queries()
    given = sys.argv[1] if len(sys.argv) > 1 else "3000"
    if not given.isdecimal():
        told: dict[int, set[str]] = {n: set() for n in range(len(texts))}
        hold(Path(given), texts, 0, told)
        compare(Path(given), texts, told)
        return
    with tempfile.TemporaryDirectory() as name:
        count = int(sys.argv[2]) if len(sys.argv) > 2 else 10
        told = stream(Path(name), texts, int(given), count)
        compare(Path(name), texts, told)


if __name__ == "__main__":
    main()
