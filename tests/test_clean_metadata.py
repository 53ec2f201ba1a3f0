"""What a cleaned page says of itself: each fact, and what must never be taken for one."""

from __future__ import annotations

import pytest

from tests.pages import URL, clean_html

BODY = (
    "<p>The ministers of Ruritania and Grand Fenwick agreed in Strelsau on the river treaty, and "
    "thanked the mediators, whose patience, they said, had carried the talks through the winter.</p>"
    "<p>Both sides will exchange the documents in the spring, when the snow on the passes melts.</p>"
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
