"""Train the block model of searchkit/clean: measured pages to blocks.json.gz.

    python scripts/train_blocks.py DATA [--sets wcxb,atf,aeb] [--out FILE]
    python scripts/train_blocks.py DATA --validate [--write DIR]

DATA holds the sets of pages, each with its truth:

    aeb, atf   ground-truth.json {page: {"articleBody": ..., "url": ...}} and html/PAGE.html.gz
    wcxb       ground-truth/PAGE.json {"ground_truth": {"main_content": ...}} and html/

A block is text where most of its runs of four words stand in the truth; a shorter one where
it stands in the truth beside such a block.  Weights of words (of class names, of short
blocks) are learnt on other sites than those whose blocks they then describe, and so is
everything that ``--validate`` prints: five parts, no site in two of them.

Needs the packages of the group "train" (lightgbm, numpy); the same data give the same file.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path
from typing import Any, TypeVar

import lightgbm
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from searchkit.clean.encoding import decode_page
from searchkit.clean.features import Lexicon, count_words, features, label_words, name_pieces
from searchkit.clean.html import Outline, clean_source, outline_page, parse_tree
from searchkit.clean.judge import Judged, judge_blocks
from searchkit.clean.metadata import read_metadata
from searchkit.clean.model import DOUBTED, FINAL, LEAST_DOUBTED, Model, decide_blocks, unpack_model
from searchkit.clean.text import sift_paragraphs
from searchkit.records import Page
from tests.cleaning import score_pages

OUT = Path(__file__).parent.parent / "searchkit" / "clean" / "blocks.json.gz"
COLLECTED = datetime(2026, 3, 2, tzinfo=UTC)
WORD = re.compile(r"\w+")

TRAINING = {
    "objective": "binary", "learning_rate": 0.06, "num_leaves": 24, "min_data_in_leaf": 40,
    "feature_fraction": 0.4, "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5,
    "seed": 1, "deterministic": True, "force_row_wise": True, "num_threads": 1, "verbose": -1,
}  # fmt: skip
TREES = 100
FOLDS, INNER_FOLDS = 5, 4
# A block that models of other sites are so sure about is labelled wrongly: truths end at a
# paywall or leave a section out.
SURELY_WRONG, WRONG_WORDS, WRONG_WEIGHT = 0.85, 12, 0.1

# Where the scores may be cut: below a half, for a lost line is worse than one too many; not
# below .2, for scores of few trees are final there (see `searchkit.clean.model.CLEAR`).
CUTS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)

COVERED = 0.6
SHINGLE = 4
REACH = 6  # blocks to the next long one beside a short one
# Words have to stand on so many sites; a site has one vote.
NAME_SITES, WORD_SITES = 4, 6
SHORT_WORDS = 30
DOUBT, SURE, LEAST_WEIGHT = 2.0, 0.02, 0.3


Ballot = dict[str, tuple[int, int]]
"""Of each word how many blocks with it are not text, and how many are."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A page of a set, as far as parts of sites and scores go."""

    set: str
    key: str
    site: str
    truth: str


E = TypeVar("E", bound=Sample)


@dataclass(frozen=True, slots=True)
class Example(Sample):
    """One page with what is known of each block: is it text, is it not, or (None) no words."""

    outline: Outline
    judged: Judged
    title: str | None
    labels: list[bool | None]
    name_votes: Ballot
    word_votes: Ballot


def main() -> None:
    """Write the model, or print what such models say of sites they have not seen."""
    run(__doc__, OUT, read_examples, train, validate)


def run(
    description: str,
    out: Path,
    read: Callable[[Path, str], Iterable[E]],
    train: Callable[[Sequence[E]], dict[str, Any]],
    validate: Callable[[Sequence[E], Path | None], None],
) -> None:
    """What the command line asks for of a model: its file, or its validation."""
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", default="wcxb,atf,aeb")
    parser.add_argument("--out", type=Path, default=out)
    parser.add_argument("--validate", action="store_true")
    parser.add_argument("--write", type=Path, metavar="DIR", help="texts of --validate, as JSON")
    args = parser.parse_args()
    examples = [e for name in args.sets.split(",") for e in read(args.data / name, name)]
    if args.validate:
        validate(examples, args.write)
        return
    body = json.dumps(train(examples), ensure_ascii=False, separators=(",", ":")).encode()
    args.out.write_bytes(gzip.compress(body, 9, mtime=0))
    print(f"{args.out}: {args.out.stat().st_size} bytes, {len(examples)} pages")


# Pages


