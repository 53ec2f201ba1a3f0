"""What tantivy is given of an entry: the schema, and the document that an entry becomes.

A word takes two places in a text field, its stem the first and its exact form the
second, so that one phrase may ask for either at each word.  A gap is a jump of places.
Strings are as the entry has them, but for lone surrogates, which tantivy cannot hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import tantivy

from searchkit.records import Entry

TEXT_FIELDS = ("text", "title", "speaker", "role", "affiliation", "source")
"""Fields of terms; a query about any other finds nothing."""

KEYWORD_FIELDS = (
    "country", "kind", "language", "form", "via", "document", "site", "speaker", "mentions",
    "confidence", "source",
)  # fmt: skip
"""Fields of whole values; to a query about any other, no entry has a value."""

ID, DOCUMENT, SPAN = "id", "document", "span"
FIRST, LAST = "first", "last"

NEWEST, OLDEST = "newest", "oldest"
"""Columns by which entries are sorted: the day, and in one day the beginning of the id."""

MOST_KEY = (1 << 63) - 1
"""Above every key of `NEWEST` and `OLDEST`."""

PLACES = 2
"""Places of a word: of its stem and of its exact form."""

_GAP = PLACES * 4096
_FAR_DAY = 99_999_999  # behind every day: the undated are last, oldest first, too
_ID_BYTES = 4
_ID_BITS = 8 * _ID_BYTES
_ID_MASK = (1 << _ID_BITS) - 1

# What Rust's strings cannot hold, and the character that stands before its code instead.
_UNHELD = re.compile("[\ud800-\udfff\ue000]")
_HELD = re.compile("\ue000([0-9a-f]{4})")

MISSING = "\ue000"
"""No value is encoded so."""

# Stem and exact form with a space between and none in them.
_PAIR = re.compile(r"[^\s=]\S* =\S+")

Positions = Sequence[tuple[str, ...]]


def text_field(field: str) -> str:
    """Name in the schema of a field of terms."""
    return "t_" + field


def keyword_field(field: str) -> str:
    """Name in the schema of a field of whole values."""
    return "k_" + field


def make_schema() -> tantivy.Schema:
    """All fields of the index; a change of them needs another `engines.SCHEMA`."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(ID, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(DOCUMENT, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(SPAN, fast=True, tokenizer_name="raw", index_option="basic")
    for field in TEXT_FIELDS:
        builder.add_text_field(text_field(field), tokenizer_name="whitespace")
    for field in KEYWORD_FIELDS:
        name = keyword_field(field)
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for field in (FIRST, LAST, NEWEST, OLDEST):
        builder.add_unsigned_field(field, stored=field == FIRST, fast=True)
    return builder.build()


def encode(text: str) -> str:
    r"""The string as tantivy can hold it; two strings are never encoded as one.

    >>> encode("Łódź"), encode("a\ud800")
    ('Łódź', 'a\ue000d800')
    """
    if text.isascii() or not _UNHELD.search(text):
        return text
    return _UNHELD.sub(lambda found: f"\ue000{ord(found[0]):04x}", text)


def decode(text: str) -> str:
    r"""What was encoded.

    >>> decode(encode("a\ud800\ue000")) == "a\ud800\ue000"
    True
    """
    if text.isascii() or MISSING not in text:
        return text
    return _HELD.sub(lambda found: chr(int(found[1], 16)), text)


def make_document(entry: Entry) -> tantivy.Document:
    """The document of an entry; ValueError where it has a field that the schema lacks."""
    document = tantivy.Document()
    add_text = document.add_text
    add_text(ID, encode(entry.passage_id))
    add_text(DOCUMENT, encode(entry.document_id))
    try:
        for field, positions in entry.terms.items():
            _add_positions(document, _TEXT_NAMES[field], positions)
        for field, values in entry.keywords.items():
            name = _KEYWORD_NAMES[field]
            for value in values if len(values) == 1 else dict.fromkeys(values):
                add_text(name, encode(value))
    except KeyError as exc:
        raise ValueError(f"the tantivy engine has no field {exc.args[0]!r}") from exc
    _add_days(document, entry)
    return document


