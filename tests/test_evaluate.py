"""Measures equal those of ir-measures; collections, runs and topics are read as they come."""

from __future__ import annotations

import json
import random
from pathlib import Path

import ir_measures
import pytest

from searchkit.cli import run as run_command
from searchkit.errors import InputError, UsageError
from searchkit.evaluate import (
    Scored,
    evaluate,
    evaluate_collection,
    mean,
    ranked,
    read_qrels,
    read_run,
    read_topics,
    run_lines,
)

MEASURES = ("nDCG@10", "nDCG", "AP", "AP@5", "RR", "P@5", "P@10", "R@10", "R@100")
MEASURED = Path(__file__).parents[1] / "../shared/data/ir"

CORPUS = {
    "grain": ("Grain corridor", "The ministers of Ostria met on the grain corridor."),
    "talks": ("", "Talks on the corridor were put off; grain was not spoken of."),
    "fish": ("Fisheries", "The quota of fish was shared out between Ostria and Velmar."),
    "war": ("", "A war of words over the border came to nothing."),
}
TOPICS = {"q1": "What was said on the grain corridor?", "q2": "fish quota", "q3": "..."}
JUDGED = {"q1": {"grain": 2, "talks": 1, "fish": 0}, "q2": {"fish": 1}, "q3": {"war": 1}}


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    folder = tmp_path / "made"
    folder.mkdir()
    rows = [{"_id": i, "title": title, "text": text} for i, (title, text) in CORPUS.items()]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    topics = [{"_id": i, "text": text} for i, text in TOPICS.items()]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, topics)))
    lines = [f"{t}\t{d}\t{g}" for t, grades in JUDGED.items() for d, g in grades.items()]
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + "\n".join(lines))
    return folder


def made_up(rng: random.Random) -> tuple[dict[str, dict[str, int]], dict[str, list[Scored]]]:
    """Judgements with grades below and above 0, scores that tie, topics without answers."""
    documents = [f"d{number}" for number in range(30)]
    topics = [f"t{number}" for number in range(12)]
    qrels = {
        topic: {d: rng.choice([-1, 0, 0, 1, 1, 2, 3]) for d in rng.sample(documents, 12)}
        for topic in topics
    }
    run = {
        topic: [Scored(d, rng.choice([0.5, 1.0, 1.0 + 1e-12, rng.random()])) for d in documents]
        for topic in topics[:-2]
    }
    return qrels, run


@pytest.mark.parametrize("seed", range(8))
def test_measures_equal_those_of_ir_measures(seed: int) -> None:
    qrels, run = made_up(random.Random(seed))
    ours = evaluate(qrels, {topic: ranked(rows) for topic, rows in run.items()}, MEASURES)
    theirs = ir_measures.iter_calc(
        [ir_measures.parse_measure(name) for name in MEASURES],
        qrels,
        {topic: {row.document: row.score for row in rows} for topic, rows in run.items()},
    )
    compared = 0
    for metric in theirs:
        assert ours[str(metric.measure)][metric.query_id] == pytest.approx(metric.value, abs=1e-12)
        compared += 1
    assert compared >= 10 * len(MEASURES)


def test_a_topic_without_answers_counts() -> None:
    assert mean(evaluate({"a": {"x": 1}, "b": {"y": 1}}, {"a": ["x"]}, ["RR"])["RR"]) == 0.5


@pytest.mark.parametrize("name", ["ndcg@10", "P", "nDCG@0", "F1", ""])
def test_an_unknown_measure_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="no measure"):
        evaluate({}, {}, [name])


def test_a_collection_is_indexed_and_asked(collection: Path) -> None:
    figures, run = evaluate_collection(collection, measures=["nDCG@10", "RR"])
    assert [row.document for row in run["q1"]][:2] == ["grain", "talks"]
    assert run["q3"] == []
    assert figures["RR"] == {"q1": 1.0, "q2": 1.0, "q3": 0.0}


def test_a_run_is_written_and_judged_alike(collection: Path, tmp_path: Path) -> None:
    figures, run = evaluate_collection(collection)
    path = tmp_path / "mine.run"
    path.write_text("\n".join(run_lines(run, "mine")))
    again = evaluate(read_qrels(collection / "qrels.tsv"), read_run(path))
    assert again == figures


def test_topics_of_trec_and_of_tables(tmp_path: Path) -> None:
    path = tmp_path / "topics"
    path.write_text("<top>\n<num> Number: 7\n<title> grain\ncorridor\n<desc> x\n</top>\n")
    assert read_topics(path) == {"7": "grain corridor"}
    path.write_text("1\tgrain corridor\n\n2\tfish\n")
    assert read_topics(path) == {"1": "grain corridor", "2": "fish"}
    path.write_text("1 grain\n")
    with pytest.raises(InputError, match="topics:1: no topic"):
        read_topics(path)


def test_bad_lines_are_named(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_text("1 0 a 1\n1 0 b x\n")
    with pytest.raises(InputError, match="lines:2: no judgement"):
        read_qrels(path)
    path.write_text("1 Q0 a 1 high tag\n")
    with pytest.raises(InputError, match="lines:1: no line of a run"):
        read_run(path)
    with pytest.raises(InputError):
        read_run(tmp_path / "missing")


def test_the_command_prints_a_table(collection: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["evaluate", str(collection), "--measure", "RR", "--per-topic"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["collection", "topics", "RR"]
    assert lines[-1].split() == ["made", "3", "0.6667"]
    assert len(lines) == 5
    assert run_command(["evaluate"]) == 2


# The two that take seconds; tests/bench/bench_ranking.py has them all.
FLOORS = {"cranfield": 0.530, "cisi": 0.396}


@pytest.mark.parametrize("name", FLOORS)
def test_the_ranking_keeps_its_floor(name: str) -> None:
    if not (MEASURED / name).is_dir():
        pytest.skip(f"measuring data {name} is not here")
    figures, _ = evaluate_collection(MEASURED / name, measures=["nDCG@10"])
    assert mean(figures["nDCG@10"]) >= FLOORS[name]
