"""Fetching one page from servers that misbehave; each is a real one on this machine."""

from __future__ import annotations

import gzip
import re
import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from searchkit.errors import FetchError, TemporaryFetchError
from searchkit.fetch import addresses, connection, fetch_page, user_agent
from searchkit.fetch.addresses import is_public_address

HTML = b"<!DOCTYPE html><title>Statement</title><p>The minister spoke of grain.</p>"
PUBLIC = "93.184.216.34"

Behaviour = Callable[[socket.socket], None]


def answer(
    body: bytes = HTML, status: str = "200 OK", *headers: str, length: int | None = None
) -> Behaviour:
    """A whole answer in one write: with two, Nagle's algorithm costs 40 ms."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]
    if not any(h.lower().startswith("content-type") for h in headers):
        lines.append("Content-Type: text/html")
    head = "\r\n".join([*lines, *headers, "", ""]).encode("latin-1")
    return lambda conn: conn.sendall(head + body)


def redirect(location: str, status: str = "302 Found") -> Behaviour:
    return answer(b"", status, f"Location: {location}")


class Server(socketserver.ThreadingTCPServer):
    """Does to each path what the test has laid down for it; keeps the requests."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        self.behaviours: dict[str, Behaviour] = {}
        self.requests: list[bytes] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def on(self, path: str, behaviour: Behaviour) -> str:
        self.behaviours[path] = behaviour
        return self.url(path)

    def handle_error(self, request: object, client_address: object) -> None:
        """The client hangs up on purpose in many of these tests."""


class Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Server)
        request = b""
        while b"\r\n\r\n" not in request:
            data = self.request.recv(65536)
            if not data:
                return
            request += data
        self.server.requests.append(request)
        path = request.split(b" ")[1].decode().partition("?")[0]
        self.server.behaviours.get(path, answer(b"", "404 Not Found"))(self.request)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def canary() -> Iterator[socket.socket]:
    """A listener that must see no connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        yield listener
        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.fixture
def internet(server: Server, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Name -> addresses; connections to `PUBLIC` arrive at the server, others are real."""
    names: dict[str, list[str]] = {"mfa.example": [PUBLIC]}
    really_look_up = addresses._look_up
    really_open = connection._open_socket

    def look_up(host: str, port: int) -> list[str]:
        return names[host] if host in names else really_look_up(host, port)

    def open_socket(address: str, port: int, timeout_s: float) -> socket.socket:
        if address == PUBLIC:
            return really_open("127.0.0.1", server.port, timeout_s)
        return really_open(address, port, timeout_s)

    monkeypatch.setattr(addresses, "_look_up", look_up)
    monkeypatch.setattr(connection, "_open_socket", open_socket)
    return names


def failure(url: str, **options: object) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetch_page(url, **{"allow_private": True, "timeout_s": 5.0, **options})  # type: ignore[arg-type]
    assert str(caught.value).startswith(caught.value.url)
    assert "\n" not in str(caught.value)
    return caught.value


# What a good server gives


def test_a_page_carries_what_is_known_of_it(server: Server) -> None:
    url = server.on(
        "/a",
        answer(HTML, "200 OK", "Content-Type: Text/HTML; Charset=Windows-1250", "Set-Cookie: a=b"),
    )
    page = fetch_page(url + "?x=1#top", allow_private=True)
    assert page.body == HTML
    assert page.media_type == "text/html"
    assert page.charset == "windows-1250"
    assert page.url == url + "?x=1"
    assert page.origin == url + "?x=1#top"
    assert page.status == 200
    assert page.fetched_at.utcoffset() is not None
    assert "set-cookie" not in {name.lower() for name, _ in page.headers}


def test_the_request_is_honest_and_bare(server: Server) -> None:
    fetch_page(server.on("/", answer()), allow_private=True)
    request = server.requests[0].decode()
    assert request.startswith("GET / HTTP/1.1\r\n")
    assert f"\r\nHost: 127.0.0.1:{server.port}\r\n" in request
    assert f"\r\nUser-Agent: {user_agent()}\r\n" in request
    assert re.match(r"searchkit/[\d.]+ \(\+.+\)$", user_agent())
    assert "Cookie" not in request


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (["Content-Encoding: gzip"], gzip.compress(HTML)),
        (["Content-Encoding: X-GZIP, identity"], gzip.compress(HTML)),
        (["Content-Encoding: deflate"], zlib.compress(HTML)),
        (["Content-Encoding: deflate"], zlib.compress(HTML)[2:-4]),
        (["Content-Encoding: identity"], HTML),
    ],
)
def test_one_coding_is_undone(server: Server, headers: list[str], body: bytes) -> None:
    page = fetch_page(server.on("/", answer(body, "200 OK", *headers)), allow_private=True)
    assert page.body == HTML


