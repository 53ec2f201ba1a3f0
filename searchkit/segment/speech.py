"""Which quoted words are speech, and the paragraph with them masked.

In come a paragraph and its quotations; out goes a `Paragraph` in which speech is \\x01 and
other quoted words are \\x02, so that sentences are found round them.  Who said them is not
decided here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from searchkit.names.offices import word_set
from searchkit.segment.cues import CUES, QUICK_WORDS
from searchkit.segment.quotes import Quote

PLAIN_WORD = re.compile(r"[a-z]+")


# "...!” Ruiz said.": a quotation that ends its sentence only by its own mark.
ATTRIBUTION_NEXT = re.compile(
    r"\s*[―—–]\s*[A-Z]|\s+(?:[a-z]|[A-Z][\w.’'-]*(?:\s+[A-Z][\w.’'-]*){0,5}"
    r"(?:,\s[^,.“”\"]{2,80},)?\s+(?P<verb>[a-z]+)\b"
    r"(?=\s*[.;]|\s*,(?!\s*[“\"])|\s+(?:in|on|at|to|during|after|of|as|when|while|about|from|with|before|reporters"
    r"|[a-z]+ly)\b))"
)


SENTENCE_AFTER = re.compile(r"\s+[A-Z“\"‘]|\s*$")


# "..., he said." inside a quotation that was never closed.
SWALLOWED = re.compile(
    r",\s(?:(?:he|she|they)\s|(?:[A-Z][\w.’'-]*\s+){1,6})"
    r"(?:said|says|added|told|wrote|noted|warned|explained|insisted|stated)"
    r"(?=\s*(?:[.,]|$)|\s+(?:in|on|at|to|during|after)\b)"
    r"|,\s(?:said|says|added|wrote)\s(?=[A-Z])"
)


FEWEST_SWALLOWED = 3


FULL_STOP = re.compile(r"[.!?…][’']?$")


SPEECH_BEFORE = word_set(
    """
    said says saying wrote writes writing added tweeted tweets tweeting stated stating declared
    declaring asked asks asking yelled yelling shouted shouting replied replying retorted responded
    """
)


# Below this many words, quoted words are a name or a turn of phrase unless a cue stands by.
FEWEST_WORDS = 4


LONGEST_INTERRUPTION = 120


@dataclass(slots=True)
class Paragraph:
    """One paragraph as it is read: offsets in the document, speech masked."""

    low: int
    high: int
    masked: str
    speech: list[Quote]


def mask_speech(text: str, low: int, high: int, quotes: list[Quote]) -> Paragraph:
    """The paragraph with speech as \\x01 and other quoted words as \\x02, same length.

    A quotation that ends its sentence keeps a full stop as its last character.
    """
    pieces: list[str] = []
    speech: list[Quote] = []
    at = low
    for quote in quotes:
        pieces.append(text[at : quote.outer_start])
        length = quote.outer_end - quote.outer_start
        if is_speech(text, low, high, quote) or _goes_on(text, quote, speech):
            speech.append(quote)
            stops = FULL_STOP.search(text, quote.start, quote.end)
            ends = stops and not _attributed_next(text, quote.outer_end, high)
            pieces.append("\x01" * (length - 1) + ("." if ends else "\x01"))
        else:
            pieces.append("\x02" * (length - 1) + _last_mark(text, quote, high))
        at = quote.outer_end
    pieces.append(text[at:high])
    return Paragraph(low, high, "".join(pieces), speech)


def _attributed_next(text: str, at: int, high: int) -> bool:
    """Whether an attribution goes on with the sentence after a quotation's own full stop."""
    found = ATTRIBUTION_NEXT.match(text, at, high)
    if found is None or found["verb"] is None:
        return found is not None
    acts = found["verb"].endswith("ed") and text[found.end() : found.end() + 1] in (".", ",")
    return acts or found["verb"] in CUES


def _last_mark(text: str, quote: Quote, high: int) -> str:
    """The stop that a quoted fragment ends with, where it is also one of the sentence."""
    last = text[quote.start : quote.end].rstrip("’'")[-1:]
    if last in ".!?" and SENTENCE_AFTER.match(text, quote.outer_end, high):
        return "."
    return "," if last == "," else "\x02"


def close_torn(text: str, quote: Quote) -> Quote:
    """A quotation without closing mark ends before an attribution that it swallowed.

    >>> close_torn("“We go, he said. ", Quote(1, 16, 0, 17, closed=False)).end
    7
    """
    found = SWALLOWED.search(text, quote.start, quote.end)
    if found is None or found.start() - quote.start < FEWEST_SWALLOWED:
        return quote
    return replace(quote, end=found.start() + 1, outer_end=found.start() + 1, closed=True)


def is_speech(text: str, low: int, high: int, quote: Quote) -> bool:
    """Whether quoted words are speech of their own, not a name or part of a sentence."""
    words = text[quote.start : quote.end].split()
    before = text[low : quote.outer_start].rstrip()
    first = text[quote.start]
    begins = first.isupper() or first in "…[(" or first.isdigit() or not (first.islower())
    if not before or before[-1] in '.!?…”"»' or before.endswith("''"):
        if len(words) >= FEWEST_WORDS or not quote.opened:
            return True
        alone = not text[quote.outer_end : high].strip()
        return (
            alone and FULL_STOP.search(text[quote.start : quote.end]) is not None
        ) or _cue_beside(text, quote.outer_end, high)
    if before[-1] in ":：":
        return len(words) >= 3 or begins
    if before[-1] in ",，":
        if _is_title(words) and not _cue_beside(text, quote.outer_end, high):
            return False
        if TITLED.search(before[-TITLED_CHARS:]):
            return False
        return begins and (
            len(words) >= 3 or FULL_STOP.search(text[quote.start : quote.end]) is not None
        )
    if before[-1] in "—–-":
        return first.isupper() and len(words) >= FEWEST_WORDS
    last = before.rsplit(None, 1)[-1].lower()
    return last in SPEECH_BEFORE and first.isupper() and len(words) >= 3


# "a book, entitled, “...”"
TITLED = re.compile(r"\b(?:en)?titled,$|\bheadlined,$")
TITLED_CHARS = 12


def _is_title(words: list[str]) -> bool:
    """Whether quoted words are written as a title is, each long one with a capital."""
    long = [word for word in words if len(word) > 3]
    return 1 < len(words) < TITLE_WORDS and all(word[0].isupper() for word in long)


TITLE_WORDS = 12


def _goes_on(text: str, quote: Quote, speech: list[Quote]) -> bool:
    """The second half of a quotation that its attribution interrupts: “..., ” X said, “...”."""
    if not speech or speech[-1].outer_start == quote.outer_start:
        return False
    between = text[speech[-1].outer_end : quote.outer_start].rstrip()
    first = text[speech[-1].start : speech[-1].end]
    return (
        first.endswith(",")
        and between.endswith(",")
        and len(between) < LONGEST_INTERRUPTION
        and not QUICK_WORDS.isdisjoint(PLAIN_WORD.findall(between.lower()))
    )


def _cue_beside(text: str, at: int, high: int) -> bool:
    """Whether a reporting verb stands in the few words after a short quotation."""
    words = PLAIN_WORD.findall(text[at : min(high, at + 60)].lower())[:6]
    return not QUICK_WORDS.isdisjoint(words)
