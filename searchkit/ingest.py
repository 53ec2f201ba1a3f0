"""Pages into the archive: keep the bytes, clean, cut into passages, keep those.

In come pages and problems as `inputs` yields them; out goes one `Outcome` for each, in
their order.  The bytes are archived before anything is done to them, so a page that stops
the cleaner is still there to be tried again.  Cleaning and cutting may be done by other
processes; this one alone writes.  The index is not touched here.
"""

from __future__ import annotations

import time
import traceback
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from searchkit.archive import Archive
from searchkit.clean import clean_page
from searchkit.copies import Sketches, sketch_texts
from searchkit.errors import InputError, WorkerLost
from searchkit.reclean import keep_document
from searchkit.records import Document, Given, Page, Passage
from searchkit.segment import PARSERS, Parser, check_parser, document_form, segment
from searchkit.workers import AHEAD, LIMIT_S, Pool

Result = Literal["added", "changed", "updated", "unchanged", "refused"]


ALONE_S = 1.0
"""Seconds of cleaning and cutting before other processes are started."""

UNDER_WAY_BYTES = 32 * 1024 * 1024
"""Bytes of pages that are worked on at a time, so that large ones do not add up."""

TOGETHER = 8
"""Pages that are archived and kept in one wait for the disk instead of one for each."""

TOGETHER_BYTES = 1024 * 1024
"""Pages of so many bytes do not wait for others: making them takes longer than the disk."""

TOGETHER_S = 0.2
"""A page that has come waits so long, at most, for others to be archived with."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one thing: ``reason`` is set when it was refused."""

    origin: str
    result: Result
    document_id: str | None = None
    title: str | None = None
    warnings: tuple[str, ...] = ()
    reason: str | None = None
    capture_id: int | None = None


class Makers:
    """Who cleans and cuts: this process, or ``workers`` others once that pays.

    Processes take about a second to start, which few pages do not make up for; ``soon``
    starts them at once.  `make_documents` opens it.
    """

    def __init__(self, workers: int, *, soon: bool = False, limit_s: float = LIMIT_S) -> None:
        self._workers = workers
        self._limit_s = limit_s
        self._alone_s = 0.0 if soon else ALONE_S
        self.pool: Pool | None = None

    def make(self, page: Page, given: Given, parser: Parser) -> Future[_Made]:
        """What a page gives, at once or later; the future raises WorkerLost."""
        if self._workers > 1 and self._alone_s <= 0:
            self.start()
        if self.pool is not None:
            return self.pool.submit(_make, page, given, parser)
        begun = time.perf_counter()
        done: Future[_Made] = Future()
        done.set_result(_make(page, given, parser))
        self._alone_s -= time.perf_counter() - begun
        return done

    def start(self) -> None:
        """Have processes from now on, where there shall be some."""
        if self.pool is None and self._workers > 1:
            self.pool = Pool(self._workers, limit_s=self._limit_s)

    def room(self, pages: int, size: int) -> bool:
        """Whether another page may be under way beside so many of so many bytes."""
        most = AHEAD * self._workers + TOGETHER
        return self.pool is not None and pages < most and size < UNDER_WAY_BYTES

    def is_enough(self, pages: Sequence[Page | InputError], since: float) -> bool:
        """Whether to take up the pages that have come since then, a `time.monotonic`."""
        if isinstance(pages[-1], Page) and pages[-1].status is not None and self.pool is None:
            return True  # it may have come from a slow site: archived before the next is asked for
        size = sum(len(page.body) for page in pages if isinstance(page, Page))
        late = time.monotonic() - since >= TOGETHER_S
        return late or len(pages) >= TOGETHER or size >= TOGETHER_BYTES


@contextmanager
def make_documents(
    workers: int, *, soon: bool = False, limit_s: float = LIMIT_S
) -> Iterator[Makers]:
    """`Makers` whose processes end with the ``with`` block."""
    makers = Makers(workers, soon=soon, limit_s=limit_s)
    try:
        yield makers
    finally:
        if makers.pool is not None:
            makers.pool.close()


