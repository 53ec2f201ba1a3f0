"""A query's text cut into items: words, quotes, brackets, operators, field names.

In comes the text of one query; out go items with their columns, and notes on what
was passed over.  How the items combine is the reader's business.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal, NamedTuple

from searchkit.analyzer import MAX_TERM, WORD, analyze
from searchkit.errors import QueryError
from searchkit.query.fields import FIELDS, suggested_field
from searchkit.query.tree import WordForm

MAX_BYTES = 8 * 1024
"""Longest query, in bytes of UTF-8."""

MAX_NEAR = 50
"""Words from one to the other with NEAR, at most: a passage has about 200."""

MAX_WEIGHT = 100

MIN_LIKE, SHORT_WORD, MAX_EDITS = 4, 6, 2
"""Letters of a word with ~, at least; of one that may differ in a single letter, at most;
letters it may differ in, at most."""

ItemKind = Literal[
    "word", "quote", "(", ")", "minus", "field", "AND", "OR", "NOT", "NEAR", "weight", "end"
]


class Item(NamedTuple):
    """One item of a query.

    ``raw`` is a word as typed; ``spaced`` a field with a space behind; ``number`` the
    letters a word may differ in, or the words between those that are near.
    """

    kind: ItemKind
    text: str
    column: int
    form: WordForm = "any"
    raw: str = ""
    spaced: bool = False
    number: int = 0


# Quotation marks and what closes them; guillemets point either way.
CLOSERS = {
    '"': '"”', "＂": '＂"', "“": "”", "”": "”", "‟": "”", "„": "“”", "«": "»", "»": "«",
    "「": "」", "〝": "〞〟",
}  # fmt: skip
_QUOTES = "".join(dict.fromkeys("".join(CLOSERS) + "".join(CLOSERS.values())))
_ANY_QUOTE = re.compile(f"[{_QUOTES}]")
# Hyphens and minus signs that say "without" before a word; en dashes do so too, since
# word processors make them.
_MINUS = "-\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d"
_DASHES = _MINUS + "\u2014\u2015"
# One item: white space and quotes end a word; a bracket opens a group only where a word
# may begin, so that "minister(s)" is one word.
# No possessive group, here and in the analyzer: Python before 3.11.5 errs there.
_ITEM = re.compile(
    rf"(?P<space>\s+)|(?P<quote>[{_QUOTES}])|(?P<open>\()|(?P<close>\))"
    rf"|(?P<minus>(?<![^\s(])[{_MINUS}](?=[\w=(#{_QUOTES}'’‘]))"
    rf"|(?P<run>(?:[^\s(){_QUOTES}]|(?<=\w)\([^\s(){_QUOTES}]*\))+)"
)
# A name and a colon, at the beginning of a word.
_FIELD = re.compile(r"([A-Za-z][A-Za-z_-]{0,30}):")
_NEAR = re.compile(r"(NEAR|ADJ)/(\d{0,6})\Z")
# What may stand behind a word: ~ with the letters it may differ in, ^ with its weight.
_SUFFIX = re.compile(r"(?:~(\d?))?+(?:\^(\d[\d.]*+)?+)?\Z")
_WEIGHT = re.compile(r"\^(\d{1,4}(?:\.\d{1,4})?)\Z")
_LONE_MARK = re.compile(r"[~^][\d.]*\Z")
# wom?n, sanc*ion: marks inside a word that has two letters before the first of them.
_SHAPE = re.compile(r"[^\W_]{2,}(?:[?*]+[^\W_]+)+\Z")
_STARS = re.compile(r"\*+")
_SPACES = re.compile(r"\s+")
OPERATORS: dict[str, ItemKind] = {"AND": "AND", "OR": "OR", "NOT": "NOT"}
_OPERATOR_HABITS: dict[str, ItemKind] = {"&&": "AND", "||": "OR"}
_KEPT_BETWEEN = frozenset("./_@")


def word_text(run: str) -> tuple[str, str] | None:
    """The words of a run as one text that reads alike, and what follows the last of them.

    Whatever parts the words is a hyphen, save single marks inside addresses.

    >>> word_text("“militarisation,"), word_text("http://mfa.example/"), word_text("...")
    (('militarisation', ','), ('http-mfa.example', '/'), None)
    """
    if run.isascii() and run.isalnum():
        return run, ""
    tokens = analyze(run)
    if not tokens:
        return None
    pieces = [run[tokens[0].start : tokens[0].end]]
    for before, token in pairwise(tokens):
        between = run[before.end : token.start]
        in_address = between in _KEPT_BETWEEN and run[before.end - 1].isalpha()
        kept = between if not between or (in_address and run[token.start].isalpha()) else "-"
        pieces += [kept, run[token.start : token.end]]
    return "".join(pieces), run[tokens[-1].end :]


def closing_quote(text: str, start: int) -> int | None:
    """Where the quotation opened at ``start`` closes; None where it does not.

    A mark closes by its own counterpart, or by a straight one where that comes
    first or the counterpart only follows another opening.

    >>> closing_quote('“he said "yes" today”', 0), closing_quote('“a" and “b”', 0)
    (20, 2)
    """
    opener = text[start]
    places = [at for c in CLOSERS.get(opener, opener) if (at := text.find(c, start + 1)) >= 0]
    own = min(places, default=-1)
    again = text.find(opener, start + 1, own if own >= 0 else len(text))
    if own >= 0 and (again < 0 or opener in '"＂”'):
        return _past_inner(text, start, own) if opener == '"' else own
    straight = text.find('"', start + 1)
    return straight if straight >= 0 else (own if own >= 0 else None)


def _past_inner(text: str, start: int, found: int) -> int:
    """Go on from a curly mark that closes a curly quotation inside a straight one."""
    if text[found] == "”" and text.find("“", start, found) >= 0:
        straight = text.find('"', start + 1)
        return straight if straight >= 0 else found
    return found


def _shape_of(run: str) -> str:
    """A word with ? or * inside, folded; "" for any other.

    >>> _shape_of("Wom?n"), _shape_of("sanc*ion,"), _shape_of("what?"), _shape_of("x?y")
    ('wom?n', 'sanc*ion', '', '')
    """
    run = run.rstrip("?.,;:!")
    if not _SHAPE.match(run) or len(run) > MAX_TERM:
        return ""
    pieces = re.split(r"([?*]+)", run)
    folded = [p if p[0] in "?*" else "".join(t.exact for t in analyze(p)) for p in pieces]
    return _STARS.sub("*", "".join(folded)) if len(folded[0]) > 1 and all(folded) else ""


class Lexer:
    """Cuts one query; ``items`` in order, ended by "end", ``notes`` on what was ignored."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.items: list[Item] = []
        self.notes: list[str] = []
        at = 0
        while at < len(text):
            found = _ITEM.match(text, at)
            # Every character is white space, a quote, a bracket or part of a run.
            assert found is not None
            at = getattr(self, f"_{found.lastgroup}")(found.group(), at)
        self.items.append(Item("end", "", len(text)))

    def error(self, message: str, column: int) -> QueryError:
        """The error to raise, with this query and the column."""
        return QueryError(message, self.text, column)

    def _add(self, kind: ItemKind, text: str, column: int) -> int:
        self.items.append(Item(kind, text, column))
        return column + len(text)

    def _space(self, text: str, at: int) -> int:
        return at + len(text)

    def _open(self, text: str, at: int) -> int:
        return self._add("(", text, at)

    def _close(self, text: str, at: int) -> int:
        return self._add(")", text, at)

    def _minus(self, text: str, at: int) -> int:
        if text == "\u2013":
            self.notes.append(f"the dash at column {at + 1} is read as a minus: without")
        return self._add("minus", text, at)

    def _quote(self, mark: str, at: int) -> int:
        end = closing_quote(self.text, at)
        if end is None:
            raise self.error("quote not closed", at)
        inner = _SPACES.sub(" ", _ANY_QUOTE.sub(" ", self.text[at + 1 : end]))
        found = [match.span() for match in WORD.finditer(inner)]
        if found and analyze(inner):
            self.items.append(Item("quote", inner[found[0][0] : found[-1][1]], at))
        else:
            self.notes.append(f"the empty quotes at column {at + 1} are ignored")
        return end + 1

    def _run(self, run: str, at: int) -> int:
        if operator := OPERATORS.get(run):
            return self._add(operator, run, at)
        if operator := _OPERATOR_HABITS.get(run):
            self.notes.append(f"{run} at column {at + 1} is read as {operator}")
            return self._add(operator, run, at)
        if run.isascii() and run.isalnum():
            self.items.append(Item("word", run, at, raw=run))
            return at + len(run)
        if ":" in run and (named := _FIELD.match(run)) and self._named(named, run, at):
            return at + named.end()
        self._word(run, at)
        return at + len(run)

    def _named(self, named: re.Match[str], run: str, at: int) -> bool:
        """Take a field's name; False where the word before the colon is none."""
        name = named[1]
        behind = self.text[at + named.end() : at + named.end() + 1]
        if field := FIELDS.get(name.lower()):
            self.items.append(Item("field", field, at, spaced=behind.isspace()))
            return True
        guess = suggested_field(name)
        if guess and behind and not behind.isspace():
            raise self.error(f"there is no field {name!r}; did you mean {guess}:?", at)
        hint = f"; did you mean {guess}:?" if guess else ""
        self.notes.append(f"{named[0]!r} is no field: read as words{hint}")
        return False

    def _word(self, run: str, at: int) -> None:
        if near := _NEAR.match(run):
            self._near(near, at)
        elif _LONE_MARK.match(run):
            self._lone_mark(run, at)
        else:
            suffix = _SUFFIX.search(run)
            assert suffix is not None  # it may be empty
            self._one_word(run[: suffix.start()], suffix, at)

    def _near(self, near: re.Match[str], at: int) -> None:
        distance = int(near[2] or 0)
        if not 1 <= distance <= MAX_NEAR:
            raise self.error(f"write NEAR/1 to NEAR/{MAX_NEAR}, as in grain NEAR/5 corridor", at)
        if near[1] != "NEAR":
            self.notes.append(f"{near[0]} at column {at + 1} is read as NEAR/{distance}")
        self.items.append(Item("NEAR", near[0], at, number=distance))

    def _lone_mark(self, run: str, at: int) -> None:
        """A weight behind quotes or a bracket; else nothing."""
        follows = at > 0 and bool(self.items) and self.items[-1].kind in ("quote", ")")
        if run[0] == "^" and follows and not self.text[at - 1].isspace():
            self._weight(run, at)
            return
        hint = "; for words near each other write a NEAR/5 b" if run[0] == "~" and follows else ""
        self.notes.append(f"{run[:20]!r} at column {at + 1} is ignored: it stands alone{hint}")

    def _weight(self, run: str, at: int) -> None:
        found = _WEIGHT.match(run)
        if found is None or not 0 < float(found[1]) <= MAX_WEIGHT:
            raise self.error(f"write a weight above 0, up to {MAX_WEIGHT}: word^2, word^0.5", at)
        self.items.append(Item("weight", found[1], at))

    def _one_word(self, plain: str, suffix: re.Match[str], at: int) -> None:
        exact = plain.startswith("=")
        found = word_text(plain)
        if found is None:
            self._nothing(plain or suffix[0], at)
            return
        text, rest = found
        shape = "" if exact else _shape_of(plain)
        form: WordForm = "exact" if exact else "any"
        if shape:
            text, form, rest = shape, "shape", ""
        elif rest.startswith("*"):
            form, rest = "beginning", rest.lstrip("*")
        elif text in OPERATORS and not exact:
            # "OR," is a word; written down it must not be the operator.
            text = text.lower()
        edits = self._edits(suffix, text, form, at)
        if not shape:
            self._tell_marks(plain, rest, at)
        self.items.append(Item("word", text, at, "like" if edits else form, plain, number=edits))
        if suffix[2]:
            self._weight("^" + suffix[2], at + len(plain) + suffix[0].index("^"))
        elif "^" in suffix[0]:
            self.notes.append(f"'^' behind {plain[:40]!r} is ignored: write the weight, as in ^2")

    def _edits(self, suffix: re.Match[str], text: str, form: WordForm, at: int) -> int:
        """How many letters a word with ~ may differ in; 0 for one without."""
        if not suffix[0].startswith("~"):
            return 0
        if form != "any" or len(analyze(text)) > 1 or len(text) < MIN_LIKE:
            self.notes.append(
                f"~ behind {text[:40]!r} at column {at + 1} is ignored: it goes with one word "
                f"of {MIN_LIKE} letters and more"
            )
            return 0
        if not suffix[1]:
            return 1 if len(text) <= SHORT_WORD else MAX_EDITS
        if not 1 <= int(suffix[1]) <= MAX_EDITS:
            raise self.error(f"write ~1 or ~{MAX_EDITS} for so many letters that differ", at)
        return int(suffix[1])

    def _nothing(self, run: str, at: int) -> None:
        """A run without a word in it: ignored, and told where it may have been meant."""
        where = f"{run[:20]!r} at column {at + 1} is ignored"
        after = self.text[at + len(run) : at + len(run) + 1]
        if self.items and self.items[-1].kind == "field" and run[0] not in "'’‘":
            # What a field cannot be given; the reader says what is wrong with it.
            self.items.append(Item("word", "", at, raw=run))
        elif (run[0] in "*?=|!" and after not in CLOSERS) or run[0] in _DASHES or ".." in run:
            self.notes.append(f"{where}: it stands alone")

    def _tell_marks(self, run: str, rest: str, at: int) -> None:
        where = f"in {run[:40]!r} at column {at + 1}"
        inside = run[: len(run) - len(rest)].rstrip("*")
        if "*" in inside:
            self.notes.append(f"* {where} is ignored: give two letters before it")
        if "?" in inside:
            self.notes.append(f"? {where} parts two words: give two letters before it")
        if run[0] in "\u2014\u2015" or run.startswith(("--", "––")):
            self.notes.append(f"the dash {where} is ignored: write - before a word for without")
