"""The language of a text by cld3, as ISO 639-1; None where the detector is not sure.

Short, mixed or scanned junk gets no language: a wrong one stems every word wrongly.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import gcld3

from searchkit.records import Certainty

# cld3's own names that are not ISO 639-1.
SPELT_OTHERWISE = {"iw": "he", "jw": "jv", "fil": "tl"}

# The detector reads this many bytes; more does not change its mind.
SAMPLE_BYTES = 2000
# Below this many letters even a sure answer is luck ("NATO", "OK").
FEWEST_LETTERS = 20
# Junk from scans comes out as Welsh or Latin near .7; real texts of 15 words stand above .9.
LEAST_PROBABILITY = 0.75
# How many candidates `language_scores` looks at.
CANDIDATES = 3


@cache
def _detector() -> Any:
    return gcld3.NNetLanguageIdentifier(0, SAMPLE_BYTES)


def _sample(text: str) -> str:
    """The start and the middle of a text, in characters that survive UTF-8."""
    middle = max(0, len(text) // 2 - SAMPLE_BYTES // 4)
    sample = text[: SAMPLE_BYTES // 2] + " " + text[middle : middle + SAMPLE_BYTES // 2]
    return sample.encode("utf-8", "replace").decode("utf-8").replace("\x00", " ")


def _code(name: str) -> str:
    short = name.split("-")[0].lower()
    return SPELT_OTHERWISE.get(short, short)


def detect_language(text: str) -> str | None:
    """The language of a text, or None where that is not sure.

    >>> detect_language("The minister said that the talks would go on until Friday.")
    'en'
    >>> detect_language("12.5 % (a)") is None
    True
    """
    sample = _sample(text)
    if sum(map(str.isalpha, sample)) < FEWEST_LETTERS and not _is_dense(sample):
        return None
    result = _detector().FindLanguage(text=sample)
    if not result.is_reliable or result.probability < LEAST_PROBABILITY:
        return None
    # "ru-Latn", "zh-Latn": Latin letters that no native speaker writes so.
    return None if "-Latn" in result.language else _code(result.language)


def _is_dense(sample: str) -> bool:
    """Han, kana and Hangul say in five signs what takes twenty letters."""
    return sum("\u3040" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7af" for c in sample) >= 5


def language_scores(text: str) -> dict[str, float]:
    """Probability times share of the most likely languages, by cld3's names without script."""
    results = _detector().FindTopNMostFreqLangs(text=_sample(text), num_langs=CANDIDATES)
    return {
        _code(r.language): r.probability * r.proportion
        for r in results
        if r.language != "und" and "-Latn" not in r.language
    }


def primary_code(tag: str) -> str:
    """The language of a tag, without country or script.

    >>> primary_code("pt-BR"), primary_code(" en_GB"), primary_code("")
    ('pt', 'en', '')
    """
    return tag.strip().split("-")[0].split("_")[0].lower()


class Settled(NamedTuple):
    """A language, where it was read, and how far to trust it."""

    code: str
    source: str
    certainty: Certainty


def settle_language(declared: str | None, text: str) -> Settled | None:
    """The page's own word on its language, checked against the text.

    The detector wins where it is sure: templates say lang="en" over any language.

    >>> settle_language("en-GB", "Le ministre a déclaré que les négociations reprendront lundi.")
    Settled(code='fr', source='text', certainty='likely')
    >>> settle_language("pt-BR", "Brasil")
    Settled(code='pt', source='html lang', certainty='guess')
    """
    found = detect_language(text)
    code = primary_code(declared or "")
    if found and found == code:
        return Settled(found, "text and html lang", "certain")
    if found:
        return Settled(found, "text", "likely")
    if code.isalpha() and 2 <= len(code) <= 3:
        return Settled(code, "html lang", "guess")
    return None