@dataclass(frozen=True, slots=True)
class _Made:
    """A page's document and passages, or why it gives none."""

    document: Document | None = None
    passages: tuple[Passage, ...] = ()
    sketches: Sketches | None = None
    reason: str | None = None


def _make(page: Page, given: Given, parser: Parser) -> _Made:
    """What a page gives; one that stops the cleaner costs itself, in any process."""
    try:
        document = clean_page(page, given)
        document = replace(document, form=document_form(document))
        passages = tuple(segment(document, parser))
        return _Made(document, passages, sketch_texts([passage.text for passage in passages]))
    except InputError as error:
        return _Made(reason=error.reason)
    except Exception as error:  # noqa: BLE001 - else the next runs would stop at it, too
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}, line {last.lineno}"
        return _Made(reason=f"cleaning it failed: {type(error).__name__} in {place}; report this")


@dataclass(frozen=True, slots=True)
class _Begun:
    """A page that is archived and being worked on; ``made`` is None for one that is done."""

    outcome: Outcome
    size: int = 0
    capture_id: int | None = None
    made: Future[_Made] | None = None


def add_pages(
    archive: Archive,
    pages: Iterable[Page | InputError],
    given: Given,
    makers: Makers | None = None,
) -> Iterator[Outcome]:
    """Take each page in turn; a bad one costs itself and nothing else.

    Each page is written twice: its bytes, then everything made of them, both in the order
    of the pages; where processes work, a few pages share the wait for the disk.  A capture
    left without its second half is finished by `finish_pending`.  Without ``makers`` this
    process does all.
    """
    makers = makers or Makers(1)
    under_way: deque[_Begun] = deque()
    for group in _groups(pages, makers):
        while group:
            _begin_some(archive, group, given, makers, under_way)
            if group:  # its first page is under way already: what it becomes is known then
                yield from _finish_all(archive, under_way)
        yield from _finish_some(archive, under_way, makers)
    yield from _finish_all(archive, under_way)


def _groups(
    pages: Iterable[Page | InputError], makers: Makers
) -> Iterator[deque[Page | InputError]]:
    """The pages in their order, those together that are archived together."""
    coming = iter(pages)
    stop: BaseException | None = None
    while stop is None:
        group, stop = _next_group(coming, makers)
        yield group
    if not isinstance(stop, StopIteration):
        raise stop


def _next_group(
    coming: Iterator[Page | InputError], makers: Makers
) -> tuple[deque[Page | InputError], BaseException | None]:
    """The next pages, and what ended them: Ctrl-C loses no page that has come."""
    group: deque[Page | InputError] = deque()
    since = time.monotonic()
    try:
        while not group or not makers.is_enough(group, since):
            page = next(coming)
            since = since if group else time.monotonic()
            group.append(page)
    except BaseException as stop:  # noqa: BLE001 - raised again when the pages are archived
        return group, stop
    return group, None


def finish_pending(archive: Archive, makers: Makers) -> Iterator[Outcome]:
    """Clean and keep what an interrupted run had archived but not yet finished.

    What interrupted it may be one of these pages, so other processes take them.
    """
    under_way: deque[_Begun] = deque()
    for capture_id in archive.pending():
        makers.start()
        page, given = archive.read_capture(capture_id)
        under_way.append(_begin(archive, capture_id, page, given, makers))
        yield from _finish_some(archive, under_way, makers)
    yield from _finish_all(archive, under_way)


def choose_parser(archive: Archive, parser: Parser | None = None) -> None:
    """Keep what reads the reported speech of this archive's pages, from now on.

    Without one the archive's own choice stays; raises UsageError where either is not
    installed, before any page is taken.
    """
    check_parser(parser or parser_of(archive))
    if parser is not None and parser != parser_of(archive):
        archive.set_setting("parser", parser)


