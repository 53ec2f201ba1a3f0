"""`WhooshEngine`: the engine contract over one folder of segments and a commit record.

It decides what is written when: entries go to new segments, the entries they replace
are marked as deleted in the old ones, small segments are merged, one commit puts all
of it in force.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from searchkit.engines import Found, Sort
from searchkit.engines.folders import damaged, guard_folder, stamp_of, unreadable
from searchkit.engines.whoosh import commit as commits
from searchkit.engines.whoosh.building import SegmentBuilder
from searchkit.engines.whoosh.commit import Commit, SegmentRecord
from searchkit.engines.whoosh.segments import DOCUMENTS, Segment
from searchkit.engines.whoosh.snapshot import Snapshot, open_segment
from searchkit.errors import IndexProblem
from searchkit.query import Node
from searchkit.records import Entry

MAX_WORDS = 3_000_000
"""Words that a builder takes in before it writes a segment: some 300 MB in memory."""

MERGED_BELOW = 10_000
"""Segments of this many entries are never merged: writing them again costs too much."""

_TIER = 4  # that many segments of one size become one of the next

_READ_TRIES = 10


class WhooshEngine:
    """See `searchkit.engines.Engine`.  Nothing is made on disk before the first update.

    ``wait_s`` is how long an update waits for another writer before it raises Busy.
    Any call may raise IndexProblem where files are damaged or of another schema.
    """

    name = "whoosh"

    def __init__(self, path: Path, *, wait_s: float = 60.0) -> None:
        self._folder = path
        self._wait_s = wait_s
        self._snapshot: Snapshot | None = None
        self._seen: tuple[int, ...] | None = None
        self._open()

    def revision(self) -> int:
        """Archive revision of the last commit; 0 for a new index."""
        return self._open().commit.revision

    def size(self) -> int:
        """Number of passages held."""
        return self._open().commit.live

    def search(self, node: Node, *, limit: int, offset: int = 0, sort: Sort = "relevance") -> Found:
        """Ranked passages that match, from the last commit."""
        return self._open().search(node, limit=limit, offset=max(0, offset), sort=sort)

    def counts(self, node: Node, fields: Sequence[str]) -> dict[str, dict[str | None, int]]:
        """How many matching passages have each value of these keyword fields."""
        return self._open().counts(node, fields)

    def words(self, field: str, prefix: str, limit: int) -> list[str]:
        """The field's commonest exact forms that begin so, by the entries that hold them."""
        return self._open().words(field, prefix, limit)

    def close(self) -> None:
        """Let go of files; a later call opens them again."""
        if self._snapshot is not None:
            self._snapshot.close()
        self._snapshot = self._seen = None

    def _open(self) -> Snapshot:
        """A snapshot of the last commit; the one at hand, where there is no newer."""
        seen = stamp_of(self._folder / commits.COMMIT)
        if self._snapshot is not None and seen is not None and seen == self._seen:
            return self._snapshot
        for _ in range(_READ_TRIES):
            try:
                snapshot = Snapshot(self._folder, self._read_commit())
                break
            except FileNotFoundError as exc:  # a writer has just merged the segment away
                missing = exc
            except OSError as exc:
                raise unreadable(self._folder, exc) from exc
        else:
            raise damaged(self._folder, f"{Path(missing.filename).name} is missing")
        self.close()
        self._snapshot, self._seen = snapshot, seen
        return snapshot

    def _read_commit(self) -> Commit:
        if not os.path.lexists(self._folder):
            return Commit()
        guard_folder(self._folder)
        return commits.read_commit(self._folder)

    def update(self, document_ids: Iterable[str], entries: Iterable[Entry], revision: int) -> int:
        """Replace everything of these documents by the entries, in one commit.

        The documents of the entries count as named, too.  Of entries with one passage
        id the last is kept.  Raises Busy where another writer does not end in time,
        SearchkitError where the disk refuses; the last commit is then as it was.
        """
        with commits.writing(self._folder, self._wait_s):
            last = commits.begin(self._folder)
            update = _Update(self._folder, last)
            try:
                for document_id in document_ids:
                    update.replace(document_id)
                for entry in entries:
                    update.add(entry)
                commits.write_commit(self._folder, update.finish(revision))
            finally:
                update.close()
                commits.sweep(self._folder)
            return update.written

    def check(self) -> list[str]:
        """What is wrong with the index on disk, one line a finding; empty when sound."""
        try:
            last = self._read_commit()
        except OSError as exc:
            return [str(unreadable(self._folder, exc))]
        except IndexProblem as exc:
            return [str(exc)]
        findings = [commits.check_file(self._folder, segment) for segment in last.segments]
        return [f"{self._folder}: {finding}" for finding in findings if finding]


