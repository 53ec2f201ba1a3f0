"""``searchkit check``: verify the archive and the index; ``--repair`` mends what can be."""

from __future__ import annotations

from pathlib import Path

import click

from searchkit.archive import Archive, open_archive
from searchkit.cli.index import bring_up
from searchkit.cli.terminal import note, one_line, out
from searchkit.engines import chosen_engine, open_engine
from searchkit.errors import IndexProblem

EXAMPLES = """\b
Examples:
  searchkit check
  searchkit check --repair
"""


@click.command("check", epilog=EXAMPLES)
@click.option(
    "--repair", is_flag=True, help="Mend it: archive bytes are moved aside, never deleted."
)
@click.option(
    "--wait", "wait_s", default=600.0, show_default=True, help="Seconds to wait for another writer."
)
@click.pass_obj
def command(index_path: Path, repair: bool, wait_s: float) -> int:
    """Verify every WARC record, row and index file; exit status 1 if anything is wrong."""
    with open_archive(index_path, write=repair, wait_s=wait_s, on_wait=note) as archive:
        findings = [
            f"{one_line(found.where)}: {one_line(found.what)}; {found.repair}"
            for found in archive.check()
        ]
        broken = _index_findings(archive, index_path)
        for line in archive.repair() if repair else []:
            out(f"Repaired: {one_line(line)}")
        if broken and repair:
            bring_up(archive, index_path, rebuild=True)
            broken = [f"{line}; rebuilt" for line in broken]
    for line in [*findings, *broken]:
        out(line)
    if not findings and not broken:
        out("Archive and index are sound")
    return 1 if findings or broken else 0


def _index_findings(archive: Archive, index_path: Path) -> list[str]:
    name = chosen_engine(archive)
    if not (index_path / name).exists():
        return []
    try:
        engine = open_engine(name, index_path)
    except IndexProblem as problem:
        return [str(problem)]
    try:
        return [
            f"index: {one_line(line)}. Run: searchkit index --rebuild" for line in engine.check()
        ]
    finally:
        engine.close()
