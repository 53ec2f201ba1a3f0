"""The check of an archive: every byte read, every figure compared; and the repair.

The open database goes in and findings come out, each with the place and what to do.
Checking changes nothing.  Repairing moves files that the tables do not know into the
quarantine folder; it deletes no archive byte and rewrites no record.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from searchkit.archive import rows
from searchkit.archive.database import Database
from searchkit.archive.lock import is_locked
from searchkit.archive.warc import (
    FILE_NAME,
    Place,
    WarcFile,
    is_unfinished_record,
    iter_body,
    set_aside,
)
from searchkit.errors import ArchiveError

_CHUNK = 1 << 16
_MAX_SQLITE_LINES = 20

_RESTORE = "restore the file from a backup; documents and passages are kept apart from it"
_SET_ASIDE = "run: searchkit check --repair (moves the bytes to archive/quarantine)"
_RESTORE_TABLES = "restore searchkit.sqlite3 from a backup"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, the file or record it concerns, and what can be done."""

    what: str
    where: str
    repair: str


def check_archive(path: Path, database: Database) -> list[Finding]:
    """All findings for the archive in folder ``path``, tables first."""
    with database.snapshot():
        try:
            broken = list(_check_tables(database))
            if broken:
                return broken
            return [
                *_check_warc_files(path, database),
                *_check_documents(database),
                *_check_passages(database),
            ]
        except ArchiveError as exc:
            return [Finding(str(exc), str(database.path), _RESTORE_TABLES)]


def _check_tables(database: Database) -> Iterator[Finding]:
    where = str(database.path)
    for row in database.rows(f"PRAGMA integrity_check({_MAX_SQLITE_LINES})"):
        if row[0] != "ok":
            yield Finding(f"SQLite: {row[0]}", where, _RESTORE_TABLES)
    for row in database.each("PRAGMA foreign_key_check"):
        what = f"row {row[1]} of table {row[0]} points at a row of {row[2]} that is missing"
        yield Finding(what, where, _RESTORE_TABLES)
    newest = database.value("SELECT max(revision) FROM documents") or 0
    if newest > database.value("SELECT revision FROM counter"):
        yield Finding("the revision counter is behind the documents", where, _RESTORE_TABLES)


def _warc_files(database: Database) -> list[WarcFile]:
    # At 1 GB a file, a list of them is short.
    return [WarcFile(**row) for row in database.rows("SELECT * FROM warc_files ORDER BY number")]


def _check_warc_files(path: Path, database: Database) -> Iterator[Finding]:
    files = _warc_files(database)
    for file in files:
        yield from _check_warc_file(path, database, file)
    if not is_locked(path / "lock"):
        yield from _check_unknown_bytes(path, files)


def _check_unknown_bytes(path: Path, files: list[WarcFile]) -> Iterator[Finding]:
    """Find records that the tables do not know.

    At most one at the end of a file is what a writer leaves that was stopped: it was never
    acknowledged, and the next one cuts it off.
    """
    for file in files:
        warc_path = path / "warc" / file.name
        extra = _size(warc_path) - file.size
        if extra > 0 and not is_unfinished_record(warc_path, file.size):
            what = f"{extra} bytes at the end are not in the tables"
            yield Finding(what, str(warc_path), _SET_ASIDE)
    for stray in _unknown_files(path, files):
        if not is_unfinished_record(stray, 0):
            yield Finding("the file is not in the tables", str(stray), _SET_ASIDE)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1


def _unknown_files(path: Path, files: list[WarcFile]) -> list[Path]:
    known = {file.name for file in files}
    directory = path / "warc"
    if not directory.is_dir():
        return []
    return [
        found
        for found in sorted(directory.iterdir())
        if FILE_NAME.match(found.name) and found.name not in known
    ]


def _check_warc_file(path: Path, database: Database, file: WarcFile) -> Iterator[Finding]:
    warc_path = path / "warc" / file.name
    size = _size(warc_path)
    if size < 0:
        yield Finding(
            f"the file is missing with its {file.records} records", str(warc_path), _RESTORE
        )
        return
    if size < file.size:
        what = f"the file is cut short: {size} bytes of {file.size}"
        yield Finding(what, str(warc_path), _RESTORE)
    records = _check_records(warc_path, database, file)
    yield from records
    if size >= file.size and not records and _crc32(warc_path, file.size) != file.crc32:
        what = "bytes differ from those that were written, outside the pages themselves"
        yield Finding(what, str(warc_path), _RESTORE)


