"""searchkit's engines as a side: entries made by `indexer.build_entry`, questions as trees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from searchkit.analyzer import analyze
from searchkit.engines import Engine, Sort, open_engine
from searchkit.indexer import BATCH, build_entry
from searchkit.query import And, DayRange, Keyword, Node, Not, Or, Phrase, Prefix, Term
from searchkit.records import Entry
from tests.bench.sides.passages import Row, records
from tests.bench.sides.questions import SLOP, Question

LIMIT = 10


def entries(rows: Iterable[Row]) -> Iterator[Entry]:
    for passage, document in records(rows):
        yield build_entry(passage, document, (document.source or "",))


class Ours:
    """One of the engines, filled from an archive's batches, one commit each."""

    def __init__(self, name: str, folder: Path) -> None:
        self.engine: Engine = open_engine(name, folder)
        self._revision = 0

    def build(self, rows: Iterator[Row]) -> None:
        made = entries(rows)
        for first in made:  # as `indexer.update_index` does, no batch is held as a list
            self._update((), chain((first,), islice(made, BATCH - 1)))

    def add(self, rows: list[Row]) -> None:
        self._update({row.document for row in rows}, entries(rows))

    def _update(self, documents: Iterable[str], batch: Iterable[Entry]) -> None:
        self._revision += 1
        self.engine.update(documents, batch, self._revision)

    def prepared(self, question: Question) -> tuple[Node, Sort]:
        newest = question.kind.endswith("newest first")
        return node_of(question), "newest" if newest else "relevance"

    def answer(self, prepared: tuple[Node, Sort]) -> tuple[int, int]:
        node, sort = prepared
        found = self.engine.search(node, limit=LIMIT, sort=sort)
        return found.total, len(found.rows)

    def close(self) -> None:
        self.engine.close()


def stem_of(word: str) -> str:
    return analyze(word, "en")[0].stem


def node_of(question: Question) -> Node:
    """What is asked; a beginning among the words as typed, all else among stems."""
    kind = question.kind
    terms = [Term("text", stem_of(word)) for word in question.words]
    stems = tuple((term.term,) for term in terms)
    if kind == "three words, any":
        return Or(tuple(terms))
    if kind in ("a phrase", "near"):
        return Phrase("text", stems, 0 if kind == "a phrase" else SLOP)
    if kind == "a beginning":
        return Prefix("text", "=" + question.words[0])
    if kind == "a word without another":
        return And((terms[0], Not(terms[1])))
    filters: list[Node] = []
    if question.country:
        filters.append(Keyword("country", (question.country,)))
    if question.first:
        filters.append(DayRange(question.first, question.last))
    parts = (*terms, *filters)
    return parts[0] if len(parts) == 1 else And(parts)
