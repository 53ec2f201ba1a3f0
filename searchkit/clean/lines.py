"""The line model: which lines of a page that lost its markup are text.

In come the lines of a plain text; out goes one verdict a line: "line model 0.03", or None to
keep it.  Only a text that looks like a flattened page (`looks_flattened`: menus and labels
between the sentences) is judged at all; a statement is left alone.  The trees are data
(`lines.json.gz`, made by ``scripts/train_lines.py``, described in docs/model-card.md) and see
the line, its neighbours, how much running text is near, and where the densest text stands; a
second stage weighs their scores over the whole page (`line_scores`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import inf

from searchkit.clean.boilerplate import RULES, boilerplate_rule
from searchkit.clean.columns import (
    FARTHEST,
    dense_run,
    neighbours,
    steps_outside,
    steps_since,
    sums_near,
)
from searchkit.clean.features import Column, Columns, count_words, label_words
from searchkit.clean.line_scores import score_features
from searchkit.clean.model import Model, load_model, score_rows
from searchkit.dates import is_date_line

WORD = re.compile(r"\w+")
ENDS_SENTENCE = re.compile(r"[.!?…。！？؟][\"'”’»)\]]*$")
BREAKS_OFF = re.compile(r"[,:;(–—-]$")
MARKS = re.compile(r"[|»«›·•©→/#@]")
QUOTES = re.compile(r"[\"“”„«»]")
LONGEST_LINE = 2000  # characters of a line that are looked at

# A line of running text has so many words and ends a sentence.
TEXT_WORDS = 8
LABEL_WORDS = 30  # of longer lines the words are not looked at
WINDOWS = (5, 10, 20, 40)
COSTS = (4, 12)  # what a line without text takes from a dense run, in words
NO_HEADLINE, FARTHEST_BELOW = -99, 80
TITLE_WORDS = range(3, 31)
LIKE_TITLE = 0.7
TOPIC_CHARS = 5
BYLINE = re.compile(r"(?:by|von|por|par|di|от|автор)[ :]", re.I)
LONGEST_BYLINE = 60
SCORE_DIGITS = 4
DOUBTFUL = 1 / 3  # of the least score of text is enough between two lines of text
NEIGHBOURS = 3
OF_NEIGHBOURS = ("words", "ends", "first", "small", "text", "rule")
NEAR_SUMS = (4, 12)
SHORT_WORDS = 5

# A flattened page: 289 of 297 news pages without their markup are beyond all of these, and
# 1 of 1,650 statements.
SHORTEST_PAGE, LONGEST_PAGE = 25, 5_000  # lines; of 297 pages the longest has 1,580
FEWEST_SHORT, LEAST_SHORT = 20, 0.35
LEAST_INSIDE = 0.1  # of the lines stand with another short one on each side
CASE_LINES, CASE_CHARS = 200, 20_000


@dataclass(frozen=True, slots=True)
class _Line:
    """One line in numbers."""

    words: int
    chars: int
    ends: int
    first: float
    small: float
    capitals: float
    digits: float
    commas: int
    stops: int
    marks: int
    quotes: int
    rule: int
    date: int
    text: int


def judge_lines(
    lines: Sequence[str], title: str | None = None, model: Model | None = None
) -> list[str | None]:
    """For each line "line model" and its score where the model takes it out; None keeps it.

    All lines stay where they do not look like a flattened page, or where the model would
    leave no running text.
    """
    everything: list[str | None] = [None] * len(lines)
    if not looks_flattened(lines):
        return everything
    model = model or load_model("lines")
    scores = score_lines(lines, line_features(lines, title, model.lexicon.words), model)
    kept = _decide(scores, model.least)
    if not any(keep and _line(line).text for keep, line in zip(kept, lines, strict=True)):
        return everything
    return [None if k else f"line model {s:.2f}" for k, s in zip(kept, scores, strict=True)]


def score_lines(lines: Sequence[str], columns: Columns, model: Model) -> Sequence[float]:
    """The probability of each line to be text: by what is around it, then by the whole page."""
    scores = score_rows(model, columns, clear=inf)
    if model.second is None:
        return scores
    scores = [round(score, SCORE_DIGITS) for score in scores]
    return score_rows(model.second, columns | score_features(lines, columns, scores))


def _decide(scores: Sequence[float], least: float) -> list[bool]:
    """Which lines stay: those of the score, and doubtful ones between two such (headings)."""
    sure = [False, *(score >= least for score in scores), False]
    return [
        here or (before and after and score >= DOUBTFUL * least)
        for before, here, after, score in zip(sure, sure[1:], sure[2:], scores, strict=False)
    ]


def looks_flattened(lines: Sequence[str]) -> bool:
    """Whether lines are those of a page with its menus: many short ones, some in rows.

    >>> looks_flattened(["Mr. President,", "Thank you.", "We ask for peace."] * 30)
    False
    >>> looks_flattened(["Home", "News", "Talks on the river will go on until spring."] * 30)
    False
    >>> looks_flattened(["Home", "News", "Sport", "Contact", "Search"] * 6 + ["Rain is near."])
    True
    """
    if not SHORTEST_PAGE <= len(lines) <= LONGEST_PAGE:
        return False
    if not _is_cased(lines):  # of turns of a transcript only a few short lines differ
        lines = list(dict.fromkeys(lines))
    short = [count_words(line) < TEXT_WORDS and not ENDS_SENTENCE.search(line) for line in lines]
    inside = sum(map(all, zip(short, short[1:], short[2:], strict=False)))
    many = sum(short) >= max(FEWEST_SHORT, LEAST_SHORT * len(lines))
    return many and inside >= LEAST_INSIDE * len(lines)


def _is_cased(lines: Sequence[str]) -> bool:
    """Whether letters are mostly of a script with capitals."""
    sample = "".join(lines[:: max(1, len(lines) // CASE_LINES)])[:CASE_CHARS]
    letters = sum(map(str.isalpha, sample))
    return sum(map(str.islower, sample)) + sum(map(str.isupper, sample)) >= letters / 2


def line_features(lines: Sequence[str], title: str | None, weights: Mapping[str, float]) -> Columns:
    """One column for each feature, one number for each line."""
    columns = plain_features(lines, title)
    return columns | word_features(lines, columns, weights)


def plain_features(lines: Sequence[str], title: str | None) -> Columns:
    """The features that need no words learnt."""
    rows = [_line(line) for line in lines]
    columns: Columns = {name: [getattr(row, name) for row in rows] for name in _Line.__slots__}
    times = Counter(lines)
    columns["times"] = [min(times[line], 9) for line in lines]
    columns |= _title(lines, title, columns["text"])
    columns |= _signs(lines, columns)
    columns |= _sums(columns["text"])
    columns |= sums_near(
        "short ", [int(words < SHORT_WORDS) for words in columns["words"]], NEAR_SUMS
    )
    columns |= _runs(columns["text"])
    for name in OF_NEIGHBOURS:
        columns |= neighbours(name, columns[name], NEIGHBOURS)
    return columns


def word_features(lines: Sequence[str], columns: Columns, weights: Mapping[str, float]) -> Columns:
    """Weights of the words of short lines, and of those near."""
    found: Columns = _vocabulary(lines, columns["words"], weights)
    found |= sums_near("weight ", found["mean word"], NEAR_SUMS)
    return found | neighbours("mean word", found["mean word"], NEIGHBOURS)


@lru_cache(maxsize=4096)
def _line(line: str) -> _Line:
    chars = len(line)
    line = line[:LONGEST_LINE]
    words = count_words(line)
    found = line.split()
    small = sum(word[0].islower() for word in found)
    capitals = sum(word[0].isupper() for word in found)
    ends = 2 if ENDS_SENTENCE.search(line) else 1 if BREAKS_OFF.search(line) else 0
    head = line[0]
    rule = boilerplate_rule(line)
    return _Line(
        words=words,
        chars=chars,
        ends=ends,
        first=0 if head.islower() else 1 if head.isupper() else 2 if head.isdigit() else 3,
        small=small / len(found),
        capitals=capitals / len(found),
        digits=sum(map(str.isdigit, line)) / len(line),
        commas=line.count(","),
        stops=line.count(". ") + line.count("? ") + line.count("! "),
        marks=len(MARKS.findall(line)),
        quotes=len(QUOTES.findall(line)),
        rule=RULE_NUMBERS[rule] if rule else 0,
        date=int(words < 16 and is_date_line(line)),
        text=words if words >= TEXT_WORDS and ends == 2 else 0,
    )


RULE_NUMBERS = {name: n for n, name in enumerate(dict.fromkeys(rule.name for rule in RULES), 1)}


def _vocabulary(lines: Sequence[str], words: Column, weights: Mapping[str, float]) -> Columns:
    """Weights of a short line's words: of the first, the least, the mean and the most."""
    found = [
        _weigh(line, weights) if count <= LABEL_WORDS else (0.0, 0.0, 0.0, 0.0)
        for line, count in zip(lines, words, strict=True)
    ]
    first, least, mean, most = zip(*found, strict=True)
    return {"first word": first, "least word": least, "mean word": mean, "most word": most}


