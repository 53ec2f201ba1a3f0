"""The tree of a query as its user wrote it, and its canonical text.

Each part knows the column it came from (counted from 0, never compared) and writes
itself down so that reading it again gives an equal tree.  What the words become in
an index is `compiler`'s business, how they are told in a sentence is `reading`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

WordForm = Literal["any", "exact", "beginning", "shape", "like"]
"""A word with its inflections; ``=word``; ``begin*``; ``wom?n``; ``word~``."""


def _column() -> int:
    return field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Word:
    """One word, or several joined by hyphens; ``form`` says what it stands for.

    A word that is "like" another is at most ``edits`` letters from it.
    """

    text: str
    form: WordForm = "any"
    column: int = _column()
    edits: int = 0

    def __str__(self) -> str:
        if self.form == "exact":
            return f"={self.text}"
        if self.form == "like":
            return f"{self.text}~{self.edits}"
        return f"{self.text}*" if self.form == "beginning" else self.text


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words in this order and these very forms."""

    text: str
    column: int = _column()

    def __str__(self) -> str:
        return f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class Nearby:
    """Two words or phrases, at most ``distance`` words from one to the other, in any order."""

    left: Word | Quoted
    right: Word | Quoted
    distance: int
    column: int = _column()

    def __str__(self) -> str:
        return f"{self.left} NEAR/{self.distance} {self.right}"


@dataclass(frozen=True, slots=True)
class Weighted:
    """The part, counting so many times as much as it would; never another `Weighted`."""

    part: Part
    factor: float
    column: int = _column()

    def __str__(self) -> str:
        bare = isinstance(self.part, Word | Quoted)
        return f"{self.part}^{self.factor:g}" if bare else f"({self.part})^{self.factor:g}"


@dataclass(frozen=True, slots=True)
class Field:
    """What the part says, of one field instead of the text."""

    name: str
    part: Part
    column: int = _column()

    def __str__(self) -> str:
        weighed = isinstance(self.part, Weighted)
        if weighed or isinstance(self.part, Word | Quoted):
            return f"{self.name}:{self.part}"
        return f"{self.name}:({self.part})"


@dataclass(frozen=True, slots=True)
class Dates:
    """Published in this time: ISO dates, possibly reduced ("2024", "2024-09"); None is open."""

    first: str | None
    last: str | None
    column: int = _column()

    def __str__(self) -> str:
        if self.first == self.last:
            return f"date:{self.first}"
        return f"date:{self.first or ''}..{self.last or ''}"


@dataclass(frozen=True, slots=True)
class All:
    """Every part; at least two of them, none of them an `All`."""

    parts: tuple[Part, ...]
    column: int = _column()

    def __str__(self) -> str:
        return " ".join(f"({p})" if isinstance(p, Either) else str(p) for p in self.parts)


@dataclass(frozen=True, slots=True)
class Either:
    """Any of the parts; at least two of them, none of them an `Either`."""

    parts: tuple[Part, ...]
    column: int = _column()

    def __str__(self) -> str:
        return " OR ".join(str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Without:
    """Everything the part does not match; never another `Without`."""

    part: Part
    column: int = _column()

    def __str__(self) -> str:
        grouped = isinstance(self.part, All | Either | Nearby)
        return f"-({self.part})" if grouped else f"-{self.part}"


Part = Word | Quoted | Nearby | Weighted | Field | Dates | All | Either | Without


def positive_parts(part: Part) -> Iterator[Word | Quoted | Field]:
    """The words and phrases that count for a match, with their field, in order."""
    if isinstance(part, All | Either):
        for inner in part.parts:
            yield from positive_parts(inner)
    elif isinstance(part, Nearby):
        yield from (part.left, part.right)
    elif isinstance(part, Weighted):
        yield from positive_parts(part.part)
    elif isinstance(part, Field):
        for leaf in positive_parts(part.part):
            yield Field(part.name, leaf, leaf.column)
    elif isinstance(part, Word | Quoted):
        yield part
