"""Train the line model of searchkit/clean: measured pages, flattened, to lines.json.gz.

    python scripts/train_lines.py DATA [--sets wcxb,atf,aeb] [--out FILE]
    python scripts/train_lines.py DATA --validate [--write DIR]

DATA is that of train_blocks.py.  A page is flattened to its text nodes, a line each, without
script, style, noscript and template; a paragraph, once broken sentences are joined, is text
where `label_blocks` finds it in the truth.  Weights of words are learnt on other sites than
those whose lines they then describe, the cut of the scores by models of other sites, and so
is everything that ``--validate`` prints: five parts, no site in two of them.

Needs the packages of the group "train" (lightgbm, numpy); the same data give the same file.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from bs4 import BeautifulSoup

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import train_blocks
from train_blocks import FOLDS, INNER_FOLDS, Ballot, label_blocks, learn_words, part, read_truths

from searchkit.clean.encoding import decode_page
from searchkit.clean.features import count_words, label_words
from searchkit.clean.lines import (
    LABEL_WORDS,
    judge_lines,
    looks_flattened,
    plain_features,
    word_features,
)
from searchkit.clean.model import Model, unpack_model
from searchkit.clean.text import clean_text, split_paragraphs
from tests.cleaning import score_pages

OUT = Path(__file__).parent.parent / "searchkit" / "clean" / "lines.json.gz"
UNSEEN = ("script", "style", "noscript", "template")
TRAINING = {
    "objective": "binary", "learning_rate": 0.1, "num_leaves": 24, "min_data_in_leaf": 40,
    "feature_fraction": 0.25, "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5,
    "max_bin": 63, "seed": 1, "deterministic": True, "force_col_wise": True, "num_threads": 1,
    "verbose": -1,
}  # fmt: skip
TREES = 120
CUTS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)


@dataclass(frozen=True, slots=True)
class Example:
    """One flattened page: its paragraphs, their labels, sizes and the features of no words."""

    set: str
    key: str
    site: str
    text: str
    truth: str
    lines: list[str]
    labels: list[bool | None]
    sizes: list[int]
    plain: dict[str, Any]
    word_votes: Ballot


def main() -> None:
    """Write the model, or print what such models say of sites they have not seen."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", default="wcxb,atf,aeb")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--validate", action="store_true")
    parser.add_argument("--write", type=Path, metavar="DIR", help="texts of --validate, as JSON")
    args = parser.parse_args()
    examples = [e for name in args.sets.split(",") for e in read_examples(args.data / name, name)]
    if args.validate:
        validate(examples, args.write)
        return
    body = json.dumps(train(examples), ensure_ascii=False, separators=(",", ":")).encode()
    args.out.write_bytes(gzip.compress(body, 9, mtime=0))
    print(f"{args.out}: {args.out.stat().st_size} bytes, {len(examples)} pages")


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
            name, key, train_blocks.site(url or key), text, truth, lines, labels,
            [count_words(line) for line in lines], plain_features(lines, None),
            _word_votes(lines, labels),
        )  # fmt: skip


def flattened(source: str) -> str:
    """The text nodes of a page, a line each."""
    soup = BeautifulSoup(source, "lxml")
    for element in soup(UNSEEN):
        element.decompose()
    return "\n".join(" ".join(node.split()) for node in soup.stripped_strings)


def _word_votes(lines: Sequence[str], labels: Sequence[bool | None]) -> Ballot:
    rows = [
        ({*words, "^" + words[0], *(["$" + words[0]] if len(words) == 1 else [])}, label)
        for line, label in zip(lines, labels, strict=True)
        if count_words(line) <= LABEL_WORDS and (words := label_words(line))
    ]
    return train_blocks._count(rows)


# Training


