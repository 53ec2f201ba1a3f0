"""Messages reach their targets: tried again, given up loudly, never lost, never repeated."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from searchkit import alerts
from searchkit.alerts import running, sending
from searchkit.alerts.running import locked
from searchkit.alerts.sending import send_due
from searchkit.archive.outbox import Delivery, NewMessage
from searchkit.errors import Busy, DeliveryError
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


@pytest.mark.parametrize(("asked_s", "wait_s"), [(1.0, 60), (7_200.0, 7_200), (1e9, 24 * 3_600)])
def test_a_target_is_left_alone_as_long_as_it_asks_and_a_day_at_most(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, asked_s: float, wait_s: float
) -> None:
    def busy(*_: Any, **options: Any) -> None:
        raise DeliveryError("busy", permanent=False, retry_after_s=asked_s)

    monkeypatch.setattr(sending, "send", busy)
    monkeypatch.setattr(sending, "_JITTER", 0.0)
    desk.add("dams", "dam", now=NOON)
    desk.keep("1", DAM)
    run_later(desk, monkeypatch, NOON)
    due = datetime.fromisoformat(delivery(desk).due)
    assert (due - NOON).total_seconds() == wait_s


def test_no_wait_is_longer_than_six_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_JITTER", 0.0)
    tried = Delivery("m", "-", ("dams",), 1, NOON.isoformat(), None, None, tries=15)
    assert sending._next_try(tried, None, NOON) == "2024-05-06T18:00:00+00:00"


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
    assert desk.run(retry_failed=True).sent.put_off == 1  # for five days more
    later = datetime.now(UTC) + timedelta(days=5, hours=1)
    assert run_later(desk, monkeypatch, later).sent.failed == 1
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


def stopped(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, step: str, do: Callable[..., Any] | None = None
) -> None:
    """A run that is stopped at a step of the ledger, after it has done something or nothing."""

    def stop(*arguments: Any) -> None:
        if do is not None:
            do(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(alerts.Ledger, step, stop)
        with pytest.raises(KeyboardInterrupt):
            desk.run()


def test_a_stop_between_delivery_and_mark_repeats_the_same_id(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = Receiver(tmp_path)
    desk.add("dams", "dam", [receiver.target])
    desk.keep("1", DAM)
    stopped(desk, monkeypatch, "mark_sent")
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
    stopped(desk, monkeypatch, "mark_sent", alerts.Ledger.mark_sent)
    for _ in range(10):
        desk.run()
    assert len(receiver.ids()) == 1


@pytest.mark.parametrize("step", ["begin_run", "advance", "put", "mark_sent"])
def test_stopped_before_and_after_every_step_nothing_is_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    desk.add("dams", "dam")
    desk.add("valleys", "valley", digest=True)
    desk.keep("1", DAM)
    for do in (None, getattr(alerts.Ledger, step)):
        stopped(desk, monkeypatch, step, do)
    desk.run()
    told = {(item["message_id"], *item["alerts"]) for item in desk.items()}
    assert {name for _, name in told} == {"dams", "valleys"}
    assert len(told) == 2


def test_an_alert_that_is_paused_while_a_run_is_under_way_stays_where_it_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = desk.add("dams", "dam").revision
    desk.keep("1", DAM)
    real = alerts.Ledger.advance

    def pause_first(ledger: alerts.Ledger, *arguments: Any) -> None:
        ledger.set_state(ledger.alert("dams"), "paused")
        real(ledger, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(alerts.Ledger, "advance", pause_first)
        assert desk.news() == []
    assert desk.alert("dams").revision == before
    with alerts.open_ledger(desk.path) as ledger:
        alerts.resume(ledger, ledger.alert("dams"))
    assert [item["text"] for item in desk.news()] == [DAM]


def test_what_waits_goes_with_its_alert_but_not_what_tells_of_others(
    desk: Desk, tmp_path: Path
) -> None:
    alone, shared = Receiver(tmp_path, "alone"), Receiver(tmp_path, "shared")
    desk.add("dams", "dam", [alone.target, shared.target], digest=True)
    desk.add("valleys", "valley", [shared.target], digest=True)
    desk.keep("1", DAM)
    for receiver in (alone, shared):
        receiver.answer(-1)
    assert desk.run().sent.failed == 2
    with alerts.open_ledger(desk.path) as ledger:
        alerts.remove(ledger, ledger.alert("dams"))
    for receiver in (alone, shared):
        receiver.answer(0)
    assert desk.run(retry_failed=True).sent.sent == 1
    assert (len(alone.ids()), len(shared.ids())) == (0, 1)


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
