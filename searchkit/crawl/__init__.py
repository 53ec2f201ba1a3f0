"""The crawl: sources in, new pages in the archive, and what went wrong told.

`crawl` asks the feeds, sitemaps and lists of sources, then the pages they name, each host
in a thread of its own, and captures what came before anything is done to it.  This thread
alone writes.  What is due, and when again, is kept in the archive after each visit, so a
crawl that is stopped anywhere goes on where it was.  Pages are cleaned and kept afterwards
by `finish`; nothing is indexed here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

from searchkit.archive import Archive
from searchkit.archive.coverage import SCRIPTED
from searchkit.clean import HTML_TYPES
from searchkit.crawl.events import Event, Options
from searchkit.crawl.loop import Run
from searchkit.crawl.reading import needs_scripts
from searchkit.ingest import Makers, Outcome, finish_pending
from searchkit.seeds import Source

__all__ = ["Event", "Options", "crawl", "finish"]

_DEFAULT = Options()


def crawl(
    archive: Archive,
    sources: Sequence[Source],
    options: Options = _DEFAULT,
    stop: threading.Event | None = None,
) -> Iterator[Event]:
    """Visit what is due of the sources; ``stop`` ends it after the pages in hand.

    Raises FetchError where the contact cannot be sent.
    """
    run = Run(archive, sources, options, stop or threading.Event())
    try:
        yield from run.events()
    finally:
        run.close()


def finish(archive: Archive, makers: Makers) -> Iterator[Outcome]:
    """Clean and keep the pages that were captured, and note which of them had changed."""
    for outcome in finish_pending(archive, makers):
        if outcome.capture_id is not None:
            changed = outcome.result in ("added", "changed")
            archive.crawl_state.kept(outcome.capture_id, changed=changed)
            if outcome.result == "refused" and _is_scripted(archive, outcome.capture_id):
                archive.refuse(outcome.capture_id, SCRIPTED)
                outcome = replace(outcome, reason=SCRIPTED)
        yield outcome


def _is_scripted(archive: Archive, capture_id: int) -> bool:
    page, _ = archive.read_capture(capture_id)
    return page.media_type in HTML_TYPES and needs_scripts(page.body)
