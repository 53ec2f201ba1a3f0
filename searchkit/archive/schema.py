"""The tables of the archive, and the steps that lead from one schema to the next.

Statements go in order into `database`, which runs each step in one transaction.  This
module holds SQL and nothing that runs it.  A step that has been released is never
changed: a correction is a new step.

Texts and removed blocks are zlib blobs and stand last in their row, so that reading the
columns before them does not touch the pages they fill.  Times are ISO 8601 in UTC.
"""

from __future__ import annotations

APPLICATION_ID = 0x53454B54
"""Marks the SQLite file as an archive of searchkit ("SEKT" in ASCII)."""

_SCHEMA_1 = (
    f"PRAGMA application_id = {APPLICATION_ID}",
    """
    CREATE TABLE settings (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    # One row: the number of the last change to any document.
    "CREATE TABLE counter (revision INTEGER NOT NULL)",
    "INSERT INTO counter (revision) VALUES (0)",
    # size, records and crc32 cover what has been acknowledged; bytes beyond are a torn tail.
    """
    CREATE TABLE warc_files (
        number INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        size INTEGER NOT NULL,
        records INTEGER NOT NULL,
        crc32 INTEGER NOT NULL
    )
    """,
    """
    CREATE TABLE captures (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('pending', 'kept', 'refused')),
        reason TEXT,
        document INTEGER REFERENCES documents (number),
        file INTEGER NOT NULL REFERENCES warc_files (number),
        offset INTEGER NOT NULL,
        length INTEGER NOT NULL,
        sha256 BLOB NOT NULL,
        url TEXT,
        origin TEXT NOT NULL,
        media_type TEXT NOT NULL,
        charset TEXT,
        status INTEGER,
        fetched_at TEXT NOT NULL,
        headers TEXT,
        given TEXT NOT NULL
    )
    """,
    "CREATE INDEX captures_by_key ON captures (key, id)",
    "CREATE INDEX captures_by_place ON captures (file, offset)",
    "CREATE INDEX captures_pending ON captures (id) WHERE state = 'pending'",
    # language and published repeat the current version's, for counting.
    """
    CREATE TABLE documents (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        key TEXT NOT NULL,
        version INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('current', 'gone')),
        revision INTEGER NOT NULL UNIQUE,
        language TEXT,
        published TEXT
    )
    """,
    "CREATE INDEX documents_by_key ON documents (key)",
    "CREATE INDEX documents_by_language ON documents (state, language)",
    """
    CREATE TABLE document_sources (
        document INTEGER NOT NULL REFERENCES documents (number),
        source TEXT NOT NULL,
        url TEXT,
        capture INTEGER NOT NULL REFERENCES captures (id),
        PRIMARY KEY (document, source)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE versions (
        document INTEGER NOT NULL REFERENCES documents (number),
        n INTEGER NOT NULL,
        capture INTEGER NOT NULL REFERENCES captures (id),
        revision INTEGER NOT NULL,
        added_at TEXT NOT NULL,
        text_sha256 BLOB NOT NULL,
        url TEXT,
        title TEXT,
        published TEXT,
        published_source TEXT,
        published_certainty TEXT,
        modified TEXT,
        language TEXT,
        site TEXT,
        source TEXT,
        authors TEXT,
        speaker TEXT,
        role TEXT,
        country TEXT,
        form TEXT,
        warnings TEXT,
        removed BLOB,
        text BLOB NOT NULL,
        PRIMARY KEY (document, n)
    )
    """,
    # version is the last one that holds the passage; current = 0 where a later text or
    # a later segmentation has no such passage.
    """
    CREATE TABLE passages (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        document INTEGER NOT NULL,
        version INTEGER NOT NULL,
        current INTEGER NOT NULL CHECK (current IN (0, 1)),
        start INTEGER NOT NULL,
        "end" INTEGER NOT NULL,
        kind TEXT NOT NULL,
        speaker TEXT,
        speaker_mention TEXT,
        role TEXT,
        affiliation TEXT,
        country TEXT,
        cue TEXT,
        via TEXT,
        confidence REAL,
        text TEXT NOT NULL,
        statements TEXT,
        FOREIGN KEY (document, version) REFERENCES versions (document, n)
    )
    """,
    "CREATE INDEX passages_by_document ON passages (document, current, start)",
)

# Near copies; number is that of the passage or document, grp NULL where it has no copy.
# The rows are made by `copying`, for what is there already as well.
_SCHEMA_2 = (
    """
    CREATE TABLE passage_copies (
        number INTEGER PRIMARY KEY REFERENCES passages (number),
        grp INTEGER,
        who TEXT,
        size INTEGER NOT NULL,
        sketch BLOB NOT NULL
    )
    """,
    "CREATE INDEX passage_copies_by_group ON passage_copies (grp, who) WHERE grp IS NOT NULL",
    """
    CREATE TABLE document_copies (
        number INTEGER PRIMARY KEY REFERENCES documents (number),
        grp INTEGER,
        who TEXT,
        size INTEGER NOT NULL,
        sketch BLOB NOT NULL
    )
    """,
    "CREATE INDEX document_copies_by_group ON document_copies (grp, who) WHERE grp IS NOT NULL",
    """
    CREATE TABLE copy_keys (
        number INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('passage', 'document')),
        is_sorted INTEGER NOT NULL CHECK (is_sorted IN (0, 1)),
        entries BLOB NOT NULL
    )
    """,
)

# Lines at the edges of documents, by site.  line and rest are hashes of 64 bits; learnt is
# how many pages a site had when its templates were last looked for.
_SCHEMA_3 = (
    """
    CREATE TABLE sites (
        site TEXT PRIMARY KEY,
        pages INTEGER NOT NULL,
        learnt INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE site_pages (
        document INTEGER PRIMARY KEY REFERENCES documents (number),
        site TEXT NOT NULL
    )
    """,
    "CREATE INDEX site_pages_by_site ON site_pages (site)",
    """
    CREATE TABLE site_lines (
        site TEXT NOT NULL,
        line INTEGER NOT NULL,
        document INTEGER NOT NULL REFERENCES documents (number),
        rest INTEGER NOT NULL,
        PRIMARY KEY (site, line, document)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX site_lines_by_document ON site_lines (document)",
    """
    CREATE TABLE site_templates (
        site TEXT NOT NULL,
        line INTEGER NOT NULL,
        texts INTEGER NOT NULL,
        since TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (site, line)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE site_keeps (
        site TEXT NOT NULL,
        text TEXT NOT NULL,
        since TEXT NOT NULL,
        PRIMARY KEY (site, text)
    ) WITHOUT ROWID
    """,
)

# What a crawl knows of each address: due is NULL where it is not asked for again; calm counts
# visits in a row without change; digest is of the body last seen, capture the last one kept.
_SCHEMA_4 = (
    """
    CREATE TABLE crawl_pages (
        source TEXT NOT NULL,
        key TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('feed', 'sitemap', 'list', 'page')),
        url TEXT NOT NULL,
        host TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('new', 'seen', 'gone', 'failed')),
        title TEXT,
        published TEXT,
        stamp TEXT,
        etag TEXT,
        last_modified TEXT,
        digest BLOB,
        capture INTEGER REFERENCES captures (id),
        depth INTEGER NOT NULL,
        found TEXT NOT NULL,
        visited TEXT,
        due TEXT,
        interval_s INTEGER NOT NULL DEFAULT 0,
        calm INTEGER NOT NULL DEFAULT 0,
        failures INTEGER NOT NULL DEFAULT 0,
        reason TEXT,
        PRIMARY KEY (source, kind, key)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX crawl_pages_due ON crawl_pages (host, due) WHERE due IS NOT NULL",
    "CREATE INDEX crawl_pages_capture ON crawl_pages (capture) WHERE capture IS NOT NULL",
    """
    CREATE TABLE crawl_hosts (
        host TEXT PRIMARY KEY,
        robots_status INTEGER,
        robots BLOB,
        robots_at TEXT,
        not_before TEXT,
        day TEXT,
        requests INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE crawl_sources (
        source TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        tried TEXT NOT NULL,
        succeeded TEXT,
        failing_since TEXT,
        reason TEXT
    ) WITHOUT ROWID
    """,
)

# Alerts.  revision is the last one an alert was held against; what came before start_revision
# (and passages up to start_passage) is not news to it.  A removed alert keeps its history.
_SCHEMA_5 = (
    """
    CREATE TABLE alerts (
        number INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        query TEXT NOT NULL,
        filters TEXT NOT NULL,
        targets TEXT NOT NULL,
        every TEXT NOT NULL CHECK (every IN ('now', 'hourly', 'daily', 'weekly')),
        digest INTEGER NOT NULL CHECK (digest IN (0, 1)),
        edits INTEGER NOT NULL CHECK (edits IN (0, 1)),
        state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'stopped', 'removed')),
        reason TEXT,
        revision INTEGER NOT NULL,
        start_revision INTEGER NOT NULL,
        start_passage INTEGER NOT NULL,
        created TEXT NOT NULL,
        ran TEXT,
        composed TEXT NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX alerts_by_name ON alerts (name) WHERE state <> 'removed'",
    """
    CREATE TABLE alert_runs (
        number INTEGER PRIMARY KEY,
        began TEXT NOT NULL
    )
    """,
    # story is the passage first told of it; quiet ones are known and not told: copies, and
    # edits where these are not wanted.  item is what will be sent, until it is in a message.
    """
    CREATE TABLE alert_told (
        number INTEGER PRIMARY KEY,
        alert INTEGER NOT NULL REFERENCES alerts (number),
        story TEXT NOT NULL,
        passage TEXT NOT NULL,
        document TEXT NOT NULL,
        version INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        run INTEGER NOT NULL REFERENCES alert_runs (number),
        state TEXT NOT NULL CHECK (state IN ('waiting', 'told', 'copy', 'edit')),
        item TEXT,
        UNIQUE (alert, passage)
    )
    """,
    "CREATE INDEX alert_told_by_document ON alert_told (alert, document)",
    "CREATE INDEX alert_told_waiting ON alert_told (alert) WHERE state = 'waiting'",
    # body goes once it is delivered; due is NULL where nothing will be tried again.
    """
    CREATE TABLE alert_outbox (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        target TEXT NOT NULL,
        names TEXT NOT NULL,
        items INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'dropped')),
        created TEXT NOT NULL,
        due TEXT,
        tries INTEGER NOT NULL DEFAULT 0,
        run INTEGER NOT NULL REFERENCES alert_runs (number),
        done TEXT,
        reason TEXT,
        body TEXT
    )
    """,
    "CREATE INDEX alert_outbox_due ON alert_outbox (target, number) WHERE state = 'waiting'",
    """
    CREATE TABLE alert_outbox_items (
        message INTEGER NOT NULL REFERENCES alert_outbox (number),
        told INTEGER NOT NULL REFERENCES alert_told (number),
        PRIMARY KEY (message, told)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX alert_outbox_items_by_told ON alert_outbox_items (told)",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    _SCHEMA_1,
    _SCHEMA_2,
    _SCHEMA_3,
    _SCHEMA_4,
    _SCHEMA_5,
)
"""Step i leads from schema i to schema i + 1; the schema's number is ``len(MIGRATIONS)``."""

WRITE_VERSION = """
    INSERT INTO versions (document, n, capture, revision, added_at, text_sha256, url, title,
        published, published_source, published_certainty, modified, language, site, source,
        authors, speaker, role, country, form, warnings, removed, text)
    VALUES (:document, :n, :capture, :revision, :added_at, :text_sha256, :url, :title,
        :published, :published_source, :published_certainty, :modified, :language, :site,
        :source, :authors, :speaker, :role, :country, :form, :warnings, :removed, :text)
    ON CONFLICT (document, n) DO UPDATE SET capture = excluded.capture,
        revision = excluded.revision, url = excluded.url, title = excluded.title,
        published = excluded.published, published_source = excluded.published_source,
        published_certainty = excluded.published_certainty, modified = excluded.modified,
        language = excluded.language, site = excluded.site, source = excluded.source,
        authors = excluded.authors, speaker = excluded.speaker, role = excluded.role,
        country = excluded.country, form = excluded.form, warnings = excluded.warnings,
        removed = excluded.removed
"""
"""A version, new or in place of the same one with other metadata."""

WRITE_PASSAGE = """
    INSERT INTO passages (document, version, current, id, start, "end", text, kind, speaker,
        speaker_mention, role, affiliation, country, cue, via, confidence, statements)
    VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET document = excluded.document, version = excluded.version,
        current = 1, start = excluded.start, "end" = excluded."end", kind = excluded.kind,
        speaker = excluded.speaker, speaker_mention = excluded.speaker_mention,
        role = excluded.role, affiliation = excluded.affiliation, country = excluded.country,
        cue = excluded.cue, via = excluded.via, confidence = excluded.confidence,
        text = excluded.text, statements = excluded.statements
"""
"""A passage; one that an earlier version had moves on, for its id names the same words."""
