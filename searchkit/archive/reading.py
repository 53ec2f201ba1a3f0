"""What can be asked of an archive: documents, versions, passages, pages, counts.

Ids, URLs and revision numbers go in, records come out.  Nothing is changed here: what
writes stands in the package's `Archive`.  Long answers come in batches, so that memory
does not grow with the archive and no reader holds a state for long.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from searchkit.archive import rows
from searchkit.archive.database import Database
from searchkit.archive.templates import TemplateReader
from searchkit.errors import ArchiveError, UsageError
from searchkit.records import Copy, Document, Given, Page, Passage

if TYPE_CHECKING:  # a search crawls nothing
    from searchkit.archive.alerting import Ledger
    from searchkit.archive.crawling import CrawlState

_BATCH = 500
_MIN_PREFIX = 4
_MAX_CANDIDATES = 5

# All of a version but its two blobs, which fill most of its pages.
# The plus keeps SQLite from its index of states, by which it looks at every document.
LIGHT_DOCUMENTS = """
    SELECT d.id, d.number, v.url, v.title, v.published, v.published_source,
        v.published_certainty, v.modified, v.language, v.site, v.source, v.authors, v.speaker,
        v.role, v.country, v.form, v.warnings
    FROM documents d JOIN versions v ON v.document = d.number AND v.n = d.version
    WHERE +d.state = 'current' AND d.number IN (SELECT value FROM json_each(?))
"""
# A recursive walk over the index: one step a language, not one a document.
_LANGUAGES = """
    WITH RECURSIVE found (language) AS (
        SELECT min(language) FROM documents WHERE state = 'current'
        UNION ALL
        SELECT (SELECT min(language) FROM documents
                WHERE state = 'current' AND language > found.language)
        FROM found WHERE found.language IS NOT NULL
    )
    SELECT language FROM found WHERE language IS NOT NULL
"""


_GROUPS = """
    SELECT p.id, c.grp FROM passages p JOIN passage_copies c ON c.number = p.number
    WHERE c.grp IS NOT NULL AND p.id IN (SELECT value FROM json_each(?))
"""
# CROSS JOIN: in this order; the planner would begin with all documents.
_MEMBERS = """
    SELECT c.grp, p.id, d.id, coalesce(v.source, v.site), v.published, v.url
    FROM passage_copies c
    CROSS JOIN passages p ON p.number = c.number AND p.current = 1
    CROSS JOIN documents d ON d.number = p.document AND d.state = 'current'
    CROSS JOIN versions v ON v.document = d.number AND v.n = d.version
    WHERE c.grp IS NOT NULL AND c.grp IN (SELECT value FROM json_each(?))
    ORDER BY v.published IS NULL, v.published, d.number, p.start
"""
_DOCUMENT_MEMBERS = """
    SELECT (SELECT id FROM passages WHERE document = d.number AND current = 1
            ORDER BY start LIMIT 1),
        d.id, coalesce(v.source, v.site), v.published, v.url
    FROM documents own
    JOIN document_copies o ON o.number = own.number AND o.grp IS NOT NULL
    JOIN document_copies c ON c.grp = o.grp AND c.number <> o.number
    JOIN documents d ON d.number = c.number AND d.state = 'current'
    JOIN versions v ON v.document = d.number AND v.n = d.version
    WHERE own.id = ? ORDER BY v.published IS NULL, v.published, d.number
"""


class Change(NamedTuple):
    """A document whose last change was ``revision``; ``gone`` where it was removed."""

    document_id: str
    revision: int
    gone: bool


class Version(NamedTuple):
    """One state of a document's text; ``text_sha256`` is a hex digest."""

    n: int
    added_at: str
    text_sha256: str
    title: str | None
    published: str | None


class PassageAt(NamedTuple):
    """A passage, the last version that holds it, and whether it still stands there."""

    passage: Passage
    version: int
    is_current: bool