def _weigh(line: str, weights: Mapping[str, float]) -> tuple[float, float, float, float]:
    words = label_words(line)
    if not words:
        return 0.0, 0.0, 0.0, 0.0
    first = weights.get("^" + words[0], 0.0)
    if len(words) == 1:
        first += weights.get("$" + words[0], 0.0)
    values = [weights.get(word, 0.0) for word in dict.fromkeys(words)]
    return first, min(values), sum(values) / len(values), max(values)


def _title(lines: Sequence[str], title: str | None, text: Column) -> Columns:
    """How like the title a line is, and how far below the headline it stands."""
    if title is None and count_words(lines[0]) in TITLE_WORDS:
        title = lines[0]
    wanted = set(WORD.findall((title or "").lower()))
    topics = {word for word in wanted if len(word) >= TOPIC_CHARS}
    found = [set(WORD.findall(line[:LONGEST_LINE].lower())) for line in lines]
    shares = [len(words & wanted) / len(words) if words else 0.0 for words in found]
    likes = [
        place > 0 and share >= LIKE_TITLE and len(words & wanted) >= max(3, 0.4 * len(wanted))
        for place, (words, share) in enumerate(zip(found, shares, strict=True))
    ]
    first = likes.index(True) if True in likes else None
    sums = [0.0, *accumulate(text)]
    said = [float(len(words & topics)) if words_of else 0.0
            for words, words_of in zip(found, text, strict=True)]  # fmt: skip
    size = len(lines)
    return {
        "like title": shares,
        "below headline": [
            NO_HEADLINE if first is None else max(-FARTHEST, min(FARTHEST_BELOW, n - first))
            for n in range(size)
        ],
        "text below headline": [
            -1.0 if first is None else sums[max(n, first)] - sums[first] for n in range(size)
        ],
        "since headline": steps_since(likes),
        "headlines": [0, *accumulate(map(int, likes))][:size],
        "topic": said,
        **sums_near("topic ", said, NEAR_SUMS),
        "topic left": [sum(said) - v for v in accumulate(said)],
    }


