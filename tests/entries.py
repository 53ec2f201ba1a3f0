"""Entries made up for the tests of engines: few words, so that many of them meet."""

from __future__ import annotations

import random

from searchkit.records import Entry

WORDS = [
    "grain", "grains", "corridor", "talks", "talk", "border", "treaty", "minister", "peace",
    "sanction", "sanctions", "export", "harbour", "ally", "élan", "和", "мир", "a", "the", "of",
]  # fmt: skip
SPEAKERS = ["ana perez", "omar", "li na", "ana kovac"]
COUNTRIES = ["QA", "QB", "QC"]
PASSAGES = 600


def stem(word: str) -> str:
    return word.removesuffix("s")


def positions(text: str) -> tuple[tuple[str, ...], ...]:
    """Positions of a text, in which | is a gap."""
    return tuple(() if word == "|" else (stem(word), "=" + word) for word in text.split())


def entry(
    passage_id: str,
    text: str,
    *,
    title: str = "",
    speaker: str = "",
    day: int | None = None,
    last_day: int | None = None,
    **keywords: tuple[str, ...],
) -> Entry:
    fields = {"text": text, "title": title, "speaker": speaker}
    return Entry(
        passage_id=passage_id,
        document_id=passage_id.partition(":")[0],
        terms={field: positions(words) for field, words in fields.items() if words},
        keywords=keywords,
        first_day=day,
        last_day=last_day or day,
    )


def random_entry(rng: random.Random, number: int) -> Entry:
    def text(least: int, most: int) -> str:
        weights = [1 / (place + 1) for place in range(len(WORDS))]
        words = rng.choices(WORDS, weights, k=rng.randint(least, most))
        return " ".join(rng.choice(["", "", "", "| "]) + word for word in words)

    month = 20240001 + 100 * rng.randint(1, 12)
    day = rng.choice([None, month + rng.randint(0, 27), month, month])
    return entry(
        f"doc{number // 4}:{number:03d}",
        text(1, 14),
        title=text(0, 4),
        speaker=rng.choice([*SPEAKERS, "", ""]),
        day=day,
        last_day=month + 29 if day == month else None,
        country=tuple(rng.sample(COUNTRIES, rng.randint(0, 2))),
        kind=(rng.choice(["direct", "issuer"]),),
    )


def sample(seed: int = 1) -> list[Entry]:
    rng = random.Random(seed)
    return [random_entry(rng, number) for number in range(PASSAGES)]
