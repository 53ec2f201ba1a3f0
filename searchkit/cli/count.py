"""``searchkit count``: how many passages match, by speaker, country, month ..."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from searchkit.cli.filters import filter_options
from searchkit.cli.hits import csv_row
from searchkit.cli.terminal import note, one_line, out, to_json, width
from searchkit.facets import FACETS, PERIODS
from searchkit.records import Counted
from searchkit.search import Filters, open_index

SCHEMA = "searchkit.count/1"

EXAMPLES = """\b
Examples:
  searchkit count 'grain corridor' --by speaker
  searchkit count ceasefire --by month --since 2023 --country AZ
  searchkit count sanctions --by source --format csv > sources.csv
"""

TOP = 20  # rows on a screen


@click.command("count", epilog=EXAMPLES)
@click.argument("query", nargs=-1, required=True)
@click.option("--by", type=click.Choice(FACETS), required=True, help="What to count by.")
@filter_options
@click.option("--exact", is_flag=True, help="Words as written: no stems, no other spellings.")
@click.option("--any", "any_word", is_flag=True, help="Any of the words will do.")
@click.option("--limit", "-n", type=click.IntRange(1), help="Rows at most; on a screen 20.")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text")
@click.pass_obj
def command(
    index_path: Path,
    /,
    query: tuple[str, ...],
    by: str,
    exact: bool,
    any_word: bool,
    limit: int | None,
    form: str,
    **filters: str | bool | None,
) -> None:
    """Count the passages that match, copies too, by one of their properties.

    Values come with the commonest first, periods in their order.  A passage whose date
    is known only by its year is in no month.
    """
    with open_index(index_path) as index:
        counted = index.count(
            " ".join(query), by, Filters(**filters), exact=exact, any_word=any_word  # type: ignore[arg-type]
        )  # fmt: skip
    if form == "json":
        out(to_json(count_fields(counted, limit)))
        return
    if form == "csv":
        for row in [(by, "count"), *counted.rows[:limit]]:
            out(csv_row(row), end="")
    else:
        _print_bars(counted, limit)
    note(f"Found {counted.total:,}: {counted.reading}")
    for line in counted.notes:
        note(f"Note: {line}")


def count_fields(counted: Counted, limit: int | None = None) -> dict[str, object]:
    """The answer as JSON gives it; a value of null counts what has none."""
    return {
        "schema": SCHEMA,
        "query": counted.query,
        "reading": counted.reading,
        "notes": list(counted.notes),
        "by": counted.by,
        "total": counted.total,
        "counts": [{"value": value, "count": count} for value, count in counted.rows[:limit]],
    }


def _print_bars(counted: Counted, limit: int | None) -> None:
    most = limit or (len(counted.rows) if counted.by in PERIODS else TOP)
    if counted.rows:
        out("\n".join(bars([(_label(counted.by, value), n) for value, n in counted.rows[:most]])))
    if (left := len(counted.rows) - most) > 0:
        note(f"{left:,} more; see them with --limit or --format csv")


def _label(by: str, value: str | None) -> str:
    if value is None:
        return "undated or less precise" if by in PERIODS else f"no {by}"
    if by != "country":
        return one_line(value)
    from searchkit.names import country_name

    return country_name(value)


def bars(rows: Sequence[tuple[str, int]]) -> list[str]:
    """Lines of label, number and bar, as wide as the terminal.

    >>> bars([("2023", 2), ("2024", 4)])[0].replace("█", "#").split()[:2]
    ['2023', '2']
    """
    label_width = min(40, max(len(label) for label, _ in rows))
    number_width = max(len(f"{count:,}") for _, count in rows)
    room = max(8, width() - label_width - number_width - 4)
    most = max(count for _, count in rows)
    block = _block()
    return [
        f"{_fitted(label, label_width)}  {count:>{number_width},}"
        f"  {block * max(1, round(room * count / most))}"
        for label, count in rows
    ]


def _fitted(label: str, size: int) -> str:
    return label.ljust(size) if len(label) <= size else label[: size - 1] + "…"


def _block() -> str:
    """A full block, or a sign that every console has."""
    try:
        "█".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return "#"
    return "█"
