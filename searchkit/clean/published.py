"""When a page was published, by its own word where it has one.

In come the facts of a page and its address, out goes a date with its source and certainty,
or nothing.  No date is ever taken from the future, from an event, or from the day on which
the page was collected: an undated page stays undated.

The order of trust: meta tags that are called publication, JSON-LD `datePublished` of the
article, `time` elements and microdata (all "certain"); then meta tags called just "date", the
address, and a date printed in an element called so ("likely").  The day is the one of the
site's own clock, the one a reader sees and cites: where the surest stamp is in UTC or has no
zone, a date printed on the page or in its address one day beside it wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import etree

from searchkit.clean.boxes import name_rule
from searchkit.clean.facts import Facts, line_of, stated
from searchkit.dates import is_ambiguous, parse_date
from searchkit.records import Certainty
from searchkit.urls import site_of

# Names of meta tags, small letters, in order of trust; "date" alone is now and then the
# day of the last change, and a text can be created days before it is published.
PUBLISHED_METAS = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished",
    "article.published", "publication_date", "citation_publication_date", "parsely-pub-date",
    "sailthru.date", "pubdate", "publishdate", "publish-date", "publish_date", "published_at",
    "cxenseparse:recs:publishtime", "dc.date.issued", "dcterms.issued",
    "rnews:datepublished",
)  # fmt: skip
LIKELY_METAS = (
    "date", "dc.date", "dcterms.date", "dcterms.created", "dc.date.created",
    "article:created", "created", "article_date_original",
)  # fmt: skip
MODIFIED_METAS = (
    "article:modified_time", "og:updated_time", "og:modified_time", "datemodified", "lastmod",
    "last-modified", "dcterms.modified", "dc.date.modified", "article.updated", "revised",
)  # fmt: skip

# /2024/03/11/, /2024-03-11-, /20240311/: year, month and day with one separator.
URL_DATE = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<s>[/_.-]?)(?P<m>0?[1-9]|1[0-2])(?P=s)(?P<d>[0-2]?\d|3[01])(?!\d)"
)
FULL_DAY = 10  # characters of an ISO day
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
# A stamp that names its own zone, other than UTC: its day is the site's day.
OWN_ZONE = re.compile(r"[+-](?!00:?00)\d\d:?\d\d\s*$")
# The hour of a stamp in UTC, and the clocks that are furthest from it: beyond these hours
# no place on earth has the day before or the day after.
HOUR_IN_UTC = re.compile(r"\d[T ](?P<hour>\d\d):\d\d.*(?:Z|[+-]00:?00|GMT|UTC)\s*$", re.I)
FURTHEST_EAST, FURTHEST_WEST = 14, 12
# Whose numeric dates put the month first, and whose put the day first, by the host's end.
MONTH_FIRST_HOSTS = frozenset(("gov", "mil", "us"))
COUNTRY_END = 2  # letters; all countries but the one above write the day first
DAY_FIRST_ENGLISH = frozenset(("gb", "ie", "au", "nz", "in", "za"))
UNSET_DATES = frozenset(("1970-01-01", "1900-01-01", "1969-12-31"))
# A page of a million time elements must not cost a minute.
MOST_CANDIDATES = 100

# Compiled, and not ElementPath, which makes an object of every element that it passes; not
# "smart" strings, each of which is sought among all its siblings.
CLASSED = etree.XPath("descendant::body/descendant::*[@class]")
ITEM_DATES = etree.XPath("descendant::*[@itemprop='datePublished']")
BODY_TEXTS = etree.XPath(
    "descendant::body/descendant::text()[not(parent::script or parent::style)]",
    smart_strings=False,
)


@dataclass(frozen=True, slots=True)
class Published:
    """An ISO date, where it was read, and how far to trust it."""

    day: str
    source: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Order:
    """How a page writes numeric dates; ``known`` tells evidence from a mere habit."""

    day_first: bool
    known: bool


def find_published(facts: Facts, url: str | None, fetched_at: datetime) -> Published | None:
    """The date of publication from the surest place that has one; None stays undated."""
    # A date without a time may be tomorrow's in UTC: east of Greenwich it is today's.
    latest = (fetched_at + timedelta(days=1)).date().isoformat()
    for source, stamp in _stamps(facts):
        if day := _usable(stamp, latest):
            certainty: Certainty = "guess" if is_ambiguous(stamp) else "certain"
            found = Published(day, source, certainty)
            own = OWN_ZONE.search(stamp)
            return found if own else _as_seen(found, stamp, facts.root, url)
    if seen := _time_element(facts.root, latest):
        return seen
    return _likely(facts, url, fetched_at.date().isoformat())


def _stamps(facts: Facts) -> Iterator[tuple[str, str]]:
    """What the page calls its publication, in order of trust: the source and the words."""
    for name, content in stated(facts.metas, PUBLISHED_METAS):
        yield f"meta {name}", content
    for item in facts.items:
        if isinstance(stamp := item.get("datePublished"), str):
            yield "json-ld", stamp


def _as_seen(found: Published, stamp: str, root: Any, url: str | None) -> Published:
    """The day that a reader sees, where it is one beside the stamp and can be the same time."""
    near = _days_beside(found.day, stamp)
    if not near:
        return found
    seen = _shown_day(root, max(near)) or (url_date(url) if url else None)
    return replace(found, day=seen) if seen in near else found


def _days_beside(day: str, stamp: str) -> tuple[str, ...]:
    """The neighbours of a day that some place had at the time of the stamp."""
    if len(day) != FULL_DAY:
        return ()
    time = HOUR_IN_UTC.search(stamp)
    behind = time is None or int(time["hour"]) < FURTHEST_WEST
    ahead = time is None or int(time["hour"]) >= 24 - FURTHEST_EAST
    here = date.fromisoformat(day)
    steps = ((-1, behind), (1, ahead))
    return tuple((here + timedelta(days=step)).isoformat() for step, possible in steps if possible)


def _shown_day(root: Any, latest: str) -> str | None:
    """The first day that a time element or an element called a date shows."""
    if seen := _time_element(root, latest):
        return seen.day
    printed = _printed_date(root, latest, Order(day_first=True, known=False))
    return printed.day if printed and printed.certainty != "guess" else None


def _likely(facts: Facts, url: str | None, today: str) -> Published | None:
    """A date that the page does not call its publication, but prints as if it were."""
    order = numeric_order(facts.root, url)
    for name, content in stated(facts.metas, LIKELY_METAS):
        if day := _usable(content, today, order.day_first):
            return Published(day, f"meta {name}", _printed_certainty(content, order))
    if url and (day := url_date(url)) and day <= today:
        return Published(day, "url", "likely")
    return _printed_date(facts.root, today, order)


def _printed_certainty(text: str, order: Order) -> Certainty:
    return "guess" if not order.known and is_ambiguous(text) else "likely"


def printed_line(line: str, root: Any, url: str | None, fetched_at: datetime) -> Published | None:
    """The date of a line that is printed at the headline and is nothing but a date."""
    order = numeric_order(root, url)
    day = _usable(line, fetched_at.date().isoformat(), order.day_first)
    return Published(day, "text", _printed_certainty(line, order)) if day else None


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
    day = parse_date(line_of(text), day_first=day_first, as_written=True)
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
        if NOT_PUBLISHED_TEXT.search(text) or _is_elsewhere(element):
            continue
        for stamp in filter(None, (element.get("datetime"), text)):
            if day := _usable(stamp, latest):
                return Published(day, "time element", "guess" if is_ambiguous(stamp) else "certain")
    for element in ITEM_DATES(root)[:MOST_CANDIDATES]:
        stamp = element.get("content") or element.get("datetime") or _short_text(element) or ""
        if day := _usable(stamp, latest):
            return Published(day, "time element", "guess" if is_ambiguous(stamp) else "certain")
    return None


def _printed_date(root: Any, today: str, order: Order) -> Published | None:
    """A date printed in an element that is called a date, and holds nothing else."""
    named = (element for element in CLASSED(root) if DATE_NAMES.search(element.get("class")))
    for element in islice(named, MOST_CANDIDATES):
        text = _short_text(element)
        if text is None or NOT_PUBLISHED_TEXT.search(text) or _is_elsewhere(element):
            continue
        day = _usable(text, today, order.day_first)
        if day and len(day) == FULL_DAY:
            return Published(day, "text", _printed_certainty(text, order))
    return None


def numeric_order(root: Any, url: str | None) -> Order:
    """The order of day and month: by other dates of the page, its country, its language.

    An American language tag alone is a habit of templates, no evidence: what it decides
    stays a guess.
    """
    shown = _day_first(root)
    if shown is not None:
        return Order(shown, known=True)
    end = ((site_of(url) if url else None) or "").rpartition(".")[2]
    if end in MONTH_FIRST_HOSTS or len(end) == COUNTRY_END:
        return Order(end not in MONTH_FIRST_HOSTS, known=True)
    language, _, country = (root.get("lang") or "").lower().replace("_", "-").partition("-")
    known = language not in ("", "en") or country in DAY_FIRST_ENGLISH
    return Order(country != "us", known)


def _day_first(root: Any) -> bool | None:
    """What the page's other all-digit dates show: True, False, or None where they do not."""
    for text in BODY_TEXTS(root):
        for match in NUMERIC_DATE.finditer(text):
            first, second = int(match[1]), int(match[2])
            if 12 < first <= 31 and second <= 12:
                return True
            if 12 < second <= 31 and first <= 12:
                return False
    return None


def find_modified(facts: Facts, fetched_at: datetime) -> Published | None:
    """The day of the last change that the page states, with its source."""
    latest = (fetched_at + timedelta(days=1)).date().isoformat()
    claims: list[tuple[str, Any]] = [
        (f"meta {name}", content) for name, content in stated(facts.metas, MODIFIED_METAS)
    ]
    claims += [("json-ld", item.get("dateModified")) for item in facts.items]
    for source, text in claims:
        if day := _usable(text, latest):
            return Published(day, source, "certain")
    return None
