"""What alerts have found, put into messages: to whom, when, and under which id.

The ledger's waiting rows go in, messages come out in its outbox.  An alert that tells daily
is due at the first run of a day, one that tells hourly at the first of an hour, in UTC; "now"
is every run.  Alerts with a digest share one message to each target, in which a passage
stands once.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from searchkit.alerts.items import merged
from searchkit.archive.alerting import Alert, Every, Ledger, Told
from searchkit.archive.outbox import Delivery, NewMessage, to_second
from searchkit.deliver import Item, Message, read_item, render_json

MAX_ITEMS = 100
"""Passages in one message; more make more messages, none is left out."""

# Two times of one text are in one hour, day or ISO week.
_PERIOD = {"hourly": "%Y-%m-%d %H", "daily": "%Y-%m-%d", "weekly": "%G-%V"}


def is_due(every: Every, last: str, now: datetime) -> bool:
    """Whether an alert whose last message was due then has another one due.

    >>> noon = datetime(2026, 2, 10, 12, tzinfo=UTC)
    >>> is_due("daily", "2026-02-10T06:00:00+00:00", noon)
    False
    >>> is_due("daily", "2026-02-09T23:59:00+00:00", noon)
    True
    """
    if every == "now":
        return True
    period = _PERIOD[every]
    return datetime.fromisoformat(last).astimezone(UTC).strftime(period) != now.strftime(period)


def compose(ledger: Ledger, alerts: Sequence[Alert], run: int, now: datetime, index: Path) -> int:
    """Put what is due into the outbox; gives the number of messages.

    ``index`` is the directory that the commands in a message name.
    """
    due = [alert for alert in alerts if is_due(alert.every, alert.composed, now)]
    by_number = {alert.number: alert for alert in due}
    waiting = ledger.waiting(by_number)
    if not waiting and all(alert.every == "now" for alert in due):
        return 0
    messages = [
        _message(by_number, rows, target, run, now, index)
        for target, told in _shared(by_number, waiting)
        for rows in _pages(told)
    ]
    ledger.put(messages, by_number, to_second(now))
    return len(messages)


def compose_again(
    ledger: Ledger, alert: Alert, told: Sequence[tuple[Told, Item]], run: int, now: datetime,
    index: Path,
) -> int:  # fmt: skip
    """Messages of what was told before, under ids of their own."""
    messages = [
        _message({alert.number: alert}, rows, target, run, now, index, again=True)
        for target in alert.targets
        for rows in _pages(told)
    ]
    ledger.put(messages, (), to_second(now))
    return len(messages)


def _shared(
    alerts: Mapping[int, Alert], waiting: Sequence[Told]
) -> Iterator[tuple[str, list[tuple[Told, Item]]]]:
    """What each target gets at once: all digests together, other alerts one by one."""
    groups: dict[tuple[str, int], list[tuple[Told, Item]]] = {}
    for told in waiting:
        alert = alerts[told.alert]
        item = read_item(told.item or "{}")
        for target in alert.targets:
            key = target, 0 if alert.digest else alert.number
            groups.setdefault(key, []).append((told, item))
    for (target, _), rows in groups.items():
        yield target, rows


def _pages(told: Sequence[tuple[Told, Item]]) -> Iterator[list[tuple[Told, Item]]]:
    """The rows of each message: passages of one document together, a passage never apart."""
    passages: dict[str, dict[str, list[tuple[Told, Item]]]] = {}
    for row in told:
        document = passages.setdefault(row[0].document, {})
        document.setdefault(row[0].passage, []).append(row)
    page: list[tuple[Told, Item]] = []
    count = 0
    for rows in (rows for document in passages.values() for rows in document.values()):
        if count == MAX_ITEMS:
            yield page
            page, count = [], 0
        page += rows
        count += 1
    if page:
        yield page


def _message(
    alerts: Mapping[int, Alert],
    rows: Sequence[tuple[Told, Item]],
    target: str,
    run: int,
    now: datetime,
    index: Path,
    *,
    again: bool = False,
) -> NewMessage:
    by_passage: dict[str, list[Item]] = {}
    for told, item in rows:
        by_passage.setdefault(told.passage, []).append(item)
    items = tuple(merged(same) for same in by_passage.values())
    names = tuple(dict.fromkeys(alerts[told.alert].name for told, _ in rows))
    message_id = _id(alerts, [told for told, _ in rows], target, str(run) if again else "")
    command = _command(index)
    message = Message(
        id=message_id,
        alerts=names,
        subject=("Again: " if again else "") + _subject(names, items),
        created=now,
        items=items,
        query=f"{command} log --message {message_id}",
        stop="\n".join(f"{command} remove {shlex.quote(name)}" for name in names),
    )
    moment = to_second(now)
    body = render_json(message)
    delivery = Delivery(message_id, target, names, len(items), moment, moment, body, run=run)
    return NewMessage(delivery, tuple(told.number for told, _ in rows))


def _id(alerts: Mapping[int, Alert], told: Sequence[Told], target: str, again: str) -> str:
    """The same for the same passages told by the same alerts to the same target."""
    parts = [target, again]
    for row in told:
        alert = alerts[row.alert]
        parts += [str(alert.number), alert.created, row.passage, str(row.version)]
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def _command(index: Path) -> str:
    where = "" if index == Path("index") else f" --index {shlex.quote(str(index))}"
    return f"searchkit{where} alert"


def _subject(names: Sequence[str], items: Sequence[Item]) -> str:
    """One line: which alert, how much is new, how much was edited.

    >>> _subject(["dams"], [])
    'dams: nothing new'
    """
    edited = sum(bool(item.changes) for item in items)
    new = len(items) - edited
    told = [f"{new:,} new"] if new else []
    told += [f"{edited:,} edited"] if edited else []
    shown = names[0] if len(names) == 1 else f"{len(names):,} alerts"
    return f"{shown}: {', '.join(told) or 'nothing new'}"
