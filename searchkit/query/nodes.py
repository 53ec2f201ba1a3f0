"""What an engine is asked: terms, phrases, filters and how they combine.

Engines read these nodes and nothing else of the query language.  Terms are as
`searchkit.analyzer` makes them: a stem bare, an exact form behind "=".
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """Passages where the field holds this term."""

    field: str
    term: str
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Phrase:
    """Passages where the field holds these positions in order.

    Each position lists the terms that may stand there; up to ``slop`` other words
    may stand between two neighbours.
    """

    field: str
    positions: tuple[tuple[str, ...], ...]
    slop: int = 0
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Near:
    """Passages where the field holds two phrases close to each other, in either order.

    ``left`` and ``right`` are positions as in `Phrase`; from the last word of the one to
    the first of the other are at most ``distance`` words, 1 for neighbours.  No gap may
    lie between, and the two never share a word.  It counts as often as ``left`` occurs so.
    """

    field: str
    left: tuple[tuple[str, ...], ...]
    right: tuple[tuple[str, ...], ...]
    distance: int
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Prefix:
    """Passages where the field holds a term that begins so."""

    field: str
    prefix: str
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Keyword:
    """Passages one of whose values of a keyword field is among these; never scored."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DayRange:
    """Passages whose whole publication interval lies in these days (yyyymmdd, inclusive).

    With ``undated``, also those without a date.  Never scored.
    """

    first: int | None = None
    last: int | None = None
    undated: bool = False


@dataclass(frozen=True, slots=True)
class And:
    """All parts; negative parts only as `Not`."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least ``at_least`` of the parts; the score is the sum over those that match."""

    parts: tuple[Node, ...]
    at_least: int = 1


@dataclass(frozen=True, slots=True)
class Best:
    """Any of the parts, scored by the best of them: spellings of one word."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """What ``part`` matches, its score raised by that of each piece of evidence that matches.

    Evidence finds nothing by itself: words side by side, words of the title.
    """

    part: Node
    evidence: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Everything but what the part matches; never scored."""

    part: Node


@dataclass(frozen=True, slots=True)
class Everything:
    """Every passage, each with score 0."""


Node = (
    Term | Phrase | Near | Prefix | Keyword | DayRange | And | Or | Best | Ranked | Not | Everything
)
