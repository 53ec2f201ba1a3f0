"""Pages that several tests of cleaning build."""

from __future__ import annotations

from datetime import UTC, datetime

from searchkit.clean import clean_page
from searchkit.records import Document, Given, Page

COLLECTED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
URL = "https://mfa.example/news/talks"


def html_page(source: str | bytes, url: str | None = URL, charset: str | None = None) -> Page:
    body = source.encode() if isinstance(source, str) else source
    return Page(body, "page.html", "text/html", COLLECTED, url=url, charset=charset)


def clean_html(
    html: str | bytes, /, url: str | None = URL, charset: str | None = None, **given: str
) -> Document:
    return clean_page(html_page(html, url, charset), Given(**given))
