"""The records that go from stage to stage; frozen, and free of behaviour.

A `Page` becomes a `Document` (clean), a document becomes `Passage`s (segment),
a passage becomes an `Entry` of an engine (indexer), a query gives `Hit`s (search).
Offsets count code points, half-open.  ``None`` means unknown, never "".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Kind = Literal["direct", "reported", "transcript", "issuer", "narration"]
"""How a passage came to be said; see docs/architecture.md."""

Via = Literal["name", "pronoun", "role", "continuation", "turn", "document"]
"""What the speaker was found by."""

Form = Literal["news", "readout", "statement", "transcript", "speech", "joint"]
"""What sort of text a document is."""

Certainty = Literal["certain", "likely", "guess"]


@dataclass(frozen=True, slots=True)
class Page:
    """Raw bytes as they came, with what is known of where they came from.

    ``origin`` names the thing as the user knows it (path, ``path:line``, URL);
    ``media_type`` is lower case without parameters; ``charset`` is the one of the
    transport (HTTP header), the strongest word on encoding there is.
    """

    body: bytes
    origin: str
    media_type: str
    fetched_at: datetime
    url: str | None = None
    charset: str | None = None
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What the user or the source states about a document; it beats what is found.

    ``id`` is the source's own identifier, ``role`` the speaker's post, ``country``
    a name or code as given, ``published`` an ISO 8601 date of any precision.  ``listed``
    is the date that a feed or list named beside the page: used where the page has none.
    """

    id: str | None = None
    title: str | None = None
    speaker: str | None = None
    role: str | None = None
    country: str | None = None
    published: str | None = None
    source: str | None = None
    url: str | None = None
    language: str | None = None
    listed: str | None = None


@dataclass(frozen=True, slots=True)
class Removed:
    """A block that cleaning took out: the words, and the name of the rule."""

    text: str
    rule: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where one fact of a document was read, and how far to trust it."""

    fact: Literal["title", "authors", "modified", "language", "url"]
    source: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Document:
    """One cleaned text: paragraphs joined by a blank line, and what is known of it.

    ``id`` comes from the canonical URL, else the given id, else the bytes.
    ``published`` is an ISO date of reduced precision where no more is known
    ("2024", "2024-09", "2024-09-17"); its source says where it was read
    ("given", "meta article:published_time", "json-ld", "time element", "url", "text").
    ``evidence`` tells the same of the other facts; it is made by cleaning and not archived.
    ``speaker``, ``role``, ``country`` are those given beside the text, not found in it.
    """

    id: str
    text: str
    url: str | None = None
    title: str | None = None
    published: str | None = None
    published_source: str | None = None
    published_certainty: Certainty | None = None
    modified: str | None = None
    language: str | None = None
    site: str | None = None
    source: str | None = None
    authors: tuple[str, ...] = ()
    speaker: str | None = None
    role: str | None = None
    country: str | None = None
    form: Form | None = None
    warnings: tuple[str, ...] = ()
    removed: tuple[Removed, ...] = ()
    evidence: tuple[Evidence, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Statement:
    """One span that somebody said: the words themselves, without cue and marks.

    Offsets count from the start of the document's text.
    """

    start: int
    end: int
    text: str
    kind: Kind
    speaker: str | None = None
    speaker_mention: str | None = None
    role: str | None = None
    affiliation: str | None = None
    cue: str | None = None
    via: Via | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole sentences of a document that have one attribution: the unit of search.

    Always ``document.text[start:end] == text``.  ``speaker`` is None where the text
    names nobody; ``country`` is the ISO 3166-1 alpha-2 code of the affiliation, where
    that is a country, else of the document's country.
    """

    id: str
    document_id: str
    start: int
    end: int
    text: str
    kind: Kind
    speaker: str | None = None
    speaker_mention: str | None = None
    role: str | None = None
    affiliation: str | None = None
    country: str | None = None
    cue: str | None = None
    via: Via | None = None
    confidence: float | None = None
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text: its folded form, its stem, and where it stands.

    ``position`` counts words; the two hyphen halves of a compound are two words.
    """

    exact: str
    stem: str
    start: int
    end: int
    position: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One passage as an engine stores it: analysed terms and filter values.

    ``terms`` maps a field to its positions in order; each position holds the terms
    that stand there ("=sanctions" the exact form, "sanction" the stem) and an empty
    tuple is a gap no phrase may cross.  ``keywords`` are whole values for filters.
    ``first_day`` and ``last_day`` bound the publication date as yyyymmdd integers.
    """

    passage_id: str
    document_id: str
    terms: Mapping[str, tuple[tuple[str, ...], ...]]
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    first_day: int | None = None
    last_day: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a query asks of one text, in an engine's terms, so that it can be marked.

    ``phrases`` are (positions, slop) as in `searchkit.query.Phrase`: each position
    lists the terms that may stand there.
    """

    terms: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    phrases: tuple[tuple[tuple[tuple[str, ...], ...], int], ...] = ()


@dataclass(frozen=True, slots=True)
class Snippet:
    """An excerpt of a passage, from ``start`` in it, with half-open marks inside itself."""

    text: str
    start: int
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Copy:
    """Where else the words of a passage stand, by the same speaker or nobody named."""

    passage_id: str
    document_id: str
    source: str | None = None
    published: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing a passage has its score from: what was found in which field, and how.

    ``what`` is in an engine's terms: a stem where any form will do.
    """

    field: str
    what: str
    how: str
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """One ranked passage.  ``matched`` is "all" or "some" of the query's words.

    ``copies`` are the other places where the same was published, oldest first; the hit
    itself is the oldest of those that the query finds.  ``reasons``, where they were
    asked for, add up to the passage's own score, which may be below that of a copy.
    """

    rank: int
    score: float
    passage: Passage
    document: Document
    snippet: Snippet
    title_marks: tuple[tuple[int, int], ...] = ()
    matched: Literal["all", "some"] = "all"
    copies: tuple[Copy, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Facet:
    """How many passages have each value of a property; None counts those without one."""

    by: str
    rows: tuple[tuple[str | None, int], ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """The passages that match a query, counted by one property; rows as in `Facet`."""

    query: str
    reading: str
    by: str
    total: int
    rows: tuple[tuple[str | None, int], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to one query: ``reading`` tells how it was read, ``notes`` what to know.

    ``total`` counts the passages that hold all words, also those beyond ``hits``.
    """

    query: str
    reading: str
    total: int
    hits: tuple[Hit, ...]
    notes: tuple[str, ...] = ()
    facets: tuple[Facet, ...] = ()