def read_examples(folder: Path, name: str) -> Iterator[Example]:
    """The pages of a set that have text."""
    for key, url, truth in read_truths(folder):
        body = gzip.decompress((folder / "html" / f"{key}.html.gz").read_bytes())
        root = parse_tree(clean_source(decode_page(body, None)[0]))
        if root is None or not truth:
            continue
        title = read_metadata(root, Page(body, key, "text/html", COLLECTED, url=url)).title
        outline = outline_page(root)
        if outline.blocks:
            judged = judge_blocks(outline, title)
            texts = [block.text for block in outline.blocks]
            labels = label_blocks(texts, truth)
            votes = _name_votes(outline, labels), word_votes(texts, labels)
            where = site(url or key)
            yield Example(name, key, where, truth, outline, judged, title, labels, *votes)


def read_truths(folder: Path) -> Iterator[tuple[str, str | None, str]]:
    """Key, address and text of each page of a set."""
    whole = folder / "ground-truth.json"
    if whole.exists():
        for key, row in sorted(json.loads(whole.read_text(encoding="utf-8")).items()):
            yield key, row["url"], row["articleBody"] or ""
        return
    for path in sorted((folder / "ground-truth").glob("*.json")):
        row = json.loads(path.read_text(encoding="utf-8"))
        yield path.stem, row.get("url"), row["ground_truth"].get("main_content") or ""


def site(url: str) -> str:
    """The registered domain, near enough: one publisher's pages stay together."""
    host = re.sub(r"^[a-z]+://", "", url.lower()).split("/")[0].split(":")[0].split(".")
    double = len(host) > 2 and len(host[-1]) == 2 and len(host[-2]) <= 3
    return ".".join(host[-3:] if double else host[-2:])


def part(site: str, parts: int, salt: str = "") -> int:
    """The part of the sites that one belongs to, always the same."""
    return int(md5((salt + site).encode(), usedforsecurity=False).hexdigest(), 16) % parts


# Labels


def label_blocks(texts: Sequence[str], truth: str) -> list[bool | None]:
    """Which blocks are in the truth; None for a block without words."""
    true = WORD.findall(truth.lower())
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place in range(len(true) - SHINGLE + 1):
        places[tuple(true[place : place + SHINGLE])].append(place)
    blocks = [WORD.findall(text.lower()) for text in texts]
    labels: list[bool | None] = [None] * len(blocks)
    spans: list[tuple[int, int] | None] = [None] * len(blocks)
    for number, words in enumerate(blocks):
        if len(words) >= SHINGLE:
            labels[number], spans[number] = _long_label(words, places)
    lines = {tuple(WORD.findall(line.lower())) for line in truth.splitlines()}
    for number, words in enumerate(blocks):
        if 0 < len(words) < SHINGLE:
            labels[number], spans[number] = _short_label(number, blocks, spans, true, lines)
    return labels


Span = tuple[int, int]


def _long_label(
    words: list[str], places: dict[tuple[str, ...], list[int]]
) -> tuple[bool, Span | None]:
    runs = [tuple(words[n : n + SHINGLE]) for n in range(len(words) - SHINGLE + 1)]
    found = [places[run] for run in runs if run in places]
    if len(found) < COVERED * len(runs):
        return False, None
    return True, (min(found[0]), max(found[-1]) + SHINGLE)


def _short_label(
    number: int,
    blocks: list[list[str]],
    spans: list[Span | None],
    true: list[str],
    lines: set[tuple[str, ...]],
) -> tuple[bool, Span | None]:
    """Whether a short block follows or precedes its neighbour in the truth, or is a line there."""
    words = blocks[number]
    before = next((s for s in reversed(spans[max(0, number - REACH) : number]) if s), None)
    after = next((s for s in spans[number + 1 : number + 1 + REACH] if s), None)
    begins = range(before[1], before[1] + 4) if before else ()
    ends = range(max(0, after[0] - len(words) - 3), after[0] - len(words) + 1) if after else ()
    for begin in (*begins, *ends):
        if true[begin : begin + len(words)] == words:
            return True, (begin, begin + len(words))
    between = before is not None and after is not None
    return between and tuple(words) in lines, None


# Words


def learn_names(examples: Iterable[Example]) -> dict[str, float]:
    """Weights of the parts of class names on the path to a block."""
    return _Votes(examples, "name_votes").weights(NAME_SITES, 0.0)


def learn_words(examples: Iterable[Example]) -> dict[str, float]:
    """Weights of the words of short blocks."""
    return _Votes(examples, "word_votes").weights(WORD_SITES, LEAST_WEIGHT)


