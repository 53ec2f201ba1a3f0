"""PDF bytes to lines re-joined into paragraphs; running heads and page numbers apart.

PDFium is not thread-safe, so one lock stands around all of it, and everything opened is
closed.  A scan has no text layer: that is an error, not an empty text.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from dataclasses import dataclass

import pypdfium2

from searchkit.clean.text import ENDS_SENTENCE, join_lines, tidy
from searchkit.errors import InputError
from searchkit.records import Removed

PDFIUM = threading.Lock()

# A hostile file may claim any number of pages, or hold one word a million times.
MOST_PAGES = 3000
MOST_CHARS = 32 * 1024 * 1024

# PDFium marks a hyphen that it took for the end of a cut word with one of these.
HYPHEN_MARKS = re.compile("[\x02\ufffe\u00ad]")

# Running heads stand in the first or last lines of a page; digits change with the page.
EDGE_LINES = 3
DIGITS = re.compile(r"\d+")
PAGE_NUMBER = re.compile(
    r"[\W_]*(?:(?:page|p\.?|seite|страница|стр\.?|página|sayfa)\s*)?(?:\d{1,4}|[ivxl]{1,6})"
    r"(?:\s*(?:/|of|von|de|из)\s*\d{1,4})?[\W_]*$",
    re.I,
)
# A line that stands on this share of the pages, and on two at least, is furniture.
REPEATED_SHARE = 0.5

# A line shorter than this share of the column ends a paragraph if it ends a sentence.
SHORT_LINE = 0.85
# Fonts set words of one length at many widths: the column is what nine lines of ten keep to.
COLUMN_SHARE = 0.9
BULLET = re.compile(r"(?:[•▪●◦‣–—*-]|\(?[0-9]{1,3}[.)]|\(?[a-z][.)]|\([ivx]{1,5}\))\s+\S")
LABEL_CHARS = 60


@dataclass(frozen=True, slots=True)
class PdfText:
    """Paragraphs of a PDF in reading order, and the lines taken out."""

    paragraphs: tuple[str, ...]
    removed: tuple[Removed, ...] = ()


def read_pdf(body: bytes, origin: str) -> PdfText:
    """The paragraphs of a PDF; InputError where it is damaged, locked, or has no text."""
    pages = _page_lines(body, origin)
    if not any(pages):
        raise InputError(origin, "no text layer: a scan must be put through OCR first")
    kept, removed = _without_furniture(pages)
    return PdfText(tuple(_paragraphs([line for page in kept for line in page])), tuple(removed))


def _page_lines(body: bytes, origin: str) -> list[list[str]]:
    """The lines of each page."""
    with PDFIUM:
        try:
            document = pypdfium2.PdfDocument(body)
        except pypdfium2.PdfiumError as error:
            locked = "password" in str(error).lower()
            reason = "the PDF is locked with a password" if locked else "not a readable PDF"
            raise InputError(origin, reason) from error
        try:
            return _read_pages(document, origin)
        finally:
            document.close()


def _read_pages(document: pypdfium2.PdfDocument, origin: str) -> list[list[str]]:
    if len(document) > MOST_PAGES:
        raise InputError(origin, f"the PDF has {len(document)} pages, more than {MOST_PAGES}")
    pages, size = [], 0
    for number in range(len(document)):
        try:
            text = _page_text(document, number)
        except pypdfium2.PdfiumError as error:
            raise InputError(origin, f"page {number + 1} of the PDF cannot be read") from error
        size += len(text)
        if size > MOST_CHARS:
            raise InputError(origin, f"the PDF holds more than {MOST_CHARS} characters")
        lines = (line.strip() for line in tidy(HYPHEN_MARKS.sub("-", text)).split("\n"))
        pages.append([line for line in lines if line])
    return pages


def _page_text(document: pypdfium2.PdfDocument, number: int) -> str:
    page = document[number]
    try:
        words = page.get_textpage()
        try:
            return str(words.get_text_bounded())
        finally:
            words.close()
    finally:
        page.close()


def _edges(page: list[str]) -> set[int]:
    """The places of the first and last lines of a page."""
    count = len(page)
    return set(range(min(EDGE_LINES, count))) | set(range(max(0, count - EDGE_LINES), count))


def _furniture_key(line: str) -> str:
    return DIGITS.sub("#", line.casefold())


def _without_furniture(pages: list[list[str]]) -> tuple[list[list[str]], list[Removed]]:
    """Pages without the lines that repeat at their edges and without page numbers."""
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update({_furniture_key(page[place]) for place in _edges(page)})
    least = max(2, REPEATED_SHARE * len(pages))
    kept: list[list[str]] = []
    removed: list[Removed] = []
    for page in pages:
        edges, rest = _edges(page), []
        for place, line in enumerate(page):
            repeated = counts[_furniture_key(line)] >= least
            if place in edges and len(pages) > 1 and (repeated or PAGE_NUMBER.match(line)):
                rule = "page number" if PAGE_NUMBER.match(line) else "running head"
                removed.append(Removed(line, rule))
            else:
                rest.append(line)
        kept.append(rest)
    return kept, removed


def _paragraphs(lines: list[str]) -> list[str]:
    """Lines joined to paragraphs: a short line that ends a sentence ends one too."""
    if not lines:
        return []
    lengths = sorted(map(len, lines))
    column = lengths[int(COLUMN_SHARE * (len(lengths) - 1))]
    paragraphs: list[list[str]] = [[lines[0]]]
    for line in lines[1:]:
        last = paragraphs[-1][-1]
        short = len(last) < SHORT_LINE * column
        if (short and _ends(last, line)) or BULLET.match(line):
            paragraphs.append([])
        paragraphs[-1].append(line)
    return [join_lines(paragraph) for paragraph in paragraphs]


def _ends(last: str, following: str) -> bool:
    """Whether a short line ends its paragraph: at a sentence's end, or as a heading does."""
    if ENDS_SENTENCE.search(last):
        return True
    begins = following[:1].isupper() or following[:1] in "“\"«„'("
    return begins and len(last) < LABEL_CHARS and not last.endswith((",", "-"))
