"""Requests and answers, one after the other, over one connection.

In comes a connected socket; out comes an `Answer` for each URL asked for over it, or what
sockets and http.client raise (`searchkit.fetch.connection.errors_of` gives it names).
http.client reads the answers; what it lets pass is refused here: two lengths, chunks of
size -1, headers that break off, bytes that belong to no answer.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from email.message import Message
from selectors import EVENT_READ, DefaultSelector

from searchkit.fetch.connection import Limits, connect, fetch_error
from searchkit.urls import UrlParts

# The body of these is not read.
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# http.client takes 100 lines of 64 KiB; honest servers send some 2 KiB in all.
_MAX_HEADER_CHARS = 128 << 10
# "100 Continue" and "103 Early Hints" come once, before the answer.
_MOST_INTERIM = 10
# The body of an error is read away where that is cheaper than another connection.
_SHORT_BYTES, _SHORT_S = 64 << 10, 0.5
# More digits are no length of anything, and cost much to read.
_LENGTH_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Answer:
    """A response whose body has been read, still packed."""

    status: int
    headers: Message
    body: bytes


def get(parts: UrlParts, *, private: bool, limits: Limits, agent: str) -> Answer:
    """Ask for one URL over a connection of its own; the body is read of a success only."""
    with closing(Wire(connect(parts, private=private, limits=limits))) as wire:
        answer, _ = wire.ask(parts, limits=limits, agent=agent, headers=("Connection: close",))
        return answer


class Wire:
    """A connection, for one request at a time; it closes the socket it is given."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._raw = _TimedReader(sock)
        self._reader = _Reader(self._raw)
        self.used_at = time.monotonic()

    def close(self) -> None:
        """Close the connection."""
        self._sock.close()

    @property
    def is_answered(self) -> bool:
        """Whether anything came back for the last request."""
        return self._raw.has_begun

    def is_quiet(self) -> bool:
        """Whether another request may be sent.

        Not where the server has closed, nor where more has come than was asked for: the
        next page would begin with the rest of the last.
        """
        if self._reader.peek(1) or (isinstance(self._sock, ssl.SSLSocket) and self._sock.pending()):
            return False
        with DefaultSelector() as selector:
            selector.register(self._sock, EVENT_READ)
            return not selector.select(0)

    def ask(
        self, parts: UrlParts, *, limits: Limits, agent: str, headers: tuple[str, ...] = ()
    ) -> tuple[Answer, bool]:
        """Ask for one URL; also whether another can be asked for.

        The body is read of a success only.
        """
        self._raw.start(limits)
        try:
            self._sock.sendall(_request(parts, agent, headers))
            response = self._head()
            again = _settle_length(response)
            if not 200 <= response.status < 300:
                return Answer(response.status, response.headers, b""), (
                    again and self._is_drained(response)
                )
            body = _read_body(parts, response, limits)
            return Answer(response.status, response.headers, body), again
        finally:
            self._raw.deadline = None
            self.used_at = time.monotonic()

    def put(self, request: bytes, *, limits: Limits) -> Answer:
        """Send what is complete in itself, as the last thing; the body is not read.

        Who has seen enough answers and hangs up: the answer may still be there.
        """
        self._raw.start(limits)
        with suppress(BrokenPipeError, ConnectionResetError):
            self._sock.sendall(request)
        response = self._head()
        return Answer(response.status, response.headers, b"")

    def makefile(self, mode: str) -> io.BufferedReader:
        """Give HTTPResponse its reader; the mode is always "rb"."""
        return self._reader

    def _head(self) -> http.client.HTTPResponse:
        for _ in range(_MOST_INTERIM):
            response = http.client.HTTPResponse(self)  # type: ignore[arg-type]
            response.begin()
            if self._raw.has_ended:
                raise http.client.IncompleteRead(b"")
            if sum(len(n) + len(v) for n, v in response.headers.items()) > _MAX_HEADER_CHARS:
                raise http.client.HTTPException("headers without end")
            if response.status >= 200:
                return response
            if response.status == http.client.SWITCHING_PROTOCOLS:
                raise http.client.HTTPException("another protocol, not asked for")
        raise http.client.HTTPException("only interim answers")

    def _is_drained(self, response: http.client.HTTPResponse) -> bool:
        """Read a short body away, so that the next answer begins where it ends."""
        if (response.length or 0) > _SHORT_BYTES:
            return False
        self._raw.end_by(time.monotonic() + _SHORT_S)
        try:
            response.read(_SHORT_BYTES)
        except (OSError, http.client.HTTPException, ValueError):
            return False  # the status is known, and is what counts
        return response.isclosed()


