"""The edges of a document, where the template of its site stands, and the document without it.

In come a cleaned `Document` and lines that its site was found to repeat; out go the lines
that may be the site's, as numbers to be counted over many pages, and the document without
those that are.  Nothing is counted or kept here: `archive.templates` does, over all pages.

A template stands at the edge of many pages of one site whose texts differ.  So do things
that belong to a statement: who speaks ("Ada Example, Minister:"), what leads to quoted
words, thanks, a refrain.  `can_be_template` tells them apart by their form; a line that
may be either is left in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from itertools import islice

from searchkit.names.offices import OFFICES
from searchkit.records import Document, Removed

RULE = "site template"

# Templates above a text are short, below it longer: address, contact, about the body.
TOP, BOTTOM = 4, 6
# A longer paragraph that many pages share is a text quoted in full, no template.
LONGEST_LINE = 600
WORD = re.compile(r"\w+")
SENTENCE_END = re.compile(r"[.!?…。！？؟।][\"'”’»)\]]*$")
# Words of a statement begin, or are led to, by these: labels, lists, quotations, stage notes.
LEADS = re.compile(r"[:,;：，；][\"'”’»)\]]*$")
LABEL = re.compile(r"[^\W\d_][\w. ’'()-]{0,60}[:：]\s")
QUOTED = re.compile(r"[\"“”«»„]|^[(\[<]|[)\]>]$")
# Whoever speaks of himself or thanks is no template; what those do that are, cleaning knows.
SPOKEN = re.compile(
    r"\b(?:i|me|my|we|us|our|you|your|thanks?|god|je|nous|notre|merci|yo|nosotros|gracias"
    r"|ich|wir|danke|я|мы|спасибо)\b",
    re.I,
)
# A sentence of fewer words is said more often than printed.
SENTENCE_WORDS = 8


@dataclass(frozen=True, slots=True)
class Edge:
    """A line at the edge of a document, and its two longest other paragraphs, as numbers.

    Two documents count as different texts where ``rest`` differs: copies, and texts with
    a changed line, share it.  One paragraph would not do: a template may be the longest.
    """

    line: int
    rest: int


def fold(text: str) -> str:
    """What two printings of a line share; a line of marks is itself.

    >>> fold("Press  Office: 12 Quay St."), fold("###")
    ('pressoffice12quayst', '###')
    """
    return "".join(WORD.findall(text.casefold())) or "".join(text.split())


def line_number(text: str) -> int:
    """The number a line is counted under: signed, 64 bits of a hash of what `fold` gives."""
    digest = sha256(fold(text).encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def can_be_template(text: str, *, top: bool) -> bool:
    """Whether a line at the top or bottom of a text has a form that templates have.

    >>> can_be_template("Harbour Street 4, Vell. Press service of the ministry.", top=False)
    True
    >>> can_be_template("The following is attributable to Ilva Marden:", top=True)
    False
    >>> can_be_template("Thank you very much for coming here today, all of you.", top=False)
    False
    """
    if len(text) > LONGEST_LINE:
        return False
    if not WORD.search(text):  # a rule or "###"; "<…>" says that words were left out
        return not QUOTED.search(text) and "…" not in text and "..." not in text
    if LEADS.search(text) or LABEL.match(text) or QUOTED.search(text) or SPOKEN.search(text):
        return False
    if SENTENCE_END.search(text):
        return not top and len(WORD.findall(text)) >= SENTENCE_WORDS
    # A name with an office tells who speaks.
    return OFFICES.isdisjoint(WORD.findall(text.casefold()))


def edge_places(paragraphs: Sequence[str]) -> list[int]:
    """The places of paragraphs that may be template; never all of a text."""
    count = len(paragraphs)
    if count < 2:
        return []
    places = [n for n in range(count) if n < TOP or n >= count - BOTTOM]
    middle = (count - 1) / 2
    return [n for n in places if can_be_template(paragraphs[n], top=n < TOP and n <= middle)]


def edges_of(document: Document) -> tuple[Edge, ...]:
    """The lines of a document, cleaned but for its template, that may be its site's."""
    paragraphs = document.text.split("\n\n")
    number_of = cache(line_number)  # few paragraphs of a long text are looked at
    by_length = sorted(paragraphs, key=len, reverse=True)
    found = {}
    for place in edge_places(paragraphs):
        line = number_of(paragraphs[place])
        others = sorted(islice((n for n in map(number_of, by_length) if n != line), 2))
        if others:
            found[line] = Edge(line, line_number(f"rest {others}"))
    return tuple(found.values())


def without_template(
    document: Document, lines: Collection[int], keeps: Callable[[str], bool]
) -> Document:
    """The document without the lines of its site that stand at its edges.

    A text that is nothing else stays as it is, and so does a line that a rule keeps.
    """

    def unwanted(text: str) -> bool:
        return line_number(text) in lines and not keeps(text)

    return without_lines(document, unwanted, RULE, edge_places)


def without_lines(
    document: Document,
    unwanted: Callable[[str], bool],
    rule: str,
    places: Callable[[Sequence[str]], Sequence[int]] = lambda texts: range(len(texts)),
) -> Document:
    """The document without unwanted paragraphs, which are listed as removed by a rule."""
    paragraphs = document.text.split("\n\n")
    cut = {n for n in places(paragraphs) if unwanted(paragraphs[n])}
    if not cut or len(cut) == len(paragraphs):
        return document
    kept = [text for n, text in enumerate(paragraphs) if n not in cut]
    removed = tuple(Removed(paragraphs[n], rule) for n in sorted(cut))
    return replace(document, text="\n\n".join(kept), removed=document.removed + removed)