def test_chunks_are_joined(server: Server) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/html\r\n\r\n"
    chunks = b"%x\r\n%s\r\n" % (len(HTML), HTML)
    url = server.on("/", lambda conn: conn.sendall(head + chunks + b"0\r\n\r\n"))
    assert fetch_page(url, allow_private=True).body == HTML


@pytest.mark.parametrize(
    ("content_type", "body", "media_type", "charset"),
    [
        ("", HTML, "text/html", None),
        ("application/octet-stream", HTML, "text/html", None),
        ("nonsense", b"plain words", "text/plain", None),
        ("text/plain", b"%PDF-1.4 ...", "application/pdf", None),
        ("text/html; charset=nonsense", HTML, "text/html", None),
        ('text/html; charset="UTF-8"', HTML, "text/html", "utf-8"),
        ("text/plain; charset=koi8-r", b"plain", "text/plain", "koi8-r"),
        ("text/plain", HTML, "text/plain", None),
        ("text/xml", HTML, "text/html", None),
    ],
)
def test_media_type_and_charset(
    server: Server, content_type: str, body: bytes, media_type: str, charset: str | None
) -> None:
    header = f"Content-Type: {content_type}"
    page = fetch_page(server.on("/", answer(body, "200 OK", header)), allow_private=True)
    assert (page.media_type, page.charset) == (media_type, charset)


def test_redirects_are_followed_to_the_last_url(server: Server) -> None:
    first = server.on("/1", redirect("/d/2", "301 Moved"))
    server.on("/d/2", redirect("3?utm_source=x#part", "307 Temporary"))
    last = server.on("/d/3", answer())
    page = fetch_page(first, allow_private=True)
    assert page.url == last + "?utm_source=x"
    assert page.origin == first


def test_a_location_in_utf_8_is_understood(server: Server) -> None:
    first = server.on("/1", redirect("/déclaration".encode().decode("latin-1")))
    server.on("/d%C3%A9claration", answer())
    assert fetch_page(first, allow_private=True).body == HTML


# Where it must not go

LOOPBACKS = [
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "017700000001", "0x7f.1",
    "0177.0.0.1", "0177.1", "0x7f.0.0.1", "0x7F.0X0.0x0.0x1", "127.0.0.1.", "127.255.255.254",
    "localhost", "LOCALHOST", "localhost.", "%6c%6f%63alhost", "127%2e0%2e0%2e1",
    "\uff11\uff12\uff17.0.0.1", "127\u30020\u30020\u30021",
    "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3",
    "0", "0.0.0.0", "0x0", "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
]  # fmt: skip


@pytest.mark.parametrize("host", LOOPBACKS)
def test_no_spelling_of_loopback_is_connected_to(canary: socket.socket, host: str) -> None:
    port = canary.getsockname()[1]
    error = failure(f"http://{host}:{port}/", allow_private=False)
    assert error.reason in {"blocked_address", "dns", "bad_url"}
    if error.reason == "blocked_address":
        assert "--allow-private" in str(error)


def test_most_spellings_are_known_for_addresses() -> None:
    reasons = [failure(f"http://{h}:9/", allow_private=False).reason for h in LOOPBACKS]
    assert reasons.count("blocked_address") >= 25


@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.1:{port}/", "http://169.254.169.254/latest/meta-data/", "//localhost:{port}/",
     "http://[::ffff:127.0.0.1]:{port}/", "http://0x7f.1:{port}/", "http://inside.example:{port}/"],
)  # fmt: skip
def test_no_redirect_leads_inside(
    server: Server, internet: dict[str, list[str]], canary: socket.socket, location: str
) -> None:
    internet["inside.example"] = ["10.0.0.7", "127.0.0.1"]
    server.on("/", redirect(location.format(port=canary.getsockname()[1])))
    error = failure("http://mfa.example/", allow_private=False)
    assert error.reason == "blocked_address"
    assert len(server.requests) == 1


