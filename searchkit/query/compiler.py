"""A query's tree turned into what an engine is asked.

In comes the tree and the languages of the index; out goes one `Node` over terms
that `searchkit.analyzer` makes, or the notes on what was added and left out.  No
engine is known here, and no text is read.

A word in any form is the best of its exact form, its stem in each language, and its
other spellings; a quoted word only its exact form.  Filters never count towards
"most" or "any" of the words: they hold always.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, zip_longest
from typing import Literal

from searchkit.analyzer import analyze, fold
from searchkit.query.days import days
from searchkit.query.fields import KEYWORD_FIELDS, keyword_value, keyword_values
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
from searchkit.query.people import is_initial, sounding_alike, without_titles
from searchkit.query.reader import Query
from searchkit.query.spelling import beginnings, spellings
from searchkit.query.stopwords import is_stop_word
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
from searchkit.query.variants import LONGEST, variants
from searchkit.query.vocabulary import Vocabulary, like, no_words, of_shape
from searchkit.records import Wanted

Match = Literal["all", "most", "any"]

FORM_BOOST = 0.1
"""What the very form typed adds to a word that may stand in any form."""

SPELLING_BOOST = 0.8
"""Another spelling or name of the same thing counts less than the one asked for."""

LIKE_BOOST = 0.7
"""A word some letters off, for each letter."""

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

TEXT = "text"

# What counts towards "all", "most" and "any" of the words.
_CONTENT = (Word, Quoted, Nearby, Weighted, Either)

# Names are not inflected: Williams is not William.
_UNSTEMMED = frozenset({"speaker"})


def compile_query(
    query: Query,
    languages: Sequence[str],
    *,
    match: Match = "all",
    exact: bool = False,
    words: Vocabulary = no_words,
) -> Node:
    """What to ask an engine whose passages are in these languages and have these ``words``.

    ``match`` says how many of the words a passage must hold: all, half of them, or
    one.  With ``exact`` words stand for the form typed and no other.

    >>> from searchkit.query import parse_query
    >>> compile_query(parse_query('date:2024'), ["en"])
    DayRange(first=20240101, last=20241231, undated=False)
    """
    return _Compiler(languages, words, exact=exact).top(query.tree, match)


def compile_notes(
    query: Query, languages: Sequence[str], *, exact: bool = False, words: Vocabulary = no_words
) -> list[str]:
    """What compiling adds to the words typed and leaves out, to be told beside the reading.

    >>> from searchkit.query import parse_query
    >>> compile_notes(parse_query("the militarisation"), ["en"])
    ["'militarisation' also as militarization", "too common to count unless in quotes: 'the'"]
    """
    compiler = _Compiler(languages, words, exact=exact)
    compiler.top(query.tree, "all")
    return compiler.told()


class _Compiler:
    """One compilation: the languages, whether forms are exact, the notes so far."""

    def __init__(self, languages: Sequence[str], words: Vocabulary, *, exact: bool) -> None:
        self.words = words
        codes = [code[:3].partition("-")[0].lower() for code in languages if code]
        self.languages = tuple(dict.fromkeys(codes))
        self.exact = exact
        self.notes: list[str] = []
        self.left_out: list[str] = []

    def told(self) -> list[str]:
        """The notes so far, each once."""
        notes = list(dict.fromkeys(self.notes))
        if self.left_out:
            words = ", ".join(dict.fromkeys(repr(word) for word in self.left_out))
            notes.append(f"too common to count unless in quotes: {words}")
        return notes

    def top(self, tree: Part, match: Match) -> Node:
        parts = tree.parts if isinstance(tree, All) else (tree,)
        content = [part for part in parts if isinstance(part, _CONTENT)]
        if match == "all" or len(content) < 2:
            return self._ranked(self._alone(self._part(tree, TEXT)), content)
        kept = self._without_stop_words(content)
        words = tuple(self._part(part, TEXT) for part in kept)
        rest = tuple(self._part(part, TEXT) for part in parts if part not in content)
        least = (len(words) + 1) // 2 if match == "most" else 1
        asked = words[0] if len(words) == 1 else Or(words, least)
        return self._ranked(And((asked, *rest)) if rest else asked, content)

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
            yield _weighted("title", positions, TITLE_BOOST)
        for word in words[:MAX_PAIRS]:
            plain = isinstance(word, Word) and word.form in ("any", "exact")
            if plain and (forms := self._positions(word.text, stems=False)):
                yield _weighted("speaker", forms, SPEAKER_BOOST)
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
        return tuple(_bare(terms) if stems else terms for terms in positions)

    def _alone(self, node: Node) -> Node:
        """A negation needs something to take away from."""
        return And((Everything(), node)) if isinstance(node, Not) else node

    def _part(self, part: Part, field: str) -> Node:
        match part:
            case Word():
                return self._word(part, field)
            case Quoted(text):
                return self._quoted(text, field)
            case Field(name, inner):
                return self._part(inner, name)
            case Dates(first, last):
                return DayRange(days(first)[0] if first else None, days(last)[1] if last else None)
            case Without(inner):
                return Not(self._alone(self._part(inner, field)))
            case Nearby():
                return self._nearby(part, field)
            case Weighted(inner, factor):
                return _scaled(self._alone(self._part(inner, field)), factor)
            case Either(parts):
                return self._either(parts, field)
            case All(parts):
                return self._all(parts, field)

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

    def _variant(self, name: str, field: str) -> Node:
        positions = self._positions(name, stems=field not in _UNSTEMMED)
        return _scaled(_sequence(field, positions), SPELLING_BOOST)

    def _variants(self, text: str) -> tuple[str, ...]:
        words = tuple(token.exact for token in analyze(text))
        return variants(words, self.languages, capitals=text.isupper())

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

    def _is_stop_word(self, part: Part) -> bool:
        if not isinstance(part, Word) or part.form != "any" or self.exact:
            return False
        # WHO and IT are no pronouns where only they are in capitals.
        if len(part.text) > 1 and part.text.isupper():
            return False
        return is_stop_word(part.text.lower(), self.languages)

    def _quoted(self, text: str, field: str) -> Node:
        if field in KEYWORD_FIELDS:
            return self._keyword(text, field)
        asked = _sequence(field, self._positions(text, stems=False))
        return self._person(text, asked) if field == "speaker" and not self.exact else asked

    def _person(self, text: str, asked: Node) -> Node:
        """A name in full, or its parts without titles, with initials, otherwise spelt."""
        words = without_titles(text.split())
        if len(words) < len(text.split()):
            self.notes.append(f'{text!r} also as "{" ".join(words)}": titles are no names')
        parts = tuple(self._part_of_name(word, len(words) > 1) for word in words if analyze(word))
        if not parts:
            return asked
        named = parts[0] if len(parts) == 1 else And(parts)
        return Best((asked, _scaled(named, SPELLING_BOOST)))

    def _part_of_name(self, word: str, among_others: bool) -> Node:
        name = self._word(Word(word), "speaker")
        if not among_others or len(analyze(word)) != 1:
            return name
        exact = analyze(word)[0].exact
        if is_initial(word):
            return Best((name, Prefix("speaker", "=" + exact, SPELLING_BOOST)))
        return Best((name, Term("speaker", "=" + exact[0], SPELLING_BOOST)))

    def _nearby(self, near: Nearby, field: str) -> Node:
        left, right = self._places(near.left, field), self._places(near.right, field)
        return Near(field, left, right, near.distance)

    def _places(self, part: Word | Quoted, field: str) -> tuple[tuple[str, ...], ...]:
        any_form = isinstance(part, Word) and part.form == "any"
        stems = any_form and not self.exact and field not in _UNSTEMMED
        positions = self._positions(part.text, stems=stems)
        if stems and len(positions) == 1 and "en" in self.languages:
            others = spellings(positions[0][0].removeprefix("="))
            more = [term for other in others for term in self._terms(other)]
            positions = (tuple(dict.fromkeys((*positions[0], *more))),)
        return positions

    def _of_shape(self, shape: str, field: str) -> Node:
        found, count = of_shape(shape, field, self.words)
        more = f" and {count - len(found):,} more that are left out" if count > len(found) else ""
        told = ", ".join(found) + more if found else "no word of the index"
        self.notes.append(f"{shape!r} stands for {told}")
        terms = tuple(Term(field, "=" + word) for word in found)
        return terms[0] if len(terms) == 1 else Best(terms or (Term(field, "=" + shape),))

    def _like(self, word: Word, field: str) -> Node:
        exact = analyze(word.text)[0].exact
        found = [pair for pair in like(exact, word.edits, field, self.words) if pair[0] != exact]
        told = ", ".join(known for known, _ in found) or "no other word of the index"
        self.notes.append(f"'{word.text}~{word.edits}' also as {told}")
        others = (Term(field, "=" + known, LIKE_BOOST**far) for known, far in found)
        return Best((Term(field, "=" + exact), *others)) if found else Term(field, "=" + exact)

    def _keyword(self, text: str, field: str) -> Node:
        value = keyword_value(field, text)
        return Keyword(field, keyword_values(field, value) if value else ())

    def _word(self, word: Word, field: str) -> Node:
        if field in KEYWORD_FIELDS:
            return self._keyword(word.text, field)
        if word.form == "beginning":
            return self._beginning(word.text, field)
        if word.form == "shape":
            return self._of_shape(word.text, field)
        if word.form == "like":
            return self._like(word, field)
        any_form = word.form == "any" and not self.exact
        positions = self._positions(word.text, stems=any_form and field not in _UNSTEMMED)
        asked = _sequence(field, positions)
        others = self._others(word.text, positions, field) if any_form else ()
        if not others:
            return asked
        self.notes.append(f"{word.text!r} also as {', '.join(others)}")
        return Best((asked, *(self._variant(other, field) for other in others)))

    def _others(
        self, text: str, positions: Sequence[tuple[str, ...]], field: str
    ) -> tuple[str, ...]:
        """Other spellings and names of a word, each once."""
        found = [*self._variants(text)]
        if "en" in self.languages and field not in _UNSTEMMED:
            found += self._spellings(text, positions)
        if len(positions) == 1 and (field == "speaker" or (field == TEXT and text[:1].isupper())):
            found += sounding_alike(positions[0][0].removeprefix("="), self.words)
        exact = " ".join(position[0].removeprefix("=") for position in positions)
        return tuple(
            {fold(other): other for other in reversed(found) if fold(other) != exact}.values()
        )[::-1]

    def _spellings(self, text: str, positions: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
        """Other ways to write a word: American, British, or without its hyphen."""
        exact = [position[0].removeprefix("=") for position in positions]
        if len(exact) == 1:
            return spellings(exact[0])
        joined = "".join(exact)
        written = text.replace("-", "", 1)
        return (joined,) if len(exact) == 2 and written.isalpha() and "-" in text else ()

    def _terms(self, word: str) -> tuple[str, ...]:
        return self._positions(word, stems=True)[0]

    def _positions(self, text: str, *, stems: bool) -> tuple[tuple[str, ...], ...]:
        """For each word of the text the terms it may be: exact forms first, then stems."""
        readings = [analyze(text, language) for language in self.languages or (None,)]
        positions = []
        for tokens in zip_longest(*readings):
            found = [token for token in tokens if token is not None]
            terms = ["=" + token.exact for token in found]
            if stems:
                terms += [token.stem for token in found]
            positions.append(tuple(dict.fromkeys(terms)))
        return tuple(positions)

    def _beginning(self, text: str, field: str) -> Node:
        *front, last = analyze(text)
        begun = [last.exact]
        if not self.exact and field not in _UNSTEMMED and "en" in self.languages:
            begun = list(beginnings(last.exact))
        if begun != [last.exact]:
            self.notes.append(f"'{text}*' is read as {' or '.join(b + '*' for b in begun)}")
        prefixes = tuple(Prefix(field, "=" + beginning) for beginning in begun)
        node: Node = prefixes[0] if len(prefixes) == 1 else Best(prefixes)
        if not front:
            return node
        head = "-".join(token.exact for token in front)
        return And((_sequence(field, self._positions(head, stems=False)), node))


def _scaled(node: Node, factor: float) -> Node:
    """The same node, everything in it scored by this factor."""
    match node:
        case Term() | Phrase() | Near() | Prefix():
            return replace(node, boost=node.boost * factor)
        case And() | Or() | Best():
            return replace(node, parts=tuple(_scaled(part, factor) for part in node.parts))
        case _:
            return node


def _sequence(field: str, positions: tuple[tuple[str, ...], ...]) -> Node:
    """One position as terms, several as a phrase."""
    if len(positions) > 1:
        return Phrase(field, positions)
    exact = [Term(field, term) for term in positions[0] if term.startswith("=")]
    stems = [Term(field, term) for term in _bare(positions[0])]
    if not stems:
        return exact[0] if len(exact) == 1 else Best(tuple(exact))
    any_form = stems[0] if len(stems) == 1 else Best(tuple(stems))
    return Or((any_form, *(Term(field, term.term, FORM_BOOST) for term in exact)))


def _bare(terms: tuple[str, ...]) -> tuple[str, ...]:
    """The stems among the terms of a position.

    >>> _bare(("=sanctions", "sanction"))
    ('sanction',)
    """
    return tuple(term for term in terms if not term.startswith("="))


def _weighted(field: str, positions: tuple[tuple[str, ...], ...], boost: float) -> Node:
    """One position as the best of its terms, several as a phrase, with this boost."""
    if len(positions) > 1:
        return Phrase(field, positions, 0, boost)
    terms = tuple(Term(field, term, boost) for term in positions[0])
    return terms[0] if len(terms) == 1 else Best(terms)


def wanted(node: Node, *fields: str) -> Wanted:
    """What to mark in a text of these fields for which this was asked: the positive parts.

    >>> from searchkit.query import parse_query
    >>> sorted(wanted(compile_query(parse_query("sanctions -fish"), ["en"]), "text").terms)
    ['=sanctions', 'sanction']
    """
    leaves = list(_leaves(node))
    terms = [n.term for n in leaves if isinstance(n, Term) and n.field in fields]
    prefixes = [n.prefix for n in leaves if isinstance(n, Prefix) and n.field in fields]
    phrases = [(n.positions, n.slop) for n in leaves if isinstance(n, Phrase) and n.field in fields]
    return Wanted(frozenset(terms), tuple(dict.fromkeys(prefixes)), tuple(dict.fromkeys(phrases)))


def _leaves(node: Node) -> Iterator[Node]:
    """The leaves of a node that count for a match."""
    if isinstance(node, Ranked):
        yield from _leaves(node.part)
    elif isinstance(node, And | Or | Best):
        for part in node.parts:
            yield from _leaves(part)
    elif not isinstance(node, Not):
        yield node