def train(examples: Sequence[Example]) -> dict[str, Any]:
    """The model that these pages give, as its file holds it."""
    inner = [
        [e for e in examples if part(e.site, INNER_FOLDS, "inner") == n] for n in range(INNER_FOLDS)
    ]
    tables, names = [], ()
    for number, mine in enumerate(inner):
        others = [e for other, es in enumerate(inner) if other != number for e in es]
        rows, names = _rows(mine, learn_words(others))
        tables.append(rows)
    scores = []
    for number in range(INNER_FOLDS):
        rest = [n for n in range(INNER_FOLDS) if n != number]
        scores.append(
            _fit([tables[n] for n in rest], [inner[n] for n in rest]).predict(tables[number])
        )
    dump = _fit(tables, inner).dump_model()
    return {
        "features": list(names),
        "trees": [train_blocks._pack(t["tree_structure"]) for t in dump["tree_info"]],
        "least": choose_cut([e for mine in inner for e in mine], np.concatenate(scores)),
        "names": {},
        "words": learn_words(examples),
    }  # fmt: skip


def _rows(examples: Sequence[Example], words: dict[str, float]) -> tuple[Any, tuple[str, ...]]:
    tables, names = [], ()
    for example in examples:
        columns = example.plain | word_features(example.lines, example.plain, words)
        names = tuple(columns)
        tables.append(np.array(list(columns.values()), dtype=np.float32).T)
    return np.concatenate(tables), names


def _fit(tables: Sequence[Any], parts: Sequence[Sequence[Example]]) -> Any:
    labels = [bool(label) for mine in parts for e in mine for label in e.labels]
    weights = np.concatenate([_weights(example) for mine in parts for example in mine])
    weights *= 2 * len(weights) / weights.sum()
    data = lightgbm.Dataset(np.concatenate(tables), labels, weight=weights)
    return lightgbm.train(TRAINING, data, TREES)


def _weights(example: Example) -> Any:
    """A line weighs the logarithm of its words, and every page the same."""
    weights = np.log1p(example.sizes)
    return weights / weights.sum()


def choose_cut(examples: Sequence[Example], scores: Any) -> float:
    """The least score of text: that of the best F1 of words, averaged over pages."""
    labels = np.array([bool(label) for e in examples for label in e.labels])
    sizes = np.array([size for e in examples for size in e.sizes])
    begins = np.cumsum([0, *(len(e.lines) for e in examples[:-1])])

    def f1(cut: float) -> float:
        kept = scores >= cut
        right, found, true = (
            np.add.reduceat(column, begins)
            for column in (sizes * (kept & labels), sizes * kept, sizes * labels)
        )
        p = np.mean(right / np.maximum(1, found))
        r = np.mean(np.where(true, right / np.maximum(1, true), 1))
        return float(2 * p * r / (p + r))

    return max(CUTS, key=f1)


# Validation


def validate(examples: Sequence[Example], folder: Path | None) -> None:
    """Print what rules, and models, say of the flattened pages of sites they have not seen."""
    got = [""] * len(examples)
    for fold in range(FOLDS):
        model = unpack_model(train([e for e in examples if part(e.site, FOLDS) != fold]))
        print(f"part {fold}: cut {model.least}", flush=True)
        for number, example in enumerate(examples):
            if part(example.site, FOLDS) == fold:
                got[number] = cleaned(example, model)
    for name in sorted({e.set for e in examples}):
        mine = [n for n, e in enumerate(examples) if e.set == name]
        judged = sum(looks_flattened(examples[n].lines) for n in mine)
        score = score_pages((examples[n].truth, got[n]) for n in mine)
        print(f"{name:5} {score.pages:4} pages, {judged} judged: {score}", flush=True)
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            body = json.dumps({examples[n].key: got[n] for n in mine}, ensure_ascii=False)
            (folder / f"{name}-flat.json").write_text(body, encoding="utf-8")


def cleaned(example: Example, model: Model) -> str:
    """The text of a page as a model sees it."""
    flat = clean_text(example.text, judge=lambda lines, title: judge_lines(lines, title, model))
    return "\n\n".join(flat.paragraphs)


if __name__ == "__main__":
    main()
