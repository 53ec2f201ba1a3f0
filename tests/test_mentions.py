"""Names in running text: what is found is what asking for every run of words finds."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.names import country_code, folded_names, may_begin_name, organisation
from searchkit.names.mentions import LONGEST, MOST, mentions

WORD = re.compile(r"[^\W\d_]+(?:[.'’\-][^\W\d_]+)*+\.?")
NAMES = sorted(folded_names())
CODES = {"US", "UK", "USA", "UAE", "DRC", "DPRK", "PRC", "ROK", "U.S.", "U.K."}


def bare(name: str) -> str:
    return re.sub(r"['’]s?\Z", "", name.removesuffix("."))


def named(name: str) -> str | None:
    short = len(name) <= 4 and name.isupper() and name not in CODES
    return organisation(name) or (None if short else country_code(name))


def every_run(text: str) -> tuple[str, ...]:
    """The mentions by asking for each run of up to eight words: slow, and plain."""
    words = list(WORD.finditer(text))
    found: dict[str, None] = {}
    at = 0
    while at < len(words) and len(found) < MOST:
        step = 1
        if words[at].group()[0].isupper() and may_begin_name(bare(words[at].group())):
            for length in range(min(LONGEST, len(words) - at), 0, -1):
                run = " ".join(text[words[at].start() : words[at + length - 1].end()].split())
                if value := named(run) or named(bare(run)):
                    found[value] = None
                    step = length
                    break
        at += step
    return tuple(found)


@pytest.mark.parametrize(
    "written",
    [
        "{}", "The {}", "the {}’s", "L'{}", "L‘{}", "Los {}", "{}.", "({})", "The. {}",
    ],
)  # fmt: skip
def test_names_are_found_as_by_asking_for_every_run(written: str) -> None:
    for number, name in enumerate(NAMES[::40]):
        other = NAMES[number * 17 % len(NAMES)]
        for cased in (name.title(), name.upper().replace("'", "‘"), name.title().replace("-", "/")):
            text = f"{written.format(cased)} met {other.title()},  {cased}\n{other} again"
            assert mentions(text) == every_run(text), text


words = st.sampled_from([word for name in NAMES for word in name.split()])
pieces = st.one_of(words.map(str.title), words, st.sampled_from("The of and & De U.S. , ( ' 7"))


@given(st.lists(pieces, max_size=20).map(" ".join))
def test_any_words_are_read_as_by_asking_for_every_run(text: str) -> None:
    assert mentions(text) == every_run(text)


def test_a_text_of_first_words_takes_no_longer_than_any() -> None:
    text = "Democratic People's Republic Of The United " * 5_000
    begun = time.process_time()
    mentions(text)
    assert time.process_time() - begun < 2
