"""The main job end to end: a flattened news article to a cited passage.

The article is the customer's own example: a follow-us line, a sign-up banner, a
share line and a disclaimer round it, one speaker named once and "he" later, mixed
quotation marks, one paragraph printed twice in two spellings, no date.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


class Kept:
    """The article in an index of its own, asked through the command line."""

    def __init__(self, folder: Path, article: Path) -> None:
        self.folder, self.article = folder, article
        lines = article.read_text(encoding="utf-8").splitlines()
        follow, self.headline, sign_up, *self.body, share, disclaimer = filter(str.strip, lines)
        self.banners = [follow, sign_up, share, disclaimer]
        self.added = self.call("add", str(article), "--source", "EU Reporter")

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "searchkit", "--index", str(self.folder), *arguments],
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    def search(self, *arguments: str) -> list[dict[str, Any]]:
        done = self.call("search", *arguments, "--format", "jsonl")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def document(self) -> dict[str, Any]:
        identity = self.search("Hajiyev")[0]["document_id"]
        done = self.call("show", identity, "--format", "json")
        found: dict[str, Any] = json.loads(done.stdout)
        return found


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, measuring_data: Path) -> Kept:
    (article,) = (measuring_data / "seeds").glob("*.txt")
    return Kept(tmp_path_factory.mktemp("walk"), article)


def test_it_is_added(kept: Kept) -> None:
    assert kept.added.returncode == 0, kept.added.stderr
    assert kept.added.stdout == "1 added\n"


def test_the_text_is_the_statement_and_nothing_else(kept: Kept) -> None:
    document = kept.document()
    assert document["text"].startswith(kept.body[0])
    assert document["text"].endswith(kept.body[-1])
    for banner in kept.banners:
        sentences = [sentence for sentence in banner.split(". ") if sentence]
        assert not [sentence for sentence in sentences if sentence in document["text"]]
    assert len(document["removed"]) >= 4
    assert document["source"] == "EU Reporter"


def test_the_title_is_the_headline_kept_once(kept: Kept) -> None:
    document = kept.document()
    assert document["title"] == kept.headline
    assert kept.headline not in document["text"]


def test_no_date_is_invented(kept: Kept) -> None:
    assert kept.document()["published"] is None
    assert kept.search("Azerbaijan", "--since", "2020-01-01") == []
    assert kept.search("Azerbaijan", "--since", "2020-01-01", "--undated")


def test_the_doubled_paragraph_stands_once(kept: Kept) -> None:
    assert kept.document()["text"].count("Armenian peace for its neighbours") == 1


def test_who_speaks(kept: Kept) -> None:
    passages = kept.document()["passages"]
    quotations = [p for p in passages if p["kind"] == "direct"]
    assert len(quotations) >= 6
    for passage in quotations:
        assert passage["speaker"] == "Hikmat Hajiyev", passage["text"]
        assert passage["country"] == "AZ"
        assert passage["affiliation"] == "Azerbaijan"
        assert "president" in passage["role"]
        assert "Foreign Policy Affairs" in passage["role"]
    said_by_he = [p for p in passages if "like France, have started" in p["text"]]
    assert said_by_he[0]["via"] == "pronoun"
    assert said_by_he[0]["speaker"] == "Hikmat Hajiyev"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("militarisation", "militari"),
        ("militarization", "militari"),
        ("militarise*", "militari"),
        ('"peace treaty"', "peace treaty"),
        ("speaker:hajiyev france", "France"),
        ("Hajiyev's", ""),
        ("Armenia-Azerbaijan", "Armenia-Azerbaijan"),
        ("Armenia Azerbaijan", "Armenia+Azerbaijan"),
    ],
)
def test_queries_find_what_a_reader_expects_first(kept: Kept, query: str, expected: str) -> None:
    hits = kept.search(query)
    assert hits
    assert hits[0]["matched"] == "all"
    assert all(word in hits[0]["text"] for word in expected.split("+"))
    if "ajiyev" in query:
        assert hits[0]["speaker"] == "Hikmat Hajiyev"


def test_both_spellings_find_the_same(kept: Kept) -> None:
    british = {hit["passage_id"] for hit in kept.search("militarisation")}
    american = {hit["passage_id"] for hit in kept.search("militarization")}
    assert british == american


def test_adding_it_again_changes_nothing(kept: Kept) -> None:
    before = {hit["passage_id"] for hit in kept.search("Hajiyev", "--limit", "100")}
    again = kept.call("add", str(kept.article), "--source", "EU Reporter")
    assert again.stdout == "1 unchanged\n"
    assert {hit["passage_id"] for hit in kept.search("Hajiyev", "--limit", "100")} == before
