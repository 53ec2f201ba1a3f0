"""The SQLite file: opened, migrated, asked; the only place that sees an sqlite3 error.

A path goes in, a `Database` comes out, whose methods take SQL with bound parameters and
give whole rows.  Every error leaves as ArchiveError or Busy, with the path and what to do.
It knows no table: `schema` has them, the callers ask for them.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from searchkit.archive import schema
from searchkit.errors import ArchiveError, Busy, SearchkitError

Params = Sequence[object] | Mapping[str, object]

_BUSY_TIMEOUT_S = 30.0
# json_each for lists of ids, upsert, and WAL that read-only connections can open.
_OLDEST_SQLITE = (3, 24, 0)

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_NO_ENTRY = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY})


def _translated(path: Path, exc: sqlite3.Error) -> SearchkitError:
    """The searchkit error that says what an sqlite3 error means for the user."""
    code = getattr(exc, "sqlite_errorcode", 0) & 0xFF  # the low byte is the primary code
    if code in _DAMAGED:
        return ArchiveError(f"archive {path} is damaged ({exc}). Run: searchkit check")
    if code == sqlite3.SQLITE_FULL:
        return ArchiveError(f"no space left to write {path}: free some and run it again")
    if code == sqlite3.SQLITE_IOERR:
        return ArchiveError(f"cannot read or write {path} ({exc}): look at the disk")
    if code in _BUSY:
        return Busy(f"archive {path} is busy ({exc}): try again")
    if code in _NO_ENTRY:
        return ArchiveError(f"cannot open {path} ({exc}): look at its permissions")
    return ArchiveError(f"archive {path}: {exc}. Run: searchkit check")


class Database:
    """One connection, with its errors translated; close it when done."""

    def __init__(self, path: Path, *, write: bool) -> None:
        self.path = path
        self.write = write
        self._is_joined = False
        with self._errors():
            self._connection = _connect(path, write=write)
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as exc:
            raise _translated(self.path, exc) from exc

    def _prepare(self) -> None:
        self.run("PRAGMA trusted_schema = OFF")
        self.run("PRAGMA foreign_keys = ON")
        self._check_schema()
        if self.write:
            self.run("PRAGMA journal_mode = WAL")
            self.run("PRAGMA synchronous = FULL")
            self._migrate()

    def _check_schema(self) -> None:
        """Refuse what is not ours, or newer than this version, before anything is written."""
        found, newest = self.schema_version(), len(schema.MIGRATIONS)
        if found > newest:
            raise ArchiveError(
                f"archive {self.path} has schema {found}, this searchkit knows {newest}: "
                "use a newer searchkit"
            )
        ours = self.value("PRAGMA application_id") == schema.APPLICATION_ID
        if not ours and (found or self.value("SELECT count(*) FROM sqlite_master")):
            raise ArchiveError(f"{self.path} is no archive of searchkit: choose another --index")
        if self.write or found == newest:
            return
        if found == 0:
            raise ArchiveError(f"no archive in {self.path.parent}. Run: searchkit add FILE")
        raise ArchiveError(
            f"archive {self.path} has schema {found}, this searchkit needs {newest}. "
            "Run: searchkit check --repair"
        )

    def _migrate(self) -> None:
        for number, statements in enumerate(schema.MIGRATIONS, start=1):
            if number <= self.schema_version():
                continue
            with self.transaction():
                for statement in statements:
                    self.run(statement)
                self.run(f"PRAGMA user_version = {number}")

    def schema_version(self) -> int:
        """Number of the schema in the file, 0 for an empty file."""
        return int(self.value("PRAGMA user_version"))

    def run(self, sql: str, params: Params = ()) -> int:
        """Run one statement; gives the number of rows it changed."""
        with self._errors():
            return self._connection.execute(sql, params).rowcount

    def run_many(self, sql: str, params: Iterable[Params]) -> None:
        """Run one statement for each set of parameters."""
        with self._errors():
            self._connection.executemany(sql, params)

    def rows(self, sql: str, params: Params = ()) -> list[Any]:
        """All rows of a query; the caller bounds how many that can be."""
        with self._errors():
            return self._connection.execute(sql, params).fetchall()

    def each(self, sql: str, params: Params = ()) -> Iterator[Any]:
        """Rows one by one, in bounded memory; write nothing until the last has come."""
        with self._errors():
            cursor = self._connection.execute(sql, params)
        try:
            while True:
                with self._errors():
                    row = cursor.fetchone()
                if row is None:
                    return
                yield row
        finally:
            cursor.close()

    def row(self, sql: str, params: Params = ()) -> Any:
        """The first row of a query, or None."""
        with self._errors():
            return self._connection.execute(sql, params).fetchone()

    def value(self, sql: str, params: Params = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.row(sql, params)
        return None if row is None else row[0]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside is there afterwards, or nothing of it.

        Inside `together` it is part of that.
        """
        if self._is_joined:
            yield
            return
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make one transaction of all those inside."""
        with self.transaction():
            self._is_joined = True
            try:
                yield
            finally:
                self._is_joined = False

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that is read inside belongs to one state of the archive; may be nested."""
        if self._connection.in_transaction:
            yield
            return
        self.run("BEGIN")
        try:
            yield
        finally:
            self._roll_back()

    def _roll_back(self) -> None:
        # SQLite has rolled back by itself where the disk was full.
        if self._connection.in_transaction:
            self.run("ROLLBACK")

    def close(self) -> None:
        """Close the connection; the last one folds the write-ahead log into the file."""
        with self._errors():
            self._connection.close()


def _connect(path: Path, *, write: bool) -> sqlite3.Connection:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise ArchiveError(f"SQLite {sqlite3.sqlite_version} is too old: 3.24 is needed")
    if write:
        _create_private(path)
    elif not path.exists():
        raise ArchiveError(f"no archive in {path.parent}. Run: searchkit add FILE")
    if not stat.S_ISREG(path.lstat().st_mode):
        raise ArchiveError(f"{path} is no regular file: choose another --index")
    # A "?" or "#" in the path would end the name, so it goes in as a quoted URI.
    uri = f"file:{quote(str(path.absolute()))}?mode={'rw' if write else 'ro'}"
    connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def _create_private(path: Path) -> None:
    """Make the file before SQLite does: its log files take over the mode."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as exc:
        raise ArchiveError(f"cannot write {path}: {exc.strerror}") from exc
    os.close(descriptor)
