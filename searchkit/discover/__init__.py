"""What there is to collect: feeds, sitemaps, lists and robots.txt in, addresses out.

Bytes come in with the URL they are from, `Item`s go out; nothing is fetched or kept here.
Everything read is somebody else's: each reader bounds what it takes and tells, in the
field ``problem``, what it could not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from searchkit.urls import canonical_url, split_url

MOST_ITEMS = 50_000
"""Of one answer: what a sitemap may hold by its standard."""

LONGEST_URL = 2_048


@dataclass(frozen=True, slots=True)
class Item:
    """One page that a feed, a sitemap or a list names.

    ``key`` makes two items one: the address, folded; where several items share an address
    it also holds what tells them apart, and ``content`` (HTML) is all there is of them.
    ``published`` is an ISO date or a time in UTC; ``stamp`` changes when the item does.
    """

    url: str
    key: str
    title: str | None = None
    published: str | None = None
    stamp: str | None = None
    content: str | None = None


def address(text: str, base: str) -> str | None:
    """A link as a whole web address without what only campaigns need, or None where it is none.

    >>> address("../note/7?utm_source=x", "https://mfa.example/press/feed")
    'https://mfa.example/note/7'
    >>> address("javascript:alert(1)", "https://mfa.example/")
    """
    text = text.strip()
    if not text or len(text) > LONGEST_URL:
        return None
    try:
        whole = urljoin(base, text)
    except ValueError:
        return None
    return canonical_url(whole) if split_url(whole) is not None else None
