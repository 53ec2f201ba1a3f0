"""A segment: some thousand entries in one Whoosh compound file, never changed once written.

`SegmentBuilder` takes entries (and whole older segments, to merge them) and writes the
file; `Segment` reads it through a memory map.  Which segments make up the index, and
which of their entries are deleted, is the commit's business.

Parts of the file: ``terms`` (Whoosh's ordered hash: field number and term to the
place of its posting list), ``postings``, and columns: ``id`` (passage ids), ``first``
and ``last`` (days, 0 where there is no date), ``length.FIELD`` (words of the field).
Term fields are named ``t.FIELD``, keyword fields ``k.FIELD``; ``d`` holds document ids.
"""

from __future__ import annotations

import mmap
import pickle
import struct
import sys
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from whoosh.columns import NumericColumn, VarBytesColumn
from whoosh.filedb.compound import CompoundStorage
from whoosh.filedb.filestore import FileStorage, RamStorage
from whoosh.filedb.filetables import FileFormatError, OrderedHashReader, OrderedHashWriter
from whoosh.filedb.structfile import BufferFile

from searchkit.engines.whoosh import pickles  # noqa: F401 - holds Whoosh's pickles to plain values
from searchkit.engines.whoosh.postings import Damage, Postings, pack_postings
from searchkit.records import Entry

FOREIGN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    FileFormatError,
    LookupError,
    MemoryError,
    NameError,  # Whoosh's word for a missing part of a segment file
    TypeError,
    ValueError,
    pickle.UnpicklingError,
    struct.error,
)
"""What Whoosh and the pickle module raise over bytes that they did not write."""

GAP = 4096
"""Places that a gap takes, so that no phrase reaches over it; texts stay in 16 bits."""

DOCUMENTS = "d"

_FIELD_NUMBER = struct.Struct(">H")
_DIRECTORY = struct.Struct(">qi")  # place and length of a compound file's directory
_TERM_INFO = struct.Struct("<QII")  # place and length of the posting list, entries in it


@contextmanager
def _noticing() -> Iterator[None]:
    """Around what asks Whoosh to read: whatever it raises over bad bytes is Damage."""
    try:
        yield
    except FOREIGN as exc:
        raise Damage(f"{type(exc).__name__}: {exc}") from exc


def encode_term(term: str) -> bytes:
    """The bytes of a term in the dictionary; their order is that of code points."""
    return term.encode("utf-8", "surrogatepass")


# A posting list that grows: entry numbers, counts, places; what `pack_postings` takes.
_Growing = tuple[list[int], list[int], list[int]]
_Lists = dict[str, _Growing]


