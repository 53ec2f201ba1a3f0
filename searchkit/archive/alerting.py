"""Alerts in the archive: saved queries, how far each has come, and what it has told.

Records go in and come out; one transaction keeps what a batch of passages is to the alerts
together with the revision they have reached.  Queries are not read here (`searchkit.alerts`
does), and messages are `outbox`'s.

The tables are written beside a writer of the archive, who never touches them: they need
short transactions and not the writer's lock.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, NamedTuple

from searchkit.archive import rows
from searchkit.archive.database import Database
from searchkit.archive.outbox import Outbox
from searchkit.errors import ArchiveError, UsageError

Every = Literal["now", "hourly", "daily", "weekly"]
AlertState = Literal["active", "paused", "stopped", "removed"]
ToldState = Literal["waiting", "told", "copy", "edit"]


@dataclass(frozen=True, slots=True)
class Alert:
    """A saved query; times are ISO 8601 in UTC.

    ``revision`` is the last one of the archive that it was held against.  What entered up
    to ``start_revision`` (passages up to the row ``start_passage``) is no news to it.
    ``composed`` is when its last message was due.
    """

    name: str
    query: str
    targets: tuple[str, ...]
    created: str
    composed: str
    filters: Mapping[str, Any] = field(default_factory=dict)
    every: Every = "now"
    digest: bool = False
    edits: bool = True
    state: AlertState = "active"
    reason: str | None = None
    revision: int = 0
    start_revision: int = 0
    start_passage: int = 0
    ran: str | None = None
    number: int = 0


class Told(NamedTuple):
    """What a passage was to an alert: told, a copy of what was told, or an edit left out.

    ``item`` is what will be sent, as JSON, while the state is "waiting".
    """

    alert: int
    story: str
    passage: str
    document: str
    version: int
    revision: int
    state: ToldState
    item: str | None = None
    number: int = 0


class OldText(NamedTuple):
    """The text of a version of a document, and the last revision that wrote it."""

    revision: int
    text: str


class Entered(NamedTuple):
    """When a passage entered: its row, which only grows; and the version that holds it."""

    number: int
    version: int


_COLUMNS = tuple(f.name for f in fields(Alert) if f.name != "number")
_TOLD = "number, alert, story, passage, document, version, revision, state, item"
_INSERT = (
    f"INSERT INTO alerts ({', '.join(_COLUMNS)}) "  # noqa: S608 - names of our own
    f"VALUES ({', '.join(':' + name for name in _COLUMNS)})"
)
_WRITE_TOLD = """
    INSERT INTO alert_told (alert, story, passage, document, version, revision, state, item, run)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (alert, passage) DO NOTHING
