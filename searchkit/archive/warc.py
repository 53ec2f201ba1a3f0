"""WARC files: raw pages appended for good, read back with every byte accounted for.

A page goes in and the place of its record comes out; a place goes in and the body comes
out.  Each record is its own gzip member, so that it can be read by offset and any web
archive tool can read the file.  How far a file counts (size, records, CRC-32) stands in
the table ``warc_files``: a library that reads WARC takes a file cut short for a whole one.
Bytes beyond that size were never acknowledged.  Which document a record became is not
known here.
"""

from __future__ import annotations

import io
import logging
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.timeutils import datetime_to_iso_date
from warcio.warcwriter import WARCWriter

from searchkit.archive.database import Database
from searchkit.archive.rows import storable
from searchkit.errors import ArchiveError, SearchkitError
from searchkit.records import Page

_LOG = logging.getLogger(__name__)

MAX_FILE_BYTES = 1_000_000_000
"""A file that has reached this takes no further record: the size that archives exchange."""

_CHUNK = 1 << 16
_GZIP = 16 + zlib.MAX_WBITS
# warcio writes level 9, which takes twice the time of 6 for 1 % less on web pages.
_LEVEL = 6

FILE_NAME = re.compile(r"searchkit-([0-9]{6,18})\.warc\.gz\Z")

# RFC 9110, 5.1: what a header's name may hold; 5.5: what breaks a value out of its line.
_NOT_IN_HEADER_NAME = re.compile(r"[^!#$%&'*+.^_`|~0-9A-Za-z-]")
_NOT_IN_HEADER_VALUE = re.compile(r"[\x00-\x1f\x7f]+")
# They describe bytes on the wire; the body kept here is decoded and whole.
_WIRE_HEADERS = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_IN_URI = "!#$%&'()*+,/:;=?@[]~"
_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record lies: number of the file, first byte, and bytes up to its end."""

    file: int
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class WarcFile:
    """A row of ``warc_files``: what of a file has been acknowledged."""

    number: int
    name: str
    size: int
    records: int
    crc32: int


def _gzipped(record: object, writer: WARCWriter, plain: io.BytesIO) -> bytes:
    writer.write_record(record)
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    return packer.compress(plain.getbuffer()) + packer.flush()


def encode_page(page: Page) -> bytes:
    """A page as one WARC record in one gzip member.

    With an HTTP status and a web address it is a "response", else a "resource".
    """
    plain = io.BytesIO()
    writer = WARCWriter(plain, gzip=False)
    is_response = page.status is not None and _is_web(page.url)
    record = writer.create_warc_record(
        _target(page),
        "response" if is_response else "resource",
        payload=io.BytesIO(page.body),
        length=len(page.body),
        warc_content_type="" if is_response else _content_type(page),
        warc_headers_dict={"WARC-Date": datetime_to_iso_date(page.fetched_at)},
        http_headers=_http_headers(page) if is_response else None,
    )
    return _gzipped(record, writer, plain)


def _encode_info(name: str) -> bytes:
    plain = io.BytesIO()
    writer = WARCWriter(plain, gzip=False)
    info = {"software": "searchkit", "format": "WARC File Format 1.0"}
    return _gzipped(writer.create_warcinfo_record(name, info), writer, plain)


def _is_web(url: str | None) -> bool:
    return url is not None and url.startswith(("http:", "https:"))


def _target(page: Page) -> str:
    """The page's URI; what has no URL gets a name of its own in the urn scheme."""
    if page.url:
        return quote(storable(page.url), safe=_IN_URI)
    return "urn:x-searchkit:" + quote(storable(page.origin), safe="")


def _content_type(page: Page) -> str:
    value = f"{page.media_type}; charset={page.charset}" if page.charset else page.media_type
    return _header_value(value)


def _http_headers(page: Page) -> StatusAndHeaders:
    headers = [_http_header(name, value) for name, value in page.headers]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", _content_type(page)))
    status = page.status or 0
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"
    return StatusAndHeaders(f"{status} {phrase}", headers, protocol="HTTP/1.1")


def _http_header(name: str, value: str) -> tuple[str, str]:
    clean_name = _NOT_IN_HEADER_NAME.sub("-", name) or "-"
    if clean_name.lower() in _WIRE_HEADERS:
        clean_name = "X-Archive-Orig-" + clean_name
    return clean_name, _header_value(value)


