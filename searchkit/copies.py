"""Near copies: how alike two texts are, and whether one person can have said both.

Texts go in, a `Sketch` of each comes out: MinHash over shingles of three words, with
spellings evened out, and keys under which alike sketches meet.  Speakers go in as they
are printed, and it comes out whether they may be one.  Which texts are compared, and the
groups of copies, are kept by the archive.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from searchkit.records import Document, Passage

VERSION = "2"
"""Version of what sketches hold, of rensa's algorithm too: an archive of another one
makes its sketches anew."""

MIN_SHINGLES = 6
"""Passages of less than eight words ("Thank you very much") are alike without being copies."""

ALIKE = 0.55
"""Jaccard similarity of passages that are copies: two changed words in thirty leave 0.6."""

CONTAINED = 0.6
"""Share of the shorter document's shingles that the longer one has, for copies."""

KEY_BITS = 36

_SHINGLE = 3
_PERMUTATIONS = 64
_SEED = 1
_KEY_PRIME = (1 << KEY_BITS) - 5
_DIGEST = struct.Struct(f"<{_PERMUTATIONS}I")
_MAX_WORDS = 50_000  # of one passage: bounds time and memory


class Banding(NamedTuple):
    """Which bytes of a digest make up each key of a sketch: where they begin, how many."""

    places: tuple[int, ...]
    size: int


def _banding(keys: int, rows: int) -> Banding:
    size = 4 * rows
    return Banding(tuple(range(0, keys * size, size)), size)


PASSAGE_KEYS = _banding(10, 3)
"""Lets 91 % of pairs at a similarity of 0.6 meet, and 0.01 % of those at 0.02."""

DOCUMENT_KEYS = _banding(32, 2)
"""Lets 99 % of pairs at 0.4 meet: documents are cut, and there are fewer of them."""

