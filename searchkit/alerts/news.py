"""Which of the passages that match are news to an alert, and which it knows already.

Matches go in, rows of the ledger come out: what is to be told, and what is only remembered.
A story is told once: near copies of it are known.  What was told and now stands there in
other words is an edit, told with what changed or left out, as the alert wants it.  The same
words, cut or spelt or surrounded otherwise, are never news.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from searchkit.alerts.items import Changes, make_item
from searchkit.alerts.matching import Arrived, Asked, Matched
from searchkit.analyzer import fold
from searchkit.archive import Archive
from searchkit.archive.alerting import Alert, Entered, Ledger, OldText, Told, ToldState
from searchkit.cite import word_diff
from searchkit.deliver import render_item
from searchkit.records import Copy

EDIT_ALIKE = 0.5
"""Share of the words that an edited statement keeps; with fewer it is another statement."""

_MAX_COMPARED = 2_000
"""Words of one passage that are compared with those of another."""


@dataclass(frozen=True, slots=True)
class _Before:
    """What was told and stands there no more, in whose place a passage has come."""

    told: Told
    text: str
    same_words: bool


class News:
    """Judges one batch after the other; the ledger says what was told."""

    def __init__(self, ledger: Ledger, archive: Archive) -> None:
        self._ledger = ledger
        self._archive = archive
        self._entered: dict[str, Entered] = {}
        self._copies: dict[str, tuple[Copy, ...]] = {}
        self._old: dict[str, list[tuple[OldText, str]]] = {}

    def of(self, matched: Matched, asked: Mapping[int, Asked]) -> list[Told]:
        """What a batch is to each alert that it matches."""
        ids = {one.passage.id for found in matched.found.values() for one in found}
        self._entered = self._ledger.entered(ids)
        self._copies = dict(self._archive.copies_of(sorted(ids)))
        self._old = {}
        told: list[Told] = []
        for number, found in matched.found.items():
            told += self._to_alert(asked[number], found)
        return told

    def _to_alert(self, asked: Asked, found: Sequence[Arrived]) -> list[Told]:
        alert = asked.alert
        ids = {one.passage.id for one in found}
        ids |= {copy.passage_id for one in ids for copy in self._copies.get(one, ())}
        known = self._ledger.told(alert.number, ids)
        new = [one for one in found if one.passage.id not in known and self._is_new(alert, one)]
        new.sort(key=self._age)
        changed = {one.document.id for one in new if self._entered[one.passage.id].version > 1}
        past = self._ledger.told_in(alert.number, changed) if changed else {}
        told = []
        for one in new:
            row = self._judged(asked, one, known, past.get(one.document.id, ()))
            known[row.passage] = row
            told.append(row)
        return told

    def _age(self, one: Arrived) -> tuple[bool, str, int]:
        """Oldest first: of several copies that come together the first published is told."""
        published = one.document.published
        return published is None, published or "", self._entered[one.passage.id].number

    def _is_new(self, alert: Alert, one: Arrived) -> bool:
        """Whether its words came after the alert's start."""
        entered = self._entered.get(one.passage.id)
        if entered is None or entered.number <= alert.start_passage:
            return False
        return entered.version == 1 or not self._stood(one, alert.start_revision)

    def _stood(self, one: Arrived, up_to: int | None = None) -> bool:
        """Whether an older version of the document, up to a revision, has the same words."""
        if one.document.id not in self._old:
            self._old[one.document.id] = [
                (old, f" {fold(old.text)} ") for old in self._ledger.old_texts(one.document.id)
            ]
        words = f" {fold(one.passage.text)} "
        return any(
            words in text
            for old, text in self._old[one.document.id]
            if up_to is None or old.revision <= up_to
        )

    def _judged(
        self,
        asked: Asked,
        one: Arrived,
        known: Mapping[str, Told],
        past: Sequence[tuple[Told, str]],
    ) -> Told:
        before = self._before(one, past)
        copy = self._copy_told(one, known)
        if before is not None and before.same_words:
            return self._row(asked, one, before.told.story, "edit")
        if copy is not None and (before is None or before.told.state == "copy"):
            return self._row(asked, one, copy.story, "copy")
        if before is None:
            return self._row(asked, one, one.passage.id, "waiting")
        changes = tuple(word_diff(before.text, one.passage.text))
        state: ToldState = "waiting" if asked.alert.edits else "edit"
        return self._row(asked, one, before.told.story, state, changes)

    def _copy_told(self, one: Arrived, known: Mapping[str, Told]) -> Told | None:
        for copy in self._copies.get(one.passage.id, ()):
            if copy.passage_id in known:
                return known[copy.passage_id]
        return None

    def _before(self, one: Arrived, past: Sequence[tuple[Told, str]]) -> _Before | None:
        if not past:
            return None
        words = fold(one.passage.text)
        best: tuple[float, Told, str] | None = None
        for told, text in past:
            old = fold(text)
            inside = f" {words} " in f" {old} " or f" {old} " in f" {words} "
            if inside and self._stood(one):
                return _Before(told, text, same_words=True)
            alike = _alike(old.split(), words.split())
            if alike >= EDIT_ALIKE and (best is None or alike > best[0]):
                best = alike, told, text
        return None if best is None else _Before(best[1], best[2], same_words=False)

    def _row(
        self, asked: Asked, one: Arrived, story: str, state: ToldState, changes: Changes = ()
    ) -> Told:
        version = self._entered[one.passage.id].version
        item = None
        if state == "waiting":
            others = len(self._copies.get(one.passage.id, ())) or 1
            item = render_item(
                make_item(
                    asked.alert.name, asked.node, one.passage, one.document,
                    version=version, copies=others - 1, changes=changes,
                )
            )  # fmt: skip
        return Told(
            alert=asked.alert.number,
            story=story,
            passage=one.passage.id,
            document=one.document.id,
            version=version,
            revision=one.revision,
            state=state,
            item=item,
        )


def _alike(old: Sequence[str], new: Sequence[str]) -> float:
    """How much of two texts is the same, 0 to 1.

    >>> _alike("we meet on monday".split(), "we meet on friday".split())
    0.75
    """
    compared = SequenceMatcher(None, old[:_MAX_COMPARED], new[:_MAX_COMPARED], autojunk=False)
    if compared.quick_ratio() < EDIT_ALIKE:
        return 0.0
    return compared.ratio()
