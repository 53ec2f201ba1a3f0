"""What a page says of itself: title, dates, site, authors, address.

In comes the parsed tree of an HTML page, out goes `Metadata`, with the place where each
fact was read.  What is not stated stays None: a wrong author is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree

from searchkit.clean.facts import Facts, line_of, read_facts, stated
from searchkit.clean.published import (
    CLASSED,
    Published,
    find_modified,
    find_published,
    printed_line,
)
from searchkit.clean.text import paragraph_key
from searchkit.records import Certainty, Evidence, Page
from searchkit.urls import canonical_url, site_of, split_url

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

# What kind of text it is, set off from a headline: "Opinion | Our river", "Our river | Editorial".
KIND = "opinion|editorial|analysis|commentary|perspective|op-ed|letter"
KIND_BEFORE = re.compile(rf"(?P<kind>{KIND})\s*\|\s*", re.I)
KIND_AFTER = re.compile(rf"\s*\|\s*(?:{KIND})$", re.I)
# Where elements within a headline were joined: "The Times" "'s list".
TORN_ENDING = re.compile(r" (?=['’](?:s|t|d|m|re|ll|ve)\b)")

# A saved page tells its own address; longer ones are no addresses of statements.
LONGEST_URL = 2000

# Agencies are the authors of a text only where no person is.
AGENCY = re.compile(
    r"(?:the )?(?:associated press|ap|reuters|afp|agence france-presse|dpa|efe|ansa|tass|xinhua"
    r"|interfax|anadolu(?: agency)?|upi|pa media|kyodo(?: news)?|yonhap)$",
    re.I,
)
# What follows a name after a comma: "RDN", "Ph.D.", "MBA".
CREDENTIAL = re.compile(r"(?:(?:[A-Z]{2,5}|Ph\.? ?D\.?|M\.[ADS]\.|Ed\.D\.)(?:, ?|$))+$")
# By-lines that name nobody.
NOBODY = re.compile(
    r"(?:by )?(?:(?:web ?)?admin(?:istrator)?|editors?|editorial(?: team| staff| board| desk)?"
    r"|staff|(?:news ?|web ?|online ?)?(?:desk|room|team)|webmaster|guest(?: author)?|user\d*"
    r"|author|unknown|anonymous|.*\b(?:staff|desk|newsroom|webdesk|editorial team)|contributors?"
    r"|website|root|super user|press (?:office|service|release)|none|null|n/?a|default|redaktion"
    r"|redacción|редакция|view all posts.*)$",
    re.I,
)
NOT_A_NAME = re.compile(r"https?:|www\.|@|[<>{}|=]|\d{2}|\.(?:com|net|org|info|gov|tv)\b", re.I)
BY = re.compile(
    r"^(?:by|von|par|por|di|da|от|автор|author|written by|posted by|words by)\s*[:.]?\s+", re.I
)
AUTHOR_SPLIT = re.compile(
    r"\s*(?:;|,(?!\s*(?:jr|sr|ph\.?d|md|esq)\b)|\band\b|\bund\b|&|\bet\b(?= [A-Z]))\s*", re.I
)
LONGEST_NAME_WORDS = 5
MOST_BYLINES, LONGEST_BYLINE = 20, 80
MARKED_AUTHORS = etree.XPath("//*[@rel='author' or @itemprop='author']")
ITEM_NAMES = etree.XPath("descendant::*[@itemprop='name']")


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
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    """A text and where it was read."""

    text: str
    source: str
    certainty: Certainty = "certain"


def read_metadata(root: Any, page: Page) -> Metadata:
    """Everything that a page states about itself."""
    facts = read_facts(root)
    site = _site(facts)
    url = _own_url(facts) if page.url is None else _canonical(facts, page.url)
    address = page.url or (url.text if url else None)
    title = _title(facts, site, address)
    published = find_published(facts, address, page.fetched_at)
    modified = find_modified(facts, page.fetched_at)
    authors, authors_read = _authors(facts, site, address)
    return Metadata(
        title=title.text if title else None,
        published=published.day if published else None,
        published_source=published.source if published else None,
        published_certainty=published.certainty if published else None,
        modified=modified.day if modified else None,
        language=root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        site=site or (site_of(address) if address else None),
        authors=authors,
        url=url.text if url else None,
        evidence=_evidence(title=title, url=url, modified=modified, authors=authors_read),
    )


def _evidence(**found: _Read | Published | None) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(fact, read.source, read.certainty)  # type: ignore[arg-type]
        for fact, read in found.items()
        if read
    )


def dated(facts: Metadata, line: str | None, root: Any, page: Page) -> Metadata:
    """The same facts, dated by a line printed at the headline where nothing else dates them."""
    if line is None or facts.published is not None:
        return facts
    found = printed_line(line, root, facts.url or page.url, page.fetched_at)
    if found is None:
        return facts
    return replace(
        facts,
        published=found.day,
        published_source=found.source,
        published_certainty=found.certainty,
    )


def _site(facts: Facts) -> str | None:
    for _, content in stated(facts.metas, SITE_METAS):
        if name := line_of(content):
            return name
    for item in facts.items:
        publisher = item.get("publisher")
        if isinstance(publisher, dict) and isinstance(publisher.get("name"), str):
            return line_of(publisher["name"]) or None
    return None


def _title(facts: Facts, site: str | None, url: str | None) -> _Read | None:
    """The headline: the page's h1 where a title tag agrees, else the titles in order."""
    claims = list(_title_claims(facts))
    if not claims and (line := _only_subheading(facts.root)):
        return _Read(without_site(line, site, url), "h2", "likely")
    claims += [
        _Read(text, "title element", "likely")
        for tag in islice(facts.root.iter("title"), 1)
        if (text := line_of("".join(tag.itertext())))
    ]
    keys = [paragraph_key(claim.text) for claim in claims]
    headings = islice(facts.root.iter("h1"), MOST_HEADINGS)
    lines = [_heading_line(heading) for heading in headings]
    for line in lines:
        key = paragraph_key(line)
        if len(key) >= SHORTEST_TITLE and any(key in other for other in keys):
            return _Read(_without_kind(without_site(line, site, url), claims), "h1")
    for claim in claims:
        if shorter := without_site(claim.text, site, url):
            return replace(claim, text=_without_kind(shorter, claims))
    return next((_Read(line, "h1", "likely") for line in lines if line), None)


