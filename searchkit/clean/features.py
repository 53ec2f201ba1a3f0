"""What the block model sees of a page: an outline and the rules' verdicts to numbers.

In come the blocks and boxes of a page, the verdicts of `judge` and the page's title; out
goes one column of numbers for each feature, one number for each block.  Nothing is judged
here and nothing depends on the language but two tables of words that training fills.

Words are counted as a reader would (two Han, kana, Hangul or Thai signs are one).  A text
word is one of running text: ten and more in a block that is not mostly links.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from searchkit.clean.html import Block, Outline
from searchkit.clean.judge import ENDS_SENTENCE, WORD, Judged

Column = Sequence[float]
Columns = dict[str, Column]

# Numbers of tags and rules: trees only ask which are below a number, so like stands by like.
_TAGS = "p div li h1 h2 h3 h4 h5 td tr figcaption blockquote pre dd dt section article header"
TAGS = {tag: number for number, tag in enumerate(_TAGS.split())}
_RULES = (
    "byline caption title heading links sidebar footer navigation share follow related advert"
    " sign-up cookie comments overlay hidden outside credit other-article above-headline"
    " disclaimer copyright"
)
RULES = {rule.replace("-article", " article").replace("-headline", " headline"): number
         for number, rule in enumerate(_RULES.split(), 1)}  # fmt: skip
OTHER = 25

# Parts of class names: "articleBody-lead" -> article, body, lead.
PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
LONGEST_PIECE = 24
WIDE = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
LABEL_WORDS = 40  # of longer blocks the words are not looked at
LABEL_CHARS = 300
LEAST_TEXT_WORDS, MOST_LINKS = 10, 0.35

# Boxes that hold one posting; a page has one, or many.
POSTING = frozenset(("post", "hentry", "article", "story", "entry"))
POSTING_TAGS = frozenset(("div", "section", "li"))
# Repeated as a matter of course.
NEVER_REPEATED = frozenset(("p", "li", "h2", "h3", "h4", "tr", "td"))
FARTHEST_ABOVE, FARTHEST_BELOW, NO_HEADLINE = -30, 60, -99
NEAR = 6  # blocks

# Sizes count up to where the pages trained on grow rare: beyond, trees would judge the end of
# a long transcript by what they never saw.
_WORDS, _BLOCKS, _STEPS = 3000, 150, 20
MOST: Mapping[str, float] = {
    "words": 200, "words next": 200, "text near after": 400,
    "words of parent": _WORDS, "words of grandparent": _WORDS, "words of posting": _WORDS,
    "text of page": _WORDS,
    "text before": 1000, "text after": 1000, "kept before": 1000, "kept after": 1000,
    "blocks of parent": 100, "blocks of grandparent": _BLOCKS, "blocks of page": 400,
    "likes": 60, "repeated": 30,
    "below half": _STEPS, "up to best": _STEPS, "down to best": _STEPS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What training learnt of words: of class names and of short blocks, as log-odds of text.

    A first word of a block stands under "^word" besides, one that is alone under "$word".
    """

    names: Mapping[str, float] = field(default_factory=dict)
    words: Mapping[str, float] = field(default_factory=dict)


@lru_cache(maxsize=20_000)
def name_pieces(names: str) -> frozenset[str]:
    """The words that class names and ids are made of.

    >>> sorted(name_pieces("articleBody-lead js2"))
    ['article', 'body', 'js', 'lead']
    """
    return frozenset(p.lower() for p in PIECE.findall(names) if 1 < len(p) <= LONGEST_PIECE)


def count_words(text: str) -> int:
    """Words as a reader counts them.

    >>> count_words("Talks on water"), count_words("外務大臣会談")
    (3, 4)
    """
    words = len(text.split())
    return words if text.isascii() else words + len(WIDE.findall(text)) // 2


def label_words(text: str) -> list[str]:
    """The first words of a short block, numbers as "#".

    >>> label_words("Published 5 March")
    ['published', '#', 'march']
    """
    words = WORD.findall(text[:LABEL_CHARS].lower())[:LABEL_WORDS]
    return ["#" if word.isdigit() else word for word in words]