"""


class Ledger(Outbox):
    """The alerts' half of an archive; `open_ledger` opens it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def close(self) -> None:
        """Close the connection."""
        self._database.close()

    def alerts(self) -> list[Alert]:
        """All that were not removed, by name."""
        found = self._database.rows("SELECT * FROM alerts WHERE state <> 'removed' ORDER BY name")
        return [_read_alert(row) for row in found]

    def alert(self, name: str) -> Alert:
        """The alert of that name; UsageError where there is none."""
        row = self._database.row(
            "SELECT * FROM alerts WHERE name = ? AND state <> 'removed'", (rows.storable(name),)
        )
        if row is None:
            raise UsageError(f"no alert {name!r}. See: searchkit alert list")
        return _read_alert(row)

    def add(self, alert: Alert) -> Alert:
        """Keep a new alert; UsageError where the name is taken."""
        with self._database.transaction():
            taken = self._database.value(
                "SELECT 1 FROM alerts WHERE name = ? AND state <> 'removed'", (alert.name,)
            )
            if taken:
                raise UsageError(
                    f"there is an alert {alert.name!r}. Run: searchkit alert edit {alert.name}"
                )
            self._database.run(_INSERT, _alert_row(alert))
        return self.alert(alert.name)

    def change(self, alert: Alert) -> None:
        """Write all columns of an alert that is there."""
        with self._database.transaction():
            self._database.run(
                "UPDATE alerts SET "  # noqa: S608 - names of our own
                + ", ".join(f"{name} = :{name}" for name in _COLUMNS)
                + " WHERE number = :number",
                _alert_row(alert) | {"number": alert.number},
            )

    def set_state(self, alert: Alert, state: AlertState, reason: str | None = None) -> None:
        """Let an alert rest, go on, stop for a reason, or be gone; its history stays."""
        with self._database.transaction():
            self._database.run(
                "UPDATE alerts SET state = ?, reason = ? WHERE number = ?",
                (state, reason and rows.storable(reason), alert.number),
            )

    def revision(self) -> int:
        """Number of the archive's last change."""
        return int(self._database.value("SELECT revision FROM counter"))

    def last_passage(self) -> int:
        """The row of the passage that entered last."""
        return int(self._database.value("SELECT max(number) FROM passages") or 0)

    def last_passage_at(self, revision: int) -> int:
        """The last row of passages that entered up to a revision, as far as can be told."""
        found = self._database.value(
            """
            SELECT max(p.number) FROM passages p
            JOIN versions v ON v.document = p.document AND v.n = p.version
            WHERE v.revision <= ?
            """,
            (revision,),
        )
        return int(found or 0)

    def revision_before(self, moment: str) -> int:
        """The last revision before a time (ISO 8601 in UTC): what came later came after it."""
        found = self._database.value(
            "SELECT min(revision) FROM versions WHERE added_at >= ?", (moment,)
        )
        return self.revision() if found is None else int(found) - 1

    def last_passage_before(self, moment: str) -> int:
        """The last row of passages that entered before a time."""
        found = self._database.value(
            """
            SELECT max(p.number) FROM passages p
            JOIN versions v ON v.document = p.document AND v.n = p.version
            WHERE v.added_at < ?
            """,
            (moment,),
        )
        return int(found or 0)

    def first_entry(self) -> str | None:
        """When the oldest text entered the archive, None where it is empty."""
        found = self._database.value("SELECT min(added_at) FROM versions")
        return None if found is None else str(found)

    def entered(self, passages: Iterable[str]) -> dict[str, Entered]:
        """When each of these passages entered."""
        found = self._database.rows(
            "SELECT id, number, version FROM passages WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(passages)),),
        )
        return {row["id"]: Entered(row["number"], row["version"]) for row in found}

    def old_texts(self, document: str) -> list[OldText]:
        """The versions of a document before its current one, oldest first."""
        found = self._database.rows(
            """
            SELECT v.revision, v.text FROM documents d
            JOIN versions v ON v.document = d.number AND v.n < d.version
            WHERE d.id = ? ORDER BY v.n
            """,
            (document,),
        )
        return [OldText(row["revision"], rows.unpack(row["text"])) for row in found]

    def told(self, alert: int, passages: Iterable[str]) -> dict[str, Told]:
        """What an alert knows of these passages, by passage."""
        found = self._database.rows(
            f"SELECT {_TOLD} FROM alert_told WHERE alert = ? "  # noqa: S608 - a constant
            "AND passage IN (SELECT value FROM json_each(?))",
            (alert, json.dumps(list(passages))),
        )
        return {row["passage"]: _read_told(row) for row in found}

    def told_in(self, alert: int, documents: Iterable[str]) -> dict[str, list[tuple[Told, str]]]:
        """What an alert knows of passages that no longer stand in these documents.

        By document, with the words of each.
        """
        found = self._database.rows(
            f"SELECT t.{_TOLD.replace(', ', ', t.')}, p.text "  # noqa: S608 - a constant
            "FROM alert_told t JOIN passages p ON p.id = t.passage AND p.current = 0 "
            "WHERE t.alert = ? AND t.document IN (SELECT value FROM json_each(?)) "
            "ORDER BY t.number",
            (alert, json.dumps(list(documents))),
        )
        told: dict[str, list[tuple[Told, str]]] = {}
        for row in found:
            told.setdefault(row["document"], []).append((_read_told(row), row["text"]))
        return told

    def advance(
        self, run: int, told: Sequence[Told], alerts: Iterable[int], revision: int, moment: str
    ) -> None:
        """Keep what a batch was to the alerts, and that they have come so far: one transaction.

        No alert goes back, and one that was stopped or paused meanwhile stays where it is.
        """
        with self._database.transaction():
            self._database.run_many(_WRITE_TOLD, [(*row[:-1], run) for row in told])
            self._database.run(
                """
                UPDATE alerts SET revision = max(revision, ?), ran = ?
                WHERE state = 'active' AND number IN (SELECT value FROM json_each(?))
                """,
                (revision, moment, json.dumps(list(alerts))),
            )

    def waiting(self, alerts: Iterable[int]) -> list[Told]:
        """What these alerts have found and not yet put into a message, in order."""
        found = self._database.rows(
            f"SELECT {_TOLD} FROM alert_told WHERE state = 'waiting' "  # noqa: S608 - a constant
            "AND alert IN (SELECT value FROM json_each(?)) ORDER BY number",
            (json.dumps(list(alerts)),),
        )
        return [_read_told(row) for row in found]

    def told_since(self, alert: int, revision: int) -> list[Told]:
        """What an alert told of what entered from a revision on, in order."""
        found = self._database.rows(
            f"SELECT {_TOLD} FROM alert_told "  # noqa: S608 - a constant
            "WHERE alert = ? AND state = 'told' AND revision >= ? ORDER BY number",
            (alert, revision),
        )
        return [_read_told(row) for row in found]

    def told_counts(self, alerts: Sequence[Alert]) -> list[int]:
        """How many stories and edits each of these alerts has told or is about to tell."""
        found = self._database.rows(
            """
            SELECT alert, count(*) FROM alert_told WHERE state IN ('told', 'waiting')
            AND alert IN (SELECT value FROM json_each(?)) GROUP BY alert
            """,
            (json.dumps([alert.number for alert in alerts]),),
        )
        counts = dict(map(tuple, found))
        return [counts.get(alert.number, 0) for alert in alerts]


