"""Scores of attribution: spans matched one to one, and who is said to have said them.

Shared by the quality test and the bench.  Texts and labels come from the measuring data;
the speaker is right where one name is the last words of the other, or both are nobody.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from searchkit.records import Document, Statement
from searchkit.segment import Parser, segment

WORD = re.compile(r"\w+")
# Sources that PolNeAR leaves as a pronoun, or does not name.
UNNAMED = {"pronoun_source", "no_source"}
LEAST_OVERLAP = 0.5
Found = Callable[[dict[str, Any]], list[Statement]]


@dataclass
class Score:
    """Counts over documents; spans are compared by their words."""

    gold: int = 0
    made: int = 0
    matched: int = 0
    asked: int = 0
    right: int = 0

    @property
    def spans(self) -> float:
        """F of spans."""
        return 2 * self.matched / max(1, self.gold + self.made)

    @property
    def end_to_end(self) -> float:
        """Labelled statements that were found with the right speaker."""
        return self.right / max(1, self.asked)


def read_labelled(path: Path) -> Iterator[dict[str, Any]]:
    """The labelled documents of a file of JSON lines, gzipped or not."""
    body = path.read_bytes()
    for line in (gzip.decompress(body) if path.suffix == ".gz" else body).splitlines():
        yield json.loads(line)


def our_statements(labelled: dict[str, Any], parser: Parser = "rules") -> list[Statement]:
    """What `segment` makes of a labelled document and of what its source says beside it."""
    known = labelled.get("source_meta") or {}
    document = Document(
        "d", labelled["text"], title=labelled.get("title"), source=labelled.get("issuer"),
        speaker=known.get("speaker"), role=known.get("post"), country=known.get("country"),
    )  # fmt: skip
    return [statement for passage in segment(document, parser) for statement in passage.statements]


def score(documents: Iterable[dict[str, Any]], found: Found, kind: str | None = None) -> Score:
    """The score over documents; of one kind of labelled statement if it is given."""
    total = Score()
    for labelled in documents:
        wanted = [s for s in labelled["statements"] if "nested" not in (s.get("hard") or [])]
        _count(total, labelled["text"], wanted, found(labelled), kind)
    return total


def _count(
    total: Score, text: str, wanted: list[dict[str, Any]], made: list[Statement], kind: str | None
) -> None:
    places = [m.start() for m in WORD.finditer(text)]
    gold = [_words(places, s["start"], s["end"]) for s in wanted]
    ours = [_words(places, s.start, s.end) for s in made]
    pairs = _pairs(gold, ours)
    total.made += len(made)
    for i, statement in enumerate(wanted):
        if kind and statement["kind"] != kind:
            continue
        total.gold += 1
        total.matched += i in pairs
        if UNNAMED.isdisjoint(statement.get("hard") or []):
            total.asked += 1
            total.right += i in pairs and same_speaker(statement, made[pairs[i]])


def _words(places: list[int], start: int, end: int) -> frozenset[int]:
    return frozenset(place for place in places if start <= place < end)


def _pairs(gold: list[frozenset[int]], ours: list[frozenset[int]]) -> dict[int, int]:
    """Best matches first, each span once."""
    ranked = sorted(
        (
            (len(a & b) / len(a | b), i, j)
            for i, a in enumerate(gold)
            for j, b in enumerate(ours)
            if a & b
        ),
        reverse=True,
    )
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for overlap, i, j in ranked:
        if overlap >= LEAST_OVERLAP and i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return pairs


def same_speaker(wanted: dict[str, Any], made: Statement) -> bool:
    """Whether the names share a last name, either way; nobody is nobody."""
    if not wanted["speaker"]:
        return made.speaker is None or wanted.get("speaker_type") == "issuer"
    if not made.speaker:
        return False
    gold, ours = _names(wanted["speaker"]), _names(made.speaker)
    return any(a[-1] in b or b[-1] in a for a in gold for b in ours if a and b)


def _names(joined: str) -> list[list[str]]:
    return [WORD.findall(name.casefold()) for name in joined.split(";")]


def direct_words(documents: Iterable[dict[str, Any]], hurt: Callable[[str], str]) -> float:
    """F of directly quoted words between the whole text and the same text when hurt.

    ``hurt`` must keep the length.  What counts is how much a damage changes, not what
    the labels call direct.
    """
    both = first = second = 0
    for labelled in documents:
        text = labelled["text"]
        whole, torn = _direct(text, text), _direct(hurt(text), text)
        both, first, second = both + len(whole & torn), first + len(whole), second + len(torn)
    return 2 * both / max(1, first + second)


def _direct(text: str, words_of: str) -> set[int]:
    spans = [
        (s.start, s.end)
        for p in segment(Document("d", text))
        for s in p.statements
        if s.kind == "direct"
    ]
    places = (m.start() for m in WORD.finditer(words_of))
    return {place for place in places if any(a <= place < b for a, b in spans)}


def every_tenth_mark(replacement: dict[str, str]) -> Callable[[str], str]:
    """A damage: each tenth quotation mark of a text is replaced."""

    def hurt(text: str) -> str:
        letters = list(text)
        marks = [i for i, letter in enumerate(letters) if letter in '"“”']
        for i in marks[9::10]:
            letters[i] = replacement[letters[i]]
        return "".join(letters)

    return hurt


REMOVED = every_tenth_mark({'"': " ", "“": " ", "”": " "})
TURNED = every_tenth_mark({'"': '"', "“": "”", "”": "“"})
