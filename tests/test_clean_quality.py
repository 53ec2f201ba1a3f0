"""Cleaning measured on real pages; skipped by name where the measuring data is missing.

The rules were not trained: what they reach alone is evidence.  The shipped model has seen
the pages of these sets, so that its floors only show that nothing broke; what such models
reach on sites that they have not seen is in docs/model-card.md.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from searchkit.clean import clean_page
from searchkit.clean.encoding import decode_page
from searchkit.clean.html import clean_source, outline_page, parse_tree
from searchkit.clean.judge import judge_blocks
from searchkit.clean.metadata import read_metadata
from searchkit.clean.text import sift_paragraphs
from searchkit.errors import InputError
from searchkit.records import Page
from tests.cleaning import Score, score_pages
from tests.pages import COLLECTED

FLOORS: dict[str, float] = json.loads(
    (Path(__file__).parent / "floors.json").read_text(encoding="utf-8")
)["cleaning"]


def by_rules(page: Page) -> str:
    """The text of a page by the rules alone."""
    root = parse_tree(clean_source(decode_page(page.body, None)[0]))
    if root is None:
        return ""
    title = read_metadata(root, page).title
    outline = outline_page(root)
    rules = judge_blocks(outline, title).rules
    kept = [b.text for b, rule in zip(outline.blocks, rules, strict=True) if rule is None]
    return "\n\n".join(sift_paragraphs(kept, title)[0])


def cleaned(page: Page) -> str:
    """The text of a page as it is shipped: by rules and model."""
    try:
        return clean_page(page).text
    except InputError:
        return ""


@pytest.fixture(scope="module", params=["aeb", "atf"])
def scores(request: pytest.FixtureRequest, measuring_data: Path) -> tuple[str, Score, Score]:
    """The name of a set of news pages, and its scores by rules and by the shipped model."""
    folder = measuring_data / "data" / "pages" / request.param
    truth = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    rows = []
    for key, row in truth.items():
        body = gzip.decompress((folder / "html" / f"{key}.html.gz").read_bytes())
        page = Page(body, key, "text/html", COLLECTED, url=row["url"])
        rows.append((row["articleBody"] or "", by_rules(page), cleaned(page)))
    rules, model = (score_pages((row[0], row[n]) for row in rows) for n in (1, 2))
    return request.param, rules, model


def test_the_rules_alone_on_news_pages(scores: tuple[str, Score, Score]) -> None:
    name, rules, _ = scores
    assert rules.f1 >= FLOORS[f"F1 by rules, {name}"]
    assert rules.leaked <= FLOORS[f"leaked by rules at most, {name}"]
    assert rules.lost <= FLOORS[f"lost by rules at most, {name}"]


def test_the_shipped_model_is_not_broken(scores: tuple[str, Score, Score]) -> None:
    """No evidence of quality: the model was trained on these pages."""
    name, _, model = scores
    assert model.f1 >= FLOORS[f"F1, {name}"]


def test_official_pages_are_whole_and_dated(measuring_data: Path) -> None:
    for path in sorted((measuring_data / "data" / "pages" / "kremlin").glob("*.html.gz"))[::4]:
        body = gzip.decompress(path.read_bytes())
        page = Page(
            body, path.name, "text/html", COLLECTED, url=f"http://en.kremlin.ru/{path.name}"
        )
        document = clean_page(page)
        assert document.warnings == ()
        assert document.title
        assert document.published
        assert document.language == "en"


def test_few_lines_of_real_statements_are_taken_for_boilerplate(measuring_data: Path) -> None:
    path = measuring_data / "data" / "corpora" / "starter.jsonl.gz"
    paragraphs, taken = 0, 0
    with gzip.open(path) as lines:
        for number, line in enumerate(lines):
            if number % 40:
                continue
            page = Page(line, f"starter:{number + 1}", "application/json", COLLECTED)
            document = clean_page(page)
            paragraphs += document.text.count("\n\n") + 1
            known = {"doubled", "no words", "title", "date"}
            taken += sum(removed.rule not in known for removed in document.removed)
    assert paragraphs > 5_000
    assert taken <= paragraphs / 2_000
