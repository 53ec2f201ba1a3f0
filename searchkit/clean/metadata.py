"""What a page says of itself: title, dates, site, authors, address.

In comes the parsed tree of an HTML page, out goes `Metadata`.  A page's own statements come
before anything read from its text; what is not stated stays None.  No date is ever taken
from the future, from an event, or from the day the page was collected.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from searchkit.clean.judge import name_rule
from searchkit.clean.text import paragraph_key, tidy
from searchkit.dates import is_ambiguous, parse_date
from searchkit.records import Certainty, Page
from searchkit.urls import canonical_url, site_of

# Names of meta tags, small letters, in order of trust; "date" alone is now and then the
# day of the last change.
PUBLISHED_METAS = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished",
    "article.published", "publication_date", "citation_publication_date", "parsely-pub-date",
    "sailthru.date", "pubdate", "publishdate", "publish-date", "publish_date", "published_at",
    "cxenseparse:recs:publishtime", "dc.date.issued", "dcterms.issued", "dcterms.created",
    "dc.date.created", "rnews:datepublished",
)  # fmt: skip
LIKELY_METAS = ("date", "dc.date", "dcterms.date", "article:created", "created", "article_date_original")  # fmt: skip
MODIFIED_METAS = (
    "article:modified_time", "og:updated_time", "og:modified_time", "datemodified", "lastmod",
    "last-modified", "dcterms.modified", "dc.date.modified", "article.updated", "revised",
)  # fmt: skip
AUTHOR_METAS = ("author", "article:author", "parsely-author", "sailthru.author", "byl", "dc.creator", "citation_author", "article.author")  # fmt: skip
SITE_METAS = ("og:site_name", "application-name", "apple-mobile-web-app-title", "dc.publisher")
TITLE_METAS = ("og:title", "twitter:title", "dc.title", "dcterms.title", "parsely-title")

ARTICLE_TYPES = re.compile(r"(?:Article|Posting|PressRelease|Report|Speech|Statement)$", re.I)
PAGE_TYPES = frozenset(("WebPage", "ItemPage", "CreativeWork"))
# JSON-LD is data of strangers: only so many items are looked at.
MOST_ITEMS = 2000
LONGEST_JSON = 1_000_000

# Between a headline and the site's name.
SEPARATOR = re.compile(r"\s+[|\-–—·•»:]+\s+|\s*[|»]\s*|\s+::\s+")
# Longer ends are rather half of a headline than a site's name.
LONGEST_SITE_WORDS = 6

# /2024/03/11/, /2024-03-11-, /20240311/: year, month and day with one separator.
URL_DATE = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<s>[/_.-]?)(?P<m>0?[1-9]|1[0-2])(?P=s)(?P<d>[0-2]?\d|3[01])(?!\d)"
)
COMPACT_DAY = 8  # digits: without separators, month and day have two

DATE_NAMES = re.compile(r"(?<![a-z])(?:publi\w*|posted|pub-?date|date|time-?stamp|dateline|byline|created|entry-date)(?![a-z])", re.I)  # fmt: skip
NOT_PUBLISHED = re.compile(
    r"(?<![a-z])(?:event|calendar|deadline|updated?|modified|expir\w*|birth|comments?|related|start|end"
    r"|copyright|sidebar|archive|footer|widget|recent|popular|trending|latest)(?![a-z])",
    re.I,
)
NOT_PUBLISHED_TEXT = re.compile(
    r"(?:last )?(?:updat|modif|edit|review|revis)|deadline|event|expire", re.I
)
LONGEST_DATE_TEXT = 90
NUMERIC_DATE = re.compile(r"(?<![\d/.-])(\d{1,2})[/.-](\d{1,2})[/.-](?:19|20)\d\d(?!\d)")
UNSET_DATES = frozenset(("1970-01-01", "1900-01-01", "1969-12-31"))

# By-lines that name nobody.
NOBODY = re.compile(
    r"(?:by )?(?:(?:web ?)?admin(?:istrator)?|editors?|editorial(?: team| staff| board| desk)?|staff"
    r"|(?:news ?|web ?|online ?)?(?:desk|room|team)|webmaster|guest(?: author)?|user\d*|author|unknown"
    r"|anonymous|.*\b(?:staff|desk|newsroom|webdesk|editorial team)|contributors?|website|root|super user"
    r"|press (?:office|service|release)|none|null|n/?a|default|redaktion|redacción|редакция|view all posts.*)$",
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


@dataclass(frozen=True, slots=True)
class _Facts:
    """The raw statements of a page, gathered once."""

    root: Any
    metas: dict[str, list[str]]
    items: list[dict[str, Any]]
    latest: str


def read_metadata(root: Any, page: Page) -> Metadata:
    """Everything that a page states about itself."""
    latest = (page.fetched_at + timedelta(days=1)).date().isoformat()
    facts = _Facts(root, _metas(root), _linked_items(root), latest)
    site = _site(facts)
    published = _published(facts, page.url)
    return Metadata(
        title=_title(facts, site, page.url),
        published=published[0] if published else None,
        published_source=published[1] if published else None,
        published_certainty=published[2] if published else None,
        modified=_modified(facts),
        language=root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        site=site or (site_of(page.url) if page.url else None),
        authors=_authors(facts, site),
        url=_canonical(facts, page.url),
    )


def _line(text: str | None) -> str:
    return " ".join(tidy(unescape(text or "")).split())


def _metas(root: Any) -> dict[str, list[str]]:
    """Contents of meta tags by small-lettered name, property or itemprop, in page order."""
    metas: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        content = meta.get("content")
        for name in (meta.get("property"), meta.get("name"), meta.get("itemprop")):
            if name and content and content.strip():
                metas.setdefault(name.strip().lower(), []).append(content.strip())
    return metas


def _first(metas: dict[str, list[str]], names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        for content in metas.get(name, ()):
            yield name, content


def _linked_items(root: Any) -> list[dict[str, Any]]:
    """The JSON-LD items that describe an article, else those that describe the page."""
    found: list[dict[str, Any]] = []
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            found.extend(_objects(script.text[:LONGEST_JSON]))
    articles = [item for item in found if any(ARTICLE_TYPES.search(t) for t in _types(item))]
    return articles or [item for item in found if PAGE_TYPES.intersection(_types(item))]


def _types(item: dict[str, Any]) -> list[str]:
    types = item.get("@type")
    return [t for t in (types if isinstance(types, list) else [types]) if isinstance(t, str)]


def _objects(source: str) -> Iterator[dict[str, Any]]:
    """Every object of a JSON text at any depth, parents first; nothing where it is not JSON."""
    try:
        waiting = [json.loads(source, strict=False)]
    except (ValueError, RecursionError):
        return
    for _ in range(MOST_ITEMS):
        if not waiting:
            return
        value = waiting.pop(0)
        if isinstance(value, dict):
            yield value
            waiting.extend(v for v in value.values() if isinstance(v, (dict, list)))
        elif isinstance(value, list):
            waiting.extend(value)


def _site(facts: _Facts) -> str | None:
    for _, content in _first(facts.metas, SITE_METAS):
        if name := _line(content):
            return name
    for item in facts.items:
        publisher = item.get("publisher")
        if isinstance(publisher, dict) and isinstance(publisher.get("name"), str):
            return _line(publisher["name"]) or None
    return None


def _title(facts: _Facts, site: str | None, url: str | None) -> str | None:
    """The headline: the page's h1 where a title tag agrees, else the titles in order."""
    stated = [_line(content) for _, content in _first(facts.metas, TITLE_METAS)]
    stated += [_line(i["headline"]) for i in facts.items if isinstance(i.get("headline"), str)]
    tag = next((_line("".join(t.itertext())) for t in facts.root.iter("title")), "")
    headings = [_line(" ".join(h.itertext())) for h in facts.root.iter("h1")]
    keys = [paragraph_key(text) for text in [*stated, tag] if text]
    for heading in headings:
        key = paragraph_key(heading)
        if len(key) > 8 and any(key in other for other in keys):
            return without_site(heading, site, url)
    for text in filter(None, [*stated, tag]):
        if shorter := without_site(text, site, url):
            return shorter
    return next(filter(None, headings), None)