def parser_of(archive: Archive) -> Parser:
    """The parser that was chosen for an archive; the rules where none was."""
    chosen = archive.setting("parser")
    return next((parser for parser in PARSERS if parser == chosen), "rules")


def _unchanged(archive: Archive, page: Page, given: Given) -> _Begun | None:
    same = archive.find_same(page, given)
    if same is None or same.document_id is None:
        return None
    return _Begun(Outcome(page.origin, "unchanged", same.document_id))


def _begin(archive: Archive, capture_id: int, page: Page, given: Given, makers: Makers) -> _Begun:
    made = makers.make(page, given, parser_of(archive))
    outcome = Outcome(page.origin, "refused", capture_id=capture_id)
    return _Begun(outcome, len(page.body), capture_id, made)


def _begin_some(
    archive: Archive,
    group: deque[Page | InputError],
    given: Given,
    makers: Makers,
    under_way: deque[_Begun],
) -> None:
    """Archive the pages of a group and have them made, up to one that is under way already."""
    busy = {begun.capture_id for begun in under_way}
    archived: list[_Begun | tuple[int, Page]] = []
    with _together(archive, len(group)):
        while group:
            page = group[0]
            if isinstance(page, InputError):
                archived.append(_Begun(Outcome(page.origin, "refused", reason=page.reason)))
            elif same := _unchanged(archive, page, given):
                archived.append(same)
            else:
                capture_id = archive.capture(page, given)
                if capture_id in busy:
                    break
                busy.add(capture_id)
                archived.append((capture_id, page))
            group.popleft()
    for one in archived:
        begun = one if isinstance(one, _Begun) else _begin(archive, *one, given, makers)
        under_way.append(begun)


def _together(archive: Archive, count: int) -> AbstractContextManager[None]:
    return archive.together() if count > 1 else nullcontext()


def _finish_some(archive: Archive, under_way: deque[_Begun], makers: Makers) -> Iterator[Outcome]:
    """Finish the first pages: those that are made, and more until there is room again."""
    ready: list[_Begun] = []
    while under_way and (
        _is_made(under_way[0])
        or not makers.room(len(under_way), sum(begun.size for begun in under_way))
    ):
        ready.append(under_way.popleft())
        if len(ready) == TOGETHER:
            yield from _finish_together(archive, ready)
            ready = []
    yield from _finish_together(archive, ready)


def _is_made(begun: _Begun) -> bool:
    return begun.made is None or begun.made.done()


def _finish_all(archive: Archive, under_way: deque[_Begun]) -> Iterator[Outcome]:
    while under_way:
        ready = [under_way.popleft() for _ in range(min(TOGETHER, len(under_way)))]
        yield from _finish_together(archive, ready)


def _finish_together(archive: Archive, ready: Sequence[_Begun]) -> list[Outcome]:
    """Finish pages in one transaction: what is told of them is on the disk by then."""
    wait([begun.made for begun in ready if begun.made is not None])
    with _together(archive, len(ready)):
        return [_finish(archive, begun) for begun in ready]


def _finish(archive: Archive, begun: _Begun) -> Outcome:
    if begun.made is None or begun.capture_id is None:
        return begun.outcome
    try:
        made = begun.made.result()
    except WorkerLost as error:
        made = _Made(reason=f"cleaning it {error}, at each of two tries")
    if made.document is None:
        reason = made.reason or "cleaning it gave nothing"
        archive.refuse(begun.capture_id, reason)
        return replace(begun.outcome, reason=reason)
    document = made.document
    parser = parser_of(archive)
    kept = keep_document(archive, begun.capture_id, document, made.passages, parser, made.sketches)
    return replace(
        begun.outcome,
        result=kept.outcome,
        document_id=document.id,
        title=document.title,
        warnings=document.warnings,
    )
