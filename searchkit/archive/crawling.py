"""What a crawl remembers: addresses with their last visit, hosts, and how sources fare.

In come items found and visits made, out go the addresses that are due.  A crawl that is
stopped anywhere goes on from here: an address stays due until its visit is kept.  When to
come back is not decided here (`searchkit.crawl` does), and no page is stored.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal, NamedTuple

from searchkit.archive.coverage import Coverage, read_coverage
from searchkit.archive.database import Database
from searchkit.archive.rows import storable, utc_text

Kind = Literal["feed", "sitemap", "list", "page"]
State = Literal["new", "seen", "gone", "failed"]


@dataclass(frozen=True, slots=True)
class CrawlPage:
    """One address of a source; times are ISO 8601 in UTC, ``due`` None is never again.

    ``calm`` counts visits in a row that found no change, ``failures`` those that failed;
    ``published`` and ``title`` are as the feed or list gave them first.
    """

    source: str
    key: str
    kind: Kind
    url: str
    host: str
    found: str
    due: str | None
    state: State = "new"
    title: str | None = None
    published: str | None = None
    stamp: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    digest: bytes | None = None
    capture: int | None = None
    depth: int = 0
    visited: str | None = None
    interval_s: int = 0
    calm: int = 0
    failures: int = 0
    reason: str | None = None


_COLUMNS = tuple(field.name for field in fields(CrawlPage))
_WRITE = (
    f"INSERT INTO crawl_pages ({', '.join(_COLUMNS)}) "  # noqa: S608 - names of our own
    f"VALUES ({', '.join(':' + name for name in _COLUMNS)}) "
    "ON CONFLICT (source, kind, key) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[3:])
)
_LONGEST_REASON = 500
# Lists first, then pages that nobody has seen, the newest first, then those to see again.
_ORDER = (
    "CASE kind WHEN 'feed' THEN 0 WHEN 'sitemap' THEN 1 WHEN 'list' THEN 2 ELSE 3 END, "
    "state <> 'new', CASE state WHEN 'new' THEN coalesce(published, stamp) END DESC, due"
)


class CrawlHost(NamedTuple):
    """A host: its last robots.txt, when it may be asked again, and today's requests."""

    host: str
    robots_status: int | None = None
    robots: bytes | None = None
    robots_at: str | None = None
    not_before: str | None = None
    day: str | None = None
    requests: int = 0

    def requests_on(self, day: str) -> int:
        """Requests of a day of UTC, as 2024-09-17."""
        return self.requests if self.day == day else 0


