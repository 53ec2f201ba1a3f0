"""A batch of passages answers as an engine does, and no alert that matches is left out."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.alerts.batch import Batch, members
from searchkit.alerts.presearch import Presearcher, required
from searchkit.query import And, Near, Node, Not, Or, Phrase, Term
from searchkit.records import Entry
from tests.entries import entry, sample
from tests.oracle import matches
from tests.test_engines import NODES

ENTRIES = sample()[:150]
BATCH = Batch(ENTRIES)
FEW = settings(max_examples=80, deadline=None)


def found(batch: Batch, node: Node) -> set[str]:
    return {batch.entries[number].passage_id for number in members(batch.matching(node))}


def expected(entries: list[Entry], node: Node) -> set[str]:
    return {entry.passage_id for entry in entries if matches(node, entry)}


@FEW
@given(node=NODES)
def test_a_batch_matches_as_brute_force_does(node: Node) -> None:
    assert found(BATCH, node) == expected(ENTRIES, node)


@FEW
@given(node=NODES, least=st.integers(0, 4))
def test_at_least_so_many_parts(node: Node, least: int) -> None:
    asked = Or((node, Not(node), Term("text", "grain"), Term("text", "=talks")), least)
    assert found(BATCH, asked) == expected(ENTRIES, asked)


@FEW
@given(node=NODES)
def test_a_match_holds_a_required_term(node: Node) -> None:
    terms = required(node, lambda term: len(term[1]))
    if terms is None:
        return
    for number in members(BATCH.matching(node)):
        assert any(BATCH.holds(*term) >> number & 1 for term in terms)


@FEW
@given(nodes=st.lists(NODES, min_size=1, max_size=8), first=st.integers(0, 140))
def test_every_alert_that_matches_is_a_candidate(nodes: list[Node], first: int) -> None:
    batch = Batch(ENTRIES[first : first + 10])
    alerts = dict(enumerate(nodes))
    candidates = Presearcher(alerts, BATCH).candidates(batch)
    assert {n for n, node in alerts.items() if batch.matching(node)} <= candidates


def test_only_alerts_whose_words_are_there_are_candidates() -> None:
    batch = Batch([entry("a:1", "grain corridor")])
    alerts: dict[int, Node] = {
        1: And((Term("text", "grain"), Term("text", "harbour"))),
        2: Phrase("text", (("grain",), ("corridor",))),
        3: Or((Term("text", "ally"), Term("text", "corridor"))),
        4: Not(Term("text", "grain")),
        5: Near("text", (("ally",),), (("grain",),), 3),
    }
    sample = Batch([entry("b:1", "grain"), entry("b:2", "grain")])
    assert Presearcher(alerts, sample).candidates(batch) == {2, 3, 4}


def test_an_empty_batch_matches_nothing() -> None:
    assert Batch([]).matching(Not(Term("text", "grain"))) == 0
