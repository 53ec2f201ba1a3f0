"""``searchkit alert``: saved queries, told of what is new, once."""

from __future__ import annotations

import dataclasses
import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import click

import searchkit.alerts as alerts
from searchkit.alerts import Alert, Ledger, Preview, Report
from searchkit.archive import open_archive
from searchkit.archive.alerting import Every
from searchkit.archive.outbox import Delivery
from searchkit.cli.filters import filter_options_but_dates
from searchkit.cli.terminal import mark, note, one_line, out, to_json, use_colour, wrap
from searchkit.deliver import Item, redact
from searchkit.errors import ArchiveError, IndexProblem, UsageError
from searchkit.search import open_index

# What editing an alert leaves as it is.
_KEPT = ("created", "composed", "state", "reason", "revision", "start_revision", "start_passage",
         "ran", "number")  # fmt: skip

EVERY = get_args(Every)

EXAMPLES = """\b
Examples:
  searchkit alert test --query 'dam AND (treaty OR talks)'
  searchkit alert add dams 'dam AND (treaty OR talks)' --to mailto:desk@mfa.example
  searchkit alert add aid 'speaker:marden aid' --to file:aid.jsonl --every daily
  searchkit alert run
  searchkit alert log dams
\b
What counts is when a passage entered the archive, not its date.  'alert run', for
cron, matches, keeps and sends; see docs/alerts.md for targets and promises.
"""


@click.group("alert", epilog=EXAMPLES)
def command() -> None:
    """Saved queries over what is new: every match told once, where you read."""


def _query_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--undated", is_flag=True, help="With dates: also texts that have none."),
        click.option("--exact", is_flag=True, help="Words as written: no stems, no spellings."),
    ):
        function = option(function)
    return filter_options_but_dates(function)


_to = click.option(
    "--to",
    "targets",
    multiple=True,
    help="mailto:ADDRESS, https://HOOK, file:PATH.jsonl, atom:PATH.xml, exec:[...], or -.",
)


@command.command("add")
@click.argument("name")
@click.argument("query", nargs=-1, required=True)
@_to
@click.option("--every", type=click.Choice(EVERY), default="now", show_default=True)
@click.option("--digest", is_flag=True, help="In one message with the other digests.")
@click.option("--edits/--no-edits", default=True, help="Tell when told statements change.")
@click.option("--since", help="What entered from this revision or date on; default: from now on.")
@_query_options
@click.pass_obj
def add(
    index_path: Path,
    /,
    name: str,
    query: tuple[str, ...],
    targets: tuple[str, ...],
    every: Every,
    digest: bool,
    edits: bool,
    since: str | None,
    **filters: Any,
) -> None:
    """Save a query and where its matches go; nothing is told that is here already."""
    if not targets:
        raise UsageError("say where it is told: --to mailto:ADDRESS, --to file:PATH.jsonl, --to -")
    alert = alerts.new_alert(
        name,
        " ".join(query),
        targets,
        filters=filters,
        every=every,
        digest=digest,
        edits=edits,
        secrets=os.environ,
    )
    with alerts.open_ledger(index_path, create=True) as ledger:
        _warn(index_path, ledger, alert)
        alert = alerts.add_alert(ledger, alert, since)
    out(f"Alert {alert.name} is saved; it tells what enters after revision {alert.revision:,}")


def _warn(index_path: Path, ledger: Ledger, alert: Alert) -> None:
    """Say on stderr how the query is read and what speaks against it."""
    try:
        with open_index(index_path) as index:
            found = alerts.preview(index, ledger, alert, limit=0)
    except (ArchiveError, IndexProblem):
        note("Note: there is no index yet, so nothing is known of what it will match")
        return
    for line in _summary(found):
        note(line)


