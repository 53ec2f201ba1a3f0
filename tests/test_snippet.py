"""The excerpt of a passage: what it shows, where it is cut, what is marked."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.query import compile_query, parse_query, wanted
from searchkit.records import Snippet, Wanted
from searchkit.snippet import make_snippet, mark_title

LONG = (
    "The delegation arrived on Monday. Talks on fisheries lasted for three hours and brought no "
    "result, officials said. On Tuesday Mr. A. Example opened the second round. He said that the "
    "grain corridor would stay open. “We shall keep our word,” he added, and that sanctions "
    "against the port were “a mistake”. Observers were not convinced. The third round begins in "
    "May. No venue was named for it, though Lormont has offered its old customs house."
)


def ask(query: str, *fields: str, exact: bool = False) -> Wanted:
    node = compile_query(parse_query(query), ["en", "fr"], exact=exact)
    return wanted(node, *(fields or ("text",)))


def marked(snippet: Snippet) -> list[str]:
    return [snippet.text[start:end] for start, end in snippet.marks]


def shown(query: str, text: str, language: str | None = "en", *, exact: bool = False) -> list[str]:
    return marked(make_snippet(text, language, ask(query, exact=exact)))


@pytest.mark.parametrize(
    ("query", "text", "words"),
    [
        ("sanction", "Sanctions, sanctioned and sanctuary", ["Sanctions", "sanctioned"]),
        ("=sanction", "Sanctions and a sanction", ["sanction"]),
        ("sanct*", "Sanctions and sanctuary", ["Sanctions", "sanctuary"]),
        ('"grain corridor"', "grain and the grain corridor", ["grain", "corridor"]),
        ('"grain corridor"', "grain and corridors", []),
        ('"a b a b"', "a b a b a", ["a", "b", "a", "b"]),
        ("anti-ship", "anti–ship missiles, a ship", ["anti", "ship"]),
        ("zurich", "in Zu\u0308rich", ["Zu\u0308rich"]),
        ("fish", "ﬁsh stocks", ["ﬁsh"]),
        ("mala", "dala malą dala", ["malą"]),
        ("hajiyev", "Hajiyev’s words", ["Hajiyev’s"]),
        ("military", "mili\u00adtary aid", ["mili\u00adtary"]),
        ("grain -fish", "fish and grain", ["grain"]),
        ("grain speaker:fish", "fish and grain", ["grain"]),
        ("militarise*", "the militarization", ["militarization"]),
        ("peace", "law & peace <2024>", ["peace"]),
        ("the grain", "the grain", ["grain"]),
    ],
)
def test_marks(query: str, text: str, words: list[str]) -> None:
    assert shown(query, text) == words


def test_exact_marks_the_form_only() -> None:
    assert shown("sanctions", "sanctions, a sanction", exact=True) == ["sanctions"]


def test_a_short_text_is_shown_whole() -> None:
    text = "Peace was near. Then it was not."
    assert make_snippet(text, "en", ask("near")) == Snippet(text, 0, ((10, 14),))


def test_nothing_to_mark_gives_the_first_sentence() -> None:
    assert make_snippet(LONG, "en", ask("volcano")) == Snippet(
        "The delegation arrived on Monday.", 0
    )
    assert make_snippet(LONG, "en", Wanted()).marks == ()
    assert make_snippet("x" * 1_000, None, Wanted(), 50) == Snippet("x" * 50, 0)
    assert make_snippet("", "en", ask("volcano")) == Snippet("", 0)


def test_whole_sentences_where_they_fit() -> None:
    snippet = make_snippet(LONG, "en", ask("grain corridor"), 160)
    assert snippet.text.startswith("He said that")
    assert snippet.text.endswith(("stay open.", "he added,", "."))
    assert marked(snippet) == ["grain", "corridor"]


def test_the_window_with_most_different_words_is_shown() -> None:
    text = (
        "grain grain grain. "
        + "filler word here. " * 40
        + "A grain corridor for wheat. "
        + "end. " * 80
    )
    snippet = make_snippet(text, "en", ask("grain corridor wheat"), 100)
    assert marked(snippet) == ["grain", "corridor", "wheat"]


def test_between_words_where_a_sentence_is_too_long() -> None:
    text = "alpha " * 200 + "peace " + "omega " * 200
    snippet = make_snippet(text, "en", ask("peace"), 120)
    assert marked(snippet) == ["peace"]
    assert 60 < len(snippet.text) <= 120
    assert set(snippet.text.split()) <= {"alpha", "peace", "omega"}


def test_titles() -> None:
    in_title = ask("title:Sanctions grain", "text", "title")
    assert mark_title("Grain and sanctions", "en", in_title) == ((0, 5), (10, 19))
    assert mark_title("Nothing", "en", in_title) == ()
    assert mark_title("Grain and sanctions", "en", ask("title:Sanctions grain")) == ((0, 5),)


PIECES = st.sampled_from(
    [
        "grain",
        "corridor",
        "Grain",
        "wheat",
        "x" * 60,
        " ",
        " ",
        ". ",
        "\n\n",
        "”",
        "é",
        "ﬁsh",
        "。",
        "中",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.lists(PIECES, max_size=60).map("".join), st.text(max_size=200)),
    st.integers(1, 120),
    st.sampled_from(["grain", '"grain corridor"', "wh*", "fish 中", '"grain grain"', "volcano"]),
)
def test_a_snippet_is_a_slice_with_its_marks_inside(text: str, most: int, query: str) -> None:
    asked = ask(query)
    snippet = make_snippet(text, "en", asked, most)
    assert text[snippet.start : snippet.start + len(snippet.text)] == snippet.text
    assert len(snippet.text) <= most
    assert snippet.text == snippet.text.strip()
    end = 0
    for start, stop in snippet.marks:
        assert end <= start < stop <= len(snippet.text)
        end = stop
    assert bool(snippet.marks) == bool(mark_title(text, "en", asked))


def test_a_long_hostile_text_takes_no_time() -> None:
    for text in ("grain corridor " * 20_000, "grain " * 50_000, "a. " * 100_000, "." * 300_000):
        started = time.perf_counter()
        make_snippet(text, "en", ask('grain "grain grain grain grain" "corridor grain"'))
        assert time.perf_counter() - started < 3
