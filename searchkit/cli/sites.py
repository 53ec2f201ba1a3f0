"""``searchkit sites``: the lines learnt as the template of a site, and keeping one for good."""

from __future__ import annotations

from pathlib import Path

import click

from searchkit.archive import Archive, open_archive
from searchkit.cli.terminal import note, one_line, out, to_json
from searchkit.errors import UsageError
from searchkit.urls import site_of

EXAMPLES = """\b
Examples:
  searchkit sites
  searchkit sites mfa.example
  searchkit sites mfa.example --keep "Statement of the Foreign Ministry"
"""


@click.command("sites", epilog=EXAMPLES)
@click.argument("site", required=False)
@click.option(
    "--keep",
    "keeps",
    multiple=True,
    help="Never take lines with this text from the site's pages; may be given more than once.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option(
    "--wait", "wait_s", default=600.0, show_default=True, help="Seconds to wait for another writer."
)
@click.pass_obj
def command(
    index_path: Path, site: str | None, keeps: tuple[str, ...], form: str, wait_s: float
) -> None:
    """Show the lines that the pages of a site repeat, which cleaning takes out.

    A line is learnt from many different texts of one site, and is taken from pages added
    later; 'searchkit index --reclean' takes it from all, or puts back what is kept.
    """
    host = _host(site, keeps)
    if keeps and host is not None:
        with open_archive(index_path, write=True, wait_s=wait_s, on_wait=note) as archive:
            for text in keeps:
                archive.keep_line(host, text)
        note("Kept for good. For the pages already here, run: searchkit index --reclean")
    with open_archive(index_path) as archive:
        if host is None:
            _print_sites(archive, form)
        else:
            _print_lines(archive, host, form)


def _host(site: str | None, keeps: tuple[str, ...]) -> str | None:
    if site is None:
        if keeps:
            raise UsageError("--keep needs a site: searchkit sites mfa.example --keep TEXT")
        return None
    if any(not any(map(str.isalnum, text)) for text in keeps):
        raise UsageError("--keep needs a text with letters or digits")
    host = site_of(site if "://" in site else f"https://{site}/")
    if host is None:
        raise UsageError(f"{site!r} is no site: write it as mfa.example")
    return host


def _print_sites(archive: Archive, form: str) -> None:
    counts = archive.site_counts()
    if form == "json":
        rows = [count._asdict() for count in counts]
        out(to_json({"schema": "searchkit.sites/1", "sites": rows}))
        return
    out("  pages  lines  site")
    for count in counts:
        out(f"{count.pages:>7,}  {count.lines:>5,}  {one_line(count.site)}")


def _print_lines(archive: Archive, site: str, form: str) -> None:
    lines, kept = archive.site_lines(site), archive.kept_lines(site)
    if form == "json":
        rows = [line._asdict() for line in lines]
        out(to_json({"schema": "searchkit.site/1", "site": site, "lines": rows, "kept": kept}))
        return
    if not lines:
        out(f"No line was learnt of {one_line(site)}")
    for line in lines:
        kept_mark = "  (kept)" if line.is_kept else ""
        out(f"{line.texts:>7,} texts, since {line.since[:10]}{kept_mark}  {one_line(line.text)}")
    for text in kept:
        out(f"Kept: {one_line(text)}")
