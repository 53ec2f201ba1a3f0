"""One term's posting list as bytes: which entries hold it, how often and where.

Arrays of 16 bits, or 32 where a number needs them, behind a checksum: decoding copies
memory and no more, and a flipped bit is noticed when the list is read.
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from collections.abc import Sequence
from itertools import accumulate

_HEADER = struct.Struct("<IBI")  # crc32 of what follows it, flags, number of entries
_SINGLE = struct.Struct("<BIHH")  # without checksum: one entry that holds a term once
_CHECKSUM_SIZE = 4

_WIDE_IDS = 1
_HAS_COUNTS = 2  # absent where every count is 1, as in most lists
_WIDE_COUNTS = 4
_HAS_PLACES = 8  # absent in keyword fields
_WIDE_PLACES = 16

_NARROW = 0xFFFF


class Damage(Exception):
    """Bytes that are not what was written."""


def _pack_numbers(numbers: Sequence[int], *, wide: bool) -> bytes:
    packed = array("I" if wide else "H", numbers)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def _unpack_numbers(data: bytes, *, wide: bool) -> array[int]:
    numbers: array[int] = array("I" if wide else "H", data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def pack_postings(ids: Sequence[int], counts: Sequence[int], places: Sequence[int]) -> bytes:
    """Ascending entry numbers, the times each holds the term, and all places in a row.

    ``places`` is empty, or as long as the sum of the counts.

    >>> postings = Postings(pack_postings([3, 9], [1, 2], [5, 0, 70_000]))
    >>> postings.ids.tolist(), postings.counts.tolist(), postings.places(1).tolist()
    ([3, 9], [1, 2], [0, 70000])
    """
    if len(places) == 1 and ids[0] <= _NARROW and places[0] <= _NARROW:
        body = _SINGLE.pack(_HAS_PLACES, 1, ids[0], places[0])  # most terms of a language
    else:
        body = _pack_body(ids, counts, places)
    return zlib.crc32(body).to_bytes(_CHECKSUM_SIZE, "little") + body


def _pack_body(ids: Sequence[int], counts: Sequence[int], places: Sequence[int]) -> bytes:
    has_counts = max(counts) > 1
    flags = (
        _WIDE_IDS * (ids[-1] > _NARROW)
        | _HAS_COUNTS * has_counts
        | _WIDE_COUNTS * (max(counts) > _NARROW)
        | _HAS_PLACES * bool(places)
        | _WIDE_PLACES * (max(places, default=0) > _NARROW)
    )
    return b"".join(
        (
            _HEADER.pack(0, flags, len(ids))[_CHECKSUM_SIZE:],
            _pack_numbers(ids, wide=bool(flags & _WIDE_IDS)),
            _pack_numbers(counts, wide=bool(flags & _WIDE_COUNTS)) if has_counts else b"",
            _pack_numbers(places, wide=bool(flags & _WIDE_PLACES)),
        )
    )


class Postings:
    """A posting list read back; counts and places are decoded when asked for.

    ``ids`` ascend.  Raises Damage where the bytes are not those that were packed.
    """

    __slots__ = ("_counts", "_data", "_flags", "_places", "_places_from", "_starts", "ids")

    def __init__(self, data: bytes) -> None:
        if len(data) < _HEADER.size:
            raise Damage("a posting list is cut off")
        checksum, flags, length = _HEADER.unpack_from(data)
        if zlib.crc32(memoryview(data)[_CHECKSUM_SIZE:]) != checksum:
            raise Damage("a posting list fails its checksum")
        end = _HEADER.size + length * (4 if flags & _WIDE_IDS else 2)
        self.ids = _unpack_numbers(data[_HEADER.size : end], wide=bool(flags & _WIDE_IDS))
        self._data = data
        self._flags = flags
        self._places_from = end
        self._counts: array[int] | None = None
        self._places: array[int] | None = None
        self._starts: list[int] | None = None
        if flags & _HAS_COUNTS:
            wide = bool(flags & _WIDE_COUNTS)
            self._places_from = end + length * (4 if wide else 2)
            self._counts = _unpack_numbers(data[end : self._places_from], wide=wide)

    @property
    def counts(self) -> array[int]:
        """How often each entry of ``ids`` holds the term."""
        if self._counts is None:
            self._counts = array("H", b"\1\0" * len(self.ids))
            if sys.byteorder == "big":
                self._counts.byteswap()
        return self._counts

    @property
    def all_places(self) -> array[int]:
        """The places of every entry in a row; empty in a keyword field."""
        if self._places is None:
            wide = bool(self._flags & _WIDE_PLACES)
            self._places = _unpack_numbers(self._data[self._places_from :], wide=wide)
        return self._places

    def places(self, index: int) -> array[int]:
        """Ascending places of the term in the entry ``ids[index]``."""
        if not self._flags & _HAS_COUNTS:
            return self.all_places[index : index + 1]
        if self._starts is None:
            self._starts = list(accumulate(self.counts, initial=0))
        return self.all_places[self._starts[index] : self._starts[index + 1]]
