"""The door to the network: one URL that a person named becomes one page.

In comes a URL; out comes a `Page` with the bytes as they were sent (unpacked), or a
`FetchError` whose ``reason`` is one word.  Every address is resolved once, checked and
connected to as checked, at each hop of a redirect; no cookie, credential or proxy is
used.  robots.txt is not asked: it speaks to programs that find their own way (RFC 9309),
and here a person asks for one page, as with a browser.  A crawler must ask it.
"""

from __future__ import annotations

import codecs
import http.client
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urljoin

from searchkit.errors import FetchError
from searchkit.fetch.connection import Limits, errors_of, fetch_error, temporary_error
from searchkit.fetch.exchange import REDIRECTS, Answer, get
from searchkit.inflate import Coding, InflateError, inflate
from searchkit.records import Page
from searchkit.sniff import NAMES, PAGE_TYPES, sniff
from searchkit.urls import UrlParts, redact_url, split_url
from searchkit.version import VERSION

__all__ = ["fetch_page", "user_agent"]

# Pages of text are far smaller; more is a file of scans, or a body without end.
MAX_PAGE_BYTES = 32 << 20
# For everything together, redirects included; a slow ministry needs some 10 seconds.
TIMEOUT_S = 30.0
# Browsers stop at 20, search engines at 5 to 10.
MAX_REDIRECTS = 10
# Servers take 8 KiB, as a rule.
MAX_URL_CHARS = 8192

# The server's trouble, not the page's: another time it may be there.
_TEMPORARY = frozenset({408, 425, 429, 500, 502, 503, 504})
_CODINGS: dict[str, Coding] = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}
# JSON is one record, as in a line of a file: `clean` takes it.
_TAKEN = PAGE_TYPES | {"application/json"}

_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+\Z")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE | re.ASCII)
_HEADER_VALUE = re.compile(r"[ -~]+\Z")


def user_agent(contact: str | None = None) -> str:
    """Give the honest name under which pages are fetched."""
    return f"searchkit/{VERSION} (+{contact or 'one page, at the request of a person'})"


def agent_problem(agent: str) -> str | None:
    """Why a User-Agent cannot be sent, or None where it can."""
    return None if _HEADER_VALUE.match(agent) else f"the agent {agent!r} cannot be sent"


def fetch_page(
    url: str,
    *,
    allow_private: bool = False,
    timeout_s: float = TIMEOUT_S,
    max_bytes: int = MAX_PAGE_BYTES,
    agent: str | None = None,
) -> Page:
    """Fetch one page that a person named, following up to 10 redirects.

    ``allow_private`` lets the named host (not one it redirects to) be of this machine
    or network.  The page's ``url`` is the last one, its ``origin`` the one given.
    Raises FetchError; TemporaryFetchError where trying later may help.
    """
    limits = Limits(time.monotonic() + timeout_s, timeout_s, max_bytes)
    agent = agent or user_agent()
    if problem := agent_problem(agent):
        raise FetchError(redact_url(url), problem, "bad_agent")
    named = checked_url(url)

    def ask(parts: UrlParts) -> Answer:
        private = allow_private and parts.host == named.host
        return get(parts, private=private, limits=limits, agent=agent)

    parts, answer = follow(named, ask, limits)
    return _page(url, parts, answer, max_bytes)


def checked_url(url: str) -> UrlParts:
    """Take apart what is to be fetched, or say why it is not."""
    shown = redact_url(url)[:200]
    if len(url) > MAX_URL_CHARS:
        raise FetchError(shown, f"longer than {MAX_URL_CHARS:,} characters", "bad_url")
    scheme, colon, _ = url.strip().partition("://")
    if colon and scheme.lower() not in {"http", "https"}:
        raise FetchError(shown, f"only http and https are fetched, not {scheme!r}", "bad_scheme")
    parts = split_url(url)
    if parts is None:
        raise FetchError(shown, "not a web address like https://mfa.example/press", "bad_url")
    if parts.has_credentials:
        raise FetchError(shown, "a URL with a user name or password is not fetched", "credentials")
    return parts


