"""The time to read a text grows with its length, however long it is."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import pytest

from searchkit.records import Document
from searchkit.segment import segment

ROOM = 1.1  # measured is 10.0; a square would take 100 times
ROUNDS = 3


def transcript(size: int) -> str:
    """Turns of two people and a questioner, about ``size`` characters."""
    turn = (
        "MINISTER ODUYA: The bridge will stay open, as we said in May. We talked about the water, "
        "and about who pays for the wall.\n\nIt was a long day for both sides.\n\n"
        "QUESTION: Will the harbour of Karvel be closed {n} days?\n\n"
        "MR. VARGA: Thank you. “No,” I told the council, and I say it again.\n\n"
    )
    return "".join(turn.format(n=n) for n in range(size // len(turn) + 1))


def news(size: int) -> str:
    """Paragraphs in which ever new people are quoted, about ``size`` characters."""
    paragraph = (
        "“The river is low,” said Ana Ruiz{n}, a mayor of the harbour town, on Monday. She added "
        "that Tom Varga of the council had asked for more water. He said it was {n} years ago.\n\n"
    )
    return "".join(paragraph.format(n=_letters(n)) for n in range(size // len(paragraph) + 1))


def headings(size: int) -> str:
    """Labels in capitals and questioners by a name, each once: none is looked up in the text."""
    turns: list[str] = []
    at = 0
    while at < size:
        name = _letters(10_000 + len(turns))
        turn = (
            f"{name.upper()}: We go to {name.title()}.\n\nQ: I ask about the budget of the river."
        )
        at += len(turn) + 2
        turns.append(turn)
    return "\n\n".join(turns)


def _letters(n: int) -> str:
    return "".join("abcdefghij"[int(digit)] for digit in str(n))


def seconds(text: str) -> float:
    begun = time.process_time()
    segment(Document("d", text))
    return time.process_time() - begun


@pytest.mark.parametrize(
    ("make", "small"),
    [(transcript, 500_000), (news, 50_000), (headings, 30_000)],
    ids=["transcript", "news", "headings"],
)
def test_ten_times_the_text_takes_ten_times_as_long(make: Callable[[int], str], small: int) -> None:
    one, ten = make(small), make(10 * small)
    # By turns, so that a busy machine slows both; the best of each is the least disturbed.
    rounds = [(seconds(one), seconds(ten)) for _ in range(ROUNDS)]
    once, ten_times = (min(times) for times in zip(*rounds, strict=True))
    assert ten_times <= 10 * once * ROOM


@pytest.mark.parametrize("unit", ["said, ", "“A, ", "with X saying that ", "''x '' "])
def test_one_endless_line_costs_no_more_than_its_length(unit: str) -> None:
    assert seconds(unit * (40_000 // len(unit))) < 2


def test_the_collector_of_garbage_is_left_as_it_was() -> None:
    segment(Document("d", transcript(1_000)))
    assert gc.isenabled()
    gc.disable()
    try:
        segment(Document("d", transcript(1_000)))
        assert not gc.isenabled()
    finally:
        gc.enable()
