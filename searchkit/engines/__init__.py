"""Engines: alternatives behind one contract.

An engine stores `Entry`s, is asked with a tree of `searchkit.query` nodes and
answers with passage ids and scores.  It holds no text to show, knows no query
language and no analyzer.  Everything in it can be rebuilt from the archive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, Protocol

from searchkit.errors import UsageError
from searchkit.query import Node
from searchkit.records import Entry

SCHEMA = 3
"""Version of what entries hold: raised when the analyzer or `indexer.build_entry` changes,
or how an engine stores them; an index of another version must be built anew."""

K1 = 1.2
"""BM25: how soon more occurrences of a term stop counting (Robertson and Zaragoza, 2009)."""

B = 0.6
"""BM25: how much a long field is held against an entry, 0 to 1; docs/quality.md says why."""

DAYS = "days"
"""Name by which `Engine.counts` tells publication spans: "20240901-20240930"."""

Sort = Literal["relevance", "newest", "oldest"]


@dataclass(frozen=True, slots=True)
class Found:
    """Passages in order: ``rows`` of (passage id, score), and how many there are in all."""

    total: int
    rows: tuple[tuple[str, float], ...]


class Engine(Protocol):
    """What every engine does; tests/test_engines.py is the contract in full."""

    name: str

    def revision(self) -> int:
        """Archive revision that the last commit holds; 0 for a new index."""

    def update(self, document_ids: Iterable[str], entries: Iterable[Entry], revision: int) -> int:
        """Replace everything of these documents by the entries, in one commit.

        Gives the number of entries written.  Either all of it is there afterwards or
        nothing; running the same update again changes nothing.
        """

    def search(self, node: Node, *, limit: int, offset: int = 0, sort: Sort = "relevance") -> Found:
        """Ranked passages that match; equal scores are ordered newest first, then by id."""

    def counts(self, node: Node, fields: Sequence[str]) -> dict[str, dict[str | None, int]]:
        """How many matching passages have each value, for each of these keyword fields.

        None counts those without a value; an entry of two values counts for both.  The
        field `DAYS` has the publication span, first and last day, as its value.
        """

    def words(self, field: str, prefix: str, limit: int) -> list[str]:
        """The field's commonest exact forms that begin so, most frequent first."""

    def size(self) -> int:
        """Number of passages held."""

    def check(self) -> list[str]:
        """What is wrong with the index on disk, one line a finding; empty when sound."""

    def close(self) -> None:
        """Let go of files and locks."""


def _whoosh(path: Path) -> Engine:
    from searchkit.engines.whoosh import WhooshEngine

    return WhooshEngine(path)


def _tantivy(path: Path) -> Engine:
    try:
        from searchkit.engines.tantivy import TantivyEngine
    except ModuleNotFoundError as exc:
        if exc.name != "tantivy":
            raise
        raise UsageError(
            "engine 'tantivy' needs the package 'tantivy'. Run: pip install 'searchkit[tantivy]'"
        ) from exc
    return TantivyEngine(path)


ENGINES: dict[str, Callable[[Path], Engine]] = {"whoosh": _whoosh, "tantivy": _tantivy}

DEFAULT_ENGINE = "whoosh"

LARGE_PASSAGES = 50_000
"""From so many passages on the default engine is slow enough to say so."""

SETTING = "engine"
"""Key under which an archive keeps the name of the engine that was chosen for it."""


class Settings(Protocol):
    """What keeps the choice of an engine: an archive."""

    def setting(self, key: str) -> str | None:
        """The value kept under this key, or None."""


def chosen_engine(settings: Settings) -> str:
    """Name of the engine chosen for an archive, or the default one."""
    return settings.setting(SETTING) or DEFAULT_ENGINE


def open_engine(name: str, index_path: Path) -> Engine:
    """The engine of that name, with its files under ``index_path / name``.

    Raises UsageError for an unknown name, IndexProblem where the files are damaged.
    """
    try:
        opener = ENGINES[name]
    except KeyError:
        known = ", ".join(sorted(ENGINES))
        raise UsageError(f"no engine {name!r}; choose one of: {known}") from None
    return opener(index_path / name)


def advice(name: str, passages: int) -> str | None:
    """What to tell the owner of an engine that holds so many passages; None if it serves.

    >>> advice("whoosh", 49_999), advice("tantivy", 1_000_000)
    (None, None)
    """
    if name != DEFAULT_ENGINE or passages < LARGE_PASSAGES:
        return None
    install = "" if find_spec("tantivy") else "pip install 'searchkit[tantivy]', then: "
    return (
        f"{passages:,} passages are many for {name}; tantivy answers sooner. "
        f"Run: {install}searchkit index --engine tantivy"
    )
