"""PDF bytes to lines re-joined into paragraphs; running heads and page numbers apart.

PDFium is not thread-safe, so one lock stands around all of it, and everything opened is
closed.  A scan has no text layer: that is an error, not an empty text.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2

from searchkit.clean.bounds import check_chars
from searchkit.clean.text import ENDS_SENTENCE, join_lines, tidy
from searchkit.errors import InputError
from searchkit.records import Removed

PDFIUM = threading.Lock()

MOST_PAGES = 3000  # a hostile file may claim any number of pages

# PDFium puts one of these for the hyphen of a cut word, and joins the two lines itself; which
# hyphens are real is for `join_lines` to say.
HYPHEN_MARK = re.compile("[\x02\ufffe\u00ad]")

# Running heads stand in the first or last lines of a page; digits change with the page.
EDGE_LINES = 3
LONGEST_COUNTING_HEAD = 60  # characters
DIGITS = re.compile(r"\d+")
PAGE_NUMBER = re.compile(
    r"[\s|–—-]*(?:(?:page|p\.?|seite|страница|стр\.?|página|sayfa)\s*)?(?:\d{1,4}|[ivxl]{1,6})"
    r"(?:\s*(?:/|of|von|de|из)\s*\d{1,4})?[\s|.–—-]*$",
    re.I,
)
# A line that stands on this share of the pages, and on two at least, is furniture.
REPEATED_SHARE = 0.5

# A line shorter than this share of the column ends a paragraph if it ends a sentence.
SHORT_LINE = 0.85
# Fonts set words of one length at many widths: the column is what nine lines of ten keep to.
COLUMN_SHARE = 0.9
# More space than usual between two lines, or letters of another size, part paragraphs.
WIDE_GAP = 0.35  # of the letters' height, beyond the usual gap
OTHER_SIZE = 0.08
BULLET = re.compile(r"(?:[•▪●◦‣–—*-]|\(?[0-9]{1,3}[.)]|\(?[a-z][.)]|\([ivx]{1,5}\))\s+\S")


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line and where its first letter stands, in points from the page's foot.

    ``top`` and ``bottom`` are 0 where the place is not known.
    """

    text: str
    top: float = 0.0
    bottom: float = 0.0

    @property
    def height(self) -> float:
        """The height of the letters, 0 where it is not known."""
        return self.top - self.bottom


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
    return PdfText(tuple(_paragraphs(kept)), tuple(removed))


def _page_lines(body: bytes, origin: str) -> list[list[Line]]:
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


def _read_pages(document: pypdfium2.PdfDocument, origin: str) -> list[list[Line]]:
    if len(document) > MOST_PAGES:
        raise InputError(origin, f"the PDF has {len(document)} pages, more than {MOST_PAGES}")
    pages, size = [], 0
    for number in range(len(document)):
        try:
            lines = _lines_of_page(document, number)
        except pypdfium2.PdfiumError as error:
            raise InputError(origin, f"page {number + 1} of the PDF cannot be read") from error
        size += sum(len(line.text) for line in lines)
        check_chars(size)  # page by page: one word may stand there a million times
        pages.append(lines)
    return pages


def _lines_of_page(document: pypdfium2.PdfDocument, number: int) -> list[Line]:
    page = document[number]
    try:
        words = page.get_textpage()
        try:
            return _lines(words)
        finally:
            words.close()
    finally:
        page.close()


def _lines(words: pypdfium2.PdfTextPage) -> list[Line]:
    """The lines of a text page with their places."""
    text = words.get_text_range()
    # Signs beyond the first plane and dropped ones shift PDFium's count: then no places.
    placed = words.count_chars() == len(text)
    lines, start = [], 0
    for piece in text.split("\n"):
        for part in _parts(piece):
            if whole := tidy(part).strip():
                first = start + len(part) - len(part.lstrip())
                _, bottom, _, top = words.get_charbox(first, loose=True) if placed else (0,) * 4
                lines.append(Line(whole, top, bottom))
            start += len(part)
        start += 1
    return lines


def _parts(line: str) -> list[str]:
    """A line cut after each hyphen mark, the mark made a hyphen; lengths stay."""
    return HYPHEN_MARK.sub("-\n", line).split("\n")


def _edges(page: list[Line]) -> Iterator[list[int]]:
    """The places of the first lines of a page and of the last, each from the edge inwards."""
    count = len(page)
    yield list(range(min(EDGE_LINES, count)))
    yield list(range(count - 1, max(-1, count - 1 - EDGE_LINES), -1))


def _furniture_key(line: Line) -> str:
    """What a head or foot shares over pages: a short one counts them."""
    small = line.text.casefold()
    return DIGITS.sub("#", small) if len(small) <= LONGEST_COUNTING_HEAD else small


def _without_furniture(pages: list[list[Line]]) -> tuple[list[list[Line]], list[Removed]]:
    """Pages without the lines that repeat at their edges and without page numbers."""
    counts: Counter[str] = Counter()
    for page in pages:
        at_edge = {place for edge in _edges(page) for place in edge}
        counts.update({_furniture_key(page[place]) for place in at_edge})
    least = max(2, REPEATED_SHARE * len(pages))
    repeated = {key for key, count in counts.items() if count >= least}
    kept: list[list[Line]] = []
    removed: list[Removed] = []
    for page in pages:
        rules = _furniture(page, repeated) if len(pages) > 1 else {}
        removed += [Removed(page[place].text, rules[place]) for place in sorted(rules)]
        kept.append([line for place, line in enumerate(page) if place not in rules])
    return kept, removed


def _furniture(page: list[Line], repeated: set[str]) -> dict[int, str]:
    """The rule for each place at an edge that is furniture, up to the first that is none."""
    rules: dict[int, str] = {}
    for edge in _edges(page):
        for place in edge:
            if PAGE_NUMBER.match(page[place].text):
                rules[place] = "page number"
            elif _furniture_key(page[place]) in repeated:
                rules[place] = "running head"
            else:
                break
    return rules


def _paragraphs(pages: list[list[Line]]) -> list[str]:
    """Lines joined to paragraphs, also over the end of a page."""
    lengths = sorted(len(line.text) for page in pages for line in page)
    column = lengths[int(COLUMN_SHARE * (len(lengths) - 1))] if lengths else 0
    paragraphs: list[list[str]] = []
    last: Line | None = None
    for page in pages:
        usual = _usual_gap(page)
        for place, line in enumerate(page):
            if last is None or _parted(last, line, usual if place else None, column):
                paragraphs.append([])
            paragraphs[-1].append(line.text)
            last = line
    return [join_lines(paragraph) for paragraph in paragraphs]


def _usual_gap(page: list[Line]) -> float:
    """The space between most pairs of lines, as a share of the letters' height."""
    gaps = sorted(
        (above.bottom - below.top) / above.height
        for above, below in pairwise(page)
        if above.height > 0 and above.bottom > below.bottom
    )
    return gaps[len(gaps) // 2] if gaps else 0.0


def _parted(last: Line, line: Line, usual: float | None, column: int) -> bool:
    """Whether a line begins a paragraph; ``usual`` is None over the end of a page."""
    if BULLET.match(line.text):
        return True
    if last.height > 0 and abs(line.height / last.height - 1) > OTHER_SIZE:
        return True
    if usual is not None and last.height > 0 and last.bottom > line.bottom:
        gap = (last.bottom - line.top) / last.height
        if gap > usual + WIDE_GAP:
            return True
    short = len(last.text) < SHORT_LINE * column
    return short and ENDS_SENTENCE.search(last.text) is not None
