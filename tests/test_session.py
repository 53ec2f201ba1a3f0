"""Many pages over connections that stay open, of servers that misbehave; each is a real one."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from searchkit.errors import FetchError, TemporaryFetchError
from searchkit.fetch import connection
from searchkit.fetch import session as session_module
from searchkit.fetch.session import Response, Session
from tests.webserver import (
    Behaviour,
    Request,
    Site,
    answer,
    bomb,
    busy,
    drip,
    endless,
    make_certificate,
    message,
    name_sites,
    packed,
    page,
    raw,
    redirect,
    silent,
    slow,
    tls_context,
    vast_headers,
    wrong_length,
)

HTML = b"<!DOCTYPE html><title>Statement</title><p>The minister spoke of grain.</p>"
OTHER = b"<!DOCTYPE html><title>Another</title><p>The envoy spoke of ports.</p>"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
MIB = 1 << 20


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        running.put("/", HTML)
        running.put("/other", OTHER)
        yield running


@pytest.fixture
def session() -> Iterator[Session]:
    with Session("searchkit/1 (+test)", allow_private=True, timeout_s=5.0) as one:
        yield one


def failure(session: Session, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        session.get(url)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
    return caught.value


def chunked(body: bytes, status: bytes = b"200 OK") -> bytes:
    head = CHUNKED.replace(b"200 OK", status)
    return head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


def going_on(data: bytes) -> Behaviour:
    """Any bytes, after which the server takes another request."""

    def behave(conn: socket.socket, request: Request) -> bool:
        conn.sendall(data)
        return True

    return behave


# Each way to fail: its outcome, within the time and the memory given

TIMEOUTS = {
    "nothing": silent(),
    "status drips": drip(b"", b"H"),
    "headers drip": drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "body drips": drip(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"a"),
    "chunks drip": drip(CHUNKED, b"1\r\na\r\n"),
    "trailers drip": drip(CHUNKED + b"0\r\n", b"X: y\r\n"),
    "interim answers drip": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "later than the deadline": slow(1.0, answer(HTML)),
    "redirects each too slow": slow(0.15, redirect("/1")),
}


@pytest.mark.parametrize("name", TIMEOUTS)
def test_what_comes_too_slowly_ends_at_the_deadline(site: Site, name: str) -> None:
    for path in ("/bad", "/1"):
        site.on(path, TIMEOUTS[name])
    site.on("/1", slow(0.15, redirect("/2")))
    site.on("/2", silent())
    start = time.monotonic()
    with Session("x/1", allow_private=True, timeout_s=0.25) as session:
        error = failure(session, site.url("/bad"))
    assert (error.reason, type(error)) == ("timeout", TemporaryFetchError)
    assert time.monotonic() - start < 0.8


BROKEN: dict[str, tuple[Behaviour, str]] = {
    "shorter than its length": (wrong_length(HTML, 1000), "truncated"),
    "closed without a word": (raw(b""), "truncated"),
    "closed in a header": (raw(b"HTTP/1.1 200 OK\r\nContent-Le"), "truncated"),
    "closed after a header": (raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"), "truncated"),
    "closed in a chunk": (raw(CHUNKED + b"10\r\nshort"), "truncated"),
    "closed between chunks": (raw(CHUNKED + b"5\r\nshort\r\n"), "truncated"),
    "a chunk of no size": (raw(CHUNKED + b"zz\r\nshort"), "truncated"),
    "a chunk of size -5": (raw(CHUNKED + b"-5\r\nshort"), "bad_response"),
    "a chunk of size -1": (endless(CHUNKED + b"-1\r\n"), "bad_response"),
    "a line of chunk size without end": (endless(CHUNKED, b"1" * 65536), "bad_response"),
    "chunks without end": (endless(CHUNKED, b"10000\r\n" + b"a" * 65536 + b"\r\n"), "too_large"),
    "one vast chunk": (endless(CHUNKED + b"FFFFFFFFFFFFFFFF\r\n"), "too_large"),
    "a body without end": (endless(), "too_large"),
    "a vast length": (endless(b"HTTP/1.1 200 OK\r\nContent-Length: 1%s\r\n\r\n" % (b"0" * 15)),
                      "too_large"),
    "a length of 5,000 digits": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1%s\r\n\r\nhi"
                                     % (b"0" * 5000)), "bad_response"),
    "two lengths": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi!"),
                    "bad_response"),
    "two lengths in a line": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nhi!"),
                              "bad_response"),
    "chunks of gzip": (raw(CHUNKED.replace(b"chunked", b"gzip, chunked") + b"0\r\n\r\n"),
                       "bad_response"),
    "10 MB of headers": (vast_headers(10), "bad_response"),
    "a header line without end": (endless(b"HTTP/1.1 200 OK\r\nX: "), "bad_response"),
    "headers without end": (endless(b"HTTP/1.1 200 OK\r\n", b"X: yyyyyyyy\r\n" * 5000),
                            "bad_response"),
    "vast names of headers": (raw(b"HTTP/1.1 200 OK\r\n" + (b"a" * 60_000 + b": b\r\n") * 50
                                  + b"\r\n"), "bad_response"),
    "interim answers without end": (endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 500),
                                    "bad_response"),
    "another protocol": (raw(b"SSH-2.0-OpenSSH_9.6\r\n"), "bad_response"),
    "a protocol we did not ask for": (raw(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"),
                                      "bad_response"),
    "zeros": (raw(bytes(100_000)), "bad_response"),
    "a TLS alert": (raw(b"\x15\x03\x01\x00\x02\x02\x0a"), "bad_response"),
    "a page without headers": (raw(HTML), "bad_response"),
    "a status of five digits": (raw(b"HTTP/1.1 20000 OK\r\n\r\n"), "bad_response"),
    "HTTP/9": (raw(b"HTTP/9.9 200 OK\r\n\r\n"), "bad_response"),
    "a gzip bomb": (answer(bomb(40), "200 OK", "Content-Encoding: gzip"), "too_large"),
    "a deflate bomb": (answer(zlib.compress(bytes(40 * MIB)), "200 OK",
                              "Content-Encoding: deflate"), "too_large"),
    "a small bomb": (answer(bomb(1), "200 OK", "Content-Encoding: gzip"), "too_large"),
    "packed twice": (answer(gzip.compress(gzip.compress(HTML)), "200 OK",
                            "Content-Encoding: gzip, gzip"), "bad_encoding"),
    "half a gzip file": (answer(gzip.compress(HTML)[:-9], "200 OK", "Content-Encoding: gzip"),
                         "truncated"),
    "no gzip at all": (answer(HTML, "200 OK", "Content-Encoding: gzip"), "damaged"),
    "a redirect to nowhere": (answer(b"", "302 Found"), "bad_redirect"),
    "a redirect to itself": (redirect("/bad"), "redirect_loop"),
    "a redirect to a file": (redirect("file:///etc/hostname"), "bad_scheme"),
    "a redirect to data": (redirect("data:text/html,hello"), "bad_url"),
    "a redirect with a password": (redirect("http://me:CANARY@127.0.0.1/"), "credentials"),
    "a redirect to the cloud's own": (redirect("http://169.254.169.254/latest/meta-data/"),
                                      "blocked_address"),
    "a redirect inside": (redirect("http://[::ffff:10.0.0.1]/"), "blocked_address"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_costs_little_and_says_why(site: Site, name: str) -> None:
    behaviour, reason = BROKEN[name]
    url = site.on("/bad", behaviour)
    with Session("x/1", allow_private=True, timeout_s=3.0, max_bytes=MIB // 2) as session:
        assert session.get(site.url()).body == HTML
        tracemalloc.start()
        start = time.monotonic()
        try:
            error = failure(session, url)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert error.reason == reason
        assert "CANARY" not in str(error)
        assert time.monotonic() - start < 2
        assert peak < 24 * MIB
        assert session.get(site.url()).body == HTML  # whatever came before


PIECES = [
    b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 404 Not Found\r\n", b"HTTP/1.1 302 Found\r\n",
    b"HTTP/1.1 304 X\r\n", b"HTTP/1.1 103 X\r\n", b"HTTP/1.0 200\r\n", b"\r\n", b"\n", b"\r",
    b"Content-Length: 5\r\n", b"Content-Length: -1\r\n", b"Transfer-Encoding: chunked\r\n",
    b"Content-Encoding: gzip\r\n", b"Content-Encoding: deflate\r\n", b"Location: /\r\n",
    b"Location: //[\r\n", b"Location: \xff\x00\r\n", b"Connection: keep-alive\r\n", b" folded\r\n",
    b": \r\n", b"From x\r\n", b"Content-Type: text/html; charset=\xff\r\n", b"5\r\nhello\r\n",
    b"0\r\n\r\n", b"-1\r\n", b"0x5\r\n", b"hello", b"\x00", b"\xff\xfe", gzip.compress(b"x"),
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=8), max_size=12).map(b"".join))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_bytes_at_all_raise_anything_else(site: Site, data: bytes) -> None:
    site.on("/bad", raw(data))
    with Session("x/1", allow_private=True, timeout_s=2.0) as session:
        with suppress(FetchError):
            session.get(site.url("/bad"))
        assert session.get(site.url()).body == HTML


# The statuses


@pytest.mark.parametrize(
    "status", [201, 204, 206, 300, 304, 400, 401, 404, 410, 429, 500, 503, 999]
)
def test_any_status_is_an_answer(site: Site, session: Session, status: int) -> None:
    url = site.on("/a", answer(b"" if status in (204, 304) else HTML, f"{status} X"))
    response = session.get(url)
    assert response.status == status
    assert response.body == (HTML if status in (201, 206) else b"")
    assert session.get(site.url("/other")).body == OTHER


def test_an_answer_carries_what_is_known_of_it(site: Site, session: Session) -> None:
    site.put("/b", HTML, "text/html; charset=koi8-r", "Set-Cookie: a=b", etag='"1"')
    response = session.get(site.on("/a?x=1", redirect("/b#top")) + "#end")
    assert (response.url, response.final_url) == (site.url("/a?x=1") + "#end", site.url("/b"))
    assert (response.charset, response.header("ETag")) == ("koi8-r", '"1"')
    assert response.header("set-cookie") is None
    assert datetime.now(UTC) - response.fetched_at < timedelta(seconds=5)
    session.get(site.url("/b"))
    assert not any("cookie" in request.headers for request in site.requests)


@pytest.mark.parametrize("length", [b"", b"-1", b"x", b"+9", b"1_0"])
def test_a_length_that_is_none_means_until_the_end(
    site: Site, session: Session, length: bytes
) -> None:
    url = site.on("/a", raw(b"HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n%s" % (length, HTML)))
    assert session.get(url).body == HTML


@pytest.mark.parametrize(
    "extra",
    [b"Content-Length: %d\r\nContent-Length: %d" % (len(HTML), len(HTML)),
     b"Content-Length: %d, %d" % (len(HTML), len(HTML))],
)  # fmt: skip
def test_a_length_said_twice_is_one(site: Site, session: Session, extra: bytes) -> None:
    url = site.on("/a", raw(b"HTTP/1.1 200 OK\r\n%s\r\n\r\n%s" % (extra, HTML)))
    assert session.get(url).body == HTML


def test_interim_answers_are_passed_over(site: Site, session: Session) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    url = site.on("/a", going_on(early + message(HTML)))
    for _ in range(2):
        response = session.get(url)
        assert (response.status, response.body, response.header("link")) == (200, HTML, None)
    assert site.connected == 1


@pytest.mark.parametrize(
    "behaviour",
    [packed(HTML), answer(zlib.compress(HTML), "200 OK", "Content-Encoding: deflate"),
     going_on(chunked(HTML)), raw(b"HTTP/1.0 200 OK\r\n\r\n" + HTML),
     raw(b"HTTP/1.1 200\r\n\r\n" + HTML), raw(b"HTTP/1.1 200 OK\n\n" + HTML),
     going_on(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n4;x=y\r\n%s\r\n%x\r\n%s\r\n"
              b"0\r\nX: y\r\n\r\n" % (HTML[:4], len(HTML) - 4, HTML[4:]))],
)  # fmt: skip
def test_bodies_of_all_kinds(site: Site, session: Session, behaviour: Behaviour) -> None:
    assert session.get(site.on("/a", behaviour)).body == HTML
    assert session.get(site.url("/other")).body == OTHER


# Connections that stay open


def test_one_connection_for_many_pages(site: Site, session: Session) -> None:
    site.on("/chunked", going_on(chunked(HTML)))
    site.on("/packed", packed(HTML))
    site.on("/gone", answer(b"gone", "410 Gone"))
    site.on("/missing", going_on(chunked(b"none here", b"404 Not Found")))
    site.on("/busy", busy())
    site.on("/moved", redirect("/other"))
    site.on("/same", page(HTML, etag='"1"'))
    for path in ("/", "/chunked", "/packed", "/gone", "/missing", "/busy", "/moved"):
        session.get(site.url(path))
    assert session.get(site.url("/same"), etag='"1"').status == 304
    assert session.get(site.url("/other")).body == OTHER
    assert site.connected == 1
    assert len(site.requests) == 10


@pytest.mark.parametrize(
    ("body", "length"),
    [(b"", 1000), (b"half", 1000), (b"", 10**9), (b"x" * 300_000, 300_000), (b"", None),
     (b"zz", None)],
)  # fmt: skip
@pytest.mark.parametrize("ends", [True, False])
def test_a_status_counts_whatever_becomes_of_its_body(
    site: Site, session: Session, body: bytes, length: int | None, ends: bool
) -> None:
    """Closed in the middle, or never finished."""
    if length is None:
        data = CHUNKED.replace(b"200 OK", b"404 Not Found") + body
    else:
        data = message(body, "404 Not Found", length=length)
    url = site.on("/bad", raw(data) if ends else drip(data, b""))
    start = time.monotonic()
    assert session.get(url).status == 404
    assert time.monotonic() - start < 1.5
    assert session.get(site.url()).body == HTML


def test_a_connection_the_server_has_closed_is_opened_again(site: Site, session: Session) -> None:
    session.get(site.url())
    site.hang_up()
    time.sleep(0.05)
    assert session.get(site.url("/other")).body == OTHER
    assert (site.connected, site.asked("/other")) == (2, 1)


def test_a_server_that_closes_after_each_answer_without_a_word(
    site: Site, session: Session
) -> None:
    url = site.on("/a", raw(message(HTML)))
    assert [session.get(url).body for _ in range(5)] == [HTML] * 5
    assert site.connected in range(5, 10)


def test_a_server_that_closes_only_when_asked_again(site: Site, session: Session) -> None:
    """It reads the request, then closes: the page is asked for once more, not twice."""

    def once(conn: socket.socket, request: Request) -> bool:
        if request.connection == 1:
            conn.shutdown(socket.SHUT_RDWR)
            return False
        conn.sendall(message(OTHER))
        return True

    session.get(site.url())
    assert session.get(site.on("/a", once)).body == OTHER
    assert site.asked("/a") == 2
    site.on("/b", raw(b""))
    assert failure(session, site.url("/b")).reason == "truncated"
    assert site.asked("/b") == 2


def test_a_page_that_breaks_off_is_not_asked_for_again_at_once(
    site: Site, session: Session
) -> None:
    """Only what was never answered is."""

    def reset(conn: socket.socket, request: Request) -> None:
        conn.sendall(message(HTML, length=1000))
        time.sleep(0.05)
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        conn.close()

    session.get(site.url())
    error = failure(session, site.on("/a", reset))
    assert isinstance(error, TemporaryFetchError)
    assert site.asked("/a") == 1


@pytest.mark.parametrize("pause_s", [0.0, 0.05])
@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "302 Found", "304 Not Modified"])
def test_bytes_after_an_answer_are_no_answer(
    site: Site, session: Session, status: str, pause_s: float
) -> None:
    """Too short a length, or a body where none may be: the rest is not of the next page."""

    def split(conn: socket.socket, request: Request) -> bool:
        first = message(b"" if status[0] == "3" else HTML, status, "Location: /other")
        forged = message(b"<p>Forged</p>")
        conn.sendall(first if pause_s else first + forged)
        time.sleep(pause_s)
        conn.sendall(forged if pause_s else b"")
        return True

    url = site.on("/bad", split)
    for _ in range(2):
        session.get(url)
        time.sleep(2 * pause_s)
        assert session.get(site.url("/other")).body == OTHER
    assert session.get(site.url()).body == HTML


def test_an_answer_that_nobody_asked_for_is_not_read(site: Site, session: Session) -> None:
    """Some servers say 408 to a connection that has been idle."""

    def then_408(conn: socket.socket, request: Request) -> bool:
        conn.sendall(message(HTML))
        time.sleep(0.02)
        conn.sendall(message(b"", "408 Request Timeout", "Connection: close"))
        return False

    session.get(site.on("/a", then_408))
    time.sleep(0.1)
    assert session.get(site.url()).status == 200


def test_a_connection_idle_for_long_is_not_used(
    site: Site, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "_IDLE_S", 0.0)
    for _ in range(3):
        session.get(site.url())
    assert site.connected == 3


def test_a_session_keeps_few_connections(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"h{n}.test" for n in range(20)]
    name_sites(monkeypatch, dict.fromkeys(names, site))
    opened = []
    really_open = connection._open_socket

    def open_socket(address: str, port: int, timeout_s: float) -> socket.socket:
        opened.append(really_open(address, port, timeout_s))
        return opened[-1]

    monkeypatch.setattr(connection, "_open_socket", open_socket)
    with Session("x/1") as session:
        for name in names:
            assert session.get(f"http://{name}/").status == 200
        assert sum(one.fileno() >= 0 for one in opened) <= 8
    assert all(one.fileno() < 0 for one in opened)


# Where it must not go


def test_a_name_that_turns_inside_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    names = name_sites(monkeypatch, {"mfa.test": site})
    with Session("x/1") as session:
        assert session.get("http://mfa.test/").body == HTML
        names["mfa.test"] = ["127.0.0.1"]
        site.hang_up()
        time.sleep(0.05)
        error = failure(session, f"http://mfa.test:{site.port}/")
        assert error.reason == "blocked_address"
        assert failure(session, "http://mfa.test/").reason == "blocked_address"
    assert len(site.requests) == 1


def test_loopback_is_refused_unless_allowed(site: Site) -> None:
    with Session("x/1") as session:
        assert failure(session, site.url()).reason == "blocked_address"
    assert site.connected == 0


def test_a_redirect_leads_inside_by_no_way(site: Site, session: Session) -> None:
    """Private addresses are for the host that was asked for, and a kept connection is no door."""
    with Site() as inner:
        inner.put("/", HTML)
        url = site.on("/in", redirect(inner.url()))
        assert failure(session, url).reason == "blocked_address"
        assert session.get(inner.url()).status == 200
        assert failure(session, url).reason == "blocked_address"
        assert session.get(inner.url()).status == 200
        assert len(inner.requests) == 2


def test_hosts_of_one_address_have_connections_of_their_own(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = name_sites(monkeypatch, {"mfa.test": site})
    names["press.test"] = names["mfa.test"]
    with Session("x/1") as session:
        for host in ("mfa.test", "press.test", "mfa.test"):
            session.get(f"http://{host}/")
    assert [r.headers["host"] for r in site.requests] == ["mfa.test", "press.test", "mfa.test"]
    assert site.connected == 2


def test_each_hop_is_asked_about_before_it_is_made(
    site: Site, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Site() as other:
        site.on("/1", redirect("/2"))
        site.on("/2", redirect(other.url("/3")))
        hops: list[str] = []

        def may_visit(url: str) -> None:
            hops.append(url)
            if other.host in url:
                raise FetchError(url, "elsewhere", "elsewhere")

        with pytest.raises(FetchError, match="elsewhere"):
            session.get(site.url("/1"), may_visit=may_visit)
        assert hops == [site.url("/2"), other.url("/3")]
        assert other.connected == 0


def test_a_chain_of_redirects_ends(site: Site, session: Session) -> None:
    for n in range(20):
        site.on(f"/{n}", redirect(f"/{n + 1}"))
    assert failure(session, site.url("/0")).reason == "redirect_loop"
    assert (len(site.requests), site.connected) == (11, 1)


# Validators


def test_a_page_known_already_costs_nothing(site: Site, session: Session) -> None:
    at = datetime(2025, 5, 1, 10, 0, tzinfo=UTC)
    url = site.put("/a", HTML, etag='W/"1"', modified=at)
    first = session.get(url)
    known = first.header("etag"), first.header("last-modified")
    assert known == ('W/"1"', "Thu, 01 May 2025 10:00:00 GMT")
    assert session.get(url, etag=known[0]).status == 304
    assert session.get(url, last_modified=known[1]).status == 304
    site.put("/a", OTHER, etag='"2"', modified=at)
    assert session.get(url, etag=known[0], last_modified=known[1]).body == OTHER


BAD_VALIDATORS = ['"1"\r\nX-Evil: 1', '"1"\nX-Evil: 1', '"\x00"', '"é"', '"' + "a" * 600 + '"', "",
                  '"\x1b[2J"', '"\x85X-Evil: 1"']  # fmt: skip


@pytest.mark.parametrize("value", BAD_VALIDATORS)
def test_a_validator_smuggles_nothing_in(site: Site, session: Session, value: str) -> None:
    assert session.get(site.url(), etag=value, last_modified=value).status == 200
    assert not {"x-evil", "if-none-match", "if-modified-since"} & set(site.requests[0].headers)


def test_a_folded_validator_is_not_sent_back(site: Site, session: Session) -> None:
    url = site.put("/a", HTML, "text/html", 'ETag: "1"\r\n X-Evil: 1')
    session.get(url, etag=session.get(url).header("etag"))
    assert "if-none-match" not in site.requests[-1].headers


def test_validators_are_of_the_page_asked_for_only(site: Site, session: Session) -> None:
    site.put("/b", HTML, etag='"1"')
    assert session.get(site.on("/a", redirect("/b")), etag='"1"').status == 200
    assert site.requests[0].headers["if-none-match"] == '"1"'
    assert "if-none-match" not in site.requests[1].headers


@pytest.mark.parametrize("agent", ["x\r\nCookie: a=b", "", "é", "a\x00"])
def test_an_agent_that_cannot_be_sent(agent: str) -> None:
    with pytest.raises(FetchError, match="agent"):
        Session(agent)


# Retry-After


def retry_after(value: str) -> float | None:
    at = datetime(2025, 6, 2, 9, 0, tzinfo=UTC)
    return Response("", "", 429, (("Retry-After", value),), b"", at).retry_after_s


@pytest.mark.parametrize(
    ("value", "wait_s"),
    [("7", 7.0), (" 0 ", 0.0), ("Mon, 02 Jun 2025 09:02:00 GMT", 120.0),
     ("Mon, 02 Jun 2025 11:01:00 +0200", 60.0), ("Mon, 02 Jun 2025 08:00:00 GMT", 0.0),
     ("Monday, 02-Jun-25 09:00:30 GMT", 30.0), ("soon", None), ("", None), ("-7", None),
     ("٧", None)],
)  # fmt: skip
def test_how_long_to_wait(value: str, wait_s: float | None) -> None:
    assert retry_after(value) == wait_s


@given(st.text(alphabet="0123456789 ,:+-GMTJanMon", max_size=60) | st.text(max_size=60))
@example("Wed, 25 Nov 2026 04:00:00 +99999999999999999999")
@example("0 Jan 99999999999 00:00:00 GMT")
@example("9" * 5000)
def test_no_wait_is_less_than_none(value: str) -> None:
    wait_s = retry_after(value)
    assert wait_s is None or 0 <= wait_s < float("inf")


@pytest.mark.parametrize("status", ["503 X", "429 X"])
def test_a_busy_server_is_an_answer_with_a_wait(site: Site, session: Session, status: str) -> None:
    response = session.get(site.on("/a", busy(status, "7")))
    assert (response.status, response.retry_after_s) == (int(status[:3]), 7.0)


# TLS


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"), "mfa.test")


@pytest.fixture
def secure(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """https://mfa.test/, of which nobody trusts the certificate."""
    with Site(tls=tls_context(certificate)) as running:
        names = name_sites(monkeypatch, {"mfa.test": running})
        names["other.test"] = names["mfa.test"]
        running.put("/", HTML)
        yield running


