"""Patterns of addresses: which pages of a site a source wants.

A pattern is a glob, not a regular expression: ``*`` stands for any characters, slashes
too, everything else for itself, and the whole has to fit.  So no pattern of any length
can take more than one pass over an address.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from urllib.parse import quote

from searchkit.urls import split_url

LONGEST_PATTERN = 300


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern: of path and query where it begins with "/", of host too with "//".

    >>> Glob("/en/news/*").search("https://mfa.example/en/news/7?page=2")
    True
    >>> Glob("//press.*/7").search("https://press.mfa.example/en/7")
    True
    >>> Glob("/en").search("https://mfa.example/en/news/7")
    False
    """

    text: str

    def search(self, url: str) -> bool:
        """Whether an address fits; False for what is no web address."""
        parts = split_url(url)
        if parts is None:
            return False
        query = f"?{parts.query}" if parts.query else ""
        host = f"//{parts.netloc}" if self.text.startswith("//") else ""
        return _fits(self.text, f"{host}{parts.path}{query}")


def pattern_problem(text: str) -> str | None:
    """What is wrong with a pattern, None where nothing is.

    >>> pattern_problem("/news/*"), pattern_problem("news")
    (None, "must begin with '/' (path) or '//' (host and path)")
    """
    if len(text) > LONGEST_PATTERN:
        return f"is longer than {LONGEST_PATTERN} characters"
    if not text.startswith("/"):
        return "must begin with '/' (path) or '//' (host and path)"
    return None


def normal_pattern(text: str) -> str:
    """The pattern as addresses are spelt: what is not ASCII is percent-encoded.

    >>> normal_pattern("/новости/*")
    '/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8/*'
    """
    return quote(text, safe=string.punctuation)


def _fits(pattern: str, text: str) -> bool:
    """Each piece between asterisks at its first place after the one before."""
    first, *middle = pattern.split("*")
    if not middle:
        return text == pattern
    last = middle.pop()
    if not text.startswith(first) or len(text) < len(first) + len(last):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in middle:
        at = text.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return text.endswith(last)
