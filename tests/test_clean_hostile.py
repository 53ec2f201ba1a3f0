"""Hostile pages are read within two seconds of CPU time, or refused in one line.

Each case names what it is made of.  A page that can be read keeps the statement beside the
bomb; one that is refused says what there is too much of.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from searchkit.clean import clean_page
from searchkit.errors import InputError
from searchkit.records import Page
from tests.pages import COLLECTED, URL

LIMIT_S = 2.0
MILLION = 1_000_000
STATEMENT = (
    "The Ministry of Foreign Affairs of Ruritania welcomes the agreement reached in Strelsau on"
    " the exchange of prisoners, and thanks the mediators."
)
ARTICLE = '{"@type":"NewsArticle","author":"Staff"}'
CHARACTERS, PARAGRAPHS, TAGS = (
    "more than 3,000,000 characters of text", "more than 32,000 paragraphs",
    "more than 250,000 tags",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """A page, made only when it is its turn; ``refused`` is the reason, None: it is read."""

    make: Callable[[], str | bytes]
    refused: str | None = None
    media_type: str = "text/html"


def page(bomb: str) -> str:
    """A page with the bomb between two paragraphs."""
    return (
        f"<html><body><article><h1>Talks resume</h1><p>{STATEMENT}</p>{bomb}"
        f"<p>{STATEMENT[::-1]}.</p></article></body></html>"
    )


def head(bomb: str) -> str:
    """A page with the bomb in its head."""
    return f"<html><head>{bomb}</head><body><h1>Talks resume</h1><p>{STATEMENT}</p></body></html>"


def in_paragraph(bomb: str) -> Callable[[], str]:
    return lambda: page(f"<p>{bomb}</p>")


def numbered(template: str, count: int) -> str:
    """The template so many times, each ``#`` its number."""
    return "".join(template.replace("#", str(number)) for number in range(count))


def json_ld(data: str, scripts: int = 1) -> str:
    return head(f'<script type="application/ld+json">{data}</script>' * scripts)


def record(text: str, **fields: str) -> bytes:
    return json.dumps({"text": f"{STATEMENT}\n\n{text}", **fields}).encode()


def plain(text: str) -> str:
    return f"Talks resume\n\n{STATEMENT}\n\n{text}"


def pdf(content: bytes, pages: int) -> bytes:
    """A PDF that shows one packed stream on so many pages."""
    packed = zlib.compress(content, 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (b"3 0 R " * pages, pages),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 5 0 R"
        b"/Resources<</Font<</F 4 0 R>>>>>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed),
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, rows)
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return body + table + trailer % (len(objects) + 1, len(body))


