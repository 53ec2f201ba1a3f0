"""The options by which a user states facts about what is added: shared by clean and add."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from searchkit.dates import parse_date
from searchkit.errors import UsageError
from searchkit.records import Given

_OPTIONS = (
    click.option("--source", help="Who published it, as you want it shown."),
    click.option("--date", "published", help="Publication date: 2024-09-17, 2024-09 or 2024."),
    click.option("--lang", "language", help="Language code (en, fr, ru ...), if you know it."),
)


def given_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--source``, ``--date`` and ``--lang``."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def make_given(source: str | None, published: str | None, language: str | None) -> Given:
    """The record; raises UsageError for a date that cannot be read."""
    date = parse_date(published, language=language) if published else None
    if published and date is None:
        raise UsageError(f"--date {published!r} is no date; write 2024-09-17, 2024-09 or 2024")
    return Given(source=source or None, published=date, language=language or None)