def _header_value(value: str) -> str:
    """One line of ASCII: what lies beyond goes in percent-encoded."""
    return quote(_NOT_IN_HEADER_VALUE.sub(" ", storable(value)).strip(), safe=_PRINTABLE)


class _Member(io.RawIOBase):
    """One gzip member of a file as its plain bytes; ArchiveError unless whole and exact."""

    def __init__(self, file: BinaryIO, offset: int, length: int) -> None:
        super().__init__()
        file.seek(offset)
        self._file = file
        self._left = length
        self._unpacker = zlib.decompressobj(_GZIP)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        plain = self._read(len(buffer))
        buffer[: len(plain)] = plain
        return len(plain)

    def _read(self, limit: int) -> bytes:
        while not self._unpacker.eof:
            packed = self._unpacker.unconsumed_tail or self._file.read(min(self._left, _CHUNK))
            if not self._unpacker.unconsumed_tail:
                self._left -= len(packed)
            try:
                plain = self._unpacker.decompress(packed, limit)
            except zlib.error as exc:
                raise ArchiveError(f"the record is damaged ({exc})") from exc
            if plain:
                return plain
            if not packed:
                raise ArchiveError("the record is cut short")
        if self._left or self._unpacker.unused_data:
            raise ArchiveError("the record ends before its length")
        return b""


def iter_body(path: Path, place: Place) -> Iterator[bytes]:
    """The body of a record in pieces; ArchiveError where it is not whole.

    The whole member is unpacked once before (its CRC-32 stands at the end), so that the
    WARC parser never meets a damaged head.
    """
    try:
        with path.open("rb") as file:
            for _ in _pieces(_Member(file, place.offset, place.length)):
                pass
            member = io.BufferedReader(_Member(file, place.offset, place.length), _CHUNK)
            record = next(iter(ArchiveIterator(member)), None)
            if record is None:
                raise ArchiveError("the record is empty")
            yield from _pieces(record.raw_stream)
    except (ArchiveLoadFailed, ValueError, EOFError) as exc:
        raise ArchiveError(f"the record cannot be read ({exc})") from exc
    except OSError as exc:
        raise ArchiveError(f"the file cannot be read ({exc.strerror})") from exc


def _pieces(stream: io.RawIOBase) -> Iterator[bytes]:
    while piece := stream.read(_CHUNK):
        yield piece


def is_unfinished_record(path: Path, offset: int) -> bool:
    """Whether the bytes from ``offset`` are at most one record, whole or torn.

    That is what a writer leaves who is stopped between file and table.  More can only
    come from elsewhere, say from a table restored out of an older backup.
    """
    unpacker = zlib.decompressobj(_GZIP)
    with path.open("rb") as file:
        file.seek(offset)
        while packed := file.read(_CHUNK):
            if unpacker.eof:
                return False
            while packed and not unpacker.eof:
                try:
                    unpacker.decompress(packed, _CHUNK)
                except zlib.error:
                    return False
                packed = unpacker.unconsumed_tail
    return not unpacker.unused_data


def set_aside(path: Path, offset: int, quarantine: Path) -> Path:
    """Move the bytes from ``offset`` on into a file of the quarantine folder."""
    quarantine.mkdir(mode=0o700, exist_ok=True)
    target = _free_name(quarantine / f"{path.name}.from-{offset}")
    with path.open("rb+") as file, target.open("xb") as copy:
        file.seek(offset)
        while piece := file.read(_CHUNK):
            copy.write(piece)
        copy.flush()
        os.fsync(copy.fileno())
        fsync_directory(quarantine)
        file.truncate(offset)
        os.fsync(file.fileno())
    if offset == 0:
        path.unlink()
    return target


def _free_name(path: Path) -> Path:
    number = 1
    target = path
    while target.exists():
        number += 1
        target = path.with_name(f"{path.name}-{number}")
    return target


