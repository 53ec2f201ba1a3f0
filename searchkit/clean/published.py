"""When a page was published, by its own word where it has one.

In come the facts of a page and its address, out goes a date with its source and certainty,
or nothing.  No date is ever taken from the future, from an event, or from the day on which
the page was collected: an undated page stays undated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

from searchkit.clean.boxes import name_rule
from searchkit.clean.facts import Facts, line_of, stated
from searchkit.dates import is_ambiguous, parse_date
from searchkit.records import Certainty

# Names of meta tags, small letters, in order of trust; "date" alone is now and then the
# day of the last change.
PUBLISHED_METAS = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished",
    "article.published", "publication_date", "citation_publication_date", "parsely-pub-date",
    "sailthru.date", "pubdate", "publishdate", "publish-date", "publish_date", "published_at",
    "cxenseparse:recs:publishtime", "dc.date.issued", "dcterms.issued", "dcterms.created",
    "dc.date.created", "rnews:datepublished",
)  # fmt: skip
LIKELY_METAS = (
    "date", "dc.date", "dcterms.date", "article:created", "created", "article_date_original",
)  # fmt: skip
MODIFIED_METAS = (
    "article:modified_time", "og:updated_time", "og:modified_time", "datemodified", "lastmod",
    "last-modified", "dcterms.modified", "dc.date.modified", "article.updated", "revised",
)  # fmt: skip

# /2024/03/11/, /2024-03-11-, /20240311/: year, month and day with one separator.
URL_DATE = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<s>[/_.-]?)(?P<m>0?[1-9]|1[0-2])(?P=s)(?P<d>[0-2]?\d|3[01])(?!\d)"
)
COMPACT_DAY = 8  # digits: without separators, month and day have two

# What elements that hold the date are called, and those that hold another date.
DATE_NAMES = re.compile(
    r"(?<![a-z])(?:publi\w*|posted|pub-?date|date|time-?stamp|dateline|byline|created)(?![a-z])",
    re.I,
)
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
# A page of a million time elements must not cost a minute.
MOST_CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class Published:
    """An ISO date, where it was read, and how far to trust it."""

    day: str
    source: str
    certainty: Certainty


def find_published(facts: Facts, url: str | None, fetched_at: datetime) -> Published | None:
    """The date of publication from the surest place that has one; None stays undated."""
    # A date without a time may be tomorrow's in UTC: east of Greenwich it is today's.
    latest = (fetched_at + timedelta(days=1)).date().isoformat()
    for name, content in stated(facts.metas, PUBLISHED_METAS):
        if day := _usable(content, latest):
            return Published(day, f"meta {name}", "guess" if is_ambiguous(content) else "certain")
    for item in facts.items:
        if day := _usable(item.get("datePublished"), latest):
            return Published(day, "json-ld", "certain")
    if found := _time_element(facts.root, latest):
        return found
    return _likely(facts, url, fetched_at.date().isoformat())


def _likely(facts: Facts, url: str | None, today: str) -> Published | None:
    """A date that the page does not call its publication, but prints as if it were."""
    day_first = _day_first(facts.root)
    for name, content in stated(facts.metas, LIKELY_METAS):
        if day := _usable(content, today, day_first):
            return Published(day, f"meta {name}", "guess" if is_ambiguous(content) else "likely")
    if url and (day := url_date(url)) and day <= today:
        return Published(day, "url", "likely")
    return _printed_date(facts.root, today, day_first)


def url_date(url: str) -> str | None:
    """The day that an address names, None where its digits are no day.

    >>> url_date("https://mfa.example/news/2024/03/11/talks"), url_date("https://x.example/a-202499")
    ('2024-03-11', None)
    """
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return None
    for match in URL_DATE.finditer(path):
        digits = match["y"] + match["m"] + match["d"]
        day = parse_date(f"{match['y']}-{match['m']}-{match['d']}")
        if day and (match["s"] or len(digits) == COMPACT_DAY):
            return day
    return None


def _usable(text: Any, latest: str, day_first: bool | None = None) -> str | None:
    """The date of a text, unless it lies ahead or is a clock that was never set."""
    if not isinstance(text, str):
        return None
    day = parse_date(line_of(text), day_first=day_first)
    return day if day and day <= latest and day not in UNSET_DATES else None


def _short_text(element: Any) -> str | None:
    """The text of an element, None where it is more than a date and a label."""
    text = line_of(" ".join(islice(element.itertext(), LONGEST_DATE_TEXT)))
    return text if 0 < len(text) <= LONGEST_DATE_TEXT else None


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


def _time_element(root: Any, latest: str) -> Published | None:
    """The first time element that tells of publication; itemprop counts on any element."""
    for element in islice(root.iter("time"), MOST_CANDIDATES):
        text = _short_text(element) or ""
        stamp = element.get("datetime") or text
        if NOT_PUBLISHED_TEXT.search(text) or _is_elsewhere(element):
            continue
        if day := _usable(stamp, latest):
            return Published(day, "time element", "guess" if is_ambiguous(stamp) else "certain")
    for element in islice(root.iterfind(".//*[@itemprop='datePublished']"), MOST_CANDIDATES):
        stamp = element.get("content") or element.get("datetime") or _short_text(element) or ""
        if day := _usable(stamp, latest):
            return Published(day, "time element", "guess" if is_ambiguous(stamp) else "certain")
    return None


def _printed_date(root: Any, today: str, day_first: bool | None) -> Published | None:
    """A date printed in an element that is called a date, and holds nothing else."""
    named = (
        element
        for element in root.iterfind(".//body//*[@class]")
        if DATE_NAMES.search(element.get("class"))
    )
    for element in islice(named, MOST_CANDIDATES):
        text = _short_text(element)
        if text is None or NOT_PUBLISHED_TEXT.search(text) or _is_elsewhere(element):
            continue
        day = _usable(text, today, day_first)
        if day and len(day) == 10:
            unsure = is_ambiguous(text) and day_first is None
            return Published(day, "text", "guess" if unsure else "likely")
    return None


def _day_first(root: Any) -> bool | None:
    """What the page's other all-digit dates show: True, False, or None where they do not."""
    for text in root.xpath("//body//text()[not(parent::script or parent::style)]"):
        for match in NUMERIC_DATE.finditer(text):
            first, second = int(match[1]), int(match[2])
            if 12 < first <= 31 and second <= 12:
                return True
            if 12 < second <= 31 and first <= 12:
                return False
    return None


def find_modified(facts: Facts, fetched_at: datetime) -> str | None:
    """The day of the last change that the page states."""
    latest = (fetched_at + timedelta(days=1)).date().isoformat()
    claims: list[Any] = [content for _, content in stated(facts.metas, MODIFIED_METAS)]
    claims += [item.get("dateModified") for item in facts.items]
    return next(filter(None, (_usable(text, latest) for text in claims)), None)
