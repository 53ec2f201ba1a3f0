"""Pages that list others: links out, the next page of the list, and the feeds a site names.

HTML comes in with its address, addresses go out.  Without a selector every link of the
site counts that is not a list or a file itself; what is wanted of them is for the source's
own patterns to say.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bs4 import BeautifulSoup, XMLParsedAsHTMLWarning

from searchkit.discover import Item, address
from searchkit.urls import site_of, url_key

LARGEST_LIST = 8 << 20
MOST_TAGS = 50_000  # a list of a thousand links has some 10,000; nested ones cost the most
MOST_LINKS = 5_000

_HEAD = 512 << 10  # where a page names its feeds

FEED_TYPES = frozenset(("application/rss+xml", "application/atom+xml", "application/feed+json"))
# The last word of an address that is no page of text.
_NO_PAGE = re.compile(
    r"\.(?:jpe?g|png|gif|svg|webp|ico|css|js|mp3|mp4|avi|mov|zip|rar|gz|docx?|xlsx?|pptx?)\Z",
    re.IGNORECASE,
)
# What a link to the next page of a list is called where the page does not say rel="next".
_NEXT_WORDS = frozenset(
    "next|next page|older|older posts|more|suivant|page suivante|weiter|nächste seite|siguiente"
    "|seguinte|successivo|далее|следующая|›|»|>|→".split("|")
)


@dataclass(frozen=True, slots=True)
class Listing:
    """The pages that a list names and where it goes on; ``problem`` is None where all is well."""

    items: tuple[Item, ...]
    next_url: str | None = None
    problem: str | None = None


def read_listing(
    body: bytes,
    url: str,
    charset: str | None = None,
    *,
    items: str | None = None,
    following: str | None = None,
) -> Listing:
    """The links of a list, each once, in the order of the page.

    ``items`` and ``following`` are CSS selectors of links, or of boxes that hold them: of
    the pages, and of the link to the rest of the list.
    """
    if len(body) > LARGEST_LIST or body.count(b"<") > MOST_TAGS:
        return Listing((), problem=f"the list {url} is too large to be one")
    try:
        soup = _soup(body, charset)
        base = _base(soup, url)
        links = list(_links(soup, items))
        found = _items(links, base, url)
        return Listing(found, _next(soup, base, url, following), _problem(found, url, items))
    except RecursionError:
        return Listing((), problem=f"the list {url} is nested too deep")


def find_feeds(body: bytes, url: str, charset: str | None = None) -> tuple[str, ...]:
    """The feeds that a page names in its head, those of comments left out."""
    soup = _soup(body[:_HEAD], charset)
    base = _base(soup, url)
    found: dict[str, None] = {}
    for link in soup.find_all("link", href=True, limit=MOST_LINKS):
        rel = {word.lower() for word in link.get_attribute_list("rel") if word}
        kind = str(link.get("type") or "").partition(";")[0].strip().lower()
        named = f"{link.get('title') or ''} {link['href']}".lower()
        if "alternate" not in rel or kind not in FEED_TYPES or "comment" in named:
            continue
        if (feed := address(str(link["href"]), base)) is not None:
            found.setdefault(feed)
    return tuple(found)


def _soup(body: bytes, charset: str | None) -> BeautifulSoup:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        return BeautifulSoup(body, "lxml", from_encoding=charset)


def _base(soup: BeautifulSoup, url: str) -> str:
    base = soup.find("base", href=True)
    return address(str(base["href"]), url) or url if base else url


def _links(soup: BeautifulSoup, selector: str | None) -> Iterator[Any]:
    for found in soup.select(selector, limit=MOST_LINKS) if selector else [soup]:
        if found.name == "a":
            yield found
        else:
            yield from found.find_all("a", href=True, limit=MOST_LINKS)


def _items(links: list[Any], base: str, url: str) -> tuple[Item, ...]:
    own, site = url_key(url), site_of(url)
    found: dict[str, Item] = {}
    for link in links[:MOST_LINKS]:
        target = _target(link, base, site)
        if target is None or _NO_PAGE.search(target.split("?")[0]):
            continue
        key = url_key(target)
        if key != own:
            title = " ".join(link.get_text(" ").split())[:500] or None
            known = found.get(key)
            if known is None or (known.title is None and title):
                found[key] = Item(target, key, title)
    return tuple(found.values())


def _next(soup: BeautifulSoup, base: str, url: str, selector: str | None) -> str | None:
    if selector:
        found = soup.select(selector, limit=1)
        candidates = [a for one in found for a in ([one] if one.name == "a" else one.find_all("a"))]
    else:
        candidates = [
            link
            for link in soup.find_all(["a", "link"], href=True, limit=MOST_LINKS)
            if "next" in [str(word).lower() for word in link.get_attribute_list("rel")]
        ] or [
            link
            for link in soup.find_all("a", href=True, limit=MOST_LINKS)
            if " ".join(link.get_text(" ").split()).casefold() in _NEXT_WORDS
        ]
    for link in candidates:
        target = _target(link, base, site_of(url))
        if target is not None and target != url:
            return target
    return None


def _problem(found: tuple[Item, ...], url: str, selector: str | None) -> str | None:
    if found:
        return None
    where = f" where {selector!r} looks" if selector else ""
    return f"the list {url} has no links{where}"


def _target(link: Any, base: str, site: str | None) -> str | None:
    """Where a link leads, None where that is no other page of the site."""
    href = str(link.get("href") or "").strip()
    target = None if href.startswith("#") else address(href, base)
    return target if target is not None and site_of(target) == site else None