def _summary(found: Preview) -> list[str]:
    rate = f"{found.a_week:,.0f}" if found.a_week >= 1 else f"{found.a_week:.1f}"
    days = "day" if found.days == 1 else f"{found.days} days"
    match = "story that matches" if found.stories == 1 else "stories that match"
    return [
        f"Read as: {found.reading}",
        *(f"Note: {line}" for line in found.notes),
        f"In the last {days} {found.stories:,} {match} entered the archive: "
        f"about {rate} a week; passages that match in all: {found.matching:,}",
        *(f"Warning: {line}" for line in found.warnings),
    ]


@command.command("test")
@click.argument("name", required=False)
@click.option("--query", help="A query that is not saved, instead of a name.")
@click.option("--limit", "-n", type=click.IntRange(0, 1_000), default=10, show_default=True)
@_query_options
@click.pass_obj
def test(
    index_path: Path, /, name: str | None, query: str | None, limit: int, **filters: Any
) -> None:
    """Show what would have been told of the last 30 days, and the rate to expect."""
    if (name is None) == (query is None):
        raise UsageError("give the NAME of an alert or --query QUERY, one of the two")
    with alerts.open_ledger(index_path) as ledger, open_index(index_path) as index:
        if query is not None:
            alert = alerts.new_alert("test", query, (), filters=filters)
        else:
            alert = ledger.alert(name or "")
        found = alerts.preview(index, ledger, alert, limit=limit)
    if found.items:
        out("\n\n".join(_item_text(item) for item in found.items))
    for line in _summary(found):
        note(line)


def _item_text(item: Item) -> str:
    colour = use_colour(sys.stdout)
    head = " · ".join(
        one_line(part)
        for part in (item.speaker or "Nobody named", item.role, item.published or "undated",
                     item.source, item.title)
        if part
    )  # fmt: skip
    lines = [head, wrap(mark(item.text, item.marks, colour=colour), "   ")]
    lines += [f"   {one_line(line)}" for line in item.why]
    return "\n".join([*lines, f"   {item.passage_id}  {one_line(item.url or '')}".rstrip()])


@command.command("list")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def list_all(index_path: Path, form: str) -> int:
    """List the alerts; exit status 1 where one is stopped."""
    with alerts.open_ledger(index_path) as ledger:
        found = ledger.alerts()
        told = ledger.told_counts(found)
    if form == "json":
        out(to_json(list(map(alert_fields, found, told))))
    elif not found:
        note("No alerts yet. Run: searchkit alert add NAME QUERY --to TARGET")
    else:
        for line in map(_list_line, found, told):
            out(line)
    return 1 if any(alert.state == "stopped" for alert in found) else 0


def _list_line(alert: Alert, told: int) -> str:
    every = alert.every + (" digest" if alert.digest else "")
    line = f"{alert.name:<20} {alert.state:<8} {every:<14} {told:>7,} told  {one_line(alert.query)}"
    return line + (f"\n   stopped: {one_line(alert.reason)}" if alert.reason else "")


def alert_fields(alert: Alert, told: int) -> dict[str, Any]:
    """An alert as JSON gives it, its targets without their secrets."""
    return {
        "schema": "searchkit.alert/1",
        "name": alert.name,
        "query": alert.query,
        "filters": dict(alert.filters),
        "targets": [redact(target) for target in alert.targets],
        "every": alert.every,
        "digest": alert.digest,
        "edits": alert.edits,
        "state": alert.state,
        "reason": alert.reason,
        "revision": alert.revision,
        "created": alert.created,
        "last_run": alert.ran,
        "told": told,
    }


@command.command("show")
@click.argument("name")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def show(index_path: Path, name: str, form: str) -> int:
    """Show an alert: query, filters, targets, state; exit status 1 where it is stopped."""
    with alerts.open_ledger(index_path) as ledger:
        alert = ledger.alert(name)
        fields = alert_fields(alert, *ledger.told_counts([alert]))
    if form == "json":
        out(to_json(fields))
    else:
        del fields["schema"]
        for key, value in fields.items():
            if value not in (None, {}, []):
                shown = ", ".join(value) if isinstance(value, list) else str(value)
                out(f"{key.replace('_', ' '):<10} {one_line(shown)}")
    return 1 if alert.state == "stopped" else 0


