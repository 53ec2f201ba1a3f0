"""Messages of alerts in the archive: what is to be sent, to whom, and what became of it.

A message and what it tells are kept in one transaction, and marked when its receiver has
taken it; so a stop between the two sends it once more, with the same id.  Nothing is sent
here, and what a message looks like is not known.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal, NamedTuple

from searchkit.archive import rows
from searchkit.archive.database import Database

DeliveryState = Literal["waiting", "sent", "failed", "dropped"]


def to_second(moment: datetime) -> str:
    """An aware time as the ledger keeps it: ISO 8601 in UTC, without fractions.

    >>> from datetime import UTC
    >>> to_second(datetime(2024, 5, 6, 7, 30, 1, 250, tzinfo=UTC))
    '2024-05-06T07:30:01+00:00'
    """
    return rows.utc_text(moment.replace(microsecond=0))


class Delivery(NamedTuple):
    """A message to one target; ``body`` is JSON and None once it was taken.

    ``due`` is None where nothing will be tried again.  Times are ISO 8601 in UTC.
    """

    id: str
    target: str
    names: tuple[str, ...]
    items: int
    created: str
    due: str | None
    body: str | None
    state: DeliveryState = "waiting"
    tries: int = 0
    run: int = 0
    done: str | None = None
    reason: str | None = None
    number: int = 0


class NewMessage(NamedTuple):
    """A message on its way into the outbox, with the rows of alert_told that it tells."""

    delivery: Delivery
    told: tuple[int, ...]


class Stuck(NamedTuple):
    """Deliveries to one target that were tried in vain."""

    target: str
    state: DeliveryState
    messages: int
    since: str
    reason: str | None


_LIGHT = "number, id, target, names, items, state, created, due, tries, run, done, reason"


class Outbox:
    """The messages' part of a `Ledger`."""

    _database: Database

    def begin_run(self, moment: str) -> int:
        """Number of a new run."""
        with self._database.transaction():
            self._database.run("INSERT INTO alert_runs (began) VALUES (?)", (moment,))
            return int(self._database.value("SELECT last_insert_rowid()"))

    def put(self, messages: Iterable[NewMessage], composed: Iterable[int], moment: str) -> None:
        """Keep messages, that what they tell is told, and the time for their alerts.

        One transaction: what is in a message is in no other one.
        """
        with self._database.transaction():
            for message in messages:
                number = self._insert(message.delivery)
                self._database.run_many(
                    "INSERT INTO alert_outbox_items (message, told) VALUES (?, ?)",
                    [(number, told) for told in message.told],
                )
                self._database.run(
                    """
                    UPDATE alert_told SET state = 'told', item = NULL
                    WHERE number IN (SELECT value FROM json_each(?))
                    """,
                    (json.dumps(message.told),),
                )
            self._database.run(
                "UPDATE alerts SET composed = ? WHERE number IN (SELECT value FROM json_each(?))",
                (moment, json.dumps(list(composed))),
            )

    def _insert(self, delivery: Delivery) -> int:
        self._database.run(
            """
            INSERT INTO alert_outbox (id, target, names, items, state, created, due, run, body)
            VALUES (?, ?, ?, ?, 'waiting', ?, ?, ?, ?)
            """,
            (
                delivery.id,
                rows.storable(delivery.target),
                json.dumps(delivery.names),
                delivery.items,
                delivery.created,
                delivery.due,
                delivery.run,
                delivery.body,
            ),
        )
        return int(self._database.value("SELECT last_insert_rowid()"))

    def targets_due(self, moment: str, latest: str) -> list[str]:
        """Targets that something is due for, the longest waiting first.

        What is due after ``latest`` is due now: the clock was wrong when it was put off.
        """
        found = self._database.rows(
            """
            SELECT target FROM alert_outbox WHERE state = 'waiting' AND (due <= ? OR due > ?)
            GROUP BY target ORDER BY min(number)
            """,
            (moment, latest),
        )
        return [row["target"] for row in found]

    def next_due(self, target: str, moment: str, latest: str, after: int) -> Delivery | None:
        """The oldest delivery for a target that is due, behind the one of a number."""
        row = self._database.row(
            """
            SELECT * FROM alert_outbox WHERE state = 'waiting' AND target = ?
            AND (due <= ? OR due > ?) AND number > ? ORDER BY number LIMIT 1
            """,
            (target, moment, latest, after),
        )
        return None if row is None else _read(row)

    def mark_sent(self, delivery: Delivery, moment: str) -> None:
        """The receiver has taken it; what it said goes, which passages it told stays."""
        with self._database.transaction():
            self._database.run(
                """
                UPDATE alert_outbox SET state = 'sent', tries = tries + 1, due = NULL, done = ?,
                    reason = NULL, body = NULL WHERE number = ?
                """,
                (moment, delivery.number),
            )

    def mark_failed(self, delivery: Delivery, moment: str, reason: str, due: str | None) -> None:
        """It was not taken: try again when it is ``due``, or never."""
        with self._database.transaction():
            self._database.run(
                """
                UPDATE alert_outbox SET state = ?, tries = tries + 1, due = ?, done = ?,
                    reason = ? WHERE number = ?
                """,
                (
                    "failed" if due is None else "waiting",
                    due,
                    moment,
                    rows.storable(reason),
                    delivery.number,
                ),
            )

    def retry_failed(self, moment: str) -> int:
        """Let what has failed for good be tried again; gives how many messages that are."""
        with self._database.transaction():
            return self._database.run(
                "UPDATE alert_outbox SET state = 'waiting', due = ?, created = ? "
                "WHERE state = 'failed'",
                (moment, moment),
            )

    def drop_waiting(self, name: str, reason: str) -> int:
        """Send nothing more of an alert alone; digests that name others, too, go out."""
        with self._database.transaction():
            return self._database.run(
                """
                UPDATE alert_outbox SET state = 'dropped', due = NULL, reason = ?
                WHERE state IN ('waiting', 'failed') AND names = ?
                """,
                (reason, json.dumps((name,))),
            )

    def deliveries(self, name: str | None, limit: int) -> list[Delivery]:
        """The last messages, of one alert or of all, newest first; without their bodies."""
        found = self._database.rows(
            f"SELECT {_LIGHT}, NULL AS body FROM alert_outbox "  # noqa: S608 - a constant
            "WHERE ? IS NULL OR EXISTS (SELECT 1 FROM json_each(names) WHERE value = ?) "
            "ORDER BY number DESC LIMIT ?",
            (name, name, limit),
        )
        return [_read(row) for row in found]

    def delivery(self, message_id: str) -> Delivery | None:
        """A message by its id, or None."""
        row = self._database.row("SELECT * FROM alert_outbox WHERE id = ?", (message_id,))
        return None if row is None else _read(row)

    def told_by(self, delivery: Delivery) -> list[tuple[str, str]]:
        """Alert and passage of all that a message tells, in order."""
        found = self._database.rows(
            """
            SELECT a.name, t.passage FROM alert_outbox_items i
            JOIN alert_told t ON t.number = i.told JOIN alerts a ON a.number = t.alert
            WHERE i.message = ? ORDER BY i.told
            """,
            (delivery.number,),
        )
        return [(row["name"], row["passage"]) for row in found]

    def stuck(self) -> list[Stuck]:
        """Targets whose deliveries failed, for now or for good, oldest first."""
        found = self._database.rows(
            """
            SELECT target, state, count(*) AS messages, min(created) AS since,
                (SELECT reason FROM alert_outbox l WHERE l.target = o.target
                 AND l.state = o.state AND l.tries > 0 ORDER BY l.done DESC LIMIT 1) AS reason
            FROM alert_outbox o WHERE state = 'failed' OR (state = 'waiting' AND tries > 0)
            GROUP BY target, state ORDER BY since
            """
        )
        return [Stuck(*row) for row in found]


def _read(row: Any) -> Delivery:
    values: dict[str, Any] = {name: row[name] for name in Delivery._fields}
    return Delivery(**values | {"names": tuple(json.loads(row["names"]))})
