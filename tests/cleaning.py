"""Scores of cleaned text beside the text that people took from the same pages.

In come the true texts and the cleaned ones, page by page; out goes one `Score`.  `flattened`
takes the markup off a page.  Shared by the tests and by the training scripts; nothing is
cleaned here.

F1       runs of four words, counted with repeats: precision and recall averaged over pages
         (the definition of the article extraction benchmark), and their harmonic mean
exact    share of pages whose words are all the same
leaked   lines cleaned of which less than a third is true and which speak as banners do,
         for 100 pages
lost     percentage of the true lines of which less than a third was kept, on the pages
         of which at least half was
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean

from bs4 import BeautifulSoup

WORD = re.compile(r"\w+")
RUN = 4  # words
LEAST_COVERED = 0.34
LEAST_PAGE_KEPT = 0.5
LONGEST_BANNER = 60  # words
UNSEEN = ("script", "style", "noscript", "template")

# What banners say.  A word or phrase anywhere in the line, whole words where both ends are
# letters; a line that begins so; a line that is nothing else.
_ANYWHERE = (
    "cookies?|consent|gdpr|privacy (?:policy|notice|settings)"
    "|sign[- ]?(?:up|in)|log[- ]?in|your (?:e-?mail|inbox)|follow (?:us|me|him|her|them)"
)
_WITHIN = (
    "enable javascript|newsletter|subscri(?:be|ption)|register (?:now|for free)|create an account"
    "|become a member|support our|get our .{0,20}app|(?:like us|join us) on"
    "|you (?:may|might) (?:also )?like|click here|read more|find out more|view all"
    "|advertis|sponsored|story continues|continue reading below|affiliate|earn (?:a )?commission"
    "|©|copyright|all rights reserved|terms (?:of|and) (?:use|service|conditions)|disclaimer"
    "|(?:views?|opinions?) expressed|originally (?:published|appeared)|about the author"
    "|contributed to this (?:report|story)|(?:editing|reporting) by"
    r"|\bshare\b.{0,30}(?:this|article|story|on)"
)
_BEGINS = (
    "read (?:more|also|next)|see also|also read|related|recommended|more (?:from|on|about)"
    "|don'?t miss|up next|most read|trending"
)
_ALONE = "share|tweet|facebook|twitter|linkedin|whatsapp|e-?mail|print|copy link"
SPEAKS_AS_BANNER = re.compile(
    rf"\b(?:{_ANYWHERE})\b|{_WITHIN}"
    rf"|^\W*(?:{_BEGINS})\b|^\W*(?:{_ALONE})\W*$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Score:
    """How well the pages of a set were cleaned; see the module's text."""

    pages: int
    f1: float
    precision: float
    recall: float
    exact: float
    leaked: float
    lost: float

    def __str__(self) -> str:
        return (
            f"F1 {self.f1:.4f}  P {self.precision:.4f}  R {self.recall:.4f}"
            f"  exact {self.exact:.3f}  leaked {self.leaked:.1f}  lost {self.lost:.2f} %"
        )


def score_pages(pairs: Iterable[tuple[str, str]]) -> Score:
    """The score of pages, each a pair: the true text and the cleaned one."""
    precision, recall, exact = [], [], []
    leaks, lost, true_lines = 0, 0, 0
    for truth, text in pairs:
        true, got = WORD.findall(truth), WORD.findall(text)
        wanted, found = runs(true), runs(got)
        hits = (wanted & found).total()
        precision.append(hits / found.total() if found else 0.0)
        recall.append(hits / wanted.total() if wanted else 1.0)
        exact.append(true == got)
        leaks += len(leaked_lines(truth, text))
        gone, counted = lost_lines(truth, text)
        lost += len(gone)
        true_lines += counted
    p, r = mean(precision), mean(recall)
    return Score(
        len(exact), 2 * p * r / (p + r), p, r, mean(exact),
        100 * leaks / len(exact), 100 * lost / max(1, true_lines),
    )  # fmt: skip


def flattened(source: str | bytes) -> str:
    """The text nodes of a page that a reader sees, a line each."""
    soup = BeautifulSoup(source, "lxml")
    for element in soup(UNSEEN):
        element.decompose()
    return "\n".join(" ".join(node.split()) for node in soup.stripped_strings)


def runs(words: Sequence[str], size: int = RUN) -> Counter[tuple[str, ...]]:
    """The runs of so many words, counted; a shorter text is one run."""
    if not words:
        return Counter()
    return Counter(tuple(words[n : n + size]) for n in range(max(1, len(words) - size + 1)))


def leaked_lines(truth: str, text: str) -> list[str]:
    """The lines of a cleaned text that are not in the true one and speak as banners do."""
    return [
        line
        for line, share, words in _shares(text, truth)
        if share < LEAST_COVERED and words <= LONGEST_BANNER and SPEAKS_AS_BANNER.search(line)
    ]


def lost_lines(truth: str, text: str) -> tuple[list[str], int]:
    """The true lines that are gone, and of how many; none of a page that is gone as a whole."""
    shares = _shares(truth, text)
    kept = sum(share * words for _, share, words in shares)
    if kept < LEAST_PAGE_KEPT * (sum(words for _, _, words in shares) or 1):
        return [], 0
    return [line for line, share, _ in shares if share < LEAST_COVERED], len(shares)


def _shares(text: str, reference: str) -> list[tuple[str, float, int]]:
    """The lines of a text, each with the share of its runs in another and its words."""
    other = WORD.findall(reference.lower())
    known = {size: set(runs(other, size)) for size in range(1, RUN + 1)}
    rows = []
    for line in map(str.strip, text.splitlines()):
        words = WORD.findall(line.lower())
        if words:
            size = min(RUN, len(words))
            mine = set(runs(words, size))
            rows.append((line, len(mine & known[size]) / len(mine), len(words)))
    return rows
