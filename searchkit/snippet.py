"""A passage and what a query wanted of it: the excerpt to show, with the words to mark.

In comes the text as it is, its language and a `Wanted` (from `searchkit.query.wanted`);
out goes a `Snippet` that is an exact slice of the text, or the marks of a title.
Words match as in the index, since both ask `searchkit.analyzer`.  Colours, HTML and
"..." belong to whoever prints.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from searchkit.analyzer import analyze
from searchkit.records import Snippet, Token, Wanted

MAX_CHARS = 600
"""Characters of a snippet: most passages whole, eight lines of a terminal."""

# A sentence ends at its mark and what closes with it, before white space; a paragraph
# ends at a line break.  What follows Mr., Gen. or an initial is no new sentence.
_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]]*+(?=\s)|[。！？]++[」』”]*+|\n")
_NO_END = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|No|Gen|Col|Lt|Prof|Sen|Rep|Gov|vs|etc)|\b[^\W\d_])\.\Z"
)
_SPACE = re.compile(r"\s*")


class _Mark(NamedTuple):
    """A word to mark, and which of the things wanted it is."""

    start: int
    end: int
    reason: str


def matches(token: Token, wanted: Wanted) -> bool:
    """Whether a word is one of the single words wanted: by its stem, form or beginning.

    >>> matches(Token("sanctions", "sanction", 0, 9, 0), Wanted(frozenset({"sanction"})))
    True
    """
    exact = "=" + token.exact
    if token.stem in wanted.terms or exact in wanted.terms:
        return True
    return bool(wanted.prefixes) and exact.startswith(wanted.prefixes)


def mark_title(title: str, language: str | None, wanted: Wanted) -> tuple[tuple[int, int], ...]:
    """The half-open offsets of the words wanted in a title, in order.

    >>> mark_title("Sanctions lifted", "en", Wanted(frozenset({"=sanctions"})))
    ((0, 9),)
    """
    return tuple((mark.start, mark.end) for mark in _marks(analyze(title, language), wanted))


def make_snippet(
    text: str, language: str | None, wanted: Wanted, max_chars: int = MAX_CHARS
) -> Snippet:
    """The part of a text that shows most of what was wanted, in at most ``max_chars``.

    It begins and ends between sentences where that fits, else between words.  Without
    anything to mark it is the first sentence.

    >>> make_snippet("We talk. Peace is near.", "en", Wanted(frozenset({"peac"})), 20)
    Snippet(text='Peace is near.', start=9, marks=((0, 5),))
    """
    tokens = analyze(text, language)
    marks = _marks(tokens, wanted)
    if not marks:
        start, end = _first_sentence(text, max_chars)
    elif len(text) <= max_chars:
        start, end = 0, len(text)
    else:
        first, last = _richest(marks, max_chars)
        start, end = _window(text, tokens, marks[first].start, marks[last].end, max_chars)
    start, end = _trimmed(text, start, end)
    inside = tuple(
        (mark.start - start, min(mark.end, end) - start)
        for mark in marks
        if start <= mark.start < end
    )
    return Snippet(text[start:end], start, inside)


def _marks(tokens: Sequence[Token], wanted: Wanted) -> list[_Mark]:
    """Every word that is wanted by itself or as a part of a phrase that occurs, in order."""
    reasons = {t.position: t.stem for t in tokens if matches(t, wanted)}
    for positions, slop in wanted.phrases:
        for place in _phrase_places(tokens, positions, slop):
            reasons.setdefault(place, " ".join(terms[0] for terms in positions))
    return [_Mark(tokens[p].start, tokens[p].end, reasons[p]) for p in sorted(reasons)]


def _phrase_places(
    tokens: Sequence[Token], positions: Sequence[Sequence[str]], slop: int
) -> set[int]:
    """Places of all words of all occurrences of a phrase, in time linear in the text.

    Reached are the places where the phrase up to some position can end; going back
    from the last position leaves those that belong to a whole occurrence.
    """
    asked = [frozenset(terms) for terms in positions]
    # Most texts hold no such phrase: one look for its first word tells.
    steps = [{t.position for t in tokens if _is_one_of(t, asked[0])}]
    for terms in asked[1:]:
        reach = {
            p + 1 + gap for p in steps[-1] for gap in range(slop + 1) if p + 1 + gap < len(tokens)
        }
        steps.append({p for p in reach if _is_one_of(tokens[p], terms)})
    found = set(steps[-1])
    kept = steps[-1]
    for step in reversed(steps[:-1]):
        kept = {p for p in step if any(p + 1 + gap in kept for gap in range(slop + 1))}
        found |= kept
    return found


def _is_one_of(token: Token, terms: frozenset[str]) -> bool:
    return token.stem in terms or "=" + token.exact in terms


def _richest(marks: Sequence[_Mark], max_chars: int) -> tuple[int, int]:
    """First and last mark of the window with most different things, then most marks."""
    held: Counter[str] = Counter()
    first, best, chosen = 0, (0, 0), (0, 0)
    for last, mark in enumerate(marks):
        held[mark.reason] += 1
        while mark.end - marks[first].start > max_chars and first < last:
            held[marks[first].reason] -= 1
            held += Counter()  # drops what is held no more
            first += 1
        if (worth := (len(held), last - first)) > best:
            best, chosen = worth, (first, last)
    return chosen


def _sentence_starts(text: str) -> list[int]:
    """Where sentences begin, the first at 0.

    >>> _sentence_starts("So Mr. A. Example said. He left.")
    [0, 24]
    """
    starts = [0]
    for end in _SENTENCE_END.finditer(text):
        place = _SPACE.match(text, end.end())
        if place is None or _NO_END.search(text, max(0, end.end() - 8), end.end()):
            continue
        if starts[-1] < place.end() < len(text):
            starts.append(place.end())
    return starts


def _window(
    text: str, tokens: Sequence[Token], first: int, last: int, max_chars: int
) -> tuple[int, int]:
    """The slice round what must be shown, begun and ended at the best border in reach."""
    sentences = _sentence_starts(text)
    slack = max(0, max_chars - (last - first))
    start = sentences[bisect_right(sentences, first) - 1]
    if first - start > slack:
        words = [token.start for token in tokens]
        start = min(first, words[bisect_right(words, first - slack // 2 - 1)])
    limit = start + max_chars
    if limit >= len(text):
        return start, len(text)
    end = sentences[bisect_right(sentences, limit + 1) - 1]
    if end < last or end - start < max_chars // 2:
        ends = [token.end for token in tokens]
        end = ends[max(0, bisect_right(ends, limit) - 1)]
        end = end if start < end and end >= min(last, limit) else limit
    return start, min(end, limit)


def _first_sentence(text: str, max_chars: int) -> tuple[int, int]:
    starts = _sentence_starts(text)
    end = starts[1] if len(starts) > 1 else len(text)
    if end > max_chars:
        cut = text.rfind(" ", 0, max_chars + 1)
        end = cut if cut > 0 else max_chars
    return 0, end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The same without white space at either end."""
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    return start + left, max(start + left, start + len(piece.rstrip()))
