"""The scanner of quotation marks: where quoted words begin and end.

In comes one paragraph, and whether a quotation was left open before it; out go
`Quote`s in order, disjoint, with offsets into the text.  A mark counts by what
stands round it first and by its shape second, so that straight, wrong-way, German
and French marks all read alike; quotations inside a quotation are not reported.
Whether the words are speech or a mere name in quotes is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# “ ” „ ‟ " and the doubled straight apostrophe; « » ‹ ›; the brackets of Chinese and Japanese.
DOUBLE = '"“”„‟＂'
ANGLE = "«»"
CORNER = "「」『』"
MARK = re.compile(f"'{{2,3}}|[{DOUBLE}{ANGLE}{CORNER}]")
OPENING = "“„‟«「『"
CLOSING = "”»」』"
# ‘one mark’ quotations: the opener stands before a word and after nothing or a space.
SINGLE_OPEN = re.compile(r"(?:(?<=[\s(\[—–-])|^)[‘'](?=[^\W\d_])|(?<=\s)‘(?=[^\s'])")
# The closer follows a word or an end mark and stands before no word; one after an "s"
# may be a plural possessive, so it counts only after an end mark or as a last resort.
SINGLE_CLOSE = re.compile(r"(?<=[^\s])[’'](?!\w)")
BEFORE_OPEN = re.compile(r"[\s(\[—–/:>\-]")
AFTER_CLOSE = re.compile(r"[\s.,;:!?…)\]—–\-/]")
DIGIT_INCH = re.compile(r"\d$")
LONGEST_SINGLE = 600


@dataclass(frozen=True, slots=True)
class Quote:
    """Quoted words: ``start``/``end`` inside the marks, ``outer_*`` with them.

    ``opened`` and ``closed`` say whether the paragraph has the mark of that side.
    """

    start: int
    end: int
    outer_start: int
    outer_end: int
    opened: bool = True
    closed: bool = True


def _family(mark: str) -> int:
    return 0 if mark in DOUBLE or mark.startswith("''") else 1 if mark in ANGLE else 2


def _side(text: str, at: int, end: int, low: int, high: int, *, is_open: bool) -> str:
    """Whether the mark ``text[at:end]`` opens or closes: "open", "close" or "none"."""
    mark = text[at]
    before = text[at - 1] if at > low else " "
    after = text[end] if end < high else " "
    free_left = BEFORE_OPEN.match(before) is not None or before in OPENING + "‘"
    free_right = AFTER_CLOSE.match(after) is not None or after in CLOSING + "’"
    if before in DOUBLE + CLOSING and before != mark and not is_open:
        free_left = True
    if mark in CORNER:
        return "open" if mark in OPENING else "close"
    if free_left != free_right:
        return "open" if free_left else "close"
    if mark in "\"＂'":
        if is_open:
            return "close"
        return "none" if DIGIT_INCH.match(before) else "open"
    return "open" if mark in OPENING else "close"


def _double_quotes(text: str, low: int, high: int, *, carried: bool) -> Iterator[Quote]:
    """Quotations in double marks, guillemets and corners."""
    opened: re.Match[str] | None = None
    last_end = low
    for mark in MARK.finditer(text, low, high):
        at = mark.start()
        if opened is not None and _family(opened[0]) != _family(mark[0]):
            continue
        side = _side(text, at, mark.end(), low, high, is_open=opened is not None)
        if side == "open":
            if opened is not None:
                # A second opener: the first quotation lost its closing mark.
                yield Quote(opened.end(), at, opened.start(), at, closed=False)
                last_end = at
            opened = mark
        elif side == "close":
            if opened is not None:
                yield Quote(opened.end(), at, opened.start(), mark.end())
            elif last_end == low and _may_lack_opener(text, low, at, carried=carried):
                yield Quote(low, at, low, mark.end(), opened=False)
            opened = None
            last_end = mark.end()
    if opened is not None:
        yield Quote(opened.end(), high, opened.start(), high, closed=False)


def _adjacent(quotes: Iterator[Quote]) -> list[Quote]:
    """Quotations with nothing between their marks are one: the marks were doubled."""
    joined: list[Quote] = []
    for quote in quotes:
        last = joined[-1] if joined else None
        if last is not None and last.closed and last.outer_end == quote.outer_start:
            joined[-1] = Quote(
                last.start, quote.end, last.outer_start, quote.outer_end, last.opened, quote.closed
            )
        else:
            joined.append(quote)
    return joined


def _may_lack_opener(text: str, low: int, at: int, *, carried: bool) -> bool:
    """A closing mark without an opener ends a quotation that began before or was torn."""
    return carried or (at > low and text[at - 1] in ".,!?…")


def _single_quotes(text: str, low: int, high: int) -> Iterator[Quote]:
    """Quotations in single marks; apostrophes and possessives are left alone."""
    at = low
    while opener := SINGLE_OPEN.search(text, at, high):
        start = opener.end()
        end = None
        for close in SINGLE_CLOSE.finditer(text, start, min(high, start + LONGEST_SINGLE)):
            end = close.start()
            if text[end - 1] != "s" or text[close.end() : close.end() + 1] in (",", "."):
                break
        if end is None or end <= start:
            at = start
            continue
        yield Quote(start, end, start - 1, end + 1)
        at = end + 1


def scan_quotes(text: str, low: int, high: int, *, carried: bool = False) -> list[Quote]:
    """The quotations of the paragraph ``text[low:high]``, in order, disjoint, trimmed.

    ``carried``: the paragraph before left a quotation open, so a closing mark alone
    ends one that runs from the paragraph's start.

    >>> text = '"We agree,” said Oduya. “It is\\u00a0late.'
    >>> [(text[q.start:q.end], q.closed) for q in scan_quotes(text, 0, len(text))]
    [('We agree,', True), ('It is\\xa0late.', False)]
    """
    found = _adjacent(_double_quotes(text, low, high, carried=carried))
    if "‘" in text[low:high] or "'" in text[low:high]:
        taken = [(q.outer_start, q.outer_end) for q in found]
        for quote in _single_quotes(text, low, high):
            if not any(a < quote.outer_end and quote.outer_start < b for a, b in taken):
                found.append(quote)
        found.sort(key=lambda quote: quote.start)
    return [trimmed for quote in found if (trimmed := _trimmed(text, quote)) is not None]


def _trimmed(text: str, quote: Quote) -> Quote | None:
    start, end = quote.start, quote.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start == end:
        return None
    return Quote(start, end, quote.outer_start, quote.outer_end, quote.opened, quote.closed)
