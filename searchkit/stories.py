"""One story once: ranked passages, a group of copies as one.

A node goes in, rows come out in the engine's order, each with its copies; the archive
knows the groups.  The query is not read here, and no text is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from searchkit.archive import Reader
from searchkit.engines import Engine, Found, Sort
from searchkit.query import And, Keyword, Node, Ranked
from searchkit.records import Copy

# Asked for beyond what is wanted, so that one question is enough where some are copies.
_EXTRA = 15
_MAX_MATCHES = 20_000


@dataclass(frozen=True, slots=True)
class Story:
    """A passage that stands for its copies, which are told oldest first, without itself.

    The score is that of the best of them.
    """

    passage_id: str
    score: float
    copies: tuple[Copy, ...] = ()


@dataclass(slots=True)
class Stories:
    """Finds stories one question after the other, none of them twice."""

    engine: Engine
    archive: Reader
    sort: Sort = "relevance"
    all_copies: bool = False
    _told: set[str] = field(default_factory=set, init=False)

    def find(self, node: Node, count: int) -> tuple[list[Story], int]:
        """The first stories that match, and how many passages do.

        The oldest of the copies that match stands for all; sorted by date, the story
        stands at its date.
        """
        asked = count + len(self._told)
        asked += _EXTRA if count and not self.all_copies else 0
        while True:
            found = self.engine.search(node, limit=asked, sort=self.sort)
            stories = list(self._stories(node, found))[:count]
            if len(stories) >= count or len(found.rows) >= found.total or self.all_copies:
                break
            asked *= 4
        for story in stories:
            self._told.add(story.passage_id)
            self._told.update(copy.passage_id for copy in story.copies)
        return stories, found.total

    def _stories(self, node: Node, found: Found) -> Iterator[Story]:
        if not found.rows:
            return
        copies = self.archive.copies_of([passage_id for passage_id, _ in found.rows])
        oldest = {} if self.all_copies else self._oldest(node, copies)
        told = set(self._told)
        for passage_id, score in found.rows:
            if passage_id in told:
                continue
            group = copies.get(passage_id, ())
            if self.all_copies or not group:
                yield Story(passage_id, score, _without(group, passage_id))
                continue
            first = oldest.get(passage_id, passage_id)
            if self.sort == "relevance" or passage_id == first:
                told.update(copy.passage_id for copy in group)
                yield Story(first, score, _without(group, first))

    def _oldest(self, node: Node, copies: Mapping[str, Sequence[Copy]]) -> dict[str, str]:
        """The oldest copy of each passage's that matches, too."""
        if not copies:
            return {}
        documents = {copy.document_id for group in copies.values() for copy in group}
        part = node.part if isinstance(node, Ranked) else node
        among = And((part, Keyword("document", tuple(sorted(documents)))))
        rows = self.engine.search(among, limit=_MAX_MATCHES, sort="oldest").rows
        matching = {passage_id for passage_id, _ in rows}
        return {
            passage_id: next(
                (copy.passage_id for copy in group if copy.passage_id in matching), passage_id
            )
            for passage_id, group in copies.items()
        }


def _without(group: Sequence[Copy], passage_id: str) -> tuple[Copy, ...]:
    return tuple(copy for copy in group if copy.passage_id != passage_id)
