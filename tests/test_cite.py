"""Citations that can be pasted, and what a version changed."""

from __future__ import annotations

import json
import re
import time
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.archive import open_archive
from searchkit.cite import Cited, cite, word_diff
from searchkit.records import Document, Passage
from tests.conftest import Run

TEXT = "The lock stays open & dry."
DOCUMENT = Document(
    "q7jm2k4x6abc",
    TEXT,
    url="https://mfa.example/a_(1)?x={y}",
    title="Lock #4: *open* [50%]",
    published="2024-09",
    source="Valmora_MFA",
    language="en",
)
PASSAGE = Passage(
    "q7jm2k4x6abc:aaaaaa", DOCUMENT.id, 0, len(TEXT), TEXT, "direct", speaker="Ilva Marden",
    role="Foreign Minister", affiliation="Valmora",
)  # fmt: skip
CITED = Cited(DOCUMENT, PASSAGE, "2026-01-02T03:04:05+00:00", "ab" * 32)


def test_plain() -> None:
    assert cite(CITED, "plain") == (
        "Ilva Marden (Foreign Minister, Valmora), Lock #4: *open* [50%], Valmora_MFA, 2024-09, "
        "https://mfa.example/a_(1)?x={y}. searchkit q7jm2k4x6abc:aaaaaa, archived 2026-01-02, "
        f"sha256 {'ab' * 32}"
    )


def test_markdown_is_escaped_and_its_link_holds() -> None:
    text = cite(CITED, "markdown")
    assert r"[Lock \#4: \*open\* \[50%\]](https://mfa.example/a_%281%29?x=%7By%7D)" in text
    assert r"*Valmora\_MFA*" in text


def test_bibtex_is_escaped() -> None:
    text = cite(CITED, "bibtex")
    assert text.startswith("@misc{q7jm2k4x6abc-aaaaaa,\n  author = {{Ilva Marden}},\n")
    assert r"  title = {{Lock \#4: *open* [50\%]}}," in text
    assert "  url = {https://mfa.example/a_%281%29?x=%7By%7D}," in text
    assert "  year = {2024},\n  date = {2024-09}," in text
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")


def test_csl() -> None:
    (item,) = json.loads(cite(CITED, "csl"))
    assert item["author"] == [{"literal": "Ilva Marden"}]
    assert item["issued"] == {"date-parts": [[2024, 9]]}
    assert item["accessed"] == {"date-parts": [[2026, 1, 2]]}
    assert (item["URL"], item["container-title"]) == (DOCUMENT.url, "Valmora_MFA")
    assert item["note"].endswith(f"sha256 {'ab' * 32}")


@pytest.mark.parametrize("form", ["plain", "markdown", "bibtex", "csl"])
def test_little_is_known_and_nothing_is_invented(form: str) -> None:
    text = cite(Cited(Document("q7jm2k4x6abc", "x"), None, "2026-01-02T03", "00"), form)
    assert "None" not in text
    assert "author" not in text
    assert "\n\n" not in text


@given(st.text(max_size=60))
def test_bibtex_of_any_title_keeps_its_braces(title: str) -> None:
    text = cite(Cited(Document("q7jm2k4x6abc", "x", title=title), None, "2026", "00"), "bibtex")
    bare = re.sub(r"\\[{}]", "", text)
    depth = 0
    for sign in bare:
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
    assert depth == 0


# What changed -------------------------------------------------------------------------

texts = st.lists(
    st.sampled_from(["a", "b", "the", "lock", "\n\n", " ", "\n\nopen", "."]), max_size=30
).map(" ".join)


@given(texts, texts)
def test_a_diff_loses_nothing(old: str, new: str) -> None:
    changes = word_diff(old, new)
    assert "".join(text for op, text in changes if op != "in") == old
    assert "".join(text for op, text in changes if op != "out") == new
    assert all(text for _, text in changes)
    assert [op for op, _ in word_diff(old, old)] == ["same"] * bool(old)


