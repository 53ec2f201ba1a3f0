"""`TantivyEngine`: the engine contract over one folder of tantivy's files and a record.

It decides what is written when, and which commit is read; `searching` puts the questions.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import tantivy

from searchkit.engines import Found, Sort
from searchkit.engines.folders import (
    damaged,
    guard_folder,
    make_folder,
    refused,
    stamp_of,
    unreadable,
)
from searchkit.engines.tantivy import files
from searchkit.engines.tantivy.documents import (
    DOCUMENT,
    ID,
    MISSING,
    encode,
    make_document,
    make_schema,
    span_of,
)
from searchkit.engines.tantivy.files import Record, State
from searchkit.engines.tantivy.searching import Searching
from searchkit.errors import Busy, IndexProblem
from searchkit.query import Node
from searchkit.records import Entry

_HEAP_BYTES = 128_000_000  # taken up as needed: a small update takes little
_POLL_S = 0.05
_READ_TRIES = 5


@dataclass(frozen=True, slots=True)
class _Opened:
    """One commit, open for reading; nothing to search where there is no index yet."""

    state: State
    searching: Searching | None


class TantivyEngine:
    """See `searchkit.engines.Engine`.  Nothing is made on disk before the first update.

    ``wait_s`` is how long an update waits for another writer before it raises Busy.
    Any call may raise IndexProblem where files are damaged or of another schema.
    """

    name = "tantivy"

    def __init__(self, path: Path, *, wait_s: float = 60.0) -> None:
        self._folder = path
        self._wait_s = wait_s
        self._opened: _Opened | None = None
        self._meta = str(path / files.META)  # text: a Path takes a search 1 us
        self._seen: tuple[int, ...] | None = None
        self._open()

    def revision(self) -> int:
        """Archive revision of the last commit; 0 for a new index."""
        return self._open().state.revision

    def size(self) -> int:
        """Number of passages held."""
        searching = self._open().searching
        return 0 if searching is None else searching.size

    def close(self) -> None:
        """Let go of files; a later call opens them again."""
        self._opened = self._seen = None

    # Reading.

    def _open(self) -> _Opened:
        """The last commit; the one at hand, where there is no newer."""
        seen = stamp_of(self._meta)
        if self._opened is not None and seen == self._seen:
            return self._opened
        self.close()
        opened = self._open_commit()
        self._opened, self._seen = opened, seen
        return opened

    def _open_commit(self) -> _Opened:
        missing = None
        for _ in range(_READ_TRIES):
            try:
                if os.path.lexists(self._folder):
                    guard_folder(self._folder)
                state = files.read_state(self._folder)
                if not Path(self._meta).exists():
                    return _Opened(state, None)
                files.verify(self._folder)
                with files.reading(self._folder):
                    index = tantivy.Index.open(str(self._folder))
                    index.config_reader("manual")
                    searching = Searching(make_schema(), index.searcher(), state.wide)
                if files.read_state(self._folder).stamp == state.stamp:
                    return _Opened(state, searching)
            except FileNotFoundError as exc:  # a writer has just merged it away
                missing = exc.filename
            except OSError as exc:
                raise unreadable(self._folder, exc) from exc
        if missing:
            raise damaged(self._folder, f"{Path(missing).name} is missing")
        raise Busy(f"index '{self._folder}' is being written all the time: try again later")

    def search(self, node: Node, *, limit: int, offset: int = 0, sort: Sort = "relevance") -> Found:
        """Ranked passages that match, from the last commit."""
        searching = self._open().searching
        if searching is None:
            return Found(0, ())
        with files.reading(self._folder):
            return searching.search(node, limit=limit, offset=max(0, offset), sort=sort)

    def counts(self, node: Node, fields: Sequence[str]) -> dict[str, dict[str | None, int]]:
        """How many matching passages have each value of these keyword fields."""
        searching = self._open().searching
        if searching is None:
            return {field: {} for field in fields}
        with files.reading(self._folder):
            return searching.counts(node, fields)

    def words(self, field: str, prefix: str, limit: int) -> list[str]:
        """The field's commonest exact forms that begin so, by the entries that hold them."""
        opened = self._open()
        if opened.searching is None:
            return []
        with files.reading(self._folder):
            return opened.searching.words(
                field, prefix, limit, has_deleted=opened.state.has_deleted
            )

    def check(self) -> list[str]:
        """What is wrong with the index on disk, one line a finding; empty when sound."""
        try:
            files.read_state(self._folder)
            if not Path(self._meta).exists():
                return []
            if findings := list(files.check_files(self._folder)):
                return findings
            self.close()
            self._open()
        except OSError as exc:
            return [str(unreadable(self._folder, exc))]
        except IndexProblem as exc:
            return [str(exc)]
        return []

    # Writing.

    def update(self, document_ids: Iterable[str], entries: Iterable[Entry], revision: int) -> int:
        """Replace everything of these documents by the entries, in one commit.

        The documents of the entries count as named, too.  Of entries with one passage
        id the last is kept.  Raises Busy where another writer does not end in time,
        SearchkitError where the disk refuses; the last commit is then as it was.
        """
        try:
            index, writer = self._begin()
            try:
                written, wide = _write(self._folder, writer, document_ids, entries)
                state = files.read_state(self._folder)
                known = files.widened(state.wide, wide)
                record = Record(state.stamp, state.revision, revision, known)
                files.write_record(self._folder, record)
                _told(self._folder, writer.commit)
            except BaseException:
                with suppress(ValueError):
                    writer.rollback()
                raise
            finally:
                _told(self._folder, writer.wait_merging_threads)
                del writer, index
        except OSError as exc:
            raise refused(self._folder, exc.strerror or str(exc)) from exc
        return written

    def _begin(self) -> tuple[tantivy.Index, tantivy.IndexWriter]:
        """An index of its own for each update: a reused one leaves files that nobody names."""
        make_folder(self._folder)
        if files.is_new(self._folder):
            if not (self._folder / files.RECORD).exists():
                files.write_record(self._folder, Record())
            with files.reading(self._folder):
                index = tantivy.Index(make_schema(), str(self._folder))
        else:
            self._open()
            with files.reading(self._folder):
                index = tantivy.Index.open(str(self._folder))
        return index, self._writer(index)

    def _writer(self, index: tantivy.Index) -> tantivy.IndexWriter:
        deadline = time.monotonic() + self._wait_s
        while True:
            try:
                return index.writer(_HEAP_BYTES, 1)
            except ValueError as exc:
                if "lock" not in str(exc).lower():
                    raise refused(self._folder, str(exc)) from exc
            if time.monotonic() >= deadline:
                raise Busy(f"index '{self._folder}' is being written: try again later")
            time.sleep(_POLL_S)