@command.command("pause")
@click.argument("name")
@click.pass_obj
def pause(index_path: Path, name: str) -> None:
    """Let an alert rest; what enters meanwhile is told when it is resumed."""
    with alerts.open_ledger(index_path) as ledger:
        ledger.set_state(ledger.alert(name), "paused")
    out(f"Alert {name} is paused")


@command.command("resume")
@click.argument("name")
@click.option("--skip", is_flag=True, help="Go on from now; what entered meanwhile is not told.")
@click.pass_obj
def resume(index_path: Path, name: str, skip: bool) -> None:
    """Let a paused or stopped alert go on from where it was."""
    with alerts.open_ledger(index_path) as ledger:
        alert = alerts.resume(ledger, ledger.alert(name), skip=skip)
    out(f"Alert {name} is active; it goes on after revision {alert.revision:,}")


@command.command("remove")
@click.argument("name")
@click.pass_obj
def remove(index_path: Path, name: str) -> None:
    """Take an alert away, with what it has not sent; its log stays."""
    with alerts.open_ledger(index_path) as ledger:
        alerts.remove(ledger, ledger.alert(name))
    out(f"Alert {name} is removed")


@command.command("edit")
@click.argument("name")
@click.option("--query", help="Another query, for what enters from now on.")
@click.option("--rename", help="Another name.")
@_to
@click.option("--every", type=click.Choice(EVERY))
@click.option("--digest/--no-digest", default=None, help="One message with other digests, or not.")
@click.option("--edits/--no-edits", default=None, help="Tell when told statements change, or not.")
@_query_options
@click.pass_obj
def edit(
    index_path: Path,
    /,
    name: str,
    query: str | None,
    rename: str | None,
    targets: tuple[str, ...],
    every: Every | None,
    digest: bool | None,
    edits: bool | None,
    **filters: Any,
) -> None:
    """Change an alert; options that are not given stay, filters are given anew together."""
    chosen = {k: v for k, v in filters.items() if v not in (None, False)}
    with alerts.open_ledger(index_path) as ledger:
        old = ledger.alert(name)
        checked = alerts.new_alert(
            rename or old.name,
            old.query if query is None else query,
            targets,
            filters=chosen or (old.filters if query is None else {}),
            every=every or old.every,
            digest=old.digest if digest is None else digest,
            edits=old.edits if edits is None else edits,
            secrets=os.environ,
        )
        kept = [*_KEPT, *([] if targets else ["targets"])]
        changed = dataclasses.replace(checked, **{field: getattr(old, field) for field in kept})
        if query is not None or chosen:
            _warn(index_path, ledger, changed)
        alerts.edit_alert(ledger, old, changed)
    out(f"Alert {changed.name} is changed")


@command.command("run")
@click.option("--allow-private", is_flag=True, help="Let hooks be of this machine or network.")
@click.option("--retry-failed", is_flag=True, help="Also send what has failed for good.")
@click.pass_obj
def run(index_path: Path, allow_private: bool, retry_failed: bool) -> int:
    """Match what is new, keep it, send what is due; for cron.

    Exit status 1 where an alert is stopped or a delivery has failed for good, 75 where
    one will be tried again.
    """
    report = alerts.run_alerts(
        index_path, secrets=os.environ, allow_private=allow_private, retry_failed=retry_failed
    )
    for line in report_lines(report):
        note(line)
    return report.exit_status


def report_lines(report: Report) -> list[str]:
    """What a run did, in words: the summary last."""
    sent = report.sent
    lines = [f"Note: {line}" for line in report.notes]
    lines += [f"Alert {name} is stopped: {one_line(reason)}" for name, reason in report.stopped]
    lines += [f"Not delivered to {one_line(line)}" for line in sent.lines]
    told = [f"Passages looked at: {report.passages:,}", f"to tell: {report.told:,}"]
    told += [f"messages sent: {sent.sent:,}"]
    told += [f"put off: {sent.put_off:,}"] if sent.put_off else []
    told += [f"failed: {sent.failed:,}"] if sent.failed else []
    return [*lines, ", ".join(told)]


