"""``searchkit show``: a document, or a passage in its place."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from searchkit.archive import Archive, open_archive
from searchkit.cli.hits import attribution, document_line, passage_fields
from searchkit.cli.terminal import (
    note,
    one_line,
    out,
    out_bytes,
    style,
    to_json,
    use_colour,
    visible,
    wrap,
)
from searchkit.errors import UsageError
from searchkit.records import Document, Passage

EXAMPLES = """\b
Examples:
  searchkit show q7jm2k4x6abc:h3k2p5        a passage, with what stands around it
  searchkit show q7jm2k4x6abc --removed     a document, and what cleaning took out
  searchkit show https://mfa.example/press/41 --versions
"""

# As segment makes them: twelve letters, a colon, the passage's own part.
_PASSAGE_ID = re.compile(r"[a-z2-7]{12}:[a-z2-7]{6}(?:-[0-9]{1,6})?")


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
        at = archive.passage(target) if _PASSAGE_ID.fullmatch(target) else None
        identity = at.passage.document_id if at else archive.find_document(target)
        document = archive.document(identity) if identity else None
        if document is None:
            raise UsageError(f"nothing is kept under {target!r}; find it with: searchkit search")
        passage = at.passage if at else None
        if raw:
            page = archive.raw(document.id)
            out_bytes(page.body if page else b"")
        elif versions:
            out(_versions(archive, document, form))
        elif form == "json":
            out(to_json(_fields(archive, document, passage)))
        elif at and not at.is_current:
            note(f"Note: this passage stood in version {at.version}; the text has changed since")
            out("\n\n".join([*_head(document), _block(at.passage, at.passage)]))
        elif passage:
            out(_in_place(archive, document, passage))
        else:
            out(_whole(document, removed))


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
            to_json({"schema": "searchkit.version/1", **row._asdict()}) for row in rows
        )
    return "\n".join(
        f"{row.n:>3}  added {row.added_at}  {row.published or 'undated':<10}"
        f"  {one_line(row.title or '')}"
        for row in rows
    )


def _whole(document: Document, removed: bool) -> str:
    parts = [*_head(document), visible(document.text)]
    if removed:
        cuts = [f"  [{cut.rule}] {one_line(cut.text)}" for cut in document.removed]
        parts.append("\n".join([f"Removed: {len(cuts)} blocks", *cuts]))
    return "\n\n".join(parts)


def _in_place(archive: Archive, document: Document, passage: Passage) -> str:
    """The passage, with the passages before and after it."""
    passages = archive.passages_of(document.id)
    place = next(i for i, each in enumerate(passages) if each.id == passage.id)
    near = passages[max(0, place - 1) : place + 2]
    return "\n\n".join([*_head(document), *(_block(each, passage) for each in near)])


def _block(each: Passage, own: Passage) -> str:
    colour = use_colour(sys.stdout)
    sign, code = (">", "1") if each.id == own.id else (" ", "2")
    who = style(attribution(each), code, colour=colour)
    return f"{sign} {who}\n{wrap(visible(each.text), '    ')}"


def _head(document: Document) -> list[str]:
    colour = use_colour(sys.stdout)
    title = style(one_line(document.title or "Untitled"), "1", colour=colour)
    about = " · ".join(
        part for part in (document_line(document), one_line(document.url or "")) if part
    )
    return [f"{title}\n{style(about, '2', colour=colour)}\n{document.id}"]
