"""The options that narrow a query, the same for every command that takes one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

KINDS = ["direct", "reported", "transcript", "issuer", "narration"]

_OPTIONS = [
    click.option("--speaker", help="Only passages this person speaks."),
    click.option("--role", help="Only speakers of this office, as the text gives it."),
    click.option("--country", help="Only this country speaking: name or ISO code."),
    click.option("--org", help="Only this body speaking."),
    click.option("--source", help="Only what this source published."),
    click.option("--kind", type=click.Choice(KINDS), help="How it was said."),
    click.option("--lang", "language", help="Only texts in this language (code)."),
]
_DATE_OPTIONS = [
    click.option("--since", help="Published on this day or later: 2024-09-17, 2024-09, 2024."),
    click.option("--until", help="Published on this day or earlier."),
    click.option("--undated", is_flag=True, help="With dates: also texts that have none."),
]


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with these options; their names are the fields of `search.Filters`."""
    return _with([*_OPTIONS, *_DATE_OPTIONS], command)


def filter_options_but_dates(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same for a command that takes dates in the query only."""
    return _with(_OPTIONS, command)


def _with(options: list[Any], command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(options):
        command = option(command)
    return command
