"""What is told: a message, and in it each passage as plain data.

Both are complete in themselves: a sender asks no archive.  Offsets count code points,
half-open.  ``None`` means unknown, never "".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from searchkit.records import Kind

# It stands in a mail header, an HTTP header, a URN and a JSON file, always as it is.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")


@dataclass(frozen=True, slots=True)
class Item:
    """One passage that is told.

    ``alerts`` names every alert that it met, ``why`` says for each in words what matched;
    ``marks`` are the matching words inside ``text``, in order, not overlapping.  Where the
    passage was told before in other words, ``changes`` holds what became of them as
    `searchkit.cite.word_diff` gives it, and ``version`` is above 1.  ``copies`` counts the
    other places where the same was published.
    """

    passage_id: str
    document_id: str
    alerts: tuple[str, ...]
    text: str
    kind: Kind
    speaker: str | None = None
    role: str | None = None
    affiliation: str | None = None
    country: str | None = None
    title: str | None = None
    source: str | None = None
    published: str | None = None
    url: str | None = None
    language: str | None = None
    marks: tuple[tuple[int, int], ...] = ()
    why: tuple[str, ...] = ()
    version: int = 1
    changes: tuple[tuple[str, str], ...] = ()
    copies: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """What one target gets at once.

    ``id`` is the same each time the message is sent: letters, digits, ``.``, ``_``, ``-``,
    100 at most (ValueError).  ``created`` has a time zone.  ``query`` is the command that
    gives the same list, ``stop`` the one that stops it; a digest has one a line.  A mail
    server takes some 10 MB, so make several messages of more than a few hundred items.
    """

    id: str
    alerts: tuple[str, ...]
    subject: str
    created: datetime
    items: tuple[Item, ...]
    query: str
    stop: str

    def __post_init__(self) -> None:
        if not _ID.match(self.id):
            raise ValueError(f"the id {self.id!r} of a message holds other signs")
