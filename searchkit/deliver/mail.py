"""A message as mail: plain text with HTML beside it, over SMTP.

The server is named by SEARCHKIT_SMTP: ``smtp://user:password@host:port`` or ``smtps://``,
or ``secret:FILE`` of a file that holds it; ``?from=ADDRESS`` says who writes.  A password
leaves this machine only over TLS with a certificate that is trusted.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from ipaddress import ip_address
from urllib.parse import parse_qs, unquote, urlsplit

from searchkit.deliver.records import Message
from searchkit.deliver.rendering import one_line, render_html, render_text, shortened, subject_of
from searchkit.deliver.targets import SMTP_SETTING, is_address, look_up
from searchkit.errors import DeliveryError
from searchkit.fetch.addresses import resolve

_EXAMPLE = "smtp://USER:PASSWORD@HOST:587 or smtps://..., sender as ?from=ADDRESS"
_REFERENCE = re.compile(r"(?P<how>env|secret):(?P<name>.+)\Z")
# What may be said after HELO.
_HOST_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,250}\Z")
# Servers that take no 8-bit text are asked nothing: all is sent in 7 bits.
_POLICY = SMTP.clone(cte_type="7bit")
# How an encoded word begins (RFC 2047).
_ENCODED_WORD = re.compile(r"=\?")
_HEADER_CHARS = 500
_QUIT_S = 1.0


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server; ``sender`` is an address or None for the recipient's own."""

    host: str
    port: int
    is_tls: bool
    user: str | None = None
    password: str | None = None
    sender: str | None = None


def server_of(secrets: Mapping[str, str]) -> Server:
    """Read SEARCHKIT_SMTP; raises DeliveryError, whose words do not show it."""
    text = secrets.get(SMTP_SETTING, "").strip()
    if not text:
        raise _setting_error(f"mail needs a server: set {SMTP_SETTING}={_EXAMPLE}")
    if match := _REFERENCE.match(text):
        text = look_up(match["how"], match["name"], secrets)
    try:
        return _server(text)
    except ValueError as exc:
        raise _setting_error(f"{SMTP_SETTING} cannot be read; write {_EXAMPLE}") from exc


def _server(text: str) -> Server:
    parts = urlsplit(text)
    query = parts.query.replace("+", "%2B")  # of an address, not a space
    given = parse_qs(query, strict_parsing=True) if query else {}
    sender = given.pop("from", [None])[0]
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or given:
        raise ValueError
    if parts.path not in {"", "/"} or parts.fragment or not text.isprintable():
        raise ValueError
    if sender is not None and not is_address(sender):
        raise ValueError
    parts.hostname.encode("idna")  # UnicodeError, a ValueError, for what can be no host
    user = unquote(parts.username) if parts.username else None
    is_tls = parts.scheme == "smtps"
    return Server(
        host=parts.hostname,
        port=parts.port or (465 if is_tls else 587 if user else 25),
        is_tls=is_tls,
        user=user,
        password=unquote(parts.password or "") if user else None,
        sender=sender or (user if user and is_address(user) else None),
    )


def _setting_error(words: str) -> DeliveryError:
    return DeliveryError(words, permanent=False)


def mail_of(message: Message, sender: str, recipient: str) -> EmailMessage:
    """The mail; no text of an item or alert gets into a header but as one plain line."""
    mail = EmailMessage(_POLICY)
    mail["From"] = sender
    mail["To"] = recipient
    mail["Subject"] = _header(subject_of(message))
    mail["Date"] = format_datetime(message.created)
    mail["Message-ID"] = f"<{message.id}@searchkit.local>"
    # Nobody's "I am away" shall answer it (RFC 3834).
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Searchkit-Alerts"] = _header(", ".join(message.alerts))
    # List-Unsubscribe (RFC 2369) holds addresses; this is its like for a command.
    mail["X-Searchkit-Stop"] = _header("; ".join(message.stop.splitlines()))
    mail.set_content(render_text(message))
    mail.add_alternative(render_html(message), subtype="html")
    return mail


def _header(text: str) -> str:
    """One line in which nothing is encoded yet: the email package would decode it.

    ``=?utf-8?q?=0D=0ABcc:...?=`` in a title becomes a header of its own otherwise.
    """
    return _ENCODED_WORD.sub("= ?", shortened(text, _HEADER_CHARS))


def send_mail(
    message: Message, recipient: str, secrets: Mapping[str, str], deadline: float
) -> None:
    """Hand the mail to the server; it is taken once that has answered 250 to all of it."""
    server = server_of(secrets)
    mail = mail_of(message, server.sender or recipient, recipient)
    with _errors_of(server, deadline), _connected(server, deadline) as smtp:
        _secure(smtp, server)
        smtp.send_message(mail, server.sender or recipient, [recipient])


