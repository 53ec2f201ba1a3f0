"""``searchkit add``: keep, clean, segment and index what the user names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import click

from searchkit.archive import Archive, open_archive
from searchkit.cli.given import given_options, make_given
from searchkit.cli.index import MOST_WORKERS, bring_up
from searchkit.cli.terminal import Progress, note, one_line, out
from searchkit.errors import FetchError, InputError
from searchkit.ingest import (
    Makers,
    Outcome,
    add_pages,
    choose_parser,
    finish_pending,
    make_documents,
)
from searchkit.inputs import iter_pages
from searchkit.records import Given, Page
from searchkit.segment import Parser
from searchkit.workers import usable_cores

EXAMPLES = """\b
Examples:
  searchkit add statement.html notes.txt --source "Ministry of Foreign Affairs"
  searchkit add archive/ corpus.jsonl.gz crawl.warc.gz
  searchkit add https://mfa.example/press/41
  pbpaste | searchkit add - --source "EU Reporter" --date 2023-11-04
"""

# A long add makes what it has found searchable every so often.
INDEX_EVERY_DOCUMENTS = 5_000


@click.command("add", epilog=EXAMPLES)
@click.argument("targets", metavar="PATH|URL|-...", nargs=-1, required=True)
@given_options
@click.option(
    "--wait", "wait_s", default=600.0, show_default=True, help="Seconds to wait for another writer."
)
@click.option("--allow-private", is_flag=True, help="Let URLs be of this machine or network.")
@click.option("--no-index", is_flag=True, help="Keep only; index later with 'searchkit index'.")
@click.option(
    "--parser", type=click.Choice(["rules", "spacy"]),
    help="What reads reported speech, here and in later adds; see 'segment --help'.",
)  # fmt: skip
@click.option(
    "--workers", type=click.IntRange(1, 64),
    help="Processes that clean and cut; 1 does it in this one.  "
    "Default: one a core, 3 at most, once there is enough to do.",
)  # fmt: skip
@click.pass_obj
def command(
    index_path: Path,
    targets: Sequence[str],
    source: str | None,
    published: str | None,
    language: str | None,
    wait_s: float,
    allow_private: bool,
    no_index: bool,
    parser: Parser | None,
    workers: int | None,
) -> int:
    """Keep, clean and index pages: HTML, text, PDF, WARC, JSON lines, folders, URLs.

    What cannot be taken is named on stderr with its reason, and the rest goes on;
    then the exit status is 1.  Adding the same thing again changes nothing.
    """
    given = make_given(source, published, language)
    with open_archive(index_path, write=True, wait_s=wait_s, on_wait=note) as archive:
        choose_parser(archive, parser)
        count = workers or min(usable_cores(), MOST_WORKERS)
        with make_documents(count, soon=workers is not None) as makers:
            outcomes = _outcomes(archive, targets, given, allow_private, makers)
            counts = _add_all(archive, outcomes, index_path, makers, with_index=not no_index)
    out(summary(counts))
    return 1 if counts["refused"] else 0


def _add_all(
    archive: Archive,
    outcomes: Iterator[Outcome],
    index_path: Path,
    makers: Makers,
    *,
    with_index: bool,
) -> Counter[str]:
    counts: Counter[str] = Counter()
    progress = Progress("documents")
    try:
        for outcome in outcomes:
            counts[outcome.result] += 1
            progress.step()
            _tell(outcome)
            if with_index and progress.done % INDEX_EVERY_DOCUMENTS == 0:
                progress.close()
                bring_up(archive, index_path, makers.pool)
    finally:
        progress.close()
    if with_index:
        bring_up(archive, index_path, makers.pool)
    return counts


def _outcomes(
    archive: Archive,
    targets: Sequence[str],
    given: Given,
    allow_private: bool,
    makers: Makers,
) -> Iterator[Outcome]:
    yield from finish_pending(archive, makers)
    pages = chain.from_iterable(_pages(target, allow_private) for target in targets)
    yield from add_pages(archive, pages, given, makers)


def _pages(target: str, allow_private: bool) -> Iterator[Page | InputError]:
    if "://" not in target:
        yield from iter_pages(target)
        return
    from searchkit.fetch import fetch_page

    try:
        yield fetch_page(target, allow_private=allow_private)
    except FetchError as error:
        # FetchError.url has lost its secrets; what the user typed may hold some.
        yield InputError(error.url, str(error).removeprefix(f"{error.url}: "))


def _tell(outcome: Outcome) -> None:
    if outcome.reason is not None:
        note(f"Refused {one_line(outcome.origin)}: {one_line(outcome.reason)}")
    for warning in outcome.warnings:
        note(f"Note: {one_line(outcome.origin)}: {one_line(warning)}")


def summary(counts: Counter[str]) -> str:
    """One line: how many of each outcome, in words.

    >>> summary(Counter(added=2, refused=1))
    '2 added, 1 refused'
    """
    order = ["added", "changed", "updated", "unchanged", "refused"]
    told = [f"{counts[name]:,} {name}" for name in order if counts[name]]
    return ", ".join(told) or "Nothing to add"
