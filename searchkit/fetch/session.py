"""A crawler's way to the network: many pages of few hosts, over connections that stay open.

In comes a URL, with what a server said of it before; out comes a `Response`, whatever its
status, or a `FetchError`.  All that binds a single fetch binds each of these: one deadline,
checked addresses, bounds of headers and body.  No cookie is ever kept or sent.  How often a
host may be asked, and whether robots.txt allows it, is the business of `searchkit.crawl`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self

from searchkit.errors import FetchError
from searchkit.fetch import (
    MAX_PAGE_BYTES,
    TIMEOUT_S,
    agent_problem,
    charset_of,
    checked_url,
    follow,
    unpacked,
)
from searchkit.fetch.connection import Limits, connect
from searchkit.fetch.exchange import Answer, Wire
from searchkit.urls import UrlParts

# Servers close what is idle after 5 to 75 seconds, which shows; what lies between may forget
# a connection without a word.
_IDLE_S = 30.0
# A crawler gives each host a session; others are the targets of redirects.
_MOST_OPEN = 8
_Key = tuple[str, str, bool]
# A validator longer than this is not worth sending back.
_MAX_VALIDATOR = 500


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered: ``body`` is unpacked, and empty but for a success.

    ``url`` is the one asked for, ``final_url`` where redirects led.
    """

    url: str
    final_url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched_at: datetime

    def header(self, name: str) -> str | None:
        """The first header of a name, without white space around it."""
        found = (value.strip() for key, value in self.headers if key.lower() == name.lower())
        return next(found, None)

    @property
    def charset(self) -> str | None:
        """The one that the Content-Type names, where it is known."""
        return charset_of(self.header("content-type") or "")

    @property
    def retry_after_s(self) -> float | None:
        """How long the server asks to wait, in seconds from the answer on."""
        asked = self.header("retry-after")
        if not asked:
            return None
        if asked.isascii() and asked.isdigit():
            return float(asked[:9])
        try:
            until = parsedate_to_datetime(asked)
        except (ValueError, OverflowError):
            return None
        if until.tzinfo is None:
            until = until.replace(tzinfo=UTC)
        return max(0.0, (until - self.fetched_at).total_seconds())


class Session:
    """Connections to hosts, one for each; of one thread.  Close it, or use ``with``.

    ``agent`` is the User-Agent; with ``allow_private`` the host of a URL asked for (not
    one it redirects to) may be of this machine or network.  Raises FetchError for an
    agent that cannot be sent.
    """

    def __init__(
        self,
        agent: str,
        *,
        allow_private: bool = False,
        timeout_s: float = TIMEOUT_S,
        max_bytes: int = MAX_PAGE_BYTES,
    ) -> None:
        if problem := agent_problem(agent):
            raise FetchError("crawl", problem, "bad_agent")
        self._agent = agent
        self._private = allow_private
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        # By scheme, host and whether it may be private; the one used last stands last.
        self._open: dict[_Key, Wire] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        for one in self._open.values():
            one.close()
        self._open.clear()

    def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        may_visit: Callable[[str], None] | None = None,
    ) -> Response:
        """Ask for a page, following redirects; any status is an answer.

        With ``etag`` or ``last_modified`` the server may answer 304.  ``may_visit`` is
        asked before each redirect and may raise FetchError.  Raises FetchError, and
        TemporaryFetchError where trying later may help.
        """
        limits = Limits(time.monotonic() + self._timeout_s, self._timeout_s, self._max_bytes)
        named = checked_url(url)
        validators = _validators(etag, last_modified)

        def ask(parts: UrlParts) -> Answer:
            # Validators are of the page asked for, not of another.
            headers = validators if parts is named else ()
            private = self._private and parts.host == named.host
            return self._answer(parts, limits, headers, private=private)

        return self._response(url, *follow(named, ask, limits, may_visit))

    def _answer(
        self, parts: UrlParts, limits: Limits, headers: tuple[str, ...], *, private: bool
    ) -> Answer:
        """One request; over a kept connection first, which the server may have closed."""
        key = (parts.scheme, parts.netloc, private)
        kept = self._kept(key)
        if kept is not None:
            try:
                return self._ask(key, kept, parts, limits, headers)
            except TimeoutError:
                raise
            except OSError:
                if kept.is_answered:
                    raise
        wire = Wire(connect(parts, private=private, limits=limits))
        return self._ask(key, wire, parts, limits, headers)

    def _kept(self, key: _Key) -> Wire | None:
        wire = self._open.pop(key, None)
        if wire is None or (time.monotonic() - wire.used_at < _IDLE_S and wire.is_quiet()):
            return wire
        wire.close()
        return None

    def _ask(
        self, key: _Key, wire: Wire, parts: UrlParts, limits: Limits, headers: tuple[str, ...]
    ) -> Answer:
        keep = False
        try:
            answer, keep = wire.ask(parts, limits=limits, agent=self._agent, headers=headers)
        finally:
            if not keep:
                wire.close()
        if keep:
            self._open[key] = wire
            if len(self._open) > _MOST_OPEN:
                self._open.pop(next(iter(self._open))).close()
        return answer

    def _response(self, url: str, parts: UrlParts, answer: Answer) -> Response:
        body = unpacked(parts, answer, self._max_bytes) if answer.body else b""
        return Response(
            url=url,
            final_url=str(parts),
            status=answer.status,
            headers=tuple((n, v) for n, v in answer.headers.items() if n.lower() != "set-cookie"),
            body=body,
            fetched_at=datetime.now(UTC),
        )


def _validators(etag: str | None, last_modified: str | None) -> tuple[str, ...]:
    pairs = (("If-None-Match", etag), ("If-Modified-Since", last_modified))
    return tuple(
        f"{name}: {value}"
        for name, value in pairs
        if value and len(value) <= _MAX_VALIDATOR and value.isascii() and value.isprintable()
    )
