"""One word, phrase or name of a query as terms: forms, spellings, other names, shapes.

In comes a leaf of the tree and its field, out goes the node that finds it, and a note on
whatever it is looked for as besides.  How leaves combine is `compiler`'s business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import zip_longest

from searchkit.analyzer import analyze, fold
from searchkit.query.fields import KEYWORD_FIELDS, keyword_value, keyword_values
from searchkit.query.nodes import And, Best, Keyword, Near, Node, Or, Phrase, Prefix, Term
from searchkit.query.people import MAX_READ, is_initial, sound, sounding_alike, without_titles
from searchkit.query.spelling import beginnings, spellings
from searchkit.query.stopwords import is_stop_word
from searchkit.query.tree import Nearby, Part, Quoted, Word
from searchkit.query.variants import variants
from searchkit.query.vocabulary import Vocabulary, like, of_shape

TEXT = "text"

FORM_BOOST = 0.1
"""What the very form typed adds to a word that may stand in any form."""

SPELLING_BOOST = 0.8
"""Another spelling or name of the same thing counts less than the one asked for."""

LIKE_BOOST = 0.7
"""A word some letters off, for each letter."""

# Names are not inflected: Williams is not William.
UNSTEMMED = frozenset({"speaker"})


class Leaves:
    """Compiles leaves: the languages, whether forms are exact, and the notes so far."""

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

    def _is_stop_word(self, part: Part) -> bool:
        if not isinstance(part, Word) or part.form != "any" or self.exact:
            return False
        # WHO and IT are no pronouns where only they are in capitals.
        if len(part.text) > 1 and part.text.isupper():
            return False
        return is_stop_word(part.text.lower(), self.languages)

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
        positions = self._positions(word.text, stems=any_form and field not in UNSTEMMED)
        asked = sequence(field, positions)
        others = self._others(word.text, positions, field) if any_form else ()
        if not others:
            return asked
        self.notes.append(f"{word.text!r} also as {', '.join(others)}")
        return Best((asked, *(self._variant(other, field) for other in others)))

    def _beginning(self, text: str, field: str) -> Node:
        *front, last = analyze(text)
        begun = [last.exact]
        if not self.exact and field not in UNSTEMMED and "en" in self.languages:
            begun = list(beginnings(last.exact))
        if begun != [last.exact]:
            self.notes.append(f"'{text}*' is read as {' or '.join(b + '*' for b in begun)}")
        prefixes = tuple(Prefix(field, "=" + beginning) for beginning in begun)
        node: Node = prefixes[0] if len(prefixes) == 1 else Best(prefixes)
        if not front:
            return node
        head = "-".join(token.exact for token in front)
        return And((sequence(field, self._positions(head, stems=False)), node))

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

    def _quoted(self, text: str, field: str) -> Node:
        if field in KEYWORD_FIELDS:
            return self._keyword(text, field)
        asked = sequence(field, self._positions(text, stems=False))
        return self._person(text, asked) if field == "speaker" and not self.exact else asked

    def _person(self, text: str, asked: Node) -> Node:
        """A name in full, or its parts without titles, with initials, otherwise spelt."""
        words = without_titles(text.split())
        if len(words) < len(text.split()):
            self.notes.append(f'{text!r} also as "{" ".join(words)}": titles are no names')
        words = [word for word in words if analyze(word)]
        if not words:
            return asked
        *given, last = words
        parts = (
            *(self._given_name(word, last) for word in given),
            self._word(Word(last), "speaker"),
        )
        named = parts[0] if len(parts) == 1 else And(parts)
        return Best((asked, scaled(named, SPELLING_BOOST)))

    def _given_name(self, word: str, last: str) -> Node:
        """A name before the last: an initial stands for names, and a name for its initial."""
        name = self._word(Word(word), "speaker")
        if len(analyze(word)) != 1:
            return name
        exact = analyze(word)[0].exact
        if is_initial(word):
            return Best((name, *self._names_of_initial(exact, last)))
        return Best((name, Term("speaker", "=" + exact[0], SPELLING_BOOST)))

    def _names_of_initial(self, initial: str, last: str) -> tuple[Node, ...]:
        """Names that begin so; never the last name, which the initial cannot stand for."""
        lasts = [token.exact for token in analyze(last)]
        if not any(name.startswith(initial) for name in lasts):
            return (Prefix("speaker", "=" + initial, SPELLING_BOOST),)
        sounds = {sound(name) for name in lasts}
        known = self.words("speaker", initial, MAX_READ)
        return tuple(
            Term("speaker", "=" + name, SPELLING_BOOST)
            for name in known
            if name != initial and sound(name) not in sounds
        )

    def _nearby(self, near: Nearby, field: str) -> Node:
        left, right = self._places(near.left, field), self._places(near.right, field)
        return Near(field, left, right, near.distance)

    def _places(self, part: Word | Quoted, field: str) -> tuple[tuple[str, ...], ...]:
        any_form = isinstance(part, Word) and part.form == "any"
        stems = any_form and not self.exact and field not in UNSTEMMED
        positions = self._positions(part.text, stems=stems)
        if stems and len(positions) == 1 and "en" in self.languages:
            others = spellings(positions[0][0].removeprefix("="))
            more = [term for other in others for term in self._terms(other)]
            positions = (tuple(dict.fromkeys((*positions[0], *more))),)
        return positions

    def _keyword(self, text: str, field: str) -> Node:
        value = keyword_value(field, text)
        return Keyword(field, keyword_values(field, value) if value else ())

    def _others(
        self, text: str, positions: Sequence[tuple[str, ...]], field: str
    ) -> tuple[str, ...]:
        """Other spellings and names of a word, each once."""
        found = [*self._variants(text)]
        if "en" in self.languages and field not in UNSTEMMED:
            found += self._spellings(text, positions)
        if len(positions) == 1 and (field == "speaker" or (field == TEXT and text[:1].isupper())):
            found += sounding_alike(positions[0][0].removeprefix("="), self.words)
        exact = " ".join(position[0].removeprefix("=") for position in positions)
        return tuple(
            {fold(other): other for other in reversed(found) if fold(other) != exact}.values()
        )[::-1]

    def _variants(self, text: str) -> tuple[str, ...]:
        words = tuple(token.exact for token in analyze(text))
        return variants(words, self.languages, capitals=text.isupper())

    def _spellings(self, text: str, positions: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
        """Other ways to write a word: American, British, or without its hyphen."""
        exact = [position[0].removeprefix("=") for position in positions]
        if len(exact) == 1:
            return spellings(exact[0])
        joined = "".join(exact)
        written = text.replace("-", "", 1)
        return (joined,) if len(exact) == 2 and written.isalpha() and "-" in text else ()

    def _variant(self, name: str, field: str) -> Node:
        positions = self._positions(name, stems=field not in UNSTEMMED)
        return scaled(sequence(field, positions), SPELLING_BOOST)

    def _terms(self, word: str) -> tuple[str, ...]:
        return self._positions(word, stems=True)[0]

    def _positions(self, text: str, *, stems: bool) -> tuple[tuple[str, ...], ...]:
        return read_words(text, self.languages, stems)


@lru_cache(maxsize=65_536)  # saved queries ask for the same words again and again
def read_words(text: str, languages: tuple[str, ...], stems: bool) -> tuple[tuple[str, ...], ...]:
    """For each word of the text the terms it may be: exact forms first, then stems.

    >>> read_words("Two sanctions", ("en",), True)
    (('=two', 'two'), ('=sanctions', 'sanction'))
    """
    readings = [analyze(text, language) for language in languages or (None,)]
    positions = []
    for tokens in zip_longest(*readings):
        found = [token for token in tokens if token is not None]
        terms = ["=" + token.exact for token in found]
        if stems:
            terms += [token.stem for token in found]
        positions.append(tuple(dict.fromkeys(terms)))
    return tuple(positions)


def scaled(node: Node, factor: float) -> Node:
    """The same node, everything in it scored by this factor."""
    match node:
        case Term() | Phrase() | Near() | Prefix():
            return replace(node, boost=node.boost * factor)
        case And() | Or() | Best():
            return replace(node, parts=tuple(scaled(part, factor) for part in node.parts))
        case _:
            return node


def sequence(field: str, positions: tuple[tuple[str, ...], ...]) -> Node:
    """One position as terms, several as a phrase."""
    if len(positions) > 1:
        return Phrase(field, positions)
    exact = [Term(field, term) for term in positions[0] if term.startswith("=")]
    stems = [Term(field, term) for term in bare(positions[0])]
    if not stems:
        return exact[0] if len(exact) == 1 else Best(tuple(exact))
    any_form = stems[0] if len(stems) == 1 else Best(tuple(stems))
    return Or((any_form, *(Term(field, term.term, FORM_BOOST) for term in exact)))


def bare(terms: tuple[str, ...]) -> tuple[str, ...]:
    """The stems among the terms of a position.

    >>> bare(("=sanctions", "sanction"))
    ('sanction',)
    """
    return tuple(term for term in terms if not term.startswith("="))


def weighted(field: str, positions: tuple[tuple[str, ...], ...], boost: float) -> Node:
    """One position as the best of its terms, several as a phrase, with this boost."""
    if len(positions) > 1:
        return Phrase(field, positions, 0, boost)
    terms = tuple(Term(field, term, boost) for term in positions[0])
    return terms[0] if len(terms) == 1 else Best(terms)
