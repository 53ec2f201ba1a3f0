"""Targets read, checked and shown; messages as JSON lines on stdout and in a file."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from searchkit.deliver import (
    Item,
    Message,
    read_message,
    render_json,
    send,
)

HOSTILE = 'x\r\nBcc: spy@evil.example\x1b[2J\x9b\u202e"}]]><script>alert(1)</script>\x00\ud800'
ITEM = Item(
    passage_id="fyjwx5plb4fz:gkg74w",
    document_id="fyjwx5plb4fz",
    alerts=("dam", "Karvel"),
    text="We no longer ask that the dam be emptied.",
    kind="direct",
    speaker="Milena Vorská",
    role="Foreign Minister",
    marks=((26, 29),),
    why=("dam: the word dam", "Karvel: country XK"),
    changes=(
        ("same", "We no longer ask that the dam be "),
        ("out", "drained."),
        ("in", "emptied."),
    ),
)
MESSAGE = Message(
    id="m-1",
    alerts=("dam", "Karvel"),
    subject="2 passages",
    created=datetime(2024, 10, 8, 9, 30, tzinfo=UTC),
    items=(ITEM, replace(ITEM, passage_id="fyjwx5plb4fz:other")),
    query="searchkit search dam",
    stop="searchkit alert remove dam",
)


def lines(path: Path) -> list[dict[str, object]]:
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n")
    return [json.loads(line) for line in text.removesuffix("\n").split("\n")]


def test_a_message_survives_json() -> None:
    hostile = replace(MESSAGE, subject=HOSTILE, items=(replace(ITEM, text=HOSTILE),))
    for message in (MESSAGE, hostile):
        written = render_json(message)
        assert read_message(written) == message
        assert written.isprintable()


def test_a_file_gets_one_line_an_item(tmp_path: Path) -> None:
    path = tmp_path / "told.jsonl"
    send(MESSAGE, f"file:{path}", secrets={})
    found = lines(path)
    assert [one["passage_id"] for one in found] == [one.passage_id for one in MESSAGE.items]
    assert {one["message_id"] for one in found} == {"m-1"}
    assert found[0]["stop"] == MESSAGE.stop


def test_a_message_sent_again_is_not_appended_again(tmp_path: Path) -> None:
    path = tmp_path / "told.jsonl"
    for message in (MESSAGE, replace(MESSAGE, id="m-11"), MESSAGE, MESSAGE):
        send(message, f"file:{path}", secrets={})
    assert [one["message_id"] for one in lines(path)] == ["m-1", "m-1", "m-11", "m-11"]


def test_a_file_cut_anywhere_is_whole_after_the_next_message(tmp_path: Path) -> None:
    path = tmp_path / "told.jsonl"
    send(replace(MESSAGE, id="m-0"), f"file:{path}", secrets={})
    before = path.stat().st_size
    send(MESSAGE, f"file:{path}", secrets={})
    whole = path.read_bytes()
    for size in range(before, len(whole), 7):
        path.write_bytes(whole[:size])
        send(MESSAGE, f"file:{path}", secrets={})
        assert path.read_bytes() == whole


def test_stdout_gets_the_lines(capfd: pytest.CaptureFixture[str]) -> None:
    send(MESSAGE, "-", secrets={})
    assert [json.loads(line)["message_id"] for line in capfd.readouterr().out.splitlines()] == [
        "m-1",
        "m-1",
    ]
