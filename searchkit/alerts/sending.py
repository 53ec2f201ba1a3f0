"""Messages out of the outbox to their targets, each marked once it was taken.

A ledger goes in, counts come out.  Targets are served side by side, so that one that hangs
holds up no other, and each in order.  A stop between a target's word and the mark sends a
message once more, with the same id: never is one lost, and none that was marked is repeated.
What fails for now is tried again later and later; what fails for good stays, to be seen.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from searchkit.archive.alerting import Ledger
from searchkit.archive.outbox import Delivery, to_second
from searchkit.deliver import read_message, redact, send
from searchkit.errors import DeliveryError

FIRST_WAIT_S = 60
"""Before the second try; each wait after it is twice as long."""

LONGEST_WAIT_S = 6 * 3600

LONGEST_ASKED_S = 24 * 3600
"""A target that asks to be left alone for longer is tried after a day."""

GIVEN_UP_AFTER = timedelta(days=5)
"""As mail servers do."""

_JITTER = 0.2
_AT_ONCE = 8


@dataclass(slots=True)
class Sent:
    """What became of the messages that were due: counts, and a line for each that failed."""

    sent: int = 0
    put_off: int = 0
    failed: int = 0
    lines: list[str] = field(default_factory=list)


def send_due(
    ledger: Ledger,
    *,
    secrets: Mapping[str, str],
    allow_private: bool = False,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Sent:
    """Send all that is due.  A target that fails for now gets nothing more this time."""
    done = Sent()
    moment = now()
    due = to_second(moment)
    latest = to_second(moment + timedelta(seconds=LONGEST_ASKED_S + 60))
    targets = ledger.targets_due(due, latest)

    def hand_over(delivery: Delivery) -> None:
        try:
            message = read_message(delivery.body or "{}")
            send(message, delivery.target, secrets=secrets, allow_private=allow_private)
        except (OSError, ValueError, LookupError, TypeError) as exc:
            # One message that cannot be sent must not hold up those behind it.
            raise DeliveryError(f"{type(exc).__name__}: {exc}", permanent=False) from exc

    if not targets:
        return done
    with ThreadPoolExecutor(min(_AT_ONCE, len(targets)), "deliver") as pool:
        running: dict[Future[None], Delivery] = {}

        def begin(target: str, after: int) -> None:
            delivery = ledger.next_due(target, due, latest, after)
            if delivery is not None:
                running[pool.submit(hand_over, delivery)] = delivery

        for target in targets:
            begin(target, 0)
        while running:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                delivery = running.pop(future)
                if _settle(ledger, delivery, future, now(), done):
                    begin(delivery.target, delivery.number)
    return done


def _settle(
    ledger: Ledger, delivery: Delivery, future: Future[None], now: datetime, done: Sent
) -> bool:
    """Keep what became of a message; whether its target can be given the next."""
    try:
        future.result()
    except DeliveryError as error:
        due = None if error.permanent else _next_try(delivery, error.retry_after_s, now)
        ledger.mark_failed(delivery, to_second(now), str(error), due)
        if due is None:
            done.failed += 1
        else:
            done.put_off += 1
        later = "not tried again" if due is None else f"tried again from {due}"
        done.lines.append(f"{redact(delivery.target)}: {error}; {later}")
        return due is None
    ledger.mark_sent(delivery, to_second(now))
    done.sent += 1
    return True


def _next_try(delivery: Delivery, asked_s: float | None, now: datetime) -> str | None:
    """When to try again; None where it was tried for too long."""
    if now - datetime.fromisoformat(delivery.created) > GIVEN_UP_AFTER:
        return None
    wait_s = min(FIRST_WAIT_S * 2 ** min(delivery.tries, 20), LONGEST_WAIT_S)
    wait_s *= 1 + random.uniform(-_JITTER, _JITTER)
    if asked_s is not None:
        wait_s = max(wait_s, min(asked_s, LONGEST_ASKED_S))
    return to_second(now + timedelta(seconds=wait_s))
