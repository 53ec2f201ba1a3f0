"""Keeping a document: the one transaction that makes a version and its passages count.

A capture's id, a document and its passages go in, `Kept` comes out.  Here it is decided
what is new: a document, a text, metadata, or nothing.  The pages themselves are written
before, by the package's `Archive`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from searchkit.archive import rows, schema, templates
from searchkit.archive.copying import Copies
from searchkit.archive.database import Database
from searchkit.copies import Sketches
from searchkit.records import Document, Passage
from searchkit.sites import Edge
from searchkit.urls import site_of, url_key

Outcome = Literal["added", "changed", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a document: new, a new text, other metadata or passages, or nothing new.

    ``revision`` is that of the document's last change.
    """

    document_id: str
    outcome: Outcome
    version: int
    revision: int


def keep(
    database: Database,
    copies: Copies,
    capture_id: int,
    document: Document,
    passages: Sequence[Passage],
    edges: Sequence[Edge] | None = None,
    sketches: Sketches | None = None,
) -> Kept:
    """Keep a document and its passages in one transaction; see `Archive.keep`."""
    _check_passages(document, passages)
    columns = rows.document_row(document)
    with copies.placing(), database.transaction():
        old = database.row(
            """
            SELECT d.number, d.version, d.state, d.revision, v.* FROM documents d
            JOIN versions v ON v.document = d.number AND v.n = d.version WHERE d.id = ?
            """,
            (document.id,),
        )
        if old is None:
            kept = _add(database, capture_id, document, columns, passages)
        else:
            kept = _merge(database, capture_id, old, document, columns, passages)
        number = database.value("SELECT number FROM documents WHERE id = ?", (document.id,))
        if kept.outcome != "unchanged":
            copies.place(number, document, passages, sketches)
        site = site_of(document.url) if document.url else None
        if edges is not None and site is not None:
            templates.count_edges(database, number, site, edges)
        return kept


def finish(
    database: Database, capture_id: int, state: str, number: int | None, reason: str | None = None
) -> None:
    """Set a capture's state; inside a transaction.  KeyError for an unknown capture."""
    changed = database.run(
        "UPDATE captures SET state = ?, document = ?, reason = ? WHERE id = ?",
        (state, number, reason, capture_id),
    )
    if not changed:
        raise KeyError(f"no capture {capture_id}")


def _add(
    database: Database,
    capture_id: int,
    document: Document,
    columns: dict[str, object],
    passages: Sequence[Passage],
) -> Kept:
    revision = next_revision(database)
    database.run(
        """
        INSERT INTO documents (id, key, version, state, revision, language, published)
        VALUES (?, ?, 1, 'current', ?, ?, ?)
        """,
        (
            document.id,
            _document_key(database, capture_id, document),
            revision,
            document.language,
            document.published,
        ),
    )
    number = int(database.value("SELECT last_insert_rowid()"))
    _write_version(database, number, 1, capture_id, revision, columns)
    _write_passages(database, number, 1, passages)
    _add_source(database, number, capture_id, document)
    finish(database, capture_id, "kept", number)
    return Kept(document.id, "added", 1, revision)


def _document_key(database: Database, capture_id: int, document: Document) -> str:
    if document.url:
        return url_key(document.url)
    key = database.value("SELECT key FROM captures WHERE id = ?", (capture_id,))
    if key is None:
        raise KeyError(f"no capture {capture_id}")
    return str(key)


def _merge(
    database: Database,
    capture_id: int,
    old: Any,
    document: Document,
    columns: dict[str, object],
    passages: Sequence[Passage],
) -> Kept:
    """Keep a document whose id is known; inside the transaction of `keep`."""
    number, version, revived = old["number"], old["version"], old["state"] == "gone"
    if revived:
        database.run("DELETE FROM document_sources WHERE document = ?", (number,))
    new_source = _add_source(database, number, capture_id, document)
    finish(database, capture_id, "kept", number)
    if old["text_sha256"] != columns["text_sha256"]:
        outcome: Outcome = "changed"
        version += 1
    else:
        if not revived:
            kept = {"url": old["url"], "source": old["source"] or document.source}
            document, columns = replace(document, **kept), columns | kept
        if not (revived or new_source) and _is_unchanged(database, old, document, passages):
            return Kept(document.id, "unchanged", version, old["revision"])
        outcome = "updated"
    revision = next_revision(database)
    _write_version(database, number, version, capture_id, revision, columns)
    _write_passages(database, number, version, passages)
    database.run(
        """
        UPDATE documents SET version = ?, state = 'current', revision = ?, language = ?,
            published = ? WHERE number = ?
        """,
        (version, revision, document.language, document.published, number),
    )
    return Kept(document.id, "added" if revived else outcome, version, revision)


def _is_unchanged(
    database: Database, old: Any, document: Document, passages: Sequence[Passage]
) -> bool:
    if rows.read_document(document.id, old) != document:
        return False
    stored = database.rows(
        "SELECT * FROM passages WHERE document = ? AND current = 1 ORDER BY start, number",
        (old["number"],),
    )
    return [rows.read_passage(document.id, row) for row in stored] == list(passages)


def next_revision(database: Database) -> int:
    """Count one change; inside the transaction that makes it."""
    database.run("UPDATE counter SET revision = revision + 1")
    return int(database.value("SELECT revision FROM counter"))


def _add_source(database: Database, number: int, capture_id: int, document: Document) -> bool:
    """Whether the document's source is one it was not found under before."""
    if not document.source:
        return False
    added = database.run(
        """
        INSERT INTO document_sources (document, source, url, capture) VALUES (?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """,
        (number, document.source, document.url, capture_id),
    )
    return added > 0


def _write_version(
    database: Database,
    number: int,
    n: int,
    capture_id: int,
    revision: int,
    columns: dict[str, object],
) -> None:
    values = columns | {
        "document": number,
        "n": n,
        "capture": capture_id,
        "revision": revision,
        "added_at": rows.utc_text(datetime.now(UTC)),
    }
    database.run(schema.WRITE_VERSION, values)


def _write_passages(
    database: Database, number: int, version: int, passages: Sequence[Passage]
) -> None:
    database.run("UPDATE passages SET current = 0 WHERE document = ? AND current = 1", (number,))
    database.run_many(
        schema.WRITE_PASSAGE, (rows.passage_row(p, number, version) for p in passages)
    )


def _check_passages(document: Document, passages: Sequence[Passage]) -> None:
    for passage in passages:
        ours = passage.id.startswith(document.id + ":")
        if passage.document_id != document.id or not ours:
            raise ValueError(f"passage {passage.id} is not of document {document.id}")
        if document.text[passage.start : passage.end] != passage.text:
            raise ValueError(f"passage {passage.id} is not its slice of the text")
    if len({passage.id for passage in passages}) != len(passages):
        raise ValueError(f"document {document.id} has two passages with one id")