def _signs(lines: Sequence[str], columns: Columns) -> Columns:
    """Steps since and to lines that end or begin an article: dates, by-lines, labels."""
    comments, related = RULE_NUMBERS["comments"], RULE_NUMBERS["related"]
    signs = {
        "comments": [rule == comments for rule in columns["rule"]],
        "related": [rule == related for rule in columns["rule"]],
        "rule": [rule > 0 for rule in columns["rule"]],
        "date": [value > 0 for value in columns["date"]],
        "byline": [bool(BYLINE.match(line)) and len(line) < LONGEST_BYLINE for line in lines],
    }
    found: Columns = {}
    for name, column in signs.items():
        found[f"since {name}"] = steps_since(column)
        found[f"to {name}"] = steps_since(column[::-1])[::-1]
        found[f"{name} so far"] = [min(20, value) for value in accumulate(map(int, column))]
    return found


def _sums(text: Column) -> Columns:
    """Text words before and after: in windows, in all, and steps to the next line of text."""
    size = len(text)
    sums = [0.0, *accumulate(text)]
    every = sums[-1] or 1
    columns: Columns = {
        "place": list(range(size)),
        "places left": [size - n for n in range(size)],
        "share of places": [n / size for n in range(size)],
        "lines": [size] * size,
        "all text": [every] * size,
        "text before": sums[:-1],
        "text after": [sums[-1] - value for value in sums[1:]],
        "share before": [value / every for value in sums[:-1]],
    }
    columns |= sums_near("", text, WINDOWS)
    columns["steps before"] = steps_since(text)
    columns["steps after"] = steps_since(text[::-1])[::-1]
    return columns


def _runs(text: Column) -> Columns:
    """Steps above or below the run of lines with the most text for the least else."""
    columns: Columns = {}
    for cost in COSTS:
        begin, end = dense_run([words or -cost for words in text])
        columns[f"run {cost}"] = steps_outside(begin, end, len(text))
        columns[f"in run {cost}"] = [end - begin] * len(text)
    return columns
