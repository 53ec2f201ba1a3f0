"""Archive to engine: what is new goes into the index, what is gone goes out.

In come the documents that changed since the revision an engine holds; out go
`Entry`s, a document's always together, in batches of one commit each.  A stop between
two commits costs nothing: the next run goes on from the revision of the last.  What
makes up a passage's entry is decided here and nowhere else; raise
`searchkit.engines.SCHEMA` with every change of it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, starmap
from pathlib import Path

from searchkit.analyzer import terms_in
from searchkit.archive import Archive, Change
from searchkit.dates import day_span
from searchkit.engines import Engine, open_engine
from searchkit.errors import IndexProblem, SearchkitError
from searchkit.names.mentions import mentions
from searchkit.query.fields import confidence_value
from searchkit.records import Document, Entry, Passage
from searchkit.urls import site_of
from searchkit.workers import Pool

BATCH = 20_000
"""Passages of one commit: fewer make many small segments, more only take memory."""

Positions = tuple[tuple[str, ...], ...]

_GAP: Positions = ((),)

PAYS_FROM = 300
"""Documents of a batch for which other processes are started."""


def build_entry(passage: Passage, document: Document, sources: Sequence[str]) -> Entry:
    """What an engine stores of a passage; ``sources`` are all that its document came from.

    The field "text" also holds the title and the speaker, behind gaps, so that a word
    of the title finds the passages under it.
    """
    language = document.language
    words = terms_in(passage.text, language)
    title = _positions(language, document.title)
    names = _positions(language, passage.speaker, passage.speaker_mention)
    terms = {
        "text": _joined(words, title, names),
        "title": title,
        "speaker": _positions(language, passage.speaker),
        "role": _positions(language, passage.role),
        "affiliation": _positions(language, passage.affiliation),
        "source": _positions(language, *sources),
    }
    first, last = _days(document.published)
    return Entry(
        passage_id=passage.id,
        document_id=passage.document_id,
        terms={field: positions for field, positions in terms.items() if positions},
        keywords=_keywords(passage, document, sources),
        first_day=first,
        last_day=last,
    )


@lru_cache(maxsize=4096)  # titles and names come again with every passage of a document
def _positions(language: str | None, *texts: str | None) -> Positions:
    """The terms of each text, with gaps between; a text given twice counts once."""
    given = dict.fromkeys(text for text in texts if text)
    return _joined(*(terms_in(text, language) for text in given))


def _joined(*parts: Positions) -> Positions:
    present = [part for part in parts if part]
    return tuple(chain(*present[:1], *(_GAP + part for part in present[1:])))


def _keywords(
    passage: Passage, document: Document, sources: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    language = document.language and document.language.partition("-")[0].lower()
    site = document.site or (_site_of(document.url) if document.url else None)
    values: dict[str, str | None] = {
        "country": passage.country,
        "kind": passage.kind,
        "language": language,
        "form": document.form,
        "via": passage.via,
        "document": passage.document_id,
        "site": site,
        "speaker": passage.speaker,
    }
    found: dict[str, tuple[str, ...]] = {
        field: (value,) for field, value in values.items() if value
    }
    if named := mentions(passage.text):
        found["mentions"] = named
    if passage.confidence is not None:
        found["confidence"] = (confidence_value(passage.confidence),)
    return found | ({"source": tuple(sources)} if sources else {})


_site_of = lru_cache(maxsize=256)(site_of)  # the passages of a document come together


@lru_cache(maxsize=256)
def _days(published: str | None) -> tuple[int, int] | tuple[None, None]:
    if published is None:
        return None, None
    try:
        return day_span(published)
    except ValueError:  # an old archive may hold what is no date: undated beats a failed run
        return None, None


def update_index(
    archive: Archive,
    engine: Engine,
    *,
    batch: int = BATCH,
    on_progress: Callable[[int], None] | None = None,
    pool: Pool | None = None,
) -> int:
    """Bring the engine up to the archive; gives the number of passages written.

    ``on_progress`` is told how many passages each document had, once they are taken.
    The entries are made by the processes of ``pool``, where there is one and it runs
    already or there is enough to do.
    Raises IndexProblem where the engine holds more than the archive: it was built from
    another one.
    """
    reached, target = engine.revision(), archive.revision()
    if reached > target:
        raise IndexProblem(
            f"the {engine.name} index holds revision {reached}, the archive has only {target}. "
            "Run: searchkit index --rebuild"
        )
    written = 0
    for changes, passages in _batches(archive, reached, batch):
        entries = _entries(archive, changes, passages, on_progress, pool)
        document_ids = [change.document_id for change in changes]
        reached = max(reached, changes[-1].revision)
        written += engine.update(document_ids, entries, reached)
    if reached < target:  # the last changes belong to no document that is there to index
        engine.update((), (), target)
    return written


def _batches(
    archive: Archive, revision: int, size: int
) -> Iterator[tuple[list[Change], list[list[Passage]]]]:
    """Changed documents with their passages, about ``size`` passages at a time."""
    changes: list[Change] = []
    passages: list[list[Passage]] = []
    count = 0
    for change in archive.changed_since(revision):
        found = [] if change.gone else archive.passages_of(change.document_id)
        changes.append(change)
        passages.append(found)
        count += max(1, len(found))  # removed documents fill a batch, too
        if count >= size:
            yield changes, passages
            changes, passages, count = [], [], 0
    if changes:
        yield changes, passages


def _entries(
    archive: Archive,
    changes: list[Change],
    passages: list[list[Passage]],
    on_progress: Callable[[int], None] | None,
    pool: Pool | None,
) -> Iterator[Entry]:
    jobs = _jobs(archive, changes, passages)
    if pool is not None and (pool.is_running() or len(changes) >= PAYS_FROM):
        made = pool.map(build_entries, jobs)
    else:
        made = starmap(build_entries, jobs)
    for entries in made:
        yield from entries
        if on_progress is not None:
            on_progress(len(entries))


def _jobs(
    archive: Archive, changes: list[Change], passages: list[list[Passage]]
) -> Iterator[tuple[list[Passage], Document, Sequence[str]]]:
    for change, found in zip(changes, passages, strict=True):
        document = archive.document(change.document_id, light=True) if found else None
        if document is not None:
            yield found, document, archive.sources_of(change.document_id)


def build_entries(
    passages: Sequence[Passage], document: Document, sources: Sequence[str]
) -> list[Entry]:
    """The entries of a document's passages; a worker's job."""
    return [build_entry(passage, document, sources) for passage in passages]


def rebuild_index(
    archive: Archive,
    index_path: Path,
    engine_name: str,
    *,
    batch: int = BATCH,
    on_progress: Callable[[int], None] | None = None,
    pool: Pool | None = None,
) -> int:
    """Build the engine's index anew from the archive; gives the number of passages.

    The new index is built beside the old one, which answers until then and is never
    read: it may be damaged, or of another schema.  The caller holds the archive's
    write lock, so nobody else rebuilds or updates meanwhile.
    """
    beside = index_path / ".rebuild"
    try:
        _remove(beside)
        beside.mkdir(mode=0o700, parents=True)
        engine = open_engine(engine_name, beside)
        try:
            written = update_index(archive, engine, batch=batch, on_progress=on_progress, pool=pool)
        finally:
            engine.close()
        _switch(beside / engine_name, index_path / engine_name)
        _remove(beside)
    except OSError as exc:
        raise SearchkitError(
            f"index '{index_path / engine_name}' cannot be rebuilt: {exc.strerror or exc}"
        ) from exc
    return written


def _switch(new: Path, current: Path) -> None:
    """Put the new folder in the place of the current one, which ends up beside it."""
    if current.is_symlink() or current.exists():
        current.rename(new.with_name(new.name + ".old"))
    if new.exists():  # an engine without entries may have made no folder
        new.rename(current)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