class _Page:
    """The page with the sums that several features need."""

    def __init__(self, outline: Outline, judged: Judged, title: str | None) -> None:
        self.outline, self.judged = outline, judged
        self.title = set(WORD.findall((title or "").lower()))
        self.blocks, self.boxes = outline.blocks, outline.boxes
        self.parents = [box.parent for box in self.boxes]
        self.box = [block.box for block in self.blocks]
        self.parent = [self.up(number) for number in self.box]
        self.grand = [self.up(number) for number in self.parent]
        self.words = [count_words(block.text) for block in self.blocks]
        self.links = [block.link_density for block in self.blocks]
        self.kept = [1 if rule is None else 0 for rule in judged.rules]
        self.text = list(map(text_words, self.words, self.links))
        self.kept_words = [w * k for w, k in zip(self.words, self.kept, strict=True)]
        self.all_words = sum(self.words) or 1
        self.all_text = sum(self.text) or 1
        self.all_kept = sum(self.kept_words) or 1
        self.depths = self.down([0] * len(self.boxes), 1)

    def up(self, number: int) -> int:
        """The box around a box, itself where there is none."""
        return self.parents[number] if self.parents[number] >= 0 else number

    def down(self, own: Sequence[float], step: int) -> list[float]:
        """For each box its own number, added to that of the box around it and ``step``."""
        sums: list[float] = []
        for number, parent in zip(own, self.parents, strict=True):
            sums.append(number + (sums[parent] + step if parent >= 0 else 0))
        return sums

    def own(self, column: Column) -> list[float]:
        """The sum of a column over the blocks that stand directly in each box."""
        sums = [0.0] * len(self.boxes)
        for number, value in zip(self.box, column, strict=True):
            sums[number] += value
        return sums

    def whole(self, own: Sequence[float]) -> list[float]:
        """The same with all boxes inside."""
        sums = list(own)
        for number in range(len(sums) - 1, 0, -1):
            if (parent := self.parents[number]) >= 0:
                sums[parent] += sums[number]
        return sums


def text_words(words: int, links: float) -> int:
    """The words of a block that count as running text: all of them, or none."""
    return words if words >= LEAST_TEXT_WORDS and links < MOST_LINKS else 0


def features(
    outline: Outline, judged: Judged, title: str | None, lexicon: Lexicon | None = None
) -> Columns:
    """One column for each feature, one number for each block."""
    lexicon = lexicon or Lexicon()
    page = _Page(outline, judged, title)
    columns: Columns = {}
    columns |= _verdicts(page)
    columns |= _own_words(page, lexicon.words)
    columns |= _names(page, lexicon.names)
    columns |= _sums(page)
    columns |= _likes(page)
    columns |= _distances(page)
    columns |= _places(page)
    columns |= _postings(page)
    columns |= _neighbours(page, columns["names"])
    return {name: _bounded(column, MOST.get(name)) for name, column in columns.items()}


def _bounded(column: Column, most: float | None) -> Column:
    return column if most is None else [min(most, value) for value in column]


def _verdicts(page: _Page) -> Columns:
    """What the rules say."""
    judged = page.judged
    return {
        "rule": [_rule_number(rule) for rule in judged.rules],
        "kept": page.kept,
        "inside": [int(judged.inside[number]) for number in page.box],
        "rule of name": [_rule_number(judged.by_name[number]) for number in page.box],
    }


def _rule_number(rule: str | None) -> int:
    return RULES.get(rule, OTHER) if rule else 0


def _own_words(page: _Page, weights: Mapping[str, float]) -> Columns:
    """The block alone: its size, links, tag, and what short blocks say."""
    labels = [_label(block, n, page.title, weights)
              for block, n in zip(page.blocks, page.words, strict=True)]  # fmt: skip
    first, least, mean, like_title = zip(*labels, strict=True)
    return {
        "words": page.words,
        "links": page.links,
        "tag": [TAGS.get(block.tag, len(TAGS)) for block in page.blocks],
        "ends sentence": [int(bool(ENDS_SENTENCE.search(b.text[-5:]))) for b in page.blocks],
        "first word": first,
        "least word": least,
        "mean word": mean,
        "like title": like_title,
    }


