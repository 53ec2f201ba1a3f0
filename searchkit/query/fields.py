"""The fields a query may name, what their values may be, and what people write instead.

In come names and values as typed; out go the field's own name and the value an
index holds, or what to suggest.  Which passages match is not decided here.
"""

from __future__ import annotations

import re
from typing import get_args

from searchkit.analyzer import fold
from searchkit.records import Form, Kind, Via

TERM_FIELDS = ("speaker", "role", "affiliation", "title", "source")
"""Fields of words: analysed like the text."""

KEYWORD_FIELDS = ("country", "mentions", "language", "kind", "form", "via", "site", "confidence")
"""Fields of whole values."""

DATE_FIELDS = ("date", "since", "until", "after", "before")

ALIASES = {"org": "affiliation", "organisation": "affiliation", "organization": "affiliation",
           "lang": "language"}  # fmt: skip

FIELDS = {name: name for name in (*TERM_FIELDS, *KEYWORD_FIELDS, *DATE_FIELDS)} | ALIASES

# What other systems, and people, call them: for suggestions only.
HABITS = {
    "author": "speaker", "by": "speaker", "name": "speaker", "person": "speaker", "who": "speaker",
    "said": "speaker", "post": "role", "office": "role", "nation": "country", "state": "country",
    "ministry": "affiliation", "party": "affiliation", "headline": "title", "subject": "title",
    "publisher": "source", "outlet": "source", "url": "site", "domain": "site", "host": "site",
    "type": "kind", "genre": "form", "from": "since", "to": "until", "day": "date",
    "about": "mentions", "mention": "mentions", "certainty": "confidence",
    "year": "date", "month": "date", "published": "date", "when": "date",
}  # fmt: skip

# >0.8, >=.8, <0.5, 0.9, 0.5..0.8
_CONFIDENCE = re.compile(
    r"\A(>=?|<=?)?([01]?\.\d{1,4}|[01])(?:\.\.([01]?\.\d{1,4}|[01]))?\Z", re.ASCII
)
_HOST = re.compile(r"\A\w[\w.-]*\Z")
_VALUES = {"kind": get_args(Kind), "form": get_args(Form), "via": get_args(Via)}
_VALUE_HABITS = {
    "quote": "direct",
    "quoted": "direct",
    "quotation": "direct",
    "indirect": "reported",
}

LANGUAGE_NAMES = {
    "ar": "Arabic", "az": "Azerbaijani", "bg": "Bulgarian", "cs": "Czech", "da": "Danish",
    "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian",
    "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi",
    "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "it": "Italian",
    "ja": "Japanese", "ka": "Georgian", "kk": "Kazakh", "ko": "Korean", "lt": "Lithuanian",
    "lv": "Latvian", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian",
    "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu",
    "uz": "Uzbek", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
_LANGUAGE_CODES = {name.lower(): code for code, name in LANGUAGE_NAMES.items()}


def nearest(word: str, known: tuple[str, ...]) -> str | None:
    """The known word this one is most likely a slip of, if any.

    >>> nearest("speeker", ("speaker", "source")), nearest("http", ("speaker", "source"))
    ('speaker', None)
    """
    from difflib import get_close_matches

    return next(iter(get_close_matches(word.lower()[:40], known, n=1, cutoff=0.75)), None)


def suggested_field(name: str) -> str | None:
    """The field meant by a name that is none: by habit, or as a slip of the pen.

    >>> suggested_field("speeker"), suggested_field("author"), suggested_field("note")
    ('speaker', 'speaker', None)
    """
    return HABITS.get(name.lower()) or nearest(name, tuple(FIELDS))


def keyword_value(name: str, text: str) -> str | None:
    """What the index holds for this value of a keyword field; None where it is none.

    >>> keyword_value("language", "French"), keyword_value("kind", "Quote")
    ('fr', 'direct')
    >>> keyword_value("site", "https://www.MFA.example/"), keyword_value("kind", "rumour")
    ('mfa.example', None)
    """
    if name == "country":
        from searchkit.names import country_code

        return country_code(text)
    if name == "mentions":
        from searchkit.names import country_code, organisation

        return organisation(text) or country_code(text)
    if name == "confidence":
        return text if _confidence(text) else None
    if name == "site":
        host = text.lower().partition("//")[2] or text.lower()
        host = host.partition("/")[0].partition(":")[0].removeprefix("www.").rstrip(".,;")
        return host if _HOST.match(host) else None
    value = fold(text)
    if name == "language":
        code = _LANGUAGE_CODES.get(value, value)
        return code if len(code) in (2, 3) and code.isascii() and code.isalpha() else None
    value = _VALUE_HABITS.get(value, value)
    return value if value in _VALUES[name] else None


def keyword_values(name: str, value: str) -> tuple[str, ...]:
    """The values in an index that a value of `keyword_value` stands for.

    >>> keyword_values("kind", "direct"), keyword_values("confidence", ">0.98")
    (('direct',), ('099', '100'))
    """
    if name != "confidence":
        return (value,)
    return tuple(confidence_value(hundredth / 100) for hundredth in _confidence(value))


def confidence_value(confidence: float) -> str:
    """What an index holds for a confidence: hundredths, so that engines need no numbers.

    >>> confidence_value(0.875)
    '088'
    """
    return f"{round(confidence * 100):03}"


def _confidence(text: str) -> range:
    """The hundredths that a value of confidence: stands for; empty where it is none."""
    found = _CONFIDENCE.match(text)
    if found is None or (found[1] and found[3]):
        return range(0)
    first = round(float(found[2]) * 100)
    last = round(float(found[3]) * 100) if found[3] else first
    bounds = {">": (first + 1, 100), ">=": (first, 100), "<": (0, first - 1), "<=": (0, first)}
    low, high = bounds.get(found[1] or "", (first, last))
    return range(low, min(high, 100) + 1)


def value_problem(name: str, text: str) -> str:
    """What to tell somebody whose value is none of the field's.

    >>> value_problem("kind", "directt")
    "kind 'directt' is not known; did you mean kind:direct?"
    """
    if name == "country":
        return f"country {text!r} is not known; write its English name in quotes, or its ISO code"
    if name == "mentions":
        return (
            f"no country and no organisation {text!r} is known; for other words leave out mentions:"
        )
    if name == "confidence":
        return f"confidence {text!r} is no number from 0 to 1; write >0.8, <0.5 or 0.5..0.8"
    if name == "language":
        return f"language {text!r} is not known; write its English name or its ISO code"
    if name == "site":
        return f"site {text!r} is not a host name; write it like site:mfa.example"
    if guess := nearest(text, _VALUES[name]):
        return f"{name} {text!r} is not known; did you mean {name}:{guess}?"
    return f"{name} {text!r} is not known; it is one of: {', '.join(_VALUES[name])}"


def value_shown(name: str, value: str) -> str:
    """A keyword as a reader knows it: with its name where it is a code.

    >>> value_shown("language", "fr"), value_shown("kind", "direct")
    ('French (fr)', 'direct')
    """
    if name in ("country", "mentions"):
        from searchkit.names import country_name

        shown = country_name(value)
        return f"{shown} ({value})" if shown != value else value
    if name == "language" and value in LANGUAGE_NAMES:
        return f"{LANGUAGE_NAMES[value]} ({value})"
    return value
