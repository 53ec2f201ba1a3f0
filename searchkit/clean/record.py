"""One JSON record to a text and what is given beside it.

In comes one object with the keys id, title, speaker, post, country, date, source, url, lang
and text, of which only text is required; out go the text and a `Given`.  Unknown keys are
left alone; a value of a wrong type is an error, an unreadable date is only a warning.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from typing import Any

from searchkit.dates import parse_date
from searchkit.errors import InputError
from searchkit.records import Given

# Keys of a record and the fields of `Given` that they fill.
FIELDS = {
    "id": "id",
    "title": "title",
    "speaker": "speaker",
    "post": "role",
    "country": "country",
    "date": "published",
    "source": "source",
    "url": "url",
    "lang": "language",
}
# Sources number their texts, and write years as numbers.
ALSO_NUMBERS = frozenset(("id", "date"))
LONGEST_URL = 100_000  # characters; longer ones are data, and take seconds to read
JSON_TYPES = {dict: "an object", list: "a list", str: "a string", bool: "true or false",
              int: "a number", float: "a number", type(None): "null"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """A record's text, what it gives beside it, and what could not be read."""

    text: str
    given: Given
    warnings: tuple[str, ...] = ()


def read_record(body: bytes, origin: str, given: Given) -> Record:
    """The record of one JSON object; what the caller gives beats what it says.

    Raises InputError where it is no JSON object, text is missing, or a type is wrong.
    """
    record = _object(body, origin)
    text = _string(record, "text", origin)
    if text is None or not text.strip():
        raise InputError(origin, "text is missing" if text is None else "text is empty")
    said = {name: _string(record, key, origin) for key, name in FIELDS.items()}
    merged = beat(Given(**said), given)
    readable, warning = readable_date(merged)
    return Record(text, readable, warning)


def beat(found: Given, given: Given) -> Given:
    """The fields of ``found``, each replaced where ``given`` states it."""
    stated = {f.name: v for f in fields(given) if (v := getattr(given, f.name)) is not None}
    return replace(found, **stated)


def readable_date(given: Given) -> tuple[Given, tuple[str, ...]]:
    """Given facts with an ISO date, or with none and a warning where it cannot be read.

    >>> readable_date(Given(published="17 Sept 2024"))[0].published
    '2024-09-17'
    >>> readable_date(Given(published="soon"))[1]
    ("date 'soon' cannot be read",)
    """
    if given.published is None:
        return given, ()
    found = parse_date(given.published)
    warnings = () if found else (f"date {given.published!r} cannot be read",)
    return replace(given, published=found), warnings


def _object(body: bytes, origin: str) -> dict[str, Any]:
    try:
        value = json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(origin, f"not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise InputError(origin, "not a record: nested too deep") from error
    except json.JSONDecodeError as error:
        raise InputError(origin, f"not JSON: {error.msg} at column {error.colno}") from error
    except ValueError as error:  # a number of more digits than Python reads
        raise InputError(origin, f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise InputError(origin, f"a record must be an object, not {JSON_TYPES[type(value)]}")
    return value


def _string(record: dict[str, Any], key: str, origin: str) -> str | None:
    """The value of a key as a string; absent, null and empty are None but for text."""
    value = record.get(key)
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and key in ALSO_NUMBERS:
        return str(value)
    if not isinstance(value, str):
        raise InputError(origin, f"{key} must be a string, not {JSON_TYPES[type(value)]}")
    if key == "url" and len(value) > LONGEST_URL:
        raise InputError(origin, f"url is longer than {LONGEST_URL:,} characters")
    clean = value.encode("utf-8", "replace").decode("utf-8")  # lone surrogates of "\\ud800"
    return clean if key == "text" else clean.strip() or None