def fsync_directory(path: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def strays(directory: Path, last: int) -> list[Path]:
    """WARC files by our naming beyond number ``last``: their making was never recorded."""
    found = []
    for path in directory.iterdir():
        match = FILE_NAME.match(path.name)
        if match and int(match[1]) > last:
            found.append(path)
    return sorted(found)


class WarcWriter:
    """Appends records to the newest file; holds it open until `close`."""

    def __init__(self, directory: Path, quarantine: Path, database: Database) -> None:
        self._directory = directory
        self._quarantine = quarantine
        self._database = database
        self._descriptor = -1
        self._current: WarcFile | None = None
        self._syncs_later = False
        self._settle()

    def _settle(self) -> None:
        """Cut off what a stopped writer left beyond the acknowledged size."""
        self.close()
        last = self._last()
        try:
            for path in strays(self._directory, last.number if last else 0):
                self._cut(path, 0)
            if last is not None:
                self._settle_last(last)
        except OSError as exc:
            raise ArchiveError(f"cannot write {self._directory}: {exc.strerror}") from exc

    def _settle_last(self, last: WarcFile) -> None:
        path = self._directory / last.name
        size = path.stat().st_size if path.exists() else -1
        if size < last.size:
            _LOG.warning("%s is shorter than it was: run searchkit check", path)
            return
        if size > last.size:
            self._cut(path, last.size)
        self._descriptor = _open_private(path)
        self._current = last

    def _cut(self, path: Path, offset: int) -> None:
        if not is_unfinished_record(path, offset):
            kept = set_aside(path, offset, self._quarantine)
            _LOG.warning("%s has records that the archive does not know: moved to %s", path, kept)
        elif offset:
            os.truncate(path, offset)
        else:
            path.unlink()

    def _last(self) -> WarcFile | None:
        row = self._database.row("SELECT * FROM warc_files ORDER BY number DESC LIMIT 1")
        return None if row is None else WarcFile(**row)

    @contextmanager
    def appended(self, page: Page) -> Iterator[Place]:
        """Write the page's record; inside, one transaction is open that makes it count."""
        record = encode_page(page)
        file = self._writable()
        try:
            self._write(file, record)
            with self._database.transaction():
                grown = self._grow(file, record)
                yield Place(file.number, file.size, len(record))
        except BaseException:
            self._forget(file)
            raise
        self._current = grown

    @contextmanager
    def synced_once(self) -> Iterator[None]:
        """All records written inside reach the disk at its end, before they are committed."""
        self._syncs_later = True
        try:
            yield
        finally:
            self._syncs_later = False
        if self._descriptor >= 0:
            os.fsync(self._descriptor)

    def forget_unknown(self) -> None:
        """Cut off what was written in a transaction that came to nothing."""
        if self._current is not None:
            self._forget(self._current)

    def _grow(self, file: WarcFile, record: bytes) -> WarcFile:
        grown = WarcFile(
            file.number,
            file.name,
            file.size + len(record),
            file.records + 1,
            zlib.crc32(record, file.crc32),
        )
        self._database.run(
            "UPDATE warc_files SET size = ?, records = ?, crc32 = ? WHERE number = ?",
            (grown.size, grown.records, grown.crc32, grown.number),
        )
        return grown

    def _write(self, file: WarcFile, record: bytes) -> None:
        try:
            left, offset = memoryview(record), file.size
            while left:
                written = os.pwrite(self._descriptor, left, offset)
                left, offset = left[written:], offset + written
            if not self._syncs_later:
                os.fsync(self._descriptor)
        except OSError as exc:
            path = self._directory / file.name
            raise ArchiveError(
                f"cannot write {path} ({exc.strerror}): make room and run it again"
            ) from exc

    def _forget(self, file: WarcFile) -> None:
        # The table decides what counts: an interrupt may come just after its commit.
        self.close()
        with suppress(SearchkitError, OSError):
            last = self._last()
            if last is not None and last.number == file.number:
                path = self._directory / last.name
                if path.stat().st_size > last.size:
                    os.truncate(path, last.size)

    def _writable(self) -> WarcFile:
        if self._current is None:
            self._settle()
        if self._current is None or self._current.size >= MAX_FILE_BYTES:
            self._current = self._new_file()
        return self._current

    def _new_file(self) -> WarcFile:
        last = self._last()
        number = last.number + 1 if last else 1
        name = f"searchkit-{number:06d}.warc.gz"
        record = _encode_info(name)
        file = WarcFile(number, name, 0, 0, 0)
        self.close()
        try:
            self._descriptor = _open_private(self._directory / name)
            self._write(file, record)
            fsync_directory(self._directory)
        except OSError as exc:
            raise ArchiveError(f"cannot write {self._directory}: {exc.strerror}") from exc
        with self._database.transaction():
            self._database.run("INSERT INTO warc_files VALUES (?, ?, 0, 0, 0)", (number, name))
            return self._grow(file, record)

    def close(self) -> None:
        """Close the file; the next record opens it again."""
        if self._descriptor >= 0:
            if self._syncs_later:
                os.fsync(self._descriptor)
            os.close(self._descriptor)
        self._descriptor = -1
        self._current = None


def _open_private(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
