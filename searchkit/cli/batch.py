"""``searchkit batch``: a file of queries, one answer each."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import click

from searchkit.batch import Form, Topic, read_topics
from searchkit.cli.hits import CSV_FIELDS, csv_row, hit_fields, results_fields, trec_lines
from searchkit.cli.terminal import note, out, to_json
from searchkit.engines import Sort
from searchkit.errors import InputError, UsageError
from searchkit.records import Results
from searchkit.search import Index, open_index

EXAMPLES = """\b
Examples:
  searchkit batch queries.txt > answers.jsonl
  searchkit batch watchlist.csv --format csv --limit 20 > answers.csv
  searchkit batch topics.301-350 --any --limit 1000 --format trec > searchkit.run
\b
Text has one query a line, perhaps an id and a tab before it.  CSV has a header:
query, perhaps id, and filters (speaker, country, source, kind, language, since,
until ...); JSON lines have the same keys.
"""

_MAX_BYTES = 50_000_000


@click.command("batch", epilog=EXAMPLES)
@click.argument("file", metavar="FILE|-")
@click.option("--input", "input_form", type=click.Choice(["text", "csv", "jsonl", "trec"]),
              help="What the file is; else its name and beginning tell.")  # fmt: skip
@click.option("--sort", type=click.Choice(["relevance", "newest", "oldest"]), default="relevance")
@click.option("--limit", "-n", type=click.IntRange(0, 10_000), default=10, show_default=True)
@click.option("--exact", is_flag=True, help="Words as written: no stems, no other spellings.")
@click.option("--rerank", is_flag=True, help="Order the first 50 by meaning, too.")
@click.option("--any", "any_word", is_flag=True, help="Any of the words will do.")
@click.option("--all-copies", is_flag=True, help="Each copy of a story as a hit of its own.")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv", "trec"]), default="jsonl")
@click.pass_obj
def command(
    index_path: Path,
    /,
    file: str,
    input_form: str | None,
    sort: Sort,
    limit: int,
    exact: bool,
    any_word: bool,
    rerank: bool,
    all_copies: bool,
    form: str,
) -> int:
    """Answer every query of a file: one JSON object each, CSV rows, or a TREC run.

    A query that cannot be read is named on stderr and the rest goes on; then the exit
    status is 1.
    """
    topics = read_topics(_text(file), file, cast(Form | None, input_form))
    failed = 0
    if form == "csv":
        out(csv_row(["topic", "query", *CSV_FIELDS]), end="")
    with open_index(index_path) as index:
        for topic in topics:
            try:
                results = index.search(
                    topic.query, topic.filters, limit=limit, sort=sort, exact=exact,
                    any_word=any_word, all_copies=all_copies, rerank=rerank,
                )  # fmt: skip
            except UsageError as error:
                failed += 1
                note(f"Error: {_place(file, topic)}: {error}")
                continue
            for line in _lines(topic, results, form):
                out(line, end="")
        _tell(index, len(topics), failed)
    return 1 if failed else 0


def _place(file: str, topic: Topic) -> str:
    return f"{file}:{topic.line}" if topic.line is not None else f"{file}, topic {topic.id}"


def _tell(index: Index, queries: int, failed: int) -> None:
    note(f"{queries:,} queries, {failed:,} that cannot be read, {index.engine.size():,} passages")


def _lines(topic: Topic, results: Results, form: str) -> Iterator[str]:
    if form == "jsonl":
        yield to_json({"topic": topic.id, **results_fields(results)}) + "\n"
    elif form == "trec":
        yield from (line + "\n" for line in trec_lines(results, topic.id))
    else:
        for hit in results.hits:
            fields = hit_fields(hit)
            yield csv_row([topic.id, topic.query, *(fields[name] for name in CSV_FIELDS)])


def _text(file: str) -> str:
    try:
        if file == "-":
            body = sys.stdin.buffer.read(_MAX_BYTES + 1)
        else:
            with Path(file).open("rb") as stream:
                body = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        raise InputError(file, error.strerror or str(error)) from error
    if len(body) > _MAX_BYTES:
        raise InputError(file, f"has more than {_MAX_BYTES:,} bytes: cut it in parts")
    return body.decode("utf-8", "replace")