def _name_votes(outline: Outline, labels: list[bool | None]) -> Ballot:
    paths: list[frozenset[str]] = []
    for box in outline.boxes:
        around = paths[box.parent] if box.parent >= 0 else frozenset()
        paths.append(around | name_pieces(box.names))
    return _count((paths[b.box], label) for b, label in zip(outline.blocks, labels, strict=True))


def word_votes(texts: Sequence[str], labels: Sequence[bool | None]) -> Ballot:
    """The votes of the words of short blocks, or lines, of one page."""
    return _count(
        ({*words, "^" + words[0], *(["$" + words[0]] if len(words) == 1 else [])}, label)
        for text, label in zip(texts, labels, strict=True)
        if count_words(text) <= SHORT_WORDS and (words := label_words(text))
    )


def _count(rows: Iterable[tuple[Iterable[str], bool | None]]) -> Ballot:
    """How often blocks with a word are not text and are, on one page; "" for all of them."""
    counts: Ballot = defaultdict(lambda: (0, 0))
    for words, label in rows:
        if label is not None:
            for word in (*words, ""):
                no, yes = counts[word]
                counts[word] = (no + (not label), yes + label)
    return dict(counts)


class _Votes:
    """How often blocks with a word are text, site by site."""

    def __init__(self, examples: Iterable[Example], kind: str) -> None:
        self.counts: dict[str, dict[str, list[int]]] = defaultdict(dict)
        for example in examples:
            for word, (no, yes) in getattr(example, kind).items():
                counts = self.counts[word].setdefault(example.site, [0, 0])
                counts[0] += no
                counts[1] += yes
        everything = self.counts.pop("", {})
        self.all = [sum(column) for column in zip(*everything.values(), strict=True)]

    def weights(self, least_sites: int, least: float) -> dict[str, float]:
        """Log-odds against those of all blocks, each site one vote, drawn to nothing by doubt."""
        base = self.all[1] / sum(self.all)
        found = {}
        for word, sites in sorted(self.counts.items()):
            if len(sites) < least_sites:
                continue
            rates = [(yes + base) / (no + yes + 1) for no, yes in sites.values()]
            rate = (sum(rates) + DOUBT * base) / (len(rates) + DOUBT)
            rate = min(1 - SURE, max(SURE, rate))
            weight = round(math.log(rate / (1 - rate)) - math.log(base / (1 - base)), 2)
            if abs(weight) >= least and weight:
                found[word] = weight
        return found


# Training


def inner_parts(examples: Sequence[E]) -> list[list[E]]:
    """The training pages in parts, no site in two: what one learns is tried on the others."""
    return [
        [e for e in examples if part(e.site, INNER_FOLDS, "inner") == n] for n in range(INNER_FOLDS)
    ]


def train(examples: Sequence[Example]) -> dict[str, Any]:
    """The model that these pages give, as its file holds it."""
    inner = inner_parts(examples)
    tables, names = [], ()
    for number, mine in enumerate(inner):
        others = [e for other, es in enumerate(inner) if other != number for e in es]
        lexicon = Lexicon(learn_names(others), learn_words(others))
        rows, names = _rows(mine, lexicon)
        tables.append(rows)
    labels = [np.array([bool(label) for e in mine for label in e.labels]) for mine in inner]
    sizes = [
        np.array([count_words(b.text) for e in mine for b in e.outline.blocks]) for mine in inner
    ]
    weights = [np.log1p(size) for size in sizes]
    scores = []
    for number in range(INNER_FOLDS):
        rest = [n for n in range(INNER_FOLDS) if n != number]
        scores.append(_fit(tables, labels, weights, rest).predict(tables[number]))
        wrong = np.abs(labels[number] - scores[number]) > SURELY_WRONG
        wrong &= sizes[number] >= WRONG_WORDS
        weights[number] = np.where(wrong, WRONG_WEIGHT, 1) * np.log1p(sizes[number])
    booster = _fit(tables, labels, weights, range(INNER_FOLDS))
    ordered = [example for mine in inner for example in mine]
    rules = [rule for example in ordered for rule in example.judged.rules]
    score = np.concatenate(scores)
    gone = _are(rules, FINAL) | (_are(rules, DOUBTED) & (score < LEAST_DOUBTED))
    return {
        "features": list(names),
        "trees": [pack_tree(tree["tree_structure"]) for tree in booster.dump_model()["tree_info"]],
        "least": best_cut(
            CUTS,
            [len(example.labels) for example in ordered],
            np.where(gone, -1, score),
            *map(np.concatenate, (labels, sizes)),
        ),
        "names": learn_names(examples),
        "words": learn_words(examples),
    }


