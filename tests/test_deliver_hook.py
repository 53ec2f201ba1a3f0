"""Webhooks, taken by a real receiver that fails, hangs and hangs up."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from searchkit import deliver
from searchkit.deliver import Message, check_target, send
from searchkit.errors import DeliveryError, UsageError
from tests.deliveries import HOSTILE_MESSAGE, MESSAGE


class Receiver(ThreadingHTTPServer):
    """Keeps what it takes; ``answers`` are given in turn, then 204.

    An answer is a status, None for hanging up, or a pause in seconds before a 204.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hook)
        self.taken: list[tuple[dict[str, str], dict[str, object]]] = []
        self.answers: list[int | float | None] = []
        self.headers: dict[str, str] = {}

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def handle_error(self, request: object, client_address: object) -> None:
        """The client hangs up on purpose in some tests."""


class Hook(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {k.lower(): v for k, v in self.headers.items()}
        self.server.taken.append((headers, json.loads(body)))
        answer = self.server.answers.pop(0) if self.server.answers else 204
        if answer is None:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if isinstance(answer, float):
            time.sleep(answer)
            answer = 204
        self.send_response(answer)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def do_GET(self) -> None:
        self.server.taken.append(({}, {}))

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def failure(message: Message, target: str, **options: bool) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send(message, target, secrets={}, **({"allow_private": True} | options))
    return caught.value


@pytest.mark.parametrize("message", [MESSAGE, HOSTILE_MESSAGE], ids=["plain", "hostile"])
def test_a_hook_gets_the_message_as_json(receiver: Receiver, message: Message) -> None:
    send(message, receiver.url(), secrets={}, allow_private=True)
    ((headers, body),) = receiver.taken
    assert headers["idempotency-key"] == body["message_id"] == message.id
    assert headers["content-type"] == "application/json"
    assert body["items"][0]["text"] == message.items[0].text  # type: ignore[index]
    assert (body["query"], body["stop"]) == (message.query, message.stop)


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(500, False), (503, False), (429, False), (408, False), (425, False), (301, False),
     (400, True), (401, True), (404, True), (410, True), (413, True)],
)  # fmt: skip
def test_the_status_decides(receiver: Receiver, status: int, permanent: bool) -> None:
    receiver.answers = [status]
    found = failure(MESSAGE, receiver.url())
    assert found.permanent == permanent
    assert str(status) in str(found)


def test_a_hook_that_asks_to_wait(receiver: Receiver) -> None:
    receiver.answers, receiver.headers = [429], {"Retry-After": "120"}
    assert failure(MESSAGE, receiver.url()).retry_after_s == 120


def test_no_redirect_is_followed(receiver: Receiver) -> None:
    receiver.answers = [307]
    receiver.headers = {"Location": receiver.url("/elsewhere")}
    failure(MESSAGE, receiver.url())
    assert len(receiver.taken) == 1


@pytest.mark.parametrize("answer", [500, None], ids=["answers 500", "hangs up"])
def test_what_was_taken_and_then_failed_comes_again_with_its_id(
    receiver: Receiver, answer: int | None
) -> None:
    receiver.answers = [answer]
    assert not failure(MESSAGE, receiver.url()).permanent
    send(MESSAGE, receiver.url(), secrets={}, allow_private=True)
    first, second = (headers["idempotency-key"] for headers, _ in receiver.taken)
    assert first == second


def test_a_hook_that_hangs_is_left_in_time(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "TIMEOUT_S", 0.3)
    receiver.answers = [1.0]
    begun = time.monotonic()
    assert not failure(MESSAGE, receiver.url()).permanent
    assert time.monotonic() - begun < 0.9


def raw_server(answer: Callable[[socket.socket], None]) -> tuple[socket.socket, str]:
    """Takes one connection and does with it what the test wants."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            try:
                connection.recv(65536)
                answer(connection)
            except OSError:
                return

    Thread(target=serve, daemon=True).start()
    return server, f"http://127.0.0.1:{server.getsockname()[1]}/"


def drip(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"X")
        time.sleep(0.02)


@pytest.mark.parametrize(
    "answer",
    [drip, lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nA: " + b"a" * 200_000),
     lambda c: c.sendall(b"hello\r\n\r\n"), lambda c: c.sendall(b"HTTP/1.1 200 OK\r\n"),
     lambda c: c.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")],
    ids=["drips", "headers without end", "no HTTP", "half a head", "only an interim answer"],
)  # fmt: skip
def test_no_answer_is_no_taking(
    answer: Callable[[socket.socket], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "TIMEOUT_S", 0.3)
    server, url = raw_server(answer)
    with server:
        begun = time.monotonic()
        assert not failure(MESSAGE, url).permanent
        assert time.monotonic() - begun < 1


def test_an_interim_answer_is_passed_over() -> None:
    server, url = raw_server(
        lambda c: c.sendall(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\n\r\n")
    )
    with server:
        send(MESSAGE, url, secrets={}, allow_private=True)


def test_private_addresses_are_refused_unless_allowed(receiver: Receiver) -> None:
    found = failure(MESSAGE, receiver.url("/s3cret"), allow_private=False)
    assert "not of the public internet" in str(found)
    assert "s3cret" not in str(found)
    assert receiver.taken == []


def test_secrets_come_from_the_environment_and_are_not_shown(receiver: Receiver) -> None:
    target = receiver.url("/hook/{env:TOKEN}")
    secrets = {"TOKEN": "s3cret", "HOOK": receiver.url("/s3cret")}
    for one in (target, "env:HOOK"):
        send(MESSAGE, one, secrets=secrets, allow_private=True)
        receiver.answers = [400]
        with pytest.raises(DeliveryError) as caught:
            send(MESSAGE, one, secrets=secrets, allow_private=True)
        assert "s3cret" not in str(caught.value)
    assert len(receiver.taken) == 4
    assert "no TOKEN" in str(failure(MESSAGE, target))


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # by apprise, up to Python 3.12
def test_a_service_of_apprise(
    receiver: Receiver, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("apprise", reason="apprise is not installed")
    target = "apprise:" + receiver.url("/s3cret").replace("http://", "json://")
    assert check_target(target) == target
    send(MESSAGE, target, secrets={})
    ((_, body),) = receiver.taken
    assert body["title"] == MESSAGE.subject
    assert "Milena Vorsk" in str(body["message"])
    receiver.answers = [500]
    found = failure(MESSAGE, target)
    printed = capfd.readouterr()
    assert not found.permanent
    assert "s3cret" not in f"{found}{printed}{caplog.text}"
    with pytest.raises(UsageError, match="no such service"):
        check_target("apprise:nothing://x")
