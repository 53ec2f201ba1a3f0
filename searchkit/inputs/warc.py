"""Web archives (WARC 0.17 to 1.1) to pages: what was captured, as it was captured.

Records of HTML, text and PDF with a web address are given; requests, redirects, error
pages, images and the like are passed over.  The framing is read here and not by warcio,
which takes header lines of any length, unpacks without bound, writes to stderr and
reports half a file as whole; the tests compare the two on what warcio writes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from searchkit.errors import InputError
from searchkit.inflate import Coding, InflateError, inflate
from searchkit.inputs.limits import MAX_HEAD_BYTES, MAX_PAGE_BYTES, TOO_LARGE
from searchkit.records import Page
from searchkit.sniff import NAMES, PAGE_TYPES, sniff
from searchkit.urls import redact_url, split_url

_VERSION = re.compile(rb"WARC/[01]\.\d+\s*\Z")
_DIGITS = re.compile(r"[0-9]{1,15}\Z")
_STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r?\n")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE | re.ASCII)

# What may be text/html or text/plain, as its server says.
_TEXTUAL = PAGE_TYPES - {"application/pdf"} | {"application/json", "application/xml"}

Headers = tuple[tuple[str, str], ...]


class _Damaged(Exception):
    """The framing is lost; the text says how."""


@dataclass(frozen=True, slots=True)
class _Record:
    headers: Headers
    block: bytes
    length: int

    def header(self, name: str) -> str | None:
        return _header(self.headers, name)


def iter_warc(stream: io.BufferedReader, origin: str) -> Iterator[Page | InputError]:
    """Give the pages of a plain (already unpacked) WARC stream.

    Origins are ``path:URL``.  After a damaged record reading goes on at the next one;
    a file that breaks off gives one problem at its end.
    """
    number = 0
    while True:
        try:
            record = _read_record(stream)
            if record is None:
                return
            number += 1
            yield from _pages(record, origin)
        except _Damaged as error:
            yield InputError(origin, f"{error} after record {number}; what follows is tried")
            _skip_to_version(stream)
        except (InflateError, EOFError) as error:
            words = str(error) or "the file ends too early"
            yield InputError(origin, f"{words}, after record {number}: it may be truncated")
            return


def _read_record(stream: io.BufferedReader) -> _Record | None:
    """Read the next record, or None at the end.  Raises EOFError where it is cut."""
    line = stream.readline(MAX_HEAD_BYTES)
    while line in {b"\r\n", b"\n"}:
        line = stream.readline(MAX_HEAD_BYTES)
    if not line:
        return None
    if not _VERSION.match(line):
        raise _Damaged("there is no WARC record where one should begin")
    headers = _parse_headers(_read_head(stream))
    length = _header(headers, "content-length") or ""
    if not _DIGITS.match(length):
        raise _Damaged(f"there is no usable Content-Length ({length[:20]!r})")
    return _Record(headers, _read_block(stream, int(length)), int(length))


def _read_head(stream: io.BufferedReader) -> bytes:
    """Read header lines up to the empty one."""
    head = bytearray()
    while True:
        line = stream.readline(MAX_HEAD_BYTES)
        if line in {b"\r\n", b"\n"}:
            return bytes(head)
        if not line:
            raise EOFError
        head += line
        if len(head) > MAX_HEAD_BYTES:
            raise _Damaged(f"there are headers of more than {MAX_HEAD_BYTES >> 10} KiB")


def _read_block(stream: io.BufferedReader, length: int) -> bytes:
    """Read a block, of a large one the beginning only: as much as a page may have."""
    block = stream.read(min(length, MAX_PAGE_BYTES + MAX_HEAD_BYTES))
    left = length - len(block)
    while left:
        skipped = stream.read(min(left, 1 << 16))
        if not skipped:
            raise EOFError
        left -= len(skipped)
    return block


def _skip_to_version(stream: io.BufferedReader) -> None:
    """Leave the stream before the next line that begins a record, or at its end."""
    while True:
        ahead = stream.peek(16)
        if not ahead or ahead.startswith(b"WARC/1."):
            return
        stream.readline(1 << 16)


def _parse_headers(head: bytes) -> Headers:
    """Take "Name: value" lines apart; continued lines are joined, others dropped."""
    headers: list[list[str]] = []
    for line in head.decode("utf-8", "replace").splitlines():
        name, colon, value = line.partition(":")
        if line[:1] in {" ", "\t"} and headers:
            headers[-1].append(line.strip())
        elif colon:
            headers.append([name.strip(), value.strip()])
    return tuple((name, " ".join(values)) for name, *values in headers)


def _header(headers: Headers, wanted: str) -> str | None:
    return next((value for name, value in headers if name.lower() == wanted), None)


def _pages(record: _Record, origin: str) -> Iterator[Page | InputError]:
    """Give the record's page, a problem, or nothing where it is not for us."""
    url = (record.header("warc-target-uri") or "").strip("<>")
    parts = split_url(url)
    if parts is None or parts.path == "/robots.txt":
        return
    here = f"{origin}:{redact_url(url)}"
    kind = record.header("warc-type")
    try:
        page = None
        if kind == "response":
            page = _response_page(record, here, url)
        elif kind == "resource":
            content_type = record.header("content-type") or ""
            page = _make_page(record, here, url, content_type, record.block, None, ())
        if page is not None:
            yield page
    except InflateError as error:
        yield InputError(here, str(error))
    except InputError as error:
        yield error


