"""``searchkit index``: bring the index up to the archive, or build it anew."""

from __future__ import annotations

from pathlib import Path

import click

from searchkit.archive import Archive, open_archive
from searchkit.cli.terminal import Progress, note, out
from searchkit.engines import DEFAULT_ENGINE, open_engine
from searchkit.indexer import rebuild_index, update_index
from searchkit.workers import Pool

EXAMPLES = """\b
Examples:
  searchkit index
  searchkit index --rebuild
"""


@click.command("index", epilog=EXAMPLES)
@click.option(
    "--rebuild", is_flag=True, help="Build it anew from the archive; replaces it when done."
)
@click.option(
    "--wait", "wait_s", default=600.0, show_default=True, help="Seconds to wait for another writer."
)
@click.pass_obj
def command(index_path: Path, rebuild: bool, wait_s: float) -> None:
    """Bring the index up to the archive; it does this by itself after each add.

    The index is a cache: it can be deleted and built again at any time.
    """
    with open_archive(index_path, write=True, wait_s=wait_s, on_wait=note) as archive:
        count = bring_up(archive, index_path, rebuild=rebuild)
        out(f"{count:,} passages indexed; the index holds revision {archive.revision():,}")


def bring_up(
    archive: Archive, index_path: Path, pool: Pool | None = None, *, rebuild: bool = False
) -> int:
    """Index what the archive has and the engine lacks; gives the passages written."""
    progress = Progress("passages")
    try:
        if rebuild:
            return rebuild_index(archive, index_path, DEFAULT_ENGINE, on_progress=progress.step)
        engine = open_engine(DEFAULT_ENGINE, index_path)
        try:
            return update_index(archive, engine, on_progress=progress.step, pool=pool)
        finally:
            engine.close()
    finally:
        progress.close()
