"""Long pages come out whole: transcripts, speeches, lists and tables of thousands of words."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from searchkit.clean import clean_page
from searchkit.records import Page
from tests.pages import COLLECTED

SPEAKERS = ("MR. RASSENDYLL", "MS. FLAVIA", "QUESTION")
SUBJECTS = "the ministry,our delegation,the envoy,the council,your government,the mediator".split(
    ","
)
VERBS = "has not yet answered,will look at,welcomes,has raised,cannot confirm,is reviewing".split(
    ","
)
OBJECTS = (
    "the note on the river,the terms of the ferry,the report from Strelsau,what was agreed in"
    " Hentzau,the request for grain,the price of salt,the letter of the four ports"
).split(",")
ENDS = (
    "before the talks resume,as we said in spring,with our partners,and I have nothing to add,"
    "in line with the charter,when the passes are open,without any condition"
).split(",")
SHELL = (
    "<html><head><title>{title}</title></head><body><header><nav><ul><li><a href='/'>Home</a>"
    "</li><li><a href='/news'>News</a></li></ul></nav></header><main><h1>{title}</h1>"
    "<div class='entry-content'>{body}</div></main>"
    "<footer><p>Ministry of Foreign Affairs, Strelsau</p></footer></body></html>"
)


def sentences(random: Random, count: int) -> str:
    """Sentences of an invented diplomat, no two texts the same."""
    parts = (
        f"{random.choice(SUBJECTS).capitalize()} {random.choice(VERBS)}"
        f" {random.choice(OBJECTS)} of {random.randint(2, 999)} {random.choice(ENDS)}."
        for _ in range(count)
    )
    return " ".join(parts)


def transcript(random: Random) -> list[tuple[str, str]]:
    """Questions and answers, some of a few words."""
    return [
        ("p", f"{SPEAKERS[n % 3]}: {sentences(random, random.choice((1, 1, 2, 3, 6)))}")
        for n in range(500)
    ]


def speech(random: Random) -> list[tuple[str, str]]:
    return [("p", sentences(random, random.randint(3, 8))) for _ in range(260)]


def sections(random: Random) -> list[tuple[str, str]]:
    """Headings over paragraphs: a treaty, a report."""
    rows = []
    for number in range(80):
        rows.append(("h2", f"Article {number + 1}: {random.choice(OBJECTS)}"))
        rows += [("p", sentences(random, random.randint(2, 5))) for _ in range(3)]
    return rows


def of_paragraphs(rows: list[tuple[str, str]]) -> str:
    return "\n".join(f"<{tag}>{text}</{tag}>" for tag, text in rows)


def of_parts(rows: list[tuple[str, str]], part: str, row: str) -> str:
    """Paragraphs, and under each a list or table of twelve."""
    texts = [text for _, text in rows]
    cut = [texts[n : n + 13] for n in range(0, len(texts), 13)]
    return "".join(
        f"<p>{head}</p><{part}>{''.join(row.format(text) for text in rest)}</{part}>"
        for head, *rest in cut
    )


def of_lists(rows: list[tuple[str, str]]) -> str:
    return of_parts(rows, "ol", "<li>{}</li>")


def of_tables(rows: list[tuple[str, str]]) -> str:
    return of_parts(rows, "table", "<tr><td>1</td><td>{}</td></tr>")


@pytest.mark.parametrize(
    ("make", "wrap", "shell"),
    [
        (transcript, of_paragraphs, SHELL),
        (transcript, of_paragraphs, "{body}"),
        (speech, of_paragraphs, SHELL),
        (speech, of_paragraphs, "{body}"),
        (sections, of_paragraphs, SHELL),
        (sections, of_paragraphs, "{body}"),
        (speech, of_lists, SHELL),
        (speech, of_tables, SHELL),
    ],
    ids="transcript transcript-body speech speech-body sections sections-body lists tables".split(),
)
def test_a_long_page_comes_out_whole(
    make: Callable[[Random], list[tuple[str, str]]],
    wrap: Callable[[list[tuple[str, str]]], str],
    shell: str,
) -> None:
    rows = make(Random(7))
    title = "Briefing of the foreign ministry, 2 June"
    source = shell.format(title=title, body=wrap(rows))
    assert len(source.split()) > 12_000
    text = clean_page(Page(source.encode(), "long.html", "text/html", COLLECTED)).text
    missing = [line for _, line in rows if line not in text]
    assert missing == []
    assert "Home" not in text
    assert "Ministry of Foreign Affairs, Strelsau" not in text
