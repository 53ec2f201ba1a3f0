"""News in other languages than English: quotations, and the name beside a reporting word.

In come paragraphs of a language that `cues.OTHER_CUES` has; out go direct
`Statement`s.  A speaker is given only where a name stands directly beside the
reporting word ("a déclaré la ministre Ana Ruiz"), or where the quotation goes on
from one that had him; otherwise the words stay unattributed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from searchkit.records import Document, Statement, Via
from searchkit.segment.cues import OTHER_CUES
from searchkit.segment.people import People
from searchkit.segment.quotes import Quote, scan_quotes
from searchkit.segment.sentences import Span

CAPITALISED = r"[^\W\d_a-zß-öø-ÿа-яёєіїґ][\w’'-]*"
# "le ministre des Affaires étrangères Jean Dupont": at most eight words, then the name.
NAME_AFTER = re.compile(
    rf"\s+(?:[^\s,.;:«»“”\"]+\s+){{0,8}}?(?P<name>{CAPITALISED}(?:\s{CAPITALISED}){{1,3}})\s*(?=[,.;:]|$)"
)
SURNAME_AFTER = re.compile(rf"\s+(?P<name>{CAPITALISED})\s*(?=[,.;]|$)")
NAME_BEFORE = re.compile(
    rf"(?P<name>{CAPITALISED}(?:\s{CAPITALISED}){{0,3}}),?\s+(?:ha\s|a\s|hat\s)?$"
)
REACH = 160
FEWEST_WORDS = 4


@cache
def _cue_pattern(language: str) -> re.Pattern[str]:
    words = sorted(OTHER_CUES[language].split(), key=len, reverse=True)
    edge = "" if language == "zh" else r"\b"
    return re.compile(edge + "(?:" + "|".join(map(re.escape, words)) + ")" + edge, re.IGNORECASE)


def read_foreign(document: Document, paragraphs: list[Span], people: People) -> Iterator[Statement]:
    """The quotations of the paragraphs, with the speakers named beside them."""
    pattern = _cue_pattern(document.language or "fr")
    carried = False
    floor: str | None = None
    for low, high in paragraphs:
        quotes = scan_quotes(document.text, low, high, carried=carried)
        carried = bool(quotes) and not quotes[-1].closed
        named: str | None = None
        for number, quote in enumerate(quotes):
            if not _is_speech(document.text, low, high, quote, pattern):
                continue
            after = quotes[number + 1].outer_start if number + 1 < len(quotes) else high
            before = quotes[number - 1].outer_end if number else low
            found = _beside(document.text, before, quote, after, pattern)
            if found is not None:
                named = found[0]
            alone = not document.text[quote.outer_end : high].strip(" .,")
            name = named or (floor if alone and quote.outer_start == low else None)
            yield _statement(document, people, quote, name, found[1] if found else None, named)
            floor = name
        if not quotes:
            floor = None


def _is_speech(text: str, low: int, high: int, quote: Quote, cue: re.Pattern[str]) -> bool:
    """Four words or more, or a reporting word near."""
    words = text[quote.start : quote.end]
    if len(words.split()) >= FEWEST_WORDS or (
        not words.isascii() and len(words) > 12 and " " not in words
    ):
        return True
    return (
        cue.search(text, max(low, quote.outer_start - 30), min(high, quote.outer_end + 30))
        is not None
    )


def _beside(
    text: str, low: int, quote: Quote, high: int, cue: re.Pattern[str]
) -> tuple[str | None, str] | None:
    """The name and the reporting word after the quotation, else before it."""
    after = cue.search(text, quote.outer_end, min(high, quote.outer_end + REACH))
    if after is not None:
        stop = min(high, after.end() + REACH)
        match = NAME_AFTER.match(text, after.end(), stop) or SURNAME_AFTER.match(
            text, after.end(), stop
        )
        return (match["name"] if match else _before(text, quote.outer_end, after.start())), after[0]
    found = list(cue.finditer(text, max(low, quote.outer_start - REACH), quote.outer_start))
    if not found:
        return None
    return _before(text, max(low, quote.outer_start - REACH), found[-1].start()), found[-1][0]


def _before(text: str, low: int, at: int) -> str | None:
    match = NAME_BEFORE.search(text[low:at])
    return match["name"] if match else None


def _statement(
    document: Document,
    people: People,
    quote: Quote,
    name: str | None,
    cue: str | None,
    named: str | None,
) -> Statement:
    text = document.text[quote.start : quote.end]
    if name is None:
        return Statement(quote.start, quote.end, text, "direct", cue=cue)
    known = people.find(name)
    via: Via = "name" if named else "continuation"
    return Statement(
        quote.start, quote.end, text, "direct", known.name if known else name,
        name if named else None,
        None, known.affiliation if known else None, cue, via, 0.8 if named else 0.6,
    )  # fmt: skip
