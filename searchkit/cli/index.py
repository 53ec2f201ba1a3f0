"""``searchkit index``: bring the index up to the archive, or build it anew."""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click

from searchkit.archive import Archive, open_archive
from searchkit.cli.terminal import Progress, note, one_line, out
from searchkit.engines import DEFAULT_ENGINE, open_engine
from searchkit.indexer import rebuild_index, update_index
from searchkit.ingest import parser_of
from searchkit.reclean import reclean as clean_again
from searchkit.reclean import store_rules
from searchkit.seeds import read_rules
from searchkit.workers import Pool, usable_cores

EXAMPLES = """\b
Examples:
  searchkit index
  searchkit index --rebuild
  searchkit index --reclean --rules seeds/
"""

# The writing process does two fifths of the work: it keeps no more of them busy.
MOST_WORKERS = 3


@click.command("index", epilog=EXAMPLES)
@click.option(
    "--rebuild", is_flag=True, help="Build it anew from the archive; replaces it when done."
)
@click.option(
    "--reclean",
    is_flag=True,
    help="Clean every kept page again, by today's rules and the lines learnt of its site.",
)
@click.option(
    "--rules",
    type=click.Path(path_type=Path),
    help="Cleaning rules of sites, a TOML file or a folder of them; kept in the archive.",
)
@click.option(
    "--wait", "wait_s", default=600.0, show_default=True, help="Seconds to wait for another writer."
)
@click.pass_obj
def command(
    index_path: Path, rebuild: bool, reclean: bool, rules: Path | None, wait_s: float
) -> None:
    """Bring the index up to the archive; it does this by itself after each add.

    The index is a cache: it can be deleted and built again at any time.  With --reclean
    the pages, too, are cleaned again: what changes becomes a new version, what was
    removed can be seen with 'show --removed', and a run that was stopped goes on.
    """
    stated = None if rules is None else read_rules(rules)
    with open_archive(index_path, write=True, wait_s=wait_s, on_wait=note) as archive:
        if stated is not None:
            store_rules(archive, stated)
            note(f"Rules for {len(stated):,} sites kept")
        if reclean:
            _reclean(archive)
        with helpers() as pool:
            count = bring_up(archive, index_path, pool, rebuild=rebuild)
        out(f"{count:,} passages indexed; the index holds revision {archive.revision():,}")


def _reclean(archive: Archive) -> None:
    """Clean all kept pages again; what cannot be cleaned is named and stays as it was."""
    counts: Counter[str] = Counter()
    changed: set[str] = set()
    progress = Progress("documents", archive.counts().documents)
    try:
        for done in clean_again(archive, parser_of(archive)):
            progress.step()
            counts[done.result] += 1
            if done.result == "changed":
                changed.add(done.document_id)
            elif done.result == "failed":
                note(f"{done.document_id}: stays as it was: {one_line(done.reason or '')}")
    finally:
        progress.close()
    total = sum(counts.values())
    out(f"{total:,} pages cleaned again; {len(changed):,} documents changed")


def helpers() -> AbstractContextManager[Pool | None]:
    """Processes for an index, started once they pay; None where there is one core alone."""
    count = min(usable_cores(), MOST_WORKERS)
    return Pool(count) if count > 1 else nullcontext()


def bring_up(
    archive: Archive, index_path: Path, pool: Pool | None = None, *, rebuild: bool = False
) -> int:
    """Index what the archive has and the engine lacks; gives the passages written."""
    progress = Progress("passages")
    try:
        if rebuild:
            return rebuild_index(
                archive, index_path, DEFAULT_ENGINE, on_progress=progress.step, pool=pool
            )
        engine = open_engine(DEFAULT_ENGINE, index_path)
        try:
            return update_index(archive, engine, on_progress=progress.step, pool=pool)
        finally:
            engine.close()
    finally:
        progress.close()
