"""Many queries at once: what is read of a file, and what is written for each query."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.batch import Topic, form_of, read_topics, run_scores
from searchkit.errors import InputError
from searchkit.evaluate import read_run
from searchkit.search import Filters
from tests.conftest import Run

TREC = """\
<top>
<num> Number: 301
<title> River
treaty

<desc> Description:
What holds?
</top>
<top><num>302</num><title>harbour dues</title></top>
"""

RECORDS = [
    {
        "url": f"https://a.example/{number}",
        "date": f"2024-0{number % 3 + 1}-01",
        "source": "Wire",
        "text": f"“The river treaty number {number} holds,” Minister Ilva Marden said.",
    }
    for number in range(9)
]


@pytest.fixture
def ready(run: Run, tmp_path: Path) -> Run:
    path = tmp_path / "l.jsonl"
    path.write_text("\n".join(map(json.dumps, RECORDS)), "utf-8")
    assert run("add", path).stdout == "9 added\n"
    return run


# Reading ------------------------------------------------------------------------------


def test_text() -> None:
    assert read_topics("\ufeffone two\n\n  7\tthree \n\tfour\n", "q.txt") == [
        Topic("1", "one two", line=1),
        Topic("7", "three", line=3),
        Topic("4", "four", line=4),
    ]


def test_csv_with_filters() -> None:
    text = 'id,query,country,since\na,"grain, corridor",AZ,\n,"two\nlines",,2024\n'
    assert read_topics(text, "q.CSV") == [
        Topic("a", "grain, corridor", Filters(country="AZ"), 2),
        Topic("4", "two\nlines", Filters(since="2024"), 4),
    ]


def test_json_lines() -> None:
    text = '{"query": "grain", "speaker": "Marden", "id": 3, "since": null}\n\n{"query": "x"}'
    with pytest.raises(InputError, match=r"-:3: the id '3' was given before"):
        read_topics(text, "-")
    assert read_topics("\n" + text, "-") == [
        Topic("3", "grain", Filters(speaker="Marden"), 2),
        Topic("4", "x", line=4),
    ]


def test_trec_topics() -> None:
    assert read_topics(TREC, "topics.301") == [
        Topic("301", "River treaty"),
        Topic("302", "harbour dues"),
    ]


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("", "q.txt", "q.txt: no query in it"),
        ("query,colour\nx,red\n", "q.csv", "q.csv:2: no filter is called 'colour'; there are: id"),
        ("id,country\n1,AZ\n", "q.csv", "q.csv:2: has no query"),
        ("query\na,b\n", "q.csv", "q.csv:2: more cells than the header has"),
        ('{"query": "a"}\n[1]\n', "q.jsonl", "q.jsonl:2: no JSON object"),
        ('{"query": ["a"]}\n', "q.jsonl", "q.jsonl:1: 'query' is no text"),
        ("1\ta\n1\tb\n", "q.txt", "q.txt:2: the id '1' was given before"),
        ("[" * 100_000, "q.jsonl", "q.jsonl:1: no JSON object"),
    ],
)
def test_what_is_no_query_is_named_with_its_line(text: str, name: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_topics(text, name)
    assert str(caught.value).startswith(message)


@given(st.text(max_size=80), st.sampled_from(["q.txt", "q.csv", "q.jsonl", "topics"]))
def test_any_text_is_read_or_refused(text: str, name: str) -> None:
    try:
        topics = read_topics(text, name)
    except InputError:
        return
    assert all(topic.query and topic.id for topic in topics)


def test_how_a_file_begins_tells_what_it_is() -> None:
    assert [form_of(t, "-") for t in ('{"query": 1}', TREC, "grain", "<b>grain")] == [
        "jsonl", "trec", "text", "text",
    ]  # fmt: skip


@given(st.lists(st.floats(0, 99).map(lambda score: round(score, 3)), max_size=50))
def test_scores_of_a_run_fall_and_stay_near(scores: list[float]) -> None:
    found = run_scores(scores)
    assert all(a > b for a, b in pairwise(found))
    ordered = sorted(scores, reverse=True)
    assert run_scores(ordered) == pytest.approx(ordered, abs=0.006)


# Answering ----------------------------------------------------------------------------


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_json_lines_hold_an_answer_a_query(ready: Run, tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("river treaty\nunheard\n", "utf-8")
    done = ready("batch", "q.txt", "--limit", "2")
    assert done.returncode == 0
    first, second = lines(done.stdout)
    assert (first["topic"], first["query"], first["total"]) == ("1", "river treaty", 9)
    assert len(first["hits"]) == 2
    assert (second["topic"], second["total"], second["hits"]) == ("2", 0, [])
    (alone,) = lines(ready("search", "river treaty", "--limit", "2", "--format", "json").stdout)
    assert {k: v for k, v in first.items() if k != "topic"} == alone


def test_filters_of_each_query(ready: Run) -> None:
    stdin = '{"query": "treaty", "since": "2024-03"}\n{"query": "treaty", "country": "QQ"}\n'
    done = ready("batch", "-", stdin=stdin)
    assert done.returncode == 1
    assert [answer["total"] for answer in lines(done.stdout)] == [3]
    assert "Error: -:2: --country 'QQ'" in done.stderr


def test_a_query_that_cannot_be_read_costs_itself(ready: Run) -> None:
    done = ready("batch", "-", stdin='"open\nriver\n')
    assert done.returncode == 1
    assert [answer["query"] for answer in lines(done.stdout)] == ["river"]
    assert "Error: -:1: " in done.stderr
    assert "Traceback" not in done.stderr


def test_csv(ready: Run) -> None:
    done = ready("batch", "-", "--format", "csv", "--limit", "1", stdin="=a\triver\n")
    header, row = csv.reader(io.StringIO(done.stdout))
    assert header[:4] == ["topic", "query", "rank", "score"]
    assert row[:3] == ["'=a", "river", "1"]


def test_a_trec_run_is_read_back_in_the_same_order(ready: Run, tmp_path: Path) -> None:
    (tmp_path / "topics").write_text(TREC, "utf-8")
    done = ready("batch", "topics", "--format", "trec", "--all-copies")
    (tmp_path / "run").write_text(done.stdout, "utf-8")
    found = lines(ready("search", "river treaty", "--format", "jsonl", "--all-copies").stdout)
    assert read_run(tmp_path / "run") == {"301": [hit["passage_id"] for hit in found]}
    alone = ready("search", "river treaty", "--format", "trec", "--all-copies").stdout
    assert [line.split()[1:] for line in alone.splitlines()] == [
        line.split()[1:] for line in done.stdout.splitlines()
    ]


def test_files_that_are_not_there_or_no_queries(ready: Run, tmp_path: Path) -> None:
    assert "Error: nowhere.txt: No such file" in ready("batch", "nowhere.txt").stderr
    (tmp_path / "q.csv").write_text("colour\nred\n", "utf-8")
    done = ready("batch", "q.csv")
    assert (done.returncode, done.stdout) == (1, "")
    assert ready("batch", "q.csv", "--input", "text").returncode == 0


def test_a_reader_that_has_gone_ends_it_quietly(ready: Run, tmp_path: Path) -> None:
    (tmp_path / "many.txt").write_text("river treaty\n" * 400, "utf-8")
    done = subprocess.run(
        f"{sys.executable} -m searchkit --index index batch many.txt | head -n 1",
        shell=True, cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    assert done.stdout.count(b"\n") == 1
    assert b"Traceback" not in done.stderr