def _crc32(path: Path, size: int) -> int:
    crc, left = 0, size
    with path.open("rb") as file:
        while left and (piece := file.read(min(left, _CHUNK))):
            crc = zlib.crc32(piece, crc)
            left -= len(piece)
    return crc


def _check_records(warc_path: Path, database: Database, file: WarcFile) -> list[Finding]:
    """Read every record of a file.

    The first record describes the file; from there on the records of the captures lie
    end to end, so that their number is right where there is no gap.
    """
    found = []
    count, end = 1, None
    for row in database.each(
        """
        SELECT offset, length, sha256, min(coalesce(url, origin)) AS name FROM captures
        WHERE file = ? GROUP BY offset, length, sha256 ORDER BY offset
        """,
        (file.number,),
    ):
        if end is not None and row["offset"] != end:
            where = f"{warc_path} at byte {end}"
            found.append(Finding("records overlap or leave a gap", where, _RESTORE_TABLES))
        count, end = count + 1, row["offset"] + row["length"]
        reason = _damage(warc_path, file, row)
        if reason:
            where = f"{warc_path} at byte {row['offset']}: {row['name']}"
            found.append(Finding(reason, where, _RESTORE))
    if count != file.records or (end is not None and end != file.size):
        what = f"{count} records up to byte {end}, not {file.records} up to {file.size}"
        found.append(Finding(what, str(warc_path), _RESTORE_TABLES))
    return found


def _damage(warc_path: Path, file: WarcFile, row: Any) -> str | None:
    digest = sha256()
    try:
        for piece in iter_body(warc_path, Place(file.number, row["offset"], row["length"])):
            digest.update(piece)
    except ArchiveError as exc:
        return str(exc)
    if digest.digest() != row["sha256"]:
        return "the record holds other bytes than were kept"
    return None


def _check_documents(database: Database) -> Iterator[Finding]:
    for row in database.each(
        """
        SELECT d.id, d.version, d.state FROM documents d
        LEFT JOIN versions v ON v.document = d.number AND v.n = d.version WHERE v.n IS NULL
        """
    ):
        yield Finding(
            f"version {row['version']} is missing", f"document {row['id']}", _RESTORE_TABLES
        )


def _check_passages(database: Database) -> Iterator[Finding]:
    """Compare each version's text with its hash, and its passages with their slices."""
    for row in database.each(
        """
        SELECT d.id, v.document, v.n, v.text, v.text_sha256 FROM versions v
        JOIN documents d ON d.number = v.document
        """
    ):
        where = f"document {row['id']} version {row['n']}"
        try:
            text = rows.unpack(row["text"])
        except ArchiveError as exc:
            yield Finding(str(exc), where, _RESTORE_TABLES)
            continue
        if sha256(text.encode("utf-8")).digest() != row["text_sha256"]:
            yield Finding("the text differs from the one kept", where, _RESTORE_TABLES)
        for passage in database.each(
            'SELECT id, start, "end", text FROM passages WHERE document = ? AND version = ?',
            (row["document"], row["n"]),
        ):
            if text[passage["start"] : passage["end"]] != passage["text"]:
                where = f"passage {passage['id']}"
                yield Finding("the passage is not its slice of the text", where, _RESTORE_TABLES)


def repair_archive(path: Path, database: Database) -> list[str]:
    """Move bytes that the tables do not know to ``quarantine``; the lock must be held."""
    files = _warc_files(database)
    moved = []
    try:
        for file in files:
            warc_path = path / "warc" / file.name
            if _size(warc_path) > file.size:
                kept = set_aside(warc_path, file.size, path / "quarantine")
                moved.append(f"moved the end of {warc_path} to {kept}")
        for stray in _unknown_files(path, files):
            kept = set_aside(stray, 0, path / "quarantine")
            moved.append(f"moved {stray} to {kept}")
    except OSError as exc:
        raise ArchiveError(f"cannot move bytes to {path / 'quarantine'}: {exc.strerror}") from exc
    return moved
