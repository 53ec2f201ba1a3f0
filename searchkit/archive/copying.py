"""Copies in the archive: each text as it is kept finds those that are like it.

A document's number and its passages go in, inside the transaction that keeps them; rows
of passage_copies and document_copies come out, with the number of the group where a text
has copies.  `searchkit.copies` says what is alike; here it is remembered.

Sketches are found again by their keys.  These stand in copy_keys as blobs of 64-bit
numbers, key and row together: a row a document, which now and then become one sorted
array.  The writer holds them in memory, 8 bytes a key: a tree in SQLite would write a
hundred pages anew for every document.
"""

from __future__ import annotations

import json
import sys
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from searchkit.archive.database import Database
from searchkit.archive.reading import Reader
from searchkit.copies import (
    ALIKE,
    CONTAINED,
    KEY_BITS,
    MIN_SHINGLES,
    VERSION,
    Sketch,
    Sketches,
    containment,
    may_be_one,
    said_by,
    similarity,
    sketch_texts,
    speaker_name,
)
from searchkit.errors import ArchiveError
from searchkit.records import Document, Passage

_NUMBER_BITS = 64 - KEY_BITS
_NUMBER_MASK = (1 << _NUMBER_BITS) - 1

# Of so many texts under one key the oldest are looked at: what is printed everywhere
# ("Follow us for more") would otherwise cost more with every document.
_MAX_SAME_KEY = 64
_MAX_CANDIDATES = 32

# New keys are put into the sorted array when they are so many, and half of it.
_SORT_FROM = 200_000
_PART_KEYS = 1 << 21  # 16 MB a blob

_SETTING = "copies"


