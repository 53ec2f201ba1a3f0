"""Pages into the archive: keep the bytes, clean, cut into passages, keep those.

In come pages and problems as `inputs` yields them; out goes one `Outcome` for each.
The bytes are archived before anything is done to them, so a page that stops the
cleaner is still there to be tried again.  The index is not touched here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from searchkit.archive import Archive
from searchkit.clean import clean_page
from searchkit.errors import InputError
from searchkit.records import Given, Page
from searchkit.segment import PARSERS, Parser, check_parser, document_form, segment

Result = Literal["added", "changed", "updated", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one thing: ``reason`` is set when it was refused."""

    origin: str
    result: Result
    document_id: str | None = None
    title: str | None = None
    warnings: tuple[str, ...] = ()
    reason: str | None = None


def add_pages(
    archive: Archive, pages: Iterable[Page | InputError], given: Given
) -> Iterator[Outcome]:
    """Take each page in turn; a bad one costs itself and nothing else.

    Each page is two transactions: its bytes, then everything made of them.  A
    capture left without its second half is finished by `finish_pending`.
    """
    for page in pages:
        if isinstance(page, InputError):
            yield Outcome(page.origin, "refused", reason=page.reason)
        else:
            yield _add_page(archive, page, given)


def finish_pending(archive: Archive) -> Iterator[Outcome]:
    """Clean and keep what an interrupted run had archived but not yet finished."""
    for capture_id in archive.pending():
        yield _finish(archive, capture_id, *archive.read_capture(capture_id))


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


def _add_page(archive: Archive, page: Page, given: Given) -> Outcome:
    same = archive.find_same(page, given)
    if same is not None and same.document_id is not None:
        return Outcome(page.origin, "unchanged", same.document_id)
    return _finish(archive, archive.capture(page, given), page, given)


def _finish(archive: Archive, capture_id: int, page: Page, given: Given) -> Outcome:
    try:
        document = clean_page(page, given)
    except InputError as error:
        archive.refuse(capture_id, error.reason)
        return Outcome(page.origin, "refused", reason=error.reason)
    document = replace(document, form=document_form(document))
    kept = archive.keep(capture_id, document, segment(document, parser_of(archive)))
    return Outcome(page.origin, kept.outcome, document.id, document.title, document.warnings)
