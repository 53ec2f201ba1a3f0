"""A query's text read as a tree, with notes on whatever was not read as it stands.

In comes what a person typed or pasted; out goes a `Query`, or a `QueryError` with
the column of what cannot be read.  docs/query.md is the specification.  Nothing
here knows an index, a language or a stem.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from searchkit.analyzer import analyze
from searchkit.errors import QueryError
from searchkit.query.days import date_bounds
from searchkit.query.fields import DATE_FIELDS, KEYWORD_FIELDS, keyword_value, value_problem
from searchkit.query.lexer import MAX_BYTES, MAX_WEIGHT, OPERATORS, Item, Lexer
from searchkit.query.reading import reading_of
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
    positive_parts,
)
from searchkit.query.when import MAX_WORDS, is_word_of_time

MAX_DEPTH = 50
"""Deepest nesting of brackets."""

MAX_CLAUSES = 1024
"""Most words, phrases and filters in one query."""

MIN_BEGINNING = 2
"""Fewest letters before a ``*``."""

SHORT = 8
"""In so few items a small or and not may have been meant as operators; in a sentence not."""

ONE_VALUE = frozenset(KEYWORD_FIELDS) - {"mentions"}

_YEAR = re.compile(r"\d{4}", re.ASCII)

# Written in capitals anyway, so they do not make a query a title in capitals.
_ACRONYMS = """
    AU ASEAN BRICS CIS CSTO COP DC DPRK DRC ECB ECOWAS EEC EU FAO GCC GDP IAEA ICC ICJ ICRC
    IGAD ILO IMF INF IOM MFA MERCOSUR NATO NGO NGOS NPT OAS OECD OIC OPCW OPEC OSCE PLO PRC
    ROK SADC SCO START UAE UK UN UNDP UNESCO UNGA UNHCR UNICEF UNRWA UNSC US USA USSR WFP
    WHO WMD WTO
