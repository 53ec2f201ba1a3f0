"""Countries and organisations named in running text.

In comes a passage, out go the ISO codes and usual names of what it names: by name,
adjective, acronym or capital.  People are not looked for, and a name that is also a
person's (Jordan, Georgia) counts as the country.
"""

from __future__ import annotations

import re

from searchkit.names import country_code, may_begin_name, organisation

LONGEST = 8
"""Words of the longest name that is looked for."""

MOST = 40
"""Things of one passage that are kept; a list of all countries is about none of them."""

# A word with its inner marks: O'Brien, Nur-Sultan, U.S.
_WORD = re.compile(r"[^\W\d_]+(?:[.'’\-][^\W\d_]+)*+\.?")
_POSSESSIVE = re.compile(r"['’]s?\Z")
# Short codes that are written for the country itself; IN, IT and NO are words.
_CODES = frozenset({"US", "UK", "USA", "UAE", "DRC", "DPRK", "PRC", "ROK", "U.S.", "U.K."})
_SHORT = 4


def mentions(text: str) -> tuple[str, ...]:
    """ISO codes of countries and usual names of organisations in the text, each once.

    >>> mentions("Russian and U.S. envoys met in Vienna under the OSCE, not in IT.")
    ('RU', 'US', 'AT', 'OSCE')
    """
    words = list(_WORD.finditer(text))
    found: dict[str, None] = {}
    at = 0
    while at < len(words) and len(found) < MOST:
        length = 1
        if words[at].group()[0].isupper() and may_begin_name(_bare(words[at].group())):
            length, named = _longest(text, words[at : at + LONGEST])
            found |= dict.fromkeys(named)
        at += length
    return tuple(found)


def _longest(text: str, words: list[re.Match[str]]) -> tuple[int, tuple[str, ...]]:
    """How many of the words make up a name, and what it names; 1 and nothing if none do."""
    for length in range(len(words), 0, -1):
        name = " ".join(text[words[0].start() : words[length - 1].end()].split())
        if value := _named(name) or _named(_bare(name)):
            return length, (value,)
    return 1, ()


def _named(name: str) -> str | None:
    if body := organisation(name):
        return body
    if len(name) <= _SHORT and name.isupper() and name not in _CODES:
        return None
    return country_code(name)


def _bare(name: str) -> str:
    """Without the possessive or the full stop of a sentence."""
    return _POSSESSIVE.sub("", name.removesuffix("."))
