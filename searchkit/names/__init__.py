"""Names of countries and organisations: what a word of a text stands for.

In comes a name as written ("Azerbaijani", "AZE", "the Republic of Korea", "NATO"),
out goes a code or the usual name, or None.  The countries are a generated table
(`scripts/make_names.py`) that is read on first use; organisations and offices are
written by hand in `offices`.  Nothing here finds names in running text.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import chain
from pkgutil import get_data

from searchkit.names.offices import ORGANISATIONS

__all__ = [
    "country_code",
    "country_name",
    "fold_name",
    "folded_names",
    "may_begin_name",
    "organisation",
]

# "the Republic of ...", "l'Ukraine", "la Republica": articles say nothing about which.
ARTICLE = re.compile(r"^(?:the|la|le|les|el|los|die|der|das) |^l'")
# "(the)", "(Republic of)": the lists put what is left out in brackets.
BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")
LONGEST = 80


@lru_cache(maxsize=65_536)
def fold_name(name: str) -> str:
    """A name without case, accents, article, possessive and doubled spaces.

    >>> fold_name("The  Türkiye’s")
    'turkiye'
    """
    text = name[: 2 * LONGEST].replace("’", "'").replace("‘", "'").replace("ʻ", "'")
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in text if not unicodedata.combining(c))
    text = text.casefold()
    text = " ".join(text.split()).removesuffix("'s").removesuffix("'")
    return ARTICLE.sub("", BRACKETS.sub("", text)).strip(" ,;:")


@cache
def _tables() -> tuple[dict[str, str], dict[str, str]]:
    """English names by code, and codes by alias."""
    raw = json.loads(get_data("searchkit.names", "countries.json") or b"")
    aliases = {key: code for code, keys in raw["aliases"].items() for key in keys.split("|")}
    return raw["names"], aliases


@cache
def _organisations() -> dict[str, str]:
    """Usual name by folded name and acronym."""
    table = {}
    for name, *others in ORGANISATIONS:
        for alias in (name, *others):
            table[fold_name(alias)] = name
    return table


def folded_names() -> Iterator[str]:
    """All names of countries and organisations that are known, as `fold_name` gives them."""
    return filter(None, chain(_tables()[1], _organisations()))


@cache
def _first_words() -> frozenset[str]:
    """The first words of all aliases and organisations."""
    return frozenset(name.split()[0] for name in folded_names())


def may_begin_name(word: str) -> bool:
    """Whether a country's or organisation's name may begin with a word: a quick no.

    >>> may_begin_name("United"), may_begin_name("Yesterday")
    (True, False)
    """
    return fold_name(word) in _first_words()


def country_code(text: str) -> str | None:
    """The ISO 3166-1 alpha-2 code that a name, adjective, code or capital stands for.

    None where it stands for no country, or for more than one.

    >>> country_code("Azerbaijani"), country_code("AZE"), country_code("az")
    ('AZ', 'AZ', 'AZ')
    >>> country_code("Baku"), country_code("Republic of Korea"), country_code("Atlantis")
    ('AZ', 'KR', None)
    """
    names, aliases = _tables()
    text = text.strip()
    if len(text) == 2 and text.isascii() and text.upper() in names:
        return text.upper()
    if not text or len(text) > LONGEST:
        return None
    return aliases.get(fold_name(text))


def country_name(code: str) -> str:
    """The usual English name of a country; the code itself where it is not one.

    >>> country_name("AZ"), country_name("us"), country_name("XX")
    ('Azerbaijan', 'United States', 'XX')
    """
    return _tables()[0].get(code.upper(), code)


def organisation(text: str) -> str | None:
    """The usual name of an international organisation or body, by name or acronym.

    >>> organisation("NATO"), organisation("the U.N."), organisation("European Commission")
    ('NATO', 'United Nations', 'European Commission')
    """
    return _organisations().get(fold_name(text)) if len(text) <= LONGEST else None