@pytest.fixture
def trusted(secure: Site, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    context = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(connection, "_tls_context", lambda: context)
    return secure


def test_a_certificate_that_nobody_trusts(secure: Site) -> None:
    with Session("x/1") as session:
        error = failure(session, "https://mfa.test/")
    assert (error.reason, secure.requests) == ("tls", [])
    assert "certificate" in str(error)


def test_a_certificate_of_another_host(trusted: Site) -> None:
    with Session("x/1") as session:
        assert session.get("https://mfa.test/").body == HTML
        assert failure(session, "https://other.test/").reason == "tls"
    assert len(trusted.requests) == 1


def test_connections_over_tls_stay_open_and_are_opened_again(trusted: Site) -> None:
    with Session("x/1") as session:
        for _ in range(3):
            assert session.get("https://mfa.test/").body == HTML
        assert trusted.connected == 1
        trusted.hang_up()
        time.sleep(0.05)
        assert session.get("https://mfa.test/").body == HTML
        trusted.on("/bad", going_on(message(HTML) + message(b"<p>Forged</p>")))
        session.get("https://mfa.test/bad")
        assert session.get("https://mfa.test/").body == HTML
    assert len(trusted.requests) == 6


def test_no_redirect_leaves_tls(trusted: Site) -> None:
    trusted.on("/a", redirect("http://mfa.test/"))
    with Session("x/1") as session:
        assert failure(session, "https://mfa.test/a").reason == "insecure_redirect"
    assert len(trusted.requests) == 1


@pytest.mark.parametrize("words", [b"HTTP/1.1 400 Bad Request\r\n\r\n", bytes(500), b""])
def test_tls_with_a_server_that_speaks_none(site: Site, session: Session, words: bytes) -> None:
    """Its hello is no request, so the server is a plain socket here."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        with Session("x/1", allow_private=True, timeout_s=0.3) as one:
            error = failure_while(one, url, listener, words)
    assert error.reason in {"tls", "timeout", "connect"}


def failure_while(one: Session, url: str, listener: socket.socket, words: bytes) -> FetchError:
    def serve() -> None:
        conn, _ = listener.accept()
        with conn:
            conn.sendall(words)
            if not words:
                time.sleep(0.5)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        return failure(one, url)
    finally:
        thread.join()
