"""Texts of made-up words with a Zipf-like spread, for benches that need no real ones."""

from __future__ import annotations

import random
from collections.abc import Iterator

VOCABULARY = 60_000


def make_words() -> list[str]:
    rng = random.Random(7)
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ["w" + "".join(rng.choices(letters, k=rng.randint(3, 10))) for _ in range(VOCABULARY)]


def make_texts(count: int) -> Iterator[list[str]]:
    rng, words, weights, total = random.Random(8), make_words(), [], 0.0
    for rank in range(VOCABULARY):
        total += 1 / (rank + 10)
        weights.append(total)
    for _ in range(count):
        yield rng.choices(words, cum_weights=weights, k=rng.randint(20, 100))
