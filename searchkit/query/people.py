"""Names of people as texts write them: with titles, with initials, transliterated.

In comes the name asked for, and the names an index has; out go the parts that matter and
the names that sound alike.  Who somebody is is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from searchkit.analyzer import fold
from searchkit.query.vocabulary import Vocabulary

MAX_READ = 20_000
"""Names of the index that are looked at for one name."""

MAX_NAMES = 8
"""Names one name may stand for."""

MIN_SOUND = 5
"""Letters of a name that is compared by sound: shorter ones sound like many."""

# How scripts other than Latin are written in Latin letters differs in these ways only.
# Each pattern reads a few letters and never goes back.
_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"\Aye", "e"), (r"\Akh|\Ax(?=[aeiou])", "h"), (r"shch|sch", "sh"), (r"tch|tsch", "ch"),
        (r"dzh|dj", "j"), (r"kh", "h"), (r"gh", "g"), (r"ph", "f"), (r"ou|oo", "u"), (r"ee", "i"),
        (r"ck|q", "k"), (r"w", "v"), (r"x", "ks"), (r"tz", "ts"), (r"ff\Z", "v"), (r"[yj]\Z", "i"),
        (r"y", "i"), (r"(?<=[^aeiou\W])j(?=[aeou])", "i"), (r"(.)\1+", r"\1"),
        (r"(?<=[aeou])i(?=[aeou])", ""), (r"ie(?=v\Z)", "e"), (r"ia(?=n\Z)", "ia"),
    )
]  # fmt: skip


@lru_cache(maxsize=65_536)
def sound(word: str) -> str:
    """What is left of a folded name when its transliteration no longer matters.

    >>> sound("zelenskyy") == sound("zelenskiy") == sound("zelensky")
    True
    >>> sound("aliyev") == sound("aliev"), sound("lavrov") == sound("lavroff")
    (True, True)
    >>> sound("marin") == sound("marina")
    False
    """
    for pattern, said in _SOUNDS:
        word = pattern.sub(said, word)
    return word


def sounding_alike(word: str, words: Vocabulary) -> list[str]:
    """Names of speakers in the index that sound like a folded name, commonest first.

    >>> sounding_alike("zelensky", lambda field, prefix, limit: ["zelenskyy", "zelensky", "zola"])
    ['zelenskyy']
    """
    if len(word) < MIN_SOUND:
        return []
    asked = sound(word)
    known = words("speaker", word[:1], MAX_READ)
    return [name for name in known if name != word and sound(name) == asked][:MAX_NAMES]


def without_titles(words: Sequence[str]) -> list[str]:
    """The words of a name less offices and forms of address before it; all if nothing is left.

    >>> without_titles(["Foreign", "Minister", "S.", "Lavrov"])
    ['S.', 'Lavrov']
    >>> without_titles(["Minister"])
    ['Minister']
    """
    rest = list(words)
    while len(rest) > 1 and _is_title(rest[0]):
        del rest[0]
    return rest if not _is_title(rest[-1]) else list(words)


def _is_title(word: str) -> bool:
    from searchkit.names.offices import HONORIFICS, OFFICE_MODIFIERS, OFFICES

    plain = word.lower().rstrip(".,")
    known = plain in OFFICES or plain in OFFICE_MODIFIERS or plain in HONORIFICS
    return known and not is_initial(word)


def is_initial(word: str) -> bool:
    """Whether a word of a name is one letter, with or without its full stop.

    >>> is_initial("S."), is_initial("Li")
    (True, False)
    """
    return len(fold(word)) == 1
