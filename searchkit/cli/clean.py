"""``searchkit clean``: the cleaned text of one page, and what was taken out."""

from __future__ import annotations

from typing import Any

import click

from searchkit.clean import clean_page
from searchkit.clean.rules import SiteRules
from searchkit.cli.given import given_options, make_given
from searchkit.cli.terminal import note, one_line, out, to_json, use_colour, visible
from searchkit.cli.terminal import style as styled
from searchkit.errors import InputError
from searchkit.inputs import read_page
from searchkit.records import Document, Page

EXAMPLES = """\b
Examples:
  searchkit clean statement.html
  searchkit clean --explain https://mfa.example/press/41
  curl -s https://mfa.example/press/41 | searchkit clean - --format json
"""


@click.command("clean", epilog=EXAMPLES)
@click.argument("target", metavar="FILE|URL|-")
@given_options
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--explain", is_flag=True, help="List sources of facts, and removed blocks.")
@click.option(
    "--keep", "keeps", multiple=True, help="Lines with this text stay; may be given more than once."
)
@click.option("--allow-private", is_flag=True, help="Let a URL be of this machine or network.")
def command(
    target: str,
    source: str | None,
    published: str | None,
    language: str | None,
    form: str,
    explain: bool,
    keeps: tuple[str, ...],
    allow_private: bool,
) -> None:
    """Print the cleaned text of a page: title and date first, then the paragraphs."""
    given = make_given(source, published, language)
    document = clean_page(_page(target, allow_private), given, SiteRules(keep=keeps))
    if form == "json":
        out(to_json(document_fields(document) | {"evidence": evidence_fields(document)}))
        return
    _print_text(document, explain)


def _page(target: str, allow_private: bool) -> Page:
    if "://" in target:
        from searchkit.fetch import fetch_page

        return fetch_page(target, allow_private=allow_private)
    page = read_page(target)
    if isinstance(page, InputError):
        raise page
    return page


def document_fields(document: Document) -> dict[str, Any]:
    """The document as JSON gives it: absent is null."""
    return {
        "schema": "searchkit.document/1",
        "id": document.id,
        "url": document.url,
        "title": document.title,
        "source": document.source,
        "site": document.site,
        "authors": list(document.authors),
        "published": document.published,
        "published_source": document.published_source,
        "published_certainty": document.published_certainty,
        "modified": document.modified,
        "language": document.language,
        "speaker": document.speaker,
        "role": document.role,
        "country": document.country,
        "form": document.form,
        "warnings": list(document.warnings),
        "text": document.text,
        "removed": [{"rule": cut.rule, "text": cut.text} for cut in document.removed],
    }


def evidence_fields(document: Document) -> dict[str, dict[str, str]]:
    """Where each fact was read and how sure it is, by fact; the date's stands beside it.

    >>> from searchkit.records import Evidence
    >>> evidence_fields(Document("x", "t", evidence=(Evidence("title", "h1", "certain"),)))
    {'title': {'source': 'h1', 'certainty': 'certain'}}
    """
    return {
        row.fact: {"source": row.source, "certainty": row.certainty} for row in document.evidence
    }


def _print_text(document: Document, explain: bool) -> None:
    import sys

    colour = use_colour(sys.stdout)
    if document.title:
        out(styled(one_line(document.title), "1", colour=colour))
    out(styled(one_line(head_line(document)), "2", colour=colour) + "\n")
    out(visible(document.text))
    for warning in document.warnings:
        note(f"Note: {warning}")
    if explain:
        out("\nRead from:")
        for row in document.evidence:
            out(f"  {row.fact}: {one_line(row.source)} ({row.certainty})")
        out(f"\nRemoved: {len(document.removed)} blocks")
        for cut in document.removed:
            out(f"  [{cut.rule}] {one_line(cut.text)[:300]}")


def head_line(document: Document) -> str:
    """Date with its source and certainty, source, language and URL, on one line."""
    parts = [published_words(document), document.source or document.site, document.language]
    return " · ".join(part for part in [*parts, document.url] if part)


def published_words(document: Document) -> str:
    """The date as a person should read it: where it is from, and how sure it is.

    >>> published_words(Document("x", "t"))
    'undated'
    """
    if document.published is None:
        return "undated"
    if document.published_certainty == "certain":
        return document.published
    return (
        f"{document.published} ({document.published_certainty}, from {document.published_source})"
    )
