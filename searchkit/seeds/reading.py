"""Files of sources: ``seeds/<country>.toml`` or a folder of such files, read and checked.

    [[source]]
    id = "nl-mfa"
    name = "Ministry of Foreign Affairs of Norland"
    country = "NL"
    kind = "ministry"
    site = "mfa.example"
    feeds = ["https://mfa.example/rss"]

    [source.clean]
    drop = ["Bookmark this page"]

A source that names no feed, sitemap or list begins at its site's home page.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from searchkit.clean.rules import SiteRules
from searchkit.errors import UsageError
from searchkit.seeds import keys
from searchkit.seeds.keys import Table
from searchkit.seeds.sources import ListPage, Source
from searchkit.urls import site_of, url_key

KEYS = (
    "id name country kind language site feeds sitemaps lists discover include exclude"
    " pace_s budget hours verified clean".split()
)
LIST_KEYS = ("url", "items", "next")
CLEAN_KEYS = ("keep", "drop", "body", "remove")

LARGEST_FILE = 1 << 20
MOST_FILES = 2_000


def default_seeds() -> Path:
    """``seeds/`` of the working directory where it has files, or else what is shipped."""
    here = Path("seeds")
    if any(here.glob("*.toml")):
        return here
    shipped = Path(__file__).parent / "catalogue"
    return shipped if shipped.is_dir() else Path(__file__).parents[2] / "seeds"


def read_sources(path: Path | None = None) -> tuple[Source, ...]:
    """The sources of a file or of all ``*.toml`` of a folder; None is `default_seeds`.

    Raises UsageError, with file, source and key, for the first thing that is wrong.
    """
    path = path or default_seeds()
    sources, problems = check_sources(path)
    if problems:
        more = len(problems) - 1
        tell = f"; {more:,} more: searchkit seeds check {path}" if more else ""
        raise UsageError(problems[0] + tell)
    return sources


def check_sources(path: Path) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """The sources that can be used, and what is wrong with the others, one each."""
    sources: dict[str, Source] = {}
    begun: dict[str, str] = {}
    problems: list[str] = []
    for file in _files(path):
        try:
            tables = list(_tables(file))
        except UsageError as error:
            problems.append(str(error))
            continue
        for table in tables:
            try:
                source = parse_source(table)
                _check_twins(table, source, sources, begun)
            except UsageError as error:
                problems.append(str(error))
            else:
                sources[source.id] = source
    return tuple(sources.values()), tuple(problems)


def read_rules(path: Path) -> dict[str, SiteRules]:
    """The cleaning rules of a file or of all ``*.toml`` of a folder, by site.

    Only ``site`` and ``clean`` of a source need to be there.  Raises UsageError as above.
    """
    found: dict[str, SiteRules] = {}
    for file in _files(path):
        for table in _tables(file):
            table.check_keys(KEYS)
            if "clean" not in table.values:
                continue
            host = _site(table)
            if host in found:
                raise UsageError(
                    f"{table.where}: rules for site {host!r} stand there twice; join them"
                )
            found[host] = parse_rules(table.where, table.values["clean"])
    return found


def parse_source(table: Table) -> Source:
    """One source of its table; raises UsageError."""
    table.check_keys(KEYS)
    name = keys.source_id(table)
    kind = keys.kind(table)
    home = keys.site(table)
    feeds, sitemaps = keys.addresses(table, "feeds"), keys.addresses(table, "sitemaps")
    return Source(
        id=name,
        name=table.required("name", "Ministry of Foreign Affairs of Norland"),
        kind=kind,
        site=_site(table),
        country=keys.country(table, kind),
        language=keys.language(table),
        feeds=feeds,
        sitemaps=sitemaps,
        lists=_lists(table) or (() if feeds or sitemaps else (ListPage(str(home)),)),
        discover=table.boolean("discover", default=not feeds and not sitemaps),
        include=keys.patterns(table, "include"),
        exclude=keys.patterns(table, "exclude"),
        pace_s=keys.pace(table, home.host),
        budget=keys.budget(table),
        hours=keys.hours(table),
        verified=table.boolean("verified", default=False),
        clean=parse_rules(table.where, table.values["clean"]) if "clean" in table.values else None,
    )


def parse_rules(where: str, values: object) -> SiteRules:
    """The rules of one table ``clean``; ``where`` names it in errors."""
    if not isinstance(values, dict):
        raise UsageError(f"{where}: clean must be a table: write [source.clean]")
    for key in values:
        if key not in CLEAN_KEYS:
            known = ", ".join(CLEAN_KEYS)
            raise UsageError(f"{where}: clean: unknown key {key!r}; known: {known}")
    table = Table(where, {f"clean.{key}": value for key, value in values.items()})
    return SiteRules(
        keep=_lines(table, "keep"),
        drop=_lines(table, "drop"),
        body=keys.selector(table, "clean.body", "div.text"),
        remove=keys.selector(table, "clean.remove", "div.text"),
    )


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(path.glob("*.toml"))
    if not files:
        raise UsageError(f"{path}: no *.toml in it; name a file or a folder of such files")
    if len(files) > MOST_FILES:
        raise UsageError(f"{path}: {len(files):,} *.toml in it, at most {MOST_FILES:,} work")
    return files


def _tables(file: Path) -> Iterator[Table]:
    for number, values in enumerate(_read_file(file), start=1):
        if not isinstance(values, dict):
            raise UsageError(f"{file}: source {number} must be a table: write [[source]]")
        name = values.get("id")
        known = isinstance(name, str) and 0 < len(name) <= 64
        yield Table(f"{file}: source {name if known else number!r}", values)


def _read_file(file: Path) -> list[Any]:
    try:
        if file.exists() and not file.is_file():
            raise UsageError(f"{file} is no file; name a TOML file or a folder of them")
        if file.stat().st_size > LARGEST_FILE:
            raise UsageError(f"{file} is larger than {LARGEST_FILE >> 20} MiB: split it")
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: not UTF-8 at byte {error.start}") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file}: not TOML: {error}") from error
    except RecursionError as error:
        raise UsageError(f"{file}: not TOML: nested too deep") from error
    return _sources(file, table)


def _sources(file: Path, table: dict[str, Any]) -> list[Any]:
    for key in table:
        if key != "source":
            raise UsageError(
                f"{file}: unknown key {key[:80]!r}: a file of sources has [[source]] tables only"
            )
    sources = table.get("source", [])
    if not isinstance(sources, list):
        raise UsageError(f"{file}: 'source' must be a list of tables: write [[source]]")
    return sources


def _site(table: Table) -> str:
    parts = keys.site(table)
    return site_of(str(parts)) or parts.host


def _lists(table: Table) -> tuple[ListPage, ...]:
    example = '"https://mfa.example/news"'
    return tuple(
        _list(table, number, value)
        for number, value in enumerate(table.many("lists", example), start=1)
    )


def _list(table: Table, number: int, value: object) -> ListPage:
    if isinstance(value, str):
        return ListPage(keys.address(table, "lists", value))
    if not isinstance(value, dict):
        raise table.error("lists", f"has {value!r} as its value {number}, must be an address")
    inner = Table(f"{table.where}: list {number}", value)
    inner.check_keys(LIST_KEYS)
    if "url" not in value:
        raise inner.error("url", 'is missing: url = "https://mfa.example/news"')
    return ListPage(
        keys.address(inner, "url", value["url"]),
        keys.selector(inner, "items", "h3 a"),
        keys.selector(inner, "next", "a.next"),
    )


def _lines(table: Table, key: str) -> tuple[str, ...]:
    name = f"clean.{key}"
    lines = table.values.get(name, [])
    if not isinstance(lines, list) or not all(isinstance(x, str) and x.strip() for x in lines):
        raise table.error(name, f'must be a list of texts: {key} = ["a line"]')
    if len(lines) > keys.MOST_VALUES:
        raise table.error(name, f"has {len(lines)} lines, at most {keys.MOST_VALUES} work")
    return tuple(lines)


def _check_twins(
    table: Table, source: Source, sources: dict[str, Source], begun: dict[str, str]
) -> None:
    """Ids, addresses and cleaned sites of their own; ``begun`` has the addresses so far."""
    if source.id in sources:
        raise table.error("id", f"is that of {sources[source.id].name!r} too: give each its own")
    if source.clean is not None:
        for other in sources.values():
            if other.site == source.site and other.clean is not None:
                raise UsageError(
                    f"{table.where}: rules for site {source.site!r} stand there twice; join them"
                )
    entries = [*source.feeds, *source.sitemaps, *(one.url for one in source.lists)]
    for url in entries:
        if (owner := begun.get(url_key(url))) is not None:
            raise UsageError(f"{table.where}: {url} is an address of source {owner!r} too")
    begun.update(dict.fromkeys(map(url_key, entries), source.id))
