"""Lines that the pages of a site repeat: counted as documents are kept, learnt, unlearnt.

In come the `Edge`s of each document, in the transaction that keeps it; out go the lines
that are the template of a site.  A line is learnt where it stands at the edge of enough
different texts and of a large enough share of the site's pages; each learning starts from
the counts, so a line that no longer holds is forgotten, and one that a user keeps is never
applied.  No text is cut here (`sites` does).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from searchkit.archive import rows
from searchkit.archive.database import Database

if TYPE_CHECKING:  # a search reads no template
    from searchkit.sites import Edge

# Measured on five sites with 120 to 2,450 pages each: below a quarter of the pages come
# places and formulas of one kind of text, which are not the site's.
FEWEST_TEXTS = 12
LEAST_SHARE = 0.25
# Learn anew when a site has grown by so much: each page is counted five times at most.
GROWTH = 1.25

_REPEATED = """
    SELECT l.line, count(DISTINCT l.rest) AS texts, min(l.document) AS document
    FROM site_lines l JOIN documents d ON d.number = l.document AND d.state = 'current'
    WHERE l.site = ? GROUP BY l.line HAVING texts >= ?
"""
_TEXT = """
    SELECT d.id AS document_id, v.* FROM documents d
    JOIN versions v ON v.document = d.number AND v.n = d.version WHERE d.number = ?
"""


class SiteCount(NamedTuple):
    """A site, how many of its pages were counted, and how many lines were learnt."""

    site: str
    pages: int
    lines: int


class SiteLine(NamedTuple):
    """A learnt line: in how many different texts, since when, and whether a user keeps it."""

    text: str
    texts: int
    since: str
    is_kept: bool


class TemplateReader:
    """The reading half for sites; part of `Reader`."""

    _database: Database

    def site_counts(self) -> list[SiteCount]:
        """The sites with their pages and learnt lines, in alphabetical order."""
        found = self._database.rows(
            """
            SELECT site, pages, (SELECT count(*) FROM site_templates t WHERE t.site = s.site)
            FROM sites s WHERE pages > 0 ORDER BY site
            """
        )
        return [SiteCount(*row) for row in found]

    def site_lines(self, site: str) -> list[SiteLine]:
        """The lines learnt of a site, the most repeated first."""
        from searchkit.sites import fold

        kept = [folded for text in self.kept_lines(site) if (folded := fold(text))]
        found = self._database.rows(
            "SELECT text, texts, since FROM site_templates WHERE site = ? "
            "ORDER BY texts DESC, text",
            (rows.storable(site),),
        )
        return [
            SiteLine(text, texts, since, any(part in fold(text) for part in kept))
            for text, texts, since in found
        ]

    def kept_lines(self, site: str) -> list[str]:
        """The texts that a user keeps on a site's pages, whatever a rule says."""
        found = self._database.rows(
            "SELECT text FROM site_keeps WHERE site = ? ORDER BY text", (rows.storable(site),)
        )
        return [str(row["text"]) for row in found]

    def template_of(self, site: str) -> frozenset[int]:
        """The numbers of the lines to take from the pages of a site."""
        from searchkit.sites import line_number

        lines = self.site_lines(site)
        return frozenset(line_number(line.text) for line in lines if not line.is_kept)


def keep_line(database: Database, site: str, text: str) -> None:
    """Keep lines with a text on a site's pages for good; inside a transaction."""
    database.run(
        "INSERT INTO site_keeps VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (rows.storable(site), rows.storable(text), rows.utc_text(datetime.now(UTC))),
    )


def count_edges(database: Database, number: int, site: str, edges: Sequence[Edge]) -> None:
    """Count a document's edges in place of those it had; inside its transaction."""
    site = rows.storable(site)
    old = database.value("SELECT site FROM site_pages WHERE document = ?", (number,))
    if old != site:
        database.run("UPDATE sites SET pages = pages - 1 WHERE site = ?", (old,))
        database.run("INSERT INTO sites VALUES (?, 0, 0) ON CONFLICT DO NOTHING", (site,))
        database.run("UPDATE sites SET pages = pages + 1 WHERE site = ?", (site,))
        database.run(
            "INSERT INTO site_pages VALUES (?, ?) "
            "ON CONFLICT (document) DO UPDATE SET site = excluded.site",
            (number, site),
        )
    database.run("DELETE FROM site_lines WHERE document = ?", (number,))
    values = [(site, edge.line, number, edge.rest) for edge in edges]
    database.run_many("INSERT INTO site_lines VALUES (?, ?, ?, ?)", values)
    pages, learnt = database.row("SELECT pages, learnt FROM sites WHERE site = ?", (site,))
    if pages >= max(FEWEST_TEXTS, learnt * GROWTH):
        learn(database, site)


def learn(database: Database, site: str) -> None:
    """Find the lines of a site anew from its counts; inside a transaction."""
    pages = database.value(
        "SELECT count(*) FROM site_pages p JOIN documents d ON d.number = p.document "
        "AND d.state = 'current' WHERE p.site = ?",
        (site,),
    )
    least = max(FEWEST_TEXTS, int(-(-pages * LEAST_SHARE // 1)))
    found = {row["line"]: row for row in database.rows(_REPEATED, (site, least))}
    known = {
        row["line"]
        for row in database.rows("SELECT line FROM site_templates WHERE site = ?", (site,))
    }
    for line in known - set(found):
        database.run("DELETE FROM site_templates WHERE site = ? AND line = ?", (site, line))
    for line, row in found.items():
        _learn_line(database, site, line, row, is_new=line not in known)
    database.run("UPDATE sites SET learnt = pages WHERE site = ?", (site,))


def _learn_line(database: Database, site: str, line: int, row: Any, *, is_new: bool) -> None:
    if not is_new:
        database.run(
            "UPDATE site_templates SET texts = ? WHERE site = ? AND line = ?",
            (row["texts"], site, line),
        )
        return
    text = _text_of(database, row["document"], line)
    if text is not None:
        database.run(
            "INSERT INTO site_templates VALUES (?, ?, ?, ?, ?)",
            (site, line, row["texts"], rows.utc_text(datetime.now(UTC)), text),
        )


def _text_of(database: Database, number: int, line: int) -> str | None:
    """The words of a line, from a document that holds it or had it taken out."""
    from searchkit.sites import line_number

    row = database.row(_TEXT, (number,))
    document = rows.read_document(row["document_id"], row)
    texts = [*document.text.split("\n\n"), *(block.text for block in document.removed)]
    return next((text for text in texts if line_number(text) == line), None)
