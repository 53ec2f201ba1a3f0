"""The shipped samples, cleaned and cut, give what a reader finds in them.

``seeds/samples/expected.json`` was written by hand beside the samples, from what was put
into them.  A failure here is a fault of cleaning or of attribution, unless the sample or
the hand was wrong.
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from searchkit.clean import clean_page
from searchkit.records import Document, Page, Passage, Statement
from searchkit.segment import segment
from searchkit.urls import canonical_url

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "seeds" / "samples"
BESIDE = {"expected.json", "feed.xml", "README.md", "demo.sh"}
MEDIA_TYPES = {
    ".html": "text/html",
    ".txt": "text/plain",
    ".pdf": "application/pdf",
    ".jsonl": "application/json",
}
READ_ON = datetime(2025, 6, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Sample:
    """One text: its page, and what should come of it."""

    page: Page
    expected: dict[str, Any]


def read_samples() -> dict[str, Sample]:
    """By file name; a line of JSON lines is "file:number".  Web pages come from their URL."""
    expected = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
    found: dict[str, tuple[bytes, dict[str, Any]]] = {}
    for name, wanted in expected.items():
        body = (SAMPLES / name).read_bytes()
        if isinstance(wanted, list):
            parts = zip(body.splitlines(), wanted, strict=True)
            found |= {f"{name}:{n}": part for n, part in enumerate(parts, start=1)}
        else:
            found[name] = (body, wanted)
    return {
        origin: Sample(
            Page(body, origin, media_type_of(origin), READ_ON, url=wanted.get("url")), wanted
        )
        for origin, (body, wanted) in found.items()
    }


def media_type_of(origin: str) -> str:
    return MEDIA_TYPES[Path(origin.partition(":")[0]).suffix]


ALL = read_samples()


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    return {origin: clean_page(sample.page) for origin, sample in ALL.items()}


@pytest.fixture(scope="module")
def passages(documents: dict[str, Document]) -> dict[str, list[Passage]]:
    return {origin: segment(document) for origin, document in documents.items()}


def paragraphs(text: str) -> list[str]:
    """Paragraphs with every run of white space, also of no-break spaces, as one space."""
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]


def statements_of(passages: list[Passage]) -> list[Statement]:
    return [statement for passage in passages for statement in passage.statements]


def test_every_sample_has_an_expectation() -> None:
    files = {path.name for path in SAMPLES.iterdir() if path.is_file()} - BESIDE
    assert files == {origin.partition(":")[0] for origin in ALL}


@pytest.mark.parametrize("origin", ALL)
def test_text(origin: str, documents: dict[str, Document]) -> None:
    assert paragraphs(documents[origin].text) == paragraphs(ALL[origin].expected["text"])


@pytest.mark.parametrize("origin", ALL)
def test_nothing_else_leaks(origin: str, documents: dict[str, Document]) -> None:
    text = " ".join(documents[origin].text.split())
    assert [phrase for phrase in ALL[origin].expected["absent"] if phrase in text] == []


@pytest.mark.parametrize("origin", ALL)
def test_title(origin: str, documents: dict[str, Document]) -> None:
    assert documents[origin].title == ALL[origin].expected["title"]


@pytest.mark.parametrize("origin", ALL)
def test_date(origin: str, documents: dict[str, Document]) -> None:
    document, expected = documents[origin], ALL[origin].expected
    assert document.published == expected["published"]
    if "published_source" in expected:
        assert document.published_source == expected["published_source"]


@pytest.mark.parametrize("origin", ALL)
def test_language(origin: str, documents: dict[str, Document]) -> None:
    assert documents[origin].language == ALL[origin].expected["language"]


def faults(expected: dict[str, Any], made: list[Statement]) -> list[str]:
    """What is wrong with the statement that holds the expected words."""
    holders = [s for s in made if expected["text"] in s.text]
    if not holders:
        return [f"{expected['text']!r}: in no statement"]
    wanted = {key: expected[key] for key in ("speaker", "kind") if key in expected}
    got = [{key: getattr(s, key) for key in wanted} for s in holders]
    return [] if wanted in got else [f"{expected['text']!r}: {got}, expected {wanted}"]


@pytest.mark.parametrize("origin", [o for o, s in ALL.items() if s.expected["statements"]])
def test_who_said_what(origin: str, passages: dict[str, list[Passage]]) -> None:
    made = statements_of(passages[origin])
    wanted = ALL[origin].expected["statements"]
    assert [fault for expected in wanted for fault in faults(expected, made)] == []


@pytest.mark.parametrize("origin", ALL)
def test_passages_are_slices(
    origin: str, documents: dict[str, Document], passages: dict[str, list[Passage]]
) -> None:
    text = documents[origin].text
    assert passages[origin]
    assert [text[p.start : p.end] for p in passages[origin]] == [p.text for p in passages[origin]]


def test_an_edited_statement_stays_the_same_document(
    documents: dict[str, Document], passages: dict[str, list[Passage]]
) -> None:
    first, second = "valmora-ilva-v1.html", "valmora-ilva-v2.html"
    assert documents[first].id == documents[second].id
    assert documents[first].modified is None
    assert (documents[second].modified or "").startswith("2024-02-08")
    before = {p.id: p.text for p in passages[first]}
    after = {p.id: p.text for p in passages[second]}
    kept = before.keys() & after.keys()
    assert kept
    assert before.keys() - kept
    assert all(before[key] == after[key] for key in kept)


def test_feed_lists_samples(documents: dict[str, Document]) -> None:
    feed = ElementTree.parse(SAMPLES / "feed.xml")
    links = [canonical_url(link.text or "") for link in feed.iterfind("channel/item/link")]
    known = {canonical_url(document.url) for document in documents.values() if document.url}
    assert len(links) == 9
    assert set(links) <= known


def test_pdf_is_what_the_script_writes() -> None:
    script = ROOT / "scripts" / "make_sample_pdf.py"
    spec = importlib.util.spec_from_file_location("make_sample_pdf", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.pdf_bytes(module.pdf_objects(module.lay_out())) == module.TARGET.read_bytes()
