"""``searchkit crawl``: fetch what is new from the sources, keep it, index it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import click

from searchkit.archive import Archive, open_archive
from searchkit.cli.index import MOST_WORKERS, bring_up
from searchkit.cli.terminal import Progress, note, one_line, out
from searchkit.crawl import Event, Options, crawl, finish
from searchkit.crawl.reading import entries, source_of_url
from searchkit.errors import UsageError
from searchkit.fetch import agent_problem, user_agent
from searchkit.ingest import Makers, Outcome, make_documents
from searchkit.seeds import Source, read_sources
from searchkit.workers import usable_cores

EXAMPLES = """\b
Examples:
  searchkit crawl --contact press-desk@thinktank.example
  searchkit crawl xx-mfa eu-eeas
  searchkit crawl https://mfa.example/press --max-pages 20
  searchkit crawl --dry-run
\b
Sources are read from seeds/ (see docs/seeds.md).  Each host is asked by one
connection at its pace, as its robots.txt allows.  Ctrl-C ends after the pages
in hand; the next run goes on from there.
"""

_CONTACT = "contact"
_STOPPING = b"Stopping after the pages in hand; once more to stop at once\n"
STOPPED = 130
_TOLD = frozenset(("failed", "source", "host", "limit", "gone"))


_OPTIONS = (
    click.argument("names", metavar="SOURCE|URL...", nargs=-1),
    click.option(
        "--seeds",
        type=click.Path(exists=True, path_type=Path),
        help="File or folder of sources.  Default: seeds/, else those that are shipped.",
    ),
    click.option(
        "--contact",
        envvar="SEARCHKIT_CONTACT",
        help="Address or page told to every server; remembered.",
    ),
    click.option("--allow-private", is_flag=True, help="Let hosts be of this machine or network."),
)


def source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what is crawled and how it is asked: names, ``--seeds``, ``--contact`` and so on."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command("crawl", epilog=EXAMPLES)
@source_options
@click.option("--max-pages", type=click.IntRange(1), help="Visit so many pages at most.")
@click.option(
    "--now", "all_lists", is_flag=True, help="Ask all feeds and lists, also those that are not due."
)
@click.option("--dry-run", is_flag=True, help="Only tell what would be asked for.")
@click.option("--no-index", is_flag=True, help="Keep only; index later with 'searchkit index'.")
@click.pass_obj
def command(
    index_path: Path,
    names: Sequence[str],
    seeds: Path | None,
    contact: str | None,
    max_pages: int | None,
    all_lists: bool,
    dry_run: bool,
    allow_private: bool,
    no_index: bool,
) -> int:
    """Fetch what is new from sources, or from one site by its URL, and keep it.

    What goes wrong is named on stderr and the rest goes on; the exit status is 1
    where a source or a host could not be read, 130 where it was stopped.
    """
    sources = choose_sources(names, seeds)
    if dry_run:
        _tell_plan(sources)
        return 0
    with open_archive(index_path, write=True, on_wait=note) as archive, stopping() as stop:
        options = Options(
            contact=contact_of(archive, contact),
            allow_private=allow_private,
            max_pages=max_pages,
            all_lists=all_lists,
        )
        counts = crawl_pass(archive, index_path, sources, options, stop, with_index=not no_index)
        after = archive.crawl_state.next_due([source.id for source in sources])
        left = archive.counts().pending
    out(summary(counts, len(sources)))
    if stop.is_set():
        kept = f"; {left:,} pages that are kept wait to be cleaned" if left else ""
        note(f"Stopped{kept}. To go on, run it again")
        return STOPPED
    if after is not None:
        note(f"The next visit is due at {after[:16].replace('T', ' ')} UTC")
    return 1 if counts["source"] or counts["host"] else 0


def choose_sources(names: Sequence[str], seeds: Path | None) -> list[Source]:
    """The sources of these names, of all seeds where none is named, or of sites by URL.

    Raises UsageError for a name that no source has.
    """
    urls = [name for name in names if "://" in name]
    if urls and len(urls) == len(names):
        return [source_of_url(url) for url in urls]
    known = {source.id: source for source in read_sources(seeds)}
    unknown = [name for name in names if name not in known and name not in urls]
    if unknown:
        raise UsageError(f"no source {unknown[0]!r} in the seeds. Run: searchkit seeds list")
    chosen = [known[name] for name in names if name in known] if names else list(known.values())
    return chosen + [source_of_url(url) for url in urls]


def contact_of(archive: Archive, contact: str | None) -> str | None:
    """The contact given now, which is remembered, or the one that was remembered.

    Raises UsageError for one that cannot be sent.
    """
    if contact is not None and agent_problem(user_agent(contact)):
        raise UsageError(f"--contact {contact!r}: write an address or a URL, in plain letters")
    if contact is not None and contact != archive.setting(_CONTACT):
        archive.set_setting(_CONTACT, contact)
    found = archive.setting(_CONTACT)
    if found is None:
        note("Note: tell servers whom to write to, once: searchkit crawl --contact you@example.org")
    return found


def crawl_pass(
    archive: Archive,
    index_path: Path,
    sources: Sequence[Source],
    options: Options,
    stop: threading.Event,
    *,
    with_index: bool = True,
    tell: Callable[[str], None] = note,
) -> Counter[str]:
    """One pass: fetch, then clean and keep, then index; gives how many of each event.

    ``stop`` ends it after the page in hand.  What goes wrong with one page or source goes
    to ``tell``, a line for each.
    """
    counts: Counter[str] = Counter()
    progress = Progress("visits")
    try:
        for event in crawl(archive, sources, options, stop):
            counts[event.what] += 1
            progress.step()
            if event.what in _TOLD:
                tell(_in_words(event))
    finally:
        progress.close()
    with make_documents(min(usable_cores(), MOST_WORKERS)) as makers:
        for outcome in _finished(archive, makers, stop):
            counts["kept " + outcome.result] += 1
            if outcome.reason is not None:
                tell(f"No text in {one_line(outcome.origin)}: {one_line(outcome.reason)}")
            if stop.is_set():
                break
        if with_index and not stop.is_set():
            bring_up(archive, index_path, makers.pool)
    return counts


def _finished(archive: Archive, makers: Makers, stop: threading.Event) -> Iterator[Outcome]:
    progress = Progress("pages cleaned")
    try:
        for outcome in () if stop.is_set() else finish(archive, makers):
            progress.step()
            yield outcome
    finally:
        progress.close()


def _in_words(event: Event) -> str:
    word = {"failed": "Failed", "gone": "Gone", "limit": "Limit"}.get(event.what, "Failing")
    return f"{word} {one_line(event.url)}: {one_line(event.reason or '')}"


def _tell_plan(sources: Sequence[Source]) -> None:
    for source in sources:
        out(f"{one_line(source.id)}  {one_line(source.name)}, a request every {source.pace_s:g} s")
        for kind, item in entries(source):
            out(f"  {kind:8}{one_line(item.url)}")


def summary(counts: Counter[str], sources: int) -> str:
    """One line: what the crawl found, in words.

    >>> summary(Counter({"new": 2, "list": 1, "kept added": 2}), 1)
    '1 source: 2 new pages, 1 list read; 2 documents added'
    """
    pages = [
        f"{counts[what]:,} {words if counts[what] != 1 else one}"
        for what, one, words in (
            ("new", "new page", "new pages"), ("changed", "changed", "changed"),
            ("same", "unchanged", "unchanged"), ("gone", "gone", "gone"),
            ("failed", "failed", "failed"), ("list", "list read", "lists read"),
        )
        if counts[what]
    ]  # fmt: skip
    kept = [
        f"{count:,} {'document' if count == 1 else 'documents'} {result}"
        for result in ("added", "changed", "updated", "refused")
        if (count := counts["kept " + result])
    ]
    told = (
        f"{sources:,} source{'s' if sources != 1 else ''}: {', '.join(pages) or 'nothing is due'}"
    )
    return told + (f"; {', '.join(kept)}" if kept else "")


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set; a second one stops at once."""
    stop = threading.Event()

    def handle(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        stop.set()
        with suppress(OSError):  # not by print, which may be what was interrupted
            os.write(sys.stderr.fileno(), _STOPPING)

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