def test_a_private_host_that_was_named_may_not_send_elsewhere(
    server: Server, canary: socket.socket
) -> None:
    url = server.on("/", redirect(f"http://127.0.0.2:{canary.getsockname()[1]}/"))
    assert failure(url, allow_private=True).reason == "blocked_address"


def test_a_name_is_resolved_once(
    server: Server, monkeypatch: pytest.MonkeyPatch, internet: dict[str, list[str]]
) -> None:
    """The second answer, an inner one, is never asked for."""
    answers = [[PUBLIC], ["127.0.0.1"]]
    monkeypatch.setattr(addresses, "_look_up", lambda host, port: answers.pop(0))
    server.on("/", answer())
    assert fetch_page("http://rebind.example/").body == HTML
    assert answers == [["127.0.0.1"]]
    assert b"\r\nHost: rebind.example\r\n" in server.requests[0]


def test_a_name_that_turns_inside_is_refused_at_the_next_hop(
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    internet: dict[str, list[str]],
    canary: socket.socket,
) -> None:
    answers = [[PUBLIC], ["127.0.0.1"]]
    monkeypatch.setattr(addresses, "_look_up", lambda host, port: answers.pop(0))
    server.on("/", redirect(f"http://rebind.example:{canary.getsockname()[1]}/"))
    assert failure("http://rebind.example/", allow_private=False).reason == "blocked_address"


def test_of_mixed_addresses_the_public_ones_are_used(
    server: Server, internet: dict[str, list[str]]
) -> None:
    internet["mixed.example"] = ["127.0.0.1", "::1", PUBLIC]
    server.on("/", answer())
    assert fetch_page("http://mixed.example:9/").body == HTML


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "172.31.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.1.2.3",
     "224.0.0.1", "255.255.255.255", "240.0.0.1", "198.18.0.1", "192.0.2.1", "::", "fc00::1",
     "fe80::1", "fec0::1", "ff02::1", "2001:db8::1", "2001::1", "100::1", "::ffff:10.0.0.1",
     "64:ff9b::a00:1", "64:ff9b:1::1", "2002:a00:1::", "::10.0.0.1", "5f00::1"],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public_address(address)


@pytest.mark.parametrize(
    "address",
    [PUBLIC, "172.32.0.1", "100.128.0.1", "2620:fe::fe", "2a00:1450::1", "64:ff9b::909:909"],
)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public_address(address)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/hostname", "bad_scheme"),
        ("ftp://mfa.example/", "bad_scheme"),
        ("gopher://127.0.0.1:25/x", "bad_scheme"),
        ("data:text/html,hello", "bad_url"),
        ("mfa.example/press", "bad_url"),
        ("http://", "bad_url"),
        ("http://mfa.example:99999/", "bad_url"),
        ("http://a b.example/", "bad_url"),
        ("http://mfa.example/" + "a" * 9000, "bad_url"),
        ("http://me:CANARY@mfa.example/", "credentials"),
        ("http://CANARY@mfa.example/", "credentials"),
        ("http://no-such-host.invalid/", "dns"),
    ],
)
def test_urls_that_are_not_fetched(url: str, reason: str) -> None:
    error = failure(url)
    assert error.reason == reason
    assert "CANARY" not in str(error)
    assert len(str(error)) < 400


@pytest.mark.parametrize(
    ("location", "reason"),
    [("file:///etc/hostname", "bad_scheme"), ("javascript:alert(1)", "bad_url"),
     ("http://me:CANARY@127.0.0.1/", "credentials"), ("http://[::1", "bad_redirect"),
     ("http://:80/", "bad_url")],
)  # fmt: skip
def test_redirects_that_are_not_followed(server: Server, location: str, reason: str) -> None:
    error = failure(server.on("/", redirect(location)))
    assert error.reason == reason
    assert "CANARY" not in str(error)


def test_a_header_cannot_be_smuggled_in(server: Server) -> None:
    url = server.on("/", answer())
    assert failure(url, agent="x\r\nCookie: a=b").reason == "bad_agent"
    server.on("/Cookie:%20a=b", answer())
    fetch_page(server.url("/\r\nCookie: a=b"), allow_private=True)
    assert b"\r\nCookie" not in b"".join(server.requests)