class SegmentBuilder:
    """Entries inverted in memory, until `write` makes a segment file of them."""

    def __init__(self) -> None:
        self._fields: dict[str, _Lists] = {}
        self._ids: list[str] = []
        self._days: tuple[list[int], list[int]] = ([], [])
        self._lengths: dict[str, dict[int, int]] = {}
        self.words = 0

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, entry: Entry) -> int:
        """Take one entry in; gives its number in the segment."""
        number = len(self._ids)
        for field, positions in entry.terms.items():
            if length := self._add_positions("t." + field, positions, number):
                self._lengths.setdefault(field, {})[number] = length
        for field, values in entry.keywords.items():
            self._add_values("k." + field, values, number)
        self._add_values(DOCUMENTS, (entry.document_id,), number)
        first = entry.first_day or entry.last_day or 0
        self._days[0].append(first)
        self._days[1].append(entry.last_day or first)
        self._ids.append(entry.passage_id)
        return number

    def _add_positions(self, field: str, positions: Iterable[tuple[str, ...]], number: int) -> int:
        """Take in what stands in a field; gives its length in words."""
        lists = self._fields.setdefault(field, {})
        place = length = 0
        for terms in positions:
            if not terms:
                place += GAP
                continue
            for term in terms:
                found = lists.get(term)
                if found is None:
                    lists[term] = ([number], [1], [place])
                    continue
                ids, counts, places = found
                if ids[-1] != number:
                    ids.append(number)
                    counts.append(1)
                    places.append(place)
                elif places[-1] != place:
                    counts[-1] += 1
                    places.append(place)
            place += 1
            length += 1
        self.words += length
        return length

    def _add_values(self, field: str, values: Iterable[str], number: int) -> None:
        lists = self._fields.setdefault(field, {})
        for value in dict.fromkeys(values):
            ids, counts, _ = lists.setdefault(value, ([], [], []))
            ids.append(number)
            counts.append(1)

    def add_segment(self, segment: Segment) -> None:
        """Take in every entry of an older segment that is not deleted."""
        numbers: dict[int, int] = {}
        for old in range(segment.size):
            if old in segment.deleted:
                continue
            numbers[old] = len(self._ids)
            self._ids.append(segment.passage_id(old))
            self._days[0].append(segment.first_days[old])
            self._days[1].append(segment.last_days[old])
        for field in segment.text_fields():
            lengths = self._lengths.setdefault(field, {})
            old_lengths = segment.lengths(field)
            lengths |= {new: old_lengths[old] for old, new in numbers.items() if old_lengths[old]}
        for field, term, postings in segment.all_postings():
            self._add_postings(self._fields.setdefault(field, {}), term, postings, numbers)

    def _add_postings(
        self, lists: _Lists, term: str, postings: Postings, numbers: dict[int, int]
    ) -> None:
        kept = [index for index, old in enumerate(postings.ids) if old in numbers]
        if not kept:
            return
        ids, counts, places = lists.setdefault(term, ([], [], []))
        ids += [numbers[postings.ids[index]] for index in kept]
        counts += [postings.counts[index] for index in kept]
        if len(kept) == len(postings.ids):
            places += postings.all_places
        else:
            for index in kept:
                places += postings.places(index)

    def write(self, path: Path) -> None:
        """Write the segment file; OSError where the disk refuses."""
        scratch = RamStorage()
        self._write_terms(scratch)
        self._write_columns(scratch)
        parts: dict[str, bytes] = scratch.files
        directory: dict[str, dict[str, int]] = {}
        file = FileStorage(str(path.parent)).create_file(path.name)
        try:
            file.write_long(0)  # place and length of the directory, filled in by write_dir
            file.write_int(0)
            for name, part in parts.items():
                directory[name] = {"offset": file.tell(), "length": len(part)}
                file.write(part)
            CompoundStorage.write_dir(file, 0, directory)
        finally:
            if not file.is_closed:
                file.close()

    def _write_terms(self, scratch: RamStorage) -> None:
        postings_file = scratch.create_file("postings")
        terms = OrderedHashWriter(scratch.create_file("terms"))
        terms.extras["fieldmap"] = {field: n for n, field in enumerate(sorted(self._fields))}
        offset = 0
        for number, field in enumerate(sorted(self._fields)):
            prefix = _FIELD_NUMBER.pack(number)
            lists = self._fields[field]
            for term in sorted(lists):
                ids, counts, places = lists[term]
                packed = pack_postings(ids, counts, places)
                postings_file.write(packed)
                info = _TERM_INFO.pack(offset, len(packed), len(ids))
                terms.add(prefix + encode_term(term), info)
                offset += len(packed)
        postings_file.close()
        terms.close()

    def _write_columns(self, scratch: RamStorage) -> None:
        ids = scratch.create_file("id")
        column = VarBytesColumn().writer(ids)
        for number, passage_id in enumerate(self._ids):
            column.add(number, encode_term(passage_id))
        column.finish(len(self._ids))
        ids.close()
        columns = {"first": enumerate(self._days[0]), "last": enumerate(self._days[1])}
        for field, lengths in self._lengths.items():
            columns["length." + field] = lengths.items()  # type: ignore[assignment]
        for name, rows in columns.items():
            file = scratch.create_file(name)
            numbers = NumericColumn("I").writer(file)
            for number, value in rows:
                numbers.add(number, value)
            file.close()


class _MappedFile(BufferFile):  # type: ignore[misc]
    """A part of a memory map; Whoosh's own BufferFile copies the whole part first."""

    def __init__(self, source: mmap.mmap, offset: int, length: int, name: str) -> None:
        self._source = source
        self._offset = offset
        self._length = length
        self._name = name
        self.file = self  # read_pickle reads from here
        self.onclose = None
        self.is_real = self.is_closed = False
        self._at = 0

    def get(self, position: int, length: int) -> bytes:
        """These bytes; Damage where they reach beyond the part."""
        if position < 0 or length < 0 or position + length > self._length:
            raise Damage(f"{self._name} ends before byte {position + length}")
        start = self._offset + position
        return self._source[start : start + length]

    def read(self, length: int = -1) -> bytes:
        """The next bytes, fewer at the end."""
        left = self._length - self._at
        found = self.get(self._at, left if length < 0 else min(length, left))
        self._at += len(found)
        return found

    def readline(self) -> bytes:
        """As files do; only old text pickles ask for lines, and there are none here."""
        raise Damage(f"{self._name} holds a pickle of another kind")

    def seek(self, position: int, whence: int = 0) -> None:
        """Place for the next `read`, from the start or, with 2, from the end."""
        self._at = position + (self._length if whence == 2 else 0)

    def tell(self) -> int:
        """Place of the next `read`."""
        return self._at

    def close(self) -> None:
        """The map is closed by its owner."""
        self.is_closed = True


class _MappedStorage(CompoundStorage):  # type: ignore[misc]
    def open_file(self, name: str, *args: Any, **kwargs: Any) -> _MappedFile:
        offset, length = self.range(name)
        return _MappedFile(self._source, offset, length, name)


def _check_directory(header: bytes, size: int) -> None:
    """Raise Damage where the file's directory does not lie in it; Whoosh would seek there."""
    offset, length = _DIRECTORY.unpack(header)
    if not 0 < offset < offset + length <= size:
        raise Damage("the directory lies outside the file")


