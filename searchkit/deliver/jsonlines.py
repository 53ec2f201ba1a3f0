"""A message as JSON, and back: for machines, and for the outbox.

The text is exact there; what would act on a terminal is written as an escape.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import datetime
from typing import Any

from searchkit.deliver.records import Item, Message

MESSAGE_SCHEMA = "searchkit.message/1"
ITEM_SCHEMA = "searchkit.told/1"

# DEL and C1, bidi controls and zero-width marks, tag characters, lone surrogates, what is
# no character, line ends that JSON allows and JavaScript did not; json.dumps escapes C0.
_ESCAPED = re.compile(
    "[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\ufffe\uffff\U000e0000-\U000e007f\ud800-\udfff]"
)


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
    values["items"] = tuple(Item(**_tuples(item)) for item in values["items"])
    values["alerts"] = tuple(values["alerts"])
    return Message(**values)


def _named(values: dict[str, Any]) -> dict[str, Any]:
    created: datetime = values["created"]
    rest = {k: v for k, v in values.items() if k != "id"}
    return {"message_id": values["id"], **rest, "created": created.isoformat(timespec="seconds")}


def _tuples(item: dict[str, Any]) -> dict[str, Any]:
    return {k: _tuple(v) if isinstance(v, list) else v for k, v in item.items()}


def _tuple(values: list[Any]) -> tuple[Any, ...]:
    return tuple(_tuple(v) if isinstance(v, list) else v for v in values)


def to_json(value: Any) -> str:
    r"""One line of JSON, readable letters, what hides or turns text as ``\u`` escapes.

    >>> to_json({"t": "é\x9b"})
    '{"t": "é\\u009b"}'
    """
    return _ESCAPED.sub(_escape, json.dumps(value, ensure_ascii=False))


def _escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
