"""Records to rows and back: how a page, a document and a passage lie in the tables.

A record goes in and a mapping of columns comes out, or a row goes in and a record comes
out, equal to the one that was stored.  Nothing is read or written here.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from operator import attrgetter, itemgetter
from typing import Any

from searchkit.errors import ArchiveError, InputError
from searchkit.records import Document, Given, Page, Passage, Removed, Statement

# Far above what cleaning lets through; a blob that unpacks to more is damaged or forged.
_MAX_UNPACKED_BYTES = 1 << 28
# Level 6 packs prose to two fifths; level 9 takes twice the time for a hundredth less.
_LEVEL = 6

_GIVEN = tuple(f.name for f in fields(Given))


def pack(text: str) -> bytes:
    """A text as a zlib blob.

    >>> unpack(pack("Grain must flow"))
    'Grain must flow'
    """
    return zlib.compress(text.encode("utf-8"), _LEVEL)


def unpack(blob: bytes) -> str:
    """The text of a blob; ArchiveError where it is damaged or larger than any text kept."""
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(blob, _MAX_UNPACKED_BYTES)
        if unpacker.eof:
            return text.decode("utf-8")
    except (zlib.error, UnicodeDecodeError):
        pass
    raise ArchiveError("a text in the archive is damaged. Run: searchkit check")


def utc_text(moment: datetime) -> str:
    """An aware time as ISO 8601 in UTC; ValueError where it has no time zone.

    >>> utc_text(datetime(2024, 9, 17, 8, 30, tzinfo=UTC))
    '2024-09-17T08:30:00+00:00'
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be kept")
    return moment.astimezone(UTC).isoformat()


def storable(text: str) -> str:
    """The text without lone surrogates, which UTF-8 cannot hold; file names have them.

    >>> storable("note \\udcff.txt")
    'note ?.txt'
    """
    return text.encode("utf-8", "replace").decode("utf-8")


def digest(body: bytes) -> bytes:
    """The SHA-256 of bytes, by which the archive knows them again.

    >>> digest(b"").hex()[:8]
    'e3b0c442'
    """
    from hashlib import sha256  # loads OpenSSL, which a search does not need

    return sha256(body).digest()


# ASCII, so that lone surrogates survive as escapes.
_ENCODER = json.JSONEncoder(separators=(",", ":"))


def _json(value: object) -> str:
    return _ENCODER.encode(value)


def given_text(given: Given) -> str:
    """A `Given` as JSON, the same for equal ones.

    >>> given_text(Given(source="xx-mfa"))
    '{"source":"xx-mfa"}'
    """
    return _json({name: value for name in _GIVEN if (value := getattr(given, name)) is not None})


def read_given(text: str) -> Given:
    """The `Given` of a capture's row.

    >>> read_given('{"source":"xx-mfa"}')
    Given(id=None, title=None, speaker=None, role=None, country=None, published=None, \
source='xx-mfa', url=None, language=None, listed=None)
    """
    return Given(**json.loads(text))


def page_row(page: Page) -> dict[str, object]:
    """The columns of a capture that describe its page."""
    return {
        "sha256": digest(page.body),
        "url": None if page.url is None else storable(page.url),
        "origin": storable(page.origin),
        "media_type": storable(page.media_type),
        "charset": None if page.charset is None else storable(page.charset),
        "status": page.status,
        "fetched_at": utc_text(page.fetched_at),
        "headers": _json(page.headers) if page.headers else None,
    }


def read_page(row: Mapping[str, Any], body: bytes) -> Page:
    """The page of a capture's row, with the body that its WARC record holds."""
    headers = json.loads(row["headers"]) if row["headers"] else ()
    return Page(
        body=body,
        origin=row["origin"],
        media_type=row["media_type"],
        fetched_at=datetime.fromisoformat(row["fetched_at"]),
        url=row["url"],
        charset=row["charset"],
        status=row["status"],
        headers=tuple((name, value) for name, value in headers),
    )


def document_row(document: Document) -> dict[str, object]:
    """The columns of a version; InputError where the text is no valid Unicode."""
    row: dict[str, object] = {
        f.name: getattr(document, f.name)
        for f in fields(Document)
        if f.name not in {"id", "evidence"}
    }
    row["authors"] = _json(document.authors) if document.authors else None
    row["warnings"] = _json(document.warnings) if document.warnings else None
    removed = [[block.text, block.rule] for block in document.removed]
    try:
        row["text_sha256"] = digest(document.text.encode("utf-8"))
        row["text"] = pack(document.text)
        row["removed"] = pack(_json(removed)) if removed else None
        for value in row.values():
            if isinstance(value, str):
                value.encode("utf-8")
    except UnicodeEncodeError as exc:
        raise InputError(
            document.url or document.id, "has half a surrogate pair, which is no text"
        ) from exc
    return row


_LIGHT = tuple(
    f.name
    for f in fields(Document)
    if f.name not in {"id", "text", "removed", "authors", "warnings", "evidence"}
)


def read_document(document_id: str, row: Mapping[str, Any], *, light: bool = False) -> Document:
    """The document of a version's row; ``light`` leaves text and removed blocks empty."""
    values = {name: row[name] for name in _LIGHT}
    removed = () if light or not row["removed"] else json.loads(unpack(row["removed"]))
    return Document(
        id=document_id,
        text="" if light else unpack(row["text"]),
        authors=tuple(json.loads(row["authors"] or "[]")),
        warnings=tuple(json.loads(row["warnings"] or "[]")),
        removed=tuple(Removed(text, rule) for text, rule in removed),
        **values,
    )


# Who said it: fields that a statement shares with its passage.
_WHO = tuple(f.name for f in fields(Statement) if f.name not in {"start", "end", "text"})
_PASSAGE = tuple(f.name for f in fields(Passage) if f.name not in {"document_id", "statements"})


_who_of = attrgetter(*_WHO)
_values_of, _columns_of = attrgetter(*_PASSAGE), itemgetter(*_PASSAGE)


def passage_row(passage: Passage, document: int, version: int) -> tuple[object, ...]:
    """The columns of a passage as `schema.WRITE_PASSAGE` takes them."""
    statements = [_statement_values(s, passage) for s in passage.statements]
    stored = _json(statements) if statements else None
    return (document, version, *_values_of(passage), stored)


def _statement_values(statement: Statement, passage: Passage) -> dict[str, object]:
    """A statement's fields, without those that are as its passage lets expect."""
    exact = _slice(passage.text, passage.start, statement.start, statement.end)
    values: dict[str, object] = {"start": statement.start, "end": statement.end}
    if statement.text != exact:
        values["text"] = statement.text
    theirs, ours = _who_of(statement), _who_of(passage)
    if theirs != ours:
        both = zip(_WHO, theirs, ours, strict=True)
        values |= {name: value for name, value, expected in both if value != expected}
    return values


def _slice(text: str, text_start: int, start: int, end: int) -> str | None:
    if not text_start <= start <= end <= text_start + len(text):
        return None
    return text[start - text_start : end - text_start]


def read_passage(document_id: str, row: Mapping[str, Any]) -> Passage:
    """The passage of a row."""
    values = dict(zip(_PASSAGE, _columns_of(row), strict=True))
    statements = tuple(_statements(row)) if row["statements"] else ()
    return Passage(document_id=document_id, statements=statements, **values)


def _statements(row: Mapping[str, Any]) -> Iterator[Statement]:
    who = {name: row[name] for name in _WHO}
    for stored in json.loads(row["statements"]):
        exact = _slice(row["text"], row["start"], stored["start"], stored["end"])
        yield Statement(**who | {"text": exact} | stored)
