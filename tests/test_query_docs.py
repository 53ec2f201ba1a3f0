"""docs/query.md is the specification: each of its examples is run, each field is in it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from searchkit.errors import QueryError
from searchkit.query import compile_notes, compile_query, parse_query
from searchkit.query.fields import ALIASES, DATE_FIELDS, FIELDS
from searchkit.query.lexer import MAX_BYTES
from searchkit.query.reader import MAX_CLAUSES, MAX_DEPTH, MIN_BEGINNING

PAGE = (Path(__file__).parent.parent / "docs" / "query.md").read_text(encoding="utf-8")
# An indented block: the query behind ">", then what is said about it.
EXAMPLE = re.compile(r"^    > (.+)\n((?:    .+\n)+)", re.MULTILINE)
EXAMPLES = [(found[1], re.sub("(?m)^    ", "", found[2])) for found in EXAMPLE.finditer(PAGE)]


TODAY = date(2026, 2, 10)
VOCABULARY = ("women", "woman", "grain", "grains", "lavrov", "lavroff")


def words(field: str, prefix: str, limit: int) -> list[str]:
    return [word for word in VOCABULARY if word.startswith(prefix)]


def told(text: str) -> str:
    """What the page says below a query."""
    try:
        query = parse_query(text, today=TODAY)
    except QueryError as error:
        return f"error: {error.message} at column {error.column + 1}\n"
    notes = [*query.notes, *compile_notes(query, ["en"], words=words)]
    return "\n".join([query.reading, *(f"note: {note}" for note in notes)]) + "\n"


def test_the_page_has_its_examples() -> None:
    assert len(EXAMPLES) >= 30
    assert PAGE.count("    > ") == len(EXAMPLES)


@pytest.mark.parametrize(("query", "said"), EXAMPLES)
def test_example(query: str, said: str) -> None:
    assert told(query) == said


@pytest.mark.parametrize(
    "query", re.findall(r"^\| .+\| `([^`]+)` \|$", PAGE, re.MULTILINE) or ["no examples"]
)
def test_example_of_a_field(query: str) -> None:
    parsed = parse_query(query)
    assert parsed.notes == ()
    assert compile_query(parsed, ["en"])


def test_every_field_is_on_the_page() -> None:
    for name in {*FIELDS, *ALIASES} - {"organisation", "organization"}:
        shown = (f"> {name}:",) if name in DATE_FIELDS else (f"`{name}`", f"`{name}:`")
        assert any(form in PAGE for form in (*shown, f"`{name}:`"))


def test_the_limits_on_the_page_are_those_that_hold() -> None:
    page = " ".join(PAGE.split())
    limits = f"more than {MAX_BYTES // 1024} kB, {MAX_DEPTH} brackets deep, {MAX_CLAUSES:,} words"
    assert limits in page
    assert MIN_BEGINNING == 2
    assert "two letters at least" in page
