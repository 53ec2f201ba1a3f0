"""Words of a sentence with their places, and the countries and bodies among them.

In comes text; out go `Words`, and the usual name of what a capitalised phrase means.
The small tables of closed word classes are here; what a phrase says is for `phrases`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from searchkit.names import country_code, country_name, may_begin_name, organisation
from searchkit.names.offices import word_set

# A plain word, which is most of them, a masked quotation, initials, a title with its full stop,
# a word with inner marks, or one mark.
WORD = re.compile(
    r"[a-z]+(?=[ ,])|\x01+|\x02+|(?:[^\W\d_]\.){2,}"
    r"|(?:M[rs]s?|Dr|Gen|Sen|Rep|Gov|Lt|Col|St|Jr|Sr|Prof|Hon|Rt|Adm|Capt|Maj"
    r"|Sgt|Rev)\.|[A-Z]\.(?=\s)|\w+(?:[.'’&/‑-]\w+)*|[^\w\s]"
)


PRONOUNS = {
    "he": "m", "she": "f", "it": "n", "they": "p", "i": "i", "we": "w", "who": "r", "both": "p",
}  # fmt: skip


DETERMINERS = word_set(
    """
    the a an this that these those his her its their our my another some several many most all two
    three four five other both one each no any few various numerous certain
    """
)


INDEFINITE = word_set(
    """
    a an another some several many most one few various numerous other
    """
)


PARTICLES = word_set(
    """
    al el bin bint ibn abu van von der den de del della di da dos das du la le ten ter ben zu y e
    af av op st mac
    """
)


LEADS = word_set(
    """
    when as after while but and if although since because with for by to from before then
    """
)


PREPOSITIONS = word_set(
    """
    of for to on at in from with within near under by
    """
)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a stretch of text: as written, in lower case, and where they stand."""

    texts: list[str]
    lows: list[str]
    starts: list[int]
    ends: list[int]

    def __len__(self) -> int:
        return len(self.texts)


def split_words(text: str, start: int, end: int) -> Words:
    """The words between two offsets.

    >>> split_words("Mr. Oduya's U.S. visit", 0, 22).texts
    ['Mr.', "Oduya's", 'U.S.', 'visit']
    """
    spans = [match.span() for match in WORD.finditer(text, start, end)]
    texts = [text[a:b] for a, b in spans]
    lows = [word.lower() for word in texts]
    return Words(texts, lows, [a for a, _ in spans], [b for _, b in spans])


def bare(word: str) -> str:
    """A word without its possessive ending.

    >>> bare("Pakistan’s"), bare("Bowles")
    ('Pakistan', 'Bowles')
    """
    return word[:-2] if word.endswith(("’s", "'s")) else word


def is_capital(word: str) -> bool:
    """Whether a word is written as a name is: with a capital, or "al-Ruiz"."""
    return word[:1].isupper() or (
        len(word) > 3 and word[:3] in ("al-", "el-", "as-", "ar-", "an-") and word[3].isupper()
    )


@lru_cache(maxsize=65_536)
def country_of(phrase: str) -> str | None:
    """The English name of the country that a capitalised phrase or its adjective means."""
    if len(phrase) < 3 and phrase not in ("US", "UK"):
        return None
    if not phrase[:1].isupper() or (len(phrase) == 3 and not phrase.isupper()):
        return None
    code = country_code(phrase)
    return country_name(code) if code else None


@lru_cache(maxsize=65_536)
def body_of(phrase: str) -> str | None:
    """The country or organisation that a capitalised phrase means."""
    if not phrase[:1].isupper():
        return None
    return organisation(phrase) or country_of(phrase)


def longest_body(words: Words, at: int, end: int) -> tuple[str, int] | None:
    """The country or organisation that begins at a word, with the index after it."""
    if not is_capital(words.texts[at]) or not may_begin_name(words.texts[at]):
        return None
    for stop in range(min(end, at + 6), at, -1):
        phrase = " ".join(bare(word) if i == stop - 1 - at else word
                          for i, word in enumerate(words.texts[at:stop]))  # fmt: skip
        if found := body_of(phrase):
            return found, stop
    return None


def affiliation_in(words: Words, a: int, b: int) -> str | None:
    """The last organisation or, before it, the first country that a phrase holds."""
    at = a
    first = None
    while at < b:
        found = longest_body(words, at, b)
        if found and first is None:
            first = found[0]
        at = found[1] if found else at + 1
    return first


def text_of(words: Words, a: int, b: int) -> str:
    """The phrase as written, single spaces, no possessive at its end."""
    out = ""
    for i in range(a, b):
        if words.texts[i][0] == "\x02":
            continue
        gap = " " if i > a and words.starts[i] > words.ends[i - 1] else ""
        out += gap + words.texts[i]
    return bare(out)
