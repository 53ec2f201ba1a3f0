"""Other names and spellings of a thing: Kyiv and Kiev, OSCE and its words, ceasefire in two.

In come folded words, out go the names that mean the same, as people write them.  The
table is made by `scripts/make_variants.py`, which names its sources; nothing is guessed
here but plurals.  Whether and how much a variant counts is the compiler's business.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from searchkit.analyzer import fold

LONGEST = 9
"""Words of the longest name in the table."""

_ACRONYM = 6  # capitals up to this length are an acronym, and lower-case words are none

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
    if not capitals and len(words) == 1 and words[0] in _acronyms():
        return ()
    asked = set(words)
    found: dict[str, str] = {}
    for name in _table().get(words, ()):
        folded = fold(name.text).split()
        common = len(folded) == 1 and not _WORDS.get(folded[0], set()).isdisjoint(languages)
        # A name that holds all the words asked for is found by them.
        if common or asked < set(folded) or (name.english and "en" not in languages):
            continue
        found.setdefault(" ".join(folded), name.text)
    return tuple(found.values())


@cache
def _raw() -> dict[str, list[str]]:
    import json  # only where the table is asked: reading a query needs none
    from importlib.resources import files

    text = files("searchkit.query").joinpath("variants.json").read_text("utf-8")
    raw: dict[str, list[str]] = json.loads(text)
    return raw


@cache
def _acronyms() -> frozenset[str]:
    """Folded acronyms, less names that are written in capitals by chance."""
    names = (name for kind in ("countries", "organisations") for line in _raw()[kind]
             for name in line.split("/"))  # fmt: skip
    return frozenset(fold(n) for n in names if n.isupper() and len(n) <= _ACRONYM)


@cache
def _table() -> dict[tuple[str, ...], tuple[Name, ...]]:
    """The other names by the folded words of each."""
    table: dict[tuple[str, ...], dict[Name, None]] = {}
    for names in _groups():
        for name in names:
            others = table.setdefault(tuple(fold(name.text).split()), {})
            others |= dict.fromkeys(other for other in names if other != name)
    return {key: tuple(others) for key, others in table.items()}


def _groups() -> list[list[Name]]:
    raw = _raw()
    kinds = ("countries", "places", "organisations", "people")
    groups = [[Name(n) for n in line.split("/")] for kind in kinds for line in raw[kind]]
    groups += [[Name(word, english=True) for word in line.split("/")] for line in raw["spellings"]]
    for pair in raw["compounds"]:
        for ending in ("", "s") if pair[-1] not in "sn" else ("",):
            written = pair + ending
            groups.append(
                [Name(written.replace(" ", ""), english=True), Name(written, english=True)]
            )
    return groups
