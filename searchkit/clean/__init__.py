"""Clean a page: raw bytes to one `Document` with its text, its facts and what was cut.

`clean_page` is the door; by media type it goes to `html`, `text`, `pdf` or `record`, then
puts the parts together here.  It fetches nothing and keeps nothing; the same page gives the
same document.  Splitting into passages is not its work.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256

from searchkit.clean.bounds import TooMuch
from searchkit.clean.encoding import decode_page
from searchkit.clean.html import clean_source, flatten, outline_page, parse_tree, strip_tags
from searchkit.clean.judge import judge_blocks, printed_date
from searchkit.clean.language import Settled, primary_code, settle_language
from searchkit.clean.metadata import Metadata, dated, read_metadata
from searchkit.clean.model import decide_blocks
from searchkit.clean.pdf import read_pdf
from searchkit.clean.record import read_record, readable_date
from searchkit.clean.rules import SiteRules, select_source
from searchkit.clean.text import Flat, clean_text, sift_paragraphs, tidy
from searchkit.errors import InputError
from searchkit.records import Certainty, Document, Evidence, Given, Page, Removed
from searchkit.urls import canonical_url, document_id, url_key

__all__ = ["clean_page"]

# More is no statement; it would only cost memory.
LARGEST_BODY = 32 * 1024 * 1024

# A page with more visible characters than this must give some text.
SUSPECT_CHARS = 200
EXTRACT_SUSPECT = "extract_suspect"

HTML_TYPES = frozenset(("text/html", "application/xhtml+xml"))

_NO_RULES = SiteRules()


@dataclass(frozen=True, slots=True)
class _Parts:
    """What one kind of page gave: its paragraphs and what it says of itself."""

    paragraphs: tuple[str, ...]
    facts: Metadata
    removed: tuple[Removed, ...] = ()
    warnings: tuple[str, ...] = ()


def clean_page(page: Page, given: Given | None = None, rules: SiteRules = _NO_RULES) -> Document:
    """The document that a page holds; what is given beats what is found.

    ``rules`` name lines that stay, whatever removes them, and parts of an HTML page.

    Raises InputError where the page is too large, of an unknown type, damaged, or empty, or
    has more tags or paragraphs than any statement.
    """
    given = given or Given()
    if len(page.body) > LARGEST_BODY:
        raise InputError(page.origin, f"larger than {LARGEST_BODY >> 20} MiB")
    given, warnings = readable_date(given)
    try:
        given, parts = _read_parts(page, given, rules)
    except TooMuch as error:
        raise InputError(page.origin, str(error)) from error
    if not parts.paragraphs:
        raise InputError(page.origin, "no text is left when boilerplate is taken out")
    return _document(page, given, replace(parts, warnings=warnings + parts.warnings))


def _read_parts(page: Page, given: Given, rules: SiteRules) -> tuple[Given, _Parts]:
    """The parts of a page by its media type, and what is given, with what a record gives."""
    if page.media_type in HTML_TYPES:
        return given, _html_parts(page, given, rules)
    if page.media_type == "text/plain":
        return given, _text_parts(decode_page(page.body, page.charset)[0], given, rules)
    if page.media_type == "application/pdf":
        return given, _pdf_parts(page, given, rules)
    if page.media_type == "application/json":
        record = read_record(page.body, page.origin, given)
        parts = _text_parts(record.text, record.given, rules)
        return record.given, replace(parts, warnings=record.warnings + parts.warnings)
    raise InputError(page.origin, f"cannot clean pages of type {page.media_type!r}")


def _text_parts(text: str, given: Given, site: SiteRules) -> _Parts:
    return _flat_parts(clean_text(text, given.title, site.keeps))


def _flat_parts(flat: Flat) -> _Parts:
    found = flat.published
    facts = Metadata(
        title=flat.title,
        published=found,
        published_source="text" if found else None,
        published_certainty="likely" if found else None,
    )
    return _Parts(flat.paragraphs, facts, flat.removed)


def _pdf_parts(page: Page, given: Given, site: SiteRules) -> _Parts:
    pdf = read_pdf(page.body, page.origin)
    parts = _flat_parts(clean_text("\n\n".join(pdf.paragraphs), given.title, site.keeps))
    return replace(parts, removed=pdf.removed + parts.removed)


def _html_parts(page: Page, given: Given, site: SiteRules) -> _Parts:
    source, _ = decode_page(page.body, page.charset)
    source = clean_source(source)
    if site.body or site.remove:
        source = select_source(flatten(source), site)
    root = parse_tree(source)
    facts = Metadata() if root is None else read_metadata(root, page)
    title = given.title or facts.title
    kept: list[str] = []
    removed: list[Removed] = []
    if root is not None:
        outline = outline_page(root)
        judged = judge_blocks(outline, title)
        facts = dated(facts, printed_date(outline, judged.rules), root, page)
        rules = decide_blocks(outline, judged, title)
        for block, rule in zip(outline.blocks, rules, strict=True):
            if rule is None or site.keeps(block.text):
                kept.append(block.text)
            else:
                removed.append(Removed(block.text, rule))
        kept, sifted = sift_paragraphs(kept, title, site.keeps)
        removed += sifted
    if kept:
        return _Parts(tuple(kept), facts, tuple(removed))
    return _suspect_parts(page, source, facts, title)


def _suspect_parts(page: Page, source: str, facts: Metadata, title: str | None) -> _Parts:
    """All visible characters of a page that gave no text, with a warning; never nothing."""
    visible = strip_tags(source)
    if len(visible) <= SUSPECT_CHARS:
        raise InputError(page.origin, "the page holds no text")
    kept, removed = sift_paragraphs(tidy(visible).split("\n\n"), title)
    return _Parts(tuple(kept), facts, tuple(removed), (EXTRACT_SUSPECT,))


def _document(page: Page, given: Given, parts: _Parts) -> Document:
    """The parts as a document, each fact from what is given, else from what was found."""
    facts = parts.facts
    text = "\n\n".join(parts.paragraphs)
    url = given.url or facts.url or page.url
    published, source, certainty = _date(given, facts)
    language = _language(given, facts, text)
    return Document(
        id=_identity(page, given, url),
        text=text,
        url=canonical_url(url) if url else None,
        title=given.title or facts.title,
        published=published,
        published_source=source,
        published_certainty=certainty,
        modified=facts.modified,
        language=language.code if language else None,
        site=facts.site,
        source=given.source,
        authors=facts.authors,
        speaker=given.speaker,
        role=given.role,
        country=given.country,
        warnings=parts.warnings,
        removed=parts.removed,
        evidence=_evidence(given, facts, language),
    )


def _evidence(given: Given, facts: Metadata, language: Settled | None) -> tuple[Evidence, ...]:
    """Where each fact was read; what is given was not read at all."""
    rows = {row.fact: row for row in facts.evidence}
    if facts.title:
        rows.setdefault("title", Evidence("title", "text", "likely"))
    if language:
        rows["language"] = Evidence("language", language.source, language.certainty)
    if given.title:
        rows["title"] = Evidence("title", "given", "certain")
    if given.url:
        rows["url"] = Evidence("url", "given", "certain")
    return tuple(rows.values())


def _date(given: Given, facts: Metadata) -> tuple[str | None, str | None, Certainty | None]:
    if given.published:
        return given.published, "given", "certain"
    if given.listed and not facts.published:
        return given.listed[:10], "feed", "likely"
    return facts.published, facts.published_source, facts.published_certainty


def _language(given: Given, facts: Metadata, text: str) -> Settled | None:
    if given.language:
        return Settled(primary_code(given.language), "given", "certain")
    return settle_language(facts.language, text)


def _identity(page: Page, given: Given, url: str | None) -> str:
    if url:
        return document_id(url_key(url))
    if given.id:
        return document_id(f"id:{given.source or ''}:{given.id}")
    return document_id("sha256:" + sha256(page.body).hexdigest())
