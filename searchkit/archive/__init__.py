"""The archive: everything that was added, kept for good, in INDEX/archive.

Pages and documents go in, each acknowledged only once it is on the disk; records come
out.  Raw bytes lie in WARC files, all that is derived from them in one SQLite file, which
decides what counts.  A page is captured first and cleaned afterwards, so better cleaning
needs no second fetch.  Nothing is cleaned, cut or indexed here; the index of an engine is
a cache that `Reader.changed_since` lets catch up.

One process writes, any number read, also while it writes.  An `Archive` belongs to one
thread.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from searchkit.archive import rows, templates
from searchkit.archive.database import Database
from searchkit.archive.reading import (
    Change,
    Counts,
    PassageAt,
    Reader,
    SourceCount,
    Version,
)
from searchkit.errors import ArchiveError
from searchkit.records import Document, Given, Page, Passage

if TYPE_CHECKING:  # a search neither writes nor checks: it does not pay for warcio
    from searchkit.archive.check import Finding
    from searchkit.archive.copying import Copies
    from searchkit.archive.keeping import Kept
    from searchkit.archive.lock import WriteLock
    from searchkit.archive.warc import WarcWriter
    from searchkit.copies import Sketches
    from searchkit.sites import Edge

__all__ = [
    "Archive",
    "Change",
    "Counts",
    "PassageAt",
    "Reader",
    "Same",
    "SourceCount",
    "Version",
    "open_archive",
]


@dataclass(frozen=True, slots=True)
class Same:
    """A capture of identical bytes with identical `Given`, finished before.

    ``document_id`` is None where it was refused, for ``reason``.
    """

    capture_id: int
    document_id: str | None
    reason: str | None = None


class Archive(Reader):
    """An open archive; `open_archive` makes it, a ``with`` block closes it."""

    def __init__(self, path: Path, database: Database, lock: WriteLock | None) -> None:
        super().__init__(path, database)
        self._lock = lock
        self._warc = _open_writer(self, database) if lock else None
        self._copies = _open_copies(database) if lock else None
        self._asked: tuple[Page, Given, tuple[str, dict[str, object], str]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all files, then give the writer's lock back."""
        try:
            if self._warc is not None:
                self._warc.close()
            self._database.close()
        finally:
            if self._lock is not None:
                self._lock.release()

    def _writer(self) -> WarcWriter:
        if self._warc is None:
            raise ValueError("the archive was opened for reading: use write=True")
        return self._warc

    @contextmanager
    def together(self) -> Iterator[None]:
        """All that is written inside is one transaction, on the disk when it ends.

        For many small writes in a row: one wait for the disk instead of one for each.
        """
        writer = self._writer()
        assert self._copies is not None
        try:
            with self._copies.placing(), self._database.together(), writer.synced_once():
                yield
        except BaseException:
            writer.forget_unknown()
            raise

    def find_same(self, page: Page, given: Given) -> Same | None:
        """The finished capture of the same bytes with the same `Given`, or None.

        None as well where that capture is still pending or its document was removed:
        then the page has to go through all stages.
        """
        key, columns, stated = self._described(page, given)
        row = self._last_row(key, columns["sha256"])
        if not _is_same(row, columns, stated) or row["state"] == "pending":
            return None
        if row["state"] == "refused":
            return Same(row["id"], None, row["reason"])
        return None if row["gone"] else Same(row["id"], row["document_id"])

    def _last_row(self, key: str, digest: object) -> Any:
        row = self._database.row(
            """
            SELECT c.*, d.id AS document_id, d.state = 'gone' AS gone
            FROM captures c LEFT JOIN documents d ON d.number = c.document
            WHERE c.key = ? ORDER BY c.id DESC LIMIT 1
            """,
            (key,),
        )
        return row if row is not None and row["sha256"] == digest else None

    def _described(self, page: Page, given: Given) -> tuple[str, dict[str, object], str]:
        """A capture's key, the columns of its page, and its `Given` as text.

        Kept for the page that was asked for last: it is captured next, and hashed once.
        """
        if self._asked is None or self._asked[0] is not page or self._asked[1] is not given:
            described = _key(page, given), rows.page_row(page), rows.given_text(given)
            self._asked = page, given, described
        return self._asked[2]

    def capture(self, page: Page, given: Given) -> int:
        """Keep a page's bytes before anything else is done to them; gives the capture's id.

        When this returns they are on the disk and `pending` until kept or refused.
        Bytes that are the last captured under the same key are not written again, and
        with the same `Given` the earlier capture is taken up again.
        """
        writer = self._writer()
        key, columns, stated = self._described(page, given)
        last = self._last_row(key, columns["sha256"])
        if _is_same(last, columns, stated):
            return self._take_up(last["id"])
        columns = columns | {"key": key, "given": stated}
        if last is not None:
            place = {name: last[name] for name in ("file", "offset", "length")}
            with self._database.transaction():
                return self._insert_capture(columns | place)
        with writer.appended(page) as new:
            place = {"file": new.file, "offset": new.offset, "length": new.length}
            return self._insert_capture(columns | place)

    def _take_up(self, capture_id: int) -> int:
        with self._database.transaction():
            self._database.run(
                "UPDATE captures SET state = 'pending', reason = NULL WHERE id = ?", (capture_id,)
            )
        return capture_id

    def _insert_capture(self, columns: dict[str, object]) -> int:
        self._database.run(
            """
            INSERT INTO captures (key, state, file, offset, length, sha256, url, origin,
                media_type, charset, status, fetched_at, headers, given)
            VALUES (:key, 'pending', :file, :offset, :length, :sha256, :url, :origin,
                :media_type, :charset, :status, :fetched_at, :headers, :given)
            """,
            columns,
        )
        return int(self._database.value("SELECT last_insert_rowid()"))

    def refuse(self, capture_id: int, reason: str) -> None:
        """Mark a capture as one that gives no document, and why; its bytes stay."""
        from searchkit.archive import keeping

        self._writer()
        with self._database.transaction():
            keeping.finish(self._database, capture_id, "refused", None, rows.storable(reason))

    def keep(
        self,
        capture_id: int,
        document: Document,
        passages: Sequence[Passage],
        edges: Sequence[Edge] | None = None,
        sketches: Sketches | None = None,
    ) -> Kept:
        """Keep what was made of a capture: all of it is there afterwards, or nothing.

        A text that differs from the document's current one becomes its next version.
        The same text with other metadata or passages replaces them in the version.  The
        same address from another source is the same document, found under both; it keeps
        the URL and source that it had first.  A removed document comes back.  ``edges``
        are counted for the template of its site; None leaves those counted before.
        ``sketches`` are those of the passages, where they are made already.

        Raises ValueError where a passage is not the document's or not its slice of text,
        KeyError for an unknown capture, InputError for a text that is no valid Unicode.
        """
        from searchkit.archive import keeping

        self._writer()
        assert self._copies is not None
        return keeping.keep(
            self._database, self._copies, capture_id, document, passages, edges, sketches
        )

    def remove(self, document_id: str) -> int | None:
        """Take a document out of search; its versions and pages stay.

        Gives the new revision, or None where the document is unknown or removed already.
        """
        from searchkit.archive import keeping

        self._writer()
        with self._database.transaction():
            state = self._database.value("SELECT state FROM documents WHERE id = ?", (document_id,))
            if state != "current":
                return None
            revision = keeping.next_revision(self._database)
            self._database.run(
                "UPDATE documents SET state = 'gone', revision = ? WHERE id = ?",
                (revision, document_id),
            )
            return revision

    def group_copies(self, tell: Callable[[str], None] | None = None) -> None:
        """Bring the groups of copies up to this version; nothing to do in most cases.

        `open_archive` calls it.  ``tell`` is told when it will take its time.
        """
        if self._copies is not None:
            self._copies.bring_up(self, tell)

    def set_setting(self, key: str, value: str) -> None:
        """Keep a value under a name, in place of the one that was there."""
        self._writer()
        with self._database.transaction():
            self._database.run(
                "INSERT INTO settings VALUES (?, ?) "
                "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (key, value),
            )

    def learn_sites(self) -> None:
        """Find the template lines of every site anew from what is counted."""
        self._writer()
        for count in self.site_counts():
            with self._database.transaction():
                templates.learn(self._database, count.site)

    def keep_line(self, site: str, text: str) -> None:
        """Keep lines that hold a text on the pages of a site, for good."""
        self._writer()
        with self._database.transaction():
            templates.keep_line(self._database, site, text)

    def check(self) -> list[Finding]:
        """All that is wrong with the archive on the disk, read in full; empty when sound."""
        from searchkit.archive.check import check_archive

        return check_archive(self.path, self._database)

    def repair(self) -> list[str]:
        """Set aside what the archive does not know, one line for each file moved.

        Bytes go to ``archive/quarantine/``, never away.  A damaged record stays as it is:
        only a backup can bring it back.
        """
        from searchkit.archive.check import repair_archive

        self._writer().close()
        return repair_archive(self.path, self._database)


