"""Sitemaps to items: XML, text and gzip, news sitemaps, and indexes of sitemaps.

One answer comes in at a time; how many of an index are followed, and how deep, is for the
crawler to say.  Entities and external references of the XML are never resolved.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from searchkit.dates import parse_date
from searchkit.discover import LONGEST_URL, MOST_ITEMS, Item, address
from searchkit.inflate import InflateError, inflate
from searchkit.urls import url_key

LARGEST_SITEMAP = 50 << 20
"""Unpacked, as the standard has it (sitemaps.org)."""

_GZIP = b"\x1f\x8b"
_OPENING = 1_000  # bytes in which the first tag must stand


@dataclass(frozen=True, slots=True)
class Sitemap:
    """Pages, or with ``is_index`` other sitemaps; ``problem`` tells what could not be read."""

    items: tuple[Item, ...]
    is_index: bool = False
    problem: str | None = None


def read_sitemap(body: bytes, url: str) -> Sitemap:
    """What a sitemap names, each address once; what is none gives a problem."""
    if body.startswith(_GZIP):
        try:
            body = inflate(body, "gzip", LARGEST_SITEMAP)
        except InflateError as error:
            return Sitemap((), problem=f"the sitemap {url} cannot be unpacked: {error}")
    if len(body) > LARGEST_SITEMAP:
        return Sitemap((), problem=f"the sitemap {url} is larger than {LARGEST_SITEMAP >> 20} MiB")
    start = body[:_OPENING].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"http://", b"https://")):
        return Sitemap(_unique(_of_lines(body, url)))
    return _read_xml(body, url)


def _read_xml(body: bytes, url: str) -> Sitemap:
    items: list[Item] = []
    kinds: set[str] = set()
    problem = None
    try:
        for element in _elements(body):
            name = _local(element)
            if name in ("url", "sitemap"):
                kinds.add(name)
                if (item := _item(element, url)) is not None:
                    items.append(item)
                element.clear()
                while element.getprevious() is not None:  # memory does not grow with the file
                    del element.getparent()[0]
            if len(items) >= MOST_ITEMS:
                problem = f"the sitemap {url} names more than {MOST_ITEMS:,} pages"
                break
    except etree.XMLSyntaxError as error:
        problem = f"the sitemap {url} is damaged: {error.msg}"
    if not kinds and problem is None:
        problem = f"{url} is no sitemap"
    return Sitemap(_unique(items), "sitemap" in kinds, problem)


def _elements(body: bytes) -> Iterator[Any]:
    reading = etree.iterparse(
        io.BytesIO(body), events=("end",), resolve_entities=False, no_network=True,
        load_dtd=False, huge_tree=False, recover=True,
    )  # fmt: skip
    for _, element in reading:
        if isinstance(element.tag, str):
            yield element


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _item(element: Any, base: str) -> Item | None:
    found: dict[str, str] = {}
    for child in element.iter():
        if isinstance(child.tag, str) and child.text:
            found.setdefault(_local(child), " ".join(child.text.split())[: LONGEST_URL + 1])
    link = address(found.get("loc", ""), base)
    if link is None:
        return None
    published = found.get("publication_date")
    return Item(
        url=link,
        key=url_key(link),
        title=found.get("title", "")[:500] or None,
        published=parse_date(published[:100]) if published else None,
        stamp=found.get("lastmod", "")[:100] or None,
    )


def _of_lines(body: bytes, base: str) -> Iterator[Item]:
    for number, line in enumerate(body.decode("utf-8", "replace").splitlines()):
        if number >= MOST_ITEMS:
            return
        if (link := address(line, base)) is not None:
            yield Item(link, url_key(link))


def _unique(items: Iterator[Item] | list[Item]) -> tuple[Item, ...]:
    found: dict[str, Item] = {}
    for item in items:
        found.setdefault(item.key, item)
    return tuple(found.values())
