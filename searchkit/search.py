"""A query to an answer: the one place where query, engine and archive meet.

`open_index` gives an `Index`; its `search` reads the query, asks the engine, fetches
the passages from the archive and marks the words.  Nothing is written, and nothing
printed: notes on what a person should know come with the results.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from searchkit.analyzer import analyze
from searchkit.archive import Archive, open_archive
from searchkit.engines import Engine, Sort, chosen_engine, open_engine
from searchkit.errors import QueryError, UsageError
from searchkit.query import (
    And,
    Best,
    Compiler,
    DayRange,
    Keyword,
    Node,
    Not,
    Or,
    Query,
    Ranked,
    Term,
    compile_notes,
    compile_query,
    parse_query,
    wanted,
)
from searchkit.records import Counted, Facet, Hit, Results
from searchkit.snippet import make_snippet, mark_title
from searchkit.stories import Stories, Story

# Such a word stands for others, and a note says for which.
_SHAPE_MARKS = re.compile(r"[?*]")

_LISTS_KEPT = 16  # of words that begin alike, up to 50,000 each

_ALL_OF_A_DOCUMENT = 100_000  # passages: more than any has

_Matched = Literal["all", "some"]
_Row = tuple[Story, _Matched]
_MATCHED: tuple[_Matched, ...] = ("all", "some")


@dataclasses.dataclass(frozen=True, slots=True)
class Filters:
    """What passages must be, beside the query; None where it does not matter.

    ``since`` and ``until`` are ISO dates of any precision; with ``undated`` texts
    that have no date pass them too.
    """

    speaker: str | None = None
    role: str | None = None
    country: str | None = None
    org: str | None = None
    source: str | None = None
    kind: str | None = None
    language: str | None = None
    since: str | None = None
    until: str | None = None
    undated: bool = False


class Index:
    """An archive with its engine, open for reading; use it as a context manager."""

    def __init__(self, archive: Archive, engine: Engine) -> None:
        self.archive = archive
        self.engine = engine
        self._languages = archive.languages()
        self._vocabulary: dict[tuple[int, str, str, int], Sequence[str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of both."""
        self.engine.close()
        self.archive.close()

    def search(
        self,
        text: str,
        filters: Filters = Filters(),
        *,
        limit: int = 10,
        offset: int = 0,
        sort: Sort = "relevance",
        exact: bool = False,
        any_word: bool = False,
        all_copies: bool = False,
        facets: bool = False,
        explain: bool = False,
        rerank: bool = False,
    ) -> Results:
        """Passages that hold all the words, then, if too few, those that hold most.

        Copies are one hit, the oldest; with ``all_copies`` each is a hit of its own.
        With ``facets`` the commonest values among all passages found are told, with
        ``explain`` what each hit has its score from, with ``rerank`` the first 50 are
        put in an order by what they mean (``explain`` then tells of the score before).
        Raises QueryError, with the column, for a query that cannot be read, and
        UsageError for a filter value that cannot be used.
        """
        if rerank and sort != "relevance":
            raise UsageError("re-ranking goes with the order by relevance only")
        query = _filtered(parse_query(text), filters)
        match: Literal["all", "any"] = "any" if any_word else "all"
        compiler = Compiler(self._languages, self._words, exact=exact)
        node = _dated(compiler.top(query.tree, match), filters)
        added = compiler.told() if match == "all" else self._added(query, exact)
        stories = Stories(self.engine, self.archive, sort, all_copies)
        last = offset + limit if limit else 0
        asked_for = max(last, _reranked_depth(rerank)) if limit else 0
        found, total = stories.find(node, asked_for)
        rows: list[_Row] = [(story, "all") for story in found]
        if len(rows) < last and not any_word:
            more = _dated(compiler.top(query.tree, "most"), filters)
            if more != node:
                rest, _ = stories.find(more, asked_for - len(rows))
                rows += [(story, "some") for story in rest]
        if rerank:
            rows = self._reranked(query, rows)
        hits = tuple(self._hits(rows[offset:last], node, offset))
        if explain:
            loose = _dated(compiler.top(query.tree, "any"), filters)
            asked = {"all": node, "some": loose}
            hits = tuple(self._explained(hit, asked[hit.matched]) for hit in hits)
        return Results(
            query=text,
            reading=query.reading,
            total=total,
            hits=hits,
            notes=(
                *query.notes,
                *added,
                *(self._unknown_words(query) if hits and not total else ()),
                *(_reranked_note(query) if rerank else ()),
                *self._state(),
            ),
            facets=self._facets(node) if facets else (),
        )

    def _reranked(self, query: Query, rows: Sequence[_Row]) -> list[_Row]:
        """The first rows in a new order; those with all the words stay before the others."""
        from searchkit.rerank import DEPTH, rerank, titled

        texts = self.archive.hits_for([story.passage_id for story, _ in rows[:DEPTH]])
        ordered: list[_Row] = []
        for matched in _MATCHED:
            mine = [row for row in rows[:DEPTH] if row[1] == matched and row[0].passage_id in texts]
            both = [texts[story.passage_id] for story, _ in mine]
            words = [titled(document.title, passage.text) for passage, document in both]
            before = [story.score for story, _ in mine]
            scores = rerank(" ".join(query.words), words, before) if query.words else before
            new = [dataclasses.replace(s, score=n) for (s, _), n in zip(mine, scores, strict=True)]
            new.sort(key=lambda story: -story.score)  # stable: ties stay as the engine had them
            ordered += [(story, matched) for story in new]
        return [*ordered, *rows[DEPTH:]]

    def _facets(self, node: Node) -> tuple[Facet, ...]:
        from searchkit.facets import FACETS, count_by, top

        return top(count_by(self.engine, node, FACETS))

    def count(
        self,
        text: str,
        by: str,
        filters: Filters = Filters(),
        *,
        exact: bool = False,
        any_word: bool = False,
    ) -> Counted:
        """How many passages match, by speaker, country, month ...: one of `facets.FACETS`.

        Raises QueryError and UsageError as `search` does.
        """
        from searchkit.facets import count_by

        query = _filtered(parse_query(text), filters)
        node = self._compiled(query, filters, "any" if any_word else "all", exact)
        (facet,) = count_by(self.engine, node, [by])
        return Counted(
            query=text,
            reading=query.reading,
            by=by,
            total=self.engine.search(node, limit=0).total,
            rows=facet.rows,
            notes=(
                *query.notes,
                *self._added(query, exact),
                *self._state(),
            ),
        )

    def asked(
        self, text: str, filters: Filters = Filters(), *, exact: bool = False
    ) -> tuple[Query, Node]:
        """How a search reads this, and the tree of what it finds by all the words, unranked.

        Raises QueryError and UsageError as `search` does.
        """
        query = _filtered(parse_query(text), filters)
        return query, self._compiled(query, filters, "all", exact, ranked=False)

    def why_nothing(
        self, text: str, filters: Filters = Filters(), *, exact: bool = False
    ) -> list[str]:
        """For a search without hits: what would find something, a line each."""
        lines = []
        if filters != Filters():
            without = self.search(text, limit=0, exact=exact).total
            if without:
                lines.append(f"Without the options it finds {without:,}")
        if exact and (loose := self.search(text, filters, limit=0).total):
            lines.append(f"Without --exact it finds {loose:,}")
        lines += self._unknown_words(parse_query(text))
        newest = max((row.newest or "" for row in self.archive.counts().sources), default="")
        lines.append(
            f"Searched {self.engine.size():,} passages; the newest date is {newest or 'unknown'}"
        )
        return lines

    def _compiled(
        self,
        query: Query,
        filters: Filters,
        match: Literal["all", "most", "any"],
        exact: bool,
        *,
        ranked: bool = True,
    ) -> Node:
        node = compile_query(
            query, self._languages, match=match, exact=exact, ranked=ranked, words=self._words
        )
        return _dated(node, filters)

    def _added(self, query: Query, exact: bool) -> list[str]:
        return compile_notes(query, self._languages, exact=exact, words=self._words)

    def _words(self, field: str, prefix: str, limit: int) -> Sequence[str]:
        """The engine's vocabulary, remembered: one search asks several times for the same."""
        asked = (self.engine.revision(), field, prefix, limit)
        if asked not in self._vocabulary:
            if len(self._vocabulary) >= _LISTS_KEPT:
                self._vocabulary.clear()
            self._vocabulary[asked] = self.engine.words(field, prefix, limit)
        return self._vocabulary[asked]

    def _hits(self, rows: Sequence[_Row], node: Node, offset: int) -> Iterator[Hit]:
        texts = self.archive.hits_for([story.passage_id for story, _ in rows])
        in_text, in_title = wanted(node, "text"), wanted(node, "text", "title")
        for place, (story, matched) in enumerate(rows):
            if story.passage_id not in texts:  # changed since the index was written
                continue
            passage, document = texts[story.passage_id]
            yield Hit(
                rank=offset + place + 1,
                score=story.score,
                passage=passage,
                document=document,
                snippet=make_snippet(passage.text, document.language, in_text),
                title_marks=mark_title(document.title or "", document.language, in_title),
                matched=matched,
                copies=story.copies,
            )

    def _explained(self, hit: Hit, node: Node) -> Hit:
        from searchkit.query.explaining import explain

        passage = hit.passage
        beside = Keyword("document", (passage.document_id,))

        def score_of(part: Node) -> float | None:
            found = self.engine.search(And((part, beside)), limit=_ALL_OF_A_DOCUMENT)
            return dict(found.rows).get(passage.id)

        return dataclasses.replace(hit, reasons=explain(node, score_of))

    def _state(self) -> Iterator[str]:
        behind = self.archive.revision() - self.engine.revision()
        if behind > 0:
            yield f"the index is {behind:,} changes behind the archive; run: searchkit index"

    def _unknown_words(self, query: Query) -> Iterator[str]:
        """A line for each word that no passage has, with the nearest that some have."""
        from searchkit.query.vocabulary import like

        for word in dict.fromkeys(query.words):
            tokens = () if _SHAPE_MARKS.search(word) else analyze(word)
            for token in tokens:
                if self.engine.search(Term("text", "=" + token.exact), limit=0).total:
                    continue
                near = [known for known, _ in like(token.exact, 2, "text", self._words)[:3]]
                hint = f"; did you mean {' or '.join(near)}?" if near else ""
                yield f"No passage has {token.exact!r} as written{hint}"


