"""A segment: some thousand entries in one Whoosh compound file, never changed once written.

`Segment` reads the file through a memory map; `building.py` writes it.  Which segments
make up the index, and which of their entries are deleted, is the commit's business.

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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from whoosh.columns import VarBytesColumn
from whoosh.filedb.compound import CompoundStorage
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.filetables import FileFormatError, OrderedHashReader
from whoosh.filedb.structfile import BufferFile

from searchkit.engines.whoosh import pickles  # noqa: F401 - holds Whoosh's pickles to plain values
from searchkit.engines.whoosh.postings import Damage, Postings

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

FIELD_NUMBER = struct.Struct(">H")
_DIRECTORY = struct.Struct(">qi")  # place and length of a compound file's directory
TERM_INFO = struct.Struct("<QII")  # place and length of the posting list, entries in it


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
        return None if number is None else FIELD_NUMBER.pack(number) + encode_term(term)

    def count(self, field: str, term: str) -> int:
        """How many entries hold the term, deleted ones too."""
        with _noticing():
            info = self._info(field, term)
            return 0 if info is None else int(TERM_INFO.unpack(info)[2])

    def postings(self, field: str, term: str) -> Postings | None:
        """The term's posting list; None where no entry holds it."""
        with _noticing():
            info = self._info(field, term)
            return None if info is None else self._read_postings(info)

    def _info(self, field: str, term: str) -> bytes | None:
        key = self._key(field, term)
        return None if key is None else self._terms.get(key)

    def _read_postings(self, info: bytes) -> Postings:
        offset, length, _ = TERM_INFO.unpack(info)
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
                yield term, TERM_INFO.unpack(info)[2]
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
                if len(info) != TERM_INFO.size:
                    raise Damage("a term has no posting list")
                yield found[FIELD_NUMBER.size :].decode("utf-8", "surrogatepass"), info

    def all_postings(self) -> Iterator[tuple[str, str, Postings]]:
        """Every field, term and posting list of the segment."""
        for field in self._field_numbers:
            for term, postings in self.prefixed(field, ""):
                yield field, term, postings
