"""``searchkit seeds``: the sources there are to crawl, and whether a file of them is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from searchkit.cli.terminal import note, one_line, out, to_json
from searchkit.errors import UsageError
from searchkit.names import country_code
from searchkit.seeds import KINDS, Source, check_sources, default_seeds, read_sources

SCHEMA = "searchkit.seeds/1"

EXAMPLES = """\b
Examples:
  searchkit seeds list --country AZ
  searchkit seeds list --kind organisation --format json
  searchkit seeds check seeds/norland.toml
"""

LIST_EXAMPLES = """\b
Examples:
  searchkit seeds list
  searchkit seeds list --country Azerbaijan --kind ministry
  searchkit seeds list --seeds my-sources/ --format json
"""

CHECK_EXAMPLES = """\b
Examples:
  searchkit seeds check
  searchkit seeds check seeds/norland.toml
"""


@click.group("seeds", epilog=EXAMPLES)
def command() -> None:
    """The sources to crawl: show them, check the files they stand in.

    They are read from seeds/ in the working directory where it has *.toml files, or else
    from the catalogue that is shipped.
    """


@command.command("list", epilog=LIST_EXAMPLES)
@click.option("--country", help="Only of this country, by name or code.")
@click.option("--kind", type=click.Choice(KINDS), help="Only of this kind.")
@click.option("--seeds", "path", type=click.Path(path_type=Path), help="Another file or folder.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def list_sources(country: str | None, kind: str | None, path: Path | None, form: str) -> None:
    """Show the sources.

    Each with id, country, kind, name and site; "*" marks those whose addresses
    nobody has stated to have seen alive.
    """
    sources = _chosen(read_sources(path), country, kind)
    if form == "json":
        out(to_json({"schema": SCHEMA, "sources": [source_fields(one) for one in sources]}))
        return
    for line in _columns(sources):
        out(line)
    unseen = sum(not source.verified for source in sources)
    note(f"{_count(sources)}, {unseen:,} of them not yet seen alive (*)")


@command.command("check", epilog=CHECK_EXAMPLES)
@click.argument("path", metavar="[FILE|DIR]", required=False, type=click.Path(path_type=Path))
def check(path: Path | None) -> int:
    """Name all that is wrong in files of sources.

    Nothing is fetched.  The exit status is 0 where all of them can be used, 2 where any cannot.
    """
    path = path or default_seeds()
    sources, problems = check_sources(path)
    for problem in problems:
        note(f"Error: {problem}")
    out(
        f"{one_line(str(path))}: {_count(sources)} can be used"
        + (f", {len(problems):,} not" * bool(problems))
    )
    return UsageError.exit_code if problems else 0


def source_fields(source: Source) -> dict[str, Any]:
    """A source as JSON gives it, its keys those of the file; unknown is null."""
    fields = asdict(source)
    fields["lists"] = [
        {"url": one.url, "items": one.items, "next": one.following} for one in source.lists
    ]
    for key in ("include", "exclude"):
        fields[key] = [pattern["text"] for pattern in fields[key]]
    fields["hours"] = "{:02}-{:02}".format(*source.hours) if source.hours else None
    return fields


def _chosen(sources: Sequence[Source], country: str | None, kind: str | None) -> list[Source]:
    code = None
    if country is not None and (code := country_code(country)) is None:
        raise UsageError(f"--country {country!r} is no country; write a name or a code, as AZ")
    return [
        source
        for source in sources
        if (code is None or source.country == code) and (kind is None or source.kind == kind)
    ]


def _columns(sources: Sequence[Source]) -> list[str]:
    rows = [
        (
            source.id + " *" * (not source.verified),
            source.country or "--",
            source.kind,
            one_line(f"{source.name} ({source.site})"),
        )
        for source in sources
    ]
    first = max((len(row[0]) for row in rows), default=0)
    return [f"{row[0]:<{first}}  {row[1]}  {row[2]:<12}  {row[3]}" for row in rows]


def _count(sources: Sequence[Source]) -> str:
    countries = len({source.country for source in sources if source.country})
    plural = "" if len(sources) == 1 else "s"
    return (
        f"{len(sources):,} source{plural} of {countries:,} countr{'ies' if countries != 1 else 'y'}"
    )
