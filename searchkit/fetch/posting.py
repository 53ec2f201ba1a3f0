"""One message put to one address: what a webhook takes.

In come a URL and a body, out comes the `Response` to it, without its body, or a FetchError.
As with pages, one deadline binds everything and the address is looked at before it is
connected to.  Redirects are answers: what was meant for one place is not sent to another.
"""

from __future__ import annotations

import http.client
import re
import socket
import time
from contextlib import closing, suppress
from datetime import UTC, datetime

from searchkit.fetch import checked_url, user_agent
from searchkit.fetch.connection import Limits, connect, errors_of
from searchkit.fetch.session import Response
from searchkit.urls import UrlParts

_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n]*)?\r?\n")
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
# Of an answer's headers; honest servers send some 2 KiB.
_MAX_HEAD_BYTES = 64 << 10


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
    limits = Limits(time.monotonic() + timeout_s, timeout_s, _MAX_HEAD_BYTES)
    parts = checked_url(url)
    head = _request_head(parts, len(body), headers)
    with (
        errors_of(parts, limits),
        closing(connect(parts, private=allow_private, limits=limits)) as sock,
    ):
        sock.settimeout(limits.left_s())
        # Who has seen enough answers and hangs up: the answer may still be there.
        with suppress(BrokenPipeError, ConnectionResetError):
            sock.sendall(head + body)
        answer = _read_head(sock, limits)
    return _response(url, parts, answer)


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


def _read_head(sock: socket.socket, limits: Limits) -> bytes:
    """Status line and headers of the answer, past interim ones."""
    data = b""
    while len(data) <= limits.max_bytes:
        end = _END_OF_HEAD.search(data)
        if end is None:
            sock.settimeout(limits.left_s())
            more = sock.recv(4096)
            if not more:
                raise http.client.RemoteDisconnected("")
            data += more
            continue
        if not data.startswith(b"HTTP/1.1 1"):
            return data[: end.end()]
        data = data[end.end() :]
    raise http.client.HTTPException("headers without end")


def _response(url: str, parts: UrlParts, head: bytes) -> Response:
    status = _STATUS_LINE.match(head)
    if status is None:
        with errors_of(parts, Limits(0, 0, 0)):
            raise http.client.BadStatusLine(repr(head[:40]))
    pairs = (line.partition(":") for line in head.decode("latin-1").splitlines()[1:])
    return Response(
        url=url,
        final_url=str(parts),
        status=int(status[1]),
        headers=tuple((name.strip(), value.strip()) for name, colon, value in pairs if colon),
        body=b"",
        fetched_at=datetime.now(UTC),
    )
