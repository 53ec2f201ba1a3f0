"""A connection to an address that has been looked at, and one deadline for all of it.

In comes a URL taken apart; out comes a connected socket, with TLS where the URL says so,
or a `FetchError` in the place of whatever sockets, TLS and http.client raise.  What is
said over it is the business of `searchkit.fetch.exchange`.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from searchkit.errors import FetchError, TemporaryFetchError
from searchkit.fetch.addresses import is_public_address, resolve
from searchkit.urls import UrlParts, redact_url


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
