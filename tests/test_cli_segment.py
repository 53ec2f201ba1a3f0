"""``searchkit segment`` as people and scripts meet it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import SAMPLES, Run

NEWS = (
    "“We will open the lock,” Foreign Minister Ilva Marden of Valmora said on Monday.\n\n"
    "She added that talks would resume in the spring.\n\nIt rained all week.\n"
)
FIELDS = {
    "start", "end", "kind", "speaker", "speaker_mention", "role", "affiliation", "cue", "via",
    "confidence", "text",
}  # fmt: skip


@pytest.fixture
def news(tmp_path: Path) -> Path:
    path = tmp_path / "news.txt"
    path.write_text(NEWS, encoding="utf-8")
    return path


def test_a_line_of_json_for_each_passage(run: Run, news: Path) -> None:
    done = run("segment", "--plain", "--format", "jsonl", news)
    assert (done.returncode, done.stderr) == (0, "")
    first, second, third = [json.loads(line) for line in done.stdout.splitlines()]
    assert set(first) == FIELDS | {"statements"}
    assert all(set(s) == FIELDS for s in first["statements"])
    assert first["speaker"] == "Ilva Marden"
    assert (first["kind"], first["role"], first["via"]) == ("direct", "Foreign Minister", "name")
    assert (second["speaker"], second["speaker_mention"], second["via"]) == (
        "Ilva Marden", "She", "pronoun",
    )  # fmt: skip
    assert (third["kind"], third["speaker"], third["statements"]) == ("narration", None, [])


def test_plain_keeps_offsets_whatever_the_line_ends(run: Run, tmp_path: Path) -> None:
    text = "\r\n  Ⅷ. Minister Ana Ruiz said:\r\n\r\n“The port 𝒳 stays open to all.”\r\n"
    path = tmp_path / "odd.txt"
    path.write_bytes(text.encode())
    done = run("segment", "--plain", "--format", "jsonl", path)
    passages = [json.loads(line) for line in done.stdout.splitlines()]
    assert [text[p["start"] : p["end"]] for p in passages] == [p["text"] for p in passages]
    statements = [s for p in passages for s in p["statements"]]
    assert [text[s["start"] : s["end"]] for s in statements] == ["The port 𝒳 stays open to all."]
    assert statements[0]["speaker"] == "Ana Ruiz"


def test_what_is_known_beside_the_text(run: Run) -> None:
    text = "The river is ours to share.\n\nWe shall share it.\n"
    done = run(
        "segment", "-", "--plain", "--format", "jsonl", "--title", "Address to the Assembly",
        "--speaker", "Tomas Kelbrin", "--role", "President", "--country", "Peru",
        "--source", "Office of the President", stdin=text,
    )  # fmt: skip
    passages = [json.loads(line) for line in done.stdout.splitlines()]
    assert {(p["speaker"], p["role"], p["affiliation"], p["kind"]) for p in passages} == {
        ("Tomas Kelbrin", "President", "Peru", "transcript")
    }


def test_for_people(run: Run, news: Path) -> None:
    done = run("segment", news)
    assert done.returncode == 0
    assert 'Ilva Marden, Foreign Minister, Valmora (pronoun "She", added, 0.' in done.stdout
    assert "*We will open the lock,*" in done.stdout
    assert "narration" in done.stdout


def test_a_page_is_cleaned_first(run: Run) -> None:
    done = run("segment", "--format", "jsonl", SAMPLES / "basinwire-dam.html")
    texts = [json.loads(line)["text"] for line in done.stdout.splitlines()]
    assert texts
    assert not any("<" in text for text in texts)


@pytest.mark.parametrize(
    ("body", "message"),
    [(b"\xff\xfe\x00", "is not UTF-8 at byte 0"), (b" \n", "holds no text"), (b"", "no text")],
)
def test_what_is_no_text_is_said_in_one_line(
    run: Run, tmp_path: Path, body: bytes, message: str
) -> None:
    path = tmp_path / "bad.txt"
    path.write_bytes(body)
    done = run("segment", "--plain", path)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_file_that_is_not_there(run: Run) -> None:
    done = run("segment", "--plain", "nowhere.txt")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: nowhere.txt: ")


def test_nothing_of_the_text_reaches_the_terminal_raw(run: Run) -> None:
    text = 'Minister Ana\x1b[2J Ruiz said: "The port\u202e stays open to all."'
    for form in ("text", "jsonl"):
        done = run("segment", "-", "--plain", "--format", form, stdin=text)
        assert "\x1b" not in done.stdout
        assert "\u202e" not in done.stdout
