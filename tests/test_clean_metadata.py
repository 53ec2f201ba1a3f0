"""What a cleaned page says of itself: each fact, and what must never be taken for one."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from searchkit.clean import clean_page
from searchkit.records import Document, Page
from tests.pages import COLLECTED, URL, clean_html

BODY = (
    "<p>The ministers of Ruritania and Grand Fenwick agreed in Strelsau on the river treaty, "
    "and thanked the mediators, whose patience had carried the talks through the winter.</p>"
    "<p>Both sides will exchange the documents in spring, when the snow on the passes melts.</p>"
)
STAMP = "<meta property=article:published_time content={}>"
JSON_LD = '<script type="application/ld+json">{}</script>'


def page(head: str = "", body: str = "", lang: str = "en") -> str:
    return f"<html lang={lang}><head>{head}</head><body><h1>Talks resume</h1>{body}{BODY}</body>"


# --- the day of the site's own clock ---------------------------------------------------


@pytest.mark.parametrize(
    ("stamp", "shown", "day"),
    [
        ("2024-03-12T03:30:00Z", "<time datetime=2024-03-11T22:30:00-05:00>x</time>", "2024-03-11"),
        ("2024-03-12T03:30:00Z", "<time datetime=00-YY>Mar 11, 2024 10:30pm</time>", "2024-03-11"),
        ("2024-03-12T03:30:00Z", "<span class=date>11 March 2024</span>", "2024-03-11"),
        ("2024-03-11T18:30:00+00:00", "<time>March 12, 2024 — 5.30am</time>", "2024-03-12"),
        ("2024-03-12", "<time itemprop=datePublished>11 March 2024</time>", "2024-03-11"),
        # No place has the next day at half past nine in the morning, UTC: another story's date.
        ("2024-03-11T09:30:00Z", "<time>March 12, 2024</time>", "2024-03-11"),
        ("2024-03-11T16:30:00Z", "<time>March 10, 2024</time>", "2024-03-11"),
        # Two days apart is no matter of clocks, and an own zone needs no help.
        ("2024-03-11T03:30:00Z", "<time>March 9, 2024</time>", "2024-03-11"),
        ("2024-03-11T03:30:00+0300", "<time>March 10, 2024</time>", "2024-03-11"),
        # Which day an all-digit date means is not sure enough to move a stamp.
        ("2024-04-03T03:30:00Z", "<span class=date>02/04/2024</span>", "2024-04-03"),
        ("2024-03", "<time>March 10, 2024</time>", "2024-03"),
    ],
)
def test_the_day_that_a_reader_sees(stamp: str, shown: str, day: str) -> None:
    document = clean_html(page(STAMP.format(stamp), shown))
    assert (document.published, document.published_source) == (day, "meta article:published_time")


def test_the_address_tells_the_day_where_the_page_shows_none() -> None:
    html = page(STAMP.format("2024-03-12T03:30:00Z"))
    assert clean_html(html, "https://mfa.example/2024/03/11/talks").published == "2024-03-11"


def test_the_creation_of_a_text_is_not_its_publication() -> None:
    created = "<meta name=dcterms.created content=2024-03-09T10:00:00-05:00>"
    article = JSON_LD.format('{"@type": "NewsArticle", "datePublished": "2024-03-11T10:00:00Z"}')
    assert clean_html(page(created + article)).published == "2024-03-11"
    alone = clean_html(page(created))
    assert (alone.published, alone.published_certainty) == ("2024-03-09", "likely")


@pytest.mark.parametrize(
    ("url", "lang", "day", "certainty"),
    [
        ("https://state.ruritania.gov/news/1", "en", "2024-03-04", "likely"),
        ("https://mfa.gov.uk/news/1", "en-US", "2024-04-03", "likely"),
        ("https://mfa.example/news/1", "fr", "2024-04-03", "likely"),
        ("https://mfa.example/news/1", "en-GB", "2024-04-03", "likely"),
        ("https://mfa.example/news/1", "en-US", "2024-03-04", "guess"),
        ("https://mfa.example/news/1", "en", "2024-04-03", "guess"),
    ],
)
def test_the_order_of_day_and_month(url: str, lang: str, day: str, certainty: str) -> None:
    document = clean_html(page(body="<span class=date>03/04/2024</span>", lang=lang), url)
    assert (document.published, document.published_certainty) == (day, certainty)


def test_a_page_that_shows_no_date_has_none() -> None:
    assert clean_html(page(), URL).published is None


# --- titles ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "heading", "title"),
    [
        ("Opinion | Our river runs", "<b>Opinion</b> Our river runs", "Our river runs"),
        ("Our river runs | Editorial", "Our river runs | Editorial", "Our river runs"),
        ("Opinion of the court", "Opinion of the court", "Opinion of the court"),
        ("The Strelsau list", "The <i>Strelsau</i>&rsquo;s list", "The Strelsau list"),
        ("The Post’s list", "The <i>Post</i>&rsquo;s list", "The Post’s list"),
        ("« Oui » : c’est à nous", "« Oui » : <i>c’est à nous</i>", "« Oui » : c’est à nous"),
    ],
)
def test_a_headline_without_kind_and_tears(claim: str, heading: str, title: str) -> None:
    head = f"<head><meta property=og:title content='{claim}'></head>"
    assert clean_html(f"{head}<body><h1>{heading}</h1>{BODY}").title == title


# --- authors ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("authors", "kept"),
    [
        ('[{"name": "Ana Example"}, {"name": "Reuters"}]', ("Ana Example",)),
        ('[{"name": "The Associated Press"}]', ("The Associated Press",)),
        ('"Ana Example, RDN, Ph.D."', ("Ana Example",)),
        ('"MFA"', ()),
        ('"mfa.gov press"', ()),
        ('"Example.net Brand Room"', ()),
        ('{"name": ["Jo Sample", 7]}', ("Jo Sample",)),
    ],
)
def test_people_before_agencies_and_never_the_house(authors: str, kept: tuple[str, ...]) -> None:
    linked = JSON_LD.format(f'{{"@type": "NewsArticle", "author": {authors}}}')
    assert clean_html(page(linked)).authors == kept


def test_authors_of_other_texts_on_the_page_are_not_its_own() -> None:
    items = ", ".join(
        f'{{"@type": "NewsArticle", "author": {{"name": "{name}"}}}}'
        for name in ("Ana Example", "Jo Sample")
    )
    assert clean_html(page(JSON_LD.format(f"[{items}]"))).authors == ("Ana Example",)


# --- addresses of saved pages, evidence ------------------------------------------------

CANONICAL = "<link rel=canonical href='{}'>"


@pytest.mark.parametrize(
    ("head", "url"),
    [
        (CANONICAL.format("https://mfa.example/n/1?utm_source=x#top"), "https://mfa.example/n/1"),
        ("<meta property=og:url content=https://mfa.example/n/1>", "https://mfa.example/n/1"),
        (CANONICAL.format("https://mfa.example/?id=7"), "https://mfa.example/?id=7"),
        (CANONICAL.format("https://mfa.example/"), None),
        (CANONICAL.format("/n/1"), None),
        (CANONICAL.format("javascript:alert(1)"), None),
        (CANONICAL.format("file:///etc/hostname"), None),
        (CANONICAL.format("http://["), None),
        (CANONICAL.format("https://mfa.example/" + "a" * 5000), None),
    ],
)
def test_a_saved_page_tells_its_own_address(head: str, url: str | None) -> None:
    document = clean_html(page(head), None)
    assert document.url == url
    assert document.site == ("mfa.example" if url else None)


def test_a_saved_page_meets_its_twin() -> None:
    saved = clean_html(page(CANONICAL.format(URL)), None)
    assert saved.id == clean_html(page(), URL).id
    assert saved.id != clean_html(page(), None).id


def test_each_fact_tells_where_it_was_read() -> None:
    linked = JSON_LD.format(
        '{"@type": "Article", "headline": "Talks resume", "author": "Ana Example",'
        ' "dateModified": "2024-03-12"}'
    )
    document = clean_html(page(CANONICAL.format(URL) + linked), None)
    assert {row.fact: (row.source, row.certainty) for row in document.evidence} == {
        "title": ("h1", "certain"),
        "url": ("canonical link", "likely"),
        "modified": ("json-ld", "certain"),
        "authors": ("json-ld", "certain"),
        "language": ("text and html lang", "certain"),
    }


def test_what_is_given_is_evidence_of_itself() -> None:
    document = clean_html(page(lang="fr"), title="Given", language="en")
    rows = {row.fact: (row.source, row.certainty) for row in document.evidence}
    assert rows == {
        "title": ("given", "certain"),
        "language": ("given", "certain"),
        "url": ("address", "certain"),
    }


# --- language --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "language", "source"),
    [("en", "en", "text and html lang"), ("de", "en", "text"), ("x-default", "en", "text")],
)
def test_the_text_beats_what_a_template_says(lang: str, language: str, source: str) -> None:
    document = clean_html(page(lang=lang))
    rows = {row.fact: row.source for row in document.evidence}
    assert (document.language, rows["language"]) == (language, source)


# --- measured --------------------------------------------------------------------------

FLOORS: dict[str, float] = json.loads(
    (Path(__file__).parent / "floors.json").read_text(encoding="utf-8")
)["cleaning"]
SAMPLED = 2  # every second page; `SAMPLED = 1` gives the figures of docs/quality.md


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def cleaned(path: Path, url: str) -> Document:
    body = gzip.decompress(path.read_bytes())
    return clean_page(Page(body, path.name, "text/html", COLLECTED, url=url))


def shares(rows: list[tuple[dict[str, Any], Document]]) -> tuple[float, float]:
    """Of all pages, the share with exactly the true title, and with the true day."""
    titles = sum(one_line(found.title) == one_line(true["title"]) for true, found in rows)
    dates = sum(found.published == true["date"] for true, found in rows)
    return titles / len(rows), dates / len(rows)


def test_metadata_of_news(measuring_data: Path) -> None:
    folder = measuring_data / "data" / "pages" / "atf"
    truth = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    unsigned = [key for key, row in truth.items() if not row["authors"]]
    rows = {
        key: (truth[key], cleaned(folder / "html" / f"{key}.html.gz", truth[key]["url"]))
        for key in dict.fromkeys([*list(truth)[::SAMPLED], *unsigned])
    }
    titles, dates = shares([rows[key] for key in list(truth)[::SAMPLED]])
    assert titles >= FLOORS["titles, atf"]
    assert dates >= FLOORS["dates, atf"]
    invented = sum(bool(rows[key][1].authors) for key in unsigned) / len(unsigned)
    assert invented <= FLOORS["authors invented, atf"]


def test_metadata_of_official_pages(measuring_data: Path) -> None:
    folder = measuring_data / "data" / "pages" / "kremlin"
    truth = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    titles, dates = shares(
        [(row, cleaned(folder / f"{row['file']}.gz", row["url"])) for row in truth[::SAMPLED]]
    )
    assert titles >= FLOORS["titles, kremlin"]
    assert dates >= FLOORS["dates, kremlin"]
