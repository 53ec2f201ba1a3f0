"""The block model's verdicts, and the scores by which cleaning is measured."""

from __future__ import annotations

import gzip
import json
from importlib.resources import files
from math import log
from typing import Any

import pytest

from searchkit.clean.features import features
from searchkit.clean.html import Outline, outline_page, parse_tree
from searchkit.clean.judge import judge_blocks
from searchkit.clean.model import DEEP, decide_blocks, load_model, unpack_model
from tests.cleaning import leaked_lines, lost_lines, score_pages

BODY = (
    "The ministers of Ruritania and Grand Fenwick agreed in Strelsau on the river treaty, "
    "and thanked the mediators, whose patience had carried the talks through the winter."
)
NEXT = "Both sides will exchange the documents in spring, when the snow on the passes melts."


def outline() -> Outline:
    return outline_page(parse_tree(f"<body><p>{BODY}</p><p>{NEXT}</p><p>Share</p></body>"))


def model(value: float, least: float) -> Any:
    """A model of one tree: blocks of fewer than three words get ``-9``, others ``value``."""
    tree = [[0], [2.0], [-1], [-2], [-9.0, value]]
    return unpack_model(
        {"trees": [tree], "features": ["words"], "names": {}, "words": {}, "least": least}
    )


def test_the_cut_comes_with_the_model() -> None:
    page = outline()
    judged = judge_blocks(page)
    assert judged.rules[:2] == [None, None]
    # A sum of -0.5 is a score of 0.38.
    assert decide_blocks(page, judged, None, model(-0.5, 0.35))[:2] == [None, None]
    assert decide_blocks(page, judged, None, model(0.5, 0.65)) == judged.rules  # nothing left


def test_a_block_that_trees_alone_remove_is_told_with_its_score() -> None:
    page = outline_page(parse_tree(f"<body><p>{BODY}</p><p>Two words</p><p>{NEXT}</p></body>"))
    judged = judge_blocks(page)
    assert judged.rules == [None, None, None]
    assert decide_blocks(page, judged, None, model(9.0, 0.4)) == [None, "model 0.00", None]


def test_trees_take_nothing_out_of_the_middle_of_a_long_run() -> None:
    lines = "".join(f"<p>{BODY} Part {n}.</p><p>Thank you</p>" for n in range(200))
    page = outline_page(parse_tree(f"<body><div>{lines}</div></body>"))
    judged = judge_blocks(page)
    assert judged.rules == [None] * 400
    verdicts = decide_blocks(page, judged, None, model(9.0, 0.4))
    gone = [place for place, verdict in enumerate(verdicts) if verdict]
    assert gone  # at both ends the trees are free
    assert all(place % 2 for place in gone)
    words = len(f"{BODY} Part 1.".split())
    reach = 2 * -(-DEEP // words)
    assert [place for place in gone if reach <= place < 400 - reach] == []


@pytest.mark.parametrize(
    ("score", "tag", "back"),
    [(0.45, "figcaption", False), (0.55, "figcaption", True), (0.45, "aside", True)],
)
def test_a_caption_comes_back_only_at_a_sure_score(score: float, tag: str, back: bool) -> None:
    page = outline_page(parse_tree(f"<body><p>{BODY}</p><{tag}>{NEXT}</{tag}></body>"))
    judged = judge_blocks(page)
    assert judged.rules[1] in ("caption", "sidebar")
    verdicts = decide_blocks(page, judged, None, model(log(score / (1 - score)), 0.3))
    assert (verdicts[1] is None) == back


def test_a_heading_stays_over_the_text_that_stays() -> None:
    page = outline_page(
        parse_tree(
            f"<body><div><p>{BODY}</p><h2>Strelsau</h2><p>{BODY}</p><p>{BODY} {NEXT}</p>"
            f"<h2>Hentzau</h2><p>Two words</p><h2>Zenda</h2><p>{NEXT}</p></div></body>"
        )
    )
    judged = judge_blocks(page)
    assert judged.rules == [None] * 8
    verdicts = decide_blocks(page, judged, None, model(9.0, 0.4))
    gone = [page.blocks[place].text for place, verdict in enumerate(verdicts) if verdict]
    assert gone == ["Hentzau", "Two words", "Zenda"]  # over a few words the trees are heeded


def test_the_shipped_model_names_features_that_there_are() -> None:
    page = outline()
    columns = features(page, judge_blocks(page), None, load_model().lexicon)
    assert set(load_model().features) == set(columns)
    packed = files("searchkit.clean").joinpath("blocks.json.gz").read_bytes()
    assert packed[4:8] == bytes(4)  # no time of making: the same data give the same file
    assert 0 < json.loads(gzip.decompress(packed))["least"] <= 0.5


def test_scores_of_the_same_text_are_perfect() -> None:
    text = f"{BODY}\n\n{NEXT}"
    score = score_pages([(text, text)])
    assert (score.f1, score.exact, score.leaked, score.lost) == (1.0, 1.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("line", "leaks"),
    [
        ("Sign up for our newsletter", True),
        ("Print", True),
        ("The print run was small", False),
        ("Related stories", True),
        ("© Example Press", True),
        ("Snow fell on the passes", False),
    ],
)
def test_a_leak_is_a_line_that_speaks_as_a_banner(line: str, leaks: bool) -> None:
    assert leaked_lines(BODY, f"{BODY}\n\n{line}") == [line] * leaks
    assert leaked_lines(f"{BODY}\n{line}", f"{BODY}\n\n{line}") == []


def test_a_lost_line_is_counted_where_most_of_the_page_is_kept() -> None:
    assert lost_lines(f"{BODY}\nSnow fell", BODY) == (["Snow fell"], 2)
    assert lost_lines(f"{BODY}\nSnow fell", "Snow fell") == ([], 0)