def _label(
    block: Block, words: int, title: set[str], weights: Mapping[str, float]
) -> tuple[float, float, float, float]:
    """Weights of a short block's words (first, least, mean) and its share of title words."""
    found = label_words(block.text) if words <= LABEL_WORDS else []
    if not found:
        return 0.0, 0.0, 0.0, 0.0
    first = weights.get("^" + found[0], 0.0)
    if len(found) == 1:
        first += weights.get("$" + found[0], 0.0)
    different = dict.fromkeys(found)  # in order: a sum of floats depends on it
    values = [weights.get(word, 0.0) for word in different]
    share = len(title.intersection(different)) / len(different)
    return first, min(values), sum(values) / len(values), share


def _names(page: _Page, weights: Mapping[str, float]) -> Columns:
    """What boxes are called: weights of their class names, alone and down the path."""
    sums: list[float] = []
    least: list[float] = []
    most: list[float] = []
    seen: dict[str, tuple[float, float, float]] = {"": (0.0, 0.0, 0.0)}
    for box in page.boxes:
        value = seen.get(box.names)
        if value is None:
            # Sorted: a sum of floats depends on its order, a set's order on the process.
            values = [weights[p] for p in sorted(name_pieces(box.names)) if p in weights]
            value = (sum(values), min(values, default=0.0), max(values, default=0.0))
            seen[box.names] = value
        own, low, high = value
        parent = box.parent
        sums.append(own)
        least.append(min(low, least[parent] if parent >= 0 else 0.0))
        most.append(max(high, most[parent] if parent >= 0 else 0.0))
    path = page.down(sums, 0)
    return {
        "name": [sums[number] for number in page.box],
        "name of parent": [sums[number] for number in page.parent],
        "name of grandparent": [sums[number] for number in page.grand],
        "least name": [least[number] for number in page.box],
        "best name": [most[number] for number in page.box],
        "names": [path[number] for number in page.box],
    }


def _sums(page: _Page) -> Columns:
    """How much text, kept words and links the boxes around a block hold."""
    words, text = page.whole(page.own(page.words)), page.own(page.text)
    linked = page.whole(page.own([w * d for w, d in zip(page.words, page.links, strict=True)]))
    kept, count = (
        page.whole(page.own(page.kept_words)),
        page.whole(page.own([1] * len(page.box))),
    )
    near = _with_children(page, text)
    most, mass = max(near, default=0) or 1, page.whole(text)
    box, parent, grand = page.box, page.parent, page.grand
    size = len(box)
    return {
        "links of box": [linked[n] / max(1, words[n]) for n in box],
        "kept in box": [kept[n] / page.all_kept for n in box],
        "words of parent": [words[n] for n in parent],
        "kept in parent": [kept[n] / page.all_kept for n in parent],
        "blocks of parent": [count[n] for n in parent],
        "near text of parent": [near[n] / most for n in parent],
        "kept rate of parent": [kept[n] / max(1, words[n]) for n in parent],
        "block size of parent": [words[n] / max(1, count[n]) for n in parent],
        "words of grandparent": [words[n] for n in grand],
        "text of grandparent": [mass[n] / page.all_text for n in grand],
        "kept in grandparent": [kept[n] / page.all_kept for n in grand],
        "blocks of grandparent": [count[n] for n in grand],
        "kept rate of grandparent": [kept[n] / max(1, words[n]) for n in grand],
        "block size of grandparent": [words[n] / max(1, count[n]) for n in grand],
        "text of page": [page.all_text] * size,
        "blocks of page": [size] * size,
        "text rate of page": [page.all_text / page.all_words] * size,
        "kept rate of page": [page.all_kept / page.all_words] * size,
    }


def _with_children(page: _Page, text: Sequence[float]) -> list[float]:
    """Text directly in each box or in one directly inside it."""
    near = list(text)
    for number, parent in enumerate(page.parents):
        if parent >= 0:
            near[parent] += text[number]
    return near


def _likes(page: _Page) -> Columns:
    """Blocks of the same tag in boxes of the same names, taken together."""
    groups: dict[object, list[float]] = {}
    mine = []
    rows = zip(page.blocks, page.parent, page.words, page.text, page.kept, strict=True)
    for block, parent, words, text, kept in rows:
        around = page.boxes[parent]
        key = (block.tag, page.boxes[block.box].names, around.tag, around.names)
        group = groups.setdefault(key, [0, 0, 0.0, 0, 0])
        values = (1, words, words * block.link_density, text, kept)
        for place, value in enumerate(values):
            group[place] += value
        mine.append(group)
    return {
        "likes": [g[0] for g in mine],
        "size of likes": [g[1] / g[0] for g in mine],
        "links of likes": [g[2] / max(1, g[1]) for g in mine],
        "text of likes": [g[3] / page.all_text for g in mine],
        "kept of likes": [g[4] / g[0] for g in mine],
    }


