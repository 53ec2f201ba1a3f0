"""What the second stage of the line model sees: the scores of the first over a whole page.

In come the lines, their plain features and one score a line; out goes one column of numbers
for each feature.  The first stage judges a line by what stands around it; here each line is
held against the page: the run of likely lines it belongs to, the sentence it is a piece of,
how sure the surest are, and whether its words are those of the sure text above and below.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate, groupby

from searchkit.clean.columns import (
    dense_run,
    means_near,
    neighbours,
    steps_outside,
    sums_near,
)
from searchkit.clean.features import Column, Columns

WORD = re.compile(r"\w+")
CUT_SHORT = re.compile(r"(?:…|\.\.\.)\W{0,3}$")  # the teaser of another article
DIGITS, LETTERS = re.compile(r"\d+"), re.compile(r"[^\W\d_]+")
LONGEST_LINE, LONGEST_SHAPE, LONGEST_END = 2000, 80, 12  # characters that are looked at

REACH, REACHES, FAR_REACHES = 3, (3, 8, 20), (6, 15)  # lines
DENSE = (0.3, 0.5, 0.7)  # scores above these add to a dense run, those below take from it
LIKELY = (0.25, 0.5)
SURE = 0.6
LONG_WORDS, TOPIC_CHARS = 8, 5
TOP_WORDS, CORE_WORDS = 100, 200
SHAPED_WORDS, MOST_SHAPES = 16, 20
FARTHEST_WORDS = 500
BEGINS_INSIDE = ",;:.!?)”’"
NO_WORDS = -1.0


def score_features(lines: Sequence[str], plain: Columns, scores: Column) -> Columns:
    """One column for each feature; ``plain`` are those of `lines.plain_features`."""
    words = plain["words"]
    likely = [count * score for count, score in zip(words, scores, strict=True)]
    columns: Columns = {"score": scores, **neighbours("score", scores, REACH)}
    columns |= sums_near("likely ", likely, REACHES)
    columns |= means_near("score ", scores, words, REACHES)
    columns |= _page(words, scores, likely)
    for cut in DENSE:
        columns |= _dense(cut, words, scores, likely)
    for cut in LIKELY:
        columns |= _runs(cut, words, scores, likely)
    columns |= _sentences(lines, plain, likely)
    columns |= _vocabulary(lines, words, scores)
    return columns | _repeats(lines, words)


def _page(words: Column, scores: Column, likely: Column) -> Columns:
    """What the whole page holds, and a line beside it."""
    size, total = len(words), sum(likely) or 1.0
    top = _top(words, scores)
    columns: Columns = {
        "likely": [total] * size,
        "likely share": [total / (sum(words) or 1)] * size,
        "likely share before": [(value - own) / total
                                for value, own in zip(accumulate(likely), likely, strict=True)],
        "top": [top] * size,
        "below top": [score - top for score in scores],
    }  # fmt: skip
    for cut in DENSE:
        sure = sum(count for count, score in zip(words, scores, strict=True) if score >= cut)
        columns[f"sure {cut}"] = [sure] * size
    return columns


def _top(words: Column, scores: Column) -> float:
    """The score that the surest long lines have, so many words of them."""
    counted = 0.0
    for score, count in sorted(zip(scores, words, strict=True), reverse=True):
        counted += count if count >= LONG_WORDS else 0
        if counted >= TOP_WORDS:
            return score
    return max(scores)


def _dense(cut: float, words: Column, scores: Column, likely: Column) -> Columns:
    """Where a line stands to the run of lines with the most words above the cut."""
    size = len(words)
    begin, end = dense_run(
        [count * (score - cut) for count, score in zip(words, scores, strict=True)]
    )
    sums, expected = [0.0, *accumulate(words)], [0.0, *accumulate(likely)]
    total = expected[-1] or 1.0

    def away(column: Column, n: int) -> float:
        """From the line up to the run, or (below zero) from the run down to it."""
        return column[begin] - column[n + 1] if n < begin else -max(0.0, column[n] - column[end])

    return {
        f"dense {cut}": steps_outside(begin, end, size),
        f"in dense {cut}": [expected[end] - expected[begin]] * size,
        f"likely to dense {cut}": [away(expected, n) / total for n in range(size)],
        f"words to dense {cut}": [
            max(-FARTHEST_WORDS, min(FARTHEST_WORDS, away(sums, n))) for n in range(size)
        ],
    }


def _runs(cut: float, words: Column, scores: Column, likely: Column) -> Columns:
    """The run of likely lines, or (below zero) of unlikely ones, that a line belongs to."""
    rows: list[tuple[float, float, float, float]] = []  # lines, words, mean score, likely words
    for is_likely, group in groupby(range(len(words)), lambda n: scores[n] >= cut):
        places = list(group)
        count = sum(words[n] for n in places)
        text = sum(likely[n] for n in places)
        run = (len(places), count, text / (count or 1), text)
        rows += [run if is_likely else (-run[0], -run[1], 0.0, 0.0)] * len(places)
    totals = sorted({row[3] for row in rows if row[0] > 0}, reverse=True)
    ranks = {total: rank for rank, total in enumerate(totals, 1)}
    return {
        f"run lines {cut}": [row[0] for row in rows],
        f"run words {cut}": [row[1] for row in rows],
        f"run score {cut}": [row[2] for row in rows],
        f"run rank {cut}": [ranks[row[3]] if row[0] > 0 else 0 for row in rows],
        f"runs {cut}": [len(totals)] * len(rows),
    }


def _sentences(lines: Sequence[str], plain: Columns, likely: Column) -> Columns:
    """A sentence that links or bold words broke into lines is scored as one."""
    rows: list[tuple[float, float, float]] = []
    begin = 0
    for end in range(1, len(lines) + 1):
        if end < len(lines) and _goes_on(plain, lines, end):
            continue
        count = sum(plain["words"][begin:end])
        rows += [(end - begin, count, sum(likely[begin:end]) / (count or 1))] * (end - begin)
        begin = end
    sizes, counts, scores = zip(*rows, strict=True)
    return {"pieces": sizes, "sentence words": counts, "sentence score": scores}


def _goes_on(plain: Columns, lines: Sequence[str], place: int) -> bool:
    """Whether a line continues the sentence of the one before."""
    begins_inside = plain["first"][place] == 0 or lines[place][0] in BEGINS_INSIDE
    return begins_inside and plain["ends"][place - 1] != 2


def _vocabulary(lines: Sequence[str], words: Column, scores: Column) -> Columns:
    """Share of a line's longer words that the sure text above, below or at its begin has."""
    topics = [
        {word for word in WORD.findall(line[:LONGEST_LINE].lower()) if len(word) >= TOPIC_CHARS}
        for line in lines
    ]
    places = range(len(lines))
    shares = {
        "said above": _said(topics, scores, places),
        "said below": _said(topics, scores, reversed(places)),
        "said first": _said_first(topics, words, scores),
    }
    columns: Columns = {}
    for name, column in shares.items():
        columns[name] = column
        weights = [
            count if share >= 0 and count >= LONG_WORDS else 0
            for share, count in zip(column, words, strict=True)
        ]
        columns |= means_near(f"{name} ", column, weights, FAR_REACHES)
    return columns