def _title_claims(facts: Facts) -> Iterator[_Read]:
    """The titles that a page gives for others to show: meta tags, then JSON-LD."""
    for name, content in stated(facts.metas, TITLE_METAS):
        if text := line_of(content):
            yield _Read(text, f"meta {name}")
    for item in facts.items:
        headline = item.get("headline")
        if isinstance(headline, str) and (text := line_of(headline)):
            yield _Read(text, "json-ld")


def _heading_line(heading: Any) -> str:
    return TORN_ENDING.sub("", line_of(" ".join(heading.itertext())))


def _without_kind(title: str, claims: list[_Read]) -> str:
    """A headline without the kind of text that it or a claim sets off by a bar."""
    for text in (title, *(claim.text for claim in claims)):
        before = KIND_BEFORE.match(text)
        kind = before["kind"].casefold() + " " if before else ""
        if before and title.casefold().startswith(kind):
            title = title[len(kind) :].lstrip(" |")
    return KIND_AFTER.sub("", title) or title


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


def _authors(
    facts: Facts, site: str | None, url: str | None
) -> tuple[tuple[str, ...], _Read | None]:
    """The people (or agencies) that a page names as its authors; none beats an invented one."""
    houses = _house_keys(site, url)
    for source, certainty, read in AUTHOR_SOURCES:
        names: dict[str, None] = {}
        for text in read(facts):
            parts = AUTHOR_SPLIT.split(BY.sub("", line_of(text)))
            for place, name in enumerate(parts):
                if _is_name(name, houses) and not (place and CREDENTIAL.match(name)):
                    names.setdefault(name, None)
        people = tuple(name for name in names if not AGENCY.match(name))
        if names:
            return people or tuple(names), _Read("", source, certainty)
    return (), None


