"""Text to tokens: one reading of words for every engine, every query, every snippet.

In comes any text and the code of its language; out go tokens with a folded form, a
stem, and the offsets of the untouched original.  Cleaning, languages guessed,
names spelt otherwise and words left out are not its business.

The rules of folding, in order (each has its test):

* compatibility forms are taken apart (ﬁ is fi, full-width letters are plain ones),
  invisible characters inside a word go (soft hyphen, joiners, Arabic tatweel);
* case is folded; in Turkish and Azerbaijani I belongs to ı and İ to i;
* accents go: the combining marks of Latin, Greek, Cyrillic, Hebrew and Arabic.  й
  stays й; the vowel signs of Indic scripts, Thai and kana are letters and stay;
* letters without a decomposition: ß ss, æ ae, œ oe, ø o, ł l, đ and ð d, þ th,
  ħ h, ŧ t, ŋ n, ı i, ə a (as Azerbaijani names are written in English);
* Arabic: alef with hamza, madda or wasla is alef, alef maqsura and Persian yeh are
  yeh, taa marbuta is heh, keheh is kaf; digits of any script are 0 to 9;
* apostrophes of any shape go (O’Brien is obrien) after English endings were cut
  (Hajiyev’s, we’ll), in Turkish and Azerbaijani everything behind the apostrophe,
  in French, Italian and Catalan the article before it (l’accord is accord);
* full stops of an acronym go (U.S. is us), commas between thousands go (1,000 is
  1000), a decimal comma is a point.

The stem is Snowball's, of the word with its accents (French and German stems need
them), folded afterwards.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from itertools import chain

import Stemmer

from searchkit.records import Token

MAX_TERM = 100
"""Longest term in characters; a longer word is cut, its offsets are not."""

MAX_WORDS_KEPT = 200_000
"""Words whose normal form is remembered per language: some 40 MB at most."""

MAX_RUNS_KEPT = 200_000
"""Words with the marks beside them whose terms are remembered per language: 40 MB at most."""

SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german",
    "el": "greek", "en": "english", "eo": "esperanto", "es": "spanish", "et": "estonian",
    "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish",
    "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian",
    "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
"""Snowball's algorithm by ISO 639-1 code; other languages have no stems."""

# Snowball gives these the stem of another word: important and imports, united and
# units, authorities and authors.  Exceptions can be added; each changes the index.
STEM_EXCEPTIONS = {
    "en": {
        "universe": "universe", "universes": "universe",
        "university": "university", "universities": "university", "universal": "universal",
        "organ": "organ", "organs": "organ", "organic": "organic",
        "important": "important", "importantly": "important", "importance": "importance",
        "unite": "unite", "united": "unite", "unites": "unite", "uniting": "unite",
        "authority": "authority", "authorities": "authority",
        "executive": "executive", "executives": "executive",
        "objective": "objective", "objectives": "objective",
        "relative": "relative", "relatives": "relative", "relatively": "relative",
        "several": "several", "aide": "aide", "aides": "aide",
        "experience": "experience", "experiences": "experience", "experienced": "experience",
        "positive": "positive", "positively": "positive", "humane": "humane",
        "rational": "rational", "resident": "resident", "residents": "resident",
        "civilization": "civilization", "civilizations": "civilization",
    },
}  # fmt: skip


def _class_of_marks() -> str:
    """The combining marks, as the inside of a character class.

    Those outside these blocks belong to scripts no statement is published in.
    """
    blocks = chain(range(0x300, 0x2100), range(0x3029, 0x309B), range(0xA66F, 0xAC00))
    marks = [code for code in blocks if unicodedata.category(chr(code))[0] == "M"]
    known = set(marks)
    starts = [code for code in marks if code - 1 not in known]
    ends = [code for code in marks if code + 1 not in known]
    ranges = "".join(f"{chr(a)}-{chr(b)}" for a, b in zip(starts, ends, strict=True))
    return ranges + "\ufb1e\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef"


