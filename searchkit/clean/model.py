"""The block model: the rules' verdicts weighed once more by trees that were trained.

In come an outline, the verdicts of `judge` and the title; out goes one verdict a block: the
rule that removes it, "model 0.03" where the trees alone do, or None to keep it.  The trees
are data (`blocks.json.gz`, made by ``scripts/train_blocks.py``, described in
docs/model-card.md), walked here in plain Python; the same page gives the same scores on
every machine.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp

from searchkit.clean.features import Columns, Lexicon, count_words, features, text_words
from searchkit.clean.html import Outline
from searchkit.clean.judge import Judged, gives_text

# Of 8,973 blocks of pages not trained on, 88 % are beyond this sum after the first trees, and
# none of them changes sides by the others.
FIRST_TREES, CLEAR = 25, 1.8
# Trees cost more than all rules; of a thousand real pages none has half as many of either.
MOST_BLOCKS, MOST_BOXES = 10_000, 50_000
# What the trees may not bring back.
FINAL = frozenset(("comments", "cookie", "filing", "follow", "footer", "other article"))
# And bring back only at such a score: these read as text does, or nobody sees them.
DOUBTED, LEAST_DOUBTED = frozenset(("title", "caption", "related", "hidden", "byline")), 0.5
# Nor take out of the middle of a run: text words before and after in blocks of one kind.  On
# pages not trained on, what they take out under 600 is no text, above 1,000 there is nothing.
DEEP = 1000
# Nor a heading from over so many words of text.
LEAST_UNDER = 50
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))

Tree = tuple[list[int], list[float], list[int], list[int], list[float]]
"""Feature, threshold, left and right child of each node, values of the leaves.

A child below zero is leaf ``~child``; the first node is 0.
"""


@dataclass(frozen=True, slots=True)
class Model:
    """Trees, the names of their features in order, and the words that training weighed.

    A block with a score below ``least`` goes; training chose it on sites held back from it.
    A ``second`` model weighs the scores of this one; its ``least`` is the same.
    """

    trees: tuple[Tree, ...]
    features: tuple[str, ...]
    lexicon: Lexicon
    least: float
    second: Model | None = None


@cache
def load_model(name: str = "blocks") -> Model:
    """The model of "blocks" or of "lines" that is shipped, read once."""
    packed = files("searchkit.clean").joinpath(f"{name}.json.gz").read_bytes()
    return unpack_model(json.loads(gzip.decompress(packed)))


def unpack_model(data: dict[str, object]) -> Model:
    """A model from what its file holds: "trees", "features", "names", "words", "least".

    A second stage, where there is one, is a model of its own under "second".
    """
    trees, names, least = data["trees"], data["features"], data["least"]
    name_weights, word_weights = data["names"], data["words"]
    assert isinstance(trees, list)
    assert isinstance(names, list)
    assert isinstance(least, float)
    assert isinstance(name_weights, dict)
    assert isinstance(word_weights, dict)
    lexicon = Lexicon(name_weights, word_weights)
    second = data.get("second")
    assert second is None or isinstance(second, dict)
    after = unpack_model(second) if second else None
    return Model(tuple(tuple(tree) for tree in trees), tuple(names), lexicon, least, after)


def score_rows(model: Model, columns: Columns, clear: float = CLEAR) -> list[float]:
    """The probability of each block to be text.

    Most blocks are clear to the first trees; the others are asked about the doubtful ones.
    Scores that a second stage is to weigh are asked for with ``clear`` as infinity.
    """
    rows = zip(*(columns[name] for name in model.features), strict=True)
    first, rest = model.trees[:FIRST_TREES], model.trees[FIRST_TREES:]
    scores = []
    for row in rows:
        total = _sum_of_leaves(first, row)
        if abs(total) < clear:
            total += _sum_of_leaves(rest, row)
        scores.append(1.0 / (1.0 + exp(-total)))
    return scores


def _sum_of_leaves(trees: tuple[Tree, ...], row: Sequence[float]) -> float:
    total = 0.0
    for feature, threshold, left, right, value in trees:
        node = 0
        while node >= 0:
            node = left[node] if row[feature[node]] <= threshold[node] else right[node]
        total += value[~node]
    return total


def decide_blocks(
    outline: Outline, judged: Judged, title: str | None, model: Model | None = None
) -> list[str | None]:
    """For each block what removes it: a rule, or "model" and its score; None keeps it.

    On a page of too many blocks or boxes the rules' verdicts stand.
    """
    few = len(outline.blocks) <= MOST_BLOCKS and len(outline.boxes) <= MOST_BOXES
    if not outline.blocks or not few:
        return judged.rules
    model = model or load_model()
    scores = score_rows(model, features(outline, judged, title, model.lexicon))
    verdicts = [
        _verdict(rule, score, model.least) for rule, score in zip(judged.rules, scores, strict=True)
    ]
    for place in _deep_inside(outline, judged.rules):
        verdicts[place] = None
    _keep_headings(outline, judged.rules, verdicts)
    return verdicts if gives_text(outline, verdicts) else judged.rules


def _deep_inside(outline: Outline, rules: Sequence[str | None]) -> list[int]:
    """Blocks that the rules keep deep inside others of their tag in the same box."""
    kinds: dict[tuple[int, str], list[int]] = {}
    for place, block in enumerate(outline.blocks):
        if rules[place] is None:
            kinds.setdefault((outline.boxes[block.box].parent, block.tag), []).append(place)
    inside: list[int] = []
    for places in kinds.values():
        blocks = [outline.blocks[place] for place in places]
        sizes = [text_words(count_words(block.text), block.link_density) for block in blocks]
        before, after = 0, sum(sizes)
        for place, size in zip(places, sizes, strict=True):
            after -= size
            if min(before, after) >= DEEP:
                inside.append(place)
            before += size
    return inside


def _keep_headings(
    outline: Outline, rules: Sequence[str | None], verdicts: list[str | None]
) -> None:
    """A heading that the rules keep stays over text of which most stays."""
    under = kept = 0
    for place in range(len(verdicts) - 1, -1, -1):
        block = outline.blocks[place]
        if block.tag in HEADINGS:
            if rules[place] is None and kept >= LEAST_UNDER and 2 * kept > under:
                verdicts[place] = None
            under = kept = 0
            continue
        words = count_words(block.text)
        under += words
        kept += words if verdicts[place] is None else 0


def _verdict(rule: str | None, score: float, least: float) -> str | None:
    if rule in DOUBTED:
        least = max(least, LEAST_DOUBTED)
    if score >= least and rule not in FINAL:
        return None
    return rule or f"model {score:.2f}"
