"""How crawled sources fare, in words: for `status`, and for a search that asks for one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from searchkit.archive import Archive
from searchkit.cli.terminal import one_line
from searchkit.query import parse_query
from searchkit.query.tree import All, Either, Field, Part, Quoted, Weighted, Word

if TYPE_CHECKING:  # most searches ask for no source
    from searchkit.archive.coverage import Coverage

_LINES = 3  # of sources that one search tells about


def coverage_lines(rows: Sequence[Coverage]) -> list[str]:
    """The crawled sources, those in trouble first, as `status` shows them."""
    if not rows:
        return []
    lines = ["Crawled   pages  gone  no text  a week  newest      name"]
    for row in sorted(rows, key=lambda row: (not _is_in_trouble(row), row.source)):
        lines.append(
            f"          {row.pages:>5,}  {row.gone:>4,}  {row.without_text:>7,}"
            f"  {row.per_week:>6,.1f}  {_day(row.newest):<10}  {one_line(row.name)}"
        )
        lines += [f"            {words}" for words in state_words(row)]
    return lines


def state_words(row: Coverage) -> Iterator[str]:
    """What is wrong with a source, a line for each thing."""
    if row.failing_since is not None:
        last = f"last read {_minute(row.succeeded)}" if row.succeeded else "never read"
        reason = one_line(row.reason or "")
        yield f"failing since {_minute(row.failing_since)}, {last}: {reason}"
    if row.silent_since is not None:
        yield f"silent since {_day(row.silent_since)}, though read {_minute(row.succeeded)}"
    if row.scripted:
        yield f"{row.scripted:,} pages need JavaScript, which is not run"


def search_notes(archive: Archive, query: str, source: str | None) -> list[str]:
    """A line for each source that a search asks for and that is silent or failing.

    None where nothing was ever crawled, and none for sources that fare well.
    """
    asked = _asked(query, source)
    if not asked.names and not asked.sites:
        return []
    state = archive.crawl_state
    chosen = {source for site in asked.sites for source in state.sources_at(site)}
    chosen |= {source for source, name in state.names().items() if asked.names_one(source, name)}
    rows = state.coverage(datetime.now(UTC), chosen) if chosen else []
    troubles = [row for row in rows if _is_in_trouble(row)]
    return [f"{one_line(row.name)}: {next(state_words(row))}" for row in troubles[:_LINES]]


def _is_in_trouble(row: Coverage) -> bool:
    return row.failing_since is not None or row.silent_since is not None


@dataclass(slots=True)
class _Asked:
    """The sources that a query names: by words of their names, and by sites."""

    names: list[set[str]] = field(default_factory=list)
    sites: list[str] = field(default_factory=list)

    def names_one(self, source: str, name: str) -> bool:
        """Whether all words of any name that was asked for are of this source."""
        words = set(f"{name} {source}".casefold().split())
        return any(name and name <= words for name in self.names)

    def add(self, part: Part) -> None:
        """The sources that a part of a query asks for; what it excludes is not asked for."""
        if isinstance(part, All | Either):
            for inner in part.parts:
                self.add(inner)
        elif isinstance(part, Weighted):
            self.add(part.part)
        elif isinstance(part, Field) and part.name == "source":
            self.names.append({w for text in _texts(part.part) for w in text.casefold().split()})
        elif isinstance(part, Field) and part.name == "site":
            self.sites += [text.casefold() for text in _texts(part.part)]


def _texts(part: Part) -> Iterator[str]:
    if isinstance(part, Word | Quoted):
        yield part.text
    elif isinstance(part, All | Either):
        for inner in part.parts:
            yield from _texts(inner)
    elif isinstance(part, Weighted):
        yield from _texts(part.part)


def _asked(query: str, source: str | None) -> _Asked:
    asked = _Asked()
    asked.add(parse_query(query).tree)
    if source is not None:
        asked.names.append(set(source.casefold().split()))
    return asked


def _day(time: str | None) -> str:
    return time[:10] if time else "none"


def _minute(time: str | None) -> str:
    return f"{time[:16].replace('T', ' ')} UTC" if time else "never"