_TEXT_NAMES = {field: text_field(field) for field in TEXT_FIELDS}
_KEYWORD_NAMES = {field: keyword_field(field) for field in KEYWORD_FIELDS}


def span_of(entry: Entry) -> tuple[int, int]:
    """First and last day as they are stored; zeros where there is none."""
    first = entry.first_day or entry.last_day or 0
    return first, entry.last_day or first


def span_value(first: int, last: int) -> str:
    """The value of `SPAN`."""
    return f"{first}-{last}"


def _add_days(document: tantivy.Document, entry: Entry) -> None:
    first, last = span_of(entry)
    if first:
        document.add_text(SPAN, span_value(first, last))
    start = int.from_bytes(
        entry.passage_id.encode("utf-8", "surrogatepass")[:_ID_BYTES].ljust(_ID_BYTES, b"\0")
    )
    document.add_unsigned(FIRST, first)
    document.add_unsigned(LAST, last)
    document.add_unsigned(NEWEST, first << _ID_BITS | (_ID_MASK - start))
    document.add_unsigned(OLDEST, (first or _FAR_DAY) << _ID_BITS | start)


def _add_positions(document: tantivy.Document, name: str, positions: Positions) -> None:
    """Add what stands in a field: run after run of words, a jump for each gap."""
    for value in _values(name, positions):
        if isinstance(value, str):
            document.add_text(name, value)
        else:
            document.add_pre_tokenized_text(name, value)


_Values = list[str | tantivy.PreTokenizedString]
_LAST: dict[str, tuple[Positions, _Values]] = {}


def _values(name: str, positions: Positions) -> _Values:
    """The values that the field takes; remembered, since a document's passages have one title."""
    last = _LAST.get(name)
    if last is not None and last[0] is positions:
        return last[1]
    values: _Values = []
    start = 0
    while start < len(positions):
        end = _next_gap(positions, start)
        if run := positions[start:end]:
            try:
                values.append(" ".join(map(_WRITTEN.__getitem__, run)))
            except _Unwritable:
                values.append(_tokens(run))
        if end < len(positions):
            values.append(_JUMP)
        start = end + 1
    _LAST[name] = positions, values
    return values


def _next_gap(positions: Positions, start: int) -> int:
    try:
        return positions.index((), start)
    except ValueError:
        return len(positions)


# A field's next value begins behind the last place of this one.
_JUMP = tantivy.PreTokenizedString("", [tantivy.Token(MISSING, _GAP, 0, 0)])


class _Unwritable(Exception):
    """Terms that do not fall out of a text at its spaces."""


class _Written(dict[tuple[str, ...], str]):
    """The text that falls into a word's terms at spaces; bounded, filled on first sight.

    That is four times as fast to hand over as one object a term.
    """

    def __missing__(self, terms: tuple[str, ...]) -> str:
        text = " ".join(terms)
        if len(terms) != PLACES or not _PAIR.fullmatch(text):
            raise _Unwritable
        if len(self) >= _MOST_WRITTEN:
            self.clear()
        self[terms] = text = encode(text)
        return text


_MOST_WRITTEN = 100_000
_WRITTEN = _Written()


def _tokens(run: Positions) -> tantivy.PreTokenizedString:
    return tantivy.PreTokenizedString("", list(_placed(run)))


def _placed(run: Iterable[tuple[str, ...]]) -> Iterator[tantivy.Token]:
    for number, terms in enumerate(run):
        for term in sorted(dict.fromkeys(terms), key=place_of):
            yield tantivy.Token(encode(term), PLACES * number + place_of(term), 0, 0)


def place_of(term: str) -> int:
    """Which of a word's places the term stands at: 1 for an exact form, 0 for a stem."""
    return int(term.startswith("="))
