"""One run of the alerts: what is new is matched, kept, composed and sent.

An index directory goes in, a `Report` comes out.  Each step is kept before the next begins,
and each can be stopped anywhere: the next run goes on from there.  Two runs never overlap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from searchkit.alerts.composing import compose
from searchkit.alerts.matching import Asked, match_new, read_alert
from searchkit.alerts.news import News
from searchkit.alerts.sending import Sent, send_due
from searchkit.archive import open_archive
from searchkit.archive.alerting import Alert, AlertState, Ledger, open_ledger
from searchkit.archive.lock import take_lock
from searchkit.archive.outbox import to_second
from searchkit.engines import chosen_engine, open_engine
from searchkit.errors import Busy, UsageError
from searchkit.indexer import update_index
from searchkit.search import Index, open_index

_LONG_AGO = timedelta(days=30)


@dataclass(slots=True)
class Report:
    """What a run did.  ``stopped`` are alerts that cannot be read, each with the reason."""

    run: int = 0
    passages: int = 0
    told: int = 0
    messages: int = 0
    sent: Sent = field(default_factory=Sent)
    stopped: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def exit_status(self) -> int:
        """1 where something needs a person, 75 where a target will be tried again, else 0."""
        if self.stopped or self.sent.failed:
            return 1
        return 75 if self.sent.put_off else 0


def run_alerts(
    path: Path,
    *,
    secrets: Mapping[str, str],
    allow_private: bool = False,
    retry_failed: bool = False,
    now: datetime | None = None,
) -> Report:
    """Tell what is new: match, compose, send.

    ``secrets`` is the environment that targets refer to.  What the index lacks is indexed
    first, unless somebody else writes the archive: then what it has is told, and the rest
    the next time.  Raises Busy where another run is under way.
    """
    moment = now or datetime.now(UTC)
    report = Report()
    with open_ledger(path) as ledger, locked(path):
        report.run = ledger.begin_run(to_second(moment))
        if retry_failed:
            ledger.retry_failed(to_second(moment))
        report.stopped = [(a.name, a.reason or "") for a in _all(ledger, "stopped")]
        active = _all(ledger, "active")
        if active:
            _bring_up(path, report)
            with open_index(path) as index:
                _match(ledger, index, active, report, moment)
        # What a stopped alert had found before it stopped is told all the same.
        telling = [*_all(ledger, "active"), *_all(ledger, "stopped")]
        report.messages = compose(ledger, telling, report.run, moment, path)
        report.sent = send_due(ledger, secrets=secrets, allow_private=allow_private)
    return report


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of runs; Busy where another one has it."""
    lock = take_lock(path / "archive" / "alerts.lock", wait_s=0)
    try:
        yield
    finally:
        lock.release()


def _all(ledger: Ledger, state: AlertState) -> list[Alert]:
    return [alert for alert in ledger.alerts() if alert.state == state]


def _bring_up(path: Path, report: Report) -> None:
    """Index what the archive has and the index lacks."""
    with open_archive(path) as archive:
        revision, name = archive.revision(), chosen_engine(archive)
    if (path / name).exists():
        with closing(open_engine(name, path)) as engine:
            if engine.revision() >= revision:
                return
    try:
        with (
            open_archive(path, write=True, wait_s=0) as archive,
            closing(open_engine(chosen_engine(archive), path)) as engine,
        ):
            update_index(archive, engine)
    except Busy as busy:
        report.notes.append(f"told is what the index holds: {busy}")


def _match(
    ledger: Ledger, index: Index, active: list[Alert], report: Report, now: datetime
) -> None:
    asked = _read(ledger, index, active, report)
    for one in asked.values():
        ran = one.alert.ran
        if ran and now - datetime.fromisoformat(ran) > _LONG_AGO:
            report.notes.append(
                f"alert {one.alert.name!r} ran last on {ran[:10]}: it tells what came since"
            )
    news = News(ledger, index.archive)
    for matched in match_new(index, list(asked.values())):
        told = news.of(matched, asked)
        ledger.advance(report.run, told, asked, matched.revision, to_second(now))
        report.passages += len(matched.arrived)
        report.told += sum(row.state == "waiting" for row in told)


def _read(ledger: Ledger, index: Index, active: list[Alert], report: Report) -> dict[int, Asked]:
    """The alerts that can be read; the others are stopped, and keep their place."""
    asked = {}
    for alert in active:
        try:
            asked[alert.number] = read_alert(index, alert)
        except UsageError as error:
            reason = str(error).partition("\n")[0]
            ledger.set_state(alert, "stopped", reason)
            report.stopped.append((alert.name, reason))
    return asked