def _request(parts: UrlParts, agent: str, headers: tuple[str, ...]) -> bytes:
    query = f"?{parts.query}" if parts.query else ""
    lines = (
        f"GET {parts.path}{query} HTTP/1.1",
        f"Host: {parts.netloc}",
        f"User-Agent: {agent}",
        "Accept: text/html,application/xhtml+xml,application/pdf,text/plain,*/*;q=0.1",
        "Accept-Encoding: gzip, deflate",
        *headers,
    )
    return "\r\n".join((*lines, "", "")).encode("ascii")


def _settle_length(response: http.client.HTTPResponse) -> bool:
    """Decide where the body ends (RFC 9112, 6.3); whether the connection outlives it.

    http.client takes the first of two lengths, and "1_0" for 10.
    """
    codings = set(_listed(response.headers, "Transfer-Encoding")) - {"identity"}
    if codings - {"chunked"}:
        raise http.client.HTTPException("a transfer coding that was not asked for")
    lengths = set(_listed(response.headers, "Content-Length"))
    if response.status in {204, 304}:
        return not response.will_close
    if codings:
        response.chunked, response.length = True, None
        response.chunk_left = None
        return not response.will_close and not lengths
    if len(lengths) > 1:
        raise http.client.HTTPException("two lengths of one answer")
    response.length = _length(lengths.pop()) if lengths else None
    return not response.will_close and response.length is not None


def _listed(headers: Message, name: str) -> list[str]:
    values = ",".join(headers.get_all(name, [])).lower().split(",")
    return [stripped for value in values if (stripped := value.strip())]


def _length(text: str) -> int | None:
    """The length that a header says; None, until the end, for what is no number."""
    if not (text.isascii() and text.isdigit()):
        return None
    if len(text) > _LENGTH_DIGITS:
        raise http.client.HTTPException("a length beyond all measure")
    return int(text)


def _read_body(parts: UrlParts, response: http.client.HTTPResponse, limits: Limits) -> bytes:
    too_large = f"larger than {limits.max_bytes / (1 << 20):g} MiB"
    if (response.length or 0) > limits.max_bytes:
        raise fetch_error(parts, too_large, "too_large")
    body = bytearray()
    while data := response.read(1 << 16):
        body += data
        if len(body) > limits.max_bytes:
            raise fetch_error(parts, too_large, "too_large")
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    return bytes(body)


class _TimedReader(io.RawIOBase):
    """Reads end by the deadline: a socket's own timeout begins anew with every byte.

    With ``deadline`` None nothing is read.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.deadline: float | None = None
        self.has_begun = self.has_ended = False

    def start(self, limits: Limits) -> None:
        """Begin with another request."""
        self._sock.settimeout(limits.left_s())
        self.deadline = limits.deadline
        self.has_begun = False

    def end_by(self, deadline: float) -> None:
        """Bring the deadline forward."""
        if self.deadline is not None:
            self.deadline = min(self.deadline, deadline)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int | None:  # type: ignore[override]
        if self.deadline is None:
            return None
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        size = self._sock.recv_into(buffer)
        self.has_begun = self.has_begun or size > 0
        self.has_ended = size == 0
        return size


class _Reader(io.BufferedReader):
    """What HTTPResponse reads from; it outlives the responses, which close theirs."""

    def close(self) -> None:
        pass

    def read(self, size: int | None = -1, /) -> bytes:
        """Refuse to read all there is: http.client asks for it at a chunk of size -1."""
        if size is None or size < 0:
            raise http.client.HTTPException("a chunk of negative size")
        return super().read(size)
