"""Alerts as their owner sees them: saved, changed, paused, stopped, told again.

Names and wishes go in, alerts of the ledger come out, checked before they are kept: a query
that cannot be read or a target that cannot work is refused with what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from searchkit.alerts.composing import compose_again
from searchkit.alerts.items import make_item
from searchkit.alerts.matching import filters_of, read_alert
from searchkit.alerts.running import locked
from searchkit.archive import Archive
from searchkit.archive.alerting import Alert, Every, Ledger, Told
from searchkit.archive.outbox import to_second
from searchkit.dates import day_span
from searchkit.deliver import Item, check_target
from searchkit.errors import UsageError
from searchkit.query.days import period
from searchkit.search import Index, check_asked

# Names stand in subjects, commands and file names: letters of any script, digits, a few marks.
_NAME = re.compile(r"\w[\w.+-]{0,59}\Z")


def new_alert(
    name: str,
    query: str,
    targets: Sequence[str],
    *,
    filters: Mapping[str, Any] | None = None,
    every: Every = "now",
    digest: bool = False,
    edits: bool = True,
    secrets: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> Alert:
    """An alert that is checked and not yet kept.

    With ``secrets`` (the environment) what the targets refer to is looked up, too.  Raises
    QueryError with the column, UsageError for a name, filter or target that cannot be used.
    """
    moment = to_second(now or datetime.now(UTC))
    alert = Alert(
        name=_checked_name(name),
        query=query,
        targets=tuple(dict.fromkeys(check_target(target, secrets) for target in targets)),
        created=moment,
        composed=moment,
        filters={k: v for k, v in (filters or {}).items() if v not in (None, False)},
        every=every,
        digest=digest,
        edits=edits,
    )
    check_query(alert)
    return alert


def check_query(alert: Alert) -> None:
    """Raise QueryError or UsageError where the query or a filter cannot be read."""
    check_asked(alert.query, filters_of(alert))


def add_alert(ledger: Ledger, alert: Alert, since: str | None = None) -> Alert:
    """Keep a new alert; ``since`` is a revision or a date, and without it now."""
    return ledger.add(started(ledger, alert, since))


def started(ledger: Ledger, alert: Alert, since: str | None = None) -> Alert:
    """The alert with its place: what entered after it is news.

    Raises UsageError where ``since`` is neither a revision nor a date.
    """
    if since is None:
        revision = ledger.revision()
        passage = ledger.last_passage()
    elif since.isdecimal():
        revision = min(int(since), ledger.revision())
        passage = ledger.last_passage_at(revision)
    else:
        moment = _begin_of(since)
        revision = ledger.revision_before(moment)
        passage = ledger.last_passage_before(moment)
    return replace(alert, revision=revision, start_revision=revision, start_passage=passage)


def edit_alert(ledger: Ledger, alert: Alert, changed: Alert) -> Alert:
    """Keep an alert's new state; another query begins where the old one has come.

    What was passed over by the old query is not told by the new one; an alert that was
    stopped goes on.
    """
    check_query(changed)
    if (changed.query, dict(changed.filters)) != (alert.query, dict(alert.filters)):
        place = ledger.last_passage_at(alert.revision)
        changed = replace(
            changed,
            start_revision=max(alert.start_revision, alert.revision),
            start_passage=max(alert.start_passage, place),
        )
    if changed.state == "stopped":
        changed = replace(changed, state="active", reason=None)
    ledger.change(changed)
    return ledger.alert(changed.name)


def resume(ledger: Ledger, alert: Alert, *, skip: bool = False) -> Alert:
    """Let a paused or stopped alert go on from where it was, or with ``skip`` from now."""
    check_query(alert)
    going = replace(alert, state="active", reason=None)
    ledger.change(started(ledger, going) if skip else going)
    return ledger.alert(alert.name)


def remove(ledger: Ledger, alert: Alert) -> None:
    """Take an alert away with what it has not sent yet; its log stays."""
    ledger.set_state(alert, "removed")
    ledger.drop_waiting(alert.name, "the alert was removed")


def replay(path: Path, ledger: Ledger, index: Index, alert: Alert, since: str) -> int:
    """Put what was told since a revision or date into messages once more; gives their number.

    The texts are those of the archive today; a passage that an edit has replaced is told
    as it was.
    """
    asked = read_alert(index, alert)
    revision = started(ledger, alert, since).start_revision
    rows: list[tuple[Told, Item]] = []
    with locked(path):
        for told in ledger.told_since(alert.number, revision):
            item = _item_again(index.archive, asked.node, alert.name, told)
            if item is not None:
                rows.append((told, item))
        now = datetime.now(UTC)
        run = ledger.begin_run(to_second(now))
        return compose_again(ledger, alert, rows, run, now, path)


def _item_again(archive: Archive, node: Any, name: str, told: Told) -> Item | None:
    found = archive.passage(told.passage)
    document = archive.document(told.document, told.version) or archive.document(told.document)
    if found is None or document is None:
        return None
    return make_item(name, node, found.passage, document, version=told.version)


def _checked_name(name: str) -> str:
    if not _NAME.match(name):
        raise UsageError(
            f"name {name[:60]!r} of an alert: write letters, digits, '-', '_', '.', 60 at most"
        )
    return name


def _begin_of(text: str) -> str:
    try:
        day = day_span(period(text, datetime.now(UTC).date())[0])[0]
        begun = datetime(day // 10_000, day // 100 % 100, day % 100, tzinfo=UTC)
    except ValueError as error:
        raise UsageError(f"--since {text!r} is no revision and no date: {error}") from None
    return begun.isoformat()
