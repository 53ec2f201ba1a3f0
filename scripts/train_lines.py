"""Train the line model of searchkit/clean: measured pages, flattened, to lines.json.gz.

    python scripts/train_lines.py DATA [--sets wcxb,atf,aeb] [--out FILE]
    python scripts/train_lines.py DATA --validate [--write DIR]

DATA is that of train_blocks.py.  A page is flattened to its text nodes, a line each, without
script, style, noscript and template; a paragraph, once broken sentences are joined, is text
where `label_blocks` finds it in the truth.  Weights of words are learnt on other sites than
those whose lines they then describe, the second stage on scores of sites that the first has
not seen, the cut of its scores by models of other sites, and so is everything that
``--validate`` prints: five parts, no site in two of them.

Needs the packages of the group "train" (lightgbm, numpy); the same data give the same file.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from train_blocks import (
    Ballot,
    Sample,
    best_cut,
    held_out,
    inner_parts,
    label_blocks,
    learn_words,
    pack_tree,
    read_truths,
    run,
    site,
    tell,
    word_votes,
)

from searchkit.clean.encoding import decode_page
from searchkit.clean.features import count_words
from searchkit.clean.line_scores import score_features
from searchkit.clean.lines import (
    SCORE_DIGITS,
    judge_lines,
    looks_flattened,
    plain_features,
    word_features,
)
from searchkit.clean.model import Model
from searchkit.clean.text import clean_text, split_paragraphs
from tests.cleaning import flattened

OUT = Path(__file__).parent.parent / "searchkit" / "clean" / "lines.json.gz"
TRAINING = {
    "objective": "binary", "num_leaves": 24, "min_data_in_leaf": 40,
    "feature_fraction": 0.25, "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5,
    "max_bin": 63, "seed": 1, "deterministic": True, "force_col_wise": True, "num_threads": 1,
    "verbose": -1,
}  # fmt: skip
FIRST = {"learning_rate": 0.1, "num_iterations": 120}
SECOND = {"learning_rate": 0.06, "num_iterations": 150}
CUTS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)


@dataclass(frozen=True, slots=True)
class Example(Sample):
    """One flattened page: its paragraphs, their labels, sizes and the features of no words."""

    text: str
    lines: list[str]
    labels: list[bool | None]
    sizes: list[int]
    plain: dict[str, Any]
    word_votes: Ballot


def main() -> None:
    """Write the model, or print what such models say of sites they have not seen."""
    run(__doc__, OUT, read_examples, train, validate)


def read_examples(folder: Path, name: str) -> Iterator[Example]:
    """The pages of a set that have text, flattened."""
    for key, url, truth in read_truths(folder):
        if not truth:
            continue
        body = gzip.decompress((folder / "html" / f"{key}.html.gz").read_bytes())
        text = flattened(decode_page(body, None)[0])
        lines = split_paragraphs(text)
        if not lines:
            continue
        labels = label_blocks(lines, truth)
        yield Example(
            name, key, site(url or key), truth, text, lines, labels,
            [count_words(line) for line in lines], plain_features(lines, None),
            word_votes(lines, labels),
        )  # fmt: skip


# Training


def train(examples: Sequence[Example]) -> dict[str, Any]:
    """The model that these pages give, as its file holds it."""
    inner = inner_parts(examples)
    tables, names = [], ()
    for number, mine in enumerate(inner):
        others = [e for other, es in enumerate(inner) if other != number for e in es]
        rows, names = _rows(mine, learn_words(others))
        tables.append(rows)
    booster, scores = _stage(FIRST, tables, inner)
    seconds, second_names = [], ()
    for mine, table, column in zip(inner, tables, scores, strict=True):
        rows, second_names = _second_rows(mine, column)
        seconds.append(np.concatenate([table, rows], axis=1))
    second, scores = _stage(SECOND, seconds, inner)
    least = choose_cut([e for mine in inner for e in mine], np.concatenate(scores))
    words = learn_words(examples)
    after = _pack(second, (*names, *second_names), least, {})
    return _pack(booster, names, least, words) | {"second": after}


def _stage(
    training: dict[str, Any], tables: Sequence[Any], parts: Sequence[Sequence[Example]]
) -> tuple[Any, list[Any]]:
    """The trees of all parts, and scores of each part by the trees of the others."""
    scores = []
    for number, table in enumerate(tables):
        rest = [n for n in range(len(tables)) if n != number]
        trees = _fit(training, [tables[n] for n in rest], [parts[n] for n in rest])
        scores.append(trees.predict(table))
    return _fit(training, tables, parts), scores


def _pack(
    booster: Any, names: Sequence[str], least: float, words: dict[str, float]
) -> dict[str, Any]:
    return {
        "features": list(names),
        "trees": [pack_tree(tree["tree_structure"]) for tree in booster.dump_model()["tree_info"]],
        "least": least,
        "names": {},
        "words": words,
    }


def _rows(examples: Sequence[Example], words: dict[str, float]) -> tuple[Any, tuple[str, ...]]:
    tables, names = [], ()
    for example in examples:
        columns = example.plain | word_features(example.lines, example.plain, words)
        names = tuple(columns)
        tables.append(np.array(list(columns.values()), dtype=np.float32).T)
    return np.concatenate(tables), names


def _second_rows(examples: Sequence[Example], scores: Any) -> tuple[Any, tuple[str, ...]]:
    """What the second stage sees; ``scores`` are those of all lines, page after page."""
    tables, names = [], ()
    begin = 0
    for example in examples:
        end = begin + len(example.lines)
        rounded = [round(score, SCORE_DIGITS) for score in scores[begin:end].tolist()]
        columns = score_features(example.lines, example.plain, rounded)
        names = tuple(columns)
        tables.append(np.array(list(columns.values()), dtype=np.float32).T)
        begin = end
    return np.concatenate(tables), names


def _fit(
    training: dict[str, Any], tables: Sequence[Any], parts: Sequence[Sequence[Example]]
) -> Any:
    labels = [bool(label) for mine in parts for e in mine for label in e.labels]
    weights = np.concatenate([_weights(example) for mine in parts for example in mine])
    weights *= 2 * len(weights) / weights.sum()
    data = lightgbm.Dataset(np.concatenate(tables), labels, weight=weights)
    return lightgbm.train(TRAINING | training, data)


def _weights(example: Example) -> Any:
    """A line weighs the logarithm of its words, and every page the same."""
    weights = np.log1p(example.sizes)
    return weights / weights.sum()


def choose_cut(examples: Sequence[Example], scores: Any) -> float:
    """The least score of text; ``scores`` are those of all lines, page after page."""
    labels = np.array([bool(label) for e in examples for label in e.labels])
    sizes = np.array([size for e in examples for size in e.sizes])
    return best_cut(CUTS, [len(e.lines) for e in examples], scores, labels, sizes)


# Validation


def validate(examples: Sequence[Example], folder: Path | None) -> None:
    """Print what models say of the flattened pages of sites they have not seen."""
    judged = sum(looks_flattened(example.lines) for example in examples)
    print(f"{judged} of {len(examples)} pages look flattened")
    tell("flat", examples, held_out(examples, train, cleaned), folder)


def cleaned(example: Example, model: Model) -> str:
    """The text of a page as a model sees it."""
    flat = clean_text(example.text, judge=lambda lines, title: judge_lines(lines, title, model))
    return "\n\n".join(flat.paragraphs)


if __name__ == "__main__":
    main()
