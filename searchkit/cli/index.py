"""``searchkit index``: bring the index up to the archive, or build it anew."""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click

from searchkit.archive import Archive, open_archive
from searchkit.cli.terminal import Progress, note, one_line, out
from searchkit.engines import ENGINES, SETTING, Engine, advice, chosen_engine, open_engine
from searchkit.errors import IndexProblem
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
  searchkit index --engine tantivy
  searchkit index --reclean --rules seeds/
"""

# Kept once the user was told of the other engine.
_TOLD = "engine.told"

# The writing process does over a third of the work: it keeps no more of them busy.
MOST_WORKERS = 3


@click.command("index", epilog=EXAMPLES)
@click.option(
    "--rebuild", is_flag=True, help="Build it anew from the archive; replaces it when done."
)
@click.option(
    "--engine", "engine_name", type=click.Choice(sorted(ENGINES)),
    help="Search with this engine from now on; its index is built beside the other.",
)  # fmt: skip
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
    index_path: Path,
    rebuild: bool,
    engine_name: str | None,
    reclean: bool,
    rules: Path | None,
    wait_s: float,
) -> None:
    """Bring the index up to the archive; it does this by itself after each add.

    The index is a cache: it can be deleted and built again at any time.  With --engine
    another one is built, and answers once it is complete; the old one stays in its folder
    and can be deleted, or gone back to in the same way.  With --reclean
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
            if engine_name is None or engine_name == chosen_engine(archive):
                count = bring_up(archive, index_path, pool, rebuild=rebuild)
            else:
                count = change_engine(archive, index_path, engine_name, pool, rebuild=rebuild)
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


def change_engine(
    archive: Archive,
    index_path: Path,
    name: str,
    pool: Pool | None = None,
    *,
    rebuild: bool = False,
) -> int:
    """Make this engine the one that answers, once it holds what the archive has.

    Gives the passages written.  The choice is one row of the archive, changed last: until
    then everything asks the old engine, whose files stay as they are.
    """
    old = chosen_engine(archive)
    try:
        open_engine(name, index_path).close()
        found = (index_path / name).exists()
    except IndexProblem:
        found = False
    count = _index(archive, index_path, name, pool, rebuild=rebuild or not found)
    archive.set_setting(SETTING, name)
    if (index_path / old).exists():
        note(f"The index of {old} stays in {index_path / old}: delete it, or go back to it")
    return count


def bring_up(
    archive: Archive, index_path: Path, pool: Pool | None = None, *, rebuild: bool = False
) -> int:
    """Index what the archive has and its engine lacks; gives the passages written."""
    return _index(archive, index_path, chosen_engine(archive), pool, rebuild=rebuild)


def _index(
    archive: Archive, index_path: Path, name: str, pool: Pool | None, *, rebuild: bool
) -> int:
    progress = Progress("passages")
    try:
        if rebuild:
            return rebuild_index(archive, index_path, name, on_progress=progress.step, pool=pool)
        engine = open_engine(name, index_path)
        try:
            count = update_index(archive, engine, on_progress=progress.step, pool=pool)
            _hint_once(archive, engine)
            return count
        finally:
            engine.close()
    finally:
        progress.close()


def _hint_once(archive: Archive, engine: Engine) -> None:
    hint = advice(engine.name, engine.size())
    if hint and not archive.setting(_TOLD):
        note(hint)
        archive.set_setting(_TOLD, "yes")
