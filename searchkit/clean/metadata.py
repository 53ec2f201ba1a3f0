"""What a page says of itself: title, dates, site, authors, address.

In comes the parsed tree of an HTML page, out goes `Metadata`.  What is not stated stays
None: a wrong author is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

from searchkit.clean.facts import Facts, line_of, read_facts, stated
from searchkit.clean.published import find_modified, find_published
from searchkit.clean.text import paragraph_key
from searchkit.dates import is_ambiguous, parse_date
from searchkit.records import Certainty, Page
from searchkit.urls import canonical_url, site_of

AUTHOR_METAS = (
    "author", "article:author", "parsely-author", "sailthru.author", "byl", "dc.creator",
    "citation_author", "article.author",
)  # fmt: skip
SITE_METAS = ("og:site_name", "application-name", "apple-mobile-web-app-title", "dc.publisher")
TITLE_METAS = ("og:title", "twitter:title", "dc.title", "dcterms.title", "parsely-title")

# Between a headline and the site's name.
SEPARATOR = re.compile(r"\s+[|\-–—·•»:]+\s+|\s*[|»]\s*|\s+::\s+")
# Longer ends are rather half of a headline than a site's name.
LONGEST_SITE_WORDS = 6
# Pages of a thousand h1 exist; the headline is among the first.
MOST_HEADINGS = 20
SHORTEST_TITLE = 9  # characters of the key: "News" stands in every title

# By-lines that name nobody.
NOBODY = re.compile(
    r"(?:by )?(?:(?:web ?)?admin(?:istrator)?|editors?|editorial(?: team| staff| board| desk)?"
    r"|staff|(?:news ?|web ?|online ?)?(?:desk|room|team)|webmaster|guest(?: author)?|user\d*"
    r"|author|unknown|anonymous|.*\b(?:staff|desk|newsroom|webdesk|editorial team)|contributors?"
    r"|website|root|super user|press (?:office|service|release)|none|null|n/?a|default|redaktion"
    r"|redacción|редакция|view all posts.*)$",
    re.I,
)
NOT_A_NAME = re.compile(r"https?:|www\.|@|[<>{}|=]|\d{2}|\.com\b", re.I)
BY = re.compile(
    r"^(?:by|von|par|por|di|da|от|автор|author|written by|posted by|words by)\s*[:.]?\s+", re.I
)
AUTHOR_SPLIT = re.compile(
    r"\s*(?:;|,(?!\s*(?:jr|sr|ph\.?d|md|esq)\b)|\band\b|\bund\b|&|\bet\b(?= [A-Z]))\s*", re.I
)
LONGEST_NAME_WORDS = 5
MOST_BYLINES, LONGEST_BYLINE = 20, 80


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page states; ``url`` is the canonical one where it is of the same site."""

    title: str | None = None
    published: str | None = None
    published_source: str | None = None
    published_certainty: Certainty | None = None
    modified: str | None = None
    language: str | None = None
    site: str | None = None
    authors: tuple[str, ...] = ()
    url: str | None = None


def read_metadata(root: Any, page: Page) -> Metadata:
    """Everything that a page states about itself."""
    facts = read_facts(root)
    site = _site(facts)
    published = find_published(facts, page.url, page.fetched_at)
    return Metadata(
        title=_title(facts, site, page.url),
        published=published.day if published else None,
        published_source=published.source if published else None,
        published_certainty=published.certainty if published else None,
        modified=find_modified(facts, page.fetched_at),
        language=root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        site=site or (site_of(page.url) if page.url else None),
        authors=_authors(facts, site),
        url=_canonical(facts, page.url),
    )


def dated(facts: Metadata, line: str | None, fetched_at: datetime) -> Metadata:
    """The same facts, dated by a line printed at the headline where nothing else dates them."""
    day = parse_date(line) if line and facts.published is None else None
    if line is None or day is None or day > fetched_at.date().isoformat():
        return facts
    certainty: Certainty = "guess" if is_ambiguous(line) else "likely"
    return replace(facts, published=day, published_source="text", published_certainty=certainty)


def _site(facts: Facts) -> str | None:
    for _, content in stated(facts.metas, SITE_METAS):
        if name := line_of(content):
            return name
    for item in facts.items:
        publisher = item.get("publisher")
        if isinstance(publisher, dict) and isinstance(publisher.get("name"), str):
            return line_of(publisher["name"]) or None
    return None


def _title(facts: Facts, site: str | None, url: str | None) -> str | None:
    """The headline: the page's h1 where a title tag agrees, else the titles in order."""
    claims = [line_of(content) for _, content in stated(facts.metas, TITLE_METAS)]
    claims += [line_of(i["headline"]) for i in facts.items if isinstance(i.get("headline"), str)]
    if not claims and (line := _only_subheading(facts.root)):
        return without_site(line, site, url)
    claims += [line_of("".join(t.itertext())) for t in islice(facts.root.iter("title"), 1)]
    keys = [paragraph_key(text) for text in claims if text]
    headings = islice(facts.root.iter("h1"), MOST_HEADINGS)
    lines = [line_of(" ".join(heading.itertext())) for heading in headings]
    for line in lines:
        key = paragraph_key(line)
        if len(key) >= SHORTEST_TITLE and any(key in other for other in keys):
            return without_site(line, site, url)
    for text in filter(None, claims):
        if shorter := without_site(text, site, url):
            return shorter
    return next(filter(None, lines), None)