def open_index(path: Path) -> Index:
    """Open the index directory ``path`` for reading.

    Raises ArchiveError where nothing is kept there, IndexProblem where the index is
    missing or damaged.
    """
    archive = open_archive(path)
    try:
        return Index(archive, open_engine(chosen_engine(archive), path))
    except BaseException:
        archive.close()
        raise


def _reranked_depth(rerank: bool) -> int:
    if not rerank:
        return 0
    from searchkit.rerank import DEPTH

    return DEPTH


def _reranked_note(query: Query) -> Iterator[str]:
    if query.words:
        yield f"the first {_reranked_depth(True)} are ordered by what they mean, too"
    else:
        yield "nothing to re-rank by: the query asks for no words of the text"


def check_asked(text: str, filters: Filters) -> None:
    """Raise QueryError or UsageError where a search could not read this; no index is needed."""
    _filtered(parse_query(text), filters)


def _filtered(query: Query, filters: Filters) -> Query:
    """The query with the filters as parts of it, so that one reading tells both."""
    extra = list(_filter_texts(filters))
    if not extra:
        return query
    both = parse_query(f"({query}) {' '.join(extra)}")
    return dataclasses.replace(both, notes=query.notes)


def _filter_texts(filters: Filters) -> Iterator[str]:
    for option, field, value in (
        ("--speaker", "speaker", filters.speaker),
        ("--role", "role", filters.role),
        ("--org", "org", filters.org),
        ("--source", "source", filters.source),
        ("--country", "country", filters.country),
        ("--kind", "kind", filters.kind),
        ("--lang", "language", filters.language),
    ):
        if value is not None:
            yield _checked(
                option,
                value,
                f"{field}:({_words(value)})" if field in _WORDS else f'{field}:"{_plain(value)}"',
            )
    for option, value, text in (
        ("--since", filters.since, f"since:{filters.since}"),
        ("--until", filters.until, f"until:{filters.until}"),
    ):
        if value is not None:
            yield _checked(option, value, text)


_WORDS = {"role", "org", "source"}  # a speaker is a name: read with titles and initials


def _plain(value: str) -> str:
    return re.sub(r'["“”„]', " ", value).strip()


def _words(value: str) -> str:
    """Each word quoted, so that none is an operator, nor two of them a phrase.

    >>> _words("mfa.example, NOT the OSBC")
    '"mfa" "example" "not" "the" "osbc"'
    """
    return " ".join(f'"{token.exact}"' for token in analyze(value)) or f'"{_plain(value)}"'


def _checked(option: str, value: str, text: str) -> str:
    try:
        parse_query(text)
    except QueryError as error:
        raise UsageError(f"{option} {value!r}: {error.message}") from None
    return text


def _dated(node: Node, filters: Filters) -> Node:
    return _with_undated(node) if filters.undated else node


def _with_undated(node: Node) -> Node:
    """The same tree, its date ranges open to texts that have no date."""
    match node:
        case DayRange():
            return dataclasses.replace(node, undated=True)
        case And() | Or() | Best():
            return dataclasses.replace(node, parts=tuple(map(_with_undated, node.parts)))
        case Not(part):
            return Not(_with_undated(part))
        case Ranked(part, evidence):
            return Ranked(_with_undated(part), evidence)
        case _:
            return node
