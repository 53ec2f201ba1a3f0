"""``searchkit show``: a document, or a passage in its place."""

from __future__ import annotations

import re
import sys
from dataclasses import asdict
from pathlib import Path

import click

from searchkit.archive import Archive, open_archive
from searchkit.cli.hits import attribution, copies_line, document_line, passage_fields
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
  searchkit show q7jm2k4x6abc:h3k2p5 --cite bibtex
  searchkit show https://mfa.example/press/41 --versions
  searchkit show https://mfa.example/press/41 --diff
"""

# As segment makes them: twelve letters, a colon, the passage's own part.
_PASSAGE_ID = re.compile(r"[a-z2-7]{12}:[a-z2-7]{6}(?:-[0-9]{1,6})?")


@click.command("show", epilog=EXAMPLES)
@click.argument("target", metavar="ID|URL")
@click.option("--raw", is_flag=True, help="The bytes as they were archived.")
@click.option("--removed", is_flag=True, help="Also what cleaning took out, with the rules.")
@click.option("--versions", is_flag=True, help="The versions kept of the document.")
@click.option("--version", "version", type=click.IntRange(1), help="This version, not the newest.")
@click.option("--diff", is_flag=True, help="What the version changed in the one before it.")
@click.option("--cite", type=click.Choice(["plain", "markdown", "bibtex", "csl"]),
              help="A citation, with when it was archived and a hash of the text.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def command(
    index_path: Path,
    /,
    target: str,
    raw: bool,
    removed: bool,
    versions: bool,
    version: int | None,
    diff: bool,
    cite: str | None,
    form: str,
) -> None:
    """Print a document or passage by id (the first letters will do) or by URL."""
    with open_archive(index_path) as archive:
        at = archive.passage(target) if _PASSAGE_ID.fullmatch(target) else None
        identity = at.passage.document_id if at else archive.find_document(target)
        if at and not at.is_current:
            version = version or at.version
        document = archive.document(identity, version) if identity else None
        if document is None:
            raise UsageError(_not_kept(archive, target, identity, version))
        passage = at.passage if at else None
        if raw:
            page = archive.raw(document.id, version)
            out_bytes(page.body if page else b"")
        elif cite:
            out(_citation(archive, document, passage, version, cite))
        elif diff:
            out(_diff(archive, document, version, form))
        elif versions:
            out(_versions(archive, document, form))
        elif form == "json":
            out(to_json(_fields(archive, document, passage, is_current=version is None)))
        elif at and not at.is_current:
            note(f"Note: this passage stood in version {at.version}; the text has changed since")
            out("\n\n".join([*_head(document), _block(at.passage, at.passage)]))
        elif passage:
            out(_in_place(archive, document, passage))
        else:
            out(_whole(document, removed))
            if gone := archive.crawl_state.gone_since(document.id):
                note(f"Gone from its address since {gone[:16].replace('T', ' ')} UTC")
            if copies := archive.document_copies(document.id):
                note(f"Printed elsewhere: {copies_line(copies)}")


def _not_kept(archive: Archive, target: str, identity: str | None, version: int | None) -> str:
    if identity is None:
        return f"nothing is kept under {target!r}; find it with: searchkit search"
    count = len(archive.versions(identity))
    return f"{target!r} has no version {version}; there are {count}, see: show --versions"


def _citation(
    archive: Archive, document: Document, passage: Passage | None, version: int | None, form: str
) -> str:
    from searchkit.cite import Cited, cite

    rows = archive.versions(document.id)
    row = rows[(version or len(rows)) - 1]
    text = cite(Cited(document, passage, row.added_at, row.text_sha256), form)
    return visible(text)


def _diff(archive: Archive, document: Document, version: int | None, form: str) -> str:
    from searchkit.cite import word_diff

    newer = version or len(archive.versions(document.id))
    older = archive.document(document.id, newer - 1) if newer > 1 else None
    if older is None:
        raise UsageError(f"version {newer} of {document.id} is the first: there is none before it")
    changes = word_diff(older.text, document.text)
    if form == "json":
        return to_json(
            {
                "schema": "searchkit.diff/1",
                "document_id": document.id,
                "from": newer - 1,
                "to": newer,
                "changes": [{"op": op, "text": text} for op, text in changes],
            }
        )
    colour = use_colour(sys.stdout)
    signs = {"same": ("", "", ""), "out": ("[-", "-]", "31"), "in": ("{+", "+}", "32")}
    words = []
    for op, text in changes:
        before, after, code = signs[op]
        bare = text.strip()
        marked = style(f"{before}{visible(bare)}{after}", code, colour=colour and op != "same")
        words.append(visible(text).replace(visible(bare), marked, 1) if bare else text)
    return "\n\n".join([*_head(document), "".join(words)])


def _fields(
    archive: Archive, document: Document, passage: Passage | None, *, is_current: bool
) -> dict[str, object]:
    """What is known of the passage or document; an older version's passages are not kept apart."""
    from searchkit.cli.clean import document_fields

    if passage is not None:
        return passage_fields(passage, document)
    passages = archive.passages_of(document.id) if is_current else []
    copies = archive.document_copies(document.id)
    return document_fields(document) | {
        "passages": [passage_fields(each, document) for each in passages],
        "copies": [asdict(copy) for copy in copies],
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
