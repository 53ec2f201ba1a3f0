"""A mail server and a webhook that fail in every way: at the end the totals are exact.

Rounds of the product's own run feed both while they are away, hang, refuse, hang up, or take
a message and then fail.  The receivers keep what came and what they made of it; the tests
hold that against what was put into the archive, and against the ledger.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import random
import re
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Literal

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from searchkit import alerts, deliver
from searchkit.alerts import sending
from searchkit.alerts.sending import Sent
from tests.alerting import Desk
from tests.conftest import Run
from tests.test_alerts_sending import run_later
from tests.test_deliver_mail import Server
from tests.test_schema import lines

MAIL, HOOK = "mailto:desk@mfa.example", "env:HOOK"
QUERIES = {"dams": "dam", "even": "dam even"}
FEEDS, PAGES = 15, 3
ROUNDS = 3 * FEEDS
HANGS, HANG_S = (9, 30), 0.5  # rounds that bring new texts
SEED = 1
WORDS = """apple barley bridge canal cattle cement charcoal copper cotton ferry flax forest
    furnace garden granite harvest honey iron kettle ladder lantern leather linen marble market
    meadow mill mortar oats orchard paper pasture pepper pottery quarry railway rice saddle salt
    silver spice stable sugar tannery timber vineyard wagon wheat wine wool""".split()
TOKEN = re.compile(r"\bK[0-9]{4}\b")  # one in each text, to know it again

# What a receiver makes of a message, and in which moment.
Fate = Literal["take", "refuse early", "refuse late", "cut early", "cut late", "hang early",
               "take, refuse", "take, cut", "take, half", "take, hang"]  # fmt: skip
FATES: tuple[Fate, ...] = ("take", "take", "refuse early", "refuse late", "cut early", "cut late",
                           "take, refuse", "take, cut", "take, half")  # fmt: skip
HANGING: tuple[Fate, ...] = ("hang early", "take, hang")


@dataclass
class Attempts:
    """What came, and how it went; a message that was not read has no id."""

    chance: random.Random
    fates: tuple[Fate, ...] = FATES
    seen: list[tuple[str | None, Fate, frozenset[str]]] = field(default_factory=list)

    def fate(self) -> Fate:
        return self.chance.choice(self.fates)

    def taken(self) -> Iterator[tuple[str, frozenset[str]]]:
        for message_id, fate, told in self.seen:
            if fate.startswith("take"):
                assert message_id is not None
                yield message_id, told


class Mailbox:
    """Handles what the mail server is sent."""

    def __init__(self, attempts: Attempts) -> None:
        self.attempts = attempts
        self.fate: Fate = "take"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.fate = self.attempts.fate()
        if self.fate.endswith("early"):
            self.attempts.seen.append((None, self.fate, frozenset()))
            return await self._end(server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        plain = mail.get_body(("plain",))
        assert plain is not None
        message_id = mail["Message-ID"].removeprefix("<").removesuffix("@searchkit.local>")
        told = frozenset(TOKEN.findall(plain.get_content()))
        self.attempts.seen.append((message_id, self.fate, told))
        return await self._end(server)

    async def _end(self, server: SMTP) -> str:
        assert isinstance(server.transport, asyncio.Transport)
        if "hang" in self.fate:
            await asyncio.sleep(60)
        if "half" in self.fate:
            server.transport.write(b"25")
        if "cut" in self.fate or "half" in self.fate:
            server.transport.close()
        return "451 later" if "refuse" in self.fate else "250 OK"


class Hook(BaseHTTPRequestHandler):
    server: Hooks

    def do_POST(self) -> None:
        attempts = self.server.attempts
        fate = attempts.fate()
        if fate.endswith("early"):
            attempts.seen.append((None, fate, frozenset()))
        else:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            items = json.loads(body)["items"]
            told = frozenset(TOKEN.findall(" ".join(item["text"] for item in items)))
            attempts.seen.append((self.headers["Idempotency-Key"], fate, told))
            assert len(items) == len(told)
        if "hang" in fate:
            self.server.closed.wait(60)
        elif "half" in fate:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Le")
        elif "cut" not in fate:
            self.send_response(500 if "refuse" in fate else 204)
            self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


class Hooks(ThreadingHTTPServer):
    """A webhook at whatever port is free."""

    daemon_threads = True

    def __init__(self, attempts: Attempts) -> None:
        super().__init__(("127.0.0.1", 0), Hook)
        self.attempts = attempts
        self.closed = Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """The client hangs up on one that hangs."""


@dataclass
class Receivers:
    mail: Attempts
    hook: Attempts
    ports: dict[str, int]
    tries: int = 0

    def secrets(self, away: str | None = None) -> dict[str, str]:
        """The environment; where one is ``away``, nobody listens at its port."""
        ports = self.ports if away is None else self.ports | {away: closed_port()}
        return {
            "SEARCHKIT_SMTP": f"smtp://127.0.0.1:{ports['mail']}?from=me@x.example",
            "HOOK": f"http://127.0.0.1:{ports['hook']}/hook",
        }

    def seen(self) -> int:
        return len(self.mail.seen) + len(self.hook.seen)

    def turn(self, fates: tuple[Fate, ...]) -> None:
        self.mail.fates = self.hook.fates = fates


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def receivers() -> Iterator[Receivers]:
    """Both running, with misfortunes that are the same each time."""
    mail, hook = Attempts(random.Random(f"mail {SEED}")), Attempts(random.Random(f"hook {SEED}"))
    server = Server(Mailbox(mail), hostname="127.0.0.1", port=0)
    server.start()
    with Hooks(hook) as hooks:
        thread = Thread(target=hooks.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield Receivers(mail, hook, {"mail": server.port, "hook": hooks.server_address[1]})
        hooks.closed.set()
        hooks.shutdown()
        thread.join()
    server.stop()


def feed(desk: Desk, number: int, chance: random.Random) -> dict[str, set[str]]:
    """Keep some pages, a third of them without a dam; gives what each alert is to tell."""
    expected: dict[str, set[str]] = {name: set() for name in QUERIES}
    for page in range(number * PAGES, (number + 1) * PAGES):
        words = " and the ".join(chance.sample(WORDS, 6))
        what = "river" if page % PAGES == 2 else "dam"
        parity = "even" if page % 2 == 0 else "odd"
        text = f"The {what} of the {parity} list at K{page:04} will bring us the {words}, he said."
        desk.keep(str(page), text)
        if what == "dam":
            expected["dams"].add(f"K{page:04}")
            if parity == "even":
                expected["even"].add(f"K{page:04}")
    return expected


def one_round(
    desk: Desk, receivers: Receivers, monkeypatch: pytest.MonkeyPatch, moment: datetime,
    *, away: str | None = None, hangs: bool = False,
) -> Sent:  # fmt: skip
    """A run; each try is one that a receiver has seen, or found nobody at the port."""
    before = receivers.seen()
    with monkeypatch.context() as patch:
        if hangs:
            patch.setattr(deliver, "TIMEOUT_S", HANG_S)
        secrets = receivers.secrets(away)
        sent = run_later(desk, monkeypatch, moment, secrets=secrets, allow_private=True).sent
    target = {"mail": MAIL, "hook": HOOK}.get(away or "", " ")
    unseen = sum(line.startswith(target) for line in sent.lines)
    if not hangs:  # in so short a time a slow machine may not come to see a try
        assert sent.sent + sent.put_off == receivers.seen() - before + unseen
    assert sent.failed == 0
    receivers.tries += sent.sent + sent.put_off
    return sent


def play(desk: Desk, receivers: Receivers, monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """Rounds of misfortune while texts come in, then quiet ones; gives what was to be told."""
    monkeypatch.setattr(sending, "_JITTER", 0.0)  # the same misfortunes each time
    chance = random.Random(f"rounds {SEED}")
    moment = datetime(2024, 5, 6, 12, tzinfo=UTC)
    expected: dict[str, set[str]] = {name: set() for name in QUERIES}
    for name, query in QUERIES.items():
        desk.add(name, query, [MAIL, HOOK], now=moment)
    for number in range(ROUNDS):
        if number % (ROUNDS // FEEDS) == 0:
            for name, tokens in feed(desk, number * FEEDS // ROUNDS, chance).items():
                expected[name] |= tokens
        hangs, away = number in HANGS, chance.choice(["mail", "hook", None, None, None, None])
        receivers.turn(HANGING if hangs else FATES)
        away = None if hangs else away
        one_round(desk, receivers, monkeypatch, moment, away=away, hangs=hangs)
        moment += timedelta(minutes=chance.uniform(1, 60))
    receivers.turn(("take",))
    moment += timedelta(hours=8)  # longer than any wait
    assert one_round(desk, receivers, monkeypatch, moment).put_off == 0
    moment += timedelta(hours=8)
    assert one_round(desk, receivers, monkeypatch, moment).sent == 0
    return expected


def check_receiver(attempts: Attempts, expected: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    """Nothing is missing, nothing told twice but what was taken by one that then failed."""
    fates: dict[str, list[Fate]] = {}
    for message_id, fate, _ in attempts.seen:
        if message_id is not None:
            fates.setdefault(message_id, []).append(fate)
    for message_id, found in fates.items():
        # Taken and confirmed once, and never sent again after that.
        assert found.count("take") == 1, message_id
        assert found[-1] == "take", message_id
    messages: dict[str, frozenset[str]] = {}
    for message_id, told in attempts.taken():
        assert messages.setdefault(message_id, told) == told  # what comes again is the same
    told_of = Counter(token for told in messages.values() for token in told)
    assert told_of == Counter(token for tokens in expected.values() for token in tokens)
    return messages


def test_receivers_that_fail_in_every_way_are_told_all_and_nothing_twice(
    desk: Desk, receivers: Receivers, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = play(desk, receivers, monkeypatch)
    assert len(expected["dams"]) == FEEDS * 2
    both = {MAIL: receivers.mail, HOOK: receivers.hook}
    for attempts in both.values():
        # All of it has happened, or the test has shown little.
        assert {fate for _, fate, _ in attempts.seen} >= set(FATES)
        assert any("hang" in fate for _, fate, _ in attempts.seen)
    messages = {target: check_receiver(attempts, expected) for target, attempts in both.items()}
    assert [len(found) for found in messages.values()] == [FEEDS * len(QUERIES)] * 2

    log = lines(run("alert", "log", "--limit", "1000", "--format", "jsonl").stdout)
    assert {entry["state"] for entry in log} == {"sent"}
    assert sum(entry["tries"] for entry in log) == receivers.tries
    for target, attempts in both.items():
        of_target = {e["message_id"]: e["items"] for e in log if e["target"] == target}
        assert of_target == {one: len(told) for one, told in messages[target].items()}
        repeated = len(list(attempts.taken())) - len(messages[target])
        assert repeated == sum(fate.startswith("take,") for _, fate, _ in attempts.seen)
    assert len({entry["message_id"] for entry in log}) == len(log)
    with alerts.open_ledger(desk.path) as ledger:
        for name, tokens in expected.items():
            assert ledger.told_counts([ledger.alert(name)]) == [len(tokens)]
