"""One message put to one address: what a webhook takes.

In come a URL and a body, out comes the `Response` to it, without its body, or a FetchError.
As with pages, one deadline binds everything and the address is looked at before it is
connected to.  Redirects are answers: what was meant for one place is not sent to another.
"""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime

from searchkit.fetch import checked_url, user_agent
from searchkit.fetch.connection import Limits, connect, errors_of
from searchkit.fetch.exchange import Wire
from searchkit.fetch.session import Response
from searchkit.urls import UrlParts


def post(
    url: str,
    body: bytes,
    headers: dict[str, str],
    *,
    timeout_s: float,
    allow_private: bool = False,
) -> Response:
    """Send a body, once; any status is an answer.

    ``headers`` are added as they are (ASCII without line ends, ValueError).  With
    ``allow_private`` the host may be of this machine or network.  Raises FetchError, and
    TemporaryFetchError where trying later may help.
    """
    limits = Limits(time.monotonic() + timeout_s, timeout_s, max_bytes=0)
    parts = checked_url(url)
    head = _request_head(parts, len(body), headers)
    with (
        errors_of(parts, limits),
        closing(Wire(connect(parts, private=allow_private, limits=limits))) as wire,
    ):
        answer = wire.put(head + body, limits=limits)
    return Response(
        url=url,
        final_url=str(parts),
        status=answer.status,
        headers=tuple(answer.headers.items()),
        body=b"",
        fetched_at=datetime.now(UTC),
    )


def _request_head(parts: UrlParts, length: int, headers: dict[str, str]) -> bytes:
    fields = {
        "Host": parts.netloc,
        "User-Agent": user_agent("alerts"),
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "Content-Length": str(length),
        **headers,
    }
    query = f"?{parts.query}" if parts.query else ""
    lines = [f"POST {parts.path}{query} HTTP/1.1", *(f"{k}: {v}" for k, v in fields.items())]
    if not all(line.isascii() and line.isprintable() for line in lines):
        raise ValueError("a header that cannot be sent")
    return "\r\n".join([*lines, "", ""]).encode("ascii")
