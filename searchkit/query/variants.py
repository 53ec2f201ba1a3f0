"""Other names and spellings of a thing: Kyiv and Kiev, OSCE and its words, ceasefire in two.

In come folded words, out go the names that mean the same, as people write them.  The
table is made by `scripts/make_variants.py`, which names its sources; nothing is guessed
here but plurals.  Whether and how much a variant counts is the compiler's business.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from searchkit.analyzer import fold

LONGEST = 9
"""Words of the longest name in the table."""

# Acronyms that fold to the commonest words of a language: they would find every text.
_WORDS = {"who": {"en"}, "us": {"en"}, "it": {"en", "it"}, "un": {"fr", "es", "it", "ca", "ro"},
          "au": {"fr"}, "eu": {"pt", "ro"}, "oms": set()}  # fmt: skip


class Name(NamedTuple):
    """A name as written; ``english`` where it is a spelling of English alone."""

    text: str
    english: bool = False


def variants(
    words: tuple[str, ...], languages: tuple[str, ...], *, capitals: bool
) -> tuple[str, ...]:
    """Other names of what these folded words name, for an index in these languages.

    ``capitals`` says whether they were written so: WHO has other names, who has none.

    >>> variants(("kiev",), ("en",), capitals=False)
    ('Kyiv', 'Kiew', 'Kyyiv')
    >>> variants(("cease", "fire"), ("en",), capitals=False)
    ('ceasefire',)
    >>> variants(("osce",), ("en",), capitals=False), variants(("fish",), ("en",), capitals=True)
    ((), ())
    """
    if not capitals and len(words) == 1 and words[0] in _table().acronyms:
        return ()
    asked = set(words)
    found: dict[str, str] = {}
    for name in _others(words):
        folded = fold(name.text).split()
        common = len(folded) == 1 and not _WORDS.get(folded[0], set()).isdisjoint(languages)
        # A name that holds all the words asked for is found by them.
        if common or asked < set(folded) or (name.english and "en" not in languages):
            continue
        found.setdefault(" ".join(folded), name.text)
    return tuple(found.values())


@cache
def _table() -> _Table:
    import json  # only where the table is asked: reading a query needs none
    from pkgutil import get_data

    raw = json.loads(get_data("searchkit.query", "variants.json") or b"")
    return _Table(raw["names"], raw["english"], raw["keys"], frozenset(raw["acronyms"]))


@lru_cache(4096)
def _others(words: tuple[str, ...]) -> tuple[Name, ...]:
    """The other names of what these folded words name, in the order of the table.

    The table tells the lines of each name; folding all of it would take a search's time.
    """
    table = _table()
    key = " ".join(words)
    found: dict[Name, None] = {}
    for number in map(int, table.keys.get(key, "").split()):
        names = table.line(number)
        for name in names:
            if fold(name.text) == key:
                found |= dict.fromkeys(other for other in names if other != name)
    return tuple(found)


class _Table(NamedTuple):
    """The lines of variants.json, and the numbers of those that hold a name, by its folded words.

    Names of a line mean the same; the lines of ``english`` are numbered after the others.
    """

    names: list[str]
    english: list[str]
    keys: dict[str, str]
    acronyms: frozenset[str]

    def line(self, number: int) -> list[Name]:
        """The names of a line."""
        is_english = number >= len(self.names)
        lines = self.english if is_english else self.names
        line = lines[number - len(self.names) if is_english else number]
        return [Name(text, is_english) for text in line.split("/")]
