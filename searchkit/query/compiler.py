"""A query's tree turned into what an engine is asked.

In comes the tree and the languages of the index; out goes one `Node` over terms
that `searchkit.analyzer` makes, or the notes on what was added and left out.  No
engine is known here, and no text is read.

Leaves are compiled by `leaves`; here they are combined.  Filters never count towards
"most" or "any" of the words: they hold always.  Evidence (titles, pairs) changes the
order of what is found and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

from searchkit.query.days import days
from searchkit.query.leaves import TEXT, Leaves, bare, scaled, weighted
from searchkit.query.nodes import (
    And,
    Best,
    DayRange,
    Everything,
    Keyword,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Ranked,
    Term,
)
from searchkit.query.reader import Query
from searchkit.query.tree import (
    All,
    Dates,
    Either,
    Field,
    Nearby,
    Part,
    Quoted,
    Weighted,
    Without,
    Word,
)
from searchkit.query.variants import LONGEST
from searchkit.query.vocabulary import Vocabulary, no_words
from searchkit.records import Wanted

Match = Literal["all", "most", "any"]

# Evidence: finds nothing, ranks what is found.  Measured; see docs/quality.md.
TITLE_BOOST = 0.2
"""The word stands in the title, too."""

SPEAKER_BOOST = 0.2
"""The word is a name of the speaker."""

PAIR_BOOST = 0.05
"""Two words of the query, one after the other, stand so in the text."""

NEAR_BOOST = 0.05
"""They stand near each other."""

NEAR_WORDS = 8
"""Near: from one to the other at most so many words (as in Metzler and Croft, 2005)."""

MAX_PAIRS = 64
"""Words of a query that are looked at for pairs; a pasted page has no more to tell."""

UNSCORED = frozenset({"source"})
"""Fields that only narrow: an outlet's name tells nothing of which of its passages is best."""

# What counts towards "all", "most" and "any" of the words.
_CONTENT = (Word, Quoted, Nearby, Weighted, Either)


def compile_query(
    query: Query,
    languages: Sequence[str],
    *,
    match: Match = "all",
    exact: bool = False,
    ranked: bool = True,
    words: Vocabulary = no_words,
) -> Node:
    """What to ask an engine whose passages are in these languages and have these ``words``.

    ``match`` says how many of the words a passage must hold: all, half of them, or
    one.  With ``exact`` words stand for the form typed and no other.  Without ``ranked``
    what is found is the same, and nothing tells what of it is best.

    >>> from searchkit.query import parse_query
    >>> compile_query(parse_query('date:2024'), ["en"])
    DayRange(first=20240101, last=20241231, undated=False)
    """
    compiler = Compiler(languages, words, exact=exact)
    return compiler.top(query.tree, match, ranked=ranked)


def compile_notes(
    query: Query, languages: Sequence[str], *, exact: bool = False, words: Vocabulary = no_words
) -> list[str]:
    """What compiling adds to the words typed and leaves out, to be told beside the reading.

    >>> from searchkit.query import parse_query
    >>> compile_notes(parse_query("the militarisation"), ["en"])
    ["'militarisation' also as militarization", "too common to count unless in quotes: 'the'"]
    """
    compiler = Compiler(languages, words, exact=exact)
    compiler.top(query.tree, "all")
    return compiler.told()


