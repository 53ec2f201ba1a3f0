"""`TantivyEngine`: the engine contract over one folder of tantivy's files and a record.

It decides what is written when, which commit is read, and in which order equal hits
come: tantivy's own order of equals is that of its files.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from heapq import nsmallest
from pathlib import Path

import tantivy
from tantivy import Order

from searchkit.engines import DAYS, Found, Sort
from searchkit.engines.tantivy import files
from searchkit.engines.tantivy.documents import (
    DOCUMENT,
    ID,
    KEYWORD_FIELDS,
    MISSING,
    NEWEST,
    OLDEST,
    SPAN,
    TEXT_FIELDS,
    decode,
    encode,
    keyword_field,
    make_document,
    make_schema,
    text_field,
)
from searchkit.engines.tantivy.files import Record, State
from searchkit.engines.tantivy.queries import Translator, constant_score
from searchkit.errors import Busy, IndexProblem, SearchkitError
from searchkit.query import Node
from searchkit.records import Entry

_HEAP_BYTES = 128_000_000  # taken up as needed: a small update takes little
_POLL_S = 0.05
_READ_TRIES = 5

# Scores are sums of 32-bit floats, in an order that depends on how many are asked for.
_DIGITS = 4

_SPARE = 6  # hits asked for beyond the page: rarely do more tie with its last
_GROWTH = 4
_MOST_VALUES = 60_000

_Address = tantivy.DocAddress
# A hit: its key, smallest first, its address, its score.
_Hit = tuple[tuple[float, int], _Address, float]


@dataclass(frozen=True, slots=True)
class _Opened:
    """One commit, open for reading; without a searcher where there is no index yet."""

    state: State
    schema: tantivy.Schema
    searcher: tantivy.Searcher | None


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
        self._meta = path / files.META
        self._seen: tuple[int, ...] | None = None
        self._open()

    def revision(self) -> int:
        """Archive revision of the last commit; 0 for a new index."""
        return self._open().state.revision

    def size(self) -> int:
        """Number of passages held."""
        searcher = self._open().searcher
        return 0 if searcher is None else searcher.num_docs

    def close(self) -> None:
        """Let go of files; a later call opens them again."""
        self._opened = self._seen = None

    # Reading.

    def _open(self) -> _Opened:
        """The last commit; the one at hand, where there is no newer."""
        seen = self._stamp()
        if self._opened is not None and seen == self._seen:
            return self._opened
        self.close()
        opened = self._open_commit()
        self._opened, self._seen = opened, seen
        return opened

    def _stamp(self) -> tuple[int, ...] | None:
        try:
            info = self._meta.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as exc:
            raise self._unreadable(exc) from exc
        return info.st_ino, info.st_mtime_ns, info.st_size

    def _unreadable(self, exc: OSError) -> IndexProblem:
        return IndexProblem(f"index '{self._folder}' cannot be read: {exc.strerror or exc}")

    def _open_commit(self) -> _Opened:
        schema = make_schema()
        if self._folder.exists() and not self._folder.is_dir():
            raise IndexProblem(
                f"index '{self._folder}' is not a folder: move it away. {files.REBUILD}"
            )
        missing = None
        for _ in range(_READ_TRIES):
            try:
                state = files.read_state(self._folder)
                if not self._meta.exists():
                    return _Opened(state, schema, None)
                files.verify(self._folder)
                with files.reading(self._folder):
                    index = tantivy.Index.open(str(self._folder))
                    index.config_reader("manual")
                    searcher = index.searcher()
                if files.read_state(self._folder).stamp == state.stamp:
                    return _Opened(state, schema, searcher)
            except FileNotFoundError as exc:  # a writer has just merged it away
                missing = exc.filename
            except OSError as exc:
                raise self._unreadable(exc) from exc
        if missing:
            raise files.damaged(self._folder, f"{Path(missing).name} is missing")
        raise Busy(f"index '{self._folder}' is being written all the time: try again later")

    def search(self, node: Node, *, limit: int, offset: int = 0, sort: Sort = "relevance") -> Found:
        """Ranked passages that match, from the last commit."""
        opened = self._open()
        if opened.searcher is None:
            return Found(0, ())
        with files.reading(self._folder):
            searching = _Searching(opened.schema, opened.searcher)
            return searching.search(node, limit=limit, offset=max(0, offset), sort=sort)

    def counts(self, node: Node, fields: Sequence[str]) -> dict[str, dict[str | None, int]]:
        """How many matching passages have each value of these keyword fields."""
        opened = self._open()
        if opened.searcher is None:
            return {field: {} for field in fields}
        with files.reading(self._folder):
            return _Searching(opened.schema, opened.searcher).counts(node, fields)

    def words(self, field: str, prefix: str, limit: int) -> list[str]:
        """The field's commonest exact forms that begin so, by the entries that hold them."""
        opened = self._open()
        if opened.searcher is None or field not in TEXT_FIELDS or limit <= 0:
            return []
        living = tantivy.Query.all_query() if opened.state.has_deleted else None
        begins = "=" + encode(prefix)
        with files.reading(self._folder):
            held = opened.searcher.terms_with_prefix(text_field(field), begins, living)
        found = ((-count, decode(term)) for term, count in held if count > 0)
        return [term.removeprefix("=") for _, term in nsmallest(limit, found)]

    def check(self) -> list[str]:
        """What is wrong with the index on disk, one line a finding; empty when sound."""
        try:
            files.read_state(self._folder)
            if not self._meta.exists():
                return []
            if findings := list(files.check_files(self._folder)):
                return findings
            self.close()
            self._open()
        except OSError as exc:
            return [str(self._unreadable(exc))]
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
                written = _write(writer, document_ids, entries)
                state = files.read_state(self._folder)
                record = Record(state.stamp, state.revision, revision)
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
            raise _refused(self._folder, exc.strerror or str(exc)) from exc
        return written

    def _begin(self) -> tuple[tantivy.Index, tantivy.IndexWriter]:
        """An index of its own for each update: a reused one leaves files that nobody names."""
        files.make_folder(self._folder)
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
                    raise _refused(self._folder, str(exc)) from exc
            if time.monotonic() >= deadline:
                raise Busy(f"index '{self._folder}' is being written: try again later")
            time.sleep(_POLL_S)