def _secure(smtp: smtplib.SMTP, server: Server) -> None:
    """TLS and login; loopback needs none, and its certificates are made up, as a rule."""
    smtp.ehlo_or_helo_if_needed()
    if not server.is_tls and not _is_loopback(smtp):
        if smtp.has_extn("starttls"):
            code, _ = smtp.docmd("STARTTLS")
            if code == 220:
                _wrap(smtp, server.host)
                smtp.ehlo()
                server = Server(server.host, server.port, True, server.user, server.password)
        if server.user and not server.is_tls:
            raise DeliveryError(
                f"{server.host} offers no TLS, and no password is sent without", permanent=False
            )
    if server.user and not smtp.has_extn("auth"):
        raise DeliveryError(f"{server.host} offers no login", permanent=False)
    if server.user:
        smtp.login(server.user, server.password or "")


def _is_loopback(smtp: smtplib.SMTP) -> bool:
    return smtp.sock is not None and ip_address(smtp.sock.getpeername()[0]).is_loopback


def _wrap(smtp: smtplib.SMTP, host: str) -> None:
    """Go on over TLS; what came in the clear before counts no more."""
    assert smtp.sock is not None
    context = ssl.create_default_context()
    # Where the watch over the deadline can close it, before the handshake.
    smtp.sock = context.wrap_socket(smtp.sock, server_hostname=host, do_handshake_on_connect=False)
    smtp.file = None
    smtp.sock.do_handshake()


@contextmanager
def _connected(server: Server, deadline: float) -> Iterator[smtplib.SMTP]:
    """A connection that has been greeted; it is closed at the deadline, come what may.

    smtplib's own timeout begins anew with every byte, and it looks names up without one.
    """
    smtp = smtplib.SMTP(local_hostname=_own_name(), timeout=_left_s(deadline))
    smtp.sock = _socket(server, deadline)
    watch = threading.Timer(_left_s(deadline), _hang_up, [smtp])
    watch.daemon = True
    watch.start()
    try:
        if server.is_tls:
            _wrap(smtp, server.host)
        code, words = smtp.getreply()
        if code != 220:
            raise smtplib.SMTPConnectError(code, words)
        yield smtp
        _quit(smtp)
    finally:
        watch.cancel()
        smtp.close()


def _quit(smtp: smtplib.SMTP) -> None:
    """A farewell; the mail is the server's by now, whatever it answers."""
    with suppress(smtplib.SMTPException, OSError):
        if smtp.sock is not None:
            smtp.sock.settimeout(_QUIT_S)
        smtp.quit()


def _hang_up(smtp: smtplib.SMTP) -> None:
    with suppress(OSError):
        if smtp.sock is not None:
            smtp.sock.shutdown(socket.SHUT_RDWR)


def _socket(server: Server, deadline: float) -> socket.socket:
    addresses = resolve(server.host, server.port, _left_s(deadline))
    for address in addresses[:-1]:
        with suppress(OSError):
            share_s = _left_s(deadline) / len(addresses)
            return socket.create_connection((address, server.port), timeout=share_s)
    return socket.create_connection((addresses[-1], server.port), timeout=_left_s(deadline))


def _left_s(deadline: float) -> float:
    return max(0.001, deadline - time.monotonic())


def _own_name() -> str:
    name = socket.gethostname()
    return name if _HOST_NAME.match(name) else "localhost"


@contextmanager
def _errors_of(server: Server, deadline: float) -> Iterator[None]:
    """Turn what smtplib and sockets raise into DeliveryErrors without the password."""
    try:
        yield
    except DeliveryError:
        raise
    except (smtplib.SMTPException, OSError, ValueError) as exc:
        if time.monotonic() >= deadline:
            words, permanent = "no whole answer in time", False
        else:
            words, permanent = _reason(exc)
        if server.password:
            words = words.replace(server.password, "***")
        raise DeliveryError(f"{server.host}: {words}", permanent=permanent) from None


def _reason(exc: Exception) -> tuple[str, bool]:
    """What the server says, and whether it says it of this mail and for good."""
    match exc:
        case smtplib.SMTPRecipientsRefused():
            code, words = next(iter(exc.recipients.values()))
            return _said(code, words), 500 <= code < 600
        case smtplib.SMTPSenderRefused() | smtplib.SMTPDataError():
            return _said(exc.smtp_code, exc.smtp_error), 500 <= exc.smtp_code < 600
        case smtplib.SMTPAuthenticationError():
            return f"the login is refused: {_said(exc.smtp_code, exc.smtp_error)}", False
        case smtplib.SMTPResponseException():
            return _said(exc.smtp_code, exc.smtp_error), False
        case smtplib.SMTPServerDisconnected():
            return "the connection broke off", False
        case smtplib.SMTPNotSupportedError() | UnicodeError():
            return "the server cannot carry this address", True
        case ssl.SSLCertVerificationError():
            return f"the certificate is not trusted: {exc.verify_message}", False
        case OSError():
            return f"no connection: {(exc.strerror or str(exc)).lower()}", False
    return f"the mail cannot be sent: {one_line(str(exc))[:200]}", True


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {shortened(text, 200)}"