class Segment:
    """A segment file, open for reading; ``deleted`` are the numbers of entries gone.

    Every method may raise Damage.
    """

    def __init__(self, path: Path, size: int, deleted: frozenset[int]) -> None:
        self.size = size
        self.deleted = deleted
        file = FileStorage(str(path.parent)).open_file(path.name)
        try:
            with _noticing():
                _check_directory(file.read(_DIRECTORY.size), path.stat().st_size)
                self._files = _MappedStorage(file)
        except BaseException:
            file.close()
            raise
        try:
            with _noticing():
                self._open_parts()
        except BaseException:
            self._files.close()
            raise

    def _open_parts(self) -> None:
        self._terms = OrderedHashReader(*self._part("terms"))
        self._field_numbers: dict[str, int] = self._terms.extras["fieldmap"]
        self._postings = self._files.open_file("postings")
        ids, length = self._part("id")
        self._ids = VarBytesColumn().reader(ids, 0, length, self.size)
        self.first_days = self._numbers("first")
        self.last_days = self._numbers("last")
        self.days_are_exact = self.first_days == self.last_days
        self._lengths: dict[str, array[int]] = {}

    def _part(self, name: str) -> tuple[_MappedFile, int]:
        return self._files.open_file(name), self._files.file_length(name)

    def _numbers(self, name: str) -> array[int]:
        file, length = self._part(name)
        numbers: array[int] = array("I", file.get(0, length))
        if sys.byteorder == "little":  # Whoosh writes columns big-endian
            numbers.byteswap()
        if len(numbers) > self.size:
            raise Damage(f"column {name} is too long")
        numbers.extend([0] * (self.size - len(numbers)))  # zeros at the end are not written
        return numbers

    def close(self) -> None:
        """Let go of the memory map."""
        self._files.close()

    def text_fields(self) -> list[str]:
        """Names of the term fields that some entry has."""
        names: list[str] = self._files.list()
        return [name.removeprefix("length.") for name in names if name.startswith("length.")]

    def lengths(self, field: str) -> array[int]:
        """Words of the field in each entry."""
        if field not in self._lengths:
            known = self._files.file_exists("length." + field)
            with _noticing():
                numbers = self._numbers("length." + field) if known else array("I", [0]) * self.size
            self._lengths[field] = numbers
        return self._lengths[field]

    def passage_id(self, number: int) -> str:
        """The passage id of an entry."""
        try:  # no context manager: a long tie asks for thousands
            found: bytes = self._ids[number]
            return found.decode("utf-8", "surrogatepass")
        except FOREIGN as exc:
            raise Damage(f"{type(exc).__name__}: {exc}") from exc

    def _key(self, field: str, term: str) -> bytes | None:
        number = self._field_numbers.get(field)
        return None if number is None else _FIELD_NUMBER.pack(number) + encode_term(term)

    def count(self, field: str, term: str) -> int:
        """How many entries hold the term, deleted ones too."""
        with _noticing():
            info = self._info(field, term)
            return 0 if info is None else int(_TERM_INFO.unpack(info)[2])

    def postings(self, field: str, term: str) -> Postings | None:
        """The term's posting list; None where no entry holds it."""
        with _noticing():
            info = self._info(field, term)
            return None if info is None else self._read_postings(info)

    def _info(self, field: str, term: str) -> bytes | None:
        key = self._key(field, term)
        return None if key is None else self._terms.get(key)

    def _read_postings(self, info: bytes) -> Postings:
        offset, length, _ = _TERM_INFO.unpack(info)
        postings = Postings(self._postings.get(offset, length))
        if postings.ids[-1] >= self.size:
            raise Damage("a posting list names an entry that does not exist")
        return postings

    def prefixed(self, field: str, prefix: str) -> Iterator[tuple[str, Postings]]:
        """Each term of the field that begins so, in order, with its posting list."""
        for term, info in self._prefixed_infos(field, prefix):
            with _noticing():
                postings = self._read_postings(info)
            yield term, postings

    def prefixed_counts(self, field: str, prefix: str) -> Iterator[tuple[str, int]]:
        """Each term of the field that begins so, with the number of live entries."""
        if not self.deleted:
            for term, info in self._prefixed_infos(field, prefix):
                yield term, _TERM_INFO.unpack(info)[2]
            return
        for term, postings in self.prefixed(field, prefix):
            yield term, len(postings.ids) - len(self.deleted.intersection(postings.ids))

    def _prefixed_infos(self, field: str, prefix: str) -> Iterator[tuple[str, bytes]]:
        key = self._key(field, prefix)
        if key is None:
            return
        with _noticing():
            for found, info in self._terms.items_from(key):
                if not found.startswith(key):
                    return
                if len(info) != _TERM_INFO.size:
                    raise Damage("a term has no posting list")
                yield found[_FIELD_NUMBER.size :].decode("utf-8", "surrogatepass"), info

    def all_postings(self) -> Iterator[tuple[str, str, Postings]]:
        """Every field, term and posting list of the segment."""
        for field in self._field_numbers:
            for term, postings in self.prefixed(field, ""):
                yield field, term, postings
