"""``searchkit status``: what is kept, how fresh it is, and whether the index holds it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from searchkit.archive import Archive, open_archive
from searchkit.archive.coverage import Coverage
from searchkit.cli.alerted import alert_lines, alert_state
from searchkit.cli.coverage import coverage_lines
from searchkit.cli.terminal import one_line, out, to_json
from searchkit.engines import advice, chosen_engine, open_engine
from searchkit.errors import IndexProblem

EXAMPLES = """\b
Examples:
  searchkit status
  searchkit status --format json
"""


@dataclass(frozen=True, slots=True)
class IndexState:
    """The index beside the archive; ``command`` mends what is wrong, else is None."""

    engine: str
    revision: int
    passages: int
    words: str
    command: str | None


def index_state(archive: Archive, index_path: Path) -> IndexState:
    """Missing, damaged, behind or current, in words, with the command that mends it."""
    name = chosen_engine(archive)
    if not (index_path / name).exists():
        return IndexState(name, 0, 0, "There is no index yet", "searchkit index")
    try:
        engine = open_engine(name, index_path)
    except IndexProblem as problem:
        return IndexState(name, 0, 0, str(problem), "searchkit index --rebuild")
    try:
        revision, passages = engine.revision(), engine.size()
    finally:
        engine.close()
    behind = archive.revision() - revision
    if behind:
        words = f"The index is {behind:,} changes behind the archive"
        return IndexState(name, revision, passages, words, "searchkit index")
    return IndexState(name, revision, passages, "The index is current", None)


@click.command("status", epilog=EXAMPLES)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def command(index_path: Path, form: str) -> None:
    """Tell what is kept: documents, versions, passages, sources, dates, index, disk.

    Of each source that is crawled: its pages, documents a week over the last 30 days,
    and since when it fails, or is silent: nothing new for three usual gaps, and 3 days.
    Of alerts: which are stopped, and what could not be delivered.
    """
    with open_archive(index_path) as archive:
        fields = status_fields(archive, index_path)
    out(to_json(fields) if form == "json" else _text(fields))


def status_fields(archive: Archive, index_path: Path) -> dict[str, Any]:
    """Everything `status` tells, as JSON gives it."""
    counts = archive.counts()
    index = index_state(archive, index_path)
    return {
        "schema": "searchkit.status/1",
        "path": str(index_path),
        "revision": archive.revision(),
        "documents": counts.documents,
        "versions": counts.versions,
        "passages": counts.passages,
        "undated": counts.undated,
        "gone": counts.gone,
        "pending": counts.pending,
        "refused": counts.refused,
        "languages": {name or "unknown": number for name, number in counts.languages},
        "sources": [row._asdict() for row in counts.sources],
        "crawled": [asdict(row) for row in archive.crawl_state.coverage(datetime.now(UTC))],
        "alerts": alert_state(archive),
        "template_lines": {
            count.site: count.lines for count in archive.site_counts() if count.lines
        },
        "index": asdict(index),
        "disk_bytes": {part: _size(index_path / part) for part in ("archive", index.engine)},
    }


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def _text(fields: dict[str, Any]) -> str:
    disk = fields["disk_bytes"]
    lines = [
        f"Archive   {fields['path']}/archive, revision {fields['revision']:,},"
        f" {_mb(disk['archive'])}",
        f"Kept      {fields['documents']:,} documents, {fields['versions']:,} versions,"
        f" {fields['passages']:,} passages; {fields['undated']:,} documents undated",
        f"Index     {fields['index']['engine']}, {fields['index']['passages']:,} passages,"
        f" {_mb(disk[fields['index']['engine']])}. {fields['index']['words']}",
    ]
    if fields["pending"]:
        lines.append(f"Unfinished {fields['pending']:,} captures; the next add finishes them")
    if fields["refused"]:
        lines.append(f"No text   in {fields['refused']:,} pages that were kept all the same")
    lines.append("Languages " + ", ".join(f"{k} {v:,}" for k, v in fields["languages"].items()))
    if learnt := fields["template_lines"]:
        lines.append(
            f"Templates {sum(learnt.values()):,} lines learnt of {len(learnt):,} sites;"
            " see: searchkit sites"
        )
    if hint := advice(fields["index"]["engine"], fields["index"]["passages"]):
        lines.append(f"Engine    {hint}")
    lines.append("Sources   documents  newest      name")
    lines += [
        f"          {row['documents']:>9,}  {row['newest'] or 'undated':<10}"
        f"  {one_line(row['source'])}"
        for row in fields["sources"]
    ]
    lines += coverage_lines([Coverage(**row) for row in fields["crawled"]])
    lines += alert_lines(fields["alerts"])
    if fields["index"]["command"]:
        lines.append(f"Run: {fields['index']['command']}")
    return "\n".join(lines)


def _mb(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.1f} MB"
