"""Atom feeds, read back by feedparser and by a strict parser of XML."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest

from searchkit.deliver import Message, send
from searchkit.errors import DeliveryError
from tests.deliveries import HOSTILE_MESSAGE, ITEM, MESSAGE


def numbered(number: int, items: int = 1) -> Message:
    return replace(
        MESSAGE,
        id=f"m-{number}",
        created=MESSAGE.created + timedelta(minutes=number),
        items=tuple(replace(ITEM, passage_id=f"doc:{number}-{i}") for i in range(items)),
    )


def read(path: Path) -> Any:
    ElementTree.fromstring(path.read_bytes())
    feed = feedparser.parse(path.read_bytes())
    assert not feed.bozo
    return feed


def entry_ids(path: Path) -> list[str]:
    root = ElementTree.fromstring(path.read_bytes())
    return [one.text or "" for one in root.iterfind("{*}entry/{*}id")]


def test_a_feed_grows_newest_first(tmp_path: Path) -> None:
    path = tmp_path / "told.xml"
    send(numbered(1), f"atom:{path}", secrets={})
    first = read(path).feed
    send(numbered(2), f"atom:{path}", secrets={})
    feed = read(path)
    assert feed.feed.id == first.id
    assert feed.feed.updated == "2024-10-08T09:32:00Z"
    assert [e.id for e in feed.entries] == [
        "urn:searchkit:m-2:doc:2-0",
        "urn:searchkit:m-1:doc:1-0",
    ]
    entry = feed.entries[0]
    assert entry.title == f"{ITEM.speaker}: {ITEM.title}"
    assert entry.link == ITEM.url
    assert entry.author == ITEM.speaker
    assert [tag.term for tag in entry.tags] == list(ITEM.alerts)
    assert "We no longer ask" in entry.content[0].value
    assert list(tmp_path.iterdir()) == [path]


def test_a_message_sent_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "told.xml"
    for number in (1, 2):
        send(numbered(number), f"atom:{path}", secrets={})
    before = path.read_bytes()
    for number in (1, 2):
        send(numbered(number), f"atom:{path}", secrets={})
    assert path.read_bytes() == before


def test_the_last_200_stay_and_no_message_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "told.xml"
    for number, items in ((1, 150), (2, 120)):
        send(numbered(number, items), f"atom:{path}", secrets={})
    ids = entry_ids(path)
    assert len(ids) == 200
    assert sum(":m-2:" in one for one in ids) == 120
    send(numbered(3, 250), f"atom:{path}", secrets={})
    assert len(entry_ids(path)) == 250


def test_hostile_text_makes_no_markup(tmp_path: Path) -> None:
    path = tmp_path / "told.xml"
    send(HOSTILE_MESSAGE, f"atom:{path}", secrets={})
    send(MESSAGE, f"atom:{path}", secrets={})
    feed = read(path)
    assert len(feed.entries) == 3
    root = ElementTree.fromstring(path.read_bytes())
    for content in root.iter("{http://www.w3.org/2005/Atom}content"):
        assert "<script" not in (content.text or "")
        assert "<img" not in (content.text or "")
    assert not any("javascript" in link.href for e in feed.entries for link in e.get("links", []))
    assert all(c.isprintable() or c == "\n" for c in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "data",
    [b"my notes", b"<feed xmlns='http://www.w3.org/2005/Atom'><title>of others</title></feed>",
     b"<!DOCTYPE feed [<!ENTITY a 'b'>]><feed>&a;</feed>"],
)  # fmt: skip
def test_a_file_of_others_is_left_alone(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "told.xml"
    path.write_bytes(data)
    with pytest.raises(DeliveryError, match="no feed of searchkit's"):
        send(MESSAGE, f"atom:{path}", secrets={})
    assert path.read_bytes() == data


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "told.xml"
    threads = [
        Thread(target=send, args=(numbered(n), f"atom:{path}"), kwargs={"secrets": {}})
        for n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read(path).entries) == 12


def test_a_draft_left_by_a_crash_is_no_hindrance(tmp_path: Path) -> None:
    path = tmp_path / "told.xml"
    (tmp_path / ".told.xml.new").write_bytes(b"<feed><ent")
    send(MESSAGE, f"atom:{path}", secrets={})
    assert len(read(path).entries) == 2