def _response_page(record: _Record, here: str, url: str) -> Page | None:
    status = _STATUS_LINE.match(record.block)
    end = _HEAD_END.search(record.block, 0, MAX_HEAD_BYTES)
    if status is None or end is None:
        raise InputError(here, "holds no HTTP response")
    if not status[1].startswith(b"2"):
        return None
    _, _, head = record.block[: end.start()].partition(b"\n")
    headers = _parse_headers(head)
    content_type = _header(headers, "content-type") or ""
    body = record.block[end.end() :]
    return _make_page(record, here, url, content_type, body, int(status[1]), headers)


def _make_page(
    record: _Record,
    here: str,
    url: str,
    content_type: str,
    body: bytes,
    status: int | None,
    headers: Headers,
) -> Page | None:
    declared = content_type.partition(";")[0].strip().lower()
    if declared not in PAGE_TYPES | {"", "application/octet-stream"}:
        return None
    if record.length > len(record.block) or len(body) > MAX_PAGE_BYTES:
        raise InputError(here, TOO_LARGE)
    body = _decoded(body, headers, here)
    if not body:
        return None
    media_type = _media_type(declared, sniff(body), here)
    charset = _CHARSET.search(content_type)
    return Page(
        body=body,
        origin=here,
        media_type=media_type,
        fetched_at=_captured_at(record.header("warc-date")),
        url=url,
        charset=charset[1].lower() if charset else None,
        status=status,
        headers=tuple((n, v) for n, v in headers if n.lower() != "set-cookie"),
    )


def _media_type(declared: str, seen: str, here: str) -> str:
    """Believe the server on kinds of text, the bytes on everything else."""
    if seen == "application/pdf":
        return seen
    if declared.startswith(("text/", "application/xhtml")) and seen in _TEXTUAL:
        return declared
    if seen in PAGE_TYPES:
        return seen
    raise InputError(here, f"not a text, HTML or PDF page: looks like {NAMES[seen]}")


def _decoded(body: bytes, headers: Headers, here: str) -> bytes:
    """Undo chunks and one content coding, where the writer has not done so already."""
    if (_header(headers, "transfer-encoding") or "").lower() == "chunked":
        body = _without_chunks(body)
    coding = (_header(headers, "content-encoding") or "").strip().lower()
    coding = coding.removeprefix("x-")
    known: dict[str, Coding] = {"gzip": "gzip", "deflate": "deflate"}
    if coding in {"", "identity"} or _looks_decoded(body, coding):
        return body
    if coding not in known:
        raise InputError(here, f"the Content-Encoding {coding[:40]!r} is not supported")
    return inflate(body, known[coding], MAX_PAGE_BYTES)


def _looks_decoded(body: bytes, coding: str) -> bool:
    """Whether an archive keeps the plain body under the headers of the packed one."""
    if coding == "gzip":
        return not body.startswith(b"\x1f\x8b")
    return sniff(body) != "application/octet-stream"


def _without_chunks(body: bytes) -> bytes:
    """Join the chunks; a body that is not in chunks comes back as it is."""
    parts: list[bytes] = []
    place = 0
    while match := _CHUNK_SIZE.match(body, place):
        size = int(match[1], 16)
        if size == 0:
            return b"".join(parts)
        parts.append(body[match.end() : match.end() + size])
        place = match.end() + size
        place += 2 if body.startswith(b"\r\n", place) else 1
    return body


def _captured_at(date: str | None) -> datetime:
    """Give the WARC-Date; now, where there is none or it lies ahead."""
    now = datetime.now(UTC)
    try:
        # Up to nine decimals are allowed in WARC 1.1, six are read.
        captured = datetime.fromisoformat((date or "")[:26].removesuffix("Z"))
    except ValueError:
        return now
    return min(captured.replace(tzinfo=UTC), now)