@command.command("log")
@click.argument("name", required=False)
@click.option("--message", "message_id", help="What the message of this id told.")
@click.option("--limit", "-n", type=click.IntRange(1, 100_000), default=20, show_default=True)
@click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text")
@click.pass_obj
def log(index_path: Path, name: str | None, message_id: str | None, limit: int, form: str) -> None:
    """Tell what was told when, by which run, to whom, and what became of it."""
    with alerts.open_ledger(index_path) as ledger:
        if message_id is not None:
            _log_message(index_path, ledger, message_id, form)
            return
        for delivery in ledger.deliveries(name, limit):
            fields = delivery_fields(delivery)
            out(to_json(fields) if form == "jsonl" else _log_line(fields))


def delivery_fields(delivery: Delivery) -> dict[str, Any]:
    """A message of the log as JSON gives it."""
    return {
        "schema": "searchkit.delivery/1",
        "message_id": delivery.id,
        "alerts": list(delivery.names),
        "target": redact(delivery.target),
        "items": delivery.items,
        "state": delivery.state,
        "created": delivery.created,
        "run": delivery.run,
        "tries": delivery.tries,
        "last_try": delivery.done,
        "due": delivery.due,
        "reason": delivery.reason,
    }


def _log_line(fields: dict[str, Any]) -> str:
    names = ", ".join(fields["alerts"])
    line = (
        f"{fields['created'][:16].replace('T', ' ')}  run {fields['run']:<5} {fields['state']:<8}"
        f" {fields['items']:>4} to {one_line(fields['target'])}  {one_line(names)}"
        f"  {fields['message_id']}"
    )
    if fields["reason"]:
        again = f", again from {fields['due'][:16]}" if fields["due"] else ""
        line += f"\n   try {fields['tries']}{again}: {one_line(fields['reason'])}"
    return line


def _log_message(index_path: Path, ledger: Ledger, message_id: str, form: str) -> None:
    delivery = ledger.delivery(message_id)
    if delivery is None:
        raise UsageError(f"no message {message_id!r}. See: searchkit alert log")
    told: dict[str, list[str]] = {}
    for name, passage_id in ledger.told_by(delivery):
        told.setdefault(passage_id, []).append(name)
    with open_archive(index_path) as archive:
        for passage_id, names in told.items():
            found = archive.passage(passage_id)
            passage = found.passage if found else None
            fields = {
                "schema": "searchkit.logged/1",
                "message_id": message_id,
                "alerts": names,
                "passage_id": passage_id,
                "speaker": passage.speaker if passage else None,
                "text": passage.text if passage else None,
            }
            out(to_json(fields) if form == "jsonl" else _logged_text(fields))


def _logged_text(fields: dict[str, Any]) -> str:
    head = f"{fields['passage_id']}  {one_line(fields['speaker'] or 'Nobody named')}"
    head += f"  [{', '.join(map(one_line, fields['alerts']))}]"
    return f"{head}\n{wrap(one_line(fields['text'] or 'no longer kept'), '   ')}"


@command.command("replay")
@click.argument("name")
@click.option("--from", "since", required=True, help="Revision or date: what entered from then on.")
@click.pass_obj
def replay(index_path: Path, name: str, since: str) -> None:
    """Send again, on purpose, what was told; the next run delivers it."""
    with alerts.open_ledger(index_path) as ledger, open_index(index_path) as index:
        count = alerts.replay(index_path, ledger, index, ledger.alert(name), since)
    again = f"searchkit --index {shlex.quote(str(index_path))} alert run"
    out(f"Messages of {name} to send again: {count:,}. Run: {again}")