CASES = {
    # Tags
    "a megabyte of nested tags": Case(
        lambda: page("<div class=a><b><i><span lang=en>" * (MILLION // 33))
    ),
    "a megabyte of bold in bold": Case(lambda: page("<b>" * (MILLION // 3)), TAGS),
    "249,000 paragraphs never closed": Case(lambda: page("<p>" * 249_000)),
    "124,000 empty boxes": Case(lambda: page("<div class=a></div>" * 124_000)),
    "100,000 open boxes": Case(lambda: page("<div>" * 100_000)),
    "144,000 crossed tags": Case(lambda: page("<a><b><i></a></b></i>" * 24_000)),
    "5,000 tables in tables": Case(lambda: page("<table><tr><td>" * 5_000 + "x")),
    "60,000 forms in forms": Case(lambda: page("<form>" * 60_000)),
    "100,000 hidden spans": Case(lambda: page("<span hidden>x" * 100_000)),
    "149,000 line breaks in a line": Case(lambda: page("x<br>" * 149_000)),
    "140,000 line breaks": Case(lambda: page("He said so.<br>" * 140_000), PARAGRAPHS),
    "a million closing tags": Case(lambda: page("</div>" * MILLION), TAGS),
    # Attributes
    "100,000 attributes": Case(lambda: page(f"<p {numbered('a#=1 ', 100_000)}>x")),
    "2,000 tags of 190 attributes": Case(
        lambda: page(f"<p {numbered('a# ', 190)}>x</p>" * 2_000)
    ),
    "a class of 10 MB": Case(lambda: page(f"<div class='{'share-nav ' * MILLION}'>x</div>")),
    "10,000 classes of 500 characters": Case(
        lambda: page(numbered(f"<div class='#{'x-y' * 160}'>x</div>", 10_000))
    ),
    "a style of spaces": Case(lambda: page(f"<div style='display{' ' * 3 * MILLION}'>x</div>")),
    # Text
    "a line of 10 MB": Case(in_paragraph("word " * 2 * MILLION), CHARACTERS),
    "a line of 10 MB, plain": Case(lambda: plain("He said so. " * 850_000), CHARACTERS,
                                   "text/plain"),
    "a line of 10 MB, a record": Case(lambda: record("word " * 2 * MILLION), CHARACTERS,
                                      "application/json"),
    "a line just below the bound": Case(in_paragraph("word " * 590_000)),
    "31,000 paragraphs": Case(lambda: page(numbered("<p>He said # that it was so.</p>", 31_000))),
    "60,000 paragraphs": Case(lambda: page("<p>He said so.</p>" * 60_000), PARAGRAPHS),
    "a million lines": Case(lambda: plain("\n".join(map(str, range(MILLION)))), CHARACTERS,
                            "text/plain"),
    "31,000 dates, a paragraph each": Case(
        lambda: page(numbered("<p>3 March 2024, 1#:00</p>", 31_000))
    ),
    "a page of 4,900 lines without its markup": Case(
        lambda: plain("\n".join(f"{n},{'1/1/2020 ' * 7}" for n in range(4_900))),
        media_type="text/plain",
    ),
    "wrapped lines with hyphens": Case(
        lambda: plain("the ministers of both sides agreed on the text of the riv-\n" * 50_000),
        media_type="text/plain",
    ),
    # What a scanner of markup may read again and again
    "10 MB of <": Case(lambda: page("<" * 10 * MILLION), CHARACTERS),
    "10 MB of </": Case(lambda: page("</" * 5 * MILLION)),
    "comments never closed": Case(lambda: page("<!-- -- " * MILLION)),
    "quotes never closed": Case(lambda: page("<a '\"" * 2 * MILLION)),
    "a million references to a control": Case(lambda: page("&#27;" * MILLION)),
    "references of 5,000 digits": Case(lambda: page(f"&#{'9' * 5_000};" * 2_000)),
    "an ampersand escaped 700,000 times": Case(lambda: page("&" + "amp;" * 700_000)),
    "40,000 scripts never closed": Case(lambda: page("<script>" * 40_000)),
    "declarations never closed": Case(lambda: page("<![CDATA[" * MILLION)),
    "a doctype of 6 MB": Case(lambda: f"<!DOCTYPE {'x ' * 3 * MILLION}>{page('')}"),
    # Facts
    "30,000 dates in metas": Case(
        lambda: head("<meta property=article:published_time content='not a day 99'>" * 30_000)
    ),
    "70,000 dates that are none": Case(lambda: page("<time>1 March 20</time>" * 70_000)),
    "70,000 by-lines": Case(lambda: page("<span class=byline>By x</span>" * 70_000)),
    "half a million authors": Case(
        lambda: head(f"<meta name=author content='{'A, ' * 500_000}'>")
    ),
    "a title of separators": Case(lambda: head(f"<title>{'- ' * MILLION}</title>")),
    "JSON in JSON, 100,000 deep": Case(lambda: json_ld('{"a":' * 100_000)),
    "25 MB of JSON": Case(
        lambda: json_ld(f"[{','.join([ARTICLE] * 20_000)}]", 28)
    ),
    "70,000 scripts of JSON": Case(lambda: json_ld(ARTICLE, 70_000)),
    "an address of 6 MB": Case(
        lambda: record("x", url=f"https://mfa.example/{'a/../' * MILLION}"),
        "url is longer than 100,000 characters", "application/json",
    ),
    # Characters
    "three million accents on a letter": Case(in_paragraph("e" + "\u0301" * 2_900_000)),
    "900,000 letters turned round": Case(in_paragraph("\u202e\u2066x" * 900_000)),
    "three million bytes that are no UTF-8": Case(
        lambda: b"<meta charset=utf-8>" + page("").encode() + b"\xc3" * 2_900_000
    ),
    # PDF
    "one stream on 3,000 pages": Case(
        lambda: pdf(b"BT /F 9 Tf " + b"(word ) Tj " * 2_000 + b"ET", 3_000), CHARACTERS,
        "application/pdf",
    ),
}  # fmt: skip

# What a regex of a banner, a date or a name may begin at every place, and go on with to the end.
UNITS = {
    "spaces": " ", "line breaks": "\n", "digits": "7", "capitals": "A", "stops": ".",
    "dashes": "-", "commas": ",", "quotes": '"', "bars": "|", "under": "_", "names": "Ab ",
    "months": "1 jan ", "all-digit dates": "1/1/", "ISO dates": "2024-", "numerals": "ivx ",
    "by": "by ", "read": "read ", "share": "share ", "subscribe": "subscribe to ",
    "cookies": "cookies ", "views": "the author's views ", "tags": "tags: ", "photos": "photo: ",
    "handles": "follow @a ", "rights": "© all rights ", "turns": "Q: ",
}  # fmt: skip
SHAPES: dict[str, Callable[[str], str]] = {
    "one line": lambda unit: unit * (MILLION // len(unit)),
    "long lines": lambda unit: "\n\n".join((unit * 560)[:560] + str(n) for n in range(600)),
    "short lines": lambda unit: "\n\n".join((unit * 85)[:85] + str(n) for n in range(1_000)),
}


def told_in_time(body: str | bytes, media_type: str) -> str:
    """What `cleaned_s` tells, if it took no longer than the limit, now or once more.

    Other processes make a second of CPU time longer; what is slow is so again.
    """
    told, took = cleaned_s(body, media_type)
    if took > LIMIT_S:
        told, took = cleaned_s(body, media_type)
    assert took <= LIMIT_S
    return told


def cleaned_s(body: str | bytes, media_type: str) -> tuple[str, float]:
    """The text of a page, or why it is refused, and the CPU seconds that it took."""
    body = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
    whole = Page(body, "bomb", media_type, COLLECTED, url=URL)
    begun = time.process_time()
    try:
        told = clean_page(whole).text
    except InputError as error:
        told = str(error)
    return told, time.process_time() - begun


@pytest.fixture(scope="module", autouse=True)
def models_are_read() -> None:
    """What is read on first use is no page's time."""
    cleaned_s(page(""), "text/html")


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_page_is_read_in_two_seconds_or_refused(name: str) -> None:
    case = CASES[name]
    assert (case.refused or STATEMENT) in told_in_time(case.make(), case.media_type)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("unit", UNITS)
def test_no_pattern_reads_a_text_twice(unit: str, shape: str) -> None:
    assert STATEMENT in told_in_time(plain(SHAPES[shape](UNITS[unit])), "text/plain")