class _Keys:
    """The keys of all sketches of one kind: an array in order, and what came after it."""

    def __init__(self, database: Database, kind: str) -> None:
        self._database = database
        self._kind = kind
        self._sorted: array[int] = array("Q")
        # What came after it: the first number under a key, and the others.  Two mappings,
        # for a list a key is a million objects for the garbage collector to walk.
        self._first: dict[int, int] = {}
        self._others: dict[int, list[int]] = {}
        for row in database.rows(
            "SELECT is_sorted, entries FROM copy_keys WHERE kind = ? ORDER BY number", (kind,)
        ):
            entries = _unpack(row["entries"])
            if row["is_sorted"]:
                self._sorted.extend(entries)
            else:
                self._remember(entries)

    def _remember(self, entries: Iterable[int]) -> None:
        first = self._first
        for entry in entries:
            key = entry >> _NUMBER_BITS
            if key not in first:
                first[key] = entry & _NUMBER_MASK
            else:
                self._others.setdefault(key, []).append(entry & _NUMBER_MASK)

    def candidates(self, keys: Sequence[int]) -> list[int]:
        """Numbers of the texts that share keys, those that share most first."""
        found: list[int] = []
        ordered, count, first = self._sorted, len(self._sorted), self._first
        for key in keys:
            at = bisect_left(ordered, key << _NUMBER_BITS)
            if at < count and ordered[at] >> _NUMBER_BITS == key:
                for entry in ordered[at : at + _MAX_SAME_KEY]:
                    if entry >> _NUMBER_BITS != key:
                        break
                    found.append(entry & _NUMBER_MASK)
            if (number := first.get(key)) is not None:
                found.append(number)
                found += self._others.get(key, ())[:_MAX_SAME_KEY]
        if not found:
            return found
        shared = Counter(found)
        best = sorted(shared, key=lambda number: (-shared[number], number))
        return best[:_MAX_CANDIDATES]

    def add(self, texts: Iterable[tuple[int, Sequence[int]]]) -> None:
        """Keep the keys of new texts; inside the transaction that keeps the texts."""
        entries = [(key << _NUMBER_BITS) | number for number, keys in texts for key in keys]
        if not entries:
            return
        self._write(entries, is_sorted=False)
        self._remember(entries)
        if len(self._first) > max(_SORT_FROM, len(self._sorted) // 2):
            self._sort()

    def _sort(self) -> None:
        new = [(key << _NUMBER_BITS) | number for key, number in self._first.items()]
        for key, numbers in self._others.items():
            new += [(key << _NUMBER_BITS) | number for number in numbers]
        self._sorted = array("Q", sorted([*self._sorted, *sorted(new)]))
        self._first, self._others = {}, {}
        self._database.run("DELETE FROM copy_keys WHERE kind = ?", (self._kind,))
        for start in range(0, len(self._sorted), _PART_KEYS):
            self._write(self._sorted[start : start + _PART_KEYS], is_sorted=True)

    def _write(self, entries: Iterable[int], *, is_sorted: bool) -> None:
        self._database.run(
            "INSERT INTO copy_keys (kind, is_sorted, entries) VALUES (?, ?, ?)",
            (self._kind, is_sorted, _pack(entries)),
        )


def _pack(entries: Iterable[int]) -> bytes:
    packed = array("Q", entries)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def _unpack(blob: bytes) -> array[int]:
    entries = array("Q")
    try:
        entries.frombytes(blob)
    except ValueError as exc:
        raise ArchiveError("the keys of copies are damaged. Run: searchkit check") from exc
    if sys.byteorder == "big":
        entries.byteswap()
    return entries


@dataclass(frozen=True, slots=True)
class _Text:
    """A passage or a document on its way into a group; ``who`` None is nobody named."""

    number: int
    who: str | None
    sketch: Sketch


class Copies:
    """The writer's side of copies: groups them as they come."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._keys: dict[str, _Keys] = {}

    @contextmanager
    def placing(self) -> Iterator[None]:
        """Around a transaction that calls `place`: where it fails, memory forgets it, too."""
        try:
            yield
        except BaseException:
            self._keys = {}
            raise

    def bring_up(self, archive: Reader, tell: Callable[[str], None] | None) -> None:
        """Group all documents anew where the archive's sketches are of another version."""
        if archive.setting(_SETTING) == VERSION:
            return
        with self.placing(), self._database.transaction():
            documents = self._database.rows(
                "SELECT number, id FROM documents WHERE state = 'current' ORDER BY number"
            )
            if documents and tell is not None:
                tell(f"Looking for copies among {len(documents):,} documents, this once")
            for table in ("document_copies", "passage_copies", "copy_keys"):
                self._database.run(f"DELETE FROM {table}")  # noqa: S608 - our own names
            for row in documents:
                document = archive.document(row["id"])
                if document is not None:
                    self.place(row["number"], document, archive.passages_of(row["id"]))
            self._database.run(
                "INSERT INTO settings VALUES (?, ?) "
                "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (_SETTING, VERSION),
            )

    def _keys_of(self, kind: str) -> _Keys:
        if kind not in self._keys:
            self._keys[kind] = _Keys(self._database, kind)
        return self._keys[kind]

    def place(
        self,
        number: int,
        document: Document,
        passages: Sequence[Passage],
        sketches: Sketches | None = None,
    ) -> None:
        """Group a document's current state with its copies, in place of an older state.

        Inside the transaction that has written the document's version and passages.
        """
        self._database.run("DELETE FROM document_copies WHERE number = ?", (number,))
        self._database.run(
            """
            DELETE FROM passage_copies
            WHERE number IN (SELECT number FROM passages WHERE document = ?)
            """,
            (number,),
        )
        who = None if document.form == "joint" else speaker_name(document.speaker) or None
        each, whole = sketches or sketch_texts([passage.text for passage in passages])
        if whole.size >= MIN_SHINGLES:
            self._place(_DOCUMENTS, [_Text(number, who, whole)])
        numbers = {
            row["id"]: row["number"]
            for row in self._database.rows(
                "SELECT id, number FROM passages WHERE document = ? AND current = 1", (number,)
            )
        }
        self._place(
            _PASSAGES,
            [
                _Text(numbers[passage.id], said_by(passage, document), sketch)
                for passage, sketch in zip(passages, each, strict=True)
                if sketch.size >= MIN_SHINGLES
            ],
        )

    def _place(self, kind: _Kind, texts: Sequence[_Text]) -> None:
        keys = self._keys_of(kind.name)
        made = []
        for text in texts:
            sketch = text.sketch
            alike = self._alike(kind, text, keys.candidates(sketch.keys))
            group = self._join(kind, text, alike) if alike else None
            made.append((text.number, group, text.who, sketch.size, sketch.values))
        self._database.run_many(kind.insert, made)
        keys.add((text.number, text.sketch.keys) for text in texts)

    def _alike(self, kind: _Kind, text: _Text, candidates: Sequence[int]) -> list[Any]:
        """Rows of the candidates that are copies by their words and speakers, best first."""
        if not candidates:
            return []
        scored = [
            (kind.score(similarity(text.sketch.values, row["sketch"]), text.sketch.size, row), row)
            for row in self._database.rows(kind.select, (json.dumps(list(candidates)),))
            if row["number"] != text.number and may_be_one(text.who, row["who"])
        ]
        found = [pair for pair in scored if pair[0] >= kind.least]
        found.sort(key=lambda pair: (-pair[0], pair[1]["number"]))
        return [row for _, row in found]

    def _join(self, kind: _Kind, text: _Text, alike: Sequence[Any]) -> int | None:
        """The group that the text belongs to, made or merged where need be, or None."""
        group: int | None = None
        speakers = {text.who}
        for row in alike:
            if group is not None and row["grp"] == group:
                continue
            more = {row["who"]} if row["grp"] is None else self._speakers(kind, row["grp"])
            if not _agree(speakers, more):
                continue
            speakers |= more
            if group is None:
                group = row["grp"] or self._database.value(kind.next_group)
            self._database.run(kind.move, (group, row["number"], row["grp"]))
        return group

    def _speakers(self, kind: _Kind, group: int) -> set[str | None]:
        return {row["who"] for row in self._database.rows(kind.speakers, (group,))}


def _agree(left: Iterable[str | None], right: Iterable[str | None]) -> bool:
    """Whether no two speakers of the groups are certainly different people."""
    return all(may_be_one(a, b) for a in left for b in right)


@dataclass(frozen=True, slots=True)
class _Kind:
    """The table of passages or of documents, and what makes two of its rows copies."""

    name: str
    least: float
    score: Callable[[float, int, Any], float]
    select: str
    insert: str
    move: str
    speakers: str
    next_group: str


_PASSAGES = _Kind(
    "passage",
    ALIKE,
    lambda jaccard, _size, _row: jaccard,
    "SELECT * FROM passage_copies WHERE number IN (SELECT value FROM json_each(?))",
    "INSERT INTO passage_copies (number, grp, who, size, sketch) VALUES (?, ?, ?, ?, ?)",
    "UPDATE passage_copies SET grp = ? WHERE number = ? OR grp = ?",
    "SELECT DISTINCT who FROM passage_copies WHERE grp = ?",
    "SELECT coalesce(max(grp), 0) + 1 FROM passage_copies WHERE grp IS NOT NULL",
)
_DOCUMENTS = _Kind(
    "document",
    CONTAINED,
    lambda jaccard, size, row: containment(jaccard, size, row["size"]) if jaccard > 0.1 else 0.0,
    "SELECT * FROM document_copies WHERE number IN (SELECT value FROM json_each(?))",
    "INSERT INTO document_copies (number, grp, who, size, sketch) VALUES (?, ?, ?, ?, ?)",
    "UPDATE document_copies SET grp = ? WHERE number = ? OR grp = ?",
    "SELECT DISTINCT who FROM document_copies WHERE grp = ?",
    "SELECT coalesce(max(grp), 0) + 1 FROM document_copies WHERE grp IS NOT NULL",
)