def _are(rules: Sequence[str | None], some: frozenset[str]) -> Any:
    return np.array([rule in some for rule in rules])


def best_cut(
    cuts: Sequence[float], pages: Sequence[int], scores: Any, text: Any, size: Any
) -> float:
    """The least score of text: that of the best F1 of words, averaged over pages.

    ``pages`` are the numbers of blocks, or lines, of each page; the arrays hold a number for
    each of them, one page after the other: its score, whether it is text, and its words.
    Those with a score below zero go by any cut.
    """
    begins = np.cumsum([0, *pages[:-1]])

    def f1(cut: float) -> float:
        kept = scores >= cut
        right, found, true = (
            np.add.reduceat(column, begins)
            for column in (size * (kept & text), size * kept, size * text)
        )
        p = np.mean(right / np.maximum(1, found))
        r = np.mean(np.where(true, right / np.maximum(1, true), 1))
        return float(2 * p * r / (p + r))

    return max(cuts, key=f1)


def _rows(examples: Sequence[Example], lexicon: Lexicon) -> tuple[Any, tuple[str, ...]]:
    tables, names = [], ()
    for example in examples:
        columns = features(example.outline, example.judged, example.title, lexicon)
        names = tuple(columns)
        tables.append(np.array(list(columns.values()), dtype=np.float64).T)
    return np.concatenate(tables), names


def _fit(tables: list[Any], labels: list[Any], weights: list[Any], parts: Iterable[int]) -> Any:
    rows, truth, weight = (
        np.concatenate([each[n] for n in parts]) for each in (tables, labels, weights)
    )
    return lightgbm.train(TRAINING, lightgbm.Dataset(rows, truth, weight=weight), TREES)


def pack_tree(root: dict[str, Any]) -> list[list[float]]:
    """One tree as flat lists; see `searchkit.clean.model.Tree`."""
    feature, threshold, left, right, leaves = [], [], [], [], []

    def add(node: dict[str, Any]) -> int:
        if "leaf_value" in node:
            leaves.append(round(node["leaf_value"], 5))
            return ~(len(leaves) - 1)
        assert node["decision_type"] == "<="
        place = len(feature)
        feature.append(node["split_feature"])
        threshold.append(float(f"{node['threshold']:.9g}"))
        left.append(0)
        right.append(0)
        left[place] = add(node["left_child"])
        right[place] = add(node["right_child"])
        return place

    add(root)
    return [feature, threshold, left, right, leaves]


# Validation


def validate(examples: Sequence[Example], folder: Path | None) -> None:
    """Print what rules, and models, say of the pages of sites that these have not seen."""
    rules = [assembled(example, example.judged.rules) for example in examples]
    tell("rules", examples, rules, folder)
    tell("model", examples, held_out(examples, train, cleaned), folder)


def held_out(
    examples: Sequence[E],
    train: Callable[[Sequence[E]], dict[str, Any]],
    cleaned: Callable[[E, Model], str],
) -> list[str]:
    """The text of each page by a model that was trained on other parts of the sites."""
    texts = [""] * len(examples)
    for fold in range(FOLDS):
        model = unpack_model(train([e for e in examples if part(e.site, FOLDS) != fold]))
        print(f"part {fold}: cut {model.least}", flush=True)
        for number, example in enumerate(examples):
            if part(example.site, FOLDS) == fold:
                texts[number] = cleaned(example, model)
    return texts


def tell(what: str, examples: Sequence[E], texts: Sequence[str], folder: Path | None) -> None:
    """Print the scores of texts, set by set, and write them where there is a folder for it."""
    for name in sorted({e.set for e in examples}):
        pages = {e.key: (e.truth, text) for e, text in zip(examples, texts, strict=True)
                 if e.set == name}  # fmt: skip
        print(f"{name:5} {len(pages):4} pages, {what}: {score_pages(pages.values())}", flush=True)
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            body = json.dumps({key: text for key, (_, text) in pages.items()}, ensure_ascii=False)
            (folder / f"{name}-{what}.json").write_text(body, encoding="utf-8")


def cleaned(example: Example, model: Model) -> str:
    """The text of a page as a model sees it."""
    return assembled(example, decide_blocks(example.outline, example.judged, example.title, model))


def assembled(example: Example, verdicts: Sequence[str | None]) -> str:
    """The text of the blocks that verdicts keep."""
    kept = [b.text for b, v in zip(example.outline.blocks, verdicts, strict=True) if v is None]
    return "\n\n".join(sift_paragraphs(kept, example.title)[0])


if __name__ == "__main__":
    main()
