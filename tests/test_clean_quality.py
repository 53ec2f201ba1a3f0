"""Cleaning measured on real pages; skipped by name where the measuring data is missing."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from pathlib import Path
from statistics import mean

import pytest

from searchkit.clean import clean_page
from searchkit.errors import InputError
from searchkit.records import Page
from tests.pages import COLLECTED

WORD = re.compile(r"\w+")
# The shipped model was trained on these pages too: the floors guard against breakage, and
# are no evidence of quality; `scripts/train_blocks.py DATA --validate` gives that.
FLOORS: dict[str, float] = json.loads(
    (Path(__file__).parent / "floors.json").read_text(encoding="utf-8")
)["cleaning"]


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = WORD.findall(text)
    return Counter(tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3)) if words)


def cleaned(path: Path, url: str | None) -> str:
    body = gzip.decompress(path.read_bytes())
    try:
        return clean_page(Page(body, path.name, "text/html", COLLECTED, url=url)).text
    except InputError:
        return ""


@pytest.mark.parametrize("name", ["aeb", "atf"])
def test_f1_on_news_pages(name: str, measuring_data: Path) -> None:
    folder = measuring_data / "data" / "pages" / name
    truth = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    precision, recall = [], []
    for key, row in truth.items():
        true = shingles(row["articleBody"] or "")
        got = shingles(cleaned(folder / "html" / f"{key}.html.gz", row["url"]))
        hits = (true & got).total()
        precision.append(hits / got.total() if got else 0.0)
        recall.append(hits / true.total() if true else 1.0)
    f1 = 2 * mean(precision) * mean(recall) / (mean(precision) + mean(recall))
    assert f1 >= FLOORS[f"F1, {name}"]


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