def without_site(title: str, site: str | None, url: str | None) -> str:
    """A title without the site's name before or after it.

    >>> without_site("Talks resume | Example Times", "Example Times", None)
    'Talks resume'
    >>> without_site("Talks resume - mfa.example", None, "https://www.mfa.example/en/1")
    'Talks resume'
    """
    names = {paragraph_key(name) for name in (site, site_of(url) if url else None) if name}
    names |= (
        {paragraph_key(n.split(".")[-2]) for n in [site_of(url) or ""] if n.count(".")}
        if url
        else set()
    )
    for cut in (_cut_end, _cut_begin):
        while shorter := cut(title, names):
            title = shorter
    return title


def _is_site(part: str, names: set[str]) -> bool:
    key = paragraph_key(part)
    if not key or len(part.split()) > LONGEST_SITE_WORDS:
        return not key
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


def _usable(facts: _Facts, text: Any, day_first: bool | None = None) -> str | None:
    """The date of a text, unless it lies ahead or is a clock that was never set."""
    if not isinstance(text, str):
        return None
    found = parse_date(_line(text), day_first=day_first)
    return found if found and found <= facts.latest and found not in UNSET_DATES else None


def _published(facts: _Facts, url: str | None) -> tuple[str, str, Certainty] | None:
    """Date, source and certainty, from the surest place that has one."""
    for name, content in _first(facts.metas, PUBLISHED_METAS):
        if found := _usable(facts, content):
            return found, f"meta {name}", "guess" if is_ambiguous(content) else "certain"
    for item in facts.items:
        if found := _usable(facts, item.get("datePublished")):
            return found, "json-ld", "certain"
    return _published_likely(facts, url)