@dataclass(slots=True)
class _Old:
    """A segment of the last commit during an update, with the entries deleted by then."""

    record: SegmentRecord
    segment: Segment
    deleted: set[int]

    def updated(self) -> SegmentRecord:
        return replace(self.record, deleted=tuple(sorted(self.deleted)))


class _Update:
    """One update in the making: nothing of it is in force before its commit is written."""

    def __init__(self, folder: Path, last: Commit) -> None:
        self._folder = folder
        self._last = last
        self._old: list[_Old] = []
        self._new: list[SegmentRecord] = []
        self._builder = SegmentBuilder()
        self._replaced: set[str] = set()
        self._places: dict[str, tuple[int, int]] = {}
        self._gone: dict[int, set[int]] = {}
        for record in last.segments:
            try:
                segment = open_segment(folder, record)
            except FileNotFoundError:
                self.close()
                raise damaged(folder, f"{record.name} is missing") from None
            self._old.append(_Old(record, segment, set(record.deleted)))

    @property
    def written(self) -> int:
        """Entries taken so far."""
        return len(self._places)

    def close(self) -> None:
        for old in self._old:
            old.segment.close()

    def replace(self, document_id: str) -> None:
        """Mark what the last commit holds of this document as deleted."""
        if document_id in self._replaced:
            return
        self._replaced.add(document_id)
        with commits.reading(self._folder):
            for old in self._old:
                if (postings := old.segment.postings(DOCUMENTS, document_id)) is not None:
                    old.deleted.update(postings.ids)

    def add(self, entry: Entry) -> None:
        self.replace(entry.document_id)
        if self._builder.words >= MAX_WORDS:
            self._flush()
        if entry.passage_id in self._places:
            place, number = self._places[entry.passage_id]
            self._gone.setdefault(place, set()).add(number)
        self._places[entry.passage_id] = (len(self._new), self._builder.add(entry))

    def _flush(self) -> None:
        if not len(self._builder):
            return
        name = commits.segment_name(self._last.generation + 1, len(self._new))
        path = self._folder / name
        self._builder.write(path)
        self._new.append(commits.record_segment(path, len(self._builder)))
        self._builder = SegmentBuilder()

    def finish(self, revision: int) -> Commit:
        """Merge what is worth it, write the last segment, and give the commit to write."""
        kept: list[SegmentRecord] = []
        merged = self._choose_merges()
        for old in self._old:
            if id(old) not in merged:
                kept.append(old.updated())
                continue
            old.segment.deleted = frozenset(old.deleted)
            with commits.reading(self._folder):
                self._builder.add_segment(old.segment)
        self._flush()
        new = [
            replace(record, deleted=tuple(sorted(self._gone.get(place, ()))))
            for place, record in enumerate(self._new)
        ]
        segments = [record for record in (*kept, *new) if record.live]
        return Commit(self._last.generation + 1, revision, tuple(segments))

    def _choose_merges(self) -> set[int]:
        """Old segments to write anew: those half deleted, and small ones where many are.

        Sizes fall into tiers, each four times the one below; where a tier is full, it
        and all below it become one segment.  An entry is so written a few times at most.
        """
        alive = {id(old): old.record.size - len(old.deleted) for old in self._old}
        small = {key: live for key, live in alive.items() if 0 < live < MERGED_BELOW}
        chosen = {
            id(old) for old in self._old if alive[id(old)] and 2 * alive[id(old)] < old.record.size
        }
        if len(self._builder) >= MERGED_BELOW:
            return chosen
        floor, ceiling = 0, _TIER**2
        while ceiling <= MERGED_BELOW:
            below = {key for key, live in small.items() if live < ceiling}
            if len([key for key in below if small[key] >= floor]) >= _TIER - 1:
                chosen |= below
            floor, ceiling = ceiling, ceiling * _TIER
        return chosen
