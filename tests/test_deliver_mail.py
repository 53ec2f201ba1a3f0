"""Mail, taken by a real server that fails, hangs and hangs up."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit import deliver
from searchkit.deliver import Message, check_target, mail, send
from searchkit.deliver.rendering import subject_of
from searchkit.errors import DeliveryError, UsageError
from searchkit.fetch import addresses
from tests.deliveries import HOSTILE_MESSAGE, MESSAGE
from tests.webserver import make_certificate, tls_context

DESK = "mailto:desk@mfa.example"
# What to do with a mail that has arrived: an answer, or None for hanging up.
Answer = Callable[[SMTP], str | None]


class Sink:
    """Keeps what it takes; ``answers`` are given in turn, then "250 OK"."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.recipient = "250 OK"
        self.answers: list[str | None] = []
        self.logins: list[bytes] = []

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer == "hang":
            await asyncio.sleep(5)
        if answer is None or answer.startswith("2"):
            assert isinstance(envelope.content, bytes)
            found = email.message_from_bytes(envelope.content, policy=email.policy.default)
            self.mails.append(found)
            self.envelopes.append(envelope)
        if answer is None:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            return "250 OK"
        return answer

    def authenticate(self, server: SMTP, session: Session, *rest: object) -> AuthResult:
        mechanism, data = rest[-2:]
        del mechanism
        self.logins.append(data.password)  # type: ignore[attr-defined]
        return AuthResult(success=data.password == b"p@ss:word", handled=False)  # type: ignore[attr-defined]