def _open_writer(archive: Reader, database: Database) -> WarcWriter:
    from searchkit.archive.warc import WarcWriter

    return WarcWriter(archive.warc_path, archive.path / "quarantine", database)


def _open_copies(database: Database) -> Copies:
    from searchkit.archive.copying import Copies

    return Copies(database)


def _is_same(row: Any, columns: dict[str, object], given: str) -> bool:
    """Whether a capture's row is of the same bytes, described and given alike."""
    if row is None or row["given"] != given:
        return False
    return all(row[name] == columns[name] for name in ("media_type", "charset", "status"))


def _key(page: Page, given: Given) -> str:
    """What makes two captures captures of one thing: address, given id, or the bytes."""
    from searchkit.urls import url_key

    url = given.url or page.url
    if url:
        return url_key(rows.storable(url))
    if given.id:
        return rows.storable(f"id:{given.source or ''}:{given.id}")
    return "sha256:" + rows.digest(page.body).hex()


def open_archive(
    path: Path,
    *,
    write: bool = False,
    wait_s: float = 600.0,
    on_wait: Callable[[str], None] | None = None,
) -> Archive:
    """Open the archive of an index directory: ``path`` is INDEX, the files are below it.

    Reading needs an archive that is there.  Writing makes one, and takes the writer's
    lock: where another process holds it, ``on_wait`` is told who, once, and the call
    waits ``wait_s`` seconds at most.

    Raises ArchiveError where there is no archive, or it is damaged, too new or somebody
    else's; Busy where the lock stays taken.
    """
    directory = path / "archive"
    if write:
        _make_private(directory)
    _refuse_foreign(directory)
    lock = _take_lock(directory, wait_s, on_wait) if write else None
    database = None
    try:
        database = Database(directory / "searchkit.sqlite3", write=write)
        archive = Archive(directory, database, lock)
        archive.group_copies(on_wait)
        return archive
    except BaseException:
        if database is not None:
            database.close()
        if lock is not None:
            lock.release()
        raise


def _take_lock(directory: Path, wait_s: float, on_wait: Callable[[str], None] | None) -> WriteLock:
    from searchkit.archive.lock import take_lock

    return take_lock(directory / "lock", wait_s=wait_s, on_wait=on_wait)


def _make_private(directory: Path) -> None:
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        directory.mkdir(mode=0o700, exist_ok=True)
        (directory / "warc").mkdir(mode=0o700, exist_ok=True)
    except OSError as exc:
        raise ArchiveError(f"cannot make {directory}: {exc.strerror}") from exc


def _refuse_foreign(directory: Path) -> None:
    """Refuse a folder that somebody else can swap: a symbolic link, or another user's."""
    try:
        found = directory.lstat()
    except FileNotFoundError:
        raise ArchiveError(f"no archive in {directory}. Run: searchkit add FILE") from None
    except OSError as exc:
        raise ArchiveError(f"cannot read {directory}: {exc.strerror}") from exc
    if not stat.S_ISDIR(found.st_mode):
        raise ArchiveError(f"{directory} is a link or a file, no folder: choose another --index")
    if found.st_uid != os.geteuid():
        raise ArchiveError(
            f"{directory} belongs to user {found.st_uid}, not to you: choose another --index"
        )