def _read_told(row: Any) -> Told:
    return Told(**{name: row[name] for name in Told._fields})


def _alert_row(alert: Alert) -> dict[str, object]:
    row = {name: getattr(alert, name) for name in _COLUMNS}
    row |= {"name": rows.storable(alert.name), "query": rows.storable(alert.query)}
    return row | {
        "targets": json.dumps(list(alert.targets)),
        "filters": json.dumps(dict(alert.filters), sort_keys=True),
        "digest": int(alert.digest),
        "edits": int(alert.edits),
    }


def _read_alert(row: Any) -> Alert:
    values = {f.name: row[f.name] for f in fields(Alert)}
    values["targets"] = tuple(json.loads(row["targets"]))
    values["filters"] = json.loads(row["filters"])
    return Alert(**values | {"digest": bool(row["digest"]), "edits": bool(row["edits"])})


@contextmanager
def open_ledger(path: Path, *, create: bool = False) -> Iterator[Ledger]:
    """The alerts of an index directory, for reading and writing, in a ``with`` block.

    With ``create`` an archive is made where there is none; else ArchiveError.  Waits for
    the archive's writer only where it is new or of an older version.
    """
    from searchkit.archive import open_archive

    file = path / "archive" / "searchkit.sqlite3"
    try:
        Database(file, write=False).close()
    except ArchiveError:  # missing or older, or what the next line tells of
        if not create and not file.exists():
            raise
        open_archive(path, write=True).close()
    ledger = Ledger(Database(file, write=True))
    try:
        yield ledger
    finally:
        ledger.close()
