"""Reasons add up to the score, and name what a person asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.archive import open_archive
from searchkit.engines import open_engine
from searchkit.indexer import update_index
from searchkit.query import Node, Ranked
from searchkit.query.explaining import explain
from searchkit.records import Document, Given, Page, Passage, Reason
from searchkit.search import open_index
from tests.entries import sample
from tests.oracle import Oracle, matches
from tests.test_engines import LEAVES, NODES

ENTRIES = sample()[:40]


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    made = Oracle()
    made.update([], ENTRIES)
    return made


@settings(max_examples=200, deadline=None)
@given(part=NODES, evidence=st.lists(LEAVES, max_size=3), place=st.integers(0, 39))
def test_reasons_add_up_to_the_score(
    oracle: Oracle, part: Node, evidence: list[Node], place: int
) -> None:
    entry, node = ENTRIES[place], Ranked(part, tuple(evidence))
    reasons = explain(node, lambda n: oracle.score(n, entry) if matches(n, entry) else None)
    if matches(node, entry):
        score = oracle.score(node, entry)
        assert sum(reason.score for reason in reasons) == pytest.approx(score, abs=1e-9)


TEXTS = (
    "The ministers of Ostria opened the grain corridor on Monday.",
    "Grain was spoken of, and much later the corridor that Velmar had closed to shipping.",
    "Nobody came.",
)


def test_a_search_explains_its_hits(tmp_path: Path) -> None:
    when = datetime(2024, 5, 1, tzinfo=UTC)
    with open_archive(tmp_path, write=True) as archive:
        for number, text in enumerate(TEXTS):
            document = Document(id=f"d{number}", text=text, title="Grain talks", language="en")
            passage = Passage(f"d{number}:1", document.id, 0, len(text), text, "narration")
            capture = archive.capture(Page(text.encode(), document.id, "text/plain", when), Given())
            archive.keep(capture, document, [passage])
        engine = open_engine("whoosh", tmp_path)
        update_index(archive, engine)
        engine.close()
    with open_index(tmp_path) as index:
        plain = index.search("the grain corridors")
        results = index.search("the grain corridors", explain=True)
        some = index.search("corridors nobody", explain=True)
        slip = index.search("grain coridor")
    assert [hit.reasons for hit in plain.hits] == [()] * len(plain.hits)
    assert [hit.passage.id for hit in results.hits][:2] == ["d0:1", "d1:1"]
    for hit in (*results.hits, *some.hits):
        assert sum(reason.score for reason in hit.reasons) == pytest.approx(hit.score)
    assert "No passage has 'coridor' as written; did you mean corridor?" in slip.notes
    told = {(r.field, r.what, r.how) for r in results.hits[0].reasons}
    assert ("text", "grain corridor", "side by side") in told
    assert ("text", "grain … corridor", "within 8 words") in told
    assert ("title", "grain", "any form") in told
    assert ("text", "corridor", "any form") in told
    assert not any(how == "side by side" for _, _, how in _told(results.hits[1].reasons))


def _told(reasons: tuple[Reason, ...]) -> list[tuple[str, str, str]]:
    return [(reason.field, reason.what, reason.how) for reason in reasons]
