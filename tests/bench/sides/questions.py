"""Questions of every kind about words of the passages, the same for all engines."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.bench.sides.passages import Row

# Left out by Whoosh's, Lucene's or Snowball's lists, or by us: no engine is asked for these.
STOPPED = frozenset(
    "about after again also and any are because been before being both but can could did does "
    "for from had has have her here him his how into its just more most must not now off only "
    "other our out over own same she should some such than that the their them then there these "
    "they this those through too under until very was were what when where which while who whom "
    "why will with would you your yet may might shall".split()
)
WORD = re.compile(r"[a-z]{4,12}")
COMMON, RARE = 0.02, 0.0005
LOOKED_AT = 20_000
SLOP = 3
BEGINNING = 5


@dataclass(frozen=True, slots=True)
class Question:
    """``words`` are plain and in lower case; ``kind`` says how they are asked for."""

    kind: str
    words: tuple[str, ...]
    country: str = ""
    first: int = 0
    last: int = 0


KINDS = (
    "a common word", "a rare word", "two words, all", "two words, one rare", "three words, any",
    "a phrase", "near", "a word, country", "a word, days", "a word, country and days",
    "a word without another", "a beginning", "a word, newest first",
)  # fmt: skip


def make_questions(rows: Sequence[Row], each: int) -> list[Question]:
    """So many of each kind, about passages drawn at random; always the same."""
    rng = random.Random(11)
    held = Counter(word for row in rows[:LOOKED_AT] for word in set(_words(row.text)))
    looked_at = min(len(rows), LOOKED_AT)
    common = {word for word, n in held.items() if n >= COMMON * looked_at}
    rare = {word for word, n in held.items() if n <= max(2, RARE * looked_at)}
    found: list[Question] = []
    for kind in KINDS:
        made: dict[Question, None] = {}
        while len(made) < each:
            row = rng.choice(rows)
            made |= dict.fromkeys(_about(kind, row, common, rare, rng))
        found += list(made)[:each]
    return found


def _words(text: str) -> list[str]:
    return [word for word in text.split() if WORD.fullmatch(word) and word not in STOPPED]


def _about(
    kind: str, row: Row, common: set[str], rare: set[str], rng: random.Random
) -> Iterator[Question]:
    """A question of the kind about this passage; none where it has no words for it."""
    words = list(dict.fromkeys(_words(row.text)))
    frequent = [word for word in words if word in common]
    seldom = [word for word in words if word in rare]
    if len(words) < 3 or not frequent or not row.first or not row.country:
        return
    one = rng.choice(frequent)
    others = [word for word in words if word != one]
    if kind in ("a rare word", "two words, one rare"):
        if seldom and seldom[0] != one:
            yield Question(kind, (seldom[0],) if kind == "a rare word" else (one, seldom[0]))
    elif kind in ("a phrase", "near"):
        if (pair := _pair(row.text, 1 if kind == "a phrase" else SLOP, rng)) is not None:
            yield Question(kind, pair)
    elif kind.startswith("a word, ") and "newest" not in kind:
        year, month = divmod(int(row.first) // 100, 100)
        first, last = year * 10000 + max(1, month - 1) * 100 + 1, year * 10000 + month * 100 + 31
        days = (first, last) if "days" in kind else (0, 0)
        yield Question(kind, (one,), row.country if "country" in kind else "", *days)
    else:
        count = {"two words, all": 2, "three words, any": 3, "a word without another": 2}
        more = rng.sample(others, count.get(kind, 1) - 1)
        beginning = rng.choice(words)[:BEGINNING] if kind == "a beginning" else one
        yield Question(kind, (beginning, *more))


def _pair(text: str, most: int, rng: random.Random) -> tuple[str, str] | None:
    """Two words at most so many places apart, nothing but words and spaces between."""
    words = text.split()
    at = rng.randrange(len(words))
    run = words[at : at + most + 1]
    if len(run) <= most or not all(word.isalpha() for word in run):
        return None
    first, last = run[0], run[-1]
    asked = all(WORD.fullmatch(word) and word not in STOPPED for word in (first, last))
    return (first, last) if asked and first != last else None
