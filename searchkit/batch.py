"""Files of queries: text, CSV, JSON lines or TREC topics in, `Topic`s out.

What a file is is told by its name, else by how it begins.  Nothing is searched here.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from searchkit.errors import InputError
from searchkit.evaluate import trec_topics
from searchkit.search import Filters

Form = Literal["text", "csv", "jsonl", "trec"]

_MAX_TOPICS = 100_000
_FILTERS = {field.name for field in dataclasses.fields(Filters)} - {"undated"}
_SUFFIXES: dict[str, Form] = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class Topic:
    """One query of a file, with filters of its own; ``line`` is None in TREC topics."""

    id: str
    query: str
    filters: Filters = NO_FILTERS
    line: int | None = None


def read_topics(text: str, origin: str, form: Form | None = None) -> list[Topic]:
    """The queries of a file, in order; ``origin`` names it in errors, and tells its form.

    Text has one query a line, with an id and a tab before it if need be.  CSV has a
    header with "query" and perhaps "id" and names of filters (speaker, country, since
    ...); JSON lines have the same as keys.  Queries without an id get their line number.

    Raises InputError, with the line, for what is no query, a key that is none of these,
    or an id given twice.

    >>> read_topics("grain corridor\\n7\\tceasefire\\n", "q.txt")[1]
    Topic(id='7', query='ceasefire', filters=Filters(speaker=None, role=None, country=None, \
org=None, source=None, kind=None, language=None, since=None, until=None, undated=False), line=2)
    """
    text = text.removeprefix("\ufeff")
    topics: list[Topic] = []
    seen: set[str] = set()
    for topic in _READERS[form or form_of(text, origin)](text, origin):
        if topic.id in seen:
            raise InputError(_place(origin, topic.line), f"the id {topic.id!r} was given before")
        if len(topics) == _MAX_TOPICS:
            raise InputError(origin, f"has more than {_MAX_TOPICS:,} queries: cut it in parts")
        seen.add(topic.id)
        topics.append(topic)
    if not topics:
        raise InputError(origin, "no query in it")
    return topics


def form_of(text: str, origin: str) -> Form:
    """What sort of file it is.

    >>> form_of("<top>\\n<num> Number: 301", "topics"), form_of("query,id", "q.csv")
    ('trec', 'csv')
    """
    for suffix, form in _SUFFIXES.items():
        if origin.lower().endswith(suffix):
            return form
    start = text.lstrip()[:200]
    if start.startswith("{"):
        return "jsonl"
    return "trec" if start.startswith("<") and "<num>" in text[:2_000] else "text"


def _place(origin: str, line: int | None) -> str:
    return origin if line is None else f"{origin}:{line}"


def _read_text(text: str, origin: str) -> Iterator[Topic]:
    for number, line in enumerate(text.splitlines(), 1):
        name, tab, query = line.partition("\t")
        if tab and name.strip() and query.strip():
            yield Topic(name.strip(), query.strip(), line=number)
        elif line.strip():
            yield Topic(str(number), line.strip(), line=number)


def _read_trec(text: str, origin: str) -> Iterator[Topic]:
    for name, title in trec_topics(text):
        yield Topic(name, title)


def _read_csv(text: str, origin: str) -> Iterator[Topic]:
    rows = csv.DictReader(io.StringIO(text, newline=""))
    try:
        for row in rows:
            number = rows.line_num
            if None in row:
                raise InputError(_place(origin, number), "more cells than the header has")
            yield _topic({k: v for k, v in row.items() if v}, origin, number)
    except csv.Error as error:
        raise InputError(
            _place(origin, rows.line_num), f"cannot be read as CSV: {error}"
        ) from error


def _read_json(text: str, origin: str) -> Iterator[Topic]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise InputError(_place(origin, number), "no JSON object")
        yield _topic({k: v for k, v in row.items() if v is not None}, origin, number)


def _topic(row: Mapping[str, object], origin: str, number: int) -> Topic:
    place = _place(origin, number)
    unknown = sorted(set(row) - {"id", "query"} - _FILTERS)
    if unknown:
        known = ", ".join(["id", "query", *sorted(_FILTERS)])
        raise InputError(place, f"no filter is called {unknown[0]!r}; there are: {known}")
    values = {name: _plain(value, name, place) for name, value in row.items()}
    query = values.pop("query", "")
    if not query:
        raise InputError(place, "has no query")
    name = values.pop("id", "") or str(number)
    return Topic(name, query, Filters(**values), number)  # type: ignore[arg-type]


def _plain(value: object, name: str, place: str) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise InputError(place, f"{name!r} is no text")


_READERS: dict[Form, Callable[[str, str], Iterable[Topic]]] = {
    "text": _read_text,
    "csv": _read_csv,
    "jsonl": _read_json,
    "trec": _read_trec,
}


def run_scores(scores: Iterable[float]) -> list[float]:
    """Scores for a run, which judges sort by: each below the one before it.

    Hits that hold only some of the words come after the others, and ties by date; a
    step of 0.0001 is seen also by tools that keep scores in 32 bits.

    >>> run_scores([3.0, 5.0, 1.0, 1.0])
    [3.0, 2.9999, 1.0, 0.9999]
    """
    found: list[float] = []
    for score in scores:
        if found:
            score = min(score, found[-1] - 0.0001)
        found.append(round(score, 6))
    return found
