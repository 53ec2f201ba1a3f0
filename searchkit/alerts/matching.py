"""What is new in an archive, held against all saved queries at once.

An open index and alerts go in; batch by batch out come the passages that arrived and, for
each alert, those it matches: the same that a search with its query would find among them.
What of that is news, and to whom it goes, is decided elsewhere.

What counts is the archive's revision, never a date, so a text that comes late is new.  Only
what the index holds is looked at: words of any shape are looked up in its vocabulary.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from searchkit.alerts.batch import Batch, members
from searchkit.alerts.presearch import Presearcher
from searchkit.archive import Archive
from searchkit.archive.alerting import Alert
from searchkit.errors import UsageError
from searchkit.indexer import build_entry
from searchkit.query import Node, Query
from searchkit.records import Document, Entry, Passage
from searchkit.search import Filters, Index

BATCH = 1_000
"""Passages held against the alerts at once: more only take memory."""

_FILTERS = frozenset(f.name for f in dataclasses.fields(Filters))


@dataclass(frozen=True, slots=True)
class Asked:
    """An alert with its query as it is read today."""

    alert: Alert
    query: Query
    node: Node


@dataclass(frozen=True, slots=True)
class Arrived:
    """A passage of a document that changed at ``revision``; the document has no text."""

    passage: Passage
    document: Document
    revision: int


@dataclass(frozen=True, slots=True)
class Matched:
    """What arrived up to ``revision``, and what of it each alert matches, by its number."""

    revision: int
    arrived: Sequence[Arrived]
    found: Mapping[int, Sequence[Arrived]]


def read_alert(index: Index, alert: Alert) -> Asked:
    """The alert's query, compiled; UsageError or QueryError where it cannot be read."""
    query, node = index.asked(
        alert.query, filters_of(alert), exact=bool(alert.filters.get("exact"))
    )
    return Asked(alert, query, node)


def filters_of(alert: Alert) -> Filters:
    """The alert's filters; UsageError where this version knows no such filter."""
    given: dict[str, Any] = {k: v for k, v in alert.filters.items() if k != "exact"}
    if unknown := sorted(given.keys() - _FILTERS):
        raise UsageError(f"this searchkit has no filter {unknown[0]!r}")
    return Filters(**given)


def match_new(index: Index, asked: Sequence[Asked], size: int = BATCH) -> Iterator[Matched]:
    """What arrived since each alert's revision, up to that of the index, with its matches."""
    if not asked:
        return
    target = index.engine.revision()
    since = min(one.alert.revision for one in asked)
    nodes = {one.alert.number: one.node for one in asked}
    reached = {one.alert.number: one.alert.revision for one in asked}
    presearcher: Presearcher | None = None
    for arrived, revision in _arrivals(index.archive, since, target, size):
        batch = Batch(entries_of(index.archive, arrived))
        if presearcher is None:
            presearcher = Presearcher(nodes, batch)
        newer = _Newer(arrived)
        found = {}
        for number in sorted(presearcher.candidates(batch)):
            matching = batch.matching(nodes[number]) & newer.than(reached[number])
            if matching:
                found[number] = [arrived[at] for at in members(matching)]
        yield Matched(revision, arrived, found)


class _Newer:
    """Which passages of a batch are newer than a revision, as a set."""

    def __init__(self, arrived: Sequence[Arrived]) -> None:
        self._arrived = arrived
        self._first = min((one.revision for one in arrived), default=0)
        self._known: dict[int, int] = {}

    def than(self, revision: int) -> int:
        if revision < self._first:
            return (1 << len(self._arrived)) - 1
        if revision not in self._known:
            self._known[revision] = sum(
                (one.revision > revision) << at for at, one in enumerate(self._arrived)
            )
        return self._known[revision]


def entries_of(archive: Archive, arrived: Iterable[Arrived]) -> list[Entry]:
    """What an engine stores of these passages; those of a document stand together."""
    entries: list[Entry] = []
    for document, passages in groupby(arrived, key=lambda one: one.document):
        sources = archive.sources_of(document.id)
        entries += [build_entry(one.passage, document, sources) for one in passages]
    return entries


def _arrivals(
    archive: Archive, since: int, target: int, size: int
) -> Iterator[tuple[list[Arrived], int]]:
    """Passages of documents that changed after a revision, about so many at a time.

    With each batch the revision that it reaches; the last one reaches the target.
    """
    arrived: list[Arrived] = []
    reached = since
    for change in archive.changed_since(since):
        if change.revision > target:  # not in the index yet: the next run has it
            break
        reached = change.revision
        if not change.gone:
            arrived += _passages(archive, change.document_id, change.revision)
        if len(arrived) >= size:
            yield arrived, reached
            arrived = []
    yield arrived, target


def _passages(archive: Archive, document_id: str, revision: int) -> Iterable[Arrived]:
    with archive.snapshot():
        document = archive.document(document_id)
        found = archive.passages_of(document_id) if document else []
    if document is None:
        return
    bare = dataclasses.replace(document, text="", removed=())
    for passage in found:
        yield Arrived(passage, bare, revision)