def _write(
    folder: Path,
    writer: tantivy.IndexWriter,
    document_ids: Iterable[str],
    entries: Iterable[Entry],
) -> tuple[int, set[tuple[int, int]]]:
    """Hand over what goes and what comes; gives the number of entries and their wide spans."""
    replaced: set[str] = set()
    held: set[str] = set()
    wide: set[tuple[int, int]] = set()

    def replace(document_id: str) -> None:
        if document_id not in replaced:
            replaced.add(document_id)
            writer.delete_documents_by_term(DOCUMENT, encode(document_id))

    # A commit has a stamp of its own only if there was something to do.
    writer.delete_documents_by_term(DOCUMENT, MISSING)
    writer.delete_documents_by_term(DOCUMENT, MISSING)
    for document_id in document_ids:
        replace(document_id)
    for entry in entries:
        replace(entry.document_id)
        if entry.passage_id in held:
            writer.delete_documents_by_term(ID, encode(entry.passage_id))
        held.add(entry.passage_id)
        if (span := span_of(entry))[0] != span[1]:
            wide.add(span)
        document = make_document(entry)
        try:
            writer.add_document(document)
        except ValueError as exc:
            raise refused(folder, str(exc)) from exc
    return len(held), wide


def _told(folder: Path, call: Callable[[], object]) -> None:
    try:
        call()
    except ValueError as exc:
        raise refused(folder, str(exc)) from exc
