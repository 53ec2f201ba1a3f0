"""The time to read a text grows with its length, however long it is."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from searchkit.records import Document
from searchkit.segment import segment

ROOM = 2.0  # a shared clock and collecting garbage add some; a square would take 100 times


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


def _letters(n: int) -> str:
    return "".join("abcdefghij"[int(digit)] for digit in str(n))


def seconds(text: str, *, runs: int) -> float:
    best = float("inf")
    for _ in range(runs):
        begun = time.process_time()
        segment(Document("d", text))
        best = min(best, time.process_time() - begun)
    return best


@pytest.mark.parametrize(
    ("make", "small"), [(transcript, 500_000), (news, 50_000)], ids=["transcript", "news"]
)
def test_ten_times_the_text_takes_ten_times_as_long(make: Callable[[int], str], small: int) -> None:
    once, ten_times = seconds(make(small), runs=2), seconds(make(10 * small), runs=1)
    assert ten_times <= 10 * once * ROOM


@pytest.mark.parametrize("unit", ["said, ", "“A, ", "with X saying that ", "''x '' "])
def test_one_endless_line_costs_no_more_than_its_length(unit: str) -> None:
    assert seconds(unit * (40_000 // len(unit)), runs=1) < 2
