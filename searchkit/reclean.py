"""Documents as their site wants them: kept without its template, cleaned again on request.

In come captures of an open archive; out go documents kept in it by today's cleaner, the
rules of their site and the lines learnt of it.  A line that is learnt takes effect for
documents kept later, and for all of them by `reclean`, whose outcome does not depend on
the order in which they came.  Nothing is indexed here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from searchkit.archive import Archive
from searchkit.archive.keeping import Kept
from searchkit.clean import clean_page
from searchkit.clean.rules import SiteRules
from searchkit.copies import Sketches
from searchkit.errors import InputError
from searchkit.records import Document, Given, Page, Passage
from searchkit.segment import Parser, document_form, segment
from searchkit.sites import edges_of, without_lines, without_template
from searchkit.urls import site_of

# Where a run was stopped, the next goes on; so many documents may be cleaned again for it.
STEP = 50
_RULES, _PLACE = "site_rules", "reclean"


@dataclass(frozen=True, slots=True)
class Recleaned:
    """One document cleaned again: changed, unchanged, or not cleanable for ``reason``."""

    document_id: str
    result: Literal["changed", "unchanged", "failed"]
    reason: str | None = None


def store_rules(archive: Archive, rules: dict[str, SiteRules]) -> None:
    """Keep the cleaning rules of sites in the archive, in place of those it had."""
    values = {site: asdict(rule) for site, rule in sorted(rules.items())}
    archive.set_setting(_RULES, json.dumps(values))


def rules_of(archive: Archive, site: str) -> SiteRules:
    """The rules of a site: those stored for it, and the lines that a user keeps."""
    stored: dict[str, Any] = json.loads(archive.setting(_RULES) or "{}").get(site, {})
    rules = SiteRules(
        keep=tuple(stored.get("keep", ())),
        drop=tuple(stored.get("drop", ())),
        body=stored.get("body"),
        remove=stored.get("remove"),
    )
    return replace(rules, keep=(*rules.keep, *archive.kept_lines(site)))


def keep_document(
    archive: Archive,
    capture_id: int,
    document: Document,
    passages: Sequence[Passage],
    parser: Parser,
    sketches: Sketches | None = None,
) -> Kept:
    """Keep a cleaned document without what its site's rules and template take out.

    ``sketches`` are those of the passages, where they are made already.
    """
    site = site_of(document.url) if document.url else None
    if site is None:
        return archive.keep(capture_id, document, passages, sketches=sketches)
    clean = document
    rules = rules_of(archive, site)
    if rules.keep or rules.body or rules.remove:
        clean = _cleaned(*archive.read_capture(capture_id), rules, document)
    clean = without_lines(clean, rules.drops, "site rule")
    edges = edges_of(clean)
    clean = without_template(clean, archive.template_of(site), rules.keeps)
    if clean is not document:
        clean = replace(clean, form=document_form(clean))
        passages, sketches = segment(clean, parser), None
    return archive.keep(capture_id, clean, passages, edges, sketches)


def _cleaned(page: Page, given: Given, rules: SiteRules, document: Document) -> Document:
    """The page cleaned by rules, or the document made without where they leave no text."""
    try:
        return replace(clean_page(page, given, rules), id=document.id)
    except InputError:
        return document


def reclean(archive: Archive, parser: Parser) -> Iterator[Recleaned]:
    """Clean the current capture of every document again, each result kept as it comes.

    A first round counts the lines of every page; sites whose template is another one then
    have a second.  A run that was stopped is taken up where it was.
    """
    place = json.loads(archive.setting(_PLACE) or "null")
    if place is None:
        archive.learn_sites()
        place = {"after": 0, "sites": None, "before": _templates(archive)}
    while True:
        yield from _round(archive, parser, place)
        if place["sites"] is not None:
            break
        archive.learn_sites()
        place = {"after": 0, "sites": _changed_sites(archive, place["before"]), "before": {}}
    archive.set_setting(_PLACE, "null")


def _templates(archive: Archive) -> dict[str, list[int]]:
    return {
        count.site: sorted(archive.template_of(count.site))
        for count in archive.site_counts()
        if count.lines
    }


def _changed_sites(archive: Archive, before: dict[str, list[int]]) -> list[str]:
    now = _templates(archive)
    return sorted(site for site in now.keys() | before if now.get(site) != before.get(site))


def _round(archive: Archive, parser: Parser, place: dict[str, Any]) -> Iterator[Recleaned]:
    archive.set_setting(_PLACE, json.dumps(place))
    sites = None if place["sites"] is None else set(place["sites"])
    if sites is not None and not sites:
        return
    done = 0
    for number, document_id, capture_id, url in archive.current_captures(place["after"]):
        if sites is not None and not (url and site_of(url) in sites):
            continue
        yield _again(archive, parser, document_id, capture_id)
        done += 1
        if done % STEP == 0:
            place["after"] = number
            archive.set_setting(_PLACE, json.dumps(place))


def _again(archive: Archive, parser: Parser, document_id: str, capture_id: int) -> Recleaned:
    try:
        document = clean_page(*archive.read_capture(capture_id))
    except InputError as error:
        return Recleaned(document_id, "failed", error.reason)
    document = replace(document, id=document_id, form=document_form(document))
    kept = keep_document(archive, capture_id, document, segment(document, parser), parser)
    return Recleaned(document_id, "unchanged" if kept.outcome == "unchanged" else "changed")