# Letters and digits; Chinese and Japanese characters, which no spaces part, one by one.
_HAN = "\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[^\W_{_HAN}]+|[{_HAN}]")
_OTHER_LETTER = re.compile(r"[^\W\x00-\x7f]")
# Letters and digits as they are folded, all else as a space.
_ASCII_WORDS = bytes(
    ord(chr(code).lower()) if code < 128 and chr(code).isalnum() else 32 for code in range(256)
)
# Accents and vowel signs, which editors leave out.
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f]+")
# British and American endings, which editors change: -ise/-ize, -our/-or, -tre/-ter.
# Other words change with them ("wise"), the same way in every copy.
_ISE = re.compile(r"is(?=(?:e|ed|es|er|ers|ing|ation|ations)\b)")
_OUR = re.compile(r"our(?=(?:s|ed|ing|able|ite|ites|hood)?\b)")
_TRE = re.compile(r"tre(?=s?\b)")


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is kept of a text to compare it: ``values`` one byte a permutation.

    ``size`` is the number of shingles; texts that share one of ``keys`` are
    worth comparing.
    """

    values: bytes
    keys: tuple[int, ...]
    size: int


Sketches = tuple[list[Sketch], Sketch]
"""Of each passage of a document, and of all together."""


def shingles(text: str) -> list[str]:
    """The runs of three words of a text, folded; a shorter text is one run.

    >>> shingles("The Organisation’s own words")
    ['the organization s', 'organization s own', 's own words']
    """
    words = _words(_bare(text))[:_MAX_WORDS]
    if len(words) < _SHINGLE:
        return [" ".join(words)] if words else []
    return [f"{a} {b} {c}" for a, b, c in zip(words, words[1:], words[2:], strict=False)]


def _words(text: str) -> list[str]:
    if text.isascii() or not _OTHER_LETTER.search(text):  # the same, three times as fast
        folded = text.encode("ascii", "replace").translate(_ASCII_WORDS).decode("ascii")
        return _evened(folded).split()
    return _WORD.findall(_evened(text.casefold()))


def _evened(folded: str) -> str:
    """With British spellings as American ones."""
    return _TRE.sub("ter", _OUR.sub("or", _ISE.sub("iz", folded)))


def _bare(text: str) -> str:
    """Without accents and other marks that editors leave out."""
    if text.isascii() or unicodedata.is_normalized("NFKD", text):
        return text
    return _MARKS.sub("", unicodedata.normalize("NFKD", text))


def sketch_texts(texts: Sequence[str]) -> Sketches:
    """A sketch of each passage, and one of all together, as of their document.

    A text without words has no keys, and is like nothing.
    """
    from rensa import RMinHash  # a search pays for no sketches

    runs = [shingles(text) for text in texts]
    sizes = [len(each) for each in runs]
    digests = RMinHash.digests_from_token_sets(runs, _PERMUTATIONS, _SEED)
    passages = [
        _sketch(digest, size, PASSAGE_KEYS) for digest, size in zip(digests, sizes, strict=True)
    ]
    # The MinHash of a union is the least of each value; empty texts have the greatest.
    whole = list(map(min, *digests)) if len(digests) > 1 else [*chain(*digests)]
    return passages, _sketch(whole, sum(sizes), DOCUMENT_KEYS)


def _sketch(digest: Sequence[int], size: int, banding: Banding) -> Sketch:
    if not size:
        return Sketch(b"", (), 0)
    raw = _DIGEST.pack(*digest)
    return Sketch(raw[::4], _keys(raw, banding), size)  # the lowest byte of each value


def _keys(raw: bytes, banding: Banding) -> tuple[int, ...]:
    """A number of 36 bits for each few values of a digest."""
    places, size = banding
    number = int.from_bytes
    return tuple([number(raw[at : at + size], "little") % _KEY_PRIME for at in places])


def similarity(left: bytes, right: bytes) -> float:
    """The Jaccard similarity of two texts by the values of their sketches, about ± 0.06.

    >>> (a, b, c), _ = sketch_texts(["We shall open the corridor on Monday at noon",
    ...     "We shall open the corridor on Monday at noon", "Nobody knows where it went"])
    >>> similarity(a.values, b.values), round(similarity(a.values, c.values), 1)
    (1.0, 0.0)
    """
    if not left or not right:
        return 0.0
    same = sum(map(int.__eq__, left, right)) / _PERMUTATIONS
    return max(0.0, (same - 1 / 256) / (1 - 1 / 256))  # one byte agrees by chance


def containment(jaccard: float, size: int, other_size: int) -> float:
    """The share of the smaller set's members that the other has.

    >>> containment(0.5, 100, 200)
    1.0
    """
    shared = jaccard * (size + other_size) / (1 + jaccard)
    return min(1.0, shared / max(1, min(size, other_size)))


def said_by(passage: Passage, document: Document) -> str | None:
    """The speaker as copies are compared by it; None where nobody is named.

    A joint statement has no issuer of its own: each party publishes it as its words.
    """
    if passage.kind == "issuer" and document.form == "joint":
        return None
    name = passage.speaker or (passage.affiliation if passage.role else None)
    return speaker_name(name) or None


def speaker_name(name: str | None) -> str:
    """A name for comparison: folded words.

    >>> speaker_name("Milena  Vorská")
    'milena vorska'
    """
    return " ".join(_WORD.findall(_bare((name or "").casefold())))


def may_be_one(left: str | None, right: str | None) -> bool:
    """Whether two speakers, as `said_by` gives them, may be one person.

    The last name must be the same, and the names before it agree as far as both are
    given, an initial with a name that begins so.  An unnamed speaker may be anybody.

    >>> may_be_one("ilva marden", "i marden"), may_be_one("marden", "ilva marden")
    (True, True)
    >>> may_be_one("ilva marden", "oren marden"), may_be_one("ilva marden", None)
    (False, True)
    """
    if left is None or right is None or left == right:
        return True
    *first, last = left.split()
    *other_first, other_last = right.split()
    if last != other_last:
        return False
    return all(_begins(a, b) for a, b in zip(first, other_first, strict=False))


def _begins(left: str, right: str) -> bool:
    if left == right:
        return True
    short, long = sorted((left, right), key=len)
    return len(short) == 1 and long.startswith(short)