def follow(
    parts: UrlParts,
    ask: Callable[[UrlParts], Answer],
    limits: Limits,
    may_visit: Callable[[str], None] | None = None,
) -> tuple[UrlParts, Answer]:
    """Ask, and again where each redirect leads: the last address, and what it answers.

    ``may_visit`` is asked before each redirect and may raise FetchError.  Raises FetchError
    for what ``ask`` raises, for a circle, and after 10 redirects.
    """
    seen = {str(parts)}
    for _ in range(MAX_REDIRECTS + 1):
        with errors_of(parts, limits):
            answer = ask(parts)
        if answer.status not in REDIRECTS:
            return parts, answer
        parts = _redirect_target(parts, answer)
        if str(parts) in seen:
            raise fetch_error(parts, "the redirects go in a circle", "redirect_loop")
        if may_visit is not None:
            may_visit(str(parts))
        seen.add(str(parts))
    raise fetch_error(parts, f"more than {MAX_REDIRECTS} redirects", "redirect_loop")


def _redirect_target(parts: UrlParts, answer: Answer) -> UrlParts:
    """Where a redirect leads; raises FetchError where that is nowhere, or less safe."""
    location = answer.headers.get("Location")
    if location is None:
        raise fetch_error(parts, "a redirect to nowhere", "bad_redirect")
    # http.client reads headers as Latin-1; browsers take them for UTF-8.
    location = location.encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        target = checked_url(urljoin(str(parts), location.strip()))
    except ValueError as exc:
        raise fetch_error(parts, "a redirect to what is no web address", "bad_redirect") from exc
    if parts.scheme == "https" and target.scheme == "http":
        raise fetch_error(
            parts, "a redirect from https to http is not followed", "insecure_redirect"
        )
    return target


def _page(url: str, parts: UrlParts, answer: Answer, max_bytes: int) -> Page:
    if answer.status != 200:
        raise _status_error(parts, answer)
    body = unpacked(parts, answer, max_bytes)
    if not body:
        raise fetch_error(parts, "the page is empty", "empty")
    content_type = answer.headers.get("Content-Type", "")
    return Page(
        body=body,
        origin=url,
        media_type=media_type_of(parts, content_type, body),
        fetched_at=datetime.now(UTC),
        url=str(parts),
        charset=charset_of(content_type),
        status=answer.status,
        headers=tuple((n, v) for n, v in answer.headers.items() if n.lower() != "set-cookie"),
    )


def _status_error(parts: UrlParts, answer: Answer) -> FetchError:
    words = http.client.responses.get(answer.status, "unknown").lower()
    message = f"the server answers {answer.status} ({words})"
    reason = f"http_{answer.status}"
    if answer.status not in _TEMPORARY:
        return fetch_error(parts, message, reason)
    wait = answer.headers.get("Retry-After", "").strip()[:40]
    if wait and _HEADER_VALUE.match(wait):
        message += f" and asks to wait: {wait} s" if wait.isdigit() else f" until {wait}"
    return temporary_error(parts, message, reason)


def unpacked(parts: UrlParts, answer: Answer, max_bytes: int) -> bytes:
    """Undo one content coding; more than one is for hiding bombs."""
    named = ",".join(answer.headers.get_all("Content-Encoding", [])).lower().split(",")
    codings = [c for name in named if (c := name.strip()) not in {"", "identity"}]
    if not codings or not answer.body:
        return answer.body
    if len(codings) > 1 or codings[0] not in _CODINGS:
        words = f"packed in a way that was not asked for ({', '.join(codings)[:60]})"
        raise fetch_error(parts, words, "bad_encoding")
    try:
        return inflate(answer.body, _CODINGS[codings[0]], max_bytes)
    except InflateError as exc:
        raise fetch_error(parts, str(exc), exc.reason) from exc


def media_type_of(parts: UrlParts, content_type: str, body: bytes) -> str:
    """Believe the header, but for PDF, and look at the bytes where it says nothing."""
    seen = sniff(body)
    declared = content_type.partition(";")[0].strip().lower()
    if not _MEDIA_TYPE.match(declared) or declared == "application/octet-stream":
        declared = seen
    if seen == "application/pdf" or (
        declared not in _TAKEN and seen in PAGE_TYPES - {"text/plain"}
    ):
        declared = seen
    if declared not in _TAKEN:
        name = NAMES.get(declared, declared)
        raise fetch_error(parts, f"not a text, HTML or PDF page: it is {name}", "not_a_page")
    return declared


def charset_of(content_type: str) -> str | None:
    """The charset that a Content-Type names, where Python knows it.

    >>> charset_of('text/html; charset="UTF-8"'), charset_of("text/html; charset=x-none")
    ('utf-8', None)
    """
    match = _CHARSET.search(content_type)
    if match is None:
        return None
    try:
        codecs.lookup(match[1])
    except LookupError:
        return None
    return match[1].lower()