# Servers that never end, lie or break


def test_redirect_loops_end(server: Server) -> None:
    url = server.on("/a", redirect("/b"))
    server.on("/b", redirect("/a"))
    assert failure(url).reason == "redirect_loop"
    assert len(server.requests) == 2


def test_an_endless_chain_of_redirects_ends(server: Server) -> None:
    for n in range(20):
        server.on(f"/{n}", redirect(f"/{n + 1}"))
    assert failure(server.url("/0")).reason == "redirect_loop"
    assert len(server.requests) == 11


def bomb(mebibytes: int) -> bytes:
    return gzip.compress(bytes(1 << 20) * mebibytes)


@pytest.mark.parametrize(
    ("headers", "body", "reason"),
    [
        (["Content-Encoding: gzip"], bomb(40), "too_large"),
        (["Content-Encoding: gzip"], bomb(4), "too_large"),
        (["Content-Encoding: deflate"], zlib.compress(bytes(40 << 20)), "too_large"),
        (["Content-Encoding: gzip, gzip"], gzip.compress(gzip.compress(HTML)), "bad_encoding"),
        (["Content-Encoding: gzip"] * 2, gzip.compress(gzip.compress(HTML)), "bad_encoding"),
        (["Content-Encoding: br"], b"\x0b\x02\x80", "bad_encoding"),
        (["Content-Encoding: gzip"], gzip.compress(HTML)[:-9], "truncated"),
        (["Content-Encoding: gzip"], HTML, "damaged"),
    ],
)
def test_bad_packing(server: Server, headers: list[str], body: bytes, reason: str) -> None:
    assert failure(server.on("/", answer(body, "200 OK", *headers))).reason == reason


def drip(head: bytes, piece: bytes, pause_s: float) -> Behaviour:
    def behave(conn: socket.socket) -> None:
        conn.sendall(head)
        for _ in range(1000):
            conn.sendall(piece)
            time.sleep(pause_s)

    return behave


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"a"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
    ],
)
def test_a_slow_drip_ends_at_the_deadline(server: Server, head: bytes, piece: bytes) -> None:
    url = server.on("/", drip(head, piece, 0.01))
    start = time.monotonic()
    error = failure(url, timeout_s=0.3)
    assert error.reason == "timeout"
    assert isinstance(error, TemporaryFetchError)
    assert time.monotonic() - start < 1


def test_a_server_that_says_nothing_ends_at_the_deadline(server: Server) -> None:
    url = server.on("/", lambda conn: time.sleep(1))
    start = time.monotonic()
    assert failure(url, timeout_s=0.2).reason == "timeout"
    assert time.monotonic() - start < 0.8


def after(pause_s: float, behaviour: Behaviour) -> Behaviour:
    def behave(conn: socket.socket) -> None:
        time.sleep(pause_s)
        behaviour(conn)

    return behave


def test_the_deadline_is_one_for_all_hops(server: Server) -> None:
    for n in range(10):
        server.on(f"/{n}", after(0.1, redirect(f"/{n + 1}")))
    start = time.monotonic()
    assert failure(server.url("/0"), timeout_s=0.35).reason == "timeout"
    assert time.monotonic() - start < 0.8


def test_a_resolver_that_hangs_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(host: str, port: int) -> list[str]:
        time.sleep(1)
        return [PUBLIC]

    monkeypatch.setattr(addresses, "_look_up", look_up)
    start = time.monotonic()
    assert failure("http://slow.example/", timeout_s=0.2).reason == "timeout"
    assert time.monotonic() - start < 0.8


