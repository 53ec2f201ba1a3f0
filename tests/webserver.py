"""Real web servers on loopback, able to misbehave; each is a host of its own.

    with Site() as site:
        url = site.put("/a", b"<p>Text</p>", etag='"1"')     # a page; answers 304 by itself
        site.on("/slow", drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.01))
        site.on("/deep/*", lambda conn, request: ...)        # every path below
        assert site.asked("/a") == 1

`tests.websites` builds whole sites on it.
"""

from __future__ import annotations

import gzip
import itertools
import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from typing import Self

import pytest

from searchkit.fetch import addresses, connection

_NUMBERS = itertools.count(1)  # of the addresses 127.0.0.1, 127.0.0.2 ..., one for each site


@dataclass(frozen=True, slots=True)
class Request:
    """``at`` is a time of the monotonic clock; names of headers are in lower case."""

    at: float
    method: str
    target: str
    headers: dict[str, str]
    connection: int
    site: Site

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]


# True: the connection goes on.
Behaviour = Callable[[socket.socket, Request], bool | None]


class Site(socketserver.ThreadingTCPServer):
    """A running server; ``host`` and ``port`` say where, ``requests`` what was asked of it."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, address: str | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self.behaviours: dict[str, Behaviour] = {}
        self.requests: list[Request] = []
        self.connections = itertools.count(1)
        self.connected = 0
        self.idle_s = 30.0
        self.closed = threading.Event()
        self._open: set[socket.socket] = set()
        super().__init__((address or f"127.0.0.{next(_NUMBERS) % 250 + 1}", 0), _Handler)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closed.set()
        self.shutdown()
        self._thread.join()
        self.hang_up()
        self.server_close()

    @property
    def host(self) -> str:
        """Host and port, as in a URL."""
        return "{}:{}".format(*self.server_address)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def url(self, path: str = "/") -> str:
        return f"{'http' if self.tls is None else 'https'}://{self.host}{path}"

    def on(self, path: str, behaviour: Behaviour) -> str:
        """Lay down what a path does: with its query, without, or all that begin (``/x/*``)."""
        self.behaviours[path] = behaviour
        return self.url(path)

    def put(
        self,
        path: str,
        body: bytes | str,
        media_type: str = "text/html; charset=utf-8",
        *headers: str,
        etag: str | None = None,
        modified: datetime | None = None,
    ) -> str:
        """Lay down a page; one with ``etag`` or ``modified`` answers 304 to whom it may."""
        data = body.encode() if isinstance(body, str) else body
        return self.on(path, page(data, media_type, *headers, etag=etag, modified=modified))

    def remove(self, path: str, status: str = "404 Not Found") -> None:
        self.on(path, answer(b"gone", status))

    def asked(self, path: str | None = None) -> int:
        """How many requests came, of one path (or prefix ``/x/*``) or all but robots.txt."""
        return sum(
            r.path != "/robots.txt"
            if path is None
            else path in (r.target, r.path) or (path[-1] == "*" and r.path.startswith(path[:-1]))
            for r in self.requests
        )

    def behaviour(self, target: str) -> Behaviour:
        path = target.partition("?")[0]
        for name in (target, path):
            if name in self.behaviours:
                return self.behaviours[name]
        fitting = [n for n in self.behaviours if n[-1] == "*" and path.startswith(n[:-1])]
        return self.behaviours[max(fitting, key=len)] if fitting else _NOT_FOUND

    def hang_up(self) -> None:
        """Close all connections from this end, as for having been idle too long."""
        for conn in list(self._open):
            with suppress(OSError):
                conn.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """The client hangs up on purpose in many tests."""


class _Handler(socketserver.BaseRequestHandler):
    """One connection, request after request."""

    server: Site
    request: socket.socket

    def handle(self) -> None:
        site = self.server
        conn = self.request
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        number = site.connected = next(site.connections)
        if site.tls is not None:
            conn = site.tls.wrap_socket(conn, server_side=True)
        conn.settimeout(site.idle_s)
        site._open.add(conn)
        with conn:
            self._serve(conn, number)
        site._open.discard(conn)

    def _serve(self, conn: socket.socket, number: int) -> None:
        site, rest = self.server, b""
        while not site.closed.is_set():
            head, rest = _head(conn, rest)
            if not head:
                return
            request = _request(head, number, site)
            site.requests.append(request)
            if not site.behaviour(request.target)(conn, request):
                return


def _head(conn: socket.socket, data: bytes) -> tuple[bytes, bytes]:
    while b"\r\n\r\n" not in data:
        try:
            more = conn.recv(65536)
        except OSError:
            return b"", b""
        if not more:
            return b"", b""
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def _request(head: bytes, number: int, site: Site) -> Request:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return Request(time.monotonic(), method, target, headers, number, site)


# What a good server does


def message(body: bytes, status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    """A whole answer as bytes: in one write, for with two Nagle's algorithm costs 40 ms."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]
    if not any(h.lower().startswith("content-type") for h in headers):
        lines.append("Content-Type: text/html; charset=utf-8")
    return "\r\n".join([*lines, *headers, "", ""]).encode("latin-1") + body


def answer(body: bytes = b"", status: str = "200 OK", *headers: str) -> Behaviour:
    """An answer after which the connection goes on."""
    whole = message(body, status, *headers)

    def behave(conn: socket.socket, request: Request) -> bool:
        conn.sendall(whole)
        return request.headers.get("connection", "").lower() != "close"

    return behave


_NOT_FOUND = answer(b"<p>There is no such page.</p>", "404 Not Found")


def page(
    body: bytes,
    media_type: str = "text/html; charset=utf-8",
    *headers: str,
    etag: str | None = None,
    modified: datetime | None = None,
) -> Behaviour:
    """A page with its validators; 304 where the request names one of them."""
    date = format_datetime(modified, usegmt=True) if modified else None
    lines = [f"Content-Type: {media_type}", *headers]
    lines += [f"ETag: {etag}"] if etag else []
    lines += [f"Last-Modified: {date}"] if date else []
    whole = answer(body, "200 OK", *lines)
    same = answer(b"", "304 Not Modified", *lines)

    def behave(conn: socket.socket, request: Request) -> bool | None:
        asked = request.headers.get("if-none-match")
        if asked is not None:
            fits = etag is not None and etag in asked
        else:
            fits = date is not None and request.headers.get("if-modified-since") == date
        return (same if fits else whole)(conn, request)

    return behave


def tagged(body: bytes, media_type: str, *headers: str) -> Behaviour:
    """A page whose ETag is made of its body."""
    return page(body, media_type, *headers, etag=f'"{sha256(body).hexdigest()[:16]}"')


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """One after the other, the last for ever: ``in_turn(busy("503 X"), answer(...))``."""
    left = list(behaviours)
    lock = threading.Lock()

    def behave(conn: socket.socket, request: Request) -> bool | None:
        with lock:
            one = left.pop(0) if len(left) > 1 else left[0]
        return one(conn, request)

    return behave


# What others do


def redirect(location: str, status: str = "302 Found") -> Behaviour:
    return answer(b"", status, f"Location: {location}")


def busy(status: str = "503 Service Unavailable", retry_after: str | None = None) -> Behaviour:
    headers = () if retry_after is None else (f"Retry-After: {retry_after}",)
    return answer(b"<p>Come again later.</p>", status, *headers)


def raw(data: bytes) -> Behaviour:
    """Any bytes at all, then the end of the connection: garbage, lies, half a page."""
    return lambda conn, request: conn.sendall(data)


def wrong_length(body: bytes, length: int) -> Behaviour:
    return raw(message(body, length=length))


def silent(for_s: float = 60.0) -> Behaviour:
    """Never answers."""

    def behave(conn: socket.socket, request: Request) -> None:
        request.site.closed.wait(for_s)

    return behave


def slow(pause_s: float, behaviour: Behaviour) -> Behaviour:
    """The right answer, later."""

    def behave(conn: socket.socket, request: Request) -> bool | None:
        request.site.closed.wait(pause_s)
        return behaviour(conn, request)

    return behave


def drip(head: bytes, piece: bytes, pause_s: float = 0.01) -> Behaviour:
    """A piece now and then, for ever."""

    def behave(conn: socket.socket, request: Request) -> None:
        conn.sendall(head)
        while not request.site.closed.wait(pause_s):
            conn.sendall(piece)

    return behave


def endless(head: bytes = b"HTTP/1.1 200 OK\r\n\r\n", piece: bytes = b"a" * 65536) -> Behaviour:
    """As much as the client takes, as fast as it takes it."""

    def behave(conn: socket.socket, request: Request) -> None:
        conn.sendall(head)
        with suppress(OSError):
            while not request.site.closed.is_set():
                conn.sendall(piece)

    return behave


def vast_headers(mebibytes: int = 10) -> Behaviour:
    line = b"X-Pad: " + b"a" * 60_000 + b"\r\n"
    head = b"HTTP/1.1 200 OK\r\n" + line * (mebibytes * 1_048_576 // len(line))
    return raw(head + b"Content-Length: 2\r\n\r\nhi")


def packed(body: bytes, media_type: str = "text/html") -> Behaviour:
    headers = (f"Content-Type: {media_type}", "Content-Encoding: gzip")
    return answer(gzip.compress(body), "200 OK", *headers)


def bomb(mebibytes: int) -> bytes:
    """A small gzip file that unpacks to so much."""
    return gzip.compress(bytes(1 << 20) * mebibytes)


# Names and certificates


def name_sites(monkeypatch: pytest.MonkeyPatch, sites: dict[str, Site]) -> dict[str, list[str]]:
    """Let names stand for sites at public addresses: ``http://mfa.test/`` arrives there.

    Gives name -> addresses, for the test to change; other names and addresses are real.
    """
    at = {f"93.184.216.{n}": site for n, site in enumerate(sites.values(), start=1)}
    names = {name: [address] for name, address in zip(sites, at, strict=True)}
    really_look_up, really_open = addresses._look_up, connection._open_socket

    def look_up(host: str, port: int) -> list[str]:
        return list(names[host]) if host in names else really_look_up(host, port)

    def open_socket(address: str, port: int, timeout_s: float) -> socket.socket:
        if address in at:
            host, number = at[address].server_address[:2]
            return really_open(str(host), int(number), timeout_s)
        return really_open(address, port, timeout_s)

    monkeypatch.setattr(addresses, "_look_up", look_up)
    monkeypatch.setattr(connection, "_open_socket", open_socket)
    return names


def make_certificate(folder: Path, name: str = "mfa.test", *, days: int = 2) -> Path:
    """A key and a certificate that nobody trusts; the test is skipped without openssl."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    file = folder / f"{name}.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(days),
               "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
               "-keyout", str(file), "-out", f"{file}.crt"]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    file.write_bytes(file.read_bytes() + Path(f"{file}.crt").read_bytes())
    return file


def tls_context(certificate: Path) -> ssl.SSLContext:
    """For ``Site(tls=...)``; clients that trust ``certificate`` accept it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def gaps_s(requests: Sequence[Request]) -> Iterator[float]:
    """Seconds between each request and the one before."""
    return (b.at - a.at for a, b in itertools.pairwise(requests))