def _said(topics: Sequence[set[str]], scores: Column, places: Iterable[int]) -> list[float]:
    said: set[str] = set()
    shares = [NO_WORDS] * len(topics)
    for place in places:
        mine = topics[place]
        if mine:
            shares[place] = len(mine & said) / len(mine)
        if scores[place] >= SURE:
            said |= mine
    return shares


def _said_first(topics: Sequence[set[str]], words: Column, scores: Column) -> list[float]:
    said: set[str] = set()
    counted = 0.0
    for mine, count, score in zip(topics, words, scores, strict=True):
        if score >= SURE and count >= LONG_WORDS:
            said |= mine
            counted += count
            if counted >= CORE_WORDS:
                break
    return [len(mine & said) / len(mine) if mine else NO_WORDS for mine in topics]


def _repeats(lines: Sequence[str], words: Column) -> Columns:
    """Lines and shapes of lines that a page repeats (comments, lists), and teasers."""
    shapes = [_shape(line) for line in lines]
    counts, times = Counter(shapes), Counter(lines)
    alike = [
        min(MOST_SHAPES, counts[shape]) if count < SHAPED_WORDS else 0
        for shape, count in zip(shapes, words, strict=True)
    ]
    first = {line: place for place, line in reversed(list(enumerate(lines)))}
    teasers = [
        int(count >= LONG_WORDS and CUT_SHORT.search(line[-LONGEST_END:]) is not None)
        for line, count in zip(lines, words, strict=True)
    ]
    return {
        "alike": alike,
        **neighbours("alike", alike, 2),
        "again": [int(place > first[line]) for place, line in enumerate(lines)],
        **sums_near("repeated ", [int(times[line] > 1) for line in lines], FAR_REACHES),
        "teaser": teasers,
        "teasers": [sum(teasers)] * len(lines),
        **sums_near("teasers ", teasers, FAR_REACHES),
    }


def _shape(line: str) -> str:
    """What lines of one form share.

    >>> _shape("5 May 2031, 10:15") == _shape("12 June 2030, 9:05")
    True
    """
    shape = DIGITS.sub("0", line[:LONGEST_SHAPE])
    return LETTERS.sub(lambda word: "A" if word[0][0].isupper() else "a", shape)