# Soft hyphen, joiners and byte-order marks: invisible, inside words, no boundary.
_INVISIBLE = "\u00ad\u200c\u200d\u2060\ufeff"
_MARK = _class_of_marks() + _INVISIBLE + "\uff9e\uff9f"
# Han with its extensions, hiragana, katakana: written without spaces.
_CJK = (
    "\u3005-\u3007\u3040-\u309a\u309d-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9d\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_LETTER = rf"[^\W_{_CJK}]"
# Letters that acronyms and units are written in: Latin, Greek, Cyrillic.
_INITIAL = "[A-Za-z\u00c0-\u024f\u0370-\u052f]"
# Straight, curly, modifier, Hebrew and prime forms; also accents typed for apostrophes.
APOSTROPHES = "'’‘‛ʼʻʹ′`´＇׳"

# Each alternative begins with a letter or digit and never gives back what it took
# (possessive), so the whole is linear in the text.
WORD = re.compile(
    rf"""
      [{_CJK}][{_MARK}]*+                                      # one Han or kana character
    | {_INITIAL}(?:\.{_INITIAL}(?!\w))+(?:\.(?!\w))?           # U.N, U.S.
      (?:[{APOSTROPHES}]s\b)?                                  #   and its end: U.N.'s
    | \d{{1,3}}+(?:,\d{{3}}(?!\d))+(?:\.\d++)?{_INITIAL}*+     # 1,000 and 1,000.5
    | (?<!\d[.,])\d++[.,]\d++(?![.,]\d){_INITIAL}*+            # 3.5, 3,5, 3.5bn; not 1.2.2024
    | {_LETTER}++                                              # a word with its marks: naïve,
      (?:(?:[{_MARK}]++|[{APOSTROPHES}](?=[^\W_])){_LETTER}*+)*+  # O'Brien, l'accord
    """,
    re.VERBOSE,
)

_APOSTROPHE = re.compile(f"[{APOSTROPHES}]")
_UNIFY = {ord(mark): "'" for mark in APOSTROPHES} | {ord(c): None for c in _INVISIBLE + "\u0640"}
# What English puts behind an apostrophe: Hajiyev's, we'll, they're.
_ENGLISH_ENDING = re.compile(r"'(?:s|ll|re|ve|d|m)\Z")
# The article or pronoun that leans on the next word.
_ELISION = {
    "fr": re.compile(r"\A(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)'"),
    "ca": re.compile(r"\A[dlmnst]'"),
    "it": re.compile(
        r"\A(?:[cdlmnstv]|un|gl|dell|all|dall|nell|sull|coll|quell|quest|bell|sant|tutt|anch)'"
    ),
}
_CASE_OF_I = {ord("I"): "ı", ord("İ"): "i"}
_DOTLESS = frozenset({"tr", "az"})
_NUMBER = re.compile(r"\A\d+[.,]\d")
# 1,000 and 12,345,678: groups of exactly three.
_THOUSANDS = re.compile(r"\A\d{1,3}(?:,\d{3})+(?!\d)")


def _is_kept(char: str) -> bool:
    """What a term is made of: letters, digits, their marks, and a number's separators."""
    return char.isalnum() or char in ".," or unicodedata.category(char)[0] == "M"


class _Folding(dict[int, str]):
    """Folded form by code point, filled in as characters are met; for str.translate."""

    _MARKS_DROPPED = re.compile(
        "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
        "\u08d3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufb1e\ufe00-\ufe0f\ufe20-\ufe2f"
        "\U000e0100-\U000e01ef]"
    )

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if (digit := unicodedata.decimal(char, None)) is not None:
            folded = str(digit)
        else:
            bare = self._MARKS_DROPPED.sub("", unicodedata.normalize("NFKD", char))
            folded = unicodedata.normalize("NFC", bare).translate(_LETTERS)
            folded = "".join(c for c in folded if _is_kept(c))
        self[code] = folded
        return folded


_LETTERS = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th",
        "ħ": "h", "ŧ": "t", "ŋ": "n", "ı": "i", "ə": "a", "ĸ": "k",
        "ٱ": "ا", "ى": "ي", "ی": "ي", "ة": "ه", "ہ": "ه", "ە": "ه", "ک": "ك",
    }
)  # fmt: skip
_FOLDED = _Folding({ord("й"): "й"})


class _Lexicon(dict[str, tuple[str, str]]):
    """(exact, stem) of each word met in one language; bounded, filled on first sight."""

    def __init__(self, language: str | None) -> None:
        super().__init__()
        self._elision = _ELISION.get(language or "")
        self._dotless = language in _DOTLESS
        self._exceptions = STEM_EXCEPTIONS.get(language or "", {})
        # No cache of the stemmer's own: this dictionary is one.
        algorithm = SNOWBALL.get(language or "")
        self._stem: Callable[[str], str] | None = (
            Stemmer.Stemmer(algorithm, 0).stemWord if algorithm else None
        )

    def __missing__(self, word: str) -> tuple[str, str]:
        plain = self._cased(word[:MAX_TERM])
        if _NUMBER.match(plain):
            exact = _number(plain)
            pair = (exact, exact)
        else:
            pair = self._forms(self._without_affixes(plain).replace("'", "").replace(".", ""))
        if len(word) <= MAX_TERM:
            if len(self) >= MAX_WORDS_KEPT:
                self.clear()
            self[word] = pair
        return pair

    def _cased(self, word: str) -> str:
        """Compatibility forms, apostrophes and case made one."""
        if word.isascii() and not self._dotless:
            return word.replace("`", "'").lower()
        word = unicodedata.normalize("NFKC", word.translate(_UNIFY))
        if self._dotless:
            word = word.translate(_CASE_OF_I)
        return word.casefold()

    def _without_affixes(self, word: str) -> str:
        if "'" not in word:
            return word
        if self._dotless:
            return word.partition("'")[0]
        word = _ENGLISH_ENDING.sub("", word)
        return self._elision.sub("", word) if self._elision else word

    def _forms(self, word: str) -> tuple[str, str]:
        exact = word if word.isascii() else word.translate(_FOLDED)
        exact = exact[:MAX_TERM]
        stem = self._exceptions.get(exact)
        if stem is None:
            stem = exact
            if self._stem is not None:
                stem = self._stem(word)
                stem = (stem if stem.isascii() else stem.translate(_FOLDED))[:MAX_TERM] or exact
        return exact, stem


