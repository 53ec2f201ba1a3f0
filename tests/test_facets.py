"""Facets: the passages that match, counted by what is known of them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.archive import open_archive
from searchkit.cli.index import bring_up
from searchkit.errors import QueryError, UsageError
from searchkit.facets import FACETS, period_of
from searchkit.ingest import add_pages
from searchkit.inputs import iter_pages
from searchkit.records import Given
from searchkit.search import Filters, Index, open_index
from tests.conftest import Run

RECORDS = [
    {
        "url": f"https://a.example/{number}",
        "source": source,
        "lang": "en",
        "text": f"“The treaty of article {number} holds,” {speaker} said on day {number}.",
    }
    | ({"date": date} if date else {})
    for number, (source, speaker, date) in enumerate(
        [
            ("River Wire", "Ilva Marden", "2023-12-31"),
            ("River Wire", "Ilva Marden", "2024-01-01"),
            ("River Wire", "Oren Dask", "2024-01-30"),
            ("=Daily", "Oren Dask", "2024"),
            ("=Daily", "Ilva Marden", "2024-02"),
            ("=Daily", "Ilva Marden", None),
        ]
    )
]


def write(path: Path) -> Path:
    path.write_text("\n".join(map(json.dumps, RECORDS)), "utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("facets")
    with open_archive(folder / "index", write=True) as archive:
        list(add_pages(archive, iter_pages(str(write(folder / "l.jsonl"))), Given()))
        bring_up(archive, folder / "index")
    return folder / "index"


@pytest.fixture
def index(folder: Path) -> Iterator[Index]:
    with open_index(folder) as opened:
        yield opened


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        ("speaker", (("Ilva Marden", 4), ("Oren Dask", 2))),
        ("source", (("=Daily", 3), ("River Wire", 3))),
        ("language", (("en", 6),)),
        ("kind", (("direct", 6),)),
        ("country", ((None, 6),)),
        ("form", (("news", 6),)),
        ("year", (("2023", 1), ("2024", 4), (None, 1))),
        ("month", (("2023-12", 1), ("2024-01", 2), ("2024-02", 1), (None, 2))),
        ("week", (("2023-W52", 1), ("2024-W01", 1), ("2024-W05", 1), (None, 3))),
    ],
)
def test_each_facet(index: Index, by: str, rows: object) -> None:
    counted = index.count("treaty", by)
    assert (counted.total, counted.by, counted.rows) == (6, by, rows)


def test_only_what_matches_is_counted(index: Index) -> None:
    counted = index.count("speaker:dask treaty", "year", Filters(since="2024"))
    assert (counted.total, counted.rows) == (2, (("2024", 2),))
    assert index.count("unheard", "year").rows == ()
    assert index.count("treaty nowhere", "kind", any_word=True).total == 6


def test_what_cannot_be_counted_is_a_users_error(index: Index) -> None:
    with pytest.raises(UsageError, match="cannot count by 'colour'; choose one of: speaker"):
        index.count("treaty", "colour")
    with pytest.raises(QueryError):
        index.count('"treaty', "year")


def test_facets_with_a_search(index: Index) -> None:
    assert index.search("treaty").facets == ()
    facets = {facet.by: facet.rows for facet in index.search("treaty", limit=1, facets=True).facets}
    assert facets["speaker"] == (("Ilva Marden", 4), ("Oren Dask", 2))
    assert facets["month"][0] == ("2024-01", 2)
    assert "country" not in facets
    assert all(len(rows) <= 5 for rows in facets.values())


@given(st.dates(), st.sampled_from(["year", "month", "week"]))
def test_a_day_lies_in_one_period_and_longer_spans_in_it_or_none(day: object, name: str) -> None:
    text = str(day).replace("-", "")
    period = period_of(f"{text}-{text}", name)
    assert period is not None
    year = text[:4]
    assert period_of(f"{year}0101-{year}1231", name) == (year if name == "year" else None)


def test_no_day_of_the_calendar_is_in_no_week() -> None:
    assert period_of("20240231-20240231", "week") is None


def test_on_the_screen(run: Run, tmp_path: Path) -> None:
    run("add", write(tmp_path / "l.jsonl"))
    done = run("count", "treaty", "--by", "speaker", COLUMNS="60")
    assert done.returncode == 0
    first, second = done.stdout.splitlines()
    assert first.split()[:3] == ["Ilva", "Marden", "4"]
    assert len(first) <= 60
    assert first.count("█") == 2 * second.count("█")
    assert done.stderr.startswith("Found 6: ")
    console = run("count", "treaty", "--by", "month", PYTHONIOENCODING="ascii")
    assert "undated or less precise  2" in console.stdout
    searched = run("search", "treaty", "--facets", "--limit", "1")
    assert "By speaker: Ilva Marden 4 · Oren Dask 2\n" in searched.stderr


def test_for_scripts(run: Run, tmp_path: Path) -> None:
    run("add", write(tmp_path / "l.jsonl"))
    done = run("count", "treaty", "--by", "source", "--format", "csv")
    assert list(csv.reader(io.StringIO(done.stdout))) == [
        ["source", "count"],
        ["'=Daily", "3"],
        ["River Wire", "3"],
    ]
    found = json.loads(run("count", "treaty", "--by", "year", "--format", "json").stdout)
    assert found["schema"] == "searchkit.count/1"
    assert found["total"] == 6
    assert found["counts"][-1] == {"value": None, "count": 1}
    empty = run("count", "unheard", "--by", "year")
    assert (empty.returncode, empty.stdout) == (0, "")
    wrong = run("count", "treaty", "--by", "colour")
    assert wrong.returncode == 2
    assert "'speaker'" in wrong.stderr
    answer = json.loads(run("search", "treaty", "--facets", "--format", "json").stdout)
    assert set(answer["facets"]) == set(FACETS) - {"country"}