def _house_keys(site: str | None, url: str | None) -> tuple[str, str]:
    """The keys of the site's name and of its host's: a site is not the author of its texts."""
    host = (site_of(url) if url else None) or ""
    return paragraph_key(site or ""), paragraph_key("".join(host.split(".")[-2:-1]))


def _is_name(name: str, houses: tuple[str, str]) -> bool:
    words = name.split()
    key = paragraph_key(re.sub(r"^the ", "", name, flags=re.I))
    site, host = houses
    return (
        0 < len(words) <= LONGEST_NAME_WORDS
        and len(name) > 2
        and any(word[:1].isupper() or not word[:1].isascii() for word in words)
        and not NOT_A_NAME.search(name)
        and not NOBODY.match(name)
        and key not in (site, site.removeprefix("the"))
        and (len(words) > 1 or key != host)  # a person's own site is called like its author
    )


def _linked_authors(facts: Facts) -> Iterator[str]:
    """Those of the first item that has any: the page's text, not others told on it."""
    for item in facts.items:
        if found := list(_item_authors(item)):
            yield from found
            return


def _item_authors(item: dict[str, Any]) -> Iterator[str]:
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
    for element in MARKED_AUTHORS(facts.root)[:MOST_BYLINES]:
        inner = ITEM_NAMES(element)[:1]
        yield " ".join(islice((inner[0] if inner else element).itertext(), MOST_BYLINES))


def _printed_authors(facts: Facts) -> Iterator[str]:
    """By-lines in elements that are called so and begin with "By"."""
    named = (e for e in CLASSED(facts.root) if "byline" in e.get("class"))
    for element in islice(named, MOST_BYLINES):
        text = line_of(" ".join(islice(element.itertext(), MOST_BYLINES)))
        if BY.match(text) and len(text) <= LONGEST_BYLINE:
            yield text


AUTHOR_SOURCES: tuple[tuple[str, Certainty, Callable[[Facts], Iterator[str]]], ...] = (
    ("json-ld", "certain", _linked_authors),
    ("meta", "certain", _meta_authors),
    ("author link", "likely", _marked_authors),
    ("by-line", "likely", _printed_authors),
)


def _canonical_links(root: Any) -> Iterator[str]:
    for link in root.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href"):
            yield link.get("href").strip()


def _canonical(facts: Facts, url: str) -> _Read:
    """The canonical address where it is of the same site and no mere front page."""
    for reference in _canonical_links(facts.root):
        claim = _joined(url, reference)
        if claim and site_of(claim) == site_of(url):
            return _Read(canonical_url(claim), "canonical link")
    return _Read(canonical_url(url), "address")


def _own_url(facts: Facts) -> _Read | None:
    """The address that a saved page gives itself; a front page is no page's own address."""
    claims = [("canonical link", claim) for claim in _canonical_links(facts.root)]
    claims += [("meta og:url", claim) for _, claim in stated(facts.metas, ("og:url",))]
    for source, claim in claims:
        parts = split_url(claim) if len(claim) <= LONGEST_URL else None
        if parts and (parts.path not in ("", "/") or parts.query):
            return _Read(canonical_url(claim), source, "likely")
    return None


def _joined(url: str, reference: str) -> str | None:
    """The address of a reference on a page, None where it is none or the site's front page."""
    try:
        claim = urljoin(url, reference)
        front = urlsplit(claim).path in ("", "/") and urlsplit(url).path not in ("", "/")
    except ValueError:  # "http://[": urllib reads it as a broken IPv6 host
        return None
    return None if front else claim
