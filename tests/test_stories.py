"""One story once: copies are one hit in search, and the oldest that matches stands for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from searchkit.archive import open_archive
from searchkit.cli.index import bring_up
from searchkit.ingest import add_pages
from searchkit.inputs import iter_pages
from searchkit.records import Given, Results
from searchkit.search import Filters, Index, open_index
from tests.conftest import Run

TREATY = (
    "Foreign Minister Ilva Marden said on Monday that the river treaty stands and that every "
    "lock and weir along the common border would stay open to observers until the spring."
)
OTHER = (
    "Snow fell on the passes for a third day, and a treaty on clearing the roads was put off "
    "until the ministers of both countries can meet again in the spring."
)
DASK = TREATY.replace("Ilva Marden", "Oren Dask")

RECORDS = [
    {"source": "River Wire", "date": "2024-03-02", "url": "https://wire.example/1", "text": TREATY},
    {"source": "Valmora MFA", "date": "2024-03-01", "url": "https://mfa.example/1", "text": TREATY},
    {"source": "Daily", "url": "https://daily.example/1", "text": f"{TREATY}\n\n{OTHER}"},
    {"source": "Ostrenia MFA", "date": "2024-02-01", "url": "https://o.example/1", "text": DASK},
]


def write(path: Path, records: list[dict[str, str]]) -> Path:
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in records), "utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stories")
    more = [
        {"url": f"https://x.example/{n}", "text": f"The treaty has article {n}. " * 4}
        for n in range(3)
    ]
    lines = write(folder / "lines.jsonl", RECORDS + more)
    with open_archive(folder / "index", write=True) as archive:
        assert all(o.result == "added" for o in add_pages(archive, iter_pages(str(lines)), Given()))
        bring_up(archive, folder / "index")
    return folder / "index"


@pytest.fixture
def index(folder: Path) -> Iterator[Index]:
    with open_index(folder) as opened:
        yield opened


def sources(results: Results) -> list[str | None]:
    return [hit.document.source for hit in results.hits]


def test_the_oldest_copy_stands_for_all(index: Index) -> None:
    results = index.search("weir border")
    assert sources(results) == ["Valmora MFA", "Ostrenia MFA"]
    assert [hit.rank for hit in results.hits] == [1, 2]
    first = results.hits[0]
    assert [(copy.source, copy.published) for copy in first.copies] == [
        ("River Wire", "2024-03-02"),
        ("Daily", None),
    ]
    assert results.hits[1].copies == ()
    assert results.total == 4


def test_all_copies_are_hits_of_their_own(index: Index) -> None:
    results = index.search("weir border", all_copies=True)
    assert sorted(map(str, sources(results))) == sorted(str(r["source"]) for r in RECORDS)
    assert {len(hit.copies) for hit in results.hits} == {0, 2}
    for hit in results.hits:
        assert hit.passage.id not in [copy.passage_id for copy in hit.copies]


def test_only_a_copy_that_matches_stands_for_the_others(index: Index) -> None:
    results = index.search("weir", Filters(source="wire"))
    assert sources(results) == ["River Wire"]
    assert [copy.source for copy in results.hits[0].copies] == ["Valmora MFA", "Daily"]


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
def test_pages_tell_each_story_once(index: Index, sort: Any) -> None:
    whole = index.search("treaty", sort=sort, limit=50)
    pages = [index.search("treaty", sort=sort, limit=2, offset=o) for o in range(0, 8, 2)]
    ids = [hit.passage.id for page in pages for hit in page.hits]
    assert ids == [hit.passage.id for hit in whole.hits]
    assert len(ids) == len(set(ids)) == 6
    assert [hit.rank for page in pages for hit in page.hits] == list(range(1, 7))


def test_a_story_stands_at_its_date(index: Index) -> None:
    newest = index.search("weir", sort="newest")
    assert [hit.document.published for hit in newest.hits] == ["2024-03-01", "2024-02-01"]
    oldest = index.search("weir", sort="oldest")
    assert [hit.document.published for hit in oldest.hits] == ["2024-02-01", "2024-03-01"]


def test_a_story_is_not_told_again_among_the_partial_matches(index: Index) -> None:
    results = index.search("weir snow roads", limit=10)
    ids = [hit.passage.id for hit in results.hits]
    told = [copy.passage_id for hit in results.hits for copy in hit.copies]
    assert not set(ids) & set(told)


def test_more_copies_than_were_asked_for_at_first(tmp_path: Path) -> None:
    copies = [{"url": f"https://a{n}.example/", "text": TREATY} for n in range(60)]
    lines = write(tmp_path / "l.jsonl", [*copies, RECORDS[3]])
    with open_archive(tmp_path / "index", write=True) as archive:
        list(add_pages(archive, iter_pages(str(lines)), Given()))
        bring_up(archive, tmp_path / "index")
    with open_index(tmp_path / "index") as index:
        results = index.search("weir", limit=2)
        assert [len(hit.copies) for hit in results.hits] in ([59, 0], [0, 59])
        assert results.total == 61


def test_on_the_screen_and_in_json(run: Run, tmp_path: Path) -> None:
    run("add", write(tmp_path / "lines.jsonl", RECORDS))
    shown = run("search", "weir").stdout
    assert "   and 2 copies: River Wire 2024-03-02, Daily undated\n" in shown
    (hit, other) = map(json.loads, run("search", "weir", "--format", "jsonl").stdout.splitlines())
    assert other["copies"] == []
    assert hit["copies"][0] == {
        "passage_id": hit["copies"][0]["passage_id"],
        "document_id": hit["copies"][0]["passage_id"][:12],
        "source": "River Wire",
        "published": "2024-03-02",
        "url": "https://wire.example/1",
    }
    all_of_them = run("search", "weir", "--all-copies", "--format", "jsonl").stdout
    assert len(all_of_them.splitlines()) == 4


def test_one_address_from_two_sources_is_one_statement_found_under_both(
    run: Run, tmp_path: Path
) -> None:
    url = "https://mfa.example/1"
    for source in ("Source A", "Source B"):
        text = {"source": source, "url": url, "text": TREATY}
        run("add", write(tmp_path / f"{source}.jsonl", [text]))
    assert json.loads(run("status", "--format", "json").stdout)["documents"] == 1
    for source in ("Source A", "Source B"):
        found = run("search", "weir", "--source", source, "--format", "jsonl").stdout.splitlines()
        assert [json.loads(line)["copies"] for line in found] == [[]]


def test_campaign_parameters_make_no_second_page(run: Run, tmp_path: Path) -> None:
    urls = ["https://mfa.example/1", "https://mfa.example/1?utm_campaign=summit"]
    run("add", write(tmp_path / "l.jsonl", [{"url": url, "text": TREATY} for url in urls]))
    assert json.loads(run("status", "--format", "json").stdout)["documents"] == 1
    assert run("search", "summit").stdout == ""


def test_passages_with_some_of_the_words_follow_as_many_as_are_asked_for(index: Index) -> None:
    """Those with all the words match the looser question, too, and must not take their place."""
    for all_copies in (False, True):
        found = index.search("treaty lock", limit=100, all_copies=all_copies).hits
        strict = sum(hit.matched == "all" for hit in found)
        assert strict
        assert strict < len(found)
        for limit in range(strict + 1, len(found) + 1):
            hits = index.search("treaty lock", limit=limit, all_copies=all_copies).hits
            assert [h.passage.id for h in hits] == [h.passage.id for h in found[:limit]]
