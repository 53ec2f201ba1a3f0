"""The record of a source: who publishes, where its pages are listed, how gently it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from searchkit.clean.rules import SiteRules
from searchkit.seeds.patterns import Glob

Kind = Literal["ministry", "presidency", "government", "organisation", "outlet"]
KINDS: tuple[Kind, ...] = get_args(Kind)

PACE_S, BUDGET = 2.0, 5_000


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page that lists others; ``items`` and ``following`` are CSS selectors of its links."""

    url: str
    items: str | None = None
    following: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One publisher of statements.

    ``site`` is its host without "www.", ``country`` an ISO alpha-2 code, ``language`` an
    ISO 639 code.  A page is wanted where it fits any pattern of ``include``, or there is
    none, and no pattern of ``exclude``.  With ``discover`` the feeds and sitemaps that the
    site itself names are read too.  ``pace_s`` seconds lie between two requests, at most
    ``budget`` are sent a day, and only in ``hours`` (UTC, from and until, through midnight
    where from is later).  ``verified`` says that somebody has seen its addresses answer.
    """

    id: str
    name: str
    kind: Kind
    site: str
    country: str | None = None
    language: str | None = None
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    lists: tuple[ListPage, ...] = ()
    discover: bool = True
    include: tuple[Glob, ...] = ()
    exclude: tuple[Glob, ...] = ()
    pace_s: float = PACE_S
    budget: int = BUDGET
    hours: tuple[int, int] | None = None
    verified: bool = False
    clean: SiteRules | None = None

    def is_open(self, at: datetime) -> bool:
        """Whether the source may be asked at this time (aware).

        >>> night = Source("nl-mfa", "MFA", "ministry", "mfa.example", hours=(22, 6))
        >>> [night.is_open(datetime(2024, 9, 17, hour, 30, tzinfo=UTC)) for hour in (23, 5, 6)]
        [True, True, False]
        """
        if self.hours is None:
            return True
        first, last = self.hours
        hour = at.astimezone(UTC).hour
        return first <= hour < last if first < last else hour >= first or hour < last
