"""A segment in the making: entries go in, and whole older segments to merge; a file comes out.

Everything is inverted in memory first, which is why a builder is written and begun anew
after so many words.  What the file holds is told in `segments.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from whoosh.columns import NumericColumn, VarBytesColumn
from whoosh.filedb.compound import CompoundStorage
from whoosh.filedb.filestore import FileStorage, RamStorage
from whoosh.filedb.filetables import OrderedHashWriter

from searchkit.engines.whoosh.postings import Postings, pack_postings
from searchkit.engines.whoosh.segments import (
    DOCUMENTS,
    FIELD_NUMBER,
    GAP,
    TERM_INFO,
    Segment,
    encode_term,
)
from searchkit.records import Entry

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
            prefix = FIELD_NUMBER.pack(number)
            lists = self._fields[field]
            for term in sorted(lists):
                ids, counts, places = lists[term]
                packed = pack_postings(ids, counts, places)
                postings_file.write(packed)
                info = TERM_INFO.pack(offset, len(packed), len(ids))
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