def _number(word: str) -> str:
    """
    >>> _number("1,000"), _number("1,000.5"), _number("3,5"), _number("3.5bn")
    ('1000', '1000.5', '3.5', '3.5bn')
    """
    plain = _THOUSANDS.sub(lambda found: found[0].replace(",", ""), word.translate(_FOLDED))
    return plain.replace(",", ".")


_LEXICONS: dict[str | None, _Lexicon] = {}


def _code(language: str | None) -> str | None:
    """What rules a language code such as "en" or "pt-BR" has; None for all without any."""
    code = language[:3].partition("-")[0].partition("_")[0].lower() if language else None
    return code if code in SNOWBALL or code in _DOTLESS else None


def _lexicon(language: str | None) -> _Lexicon:
    code = _code(language)
    if code not in _LEXICONS:
        _LEXICONS[code] = _Lexicon(code)
    return _LEXICONS[code]


def analyze(text: str, language: str | None = None) -> list[Token]:
    """The words of a text in order, with offsets into that very text.

    Without a language, or in one that Snowball does not know, stem and exact form
    are the same.  Hyphens and dashes part words; positions count words.

    >>> [(t.exact, t.stem, t.start, t.end) for t in analyze("Hajiyev’s re-election", "en")]
    [('hajiyev', 'hajiyev', 0, 9), ('re', 're', 10, 12), ('election', 'elect', 13, 21)]
    """
    lexicon = _lexicon(language)
    tokens: list[Token] = []
    for match in WORD.finditer(text):
        exact, stem = lexicon[match.group()]
        if exact:
            tokens.append(Token(exact, stem, match.start(), match.end(), len(tokens)))
    return tokens


def terms_of(tokens: Iterable[Token]) -> tuple[tuple[str, str], ...]:
    """What an engine stores at each position: the stem, and the exact form behind "=".

    >>> terms_of(analyze("Two sanctions", "en"))
    (('two', '=two'), ('sanction', '=sanctions'))
    """
    return tuple((token.stem, "=" + token.exact) for token in tokens)


class _Runs(dict[str, tuple[tuple[str, str], ...]]):
    """The terms of each run of characters without a space, met in one language; bounded.

    No word holds a space or looks beyond one, so a text's terms are those of its runs.
    """

    def __init__(self, language: str | None) -> None:
        super().__init__()
        self._language = language
        self._pairs: dict[tuple[str, str], tuple[str, str]] = {}

    def __missing__(self, run: str) -> tuple[tuple[str, str], ...]:
        found = terms_of(analyze(run, self._language))
        if len(run) > MAX_TERM:
            return found
        if len(self) >= MAX_RUNS_KEPT:
            self.clear()
            self._pairs.clear()
        # One pair a word, however many marks it is met with.
        self[run] = found = tuple(self._pairs.setdefault(pair, pair) for pair in found)
        return found


_RUNS: dict[str | None, _Runs] = {}


def terms_in(text: str, language: str | None = None) -> tuple[tuple[str, str], ...]:
    """``terms_of(analyze(text, language))``, five times as fast: for what is only indexed.

    >>> terms_in("Two sanctions, three.", "en")
    (('two', '=two'), ('sanction', '=sanctions'), ('three', '=three'))
    """
    code = _code(language)
    runs = _RUNS.get(code)
    if runs is None:
        runs = _RUNS[code] = _Runs(code)
    return tuple(chain.from_iterable(map(runs.__getitem__, text.split())))


def fold(text: str) -> str:
    """The text as its folded words with single spaces: for comparing values and names.

    >>> fold("  Côte d’Ivoire"), fold("O'Brien"), fold("Łódź–Gdańsk")
    ('cote divoire', 'obrien', 'lodz gdansk')
    """
    return " ".join(token.exact for token in analyze(text))
