"""A message as JSON, and back: for machines, and for the outbox.

The text is exact there; what would act on a terminal is written as an escape.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from searchkit.deliver.records import Item, Message
from searchkit.hidden import to_json

MESSAGE_SCHEMA = "searchkit.message/1"
ITEM_SCHEMA = "searchkit.told/1"


def render_json(message: Message) -> str:
    """One line of JSON: the fields of the message under their names, ``id`` as ``message_id``."""
    return to_json({"schema": MESSAGE_SCHEMA, **_named(asdict(message))})


def item_lines(message: Message) -> list[str]:
    """One line of JSON an item, without its newline, each with what it needs of the message."""
    head = _named(asdict(message))
    del head["items"], head["alerts"], head["message_id"]
    return [
        f"{item_opening(message, item)} {to_json({**head, **_without_id(item)})[1:]}"
        for item in message.items
    ]


def item_opening(message: Message, item: Item) -> str:
    """How the line of an item begins, and none else: quotation marks in a text are escaped."""
    ids = {"schema": ITEM_SCHEMA, "message_id": message.id, "passage_id": item.passage_id}
    return f"{to_json(ids)[:-1]},"


def _without_id(item: Item) -> dict[str, Any]:
    values = asdict(item)
    del values["passage_id"]
    return values


def read_message(text: str) -> Message:
    """The message that `render_json` wrote."""
    values = json.loads(text)
    del values["schema"]
    values["id"] = values.pop("message_id")
    values["created"] = datetime.fromisoformat(values["created"])
    values["items"] = tuple(map(_item, values["items"]))
    values["alerts"] = tuple(values["alerts"])
    return Message(**values)


def _named(values: dict[str, Any]) -> dict[str, Any]:
    created: datetime = values["created"]
    rest = {k: v for k, v in values.items() if k != "id"}
    return {"message_id": values["id"], **rest, "created": created.isoformat(timespec="seconds")}


def render_item(item: Item) -> str:
    """One item as JSON, to be kept until it is in a message."""
    return to_json(asdict(item))


def read_item(text: str) -> Item:
    """The item that `render_item` wrote."""
    return _item(json.loads(text))


def _item(values: dict[str, Any]) -> Item:
    return Item(**{name: _frozen(value) for name, value in values.items()})


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