@pytest.mark.parametrize(
    "head",
    [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"],
)
def test_an_endless_body_is_cut(server: Server, head: bytes) -> None:
    def behave(conn: socket.socket) -> None:
        conn.sendall(head)
        for _ in range(10_000):
            conn.sendall(b"a" * 65536)

    assert failure(server.on("/", behave), max_bytes=1 << 20).reason == "too_large"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort", "truncated"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nshort", "truncated"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nshort", "truncated"),
        (b"", "truncated"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "bad_response"),
        (b"HTTP/9.9 OK\r\n\r\n", "bad_response"),
        (b"HTTP/1.1 99999 OK\r\n\r\n", "bad_response"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", "bad_response"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "bad_response"),
        (
            b"HTTP/1.1 200 OK\r\n" + (b"X: " + b"a" * 60_000 + b"\r\n") * 50 + b"\r\n",
            "bad_response",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "empty"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "http_204"),
        (b"HTTP/1.1 302 Found\r\n\r\n", "bad_redirect"),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", "http_304"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n", "not_a_page"),
        (b"HTTP/1.1 200 OK\r\n\r\n\x89PNG\r\n\x1a\n", "not_a_page"),
    ],
)
def test_answers_that_are_no_page(server: Server, raw: bytes, reason: str) -> None:
    error = failure(server.on("/", lambda conn: conn.sendall(raw)))
    assert error.reason == reason
    assert len(str(error)) < 300


def test_a_body_is_cut_where_its_length_says(server: Server) -> None:
    url = server.on("/", answer(HTML + b"of another answer", length=len(HTML)))
    assert fetch_page(url, allow_private=True).body == HTML


@pytest.mark.parametrize("status", [404, 410, 403, 401, 451])
def test_a_page_that_is_not_there(server: Server, status: int) -> None:
    error = failure(server.on("/", answer(b"gone", f"{status} X")))
    assert error.reason == f"http_{status}"
    assert error.exit_code == 1
    assert str(status) in str(error)


@pytest.mark.parametrize(
    ("wait", "words"),
    [("120", "asks to wait: 120 s"), ("Wed, 25 Nov 2026 04:00:00 GMT", "until Wed, 25 Nov 2026"),
     ("\x1b[2J", "503"), ("9" * 500, "9" * 40 + " s")],
)  # fmt: skip
@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_temporary(server: Server, status: int, wait: str, words: str) -> None:
    url = server.on("/", answer(b"", f"{status} X", f"Retry-After: {wait}"))
    error = failure(url)
    assert isinstance(error, TemporaryFetchError)
    assert error.exit_code == 75
    assert str(status) in str(error)
    assert words in str(error) or status == 429
    assert "\x1b" not in str(error)


def test_a_closed_port_is_temporary() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = failure(f"http://127.0.0.1:{port}/")
    assert error.reason == "connect"
    assert isinstance(error, TemporaryFetchError)


def test_secrets_are_hidden_in_messages(server: Server) -> None:
    assert "CANARY" not in str(failure(server.url("/?access_token=CANARY")))


# TLS


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for mfa.example that nobody trusts, made for this run."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=mfa.example", "-addext",
         "subjectAltName=DNS:mfa.example", "-keyout", path, "-out", path.with_suffix(".crt")],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_bytes(path.read_bytes() + path.with_suffix(".crt").read_bytes())
    return path


@pytest.fixture
def secure(server: Server, internet: dict[str, list[str]], certificate: Path) -> ssl.SSLContext:
    """The server speaks TLS; what is given trusts it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return ssl.create_default_context(cafile=str(certificate.with_suffix(".crt")))


def test_a_certificate_that_nobody_trusts(server: Server, secure: ssl.SSLContext) -> None:
    error = failure("https://mfa.example/", allow_private=False)
    assert error.reason == "tls"
    assert not server.requests


def test_a_certificate_of_another_host(
    server: Server,
    secure: ssl.SSLContext,
    internet: dict[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "_tls_context", lambda: secure)
    internet["other.example"] = [PUBLIC]
    server.on("/", answer())
    assert fetch_page("https://mfa.example/").body == HTML
    assert failure("https://other.example/", allow_private=False).reason == "tls"
    assert len(server.requests) == 1


def test_https_does_not_fall_back_to_http(
    server: Server, secure: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_tls_context", lambda: secure)
    server.on("/", redirect("http://mfa.example/plain"))
    assert failure("https://mfa.example/", allow_private=False).reason == "insecure_redirect"
    assert len(server.requests) == 1


def test_tls_to_a_server_that_speaks_none(server: Server, internet: dict[str, list[str]]) -> None:
    def behave(conn: socket.socket) -> None:
        conn.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    server.on("/", behave)
    error = failure("https://mfa.example/", allow_private=False, timeout_s=0.5)
    assert error.reason in {"tls", "timeout"}
