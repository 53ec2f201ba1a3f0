"""Items as the entries of an Atom feed in a file (RFC 4287).

The file is replaced whole, so a reader sees the old feed or the new one.  It holds the
last 200 entries, and never fewer than the message brings; an entry that comes again
takes its own place.  A file that is no feed of ours is left alone.
"""

from __future__ import annotations

import os
import uuid
from datetime import UTC
from pathlib import Path
from xml.etree import ElementTree

from searchkit.deliver.files import locked_folder, reason_of
from searchkit.deliver.records import Item, Message
from searchkit.deliver.rendering import heading_of, item_html, link_of, one_line
from searchkit.errors import DeliveryError

MOST_ENTRIES = 200
_ATOM = "http://www.w3.org/2005/Atom"
_GENERATOR = "searchkit"
# Entries of passages as long as they are rendered, with room to spare.
_MAX_FEED_BYTES = 64 << 20


def add_to_feed(message: Message, path: Path, deadline: float) -> None:
    """Put the items on top of the feed; raises DeliveryError where the file cannot be had."""
    try:
        with locked_folder(path.parent, deadline) as folder:
            feed = _read(path)
            _add(feed, message)
            data = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
            _replace(path, data + b"\n", folder)
    except OSError as exc:
        raise DeliveryError(f"feed {str(path)!r}: {reason_of(exc)}", permanent=False) from exc


def _read(path: Path) -> ElementTree.Element:
    """The feed without its namespace, or a new one."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_FEED_BYTES + 1)
    except FileNotFoundError:
        return _new_feed()
    try:
        if not data:
            return _new_feed()
        if len(data) > _MAX_FEED_BYTES or b"<!DOCTYPE" in data:
            raise ValueError
        feed = ElementTree.fromstring(data)
        for element in feed.iter():
            element.tag = element.tag.removeprefix(f"{{{_ATOM}}}")
        if feed.tag != "feed" or feed.findtext("generator") != _GENERATOR:
            raise ValueError
    except (ElementTree.ParseError, ValueError) as exc:
        raise DeliveryError(
            f"{str(path)!r} is no feed of searchkit's: move it away, or name another file",
            permanent=False,
        ) from exc
    feed.set("xmlns", _ATOM)
    return feed


def _new_feed() -> ElementTree.Element:
    feed = ElementTree.Element("feed", {"xmlns": _ATOM})
    _child(feed, "id", f"urn:uuid:{uuid.uuid4()}")
    _child(feed, "title", "searchkit alerts")
    _child(feed, "generator", _GENERATOR)
    _child(_child(feed, "author"), "name", _GENERATOR)
    _child(feed, "updated")
    return feed


def _add(feed: ElementTree.Element, message: Message) -> None:
    new = [_entry(message, item) for item in message.items]
    ids = {entry.findtext("id") for entry in new}
    old = [entry for entry in feed.findall("entry") if entry.findtext("id") not in ids]
    for entry in feed.findall("entry"):
        feed.remove(entry)
    entries = new + old[: max(0, MOST_ENTRIES - len(new))]
    entries.sort(key=_updated, reverse=True)  # stable: those of one time keep their order
    feed.extend(entries)
    updated = feed.find("updated")
    if updated is not None and entries:
        updated.text = _updated(entries[0])


def _updated(entry: ElementTree.Element) -> str:
    return entry.findtext("updated", "")


def _entry(message: Message, item: Item) -> ElementTree.Element:
    """No ``published``: readers sort by it, and a late text would come up among the old."""
    entry = ElementTree.Element("entry")
    _child(entry, "id", f"urn:searchkit:{message.id}:{one_line(item.passage_id)}")
    _child(entry, "title", heading_of(item) or "Untitled")
    created = message.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    _child(entry, "updated", created)
    if item.speaker or item.source:
        _child(_child(entry, "author"), "name", one_line(item.speaker or item.source))
    if link := link_of(item):
        _child(entry, "link", rel="alternate", href=link)
    for name in item.alerts:
        _child(entry, "category", term=one_line(name))
    _child(entry, "content", item_html(item), type="html")
    return entry


def _child(
    parent: ElementTree.Element, tag: str, text: str | None = None, **attributes: str
) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, tag, attributes)
    child.text = text
    return child


def _replace(path: Path, data: bytes, folder: int) -> None:
    """Write beside it, and put it in its place once it is on the disk."""
    draft = path.with_name(f".{path.name}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    with os.fdopen(os.open(draft, flags, 0o666), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    os.fsync(folder)