def test_only_the_words_that_changed_are_told() -> None:
    old = "First paragraph.\n\nWe meet on Monday at noon.\n\nLast."
    new = "First paragraph.\n\nWe meet on Friday at noon.\n\nNew one.\n\nLast."
    assert word_diff(old, new) == [
        ("same", "First paragraph.\n\nWe meet on "),
        ("out", "Monday "),
        ("in", "Friday "),
        ("same", "at noon.\n\n"),
        ("in", "New one.\n\n"),
        ("same", "Last."),
    ]


@pytest.mark.parametrize("unit", ["x ", "x\n\n", "x y\n\n"])
def test_a_diff_of_long_texts_ends(unit: str) -> None:
    begun = time.perf_counter()
    changes = word_diff(unit * 20_000, "y " + unit * 19_000)
    assert time.perf_counter() - begun < 10
    assert "".join(text for op, text in changes if op != "out").startswith("y ")


# On the command line ------------------------------------------------------------------

URL = "https://mfa.example/1"


@pytest.fixture
def changed(run: Run, tmp_path: Path) -> Run:
    for day in ("Monday", "Friday"):
        text = f"The corridor opens on {day}.\n\nMinister Ilva Marden said so at the lock."
        path = tmp_path / "a.jsonl"
        path.write_text(json.dumps({"url": URL, "title": "Corridor", "text": text}), "utf-8")
        run("add", path)
    return run


def test_show_diff(changed: Run) -> None:
    shown = changed("show", URL, "--diff")
    assert "The corridor opens on [-Monday.-] {+Friday.+}" in " ".join(shown.stdout.split())
    found = json.loads(changed("show", URL, "--diff", "--format", "json").stdout)
    assert (found["schema"], found["from"], found["to"]) == ("searchkit.diff/1", 1, 2)
    assert [c["op"] for c in found["changes"]] == ["same", "out", "in", "same"]
    first = changed("show", URL, "--diff", "--version", "1")
    assert first.returncode == 2
    assert "is the first: there is none before it" in first.stderr


def test_show_a_version(changed: Run) -> None:
    assert "Monday" in changed("show", URL, "--version", "1").stdout
    assert "Friday" in changed("show", URL).stdout
    assert "Monday" in changed("show", URL, "--version", "1", "--raw").stdout
    missing = changed("show", URL, "--version", "3")
    assert missing.returncode == 2
    assert "has no version 3; there are 2" in missing.stderr


def test_show_cite(changed: Run) -> None:
    document = json.loads(changed("show", URL, "--format", "json").stdout)
    digest = sha256(document["text"].encode()).hexdigest()
    plain = changed("show", URL, "--cite", "plain").stdout
    assert plain.startswith(f"Corridor, undated, {URL}. searchkit {document['id']}")
    assert plain.endswith(f"sha256 {digest}\n")
    assert digest not in changed("show", URL, "--cite", "plain", "--version", "1").stdout
    passage = document["passages"][0]["passage_id"]
    (item,) = json.loads(changed("show", passage, "--cite", "csl").stdout)
    assert item["id"] == passage
    assert changed("show", passage, "--cite", "markdown").returncode == 0


def test_a_passage_of_an_older_version_is_cited_from_it(changed: Run, tmp_path: Path) -> None:
    with open_archive(tmp_path / "index") as archive:
        (row,) = archive._database.rows("SELECT id FROM passages WHERE current = 0")
        old = archive.versions(row["id"][:12])[0].text_sha256
    shown = changed("show", row["id"], "--cite", "plain").stdout
    assert shown.endswith(f"sha256 {old}\n")
    assert "stood in version 1" in changed("show", row["id"]).stderr


def test_a_story_printed_elsewhere_is_told(run: Run, tmp_path: Path) -> None:
    text = "The river treaty stands and every lock along the border stays open until spring."
    path = tmp_path / "a.jsonl"
    records = [{"url": f"https://{n}.example/", "source": n, "text": text} for n in ("a", "b")]
    path.write_text("\n".join(map(json.dumps, records)), "utf-8")
    run("add", path)
    assert "Printed elsewhere: and 1 copy: b undated" in run("show", "https://a.example/").stderr
    found = json.loads(run("show", "https://a.example/", "--format", "json").stdout)
    assert [copy["source"] for copy in found["copies"]] == ["b"]
