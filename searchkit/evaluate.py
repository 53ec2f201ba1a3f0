"""How good a ranking is: topics, judgements and runs in, figures out.

In come BEIR folders (corpus.jsonl, queries.jsonl, qrels.tsv) and TREC files; out go
measures that equal those of ir-measures and trec_eval to the last digit, since figures
that others cannot compare with are worth nothing.  Collections are indexed anew in a
folder of their own; no archive is read or written.
"""

from __future__ import annotations

import json
import math
import re
import struct
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from searchkit.engines import DEFAULT_ENGINE, Engine, open_engine
from searchkit.errors import InputError, UsageError
from searchkit.indexer import build_entry
from searchkit.query import Match, compile_query, plain_query
from searchkit.records import Document, Entry, Passage

MEASURES = ("nDCG@10", "AP", "RR", "P@10", "R@100")
"""Told when nothing else is asked for."""

DEPTH = 1000
"""Passages of a run that are looked at for each topic, as is the custom of TREC."""

_BATCH = 20_000
_MEASURE = re.compile(r"\A(nDCG|AP|RR|P|R)(?:@([1-9]\d{0,5}))?\Z")

Qrels = Mapping[str, Mapping[str, int]]
"""Grades by topic and document; 1 and more is relevant."""

Run = Mapping[str, Sequence[str]]
"""Documents by topic, best first."""

Figures = dict[str, dict[str, float]]
"""Values by measure and topic."""


class Scored(NamedTuple):
    """One line of a run."""

    document: str
    score: float


def ranked(rows: Iterable[Scored]) -> list[str]:
    """Documents by descending score; equal ones by descending id, as trec_eval has it.

    >>> ranked([Scored("a", 1.0), Scored("c", 2.0), Scored("b", 1.0)])
    ['c', 'b', 'a']
    """
    # trec_eval keeps scores in 32 bits, so it ties where 64 bits differ.
    single = struct.Struct("f")

    def kept(score: float) -> float:
        found: float = single.unpack(single.pack(score))[0]
        return found

    best = sorted(rows, key=lambda row: (kept(row.score), row.document), reverse=True)
    return [row.document for row in best]


def evaluate(qrels: Qrels, run: Run, measures: Sequence[str] = MEASURES) -> Figures:
    """Every measure for every judged topic; a topic without an answer counts 0.

    Measures are nDCG, AP, RR, P and R, with @k where only the first k count.  Raises
    UsageError for another name.

    >>> evaluate({"1": {"a": 1, "b": 0}}, {"1": ["b", "a"]}, ["RR", "P@1", "AP"])
    {'RR': {'1': 0.5}, 'P@1': {'1': 0.0}, 'AP': {'1': 0.5}}
    """
    figures: Figures = {}
    for name in measures:
        measure, cutoff = _measure(name)
        figures[name] = {
            topic: measure([grades.get(d, 0) for d in run.get(topic, ())], grades, cutoff)
            for topic, grades in qrels.items()
        }
    return figures


def mean(values: Mapping[str, float]) -> float:
    """The mean over topics; 0 where there are none."""
    return math.fsum(values.values()) / len(values) if values else 0.0


_Measure = Callable[[Sequence[int], Mapping[str, int], int | None], float]


def _measure(name: str) -> tuple[_Measure, int | None]:
    found = _MEASURE.match(name)
    if found is None or (found[1] in ("P", "R") and not found[2]):
        raise UsageError(f"no measure {name!r}; write one like {', '.join(MEASURES)}")
    return _BY_NAME[found[1]], int(found[2]) if found[2] else None


def _ndcg(grades: Sequence[int], judged: Mapping[str, int], cutoff: int | None) -> float:
    best = _gain(sorted(judged.values(), reverse=True)[:cutoff])
    return _gain(grades[:cutoff]) / best if best else 0.0


def _gain(grades: Iterable[int]) -> float:
    return sum(max(0, grade) / math.log2(place + 2) for place, grade in enumerate(grades))


