"""A stream of bytes to pages: told apart by what it looks like, then by its name.

One layer of gzip is taken off.  The three readers behind this module (one page, JSON
lines, web archive) hold one page at a time and give problems as values.
"""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

from searchkit.errors import InputError
from searchkit.inflate import InflateError, Readable, open_inflated
from searchkit.inputs.jsonlines import check_record, iter_json_lines, refuse_array
from searchkit.inputs.limits import MAX_PAGE_BYTES, TOO_LARGE
from searchkit.inputs.warc import iter_warc
from searchkit.records import Page
from searchkit.sniff import NAMES, PAGE_TYPES, SNIFF_BYTES, bom_charset, sniff

_BUFFER = 1 << 16

_HTML_SUFFIXES = frozenset({".html", ".htm", ".xhtml", ".shtml"})
_JSON_SUFFIXES = frozenset({".jsonl", ".ndjson", ".json"})
# What to do about things that hold pages but are none.
_UNPACK = "Unpack it and add the folder"
_HINTS = {
    "application/zip": _UNPACK,
    "application/x-tar": _UNPACK,
    "application/x-7z-compressed": _UNPACK,
    "application/vnd.rar": _UNPACK,
    "application/x-bzip2": "Decompress it first",
    "application/x-xz": "Decompress it first",
    "application/zstd": "Decompress it first",
    "message/rfc822": "Save the page as HTML",
}


class _Again(io.RawIOBase):
    """A stream whose beginning has been read and is to be read again."""

    def __init__(self, head: bytes, rest: Readable) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        data = self._head[: len(buffer)] or self._rest.read(len(buffer))
        self._head = self._head[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def _reopened(head: bytes, rest: Readable) -> io.BufferedReader:
    return io.BufferedReader(_Again(head, rest), _BUFFER)


def iter_stream(source: Readable, origin: str) -> Iterator[Page | InputError]:
    """Give the pages of one stream; ``origin`` is its name and tells by its suffix.

    Raises OSError where the source does.
    """
    head = source.read(SNIFF_BYTES)
    stream = _reopened(head, source)
    name = PurePath(origin)
    try:
        if sniff(head) == "application/gzip":
            stream = open_inflated(stream)
            head = stream.peek(SNIFF_BYTES)
            name = name.with_suffix("") if name.suffix.lower() == ".gz" else name
            if sniff(head) == "application/gzip":
                raise InputError(origin, "compressed twice. Decompress it once")
        yield from _iter_kind(stream, origin, name.suffix.lower(), head)
    except InflateError as error:
        yield InputError(origin, str(error))
    except InputError as error:
        yield error


def _iter_kind(
    stream: io.BufferedReader, origin: str, suffix: str, head: bytes
) -> Iterator[Page | InputError]:
    media_type = sniff(head)
    if not head:
        raise InputError(origin, "is empty")
    if media_type == "application/warc":
        yield from iter_warc(stream, origin)
    elif suffix in _JSON_SUFFIXES or media_type == "application/json":
        yield from _iter_json(stream, origin, suffix, media_type)
    else:
        yield _one_page(stream, origin, suffix, media_type)


def _iter_json(
    stream: io.BufferedReader, origin: str, suffix: str, media_type: str
) -> Iterator[Page | InputError]:
    if media_type not in {"application/json", "text/plain"}:
        raise InputError(origin, f"not JSON: looks like {NAMES.get(media_type, media_type)}")
    refuse_array(stream.peek(SNIFF_BYTES), origin)
    if suffix != ".json":
        yield from iter_json_lines(stream, origin)
        return
    body = _read_whole(stream, origin).removeprefix(codecs.BOM_UTF8)
    if _is_one_value(body):
        check_record(body, origin)
        yield Page(body, origin, "application/json", datetime.now(UTC))
    else:
        yield from iter_json_lines(_reopened(body, io.BytesIO()), origin)


def _is_one_value(body: bytes) -> bool:
    """Whether the first line alone is not yet a record: a record laid out for people."""
    first, _, rest = body.strip().partition(b"\n")
    try:
        value: Any = json.loads(first)
    except (ValueError, RecursionError):
        return True
    return not rest and isinstance(value, dict)


def _one_page(stream: io.BufferedReader, origin: str, suffix: str, media_type: str) -> Page:
    if media_type == "text/plain" and suffix in _HTML_SUFFIXES:
        media_type = "text/html"
    if media_type not in PAGE_TYPES:
        raise InputError(origin, _refusal(media_type))
    body = _read_whole(stream, origin)
    charset = bom_charset(body) if media_type != "application/pdf" else None
    if media_type != "application/pdf" and charset in {None, "utf-8"} and b"\0" in body:
        raise InputError(origin, _refusal("application/octet-stream"))
    return Page(body, origin, media_type, datetime.now(UTC), charset=charset)


def _refusal(media_type: str) -> str:
    hint = f". {_HINTS[media_type]}" if media_type in _HINTS else ""
    return f"not a text, HTML or PDF file: looks like {NAMES[media_type]}{hint}"


def _read_whole(stream: io.BufferedReader, origin: str) -> bytes:
    body = stream.read(MAX_PAGE_BYTES + 1)
    if len(body) > MAX_PAGE_BYTES:
        raise InputError(origin, TOO_LARGE)
    return body