"""
ACRONYMS = frozenset(_ACRONYMS.split())


@dataclass(frozen=True, slots=True)
class Query:
    """One query as it was read; two queries are equal whose trees are.

    ``notes`` say what was ignored, relaxed or read as something else.
    """

    tree: Part
    text: str = field(compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        """The canonical text: reading it again gives an equal query."""
        text = str(self.tree)
        return f"({text})" if _is_title(Lexer(text).items) else text

    @property
    def reading(self) -> str:
        """How the query was read, in words, on one line."""
        return reading_of(self.tree)

    @property
    def words(self) -> tuple[str, ...]:
        """The words and phrases asked of the text itself, as typed, for showing."""
        parts = positive_parts(self.tree)
        return tuple(part.text for part in parts if isinstance(part, Word | Quoted))


def parse_query(text: str, *, today: date | None = None) -> Query:
    """Read a query; QueryError with a column where it cannot be read.

    Times in words ("last month") are counted from ``today``, else from this day in UTC.

    >>> query = parse_query("militarisation -speaker:Hajiyev date:2023-10..2023-12")
    >>> str(query)
    'militarisation -speaker:Hajiyev date:2023-10..2023-12'
    >>> query.reading
    'passages with militarisation (any form), not by speaker Hajiyev, from 2023-10-01 to 2023-12-31'
    """
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        column = len(text.encode("utf-8", "replace")[:MAX_BYTES].decode("utf-8", "ignore"))
        raise QueryError("query longer than 8 kB: search for a part of it", text, column)
    reader = _Reader(Lexer(text), today or datetime.now(UTC).date())
    tree = reader.read()
    return Query(tree, text, tuple(dict.fromkeys(reader.notes)))


def plain_query(text: str) -> Query | None:
    """Every word of a text as a word and nothing as an operator; None without words.

    For topics and whatever scripts pass on: nothing in it needs to be escaped.

    >>> str(plain_query("St. Vincent -dash (OR) 5%"))
    'St Vincent dash or 5'
    """
    told = text.lower() if text.isupper() else text
    tokens = analyze(told[:MAX_BYTES])
    spans = ((told[token.start : token.end], token.start) for token in tokens)
    found = tuple(
        Word(word.lower() if word in OPERATORS else word, "any", at) for word, at in spans
    )
    if not found:
        return None
    return Query(found[0] if len(found) == 1 else All(found[:MAX_CLAUSES]), text)


def _is_title(items: list[Item]) -> bool:
    """Whether operators stand among nothing but words in capitals: PEACE OR WAR."""
    kinds = {item.kind for item in items}
    if not kinds & {"AND", "OR", "NOT"} or not kinds <= {"AND", "OR", "NOT", "word", "end"}:
        return False
    if any(item.kind in OPERATORS and item.text != item.kind for item in items):
        return False
    words = [item.text for item in items if item.kind == "word"]
    if not all(word == word.upper() != word.lower() for word in words):
        return False
    return any(word.replace(".", "") not in ACRONYMS for word in words)


class _Reader:
    """Recursive descent over the items; no deeper than `MAX_DEPTH` brackets."""

    def __init__(self, lexer: Lexer, today: date) -> None:
        self.today = today
        self.error = lexer.error
        self.notes = lexer.notes
        self.items = lexer.items
        self.at = 0
        self.depth = 0
        self.clauses = 0
        self.field: str | None = None
        if _is_title(self.items):
            self._read_as_title()
        elif len(self.items) <= SHORT:
            small = dict.fromkeys(i.text for i in self.items if i.text in ("or", "not"))
            self.notes += [
                f"{word!r} is a word here; as operator write {word.upper()}" for word in small
            ]

    def _read_as_title(self) -> None:
        told = (i.kind if i.kind in OPERATORS else i.text.lower() for i in self.items[:8])
        said = " ".join(told).strip()
        self.items = [
            Item("word", item.text.lower(), item.column) if item.kind in OPERATORS else item
            for item in self.items
        ]
        self.notes.append(
            f"all is in capitals, so AND, OR, NOT are read as words of a title; "
            f"as operators write: {said}"
        )

    @property
    def item(self) -> Item:
        return self.items[self.at]

    def read(self) -> Part:
        tree = self._either()
        if self.item.kind == ")":
            raise self.error("bracket closed that was not opened", self.item.column)
        if tree is None:
            raise self.error(
                'nothing to search for: type a word, a "phrase" or a field such as speaker:name', 0
            )
        return tree

    def _either(self) -> Part | None:
        column = self.item.column
        parts: list[Part] = []
        while True:
            part = self._all()
            joined = self.item
            if part is None and (parts or joined.kind == "OR"):
                where = joined.column if joined.kind == "OR" else self.items[self.at - 1].column
                raise self.error(_dangling("OR"), where)
            if part is not None:
                parts += part.parts if isinstance(part, Either) else (part,)
            if joined.kind != "OR":
                break
            self.at += 1
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else Either(tuple(parts), column)

    def _all(self) -> Part | None:
        column = self.item.column
        parts: list[Part] = []
        joined: Item | None = None
        while self.item.kind not in ("OR", ")", "end"):
            if self.item.kind == "AND":
                if joined or not parts:
                    raise self.error(_dangling("AND"), self.item.column)
                joined = self.item
                self.at += 1
                continue
            part = self._signed()
            if part is not None:
                joined = None
                parts += part.parts if isinstance(part, All) else (part,)
        if joined:
            raise self.error(_dangling("AND"), joined.column)
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else All(tuple(parts), column)

    def _signed(self) -> Part | None:
        """A part with any number of NOT or - before it; None for empty brackets."""
        sign = self.item
        negative = False
        while self.item.kind in ("minus", "NOT"):
            negative = not negative
            self.at += 1
        if self.item.kind in ("AND", "OR", ")", "end"):
            what = "-" if self.items[self.at - 1].kind == "minus" else "NOT"
            raise self.error(_dangling(what), self.items[self.at - 1].column)
        part = self._chain()
        if part is None or not negative:
            return part
        return part.part if isinstance(part, Without) else Without(part, sign.column)

    def _chain(self) -> Part | None:
        """A part, or words with NEAR between them: each near the next."""
        if (near := self.item).kind == "NEAR":
            raise self.error(_dangling("NEAR"), near.column)
        part = self._weighed(self._primary())
        if self.items[self.at].kind != "NEAR":
            return part
        pairs: list[Part] = []
        while (near := self.item).kind == "NEAR":
            left = self._beside_near(part, near)
            self.at += 1
            if self.item.kind not in ("word", "quote"):
                raise self.error(_dangling("NEAR"), near.column)
            part = self._primary()
            right = self._beside_near(part, near)
            pairs.append(Nearby(left, right, near.number, near.column))
        chain = pairs[0] if len(pairs) == 1 else All(tuple(pairs), near.column)
        return self._weighed(chain)

    def _beside_near(self, part: Part | None, near: Item) -> Word | Quoted:
        if isinstance(part, Quoted) or (isinstance(part, Word) and part.form in ("any", "exact")):
            return part
        raise self.error("NEAR stands between plain words or phrases", near.column)

    def _weighed(self, part: Part | None) -> Part | None:
        """The part with the weight that follows it."""
        while self.item.kind == "weight":
            factor = float(self.item.text)
            self.at += 1
            if isinstance(part, Weighted):
                part = Weighted(part.part, min(part.factor * factor, MAX_WEIGHT), part.column)
            elif part is not None:
                part = Weighted(part, factor, part.column)
        return part

    def _primary(self) -> Part | None:
        item = self.item
        if item.kind == "(":
            return self._group()
        self.clauses += 1
        if self.clauses > MAX_CLAUSES:
            raise self.error(f"more than {MAX_CLAUSES} words: search for fewer", item.column)
        if item.kind == "field":
            return self._of_field()
        self.at += 1
        leaf = self._leaf(item)
        self._check_value(leaf)
        return leaf

    def _group(self) -> Part | None:
        opened = self.item
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"brackets deeper than {MAX_DEPTH}", opened.column)
        self.at += 1
        part = self._either()
        if self.item.kind != ")":
            raise self.error("bracket not closed", opened.column)
        self.at += 1
        self.depth -= 1
        if part is None:
            self.notes.append(f"the empty brackets at column {opened.column + 1} are ignored")
        return part

    def _leaf(self, item: Item) -> Word | Quoted:
        if item.kind == "quote":
            return Quoted(item.text, item.column)
        if self.field in ("site", "confidence"):
            # A host name keeps the marks that part its words, a number its sign.
            value = keyword_value(self.field, item.raw)
            if value is None:
                raise self.error(value_problem(self.field, item.raw), item.column)
            return Word(value, "any", item.column)
        if item.form != "beginning":
            return Word(item.text, item.form, item.column, item.number)
        *front, last = analyze(item.text)
        if len(last.exact) < MIN_BEGINNING:
            raise self.error(
                f"{item.text + '*'!r} is too short: give at least {MIN_BEGINNING} letters before *",
                item.column,
            )
        if front:
            self.notes.append(f"{item.text + '*'!r} is read as {item.text} with any ending")
        return Word(item.text, "beginning", item.column)

    def _of_field(self) -> Part | None:
        named = self.item
        name = named.text
        if self.field:
            raise self.error(f"a field inside {self.field}:, close the bracket first", named.column)
        self.at += 1
        value = self.item
        if value.kind not in ("word", "quote", "("):
            raise self.error(_no_value(name, value), named.column)
        if named.spaced:
            self.notes.append(f"the space behind {name}: is read past")
        if name in DATE_FIELDS:
            return self._dates(named, value)
        if value.kind == "word" and (not value.text or value.raw[0] in "-–—−"):
            raise self.error(_no_value(name, value), named.column)
        self.field = name
        part = self._weighed(self._primary())
        self.field = None
        if part is None:
            raise self.error(f"nothing behind {name}:", named.column)
        self._tell_values(name, part)
        return Field(name, part, named.column)

    def _check_value(self, leaf: Word | Quoted) -> None:
        """Refuse a value that its keyword field cannot have."""
        name = self.field
        if name not in KEYWORD_FIELDS:
            return
        if isinstance(leaf, Word) and leaf.form in ("beginning", "shape", "like"):
            raise self.error(f"{name}: takes whole values, without *, ? and ~", leaf.column)
        if keyword_value(name, leaf.text) is None:
            problem = value_problem(name, leaf.text)
            if leaf is not None and self.item.kind == "word" and name in ("country", "mentions"):
                together = f"{leaf.text} {self.item.text}"
                if keyword_value(name, together):
                    problem = f'write names of several words in quotes: {name}:"{together}"'
            raise self.error(problem, leaf.column)

    def _tell_values(self, name: str, part: Part) -> None:
        if name in ONE_VALUE and isinstance(part, All):
            joined = " OR ".join(str(inner) for inner in part.parts)
            self.notes.append(f"a passage has one {name}: for any of them write {name}:({joined})")
        following = self.item
        is_name = name in ("speaker", "affiliation") and isinstance(part, Word)
        if is_name and following.kind == "word" and following.text[:1].isupper():
            self.notes.append(
                f'only {part} belongs to {name}:, for both write {name}:"{part} {following.text}"'
            )

    def _dates(self, named: Item, value: Item) -> Dates:
        if value.kind == "(":
            raise self.error(f"{named.text}: takes one date or range, no brackets", value.column)
        self.at += 1
        try:
            first, last = self._longest_time(named.text, value)
        except ValueError as problem:
            raise self.error(str(problem), value.column) from None
        return Dates(first, last, named.column)

    def _longest_time(self, name: str, value: Item) -> tuple[str | None, str | None]:
        """The time that the value and as many words behind it as possible mean."""
        following = [value]
        typed = value.raw or value.text
        if ".." in typed or _YEAR.match(typed):  # a date goes on with nothing
            if value.kind == "word" and is_word_of_time(self.item.text):
                self.notes.append(f'only {typed} belongs to {name}:, for more write "{typed} ..."')
            return date_bounds(name, typed, self.today)
        for item in self.items[self.at : self.at + MAX_WORDS - 1]:
            if value.kind != "word" or not is_word_of_time(item.text):
                break
            following.append(item)
        for count in range(len(following), 1, -1):
            words = " ".join(item.raw or item.text for item in following[:count])
            try:
                found = date_bounds(name, words, self.today)
            except ValueError:
                continue
            self.at += count - 1
            return found
        return date_bounds(name, typed, self.today)


def _dangling(operator: str) -> str:
    if operator == "-":
        return "the minus has nothing to exclude"
    sides = "something to exclude" if operator == "NOT" else "something on both sides"
    if operator == "NEAR":
        return "NEAR needs a word or a phrase on both sides"
    return f"{operator} needs {sides}; write it in small letters if it is a word"


def _no_value(name: str, value: Item) -> str:
    if value.kind == "minus" or value.raw[:1] in set("-–—−"):
        return f"write the minus before the field: -{name}:"
    return f"nothing behind {name}: that could be looked for"