class Server(Controller):
    """A mail server at whatever port is free."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@pytest.fixture
def sink() -> Iterator[tuple[Sink, dict[str, str]]]:
    """A running server and the environment that names it."""
    handler = Sink()
    controller = Server(
        handler,
        hostname="127.0.0.1",
        port=0,
        authenticator=handler.authenticate,
        auth_require_tls=False,
    )
    controller.start()
    yield handler, {"SEARCHKIT_SMTP": f"smtp://127.0.0.1:{controller.port}?from=me@x.example"}
    controller.stop()


def failure(message: Message, target: str, secrets: dict[str, str]) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send(message, target, secrets=secrets)
    return caught.value


def test_a_mail_arrives_as_text_and_html(sink: tuple[Sink, dict[str, str]]) -> None:
    handler, secrets = sink
    send(MESSAGE, DESK, secrets=secrets)
    (found,) = handler.mails
    assert found["Message-ID"] == "<m-1@searchkit.local>"
    assert found["To"] == "desk@mfa.example"
    assert found["From"] == "me@x.example"
    assert found["Subject"] == MESSAGE.subject
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["X-Searchkit-Stop"] == MESSAGE.stop
    plain, html = found.iter_parts()
    assert plain.get_content_type() == "text/plain"
    assert html.get_content_type() == "text/html"
    text = plain.get_content()
    for words in ("Milena Vorská, Foreign Minister", "that the *dam* be", "[-drained.-]",
                  "{+emptied.+}", "2024-10-08 · Karvel Courier", "Why: dam: the word dam",
                  "Alerts: dam, Karvel",
                  "3 other places", "https://karvelcourier.example/a/vorska-dam?lang=en&x=1",
                  MESSAGE.query, MESSAGE.stop, "searchkit show fyjwx5plb4fz:gkg74w"):  # fmt: skip
        assert words in text
    assert "that the <mark>dam</mark> be" in html.get_content()


def test_hostile_text_stays_in_its_place(sink: tuple[Sink, dict[str, str]]) -> None:
    handler, secrets = sink
    send(HOSTILE_MESSAGE, DESK, secrets=secrets)
    (found,) = handler.mails
    assert handler.envelopes[0].rcpt_tos == ["desk@mfa.example"]
    assert set(found.keys()) <= {
        *("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"),
        *("Auto-Submitted", "X-Searchkit-Alerts", "X-Searchkit-Stop"),
        *("X-Peer", "X-MailFrom", "X-RcptTo"),
    }
    assert found["Message-ID"] == f"<{HOSTILE_MESSAGE.id}@searchkit.local>"
    assert len(found["Subject"]) < 220
    for name, value in found.items():
        assert value.isprintable(), name
    plain, html = (part.get_content() for part in found.iter_parts())
    assert "<script" not in html
    assert "<img" not in html
    assert "javascript:" not in html
    assert "&lt;script&gt;" in html
    for text in (plain, html):
        assert "".join(text.splitlines()).isprintable()
    assert not any(line.startswith(("Bcc", ".")) for line in plain.splitlines())


# What the email package reads in values of headers.
_PARTS = st.sampled_from(
    ["=?utf-8?q?", "=?utf-8?b?DQpCY2M6IHg=?=", "=0D=0A", "?=", "\r\n", ":", " "]
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=30) | _PARTS, max_size=12).map("".join))
def test_no_text_makes_a_header_of_its_own(text: str) -> None:
    message = replace(MESSAGE, subject=text, alerts=(text,), stop=text)
    made = mail.mail_of(message, "a@x.example", "b@x.example")
    found = email.message_from_bytes(made.as_bytes(), policy=email.policy.default)
    assert found.keys() == made.keys()
    assert "Bcc" not in found
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]
    words = "".join(subject_of(message).replace("=?", "= ?").split())
    assert "".join(str(found["Subject"]).split()) == words


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [("451 later", False), ("452 full", False), ("554 refused", True), ("552 too big", True)],
)
def test_what_the_server_says_decides(
    sink: tuple[Sink, dict[str, str]], answer: str, permanent: bool
) -> None:
    handler, secrets = sink
    handler.answers = [answer]
    found = failure(MESSAGE, DESK, secrets)
    assert (found.permanent, handler.mails) == (permanent, [])
    assert answer in str(found)


@pytest.mark.parametrize(("answer", "permanent"), [("450 busy", False), ("550 no such", True)])
def test_a_recipient_who_is_refused(
    sink: tuple[Sink, dict[str, str]], answer: str, permanent: bool
) -> None:
    handler, secrets = sink
    handler.recipient = answer
    assert failure(MESSAGE, DESK, secrets).permanent == permanent


def test_a_mail_taken_before_the_line_broke_comes_again_with_its_id(
    sink: tuple[Sink, dict[str, str]],
) -> None:
    handler, secrets = sink
    handler.answers = [None, "250 OK"]
    assert not failure(MESSAGE, DESK, secrets).permanent
    send(MESSAGE, DESK, secrets=secrets)
    first, second = handler.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_a_server_that_hangs_is_left_in_time(
    sink: tuple[Sink, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, secrets = sink
    monkeypatch.setattr(deliver, "TIMEOUT_S", 0.4)
    handler.answers = ["hang"]
    begun = time.monotonic()
    found = failure(MESSAGE, DESK, secrets)
    assert time.monotonic() - begun < 2
    assert not found.permanent
    assert "in time" in str(found)


def test_a_server_that_greets_for_ever_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "TIMEOUT_S", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            connection, _ = server.accept()
            with connection:
                try:
                    while True:
                        connection.sendall(b"220-still here\r\n")
                        time.sleep(0.05)
                except OSError:
                    return

        threading.Thread(target=greet, daemon=True).start()
        begun = time.monotonic()
        url = f"smtp://127.0.0.1:{server.getsockname()[1]}"
        found = failure(MESSAGE, DESK, {"SEARCHKIT_SMTP": url})
        assert time.monotonic() - begun < 2
        assert not found.permanent


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    found = failure(MESSAGE, DESK, {"SEARCHKIT_SMTP": f"smtp://127.0.0.1:{port}"})
    assert not found.permanent
    assert "127.0.0.1" in str(found)


def test_the_password_is_used_and_never_shown(
    sink: tuple[Sink, dict[str, str]], tmp_path: Path
) -> None:
    handler, secrets = sink
    plain = secrets["SEARCHKIT_SMTP"]
    right = plain.replace("smtp://", "smtp://desk:p%40ss%3Aword@")
    send(MESSAGE, DESK, secrets={"SEARCHKIT_SMTP": right})
    assert len(handler.mails) == 1
    wrong = plain.replace("smtp://", "smtp://desk:s3cret@")
    found = failure(MESSAGE, DESK, {"SEARCHKIT_SMTP": wrong})
    assert not found.permanent
    assert "s3cret" not in str(found)
    handler.recipient = "550 p@ss:word is not our word"
    found = failure(MESSAGE, DESK, {"SEARCHKIT_SMTP": right})
    assert str(found).endswith("550 *** is not our word")
    handler.recipient = "250 OK"
    file = tmp_path / "smtp"
    file.write_text(right + "\n")
    file.chmod(0o644)
    assert "chmod 600" in str(failure(MESSAGE, DESK, {"SEARCHKIT_SMTP": f"secret:{file}"}))
    file.chmod(0o600)
    send(MESSAGE, DESK, secrets={"SEARCHKIT_SMTP": f"secret:{file}"})
    assert len(handler.mails) == 2


@pytest.mark.parametrize(
    "setting",
    ["", "mail.example", "smtp://", "http://u:s3cret@x", "smtp://u:s3cret@x:port", "smtp://x?a=b",
     "smtp://u:s3cret@x/path", "smtp://x?from=a@b.example%0d%0aBcc:c@d.example"],
)  # fmt: skip
def test_a_setting_that_cannot_be_read_is_not_shown(setting: str) -> None:
    found = failure(MESSAGE, DESK, {"SEARCHKIT_SMTP": setting})
    assert "SEARCHKIT_SMTP" in str(found)
    assert "s3cret" not in str(found)
    assert not found.permanent
    with pytest.raises(UsageError, match="SEARCHKIT_SMTP"):
        check_target(DESK, {"SEARCHKIT_SMTP": setting})


def test_tls_from_the_start_or_after_a_greeting_and_only_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path)
    context = tls_context(certificate)
    really = addresses._look_up
    monkeypatch.setattr(
        addresses,
        "_look_up",
        lambda host, port: ["127.0.0.1"] if host == "mfa.test" else really(host, port),
    )
    monkeypatch.setattr(mail, "_is_loopback", lambda smtp: False)
    for scheme, extra in (
        ("smtps", {"ssl_context": context, "auth_require_tls": False}),
        ("smtp", {"tls_context": context}),
    ):
        handler = Sink()
        controller = Server(handler, "127.0.0.1", 0, authenticator=handler.authenticate, **extra)
        controller.start()
        url = f"{scheme}://desk:p%40ss%3Aword@mfa.test:{controller.port}?from=me@x.example"
        found = failure(MESSAGE, DESK, {"SEARCHKIT_SMTP": url})
        assert "not trusted" in str(found)
        assert (found.permanent, handler.logins) == (False, [])
        with monkeypatch.context() as trusting:
            trusting.setenv("SSL_CERT_FILE", str(certificate))
            send(MESSAGE, DESK, secrets={"SEARCHKIT_SMTP": url})
        assert len(handler.mails) == 1
        assert handler.logins == [b"p@ss:word"]
        controller.stop()


def test_no_password_goes_out_without_tls(
    sink: tuple[Sink, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, secrets = sink
    monkeypatch.setattr(mail, "_is_loopback", lambda smtp: False)
    url = secrets["SEARCHKIT_SMTP"].replace("smtp://", "smtp://desk:p%40ss%3Aword@")
    assert "no TLS" in str(failure(MESSAGE, DESK, {"SEARCHKIT_SMTP": url}))
    assert handler.logins == []


def test_who_writes() -> None:
    url = "smtp://{}mail.example{}"
    for user, query, sender in (("", "", None), ("desk:x@", "", None),
                                ("desk%40x.example:x@", "", "desk@x.example"),
                                ("desk:x@", "?from=a+b@x.example", "a+b@x.example")):  # fmt: skip
        found = mail.server_of({"SEARCHKIT_SMTP": url.format(user, query)})
        assert (found.sender, found.port) == (sender, 587 if user else 25)
