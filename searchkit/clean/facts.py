"""The raw statements of a page about itself, gathered once: meta tags and JSON-LD.

In comes a parsed tree, out go `Facts`; what they mean is for `metadata` and `published`.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

from searchkit.clean.text import tidy

ARTICLE_TYPES = re.compile(r"(?:Article|Posting|PressRelease|Report|Speech|Statement)$", re.I)
PAGE_TYPES = frozenset(("WebPage", "ItemPage", "CreativeWork"))
# JSON-LD is data of strangers: only so many items and characters are looked at.
MOST_ITEMS = 2000
LONGEST_JSON = 1_000_000


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page states: metas by small-lettered name, and its JSON-LD items on an article."""

    root: Any
    metas: dict[str, list[str]]
    items: list[dict[str, Any]]


def read_facts(root: Any) -> Facts:
    """The statements of a tree."""
    return Facts(root, _metas(root), _linked_items(root))


def line_of(text: str | None) -> str:
    """A text as one tidy line, references resolved, "" for None."""
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


def stated(metas: dict[str, list[str]], names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Name and content of the metas of these names, in the order of the names."""
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
        waiting = deque([json.loads(source, strict=False)])
    except (ValueError, RecursionError):
        return
    for _ in range(MOST_ITEMS):
        if not waiting:
            return
        value = waiting.popleft()
        if isinstance(value, dict):
            yield value
            waiting.extend(v for v in value.values() if isinstance(v, (dict, list)))
        elif isinstance(value, list):
            waiting.extend(value)
