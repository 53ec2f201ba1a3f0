"""One request over one connection, to an address that has been looked at.

In comes a URL taken apart; out comes an `Answer`, or a `FetchError` in the place of
whatever sockets, TLS and http.client raise.  One deadline binds all of it.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email.message import Message

from searchkit.errors import FetchError, TemporaryFetchError
from searchkit.fetch.addresses import is_public_address, resolve
from searchkit.urls import UrlParts, redact_url

# The body of these is not read.
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# http.client takes 100 lines of 64 KiB; honest servers send some 2 KiB in all.
_MAX_HEADER_CHARS = 128 << 10
_SHORT_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class Answer:
    """A response whose body has been read, still packed."""

    status: int
    headers: Message
    body: bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """What binds one fetch: ``deadline`` is a time of the monotonic clock."""

    deadline: float
    timeout_s: float
    max_bytes: int

    def left_s(self) -> float:
        """Give the seconds left; raises where there are none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def fetch_error(parts: UrlParts, message: str, reason: str) -> FetchError:
    """Name the URL without its secrets; ``reason`` is one word for counting."""
    return FetchError(redact_url(str(parts)), message, reason)


def temporary_error(parts: UrlParts, message: str, reason: str) -> TemporaryFetchError:
    """The same, where trying later may help."""
    return TemporaryFetchError(redact_url(str(parts)), message, reason)


@contextmanager
def errors_of(parts: UrlParts, limits: Limits) -> Iterator[None]:
    """Turn what the network and its libraries raise into FetchErrors."""
    try:
        yield
    except TimeoutError as exc:
        raise temporary_error(
            parts, f"no whole answer within {limits.timeout_s:g} s", "timeout"
        ) from exc
    except ssl.SSLCertVerificationError as exc:
        words = f"the certificate is not trusted: {exc.verify_message}"
        raise fetch_error(parts, words, "tls") from exc
    except ssl.SSLError as exc:
        words = f"no secure connection: {exc.reason or exc}"
        raise fetch_error(parts, words, "tls") from exc
    except socket.gaierror as exc:
        words = f"the host {parts.host!r} has no address: {exc.strerror}"
        make = temporary_error if exc.errno == socket.EAI_AGAIN else fetch_error
        raise make(parts, words, "dns") from exc
    except UnicodeError as exc:
        raise fetch_error(parts, f"the host {parts.host!r} cannot be looked up", "dns") from exc
    except (http.client.IncompleteRead, http.client.RemoteDisconnected) as exc:
        raise temporary_error(parts, "the answer broke off", "truncated") from exc
    except (http.client.HTTPException, ValueError) as exc:
        words = f"not a usable answer: {' '.join(str(exc).split())[:100] or type(exc).__name__}"
        raise fetch_error(parts, words, "bad_response") from exc
    except OSError as exc:
        words = f"no connection: {(exc.strerror or str(exc)).lower()}"
        raise temporary_error(parts, words, "connect") from exc


def get(parts: UrlParts, *, private: bool, limits: Limits, agent: str) -> Answer:
    """Ask for one URL and read the answer, of errors and redirects the headers only."""
    with closing(connect(parts, private=private, limits=limits)) as sock:
        answer, _ = ask(sock, parts, limits=limits, agent=agent, headers=("Connection: close",))
        return answer


def ask(
    sock: socket.socket,
    parts: UrlParts,
    *,
    limits: Limits,
    agent: str,
    headers: tuple[str, ...] = (),
) -> tuple[Answer, bool]:
    """Ask for one URL over a connection; also whether another can be asked for over it.

    The body is read of a success only.
    """
    sock.settimeout(limits.left_s())
    sock.sendall(_request(parts, agent, headers))
    response = http.client.HTTPResponse(_Timed(sock, limits.deadline))  # type: ignore[arg-type]
    response.begin()
    if sum(map(len, response.headers.values())) > _MAX_HEADER_CHARS:
        raise http.client.HTTPException("headers without end")
    again = not response.will_close
    if not 200 <= response.status < 300:
        # Nobody reads what an error says, unless it is short and the connection can go on.
        again = again and _is_drained(response)
        return Answer(response.status, response.headers, b""), again
    return Answer(response.status, response.headers, _read_body(parts, response, limits)), again


def _is_drained(response: http.client.HTTPResponse) -> bool:
    """Read away a short body, so that the next answer begins where it ends."""
    if response.length is None or response.length > _SHORT_BYTES:
        return False
    response.read()
    return True


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


class _Timed:
    """A socket as HTTPResponse wants it, each of whose reads ends by the deadline."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._reader: io.BufferedReader = io.BufferedReader(_TimedReader(sock, deadline))

    def makefile(self, mode: str) -> io.BufferedReader:
        """Give the reader; the mode is always "rb"."""
        return self._reader


class _TimedReader(io.RawIOBase):
    """A timeout of the socket's own begins anew with every byte that drips in."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        return self._sock.recv_into(buffer)


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


def connect(parts: UrlParts, *, private: bool, limits: Limits) -> socket.socket:
    """Connect to an address that has been looked at, and to no other."""
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    addresses = resolve(parts.host, port, limits.left_s())
    allowed = [a for a in addresses if private or is_public_address(a)]
    if not allowed:
        words = f"the address {', '.join(addresses[:3])} is not of the public internet"
        raise fetch_error(
            parts, f"{words}. To fetch it all the same: --allow-private", "blocked_address"
        )
    sock = _connect_first(parts, allowed, port, limits)
    if parts.scheme == "http":
        return sock
    try:
        sock.settimeout(limits.left_s())
        return _tls_context().wrap_socket(sock, server_hostname=parts.host)
    except (OSError, ValueError):
        sock.close()
        raise


def _connect_first(
    parts: UrlParts, addresses: list[str], port: int, limits: Limits
) -> socket.socket:
    """Try the addresses in turn, the last one's failure counts."""
    for address in addresses[:-1]:
        try:
            return _open_socket(address, port, limits.left_s() / len(addresses))
        except OSError:
            continue
    return _open_socket(addresses[-1], port, limits.left_s())


def _open_socket(address: str, port: int, timeout_s: float) -> socket.socket:
    return socket.create_connection((address, port), timeout=timeout_s)


def _tls_context() -> ssl.SSLContext:
    return ssl.create_default_context()
