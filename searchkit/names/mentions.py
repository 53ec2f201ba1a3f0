"""Countries and organisations named in running text.

In comes a passage, out go the ISO codes and usual names of what it names: by name,
adjective, acronym or capital.  People are not looked for, and a name that is also a
person's (Jordan, Georgia) counts as the country.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import chain

from searchkit.names import (
    country_code,
    fold_name,
    folded_names,
    may_begin_name,
    organisation,
)

LONGEST = 8
"""Words of the longest name that is looked for."""

MOST = 40
"""Things of one passage that are kept; a list of all countries is about none of them."""

# A word with its inner marks: O'Brien, Nur-Sultan, U.S.
_WORD = re.compile(r"[^\W\d_]+(?:[.'’\-][^\W\d_]+)*+\.?")
# What a word falls into where its marks part it.
_LETTERS = re.compile(r"[^\W\d_]+")
_POSSESSIVE = re.compile(r"['’]s?\Z")
# Short codes that are written for the country itself; IN, IT and NO are words.
_CODES = frozenset({"US", "UK", "USA", "UAE", "DRC", "DPRK", "PRC", "ROK", "U.S.", "U.K."})
_SHORT = 4
# As `fold_name` takes them off; other articles begin no name.
_ARTICLES = frozenset({"the", "l"})


def mentions(text: str) -> tuple[str, ...]:
    """ISO codes of countries and usual names of organisations in the text, each once.

    >>> mentions("Russian and U.S. envoys met in Vienna under the OSCE, not in IT.")
    ('RU', 'US', 'AT', 'OSCE')
    """
    words = list(_WORD.finditer(text))
    found: dict[str, None] = {}
    until = 0
    for at in [at for at, word in enumerate(words) if word[0][0].isupper() and _key(word[0])]:
        if at >= until:
            length, named = _longest(text, words[at : at + LONGEST])
            found |= dict.fromkeys(named)
            until = at + length
            if len(found) >= MOST:
                break
    return tuple(found)


def _longest(text: str, words: list[re.Match[str]]) -> tuple[int, tuple[str, ...]]:
    """How many of the words make up a name, and what it names; 1 and nothing if none do."""
    for length in _lengths(*(word[0] for word in words[:2])):
        if length <= len(words) and (length == 1 or _may_end(words[length - 1][0])):
            name = " ".join(text[words[0].start() : words[length - 1].end()].split())
            if value := _named(name) or _named(_bare(name)):
                return length, (value,)
    return 1, ()


def _lengths(word: str, following: str = "") -> tuple[int, ...]:
    """Of how many words a name may be that begins so, the most first."""
    first = _key(word) or ""
    lengths = _words_of_names().get(first, ())
    if first not in _ARTICLES:
        return lengths
    # A name is kept without its article, so the word behind it tells.
    after = _words_of_names().get(fold_name(_bare(following)), ())
    return tuple(sorted({*lengths, *(1 + length for length in after)}, reverse=True))


@lru_cache(maxsize=16_384)
def _key(word: str) -> str | None:
    """What names that begin with a word are kept under; None where none does."""
    bare = _bare(word)
    return fold_name(bare) if may_begin_name(bare) else None


@cache
def _words_of_names() -> dict[str, tuple[int, ...]]:
    """By the first word of names: how many words they may be of, the most first.

    A name's marks may part words in one text and not in another, so "d'Ivoire" is one
    or two; and a word alone may be a code of two letters.
    """
    found: dict[str, set[int]] = {}
    for name in folded_names():
        words, parts = _WORD.findall(name), _LETTERS.findall(name)
        if words and words[0] != "the":
            lengths = (1, *range(len(words), len(parts) + 1))
            for first in (words[0], parts[0]):
                found.setdefault(fold_name(_bare(first)), set()).update(lengths)
    return {first: tuple(sorted(lengths, reverse=True)) for first, lengths in found.items()}


@lru_cache(maxsize=16_384)
def _may_end(word: str) -> bool:
    """Whether a name ends so; few runs of words do, and to fold one takes most of the time."""
    return not _last_words().isdisjoint((fold_name(word), fold_name(_bare(word))))


@cache
def _last_words() -> frozenset[str]:
    ends = (chain(_WORD.findall(name)[-1:], _LETTERS.findall(name)[-1:]) for name in folded_names())
    return frozenset(fold_name(_bare(last)) for last in chain.from_iterable(ends))


@lru_cache(maxsize=16_384)
def _named(name: str) -> str | None:
    if body := organisation(name):
        return body
    if len(name) <= _SHORT and name.isupper() and name not in _CODES:
        return None
    return country_code(name)


def _bare(name: str) -> str:
    """Without the possessive or the full stop of a sentence."""
    return _POSSESSIVE.sub("", name.removesuffix("."))