def _ap(grades: Sequence[int], judged: Mapping[str, int], cutoff: int | None) -> float:
    found, total = 0, 0.0
    for place, grade in enumerate(grades[:cutoff], 1):
        if grade > 0:
            found += 1
            total += found / place
    relevant = _relevant(judged.values())
    return total / relevant if relevant else 0.0


def _rr(grades: Sequence[int], judged: Mapping[str, int], cutoff: int | None) -> float:
    places = (place for place, grade in enumerate(grades[:cutoff], 1) if grade > 0)
    return 1 / first if (first := next(places, 0)) else 0.0


def _precision(grades: Sequence[int], judged: Mapping[str, int], cutoff: int | None) -> float:
    return _relevant(grades[:cutoff]) / (cutoff or 1)


def _recall(grades: Sequence[int], judged: Mapping[str, int], cutoff: int | None) -> float:
    relevant = _relevant(judged.values())
    return _relevant(grades[:cutoff]) / relevant if relevant else 0.0


def _relevant(grades: Iterable[int]) -> int:
    return sum(grade > 0 for grade in grades)


_BY_NAME: dict[str, _Measure] = {
    "nDCG": _ndcg, "AP": _ap, "RR": _rr, "P": _precision, "R": _recall,
}  # fmt: skip


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Judgements: BEIR's three columns with a header, or TREC's four without.

    Raises InputError, naming the line, for anything else.
    """
    qrels: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        fields = line.split()
        if number == 1 and fields[-1] == "score":
            continue
        topic, document = fields[0], fields[-2] if len(fields) > 2 else ""
        if len(fields) not in (3, 4) or not fields[-1].lstrip("-").isdecimal():
            raise InputError(f"{path}:{number}", "no judgement; write: topic [0] document grade")
        qrels.setdefault(topic, {})[document] = int(fields[-1])
    return qrels


def read_run(path: Path) -> dict[str, list[str]]:
    """A TREC run (topic Q0 document rank score tag); the score decides, not the rank.

    Raises InputError, naming the line, for anything else.
    """
    rows: dict[str, list[Scored]] = {}
    for number, line in _lines(path):
        fields = line.split()
        try:
            topic, _, document, _, score, *_ = fields
            rows.setdefault(topic, []).append(Scored(document, float(score)))
        except ValueError:
            raise InputError(
                f"{path}:{number}", "no line of a run; write: topic Q0 document rank score tag"
            ) from None
    return {topic: ranked(found) for topic, found in rows.items()}


def run_lines(run: Mapping[str, Sequence[Scored]], tag: str) -> Iterator[str]:
    """The lines of a TREC run.

    >>> list(run_lines({"1": [Scored("a", 2.5)]}, "mine"))
    ['1 Q0 a 1 2.500000 mine']
    """
    for topic, rows in run.items():
        for rank, row in enumerate(rows, 1):
            yield f"{topic} Q0 {row.document} {rank} {row.score:.6f} {tag}"


# <num> and <title> of a topic, closed or not, whatever else stands there.
_TOPIC = re.compile(r"<num>\s*(?:Number:)?\s*([^\s<]{1,200})[^<]*(?:</num>)?\s*<title>([^<]*)")


def trec_topics(text: str) -> Iterator[tuple[str, str]]:
    """Number and title of each TREC topic in a text, in order; the rest is passed over.

    >>> list(trec_topics("<top><num> Number: 301 <title> Fish\\n treaty </top>"))
    [('301', 'Fish treaty')]
    """
    for number, title in _TOPIC.findall(text):
        yield number, " ".join(title.split())


def read_topics(path: Path) -> dict[str, str]:
    """Topics by id: BEIR's queries.jsonl, TREC's <num> and <title>, or ``id<tab>text``.

    Raises InputError where no topic is found or a line cannot be read.
    """
    if path.suffix == ".jsonl":
        return {str(row["_id"]): str(row["text"]) for row in _json_lines(path, "_id", "text")}
    text = _text(path)
    found = dict(trec_topics(text))
    if found:
        return found
    topics = {}
    for number, line in _lines(path):
        topic, tab, words = line.partition("\t")
        if not tab:
            raise InputError(f"{path}:{number}", "no topic; write: id, a tab, the words")
        topics[topic.strip()] = words.strip()
    if not topics:
        raise InputError(str(path), "no topic in it")
    return topics


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(str(path), error.strerror or str(error)) from error


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines that hold something, with their number from 1."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.rstrip("\n")
    except OSError as error:
        raise InputError(str(path), error.strerror or str(error)) from error


def _json_lines(path: Path, *needed: str) -> Iterator[dict[str, object]]:
    for number, line in _lines(path):
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict) or not all(name in row for name in needed):
            raise InputError(f"{path}:{number}", f"no JSON object with {' and '.join(needed)}")
        yield row


def index_collection(folder: Path, engine: Engine) -> int:
    """Put the documents of a BEIR folder into an empty engine, each as one passage."""
    rows = _json_lines(folder / "corpus.jsonl", "_id", "text")
    entries = map(_entry, rows)
    written = 0
    while batch := list(islice(entries, _BATCH)):
        written += engine.update((), batch, written + len(batch))
    return written


def _entry(row: Mapping[str, object]) -> Entry:
    name, text = str(row["_id"]), str(row["text"])
    title = str(row.get("title") or "") or None
    document = Document(id=name, text=text, title=title, language="en")
    return build_entry(Passage(name, name, 0, len(text), text, "narration"), document, ())


def search_topics(
    engine: Engine, topics: Mapping[str, str], *, match: Match = "any", depth: int = DEPTH
) -> dict[str, list[Scored]]:
    """What the engine answers to each topic, its words taken as words."""
    run: dict[str, list[Scored]] = {}
    for topic, text in topics.items():
        query = plain_query(text)
        if query is None:
            run[topic] = []
            continue
        node = compile_query(query, ["en"], match=match)
        run[topic] = [Scored(*row) for row in engine.search(node, limit=depth).rows]
    return run


def reranked(
    folder: Path, topics: Mapping[str, str], run: Mapping[str, Sequence[Scored]]
) -> dict[str, list[Scored]]:
    """The first answers to each topic in the order of `searchkit.rerank`, then the others."""
    from searchkit.rerank import DEPTH, rerank, titled

    rows_read = _json_lines(folder / "corpus.jsonl", "_id", "text")
    texts = {
        str(row["_id"]): titled(str(row.get("title") or ""), str(row["text"])) for row in rows_read
    }
    found: dict[str, list[Scored]] = {}
    for topic, rows in run.items():
        first = [texts[row.document] for row in rows[:DEPTH]]
        scores = rerank(topics[topic], first, [row.score for row in rows[:DEPTH]])
        new = [Scored(r.document, s) for r, s in zip(rows, scores, strict=False)]
        least = min(scores, default=0.0)
        rest = [Scored(row.document, least - place) for place, row in enumerate(rows[DEPTH:], 1)]
        found[topic] = sorted(new, key=lambda row: -row.score) + rest
    return found


def evaluate_collection(
    folder: Path,
    *,
    engine_name: str = DEFAULT_ENGINE,
    measures: Sequence[str] = MEASURES,
    qrels: Path | None = None,
    match: Match = "any",
    rerank: bool = False,
) -> tuple[Figures, dict[str, list[Scored]]]:
    """Index a BEIR folder, ask its topics, and give the figures and the run.

    ``qrels`` is the file of judgements, else qrels.tsv or qrels/test.tsv of the folder.
    """
    judged = read_qrels(qrels or _qrels_of(folder))
    topics = read_topics(folder / "queries.jsonl")
    asked = {topic: text for topic, text in topics.items() if topic in judged}
    with tempfile.TemporaryDirectory(prefix="searchkit-evaluate-") as scratch:
        engine = open_engine(engine_name, Path(scratch))
        try:
            index_collection(folder, engine)
            run = search_topics(engine, asked, match=match)
        finally:
            engine.close()
    if rerank:
        run = reranked(folder, asked, run)
    answered = {topic: [row.document for row in rows] for topic, rows in run.items()}
    return evaluate(judged, answered, measures), run


def _qrels_of(folder: Path) -> Path:
    plain = folder / "qrels.tsv"
    return plain if plain.exists() else folder / "qrels" / "test.tsv"
