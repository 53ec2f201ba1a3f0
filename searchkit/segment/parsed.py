"""Reported speech by a dependency parse: what the rules of word order miss.

In comes one sentence that holds a reporting word; out come `Report`s in its `Words`:
"X, asked on the way out, let it be known that ..." has a subject and a clause wherever
they stand.  The parser is spaCy with a small English model, an extra; nothing is loaded
until a sentence is parsed.  What the rules find comes first: see `prose`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cache
from typing import Any, Final, Literal, get_args

from searchkit.errors import UsageError
from searchkit.names.offices import word_set
from searchkit.segment.cues import CUES, NOUN_CUES, frames, lemma_of
from searchkit.segment.phrases import Source, describe, role_text
from searchkit.segment.reported import Report
from searchkit.segment.sources import Found
from searchkit.segment.words import PRONOUNS, Words

Parser = Literal["rules", "spacy"]
"""What reads reported speech: our rules, or the rules and then a parse."""

PARSERS: Final[tuple[Parser, ...]] = get_args(Parser)
INSTALL = "Run: pip install 'searchkit[spacy]'"
# The small English model, under whatever name its package carries after this.
MODEL = "en_core_web_sm"
# A longer sentence is a list or a table; its parse tells nothing.
LONGEST_SENTENCE = 1500
FEWEST_CONTENT = 2
SUBJECTS = frozenset(("nsubj", "csubj", "expl"))
CONTENTS = frozenset(("ccomp", "xcomp", "dobj", "acomp", "oprd", "attr", "prep", "prt"))
CLAUSES = frozenset(("ccomp", "xcomp"))
CONTENT_PREPOSITIONS = word_set("for of on against about as to that")
# "I", and "no one can say".
NO_SOURCES = word_set("i we you one nobody")


def check_parser(parser: Parser) -> None:
    """Raise UsageError, which says what to install, where a parser cannot be used here."""
    if parser == "spacy":
        load()


@cache
def load() -> Any:
    """The parser; raises UsageError where spaCy or its small English model is missing."""
    try:
        import spacy
    except ImportError as error:
        raise UsageError(f"parser 'spacy' needs the package 'spacy'. {INSTALL}") from error
    models = sorted(m for m in spacy.util.get_installed_models() if m.startswith(MODEL))
    if not models:
        raise UsageError(f"parser 'spacy' needs a model 'en_core_web_sm'. {INSTALL}")
    return spacy.load(models[0], exclude=["ner", "lemmatizer"])


def parsed_reports(text: str, words: Words) -> Iterator[Report]:
    """The reports of one sentence of ``text``, whose words are given, in order of cue."""
    start, end = words.starts[0], words.ends[-1]
    if end - start > LONGEST_SENTENCE:
        return
    at = _Places(words, start)
    for token in load()(text[start:end]):
        low = token.lower_
        if token.pos_ in ("VERB", "AUX") and low in CUES:
            yield from _verb_report(at, token)
        elif token.pos_ == "NOUN" and low in NOUN_CUES:
            yield from _noun_report(at, token)


class _Places:
    """Tokens of a parse as indices of words."""

    def __init__(self, words: Words, start: int) -> None:
        self.words, self.start = words, start

    def bounds(self, low: int, high: int) -> tuple[int, int]:
        """The words that a stretch of the sentence covers."""
        a = bisect_right(self.words.ends, self.start + low)
        return a, bisect_left(self.words.starts, self.start + high)

    def of(self, first: Any, last: Any) -> tuple[int, int]:
        """The words from one token to another."""
        return self.bounds(first.idx, last.idx + len(last))


def _verb_report(at: _Places, verb: Any) -> Iterator[Report]:
    if any(child.dep_ in ("nsubjpass", "auxpass") for child in verb.children):
        return
    if verb.tag_ == "VBN" and not any(child.dep_ == "aux" for child in verb.children):
        return  # "the prison, dubbed ..."
    parts = _contents(verb)
    subject = _subject(verb) if parts else None
    if subject is None or subject.lower_ in NO_SOURCES:
        return
    found = _found(at, subject)
    clause = any(part.dep_ == "ccomp" for part in parts)
    if found is None or not (clause or _may_do(verb, found.source)):
        return
    a, b = at.of(parts[0].left_edge, parts[-1].right_edge)
    if parts[-1].i < verb.i:
        b = min(b, found.first if found.first > a else b)
    yield from _report(at, found, a, b, verb)


def _may_do(verb: Any, source: Source) -> bool:
    """Whether somebody condemns or promises something; a relative clause only tells of him."""
    return source.sort != "unknown" and verb.dep_ not in ("relcl", "acl")


def _report(at: _Places, found: Found, a: int, b: int, cue: Any) -> Iterator[Report]:
    words = at.words
    while a < b and (words.lows[a] == "that" or not words.texts[a][0].isalnum()):
        if words.texts[a][0] in '\x01\x02“"‘':
            break
        a += 1
    if b - a >= FEWEST_CONTENT and not a <= found.first < b:
        yield Report(found, a, b, cue.text)


def _contents(verb: Any) -> list[Any]:
    """The dependents of a verb that hold what is said; none where it is no message."""
    kinds = frames(verb.lower_)
    parts = [child for child in verb.children if _is_content(verb, child)]
    if any(part.dep_ in CLAUSES for part in parts):
        # "warned the council that ...": whom he told is no part of it.
        return [p for p in parts if p.dep_ != "dobj"] if kinds != QUOTES else []
    is_object = "object" in kinds and lemma_of(verb.lower_) not in NO_OBJECT
    return parts if is_object else []


def _is_content(verb: Any, child: Any) -> bool:
    if child.dep_ == "prep":
        return child.i > verb.i and child.lower_ in CONTENT_PREPOSITIONS
    return child.dep_ in CONTENTS


QUOTES = frozenset(("quote",))
NO_OBJECT = word_set("call ask voice extend question credit challenge")


def _subject(verb: Any, depth: int = 0) -> Any:
    """The subject of a verb, its own or that of the verb or noun which it hangs on."""
    for child in verb.children:
        if child.dep_ in SUBJECTS:
            if child.lower_ in ("which", "that") and verb.dep_ == "relcl":
                return None
            return verb.head if child.lower_ == "who" and verb.dep_ == "relcl" else child
    if depth > DEEPEST:
        return None
    if verb.dep_ == "acl":
        return verb.head if verb.tag_ == "VBG" else None
    if verb.dep_ == "xcomp" and verb.head.lower_ in SEEMS:
        return None
    if verb.dep_ in ("conj", "xcomp", "advcl", "pcomp") and verb.head.pos_ in ("VERB", "AUX"):
        return _subject(verb.head, depth + 1)
    if verb.dep_ == "pcomp" and verb.head.dep_ == "prep":
        return _subject(verb.head.head, depth + 1)
    return None


DEEPEST = 4
SEEMS = word_set("seem seems seemed appear appears appeared")


def _found(at: _Places, subject: Any) -> Found | None:
    """The source that a subject's phrase names, without its relative clauses."""
    last = subject
    for child in subject.subtree:
        if child.i <= subject.i:
            continue
        if child.dep_ in ("relcl", "acl", "appos", "punct"):
            break
        last = child
    a, b = at.of(subject.left_edge, last)
    if a >= b:
        return None
    words = at.words
    start, end = words.starts[a], words.ends[b - 1]
    if (owner := OWNERS.get(words.lows[a])) and b - a == 1:
        return Found(Source(start, end, "pronoun", head=owner, sex=PRONOUNS[owner]), a, b)
    role = role_text(words, a, b)
    source = describe(words, a, b) or (Source(start, end, "unknown", role=role) if role else None)
    return Found(source, a, b) if source is not None else None


OWNERS = {"his": "he", "her": "she", "its": "it", "their": "they"}


def _noun_report(at: _Places, noun: Any) -> Iterator[Report]:
    """ "the Ministry's claim that ...": the owner's."""
    owner = next((child for child in noun.children if child.dep_ == "poss"), None)
    clause = next((c for c in noun.children if c.dep_ in ("acl", "ccomp") and c.i > noun.i), None)
    if owner is None or clause is None:
        return
    found = _found(at, owner)
    if found is not None:
        yield from _report(at, found, *at.of(clause.left_edge, clause.right_edge), noun)
