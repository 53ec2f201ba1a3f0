"""Files of sources: each a TOML file of `[[source]]` tables, here their cleaning rules.

In comes ``seeds/<country>.toml`` or a folder of such files, out go the `SiteRules` of each
site.  Only ``site`` and the optional table ``clean`` of a source are read here:

    [[source]]
    id = "xx-mfa"
    site = "mfa.example"

    [source.clean]
    keep = ["Check against delivery"]
    drop = ["Bookmark this page"]
    body = "div.statement"
    remove = ".related, .share"
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from searchkit.clean.rules import SiteRules, selector_problem
from searchkit.errors import UsageError
from searchkit.urls import site_of

KEYS = ("keep", "drop", "body", "remove")
LARGEST_FILE = 1 << 20
MOST_LINES = 200


def read_rules(path: Path) -> dict[str, SiteRules]:
    """The cleaning rules of a file or of all ``*.toml`` of a folder, by site.

    Raises UsageError, with file, source and key, for what cannot be read.
    """
    files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    if not files:
        raise UsageError(f"{path}: no *.toml in it; name a file or a folder of such files")
    found: dict[str, SiteRules] = {}
    for file in files:
        for where, site, rules in _read_file(file):
            if site in found:
                raise UsageError(f"{where}: rules for site {site!r} stand there twice; join them")
            found[site] = rules
    return found


def _read_file(file: Path) -> Iterator[tuple[str, str, SiteRules]]:
    for number, source in enumerate(_sources(file), start=1):
        if not isinstance(source, dict):
            raise UsageError(f"{file}: source {number} must be a table: write [[source]]")
        where = f"{file}: source {source.get('id', number)!r}"
        if "clean" in source:
            yield where, _site(where, source), parse_rules(where, source["clean"])


def _sources(file: Path) -> list[Any]:
    try:
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
    sources = table.get("source", [])
    if not isinstance(sources, list):
        raise UsageError(f"{file}: 'source' must be a list of tables: write [[source]]")
    return sources


def _site(where: str, source: dict[str, Any]) -> str:
    site = source.get("site")
    if not isinstance(site, str) or not (host := site_of(f"https://{site}/")):
        raise UsageError(f'{where}: clean needs the site it is for: site = "mfa.example"')
    return host


def parse_rules(where: str, table: object) -> SiteRules:
    """The rules of one table ``clean``; ``where`` names it in errors."""
    if not isinstance(table, dict):
        raise UsageError(f"{where}: clean must be a table: write [source.clean]")
    for key in table:
        if key not in KEYS:
            raise UsageError(f"{where}: clean: unknown key {key!r}; known: {', '.join(KEYS)}")
    return SiteRules(
        keep=_lines(where, table, "keep"),
        drop=_lines(where, table, "drop"),
        body=_selector(where, table, "body"),
        remove=_selector(where, table, "remove"),
    )


def _lines(where: str, table: dict[str, Any], key: str) -> tuple[str, ...]:
    lines = table.get(key, [])
    if not isinstance(lines, list) or not all(isinstance(x, str) and x.strip() for x in lines):
        raise UsageError(f'{where}: clean.{key} must be a list of texts: {key} = ["a line"]')
    if len(lines) > MOST_LINES:
        raise UsageError(f"{where}: clean.{key} has {len(lines)} lines, at most {MOST_LINES} work")
    return tuple(lines)


def _selector(where: str, table: dict[str, Any], key: str) -> str | None:
    selector = table.get(key)
    if selector is None:
        return None
    if not isinstance(selector, str) or not selector.strip():
        raise UsageError(f'{where}: clean.{key} must be a CSS selector: {key} = "div.text"')
    if problem := selector_problem(selector):
        raise UsageError(f"{where}: clean.{key} {selector!r} cannot be read: {problem}")
    return selector
