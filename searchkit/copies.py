"""Near copies: how alike two texts are, and whether one person can have said both.

Texts go in, a `Sketch` of each comes out: MinHash over shingles of three words, with
spellings evened out, and keys under which alike sketches meet.  Speakers go in as they
are printed, and it comes out whether they may be one.  Which texts are compared, and the
groups of copies, are kept by the archive.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from searchkit.records import Document, Passage

VERSION = "3"
"""Version of what sketches hold, of rensa's algorithm too: an archive of another one
makes its sketches anew."""

MIN_WORDS = 8
"""Shorter passages ("Thank you very much") are alike without being copies."""

ALIKE = 0.55
"""Jaccard similarity of passages that are copies: two changed words in thirty leave 0.6."""

CONTAINED = 0.6
"""Share of the shorter document's shingles that the longer one has, for copies."""

KEY_BITS = 36

_SHINGLE = 3
_PERMUTATIONS = 128
_SEED = 1
# Passages: 12 keys of 3 values let meet 94 % of pairs at 0.6 and 0.01 % at 0.02.
# Documents, whose copies may be cut: 40 keys of 3 values, 92 % of pairs at 0.4.
PASSAGE_KEYS = 12
DOCUMENT_KEYS = 40
_ROWS = 3
_KEY_MASK = (1 << KEY_BITS) - 1
# A document of this many words is sketched by its first ones: bounds time, not accuracy.
_MAX_WORDS = 50_000

# Letters and digits; Chinese and Japanese characters, which no spaces part, one by one.
_HAN = "\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[^\W_{_HAN}]+|[{_HAN}]")
# British and American endings that editors change: -ise/-ize, -our/-or, -tre/-ter.
_ISE = re.compile(r"(?<=[a-z]{2})is(?=(?:e|ed|es|er|ers|ing|ation|ations)\b)")
_OUR = re.compile(r"(?<=[a-z]{3})our(?=(?:s|ed|ing|able|ite|ites|hood)?\b)")
_TRE = re.compile(r"(?<=[a-z]{2})tre(?=s?\b)")


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is kept of a text to compare it: ``values`` one byte a permutation.

    ``size`` is the number of different shingles; texts that share one of ``keys`` are
    worth comparing.
    """

    values: bytes
    keys: tuple[int, ...]
    size: int


def shingles(text: str) -> set[str]:
    """The runs of three words of a text, folded; one shorter text is one run.

    >>> sorted(shingles("The Organisation’s own words"))
    ['organization s own', 's own words', 'the organization s']
    """
    folded = text.casefold()
    if not folded.isascii():
        folded = _bare(folded)
    folded = _TRE.sub("ter", _OUR.sub("or", _ISE.sub("iz", folded)))
    words = _WORD.findall(folded)[:_MAX_WORDS]
    if len(words) < _SHINGLE:
        return {" ".join(words)} if words else set()
    return set(map(" ".join, zip(words, words[1:], words[2:], strict=False)))


def _bare(text: str) -> str:
    """Without accents and other marks that editors leave out."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(c for c in parts if not unicodedata.combining(c))


def sketch_texts(texts: Sequence[str], keys: int = PASSAGE_KEYS) -> list[Sketch]:
    """A sketch of each text; one without words has no keys, and is like nothing."""
    from rensa import RMinHash  # a search pays for no sketches

    sets = [shingles(text) for text in texts]
    digests = RMinHash.digests_from_token_sets(
        [sorted(each) for each in sets], _PERMUTATIONS, _SEED
    )
    return [
        Sketch(bytes([value & 255 for value in digest]), _keys(digest, keys), len(each))
        if each
        else Sketch(b"", (), 0)
        for digest, each in zip(digests, sets, strict=True)
    ]


def _keys(digest: Sequence[int], count: int) -> tuple[int, ...]:
    """A number of 36 bits for each three values of the digest, in which place matters."""
    found = []
    for place in range(count):
        a, b, c = digest[place * _ROWS : (place + 1) * _ROWS]
        mixed = (a * 0x9E3779B97F4A7C15) ^ (b * 0xC2B2AE3D27D4EB4F) ^ (c * 0x165667B19E3779F9)
        mixed = ((mixed + place) & 0xFFFFFFFFFFFFFFFF) * 0xD6E8FEB86659FD93
        found.append((mixed >> 24) & _KEY_MASK)
    return tuple(found)


def similarity(left: bytes, right: bytes) -> float:
    """The Jaccard similarity of two texts by the values of their sketches, about ± 0.04.

    >>> a, b, c = sketch_texts(["We shall open the corridor on Monday at noon",
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
