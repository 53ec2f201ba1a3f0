"""``searchkit watch``: crawl, index and tell alerts, again and again, at an interval."""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
import re
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from searchkit.archive import open_archive
from searchkit.cli.crawl import (
    choose_sources,
    contact_of,
    crawl_pass,
    source_options,
    stopping,
    summary,
)
from searchkit.cli.terminal import note, one_line
from searchkit.crawl import Options
from searchkit.errors import SearchkitError

EXAMPLES = """\b
Examples:
  searchkit watch --every 15m
  searchkit watch xx-mfa --every 1h --contact press-desk@thinktank.example
\b
A pass never overlaps the next.  INDEX/heartbeat.json tells when the last one
began and ended, INDEX/watch.log what it found (5 files of 1 MB).  For systemd
and cron see docs/crawling.md.
"""

_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_INTERVAL = re.compile(r"([1-9]\d{0,5})([smhd])\Z")
LOG_BYTES, LOG_FILES = 1 << 20, 5
_WAIT_S = 60.0  # for another writer; then it is for the next pass to try


class Interval(click.ParamType[float]):
    """A time like 90s, 15m, 2h, 1d, in seconds."""

    name = "interval"

    def convert(
        self, value: str | float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The seconds of the interval."""
        if isinstance(value, int | float):
            return float(value)
        found = _INTERVAL.match(value)
        if found is None:
            self.fail(f"{value!r} is no interval; write one like 90s, 15m, 2h, 1d", param, ctx)
        return float(int(found[1]) * _UNIT_S[found[2]])


@click.command("watch", epilog=EXAMPLES)
@source_options
@click.option(
    "--every",
    type=Interval(),
    default="15m",
    show_default=True,
    help="From the beginning of one pass to that of the next.",
)
@click.option("--passes", type=click.IntRange(1), help="End after so many passes.")
@click.pass_obj
def command(
    index_path: Path,
    names: Sequence[str],
    every: float,
    seeds: Path | None,
    contact: str | None,
    allow_private: bool,
    passes: int | None,
) -> None:
    """Crawl, index and tell alerts at an interval, until it is stopped.

    What a pass has no time for waits for the next.  An error ends the pass, not the watch.
    """
    choose_sources(names, seeds)  # what is wrong from the beginning is said at once
    index_path.mkdir(parents=True, exist_ok=True)
    log = open_log(index_path / "watch.log")
    asked = _Asked(names, seeds, contact, allow_private, every)
    with stopping() as stop:
        done = 0
        while not stop.is_set():
            begun = time.monotonic()
            _one_pass(index_path, asked, stop, log)
            done += 1
            if passes is not None and done >= passes:
                return
            stop.wait(max(0.0, begun + every - time.monotonic()))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What each pass is to do."""

    names: Sequence[str]
    seeds: Path | None
    contact: str | None
    allow_private: bool
    every: float


def _one_pass(index_path: Path, asked: _Asked, stop: threading.Event, log: logging.Logger) -> None:
    """One pass; an error is logged and told, and the next pass tries again."""
    begun = datetime.now(UTC)

    def tell(line: str) -> None:
        log.info("%s", one_line(line))
        note(f"{begun:%Y-%m-%d %H:%M} {line}")

    try:
        beat(index_path, begun, None, "running")
        sources = choose_sources(asked.names, asked.seeds)  # anew: the files may have changed
        with open_archive(index_path, write=True, wait_s=_WAIT_S, on_wait=note) as archive:
            contact = contact_of(archive, asked.contact)
            options = Options(contact, asked.allow_private, most_s=asked.every)
            counts = crawl_pass(archive, index_path, sources, options, stop, tell=tell)
        told = summary(counts, len(sources))
    except (SearchkitError, OSError) as error:
        told = f"Error: {error}"
    tell(told)
    with suppress(OSError):  # a full disk; a heartbeat that is old says so
        beat(index_path, begun, datetime.now(UTC), told)
    _tell_alerts(index_path, asked.allow_private, tell)


def _tell_alerts(index_path: Path, allow_private: bool, tell: Callable[[str], None]) -> None:
    """Run the alerts, where there are some, also after a pass that failed: mail may wait."""
    from searchkit.alerts import open_ledger, run_alerts
    from searchkit.cli.alert import report_lines

    if not (index_path / "archive" / "searchkit.sqlite3").exists():
        return
    try:
        with open_ledger(index_path) as ledger:
            if not ledger.alerts():
                return
        report = run_alerts(index_path, secrets=os.environ, allow_private=allow_private)
    except (SearchkitError, OSError) as error:
        tell(f"Error: alerts: {error}")
        return
    for line in report_lines(report):
        tell(f"Alerts: {line[0].lower()}{line[1:]}")


def beat(index_path: Path, begun: datetime, ended: datetime | None, told: str) -> None:
    """Write the heartbeat, in one step: whoever reads it finds the old one or the new."""
    beside = index_path / "heartbeat.json.new"
    content = {
        "begun": begun.isoformat(timespec="seconds"),
        "ended": ended.isoformat(timespec="seconds") if ended else None,
        "pid": os.getpid(),
        "result": told,
    }
    beside.write_text(json.dumps(content) + "\n", encoding="utf-8")
    beside.replace(index_path / "heartbeat.json")


def open_log(path: Path) -> logging.Logger:
    """The log of the passes, in files of LOG_BYTES at most, LOG_FILES of them."""
    log = logging.getLogger("searchkit.watch")
    log.setLevel(logging.INFO)
    log.propagate = False
    handler = logging.handlers.RotatingFileHandler(
        path, maxBytes=LOG_BYTES, backupCount=LOG_FILES - 1, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.handlers = [handler]
    return log