class CrawlState:
    """The crawl's half of an archive, which `Archive.crawl_state` gives."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, source: str, kind: Kind, key: str) -> CrawlPage | None:
        """One address, or None where it is not known."""
        row = self._database.row(
            "SELECT * FROM crawl_pages WHERE source = ? AND kind = ? AND key = ?",
            (source, kind, storable(key)),
        )
        return None if row is None else _read(row)

    def keep_pages(self, pages: Iterable[CrawlPage]) -> None:
        """Write addresses, in one transaction, in place of what was known of them."""
        with self._database.transaction():
            self._database.run_many(_WRITE, [_row(page) for page in pages])

    def due(
        self, host: str, sources: Sequence[str], now: datetime, limit: int, beside: Sequence[str]
    ) -> list[CrawlPage]:
        """The next addresses of a host, without those in ``beside``.

        ``beside`` are urls that are being asked for now.
        """
        rows = self._database.rows(
            "SELECT * FROM crawl_pages WHERE host = ? AND due <= ? "  # noqa: S608 - a constant
            "AND source IN (SELECT value FROM json_each(?)) "
            f"AND url NOT IN (SELECT value FROM json_each(?)) ORDER BY {_ORDER} LIMIT ?",
            (host, utc_text(now), json.dumps(list(sources)), json.dumps(list(beside)), limit),
        )
        return [_read(row) for row in rows]

    def hosts_due(self, sources: Sequence[str], now: datetime) -> list[str]:
        """The hosts of which something is due, the longest waiting first."""
        rows = self._database.rows(
            "SELECT host, min(due) AS since FROM crawl_pages WHERE due <= ? "
            "AND source IN (SELECT value FROM json_each(?)) GROUP BY host ORDER BY since, host",
            (utc_text(now), json.dumps(list(sources))),
        )
        return [row["host"] for row in rows]

    def next_due(self, sources: Sequence[str]) -> str | None:
        """When the first address of the sources is due."""
        value = self._database.value(
            "SELECT min(due) FROM crawl_pages WHERE source IN (SELECT value FROM json_each(?))",
            (json.dumps(list(sources)),),
        )
        return None if value is None else str(value)

    def make_due(self, sources: Sequence[str], now: datetime) -> None:
        """Ask all feeds, sitemaps and first pages of lists now, whenever they were to be."""
        with self._database.transaction():
            self._database.run(
                "UPDATE crawl_pages SET due = ? WHERE kind <> 'page' AND depth = 0 "
                "AND source IN (SELECT value FROM json_each(?))",
                (utc_text(now), json.dumps(list(sources))),
            )

    def kept(self, capture_id: int, *, changed: bool) -> None:
        """What cleaning made of a captured page: no change is a calm visit."""
        if changed:  # which it counts as until it is cleaned
            return
        with self._database.transaction():
            self._database.run(
                "UPDATE crawl_pages SET calm = calm + 1 WHERE capture = ?", (capture_id,)
            )

    def host(self, name: str) -> CrawlHost:
        """What is known of a host; a new one has no robots.txt yet."""
        row = self._database.row("SELECT * FROM crawl_hosts WHERE host = ?", (name,))
        return CrawlHost(name) if row is None else CrawlHost(**dict(row))

    def keep_host(self, host: CrawlHost) -> None:
        """Write what is known of a host."""
        with self._database.transaction():
            self._database.run(
                "INSERT OR REPLACE INTO crawl_hosts (host, robots_status, robots, robots_at, "
                "not_before, day, requests) VALUES (?, ?, ?, ?, ?, ?, ?)",
                host,
            )

    def tried(
        self, source: str, name: str, now: datetime, reason: str | None, *, well: bool = False
    ) -> None:
        """An entry of a source was asked, ``well`` or not; a reason says what is failing."""
        at = utc_text(now)
        with self._database.transaction():
            self._database.run(
                """
                INSERT INTO crawl_sources (source, name, tried, succeeded, failing_since, reason)
                VALUES (:source, :name, :at, CASE WHEN :well THEN :at END,
                    CASE WHEN :reason IS NULL THEN NULL ELSE :at END, :reason)
                ON CONFLICT (source) DO UPDATE SET name = excluded.name, tried = :at,
                    succeeded = coalesce(excluded.succeeded, succeeded),
                    failing_since = CASE WHEN :reason IS NULL THEN NULL
                        ELSE coalesce(failing_since, :at) END,
                    reason = :reason
                """,
                {
                    "source": source, "name": storable(name), "at": at,
                    "reason": None if reason is None else storable(reason[:_LONGEST_REASON]),
                    "well": well,
                },
            )  # fmt: skip

    def names(self) -> dict[str, str]:
        """The name of each source that was ever crawled, by id."""
        rows = self._database.rows("SELECT source, name FROM crawl_sources ORDER BY source")
        return {row["source"]: row["name"] for row in rows}

    def coverage(self, now: datetime, sources: Iterable[str] | None = None) -> list[Coverage]:
        """How each of the sources fares, or each that was ever crawled."""
        return read_coverage(self._database, self.names() if sources is None else sources, now)

    def sources_at(self, host: str) -> set[str]:
        """The sources that ask a host, with or without its "www."."""
        rows = self._database.rows(
            "SELECT DISTINCT source FROM crawl_pages "
            "WHERE host IN (?, 'www.' || ?) AND due IS NOT NULL",
            (host, host),
        )
        return {row["source"] for row in rows}

    def gone_since(self, document_id: str) -> str | None:
        """When the page of a document was first found missing, or None where it is there."""
        value = self._database.value(
            """
            SELECT max(p.visited) FROM crawl_pages p
            JOIN captures c ON c.id = p.capture JOIN documents d ON d.number = c.document
            WHERE d.id = ? AND p.state = 'gone'
            """,
            (document_id,),
        )
        return None if value is None else str(value)


def _row(page: CrawlPage) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(page, name) for name in _COLUMNS}
    for name, value in values.items():
        if isinstance(value, str):
            values[name] = storable(value)
    return values


def _read(row: Any) -> CrawlPage:
    return CrawlPage(**{name: row[name] for name in _COLUMNS})