class SourceCount(NamedTuple):
    """A source, its documents, and the newest publication date among them."""

    source: str
    documents: int
    newest: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much an archive holds; removed documents count only as ``gone``."""

    documents: int
    versions: int
    passages: int
    undated: int
    gone: int
    pending: int
    refused: int
    sources: tuple[SourceCount, ...]
    languages: tuple[tuple[str | None, int], ...]


class Reader(TemplateReader):
    """The reading half of an `Archive`."""

    def __init__(self, path: Path, database: Database) -> None:
        self.path = path
        self._database = database

    @property
    def warc_path(self) -> Path:
        """Folder of the WARC files."""
        return self.path / "warc"

    @property
    def crawl_state(self) -> CrawlState:
        """What crawls remember: addresses, hosts, how sources fare."""
        from searchkit.archive.crawling import CrawlState

        return CrawlState(self._database)

    @property
    def alerts(self) -> Ledger:
        """The alerts, for reading; `alerting.open_ledger` opens them for writing."""
        from searchkit.archive.alerting import Ledger

        return Ledger(self._database)

    def snapshot(self) -> AbstractContextManager[None]:
        """``with archive.snapshot():`` all that is read inside belongs to one state."""
        return self._database.snapshot()

    def revision(self) -> int:
        """Number of the last change; 0 for an empty archive."""
        return int(self._database.value("SELECT revision FROM counter"))

    def setting(self, key: str) -> str | None:
        """A value that `set_setting` kept, or None."""
        found = self._database.value("SELECT value FROM settings WHERE key = ?", (key,))
        return None if found is None else str(found)

    def document(
        self, document_id: str, version: int | None = None, *, light: bool = False
    ) -> Document | None:
        """A document in full, removed ones too; the current version where none is named.

        With ``light`` its text and removed blocks are empty.
        """
        row = self._database.row(
            """
            SELECT v.* FROM documents d
            JOIN versions v ON v.document = d.number AND v.n = coalesce(?, d.version)
            WHERE d.id = ?
            """,
            (version, rows.storable(document_id)),
        )
        return None if row is None else rows.read_document(document_id, row, light=light)

    def is_gone(self, document_id: str) -> bool:
        """Whether the document is known and was removed."""
        state = self._database.value(
            "SELECT state FROM documents WHERE id = ?", (rows.storable(document_id),)
        )
        return bool(state == "gone")

    def find_document(self, name: str) -> str | None:
        """The id that a URL, an id or the first letters of an id stand for, or None.

        A URL finds the document also under addresses that led to it.  Raises UsageError
        for a prefix of less than 4 letters, or one that fits several documents.
        """
        from searchkit.urls import split_url, url_key

        name = rows.storable(name.strip())
        if split_url(name) is not None:
            return self._id_of_key(url_key(name))
        return self._id_of_prefix(name.lower())

    def _id_of_key(self, key: str) -> str | None:
        found = self._database.value("SELECT id FROM documents WHERE key = ?", (key,))
        found = found or self._database.value(
            """
            SELECT d.id FROM captures c JOIN documents d ON d.number = c.document
            WHERE c.key = ? AND c.state = 'kept' ORDER BY c.id DESC LIMIT 1
            """,
            (key,),
        )
        return None if found is None else str(found)

    def _id_of_prefix(self, prefix: str) -> str | None:
        if not prefix.isascii() or not prefix.isalnum():
            return None
        if len(prefix) < _MIN_PREFIX:
            raise UsageError(f"id {prefix!r} is too short: give {_MIN_PREFIX} letters or more")
        found = [
            row["id"]
            for row in self._database.rows(
                "SELECT id FROM documents WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
                (prefix, prefix + "\x7f", _MAX_CANDIDATES),
            )
        ]
        if len(found) > 1 and prefix not in found:
            raise UsageError(f"id {prefix!r} fits several documents: {', '.join(found)}")
        return str(found[0]) if found else None

    def versions(self, document_id: str) -> list[Version]:
        """The versions of a document, oldest first; empty where it is unknown."""
        found = self._database.rows(
            """
            SELECT v.n, v.added_at, lower(hex(v.text_sha256)), v.title, v.published
            FROM documents d JOIN versions v ON v.document = d.number
            WHERE d.id = ? ORDER BY v.n
            """,
            (rows.storable(document_id),),
        )
        return [Version(*row) for row in found]

    def sources_of(self, document_id: str) -> list[str]:
        """The sources that a document was found under, in alphabetical order."""
        found = self._database.rows(
            """
            SELECT s.source FROM documents d JOIN document_sources s ON s.document = d.number
            WHERE d.id = ? ORDER BY s.source
            """,
            (rows.storable(document_id),),
        )
        return [row["source"] for row in found]

    def passage(self, passage_id: str) -> PassageAt | None:
        """A passage by its id, also one that only an older version holds."""
        row = self._database.row(
            """
            SELECT p.*, d.id AS document_id, d.state = 'current' AND p.current AS is_current
            FROM passages p JOIN documents d ON d.number = p.document WHERE p.id = ?
            """,
            (rows.storable(passage_id),),
        )
        if row is None:
            return None
        passage = rows.read_passage(row["document_id"], row)
        return PassageAt(passage, row["version"], bool(row["is_current"]))

    def passages_of(self, document_id: str) -> list[Passage]:
        """The passages of a document's current version in text order; none once removed."""
        found = self._database.rows(
            """
            SELECT p.* FROM documents d
            JOIN passages p ON p.document = d.number AND p.current = 1
            WHERE d.id = ? AND d.state = 'current' ORDER BY p.start, p.number
            """,
            (rows.storable(document_id),),
        )
        return [rows.read_passage(document_id, row) for row in found]

    def hits_for(self, passage_ids: Sequence[str]) -> dict[str, tuple[Passage, Document]]:
        """Current passages with their documents, by passage id.

        The documents have no text and no removed blocks.  Ids that are unknown, no longer
        in their document, or of a removed one are left out.
        """
        found: dict[str, tuple[Passage, Document]] = {}
        with self.snapshot():
            for start in range(0, len(passage_ids), _BATCH):
                found |= self._hits(passage_ids[start : start + _BATCH])
        return found

    def _hits(self, passage_ids: Sequence[str]) -> dict[str, tuple[Passage, Document]]:
        passages = self._database.rows(
            """
            SELECT * FROM passages
            WHERE current = 1 AND id IN (SELECT value FROM json_each(?))
            """,
            (json.dumps(list(passage_ids)),),
        )
        numbers = json.dumps(sorted({row["document"] for row in passages}))
        documents = {
            row["number"]: rows.read_document(row["id"], row, light=True)
            for row in self._database.rows(LIGHT_DOCUMENTS, (numbers,))
        }
        found = {}
        for row in passages:
            document = documents.get(row["document"])
            if document is not None:
                found[row["id"]] = rows.read_passage(document.id, row), document
        return found

    def copies_of(self, passage_ids: Sequence[str]) -> dict[str, tuple[Copy, ...]]:
        """The copies of passages, each with itself, oldest first: published, then kept.

        Passages without copies are left out, and removed ones are no copies.
        """
        with self.snapshot():
            groups = {
                row["id"]: row["grp"]
                for start in range(0, len(passage_ids), _BATCH)
                for row in self._database.rows(
                    _GROUPS, (json.dumps(list(passage_ids[start : start + _BATCH])),)
                )
            }
            members: dict[int, list[Copy]] = {}
            for row in self._database.rows(_MEMBERS, (json.dumps(sorted(set(groups.values()))),)):
                members.setdefault(row["grp"], []).append(Copy(*tuple(row)[1:]))
        return {
            passage_id: tuple(members[group])
            for passage_id, group in groups.items()
            if len(members.get(group, ())) > 1
        }

    def document_copies(self, document_id: str) -> list[Copy]:
        """Documents with the same text, cut or added to, oldest first; without itself.

        ``passage_id`` is that of their first passage.
        """
        found = self._database.rows(_DOCUMENT_MEMBERS, (rows.storable(document_id),))
        return [Copy(*row) for row in found]

    def current_captures(self, after: int = 0) -> Iterator[tuple[int, str, int, str | None]]:
        """Number, id, capture and URL of each document that is there, by number.

        In batches, so that documents may be kept between two of them.
        """
        while True:
            batch = self._database.rows(
                """
                SELECT d.number, d.id, v.capture, v.url FROM documents d
                JOIN versions v ON v.document = d.number AND v.n = d.version
                WHERE d.number > ? AND d.state = 'current' ORDER BY d.number LIMIT ?
                """,
                (after, _BATCH),
            )
            if not batch:
                return
            yield from (tuple(row) for row in batch)
            after = batch[-1]["number"]

    def changed_since(self, revision: int, limit: int | None = None) -> Iterator[Change]:
        """Documents changed after a revision, each once, in order of their last change.

        What changes while this runs may be told too, with its newer revision.
        """
        left = -1 if limit is None else limit
        while left:
            batch = self._database.rows(
                """
                SELECT id, revision, state = 'gone' AS gone FROM documents
                WHERE revision > ? ORDER BY revision LIMIT ?
                """,
                (revision, _BATCH if left < 0 else min(_BATCH, left)),
            )
            if not batch:
                return
            for row in batch:
                yield Change(row["id"], row["revision"], bool(row["gone"]))
            revision = batch[-1]["revision"]
            left = left if left < 0 else left - len(batch)

    def pending(self) -> Iterator[int]:
        """Ids of captures that are neither kept nor refused, oldest first.

        A stopped writer leaves them.  Finish them before anything new is captured, or an
        older page may come to stand as the newest version of its document.
        """
        last = 0
        while batch := self._database.rows(
            "SELECT id FROM captures WHERE state = 'pending' AND id > ? ORDER BY id LIMIT ?",
            (last, _BATCH),
        ):
            for row in batch:
                yield row["id"]
            last = batch[-1]["id"]

    def read_capture(self, capture_id: int) -> tuple[Page, Given]:
        """A capture as it came, its bytes verified.

        Raises ArchiveError where the record is damaged or missing, KeyError for an
        unknown id.
        """
        row = self._database.row(
            """
            SELECT c.*, w.name FROM captures c JOIN warc_files w ON w.number = c.file
            WHERE c.id = ?
            """,
            (capture_id,),
        )
        if row is None:
            raise KeyError(f"no capture {capture_id}")
        return rows.read_page(row, self._body(row)), rows.read_given(row["given"])

    def _body(self, row: Any) -> bytes:
        from searchkit.archive import warc

        path = self.warc_path / row["name"]
        place = warc.Place(row["file"], row["offset"], row["length"])
        try:
            body = b"".join(warc.iter_body(path, place))
            if rows.digest(body) != row["sha256"]:
                raise ArchiveError("the record holds other bytes than were kept")
        except ArchiveError as exc:
            raise ArchiveError(
                f"{path} at byte {place.offset}: {exc}. Run: searchkit check"
            ) from exc
        return body

    def capture_of(self, document_id: str, version: int | None = None) -> int | None:
        """The capture that a version was made of, or None where there is no such version."""
        found = self._database.value(
            """
            SELECT v.capture FROM documents d
            JOIN versions v ON v.document = d.number AND v.n = coalesce(?, d.version)
            WHERE d.id = ?
            """,
            (version, rows.storable(document_id)),
        )
        return None if found is None else int(found)

    def raw(self, document_id: str, version: int | None = None) -> Page | None:
        """The page that a version was made of, its bytes verified; None where unknown."""
        capture_id = self.capture_of(document_id, version)
        return None if capture_id is None else self.read_capture(capture_id)[0]

    def languages(self) -> list[str]:
        """The languages of the documents, in alphabetical order; unknown ones left out."""
        return [row["language"] for row in self._database.rows(_LANGUAGES)]

    def counts(self) -> Counts:
        """How much there is, by source and language too; one state of the archive."""
        with self.snapshot():
            documents = self._database.row(
                """
                SELECT count(*) FILTER (WHERE state = 'current') AS documents,
                       count(*) FILTER (WHERE state = 'current' AND published IS NULL) AS undated,
                       count(*) FILTER (WHERE state = 'gone') AS gone
                FROM documents
                """
            )
            stored = self._database.row(
                """
                SELECT
                (SELECT count(*) FROM versions v JOIN documents d ON d.number = v.document
                 WHERE d.state = 'current') AS versions,
                (SELECT count(*) FROM documents d
                 JOIN passages p ON p.document = d.number AND p.current = 1
                 WHERE d.state = 'current') AS passages,
                (SELECT count(*) FROM captures WHERE state = 'pending') AS pending,
                (SELECT count(*) FROM captures WHERE state = 'refused') AS refused
                """
            )
            return Counts(
                **documents,
                **stored,
                sources=self._source_counts(),
                languages=self._language_counts(),
            )

    def _source_counts(self) -> tuple[SourceCount, ...]:
        found = self._database.rows(
            """
            SELECT s.source, count(*), max(d.published)
            FROM document_sources s JOIN documents d ON d.number = s.document
            WHERE d.state = 'current' GROUP BY s.source ORDER BY s.source
            """
        )
        return tuple(SourceCount(*row) for row in found)

    def _language_counts(self) -> tuple[tuple[str | None, int], ...]:
        found = self._database.rows(
            """
            SELECT language, count(*) AS n FROM documents
            WHERE state = 'current' GROUP BY language ORDER BY n DESC, language
            """
        )
        return tuple((row["language"], row["n"]) for row in found)
