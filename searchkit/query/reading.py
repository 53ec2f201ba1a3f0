"""A query's tree told in words, on one line: how it was read.

In comes the tree, out goes a sentence without a full stop.  It says what is asked
for, not what a language's stems or spellings add; that is `compiler.compile_notes`.
"""

from __future__ import annotations

from collections.abc import Iterable

from searchkit.query.days import days
from searchkit.query.fields import keyword_value, value_shown
from searchkit.query.tree import (
    All,
    Dates,
    Either,
    Field,
    Nearby,
    Part,
    Quoted,
    Weighted,
    Without,
    Word,
)

_PHRASES = {
    "speaker": "by speaker {}",
    "role": "by somebody whose role has {}",
    "affiliation": "by somebody of {}",
    "title": "with {} in the title",
    "source": "from source {}",
    "site": "from site {}",
    "country": "of country {}",
    "mentions": "naming {}",
    "confidence": "attributed with confidence {}",
    "language": "in language {}",
    "kind": "of kind {}",
    "form": "of form {}",
    "via": "attributed by {}",
}


def reading_of(tree: Part) -> str:
    """The tree in words.

    >>> reading_of(All((Word("grain"), Word("corridor"), Without(Word("fish")))))
    'passages with grain and corridor (any form), without fish (any form)'
    """
    if isinstance(tree, Either) and not _asks_text(tree):
        return "passages " + _clause(tree)
    parts = tree.parts if isinstance(tree, All) else (tree,)
    content = [part for part in parts if _asks_text(part)]
    rest = [_clause(part) for part in parts if not _asks_text(part)]
    if content:
        alone = content[0] if len(parts) == 1 else None
        told = _inside(alone) if isinstance(alone, Either) else _joined(content, " and ")
        head = f"passages with {told}"
    elif all(isinstance(part, Without) for part in parts):
        head = "all passages"
    else:
        return "passages " + ", ".join(rest)
    return f"{head} {', '.join(rest)}" if not content else ", ".join([head, *rest])


def _asks_text(part: Part) -> bool:
    """Whether the part asks for words of the text, so that "with" can stand before it."""
    if isinstance(part, Either | All):
        return all(_asks_text(inner) for inner in part.parts)
    if isinstance(part, Weighted):
        return _asks_text(part.part)
    return isinstance(part, Word | Quoted | Nearby)


def _joined(parts: Iterable[Part], between: str) -> str:
    """Parts in words; neighbours in any form share one "(any form)"."""
    told: list[str] = []
    any_form: list[str] = []

    def flush() -> None:
        if any_form:
            many = between == " and " and len(any_form) > 2
            told.append((", " if many else between).join(any_form) + " (any form)")
            any_form.clear()

    for part in parts:
        if isinstance(part, Word) and part.form == "any":
            any_form.append(part.text)
        else:
            flush()
            told.append(_told(part))
    flush()
    return between.join(told)


def _told(part: Part) -> str:
    """One part among others that ask for words."""
    match part:
        case Word() | Quoted():
            return _leaf(part)
        case Nearby(left, right, distance):
            words = "word" if distance == 1 else f"{distance} words"
            return f"{_joined([left], '')} within {words} of {_joined([right], '')}"
        case Weighted(inner, factor):
            bare = isinstance(inner, Word | Quoted)
            told = _joined([inner], "") if bare else f"({_inside(inner)})"
            return f"{told} counted {factor:g} times"
        case _:
            return f"({_inside(part)})"


def _inside(part: Part) -> str:
    if isinstance(part, Either):
        if _asks_text(part):
            return _joined(part.parts, " or ")
        return " or ".join(_bracketed(inner) for inner in part.parts)
    if isinstance(part, All):
        if _asks_text(part):
            return _joined(part.parts, " and ")
        return " and ".join(_bracketed(inner) for inner in part.parts)
    return _clause(part)


def _bracketed(part: Part) -> str:
    return f"({_inside(part)})" if isinstance(part, All | Either) else _clause(part)


def _clause(part: Part) -> str:
    """A part that stands on its own: with its preposition."""
    match part:
        case Without(inner) if isinstance(inner, Field | Dates):
            return f"not {_clause(inner)}"
        case Without(inner):
            bare = _asks_text(inner)
            return f"without {_joined([inner], '') if bare else f'({_inside(inner)})'}"
        case Field(name, inner):
            return _PHRASES[name].format(_value(name, inner))
        case Dates(first, last):
            return _time(first, last)
        case Weighted(inner, factor) if not _asks_text(inner):
            return f"({_inside(inner)}) counted {factor:g} times"
        case Word() | Quoted() | Nearby() | Weighted():
            return f"with {_joined([part], '')}"
    return f"({_inside(part)})" if isinstance(part, All) else _inside(part)


def _leaf(part: Word | Quoted) -> str:
    if isinstance(part, Quoted):
        return f'"{part.text}" (exact words)'
    if part.form == "beginning":
        return f"words beginning with {part.text}"
    if part.form == "shape":
        return f"words of the shape {part.text}"
    if part.form == "like":
        return f"{part.text} (up to {part.edits} letter{'s' * (part.edits > 1)} otherwise)"
    return f"{part.text} (this form only)" if part.form == "exact" else part.text


def _value(name: str, part: Part) -> str:
    """A field's value: a code with its name, words as they are, groups in brackets."""
    match part:
        case Word(text) | Quoted(text):
            value = keyword_value(name, text) if name not in _WORD_FIELDS else None
            return value_shown(name, value) if value else str(part)
        case Without(inner):
            return f"not {_value(name, inner)}"
        case Weighted(inner, factor):
            return f"{_value(name, inner)} (counted {factor:g} times)"
        case All(parts) | Either(parts):
            between = " or " if isinstance(part, Either) else " and "
            return f"({between.join(_value(name, inner) for inner in parts)})"
    return str(part)


_WORD_FIELDS = frozenset({"speaker", "role", "affiliation", "title", "source"})


def _iso(day: int) -> str:
    return f"{day // 10000:04}-{day // 100 % 100:02}-{day % 100:02}"


def _time(first: str | None, last: str | None) -> str:
    """
    >>> _time("2023-10", "2023-12"), _time("2020", None), _time(None, "2021-06")
    ('from 2023-10-01 to 2023-12-31', 'from 2020-01-01 on', 'until 2021-06-30')
    """
    start = _iso(days(first)[0]) if first else None
    end = _iso(days(last)[1]) if last else None
    if start and end:
        return f"on {start}" if start == end else f"from {start} to {end}"
    return f"from {start} on" if start else f"until {end}"
