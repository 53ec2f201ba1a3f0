"""What a crawl is told, and what it tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

What = Literal["new", "changed", "same", "gone", "failed", "list", "source", "host", "limit"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: to a page, a list, a source, a host; ``reason`` in words."""

    what: What
    source: str
    url: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How to crawl.  ``clock`` gives the time; ``contact`` is told to every server.

    After ``most_s`` seconds or ``max_pages`` visits no further page is asked for: the rest
    stays due.
    """

    contact: str | None = None
    allow_private: bool = False
    max_pages: int | None = None
    most_s: float | None = None
    all_lists: bool = False
    timeout_s: float = 30.0
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