class Compiler(Leaves):
    """What combines the leaves, and the evidence that ranks.

    It may compile one query several ways ("all" of the words, then "most"); what is asked
    of a field is compiled once.
    """

    def __init__(self, languages: Sequence[str], words: Vocabulary, *, exact: bool) -> None:
        super().__init__(languages, words, exact=exact)
        self._fields: dict[Field, Node] = {}

    def top(self, tree: Part, match: Match, *, ranked: bool = True) -> Node:
        """The tree as a node; ``ranked`` with what puts it in order."""
        asked, content = self._found(tree, match)
        return self._ranked(asked, content) if ranked else asked

    def _found(self, tree: Part, match: Match) -> tuple[Node, Sequence[Part]]:
        """What is found, and the parts of the query that are words."""
        parts = tree.parts if isinstance(tree, All) else (tree,)
        content = [part for part in parts if isinstance(part, _CONTENT)]
        if match == "all" or len(content) < 2:
            return self._alone(self._part(tree, TEXT)), content
        kept = self._without_stop_words(content)
        words = tuple(self._part(part, TEXT) for part in kept)
        rest = tuple(self._part(part, TEXT) for part in parts if part not in content)
        least = (len(words) + 1) // 2 if match == "most" else 1
        asked = words[0] if len(words) == 1 else Or(words, least)
        return And((asked, *rest)) if rest else asked, content

    def _ranked(self, asked: Node, content: Sequence[Part]) -> Node:
        evidence = tuple(dict.fromkeys(self._evidence(content)))
        return Ranked(asked, evidence) if evidence else asked

    def _evidence(self, content: Sequence[Part]) -> Iterator[Node]:
        """What beside the words themselves tells that a passage is about them."""
        bare = (part.part if isinstance(part, Weighted) else part for part in content)
        words = [part for part in bare if isinstance(part, Word | Quoted)]
        words = [word for word in words if not self._is_stop_word(word)]
        asked = [positions for word in words[:MAX_PAIRS] if (positions := self._rarest(word))]
        for positions in asked:
            yield weighted("title", positions, TITLE_BOOST)
        for word in words[:MAX_PAIRS]:
            plain = isinstance(word, Word) and word.form in ("any", "exact")
            if plain and (forms := self._positions(word.text, stems=False)):
                yield weighted("speaker", forms, SPEAKER_BOOST)
        for left, right in pairwise(asked):
            if left != right:
                yield Phrase(TEXT, (*left, *right), 0, PAIR_BOOST)
                yield Near(TEXT, left, right, NEAR_WORDS, NEAR_BOOST)

    def _rarest(self, word: Word | Quoted) -> tuple[tuple[str, ...], ...]:
        """The positions of a word with no term that another one covers; none for a beginning."""
        if isinstance(word, Word) and word.form not in ("any", "exact"):
            return ()
        stems = isinstance(word, Word) and word.form == "any" and not self.exact
        positions = self._positions(word.text, stems=stems)
        return tuple(bare(terms) if stems else terms for terms in positions)

    def _alone(self, node: Node) -> Node:
        """A negation needs something to take away from."""
        return And((Everything(), node)) if isinstance(node, Not) else node

    def _part(self, part: Part, field: str) -> Node:
        match part:
            case Word():
                return self._word(part, field)
            case Quoted(text):
                return self._quoted(text, field)
            case Field():
                if part not in self._fields:
                    self._fields[part] = self._field(part)
                return self._fields[part]
            case Dates(first, last):
                return DayRange(days(first)[0] if first else None, days(last)[1] if last else None)
            case Without(inner):
                return Not(self._alone(self._part(inner, field)))
            case Nearby():
                return self._nearby(part, field)
            case Weighted(inner, factor):
                return scaled(self._alone(self._part(inner, field)), factor)
            case Either(parts):
                return self._either(parts, field)
            case All(parts):
                return self._all(parts, field)

    def _field(self, part: Field) -> Node:
        node = self._part(part.part, part.name)
        return scaled(node, 0) if part.name in UNSCORED else node

    def _all(self, parts: tuple[Part, ...], field: str) -> Node:
        nodes: list[Node] = []
        alone: list[Part] = []
        at = 0
        while at < len(parts):
            length, others = self._named(parts[at:], field)
            if length:
                nodes.append(self._thing(parts[at : at + length], others, field))
            else:
                alone.append(parts[at])
            at += max(1, length)
        kept = self._without_stop_words(alone, nodes) if field == TEXT else alone
        nodes += [self._part(part, field) for part in kept]
        if all(isinstance(node, Not) for node in nodes):
            return And((Everything(), *nodes))
        return nodes[0] if len(nodes) == 1 else And(tuple(nodes))

    def _named(self, parts: Sequence[Part], field: str) -> tuple[int, tuple[str, ...]]:
        """How many words from the first on name one thing, two at least, and its other names."""
        words: list[str] = []
        for part in parts[:LONGEST]:
            if not isinstance(part, Word) or part.form != "any" or self.exact:
                break
            words.append(part.text)
        for length in range(len(words), 1, -1):
            if others := self._variants(" ".join(words[:length])):
                return length, others
        return 0, ()

    def _thing(self, parts: Sequence[Part], others: Sequence[str], field: str) -> Node:
        """Several words that name one thing, or one of its other names."""
        told = " ".join(str(part) for part in parts)
        self.notes.append(f"{told!r} also as {', '.join(others)}")
        kept = [part for part in parts if not self._is_stop_word(part)] or parts
        words = And(tuple(self._part(part, field) for part in kept))
        return Best((words, *(self._variant(other, field) for other in others)))

    def _either(self, parts: tuple[Part, ...], field: str) -> Node:
        nodes = tuple(self._alone(self._part(part, field)) for part in parts)
        if all(isinstance(node, Keyword) for node in nodes):
            values = [v for node in nodes if isinstance(node, Keyword) for v in node.values]
            return Keyword(field, tuple(dict.fromkeys(values)))
        return Or(nodes)

    def _without_stop_words(
        self, parts: Sequence[Part], others: Sequence[Node] = ()
    ) -> Sequence[Part]:
        """The parts less function words; all of them where nothing else is asked for."""
        kept = [part for part in parts if not self._is_stop_word(part)]
        if not others and all(isinstance(part, Without) for part in kept):
            return parts
        for part in parts:
            if isinstance(part, Word) and self._is_stop_word(part):
                self.left_out.append(part.text)
        return kept


def wanted(node: Node, *fields: str) -> Wanted:
    """What to mark in a text of these fields for which this was asked: the positive parts.

    >>> from searchkit.query import parse_query
    >>> sorted(wanted(compile_query(parse_query("sanctions -fish"), ["en"]), "text").terms)
    ['=sanctions', 'sanction']
    """
    leaves = list(leaves_of(node))
    terms = [n.term for n in leaves if isinstance(n, Term) and n.field in fields]
    prefixes = [n.prefix for n in leaves if isinstance(n, Prefix) and n.field in fields]
    phrases = [(n.positions, n.slop) for n in leaves if isinstance(n, Phrase) and n.field in fields]
    return Wanted(frozenset(terms), tuple(dict.fromkeys(prefixes)), tuple(dict.fromkeys(phrases)))


def leaves_of(node: Node) -> Iterator[Node]:
    """The leaves of a node that count for a match."""
    if isinstance(node, Ranked):
        yield from leaves_of(node.part)
    elif isinstance(node, And | Or | Best):
        for part in node.parts:
            yield from leaves_of(part)
    elif not isinstance(node, Not):
        yield node
