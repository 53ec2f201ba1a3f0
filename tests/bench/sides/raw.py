"""The peers: each library as its manual uses it, with the same passages and questions.

Every one holds the id, the text with title and speaker behind it, the title, the country
and the first day.  Each answer is the exact total and the ids of the ten best; SQLite is
not asked for the total, for which it would need the query a second time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.bench.sides.passages import Row
from tests.bench.sides.questions import SLOP, Question

LIMIT = 10
COMMIT = 20_000

Asked = Callable[[], tuple[int, int]]


def searched(row: Row) -> str:
    return f"{row.text} {row.title} {row.speaker}"


class Tantivy:
    """tantivy with its English stems; one term a word."""

    def __init__(self, folder: Path) -> None:
        import tantivy

        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
        builder.add_text_field("text", tokenizer_name="en_stem")
        builder.add_text_field("title", tokenizer_name="en_stem")
        builder.add_text_field("country", tokenizer_name="raw", index_option="basic")
        builder.add_unsigned_field("day", fast=True)
        self._schema = builder.build()
        self._index = tantivy.Index(self._schema, str(folder))
        english = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        self._stems = english.filter(tantivy.Filter.stemmer("english")).build()

    def build(self, rows: Iterator[Row]) -> None:
        writer = self._index.writer(128_000_000, 1)
        for number, row in enumerate(rows, 1):
            writer.add_document(self._document(row))
            if number % COMMIT == 0:
                writer.commit()
        writer.commit()
        writer.wait_merging_threads()

    def _document(self, row: Row) -> Any:
        import tantivy

        document = tantivy.Document()
        document.add_text("id", row.id)
        document.add_text("document", row.document)
        document.add_text("text", searched(row))
        document.add_text("title", row.title)
        document.add_text("country", row.country)
        document.add_unsigned("day", int(row.first or 0))
        return document

    def add(self, rows: list[Row]) -> None:
        writer = self._index.writer(128_000_000, 1)
        for document in {row.document for row in rows}:
            writer.delete_documents_by_term("document", document)
        for row in rows:
            writer.add_document(self._document(row))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def prepared(self, question: Question) -> Asked:
        self._index.reload()
        searcher = self._index.searcher()
        stems = [self._stems.analyze(word)[0] for word in question.words]
        newest = "day" if question.kind.endswith("newest first") else None

        def ask() -> tuple[int, int]:
            query = self._query(question, stems)
            found = searcher.search(query, LIMIT, count=True, order_by_field=newest)
            total: int = found.count  # type: ignore[attr-defined]
            return total, len([searcher.doc(at)["id"] for _, at in found.hits])

        return ask

    def _query(self, question: Question, stems: list[str]) -> Any:
        from tantivy import FieldType, Occur, Query

        schema, kind = self._schema, question.kind
        if kind in ("a phrase", "near"):
            slop = 0 if kind == "a phrase" else SLOP
            return Query.phrase_query(schema, "text", [*stems], slop)
        if kind == "a beginning":
            return Query.regex_query(schema, "text", question.words[0] + ".*")
        words = [Query.term_query(schema, "text", stem) for stem in stems]
        if kind == "three words, any":
            return Query.boolean_query([(Occur.Should, word) for word in words])
        if kind == "a word without another":
            return Query.boolean_query([(Occur.Must, words[0]), (Occur.MustNot, words[1])])
        if question.country:
            words.append(Query.term_query(schema, "country", question.country))
        if question.first:
            days = (FieldType.Unsigned, question.first, question.last)
            words.append(Query.range_query(schema, "day", *days))
        if len(words) == 1:
            return words[0]
        return Query.boolean_query([(Occur.Must, word) for word in words])

    def answer(self, prepared: Asked) -> tuple[int, int]:
        return prepared()

    def close(self) -> None:
        del self._index


class Whoosh:
    """Whoosh with its defaults: TEXT fields without stems, one writer, one commit."""

    def __init__(self, folder: Path) -> None:
        from whoosh import fields, index

        schema = fields.Schema(
            id=fields.ID(stored=True), document=fields.ID, text=fields.TEXT, title=fields.TEXT,
            country=fields.ID, day=fields.DATETIME,
        )  # fmt: skip
        known = index.exists_in(str(folder))
        self._index = index.open_dir(str(folder)) if known else index.create_in(folder, schema)
        self._searcher: Any = None

    def build(self, rows: Iterator[Row]) -> None:
        writer = self._index.writer()
        for row in rows:
            writer.add_document(**self._fields(row))
        writer.commit()

    def _fields(self, row: Row) -> dict[str, Any]:
        given = {
            "id": row.id, "document": row.document, "text": searched(row), "title": row.title,
            "country": row.country,
        }  # fmt: skip
        return given | ({"day": _date(int(row.first))} if row.first else {})

    def add(self, rows: list[Row]) -> None:
        self.close()
        writer = self._index.writer()
        for document in {row.document for row in rows}:
            writer.delete_by_term("document", document)
        for row in rows:
            writer.add_document(**self._fields(row))
        writer.commit()

    def prepared(self, question: Question) -> Asked | None:
        if question.kind.endswith("newest first"):  # its defaults have no column to sort by
            return None
        if self._searcher is None:
            self._searcher = self._index.searcher()

        def ask() -> tuple[int, int]:
            found = self._searcher.search(self._query(question), limit=LIMIT)
            return len(found), len([hit["id"] for hit in found])

        return ask

    def _query(self, question: Question) -> Any:
        from whoosh.query import And, DateRange, Not, Or, Phrase, Prefix, Term

        kind = question.kind
        if kind in ("a phrase", "near"):  # its slop counts from the word, not behind it
            return Phrase("text", list(question.words), slop=1 if kind == "a phrase" else SLOP + 1)
        if kind == "a beginning":
            return Prefix("text", question.words[0])
        words: list[Any] = [Term("text", word) for word in question.words]
        if kind == "three words, any":
            return Or(words)
        if kind == "a word without another":
            return And([words[0], Not(words[1])])
        if question.country:
            words.append(Term("country", question.country))
        if question.first:
            words.append(DateRange("day", _date(question.first), _date(question.last)))
        return words[0] if len(words) == 1 else And(words)

    def answer(self, prepared: Asked) -> tuple[int, int]:
        return prepared()

    def close(self) -> None:
        if self._searcher is not None:
            self._searcher.close()
            self._searcher = None


def _date(day: int) -> datetime:
    return datetime(day // 10000, day // 100 % 100, min(28, day % 100))  # noqa: DTZ001


class Fts5:
    """SQLite's FTS5 with its Porter stems."""

    def __init__(self, folder: Path) -> None:
        self._database = sqlite3.connect(folder / "fts5.sqlite3")
        self._database.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS passages USING fts5(text, title, id UNINDEXED, "
            "country UNINDEXED, day UNINDEXED, tokenize='porter unicode61')"
        )
        # Deleting wants the rows of a document, which no column without an index tells.
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS held (document TEXT, number INTEGER PRIMARY KEY)"
        )
        self._database.execute("CREATE INDEX IF NOT EXISTS held_by ON held (document)")

    def build(self, rows: Iterator[Row]) -> None:
        for row in rows:
            self._insert(row)
        self._database.commit()

    def _insert(self, row: Row) -> None:
        values = (searched(row), row.title, row.id, row.country, row.first)
        made = self._database.execute("INSERT INTO passages VALUES (?, ?, ?, ?, ?)", values)
        self._database.execute("INSERT INTO held VALUES (?, ?)", (row.document, made.lastrowid))

    def add(self, rows: list[Row]) -> None:
        for document in {row.document for row in rows}:
            self._database.execute(
                "DELETE FROM passages WHERE rowid IN (SELECT number FROM held WHERE document = ?)",
                (document,),
            )
            self._database.execute("DELETE FROM held WHERE document = ?", (document,))
        for row in rows:
            self._insert(row)
        self._database.commit()

    def prepared(self, question: Question) -> Asked:
        where, values = "passages MATCH ?", ["text : " + self._match(question)]
        if question.country:
            where, values = where + " AND country = ?", [*values, question.country]
        if question.first:
            days = str(question.first), str(question.last)
            where, values = where + " AND day BETWEEN ? AND ?", [*values, *days]
        order = "day DESC" if question.kind.endswith("newest first") else "rank"
        text = f"SELECT id FROM passages WHERE {where} ORDER BY {order} LIMIT {LIMIT}"  # noqa: S608

        def ask() -> tuple[int, int]:
            found = self._database.execute(text, values).fetchall()
            return -1, len(found)

        return ask

    @staticmethod
    def _match(question: Question) -> str:
        kind, words = question.kind, " ".join(question.words)
        if kind == "a phrase":
            return f'"{words}"'
        if kind == "near":
            return f"NEAR({words}, {SLOP - 1})"
        if kind == "a beginning":
            return f"{words}*"
        if kind == "three words, any":
            return f"({' OR '.join(question.words)})"
        if kind == "a word without another":
            return f"({' NOT '.join(question.words)})"
        return f"({' AND '.join(question.words)})"

    def answer(self, prepared: Asked) -> tuple[int, int]:
        return prepared()

    def close(self) -> None:
        self._database.close()
