"""Passages to measure engines with: those of the measuring data's starter, then recombined ones.

Documents come in a shuffled order that is always the same, cut by `segment`.  Behind the
last of them every passage is made anew of sentences of others, drawn at random, under the
title and day of a document drawn at random: as long and as common in their words, but
the words beside each other over a full stop are nobody's.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from searchkit.dates import day_span
from searchkit.records import Document, Passage
from searchkit.segment import segment
from searchkit.segment.passages import passage_id
from searchkit.urls import document_id

SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
SPACES = re.compile(r"\s+")


class Row(NamedTuple):
    """A passage as all engines are given it: a line of tab-separated values, "" unknown."""

    id: str
    document: str
    country: str
    first: str
    last: str
    title: str
    text: str
    speaker: str
    role: str
    affiliation: str
    kind: str
    via: str
    published: str
    language: str
    url: str
    source: str


def documents(corpus: Path) -> Iterator[tuple[Document, list[Passage]]]:
    """Each document of the corpus with its passages, in the order of the shuffle."""
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    random.Random(5).shuffle(rows)
    for row in rows:
        document = Document(
            id=document_id(row["id"]), text=row["text"], title=row.get("title"),
            url=row.get("url"), published=row.get("date"), language=row.get("lang"),
            source=row.get("source"),
        )  # fmt: skip
        yield document, segment(document)


def all_documents(corpus: Path) -> Iterator[tuple[Document, list[Passage]]]:
    """Without end: those of the corpus, then recombined ones."""
    given: list[tuple[Document, list[Passage]]] = []
    sentences: list[str] = []
    for document, passages in documents(corpus):
        given.append((replace(document, text=""), [replace(p, statements=()) for p in passages]))
        sentences += [part for p in passages for part in SENTENCE_END.split(p.text) if part]
        yield document, passages
    rng, number = random.Random(6), 0
    while True:
        number += 1
        document, passages = rng.choice(given)
        document = replace(document, id=document_id(f"recombined {number}"), url=None)
        yield document, list(_recombined(document.id, passages, sentences, rng))


def _recombined(
    name: str, passages: list[Passage], sentences: list[str], rng: random.Random
) -> Iterator[Passage]:
    seen: dict[str, int] = {}
    for passage in passages:
        count = len(SENTENCE_END.split(passage.text))
        text = " ".join(rng.choices(sentences, k=count))
        new = passage_id(name, text, seen)
        yield replace(passage, id=new, document_id=name, text=text, start=0, end=len(text))


def write_rows(corpus: Path, count: int, path: Path) -> int:
    """Write so many passages, a line each; gives how many of them are recombined."""
    written = recombined = 0
    with path.open("w", encoding="utf-8") as out:
        for document, passages in all_documents(corpus):
            known = islice(passages, count - written)
            for row in (_row(document, passage) for passage in known):
                out.write("\t".join(row) + "\n")
                written += 1
                recombined += document.text == ""
            if written == count:
                return recombined
    raise AssertionError("there are passages without end")


def _row(document: Document, passage: Passage) -> Row:
    first, last = day_span(document.published) if document.published else ("", "")
    values = (
        passage.id, document.id, passage.country, first, last, document.title, passage.text,
        passage.speaker, passage.role, passage.affiliation, passage.kind, passage.via,
        document.published, document.language, document.url, document.source,
    )  # fmt: skip
    return Row(*(SPACES.sub(" ", str(value or "")) for value in values))


def read_rows(path: Path, count: int) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="\n") as lines:
        for line in islice(lines, count):
            yield Row(*line.rstrip("\n").split("\t"))


def records(rows: Iterable[Row]) -> Iterator[tuple[Passage, Document]]:
    """What `indexer.build_entry` takes; one `Document` for all its passages."""
    document = Document(id="", text="")
    for row in rows:
        if row.document != document.id:
            document = Document(
                id=row.document, text="", url=row.url or None, title=row.title or None,
                published=row.published or None, language=row.language or None,
                source=row.source or None,
            )  # fmt: skip
        passage = Passage(
            row.id, row.document, 0, len(row.text), row.text, row.kind,  # type: ignore[arg-type]
            speaker=row.speaker or None, role=row.role or None, country=row.country or None,
            affiliation=row.affiliation or None, via=row.via or None,  # type: ignore[arg-type]
        )  # fmt: skip
        yield passage, document
