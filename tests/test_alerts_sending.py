"""Messages reach their targets: tried again, given up loudly, never lost, never repeated."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from searchkit import alerts
from searchkit.alerts import running
from searchkit.alerts.running import locked
from searchkit.alerts.sending import send_due
from searchkit.archive.outbox import Delivery, NewMessage, Outbox
from searchkit.errors import Busy
from searchkit.search import open_index
from tests.alerting import DAM, Desk

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


class Receiver:
    """A command that takes messages, or leaves with the status that stands in its file."""

    def __init__(self, folder: Path, name: str = "receiver") -> None:
        self.status = folder / f"{name}.status"
        self.taken = folder / f"{name}.jsonl"
        script = folder / f"{name}.py"
        script.write_text(
            "import sys, pathlib\n"
            f"status = int(pathlib.Path({str(self.status)!r}).read_text())\n"
            f"if status >= 0: open({str(self.taken)!r}, 'a').write(sys.stdin.read())\n"
            "sys.exit(abs(status))\n"
        )
        self.target = "exec:" + json.dumps([sys.executable, str(script)])
        self.answer(0)

    def answer(self, status: int) -> None:
        """Below 0: leave without taking; above: take it, and leave so all the same."""
        self.status.write_text(str(status))

    def ids(self) -> list[str]:
        if not self.taken.exists():
            return []
        lines = self.taken.read_text(encoding="utf-8").splitlines()
        return [json.loads(line)["message_id"] for line in lines if line.strip()]


def delivery(desk: Desk) -> Any:
    with alerts.open_ledger(desk.path) as ledger:
        (found,) = ledger.deliveries(None, 10)
    return found


def run_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, moment: datetime, **wishes: Any
) -> alerts.Report:
    def send(ledger: Any, **options: Any) -> Any:
        return send_due(ledger, now=lambda: moment, **options)

    with monkeypatch.context() as patch:
        patch.setattr(running, "send_due", send)
        return desk.run(now=moment, **wishes)


def test_a_target_that_fails_for_now_is_tried_later_and_later(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = Receiver(tmp_path)
    receiver.answer(-75)
    desk.add("dams", "dam", [receiver.target], now=NOON)
    desk.keep("1", DAM)
    report = run_later(desk, monkeypatch, NOON)
    assert (report.exit_status, report.sent.put_off) == (75, 1)
    waits = []
    moment = NOON
    for _ in range(3):
        due = datetime.fromisoformat(delivery(desk).due)
        waits.append((due - moment).total_seconds())
        assert run_later(desk, monkeypatch, due - timedelta(seconds=2)).sent.put_off == 0
        moment = due
        run_later(desk, monkeypatch, moment)
    assert 45 <= waits[0] <= 75
    assert 90 <= waits[1] <= 150
    assert 180 <= waits[2] <= 300
    receiver.answer(0)
    moment = datetime.fromisoformat(delivery(desk).due)
    assert run_later(desk, monkeypatch, moment).sent.sent == 1
    assert (delivery(desk).state, delivery(desk).tries, delivery(desk).body) == ("sent", 5, None)
    assert len(receiver.ids()) == 1


def test_after_five_days_it_is_given_up_and_can_be_taken_up_again(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = Receiver(tmp_path)
    receiver.answer(-75)
    desk.add("dams", "dam", [receiver.target], now=NOON)
    desk.keep("1", DAM)
    run_later(desk, monkeypatch, NOON)
    report = run_later(desk, monkeypatch, NOON + timedelta(days=5, hours=1))
    assert (report.exit_status, report.sent.failed, delivery(desk).state) == (1, 1, "failed")
    with alerts.open_ledger(desk.path) as ledger:
        ((target, state, messages, _, reason),) = ledger.stuck()
    assert (target, state, messages) == (receiver.target, "failed", 1)
    assert reason
    assert desk.run().sent.sent == 0
    receiver.answer(0)
    assert desk.run(retry_failed=True).sent.sent == 1
    assert len(receiver.ids()) == 1


def test_a_clock_that_was_wrong_puts_nothing_off_for_a_year(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = Receiver(tmp_path)
    receiver.answer(-75)
    desk.add("dams", "dam", [receiver.target])
    desk.keep("1", DAM)
    run_later(desk, monkeypatch, datetime.now(UTC) + timedelta(days=365))
    receiver.answer(0)
    assert desk.run().sent.sent == 1


def test_one_target_that_fails_holds_up_no_other(desk: Desk, tmp_path: Path) -> None:
    failing, sound = Receiver(tmp_path, "failing"), Receiver(tmp_path, "sound")
    failing.answer(-75)
    desk.add("dams", "dam", [failing.target, sound.target, desk.target])
    desk.add("valleys", "valley", [failing.target, sound.target])
    desk.keep("1", DAM)
    report = desk.run()
    assert (report.sent.sent, report.sent.put_off) == (3, 1)  # its second message waits
    assert len(sound.ids()) == 2
    assert len(desk.items()) == 1


def test_a_stop_between_delivery_and_mark_repeats_the_same_id(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = Receiver(tmp_path)
    desk.add("dams", "dam", [receiver.target])
    desk.keep("1", DAM)

    def stopped(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Outbox, "mark_sent", stopped)
        with pytest.raises(KeyboardInterrupt):
            desk.run()
    desk.run()
    desk.run()
    first, second = receiver.ids()
    assert first == second


def test_a_run_that_fails_after_sending_sends_one_mail(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = Receiver(tmp_path)
    desk.add("dams", "dam", [receiver.target])
    desk.keep("1", DAM)

    def stopped(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Outbox, "end_run", stopped)
        with pytest.raises(KeyboardInterrupt):
            desk.run()
    for _ in range(10):
        desk.run()
    assert len(receiver.ids()) == 1


@pytest.mark.parametrize("step", ["begin_run", "advance", "put", "mark_sent", "end_run"])
def test_stopped_before_and_after_every_step_nothing_is_lost(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    desk.add("dams", "dam")
    desk.add("valleys", "valley", digest=True)
    desk.keep("1", DAM)
    real = getattr(alerts.Ledger, step)

    def stopped_before(*arguments: Any) -> None:
        raise KeyboardInterrupt

    def stopped_after(*arguments: Any) -> None:
        real(*arguments)
        raise KeyboardInterrupt

    for stopped in (stopped_before, stopped_after):
        with monkeypatch.context() as patch:
            patch.setattr(alerts.Ledger, step, stopped)
            with pytest.raises(KeyboardInterrupt):
                desk.run()
    desk.run()
    told = {(item["message_id"], *item["alerts"]) for item in desk.items()}
    assert {name for _, name in told} == {"dams", "valleys"}
    assert len(told) == 2


def test_two_runs_never_overlap(desk: Desk) -> None:
    with locked(desk.path), pytest.raises(Busy):
        desk.run()
    assert desk.run().exit_status == 0


def test_a_message_that_cannot_be_read_holds_up_none_behind_it(desk: Desk) -> None:
    desk.add("dams", "dam")
    desk.keep("1", DAM)
    with alerts.open_ledger(desk.path) as ledger:
        run = ledger.begin_run("2024-05-06T12:00:00+00:00")
        bad = Delivery("bad", desk.target, ("dams",), 1, "2024-05-06T12:00:00+00:00",
                       "2024-05-06T12:00:00+00:00", "{}", run=run)  # fmt: skip
        ledger.put([NewMessage(bad, ())], (), "2024-05-06T12:00:00+00:00")
    assert desk.run().sent.failed == 1  # it is old: not tried again
    assert len(desk.items()) == 1


KILLS = 12


def test_killed_at_random_moments_every_match_is_told_once(desk: Desk, tmp_path: Path) -> None:
    queries = {"dams": "dam", "even": "even", "both": "dam even", "odd": "odd OR dam"}
    for name, query in queries.items():
        desk.add(name, query, digest=name in ("even", "both"))
    chance = random.Random()
    command = [sys.executable, "-m", "searchkit", "--index", str(desk.path), "alert", "run"]
    for number in range(KILLS):
        word = "even" if number % 2 == 0 else "odd"
        desk.keep(str(number), f"Dam {number} of the {word} list was seen by {number * 31} people.")
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.15, 0.9))
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    desk.run()

    messages: dict[str, list[str]] = {}
    for item in desk.items():
        messages.setdefault(item["message_id"], []).append(item["passage_id"])
    told: dict[str, list[str]] = {name: [] for name in queries}
    seen = set()
    for item in desk.items():
        if (item["message_id"], item["passage_id"]) in seen:
            continue  # the same message, sent again
        seen.add((item["message_id"], item["passage_id"]))
        for name in item["alerts"]:
            told[name].append(item["passage_id"])
    assert len(desk.items()) - len(seen) <= KILLS * KILLS
    with open_index(desk.path) as index:
        for name, query in queries.items():
            found = index.search(query, limit=100).hits
            expected = sorted(hit.passage.id for hit in found if hit.matched == "all")
            assert sorted(told[name]) == expected, name
