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
class Not:
    """Everything but what the part matches; never scored."""

    part: Node


@dataclass(frozen=True, slots=True)
class Everything:
    """Every passage, each with score 0."""


Node = Term | Phrase | Prefix | Keyword | DayRange | And | Or | Best | Not | Everything