def _only_subheading(root: Any) -> str | None:
    """The one h2 of an old page that has no h1: its headline, whatever the window is called."""
    found = list(islice(root.iter("h1", "h2"), 2))
    if len(found) != 1 or any(
        e.get("hidden") is not None or e.get("style") for e in found[0].iterancestors()
    ):
        return None
    return line_of(" ".join(found[0].itertext())) or None


def without_site(title: str, site: str | None, url: str | None) -> str:
    """A title without the site's name before or after it.

    >>> without_site("Talks resume | Example Times", "Example Times", None)
    'Talks resume'
    >>> without_site("Talks resume - mfa.example", None, "https://www.mfa.example/en/1")
    'Talks resume'
    """
    host = (site_of(url) if url else None) or ""
    names = {paragraph_key(name) for name in (site, host, *host.split(".")[-2:-1]) if name}
    for cut in (_cut_end, _cut_begin):
        while shorter := cut(title, names):
            title = shorter
    return title


def _is_site(part: str, names: set[str]) -> bool:
    key = paragraph_key(part)
    if len(part.split()) > LONGEST_SITE_WORDS:
        return False
    return any(
        key == name or (len(key) > 3 and (key in name or name in key)) for name in names if name
    )


def _cut_end(title: str, names: set[str]) -> str | None:
    seams = list(SEPARATOR.finditer(title))
    if seams and _is_site(title[seams[-1].end() :], names):
        return title[: seams[-1].start()].strip() or None
    return None


def _cut_begin(title: str, names: set[str]) -> str | None:
    seam = SEPARATOR.search(title)
    if seam and _is_site(title[: seam.start()], names):
        return title[seam.end() :].strip() or None
    return None


def _authors(facts: Facts, site: str | None) -> tuple[str, ...]:
    """The people (or agencies) that a page names as its authors; none beats an invented one."""
    for source in (_linked_authors, _meta_authors, _marked_authors, _printed_authors):
        names: dict[str, None] = {}
        for text in source(facts):
            for name in AUTHOR_SPLIT.split(BY.sub("", line_of(text))):
                if _is_name(name, site):
                    names.setdefault(name, None)
        if names:
            return tuple(names)
    return ()


def _is_name(name: str, site: str | None) -> bool:
    words = name.split()
    return (
        0 < len(words) <= LONGEST_NAME_WORDS
        and len(name) > 2
        and any(word[:1].isupper() or not word[:1].isascii() for word in words)
        and not NOT_A_NAME.search(name)
        and not NOBODY.match(name)
        and paragraph_key(name) != paragraph_key(site or "")
    )


def _linked_authors(facts: Facts) -> Iterator[str]:
    for item in facts.items:
        authors = item.get("author")
        for author in authors if isinstance(authors, list) else [authors]:
            name = author.get("name") if isinstance(author, dict) else author
            for text in name if isinstance(name, list) else [name]:
                if isinstance(text, str):
                    yield text


def _meta_authors(facts: Facts) -> Iterator[str]:
    for _, content in stated(facts.metas, AUTHOR_METAS):
        yield content


def _marked_authors(facts: Facts) -> Iterator[str]:
    marked = facts.root.xpath("//*[@rel='author' or @itemprop='author']")
    for element in marked[:MOST_BYLINES]:
        inner = element.find(".//*[@itemprop='name']")
        yield " ".join(islice((element if inner is None else inner).itertext(), MOST_BYLINES))


def _printed_authors(facts: Facts) -> Iterator[str]:
    """By-lines in elements that are called so and begin with "By"."""
    named = (e for e in facts.root.iterfind(".//body//*[@class]") if "byline" in e.get("class"))
    for element in islice(named, MOST_BYLINES):
        text = line_of(" ".join(islice(element.itertext(), MOST_BYLINES)))
        if BY.match(text) and len(text) <= LONGEST_BYLINE:
            yield text


def _canonical(facts: Facts, url: str | None) -> str | None:
    """The canonical address where it is of the same site and no mere front page."""
    if url is None:
        return None
    for link in facts.root.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href"):
            claim = _joined(url, link.get("href").strip())
            if claim and site_of(claim) == site_of(url):
                return canonical_url(claim)
    return canonical_url(url)


def _joined(url: str, reference: str) -> str | None:
    """The address of a reference on a page, None where it is none or the site's front page."""
    try:
        claim = urljoin(url, reference)
        front = urlsplit(claim).path in ("", "/") and urlsplit(url).path not in ("", "/")
    except ValueError:  # "http://[": urllib reads it as a broken IPv6 host
        return None
    return None if front else claim