def _published_likely(facts: _Facts, url: str | None) -> tuple[str, str, Certainty] | None:
    day_first = _day_first(facts.root)
    if found := _time_element(facts):
        return found
    for name, content in _first(facts.metas, LIKELY_METAS):
        if found_day := _usable(facts, content, day_first):
            return found_day, f"meta {name}", "guess" if is_ambiguous(content) else "likely"
    if url and (day := url_date(url)) and day <= facts.latest:
        return day, "url", "likely"
    return _printed_date(facts, day_first)


def url_date(url: str) -> str | None:
    """The day that an address names, None where its digits are no day.

    >>> url_date("https://mfa.example/news/2024/03/11/talks"), url_date("https://x.example/a-202499")
    ('2024-03-11', None)
    """
    for match in URL_DATE.finditer(unquote(urlsplit(url).path)):
        digits = match["y"] + match["m"] + match["d"]
        if match["s"] or len(digits) == COMPACT_DAY:
            if found := parse_date(f"{match['y']}-{match['m']}-{match['d']}"):
                return found
    return None


def _names_around(element: Any, levels: int = 3) -> Iterator[str]:
    """Classes, ids and item properties of an element and of those close around it."""
    while element is not None and levels and element.tag not in ("body", "html"):
        yield " ".join(filter(None, map(element.get, ("class", "id", "itemprop"))))
        element = element.getparent()
        levels -= 1


def _is_elsewhere(element: Any) -> bool:
    """Whether an element stands in a list of other texts, comments, an event or a footer."""
    for above in element.iterancestors("footer", "aside", "nav", "li"):
        if above.tag != "li" or above.find(".//a") is not None:
            return True
    return any(
        NOT_PUBLISHED.search(names)
        or name_rule(names) in ("comments", "related", "sidebar", "footer")
        for names in _names_around(element)
    )


