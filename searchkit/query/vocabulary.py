"""Words of an index that a word of a query stands for: of its shape, or a few letters off.

In come the word and the index's own vocabulary, out go words that are there, nearest and
commonest first.  What they count is the compiler's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

Vocabulary = Callable[[str, str, int], Sequence[str]]
"""Words of a field that begin so, commonest first, so many at most: `Engine.words`."""

MAX_READ = 50_000
"""Words of the vocabulary that are looked at for one word of a query."""

MAX_WORDS = 50
"""Words that one word of a query may stand for."""


def no_words(field: str, prefix: str, limit: int) -> Sequence[str]:
    """The vocabulary of an index that is not known."""
    return ()


def of_shape(shape: str, field: str, words: Vocabulary) -> tuple[list[str], int]:
    """Words where ``?`` is any letter and ``*`` any letters, and how many there are in all.

    >>> of_shape("wom?n", "text", lambda field, prefix, limit: ["women", "woman", "womb"])
    (['women', 'woman'], 2)
    """
    start = re.split(r"[?*]", shape, maxsplit=1)[0]
    pattern = re.compile("".join({"?": ".", "*": ".*"}.get(c, re.escape(c)) for c in shape))
    found = [word for word in words(field, start, MAX_READ) if pattern.fullmatch(word)]
    return found[:MAX_WORDS], len(found)


def like(word: str, edits: int, field: str, words: Vocabulary) -> list[tuple[str, int]]:
    """Words with the same first letter that differ in at most so many letters, with how many.

    >>> like("grian", 1, "text", lambda field, prefix, limit: ["grain", "grind", "green"])
    [('grain', 1)]
    """
    found = [
        (known, far)
        for known in words(field, word[:1], MAX_READ)
        if abs(len(known) - len(word)) <= edits and (far := distance(word, known, edits)) <= edits
    ]
    return sorted(found, key=lambda pair: pair[1])[:MAX_WORDS]


def distance(one: str, other: str, most: int) -> int:
    """Letters put in, taken out, changed or swapped with the next; ``most + 1`` for more.

    >>> distance("grian", "grain", 2), distance("peace", "piece", 2), distance("a", "wxyz", 2)
    (1, 2, 3)
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        older, before, row = before, row, [place]
        for at, known in enumerate(other, 1):
            cost = min(before[at] + 1, row[-1] + 1, before[at - 1] + (letter != known))
            if place > 1 and at > 1 and letter == other[at - 2] and one[place - 2] == known:
                cost = min(cost, older[at - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