def _write(
    writer: tantivy.IndexWriter, document_ids: Iterable[str], entries: Iterable[Entry]
) -> int:
    """Hand over what goes and what comes; gives the number of entries."""
    replaced: set[str] = set()
    held: set[str] = set()

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
        writer.add_document(make_document(entry))
    return len(held)


def _told(folder: Path, call: Callable[[], object]) -> None:
    try:
        call()
    except ValueError as exc:
        raise _refused(folder, str(exc)) from exc


def _refused(folder: Path, why: str) -> SearchkitError:
    return SearchkitError(
        f"index '{folder}' cannot be written: {why}. "
        "The last commit is untouched: make room or access, then run the command again"
    )


class _Searching:
    """One question to one commit."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher
        self._translator = Translator(schema, searcher)

    def search(self, node: Node, *, limit: int, offset: int, sort: Sort) -> Found:
        query = self._translator.query(node)
        if limit <= 0 or not self._searcher.num_docs:
            return Found(self._count(query), ())
        constant = constant_score(node)
        if sort == "relevance" and constant is None:
            total, hits = self._page(query, offset + limit, None)
            rows = [(self._id(address), score) for _, address, score in hits[offset:]]
            return Found(total, tuple(rows))
        total, hits = self._page(query, offset + limit, OLDEST if sort == "oldest" else NEWEST)
        ids = [self._id(address) for _, address, _ in hits[offset:]]
        scores = self._scores(query, ids) if ids and constant is None else {}
        return Found(total, tuple((i, scores.get(i, constant or 0.0)) for i in ids))

    def _count(self, query: tantivy.Query) -> int:
        if not self._searcher.num_docs:
            return 0
        return _total(self._searcher.search(query, 1))

    def _id(self, address: _Address) -> str:
        return decode(self._searcher.doc(address)[ID][0])

    def _page(
        self, query: tantivy.Query, wanted: int, column: str | None
    ) -> tuple[int, list[_Hit]]:
        """How many match, and the first ``wanted``, in order; equal ones by passage id.

        All that tie with the last one wanted are asked for: among them tantivy's order
        is none.
        """
        asked = wanted + _SPARE
        while True:
            asked = min(asked, max(1, self._searcher.num_docs))
            total, hits = self._hits(query, asked, column)
            if len(hits) < asked or asked == self._searcher.num_docs:
                break
            if hits[wanted - 1][0][0] < hits[-1][0][0]:
                break
            asked *= _GROWTH
        return total, self._ordered(hits)[:wanted]

    def _hits(self, query: tantivy.Query, asked: int, column: str | None) -> tuple[int, list[_Hit]]:
        if column is not None:
            order = Order.Asc if column == OLDEST else Order.Desc
            found = self._searcher.search(query, asked, order_by_field=column, order=order)
            sign = 1 if column == OLDEST else -1
            return _total(found), [((sign * key, 0), at, 0.0) for key, at in found.hits]
        found = self._searcher.search(query, asked)
        days = self._searcher.fast_field_values(NEWEST, [address for _, address in found.hits])
        return _total(found), [
            ((-round(score, _DIGITS), -int(day or 0)), address, round(score, _DIGITS))
            for (score, address), day in zip(found.hits, days, strict=True)
        ]

    def _ordered(self, hits: list[_Hit]) -> list[_Hit]:
        """By key, and equal keys by passage id, which is looked up for those alone."""
        hits.sort(key=lambda hit: hit[0])
        ordered: list[_Hit] = []
        start = 0
        for end in range(1, len(hits) + 1):
            if end == len(hits) or hits[end][0] != hits[start][0]:
                group = hits[start:end]
                if len(group) > 1:
                    group.sort(key=lambda hit: self._id(hit[1]))
                ordered += group
                start = end
        return ordered

    def _scores(self, query: tantivy.Query, ids: Sequence[str]) -> dict[str, float]:
        these = self._translator.passages(ids)
        both = [(tantivy.Occur.Must, query), (tantivy.Occur.Must, these)]
        found = self._searcher.search(tantivy.Query.boolean_query(both), len(ids))
        return {self._id(address): round(score, _DIGITS) for score, address in found.hits}

    def counts(self, node: Node, fields: Sequence[str]) -> dict[str, dict[str | None, int]]:
        query = self._translator.query(node)
        columns = {field: _column(field) for field in fields}
        wanted = {
            field: {"terms": {"field": column, "size": _MOST_VALUES, "missing": MISSING}}
            for field, column in columns.items()
            if column is not None
        }
        found = self._searcher.aggregate(query, wanted) if wanted else {}
        total = self._count(query)
        unknown: dict[str | None, int] = {None: total} if total else {}
        return {
            field: _values(found[field]["buckets"]) if field in found else dict(unknown)
            for field in fields
        }


def _total(found: tantivy.SearchResult) -> int:
    count: int = found.count  # type: ignore[attr-defined]
    return count


def _column(field: str) -> str | None:
    if field == DAYS:
        return SPAN
    return keyword_field(field) if field in KEYWORD_FIELDS else None


def _values(buckets: Iterable[dict[str, object]]) -> dict[str | None, int]:
    found: dict[str | None, int] = {}
    for bucket in buckets:
        key, count = str(bucket["key"]), bucket["doc_count"]
        assert isinstance(count, int)
        if count:
            found[None if key == MISSING else decode(key)] = count
    return found
