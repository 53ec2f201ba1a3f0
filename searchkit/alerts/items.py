"""A passage as it is told: what was said, by whom, where, and which words of a query it met.

A passage and the tree that found it go in, an `Item` comes out, complete in itself.  Several
alerts that tell the same passage in one digest share one item.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from searchkit.analyzer import fold
from searchkit.deliver import Item
from searchkit.query import Keyword, Node, wanted
from searchkit.query.compiler import leaves_of
from searchkit.query.fields import value_shown
from searchkit.records import Document, Passage, Wanted
from searchkit.snippet import mark_title

_MAX_WHY = 8
"""Different words told of one place; a prefix may stand for hundreds."""

_NOTHING = Wanted()

Changes = tuple[tuple[str, str], ...]


def make_item(
    name: str,
    node: Node,
    passage: Passage,
    document: Document,
    *,
    version: int = 1,
    copies: int = 0,
    changes: Changes = (),
) -> Item:
    """The passage as the alert of that name tells it."""
    marks = mark_title(passage.text, document.language, wanted(node, "text"))
    return Item(
        passage_id=passage.id,
        document_id=passage.document_id,
        alerts=(name,),
        text=passage.text,
        kind=passage.kind,
        speaker=passage.speaker,
        role=passage.role,
        affiliation=passage.affiliation,
        country=passage.country,
        title=document.title,
        source=document.source or document.site,
        published=document.published,
        url=document.url,
        language=document.language,
        marks=marks,
        why=(f"{name}: {why(node, passage, document)}",),
        version=version,
        changes=changes,
        copies=copies,
    )


def why(node: Node, passage: Passage, document: Document) -> str:
    """Which words met the query, and where they stand."""
    told = list(_places(node, passage, document)) + list(_values(node, passage))
    return "; ".join(told) or "it is new, and nothing speaks against it"


def _places(node: Node, passage: Passage, document: Document) -> Iterator[str]:
    in_text = wanted(node, "text")
    for where, text, asked in (
        ("text", passage.text, in_text),
        ("title", document.title, wanted(node, "text", "title")),
        ("speaker", passage.speaker, wanted(node, "text", "speaker")),
        ("mention of the speaker", passage.speaker_mention, in_text),
        ("role", passage.role, wanted(node, "role")),
        ("affiliation", passage.affiliation, wanted(node, "affiliation")),
        ("source", document.source, wanted(node, "source")),
    ):
        if not text or asked == _NOTHING:
            continue
        marks = mark_title(text, document.language, asked)
        words = {fold(text[start:end]): text[start:end] for start, end in marks}
        if words:
            shown = ", ".join(repr(word) for word in list(words.values())[:_MAX_WHY])
            yield f"{shown} in the {where}"


def _values(node: Node, passage: Passage) -> Iterator[str]:
    held = {"country": passage.country, "kind": passage.kind, "via": passage.via}
    for leaf in leaves_of(node):
        if isinstance(leaf, Keyword) and held.get(leaf.field) in leaf.values:
            yield f"{leaf.field} {value_shown(leaf.field, str(held[leaf.field]))}"


def merged(items: Sequence[Item]) -> Item:
    """One passage as several alerts tell it: each of them named, each mark once."""
    first = items[0]
    return replace(
        first,
        alerts=tuple(dict.fromkeys(name for item in items for name in item.alerts)),
        why=tuple(dict.fromkeys(line for item in items for line in item.why)),
        marks=_united(mark for item in items for mark in item.marks),
        changes=next((item.changes for item in items if item.changes), ()),
    )


def _united(marks: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The marks in order, those that overlap as one.

    >>> _united([(4, 9), (0, 2), (7, 12)])
    ((0, 2), (4, 12))
    """
    found: list[tuple[int, int]] = []
    for start, end in sorted(marks):
        if found and start < found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return tuple(found)
