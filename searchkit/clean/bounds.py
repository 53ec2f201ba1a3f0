"""How much a page may hold: bounds that every kind of page shares, and what is raised beyond.

A day of a parliament has some thousands of paragraphs and two million characters.  What holds
far more is no statement, and each part costs time: such a page is refused, never cut short.
"""

from __future__ import annotations

MOST_TAGS = 250_000  # of a thousand real pages the one with most has 10,000
MOST_PARAGRAPHS = 32_000  # of 12,737 statements the one with most has 2,404
MOST_CHARS = 3_000_000


class TooMuch(Exception):
    """More of something than any statement holds; the text says of what."""


def check_tags(count: int) -> None:
    """Raise TooMuch where a source has more tags than `MOST_TAGS`."""
    if count > MOST_TAGS:
        raise TooMuch(f"more than {MOST_TAGS:,} tags")


def check_paragraphs(count: int) -> None:
    """Raise TooMuch where a text has more paragraphs than `MOST_PARAGRAPHS`."""
    if count > MOST_PARAGRAPHS:
        raise TooMuch(f"more than {MOST_PARAGRAPHS:,} paragraphs")


def check_chars(count: int) -> None:
    """Raise TooMuch where a text has more characters than `MOST_CHARS`."""
    if count > MOST_CHARS:
        raise TooMuch(f"more than {MOST_CHARS:,} characters of text")