def _time_element(facts: _Facts) -> tuple[str, str, Certainty] | None:
    """The first time element that tells of publication; itemprop counts on any element."""
    for element in facts.root.iter("time"):
        text = _line("".join(element.itertext()))
        stamp = element.get("datetime") or text
        if _is_elsewhere(element) or NOT_PUBLISHED_TEXT.search(text):
            continue
        if found := _usable(facts, stamp):
            return found, "time element", "guess" if is_ambiguous(stamp) else "certain"
    for element in facts.root.xpath("//*[@itemprop='datePublished']"):
        stamp = element.get("content") or element.get("datetime") or "".join(element.itertext())
        if found := _usable(facts, stamp):
            return found, "time element", "guess" if is_ambiguous(stamp) else "certain"
    return None


def _printed_date(facts: _Facts, day_first: bool | None) -> tuple[str, str, Certainty] | None:
    """A date printed in an element that is called a date, and holds nothing else."""
    for element in facts.root.xpath("//body//*[@class or @id]"):
        own = next(_names_around(element, 1), "")
        if not DATE_NAMES.search(own) or _is_elsewhere(element):
            continue
        text = _line(" ".join(element.itertext()))
        if len(text) > LONGEST_DATE_TEXT or NOT_PUBLISHED_TEXT.search(text):
            continue
        found = _usable(facts, text, day_first)
        if found and len(found) == 10:
            unsure = is_ambiguous(text) and day_first is None
            return found, "text", "guess" if unsure else "likely"
    return None


def _day_first(root: Any) -> bool | None:
    """What the page's other all-digit dates show: True, False, or None where they do not."""
    body = root.find("body")
    text = "" if body is None else " ".join(body.itertext())
    for match in NUMERIC_DATE.finditer(text):
        first, second = int(match[1]), int(match[2])
        if 12 < first <= 31 and second <= 12:
            return True
        if 12 < second <= 31 and first <= 12:
            return False
    return None


def _modified(facts: _Facts) -> str | None:
    stated = [content for _, content in _first(facts.metas, MODIFIED_METAS)]
    stated += [item.get("dateModified") for item in facts.items]  # type: ignore[misc]
    return next(filter(None, (_usable(facts, text) for text in stated)), None)


def _authors(facts: _Facts, site: str | None) -> tuple[str, ...]:
    """The people (or agencies) that a page names as its authors; none beats an invented one."""
    for source in (_linked_authors(facts), _meta_authors(facts), _marked_authors(facts)):
        names: dict[str, None] = {}
        for text in source:
            for name in AUTHOR_SPLIT.split(BY.sub("", _line(text))):
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


def _linked_authors(facts: _Facts) -> Iterator[str]:
    for item in facts.items:
        authors = item.get("author")
        for author in authors if isinstance(authors, list) else [authors]:
            name = author.get("name") if isinstance(author, dict) else author
            for text in name if isinstance(name, list) else [name]:
                if isinstance(text, str):
                    yield text


def _meta_authors(facts: _Facts) -> Iterator[str]:
    for _, content in _first(facts.metas, AUTHOR_METAS):
        yield content


def _marked_authors(facts: _Facts) -> Iterator[str]:
    for element in facts.root.xpath("//*[@rel='author' or @itemprop='author']"):
        inner = element.xpath(".//*[@itemprop='name']")
        yield " ".join((inner[0] if inner else element).itertext())


def _canonical(facts: _Facts, url: str | None) -> str | None:
    """The canonical address where it is of the same site and no mere front page."""
    if url is None:
        return None
    for link in facts.root.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href"):
            stated = urljoin(url, link.get("href").strip())
            front = urlsplit(stated).path in ("", "/") and urlsplit(url).path not in ("", "/")
            if site_of(stated) == site_of(url) and not front:
                return canonical_url(stated)
    return canonical_url(url)
