"""RSS and Atom to items: dates, links and identities as feeds really have them.

feedparser reads what is well-formed and what is not; this module decides which items are
one and the same.  The link decides, not the guid: guids are missing, random, or change
with the headline.  Where several items share one link, they are told apart by guid, time
or words, and are taken from the feed itself.
"""

from __future__ import annotations

import calendar
import io
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from time import struct_time
from typing import Any

import feedparser

from searchkit.dates import parse_date
from searchkit.discover import Item, address
from searchkit.urls import url_key

LARGEST_FEED = 16 << 20
MOST_ENTRIES = 5_000
# No statement was published on the web before it; an earlier year is a two-digit one misread.
_FIRST_YEAR = 1990
_MOST_CHARS = 400_000  # of one item's content


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed holds; ``problem`` tells what could not be read, None where all was."""

    items: tuple[Item, ...]
    next_url: str | None = None
    problem: str | None = None


def read_feed(body: bytes, url: str, content_type: str = "") -> Feed:
    """The items of a feed in its order, each once; what is no feed gives a problem.

    ``url`` is where the feed was fetched from: relative links start there.
    """
    if len(body) > LARGEST_FEED:
        return Feed((), problem=f"the feed is larger than {LARGEST_FEED >> 20} MiB")
    headers = {"content-location": url}
    if content_type:
        headers["content-type"] = content_type
    # A stream, never a string: feedparser would fetch a string that looks like an address.
    parsed: Any = feedparser.parse(
        io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=True
    )
    if not parsed.get("version") and not parsed.entries:
        return Feed((), problem="no RSS or Atom feed")
    entries = parsed.entries[:MOST_ENTRIES]
    links = [_link(entry, url) for entry in entries]
    shared = Counter(url_key(link) for link in links if link)
    items: dict[str, Item] = {}
    for entry, link in zip(entries, links, strict=True):
        if link is not None:
            alone = shared[url_key(link)] == 1 or _same_words(entries, links, link)
            item = _item(entry, link, alone=alone)
            items.setdefault(item.key, item)
    missing = sum(link is None for link in links)
    problem = f"{missing} of {len(links)} items have no link" if missing else None
    return Feed(tuple(items.values()), _next(parsed, url), problem)


def _link(entry: Any, base: str) -> str | None:
    for link in (entry.get("link"), entry.get("id")):
        if isinstance(link, str) and (whole := address(link, base)) is not None:
            return whole
    return None


def _same_words(entries: list[Any], links: list[str | None], link: str) -> bool:
    """Whether all items with a link are one item that stands there more than once."""
    key = url_key(link)
    alike = [e for e, other in zip(entries, links, strict=True) if other and url_key(other) == key]
    return len({_identity(entry) for entry in alike}) == 1


def _identity(entry: Any) -> str:
    """What tells an item from others with its link: guid, or time and words."""
    guid = entry.get("guidislink") is False and entry.get("id")
    told = (guid or "", dict.get(entry, "published", ""), entry.get("title", ""))
    return str(guid) if guid else sha256(repr((told, _content(entry))).encode()).hexdigest()[:16]


def _item(entry: Any, link: str, *, alone: bool) -> Item:
    published = _date(entry, "published") or _date(entry, "updated")
    key = url_key(link)
    return Item(
        url=link,
        key=key if alone else f"{key}#{_identity(entry)[:200]}",
        title=_text(entry, "title"),
        published=published,
        stamp=_date(entry, "updated") or published,
        content=None if alone else _content(entry),
    )


def _content(entry: Any) -> str:
    whole = [part.get("value", "") for part in entry.get("content", ())]
    return str(max([*whole, entry.get("summary", "")], key=len))[:_MOST_CHARS]


def _text(entry: Any, name: str) -> str | None:
    value = " ".join(str(entry.get(name) or "").split())
    return value[:500] or None


def _date(entry: Any, name: str) -> str | None:
    """A date of an item as a time in UTC, or a day; None rather than a wrong one.

    feedparser's own reading comes last: it takes "19" for a year of antiquity.
    """
    raw = str(dict.get(entry, name) or "").strip()[:100]  # .get gives other fields, too
    try:
        moment = parsedate_to_datetime(raw)  # e-mail style; "-0000" gives a naive time in UTC
    except (ValueError, IndexError):
        moment = None
    if moment is not None:
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return _checked(moment.astimezone(UTC)) if moment.year > 1 else None
    parsed = dict.get(entry, f"{name}_parsed")
    if isinstance(parsed, struct_time) and parsed.tm_year >= _FIRST_YEAR:
        return _checked(datetime.fromtimestamp(calendar.timegm(parsed), UTC))
    return parse_date(raw) if raw else None


def _checked(moment: datetime) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment.year >= _FIRST_YEAR else None


def _next(parsed: Any, base: str) -> str | None:
    """The next page of a feed that has several (RFC 5005)."""
    for link in parsed.feed.get("links", ()):
        if link.get("rel") == "next" and link.get("href"):
            return address(link["href"], base)
    return None
