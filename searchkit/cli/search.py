"""``searchkit search``: ranked passages, with who said them, when and where."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from searchkit.cli.coverage import search_notes
from searchkit.cli.filters import filter_options
from searchkit.cli.hits import (
    csv_lines,
    facet_lines,
    hit_fields,
    hit_text,
    results_fields,
    trec_lines,
)
from searchkit.cli.terminal import note, out, to_json, use_colour
from searchkit.engines import Sort
from searchkit.records import Results
from searchkit.search import Filters, open_index

EXAMPLES = """\b
Examples:
  searchkit search 'grain corridor'
  searchkit search 'speaker:hajiyev "peace treaty" -france'
  searchkit search ceasefire --country AZ --since 2023-10 --sort newest
  searchkit search sanctions --kind direct --format jsonl | jq .speaker
\b
The query language: words (all must occur), "exact words", AND OR NOT in
capitals, -word, prefix*, (groups), field:value, date:2023-10..2023-12.
See docs/query.md.  Exit status 0 also when nothing is found, unless
--exit-status is given.
"""


@click.command("search", epilog=EXAMPLES)
@click.argument("query", nargs=-1, required=True)
@filter_options
@click.option("--sort", type=click.Choice(["relevance", "newest", "oldest"]), default="relevance")
@click.option("--limit", "-n", type=click.IntRange(0, 10_000), default=10, show_default=True)
@click.option("--offset", type=click.IntRange(0), default=0, help="Leave out so many first.")
@click.option("--exact", is_flag=True, help="Words as written: no stems, no other spellings.")
@click.option("--all-copies", is_flag=True, help="Each copy of a story as a hit of its own.")
@click.option("--any", "any_word", is_flag=True, help="Any of the words will do.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "jsonl", "csv", "trec"]), default="text"
)
@click.option("--facets", is_flag=True, help="Also the commonest speakers, countries, years ...")
@click.option(
    "--rerank",
    is_flag=True,
    help="Order the first 50 by meaning, too: 1 or 2 s more; needs searchkit[rerank].",
)
@click.option("--explain", is_flag=True, help="Also what each hit has its score from.")
@click.option("--exit-status", is_flag=True, help="Exit with 1 when nothing is found.")
@click.pass_obj
def command(
    index_path: Path,
    /,
    query: tuple[str, ...],
    sort: Sort,
    limit: int,
    offset: int,
    exact: bool,
    all_copies: bool,
    any_word: bool,
    form: str,
    facets: bool,
    explain: bool,
    rerank: bool,
    exit_status: bool,
    **filters: str | bool | None,
) -> int:
    """Find passages by words, speaker, country, source and date, best first.

    All words must occur; when too few passages have them all, passages with most of
    them follow, marked so.  The last line tells how the query was read.
    """
    chosen = Filters(**filters)  # type: ignore[arg-type]
    with open_index(index_path) as index:
        results = index.search(
            " ".join(query), chosen, limit=limit, offset=offset, sort=sort, exact=exact,
            any_word=any_word, all_copies=all_copies, facets=facets, explain=explain, rerank=rerank,
        )  # fmt: skip
        if not results.hits and not offset:
            for line in index.why_nothing(" ".join(query), chosen, exact=exact):
                note(line)
        troubles = search_notes(index.archive, " ".join(query), chosen.source)
    _print(results, form)
    for line in troubles:
        note(f"Note: {line}")
    return 1 if exit_status and not results.hits else 0


def _print(results: Results, form: str) -> None:
    if form == "json":
        out(to_json(results_fields(results)))
    elif form == "jsonl":
        for hit in results.hits:
            out(to_json(hit_fields(hit)))
    elif form == "csv":
        for line in csv_lines(results):
            out(line, end="")
    elif form == "trec":
        for line in trec_lines(results, "1"):
            out(line)
    elif results.hits:
        colour = use_colour(sys.stdout)
        out("\n\n".join(hit_text(hit, colour=colour) for hit in results.hits))
    if form != "json":
        for line in [*facet_lines(results.facets), *reading_lines(results)]:
            note(line)


def reading_lines(results: Results) -> list[str]:
    """One line on how the query was read and how much it found, then what to know."""
    with_all = sum(hit.matched == "all" for hit in results.hits)
    with_some = len(results.hits) - with_all
    shown = f"{with_all:,} of {results.total:,}" if with_all else f"{results.total:,}"
    if with_some:
        shown += f" with all the words, and {with_some:,} with most of them"
    return [f"Found {shown}: {results.reading}", *(f"Note: {line}" for line in results.notes)]