def _distances(page: _Page) -> Columns:
    """Steps from a block to the boxes with the most text: up to a common one, and down."""
    text = page.own(page.text)
    mass, near = page.whole(text), _with_children(page, text)
    half = best = 0
    for number, depth in enumerate(page.depths):
        if mass[number] * 2 >= page.all_text and depth >= page.depths[half]:
            half = number
        if near[number] > near[best]:
            best = number
    _, down_half = _steps(page, half)
    up_best, down_best = _steps(page, best)
    return {
        "below half": [down_half[number] for number in page.box],
        "up to best": [up_best[number] for number in page.box],
        "down to best": [down_best[number] for number in page.box],
    }


def _steps(page: _Page, target: int) -> tuple[list[int], list[int]]:
    """For each box the steps up to one that holds the target, and from there down to it."""
    above: dict[int, int] = {}
    number = target
    while number >= 0:
        above[number] = len(above)
        number = page.parents[number]
    up: list[int] = []
    down: list[int] = []
    for number, parent in enumerate(page.parents):
        outside = number not in above and parent >= 0
        up.append(up[parent] + 1 if outside else 0)
        down.append(down[parent] if outside else above.get(number, len(above)))
    return up, down


def _places(page: _Page) -> Columns:
    """Where a block stands among the text, the kept words and below the headline."""
    size, headline = len(page.blocks), page.judged.headline
    text, kept, blocks = map(_running_sum, (page.text, page.kept_words, page.kept))
    below = [min(FARTHEST_BELOW, max(FARTHEST_ABOVE, n - headline)) for n in range(size)]
    return {
        "below headline": below if headline >= 0 else [NO_HEADLINE] * size,
        "text before": text[:size],
        "text after": [text[size] - so_far for so_far in text[1:]],
        "share before": [so_far / page.all_text for so_far in text[:size]],
        "kept before": kept[:size],
        "kept after": [kept[size] - so_far for so_far in kept[1:]],
        "kept share before": [so_far / page.all_kept for so_far in kept[:size]],
        "text near after": [text[min(size, n + NEAR + 1)] - text[n + 1] for n in range(size)],
        "kept near": [blocks[min(size, n + 5)] - blocks[max(0, n - 4)] for n in range(size)],
    }


def _running_sum(column: Column) -> list[float]:
    """Sums of all before each place, and of all: one number more than the column has."""
    sums = [0.0]
    for value in column:
        sums.append(sums[-1] + value)
    return sums


def _postings(page: _Page) -> Columns:
    """Whether boxes around a block are of those that stand many times on a page."""
    words = page.whole(page.own(page.words))
    times = Counter((box.parent, box.tag, box.names) for box in page.boxes if box.names)
    posting: list[int] = []
    repeated: list[int] = []
    for number, box in enumerate(page.boxes):
        is_one = box.tag == "article" or (
            box.tag in POSTING_TAGS and not POSTING.isdisjoint(name_pieces(box.names))
        )
        around = posting[box.parent] if box.parent >= 0 else -1
        posting.append(number if is_one and page.depths[number] > 1 else around)
        counts = box.names and box.tag not in NEVER_REPEATED
        own = times[box.parent, box.tag, box.names] if counts else 1
        repeated.append(max(own, repeated[box.parent] if box.parent >= 0 else 1))
    return {
        "words of posting": [words[posting[n]] if posting[n] >= 0 else 0 for n in page.box],
        "repeated": [repeated[n] for n in page.box],
    }


def _neighbours(page: _Page, names: Column) -> Columns:
    return {
        "words next": [*page.words[1:], -1],
        "links next": [*page.links[1:], -1],
        "kept next": [*page.kept[1:], -1],
        "names before": [-1, *names[:-1]],
        "names next": [*names[1:], -1],
    }
