"""What bare ``searchkit`` says: it looks at the state and ends in one command to copy."""

from __future__ import annotations

from pathlib import Path

from searchkit.archive import open_archive
from searchkit.cli.status import index_state
from searchkit.errors import ArchiveError


def welcome(index_path: Path) -> str:
    """At most 15 lines: nothing kept yet, index missing or behind, or ready."""
    try:
        archive = open_archive(index_path)
    except ArchiveError:
        if (index_path / "archive").exists():
            raise
        return _NOTHING.format(path=index_path)
    with archive:
        counts = archive.counts()
        state = index_state(archive, index_path)
    head = (
        f"searchkit: {counts.documents:,} documents, {counts.passages:,} passages in {index_path}/"
    )
    if not counts.documents:
        return _NOTHING.format(path=index_path)
    if state.command:
        return f"{head}\n{state.words}. Run:\n    {state.command}"
    return f"{head}\n{_READY}"


_NOTHING = """\
searchkit: search what governments said, and who said it.
Nothing is kept in {path}/ yet. Add pages, texts, PDFs or JSON lines:
    searchkit add FILE-OR-FOLDER --source "Who published it\""""

_READY = """\
Ask who said what, when and in which words:
    searchkit search 'ceasefire speaker:minister' --since 2024
More: searchkit search --help, searchkit status"""
