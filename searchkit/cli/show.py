"""``searchkit show``: a document, or a passage in its place."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from searchkit.archive import Archive, open_archive
from searchkit.cli.hits import attribution, passage_fields
from searchkit.cli.terminal import mark, note, one_line, style, to_json, use_colour, visible, wrap
from searchkit.errors import UsageError
from searchkit.records import Document, Passage

EXAMPLES = """\b
Examples:
  searchkit show q7jm2k4x6abc:h3k2p5        a passage, with what stands around it
  searchkit show q7jm2k4x6abc --removed     a document, and what cleaning took out
  searchkit show https://mfa.example/press/41 --versions
"""


@click.command("show", epilog=EXAMPLES)
@click.argument("target", metavar="ID|URL")
@click.option("--raw", is_flag=True, help="The bytes as they were archived.")
@click.option("--removed", is_flag=True, help="Also what cleaning took out, with the rules.")
@click.option("--versions", is_flag=True, help="The versions kept of the document.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def command(
    index_path: Path, target: str, raw: bool, removed: bool, versions: bool, form: str
) -> None:
    """Print a document or passage by id (the first letters will do) or by URL."""
    with open_archive(index_path) as archive:
        found = archive.passage(target) if ":" in target and "://" not in target else None
        document = archive.find_document(found.passage.document_id if found else target)
        if document is None or (found is None and ":" in target and "://" not in target):
            raise UsageError(f"nothing kept under {target!r}; see: searchkit search")
        if raw:
            click.echo(archive.raw(document.id).body, nl=False)
        elif versions:
            click.echo(_versions(archive, document, form))
        elif form == "json":
            click.echo(to_json(_fields(archive, document, found.passage if found else None)))
        elif found:
            if not found.current:
                note(f"Note: this passage stood in version {found.version}; the text has changed since")
            click.echo(_in_place(archive, document, found.passage))
        else:
            click.echo(_whole(document, removed))


def _fields(archive: Archive, document: Document, passage: Passage | None) -> dict[str, object]:
    from searchkit.cli.clean import document_fields

    if passage is not None:
        return passage_fields(passage, document)
    passages = archive.passages_of(document.id)
    return document_fields(document) | {
        "passages": [passage_fields(each, document) for each in passages]
    }


def _versions(archive: Archive, document: Document, form: str) -> str:
    rows = archive.versions(document.id)
    if form == "json":
        return "\n".join(
            to_json({"n": row.n, "added_at": row.added_at.isoformat(), "title": row.title})
            for row in rows
        )
    return "\n".join(
        f"{row.n:>3}  {row.added_at:%Y-%m-%d %H:%M} UTC  {row.published or 'undated':<10}"
        f"  {one_line(row.title or '')}"
        for row in rows
    )


def _whole(document: Document, removed: bool) -> str:
    colour = use_colour(sys.stdout)
    parts = [*_head(document, colour), visible(document.text)]
    if removed:
        cuts = [f"  [{cut.rule}] {one_line(cut.text)}" for cut in document.removed]
        parts.append("\n".join([f"Removed: {len(cuts)} blocks", *cuts]))
    return "\n\n".join(parts)


def _in_place(archive: Archive, document: Document, passage: Passage) -> str:
    """The passage marked, with the passages before and after it."""
    colour = use_colour(sys.stdout)
    near = [
        each
        for each in archive.passages_of(document.id)
        if -1 <= _place(archive, document, each) - _place(archive, document, passage) <= 1
    ]
    blocks = _head(document, colour)
    for each in near or [passage]:
        own = each.id == passage.id
        who = style(attribution(each), "1" if own else "2", colour=colour)
        text = mark(each.text, [(0, len(each.text))] if own and colour else [], colour=colour)
        blocks.append(f"{'>' if own else ' '} {who}\n{wrap(text, '  ')}")
    return "\n\n".join(blocks)


def _place(archive: Archive, document: Document, passage: Passage) -> int:
    starts = sorted(each.start for each in archive.passages_of(document.id))
    return sum(start < passage.start for start in starts)


def _head(document: Document, colour: bool) -> list[str]:
    from searchkit.cli.hits import document_line

    title = style(one_line(document.title or "Untitled"), "1", colour=colour)
    return [f"{title}\n{style(document_line(document), '2', colour=colour)}"]
