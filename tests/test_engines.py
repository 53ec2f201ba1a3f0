"""The engine contract: every engine answers as brute force does."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from searchkit.engines import DAYS as SPANS
from searchkit.engines import DEFAULT_ENGINE, ENGINES, Engine, Sort, open_engine
from searchkit.errors import UsageError
from searchkit.query import (
    And,
    Best,
    DayRange,
    Everything,
    Keyword,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Ranked,
    Term,
)
from searchkit.records import Entry
from tests.entries import COUNTRIES, PASSAGES, WORDS, entry, sample, stem
from tests.oracle import Oracle


@pytest.fixture(params=sorted(ENGINES), scope="session")
def engine_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if name != DEFAULT_ENGINE:
        pytest.importorskip(name)
    return name


@pytest.fixture
def engine(engine_name: str, tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(engine_name, tmp_path)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def filled(
    engine_name: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Engine, Oracle]]:
    """An engine with a past: entries in many commits, replaced, moved and deleted."""
    engine, oracle, rng = open_engine(engine_name, tmp_path_factory.mktemp("i")), Oracle(), None
    old, new, rng = sample(seed=2), sample(), random.Random(3)
    for start in range(0, PASSAGES, 120):
        batch = old[start : start + 120]
        assert engine.update([], batch, 1) == oracle.update([], batch)
    documents = sorted({e.document_id for e in new})
    rng.shuffle(documents)
    for start in range(0, len(documents), 8):
        ids = documents[start : start + 8]
        batch = [e for e in new if e.document_id in ids]
        if start % 5 == 0:
            batch = batch[: len(batch) // 2]
        assert engine.update(ids, iter(batch), start) == oracle.update(ids, batch)
    yield engine, oracle
    assert engine.check() == []
    engine.close()


def assert_same(engine: Engine, oracle: Oracle, node: Node) -> None:
    """Same passages; same order and scores, but for what the last bits of a float decide."""
    expected = oracle.search(node, limit=PASSAGES)
    found = engine.search(node, limit=PASSAGES)
    assert found.total == expected.total
    assert {i for i, _ in found.rows} == {i for i, _ in expected.rows}
    scores = dict(expected.rows)
    assert [score for _, score in found.rows] == sorted((s for _, s in found.rows), reverse=True)
    if engine.name == "whoosh":  # others keep lengths in one byte
        assert dict(found.rows) == pytest.approx(scores, rel=1e-9, abs=1e-12)
        assert [i for i, _ in found.rows] == [i for i, _ in expected.rows]
    for first, second in zip(found.rows, found.rows[1:], strict=False):
        assert first[1] > second[1] or _day_order(oracle, first[0]) < _day_order(oracle, second[0])


def _day_order(oracle: Oracle, passage_id: str) -> tuple[bool, int, str]:
    day = oracle.entries[passage_id].first_day
    return day is None, -(day or 0), passage_id


TERMS = st.sampled_from(sorted({t for word in WORDS for t in (stem(word), "=" + word)} | {"none"}))
TEXT_FIELDS = st.sampled_from(["text", "text", "text", "title", "speaker", "nowhere"])
BOOSTS = st.sampled_from([1.0, 1.0, 0.5, 3.0, 0.0])
DAYS = st.none() | st.integers(1, 12).map(lambda month: 20240001 + 100 * month)
ALTERNATIVES = st.lists(TERMS, min_size=1, max_size=3).map(tuple)
LEAVES = st.one_of(
    st.builds(Term, TEXT_FIELDS, TERMS, BOOSTS),
    st.builds(
        Phrase,
        TEXT_FIELDS,
        st.lists(ALTERNATIVES, min_size=1, max_size=3).map(tuple),
        st.integers(0, 6),
        BOOSTS,
    ),
    st.builds(
        Near,
        TEXT_FIELDS,
        st.lists(ALTERNATIVES, min_size=1, max_size=2).map(tuple),
        st.lists(ALTERNATIVES, min_size=1, max_size=2).map(tuple),
        st.integers(0, 6),
        BOOSTS,
    ),
    st.builds(
        Prefix,
        TEXT_FIELDS,
        st.sampled_from(["", "g", "=gr", "san", "é", "和", "zz", "=sanc", "corridor", "=zzzz"]),
        BOOSTS,
    ),
    st.builds(
        Keyword,
        st.sampled_from(["country", "kind", "nowhere"]),
        st.lists(st.sampled_from([*COUNTRIES, "direct", "none"]), max_size=3).map(tuple),
    ),
    st.builds(DayRange, DAYS, DAYS, st.booleans()),
    st.just(Everything()),
)


def _nest(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    parts = st.lists(inner, min_size=1, max_size=4).map(tuple)
    return st.one_of(
        st.builds(And, parts),
        st.builds(Or, parts, st.integers(1, 4)),
        st.builds(Best, parts),
        st.builds(Ranked, inner, parts),
        st.builds(Not, inner),
    )


NODES: st.SearchStrategy[Node] = st.recursive(LEAVES, _nest, max_leaves=8)


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(node=NODES)
def test_answers_as_brute_force_does(filled: tuple[Engine, Oracle], node: Node) -> None:
    assert_same(*filled, node)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(part=NODES, evidence=st.lists(LEAVES, max_size=3).map(tuple), limit=st.integers(1, 30))
def test_evidence_changes_the_order_and_nothing_else(
    filled: tuple[Engine, Oracle], part: Node, evidence: tuple[Node, ...], limit: int
) -> None:
    engine, oracle = filled
    node = Ranked(part, evidence)
    found, expected = engine.search(node, limit=limit), oracle.search(node, limit=limit)
    assert found.total == expected.total == engine.search(part, limit=0).total
    scores = [score for _, score in found.rows]
    if engine.name == "whoosh":
        assert scores == pytest.approx([s for _, s in expected.rows], abs=1e-9)
        return
    pieces = [dict(engine.search(piece, limit=PASSAGES).rows) for piece in (part, *evidence)]
    sums = {i: sum(piece.get(i, 0.0) for piece in pieces) for i in pieces[0]}
    assert scores == pytest.approx(sorted(sums.values(), reverse=True)[:limit], abs=1e-3)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(node=NODES)
def test_counts_as_brute_force_does(filled: tuple[Engine, Oracle], node: Node) -> None:
    engine, oracle = filled
    fields = ["country", "kind", SPANS, "nowhere"]
    assert engine.counts(node, fields) == oracle.counts(node, fields)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(node=NODES, sort=st.sampled_from(["relevance", "newest", "oldest"]))
def test_pages_make_up_the_whole(filled: tuple[Engine, Oracle], node: Node, sort: Sort) -> None:
    engine, oracle = filled
    whole = engine.search(node, limit=PASSAGES, sort=sort)
    pages = [engine.search(node, limit=70, offset=o, sort=sort) for o in range(0, PASSAGES, 70)]
    assert {page.total for page in pages} == {whole.total}
    assert tuple(row for page in pages for row in page.rows) == whole.rows
    if sort != "relevance":
        expected = oracle.search(node, limit=PASSAGES, sort=sort)
        assert [i for i, _ in whole.rows] == [i for i, _ in expected.rows]


@pytest.mark.parametrize("field", ["text", "speaker", "nowhere"])
@pytest.mark.parametrize("prefix", ["", "g", "san", "é", "none"])
@pytest.mark.parametrize("limit", [0, 1, 5, 100])
def test_words(filled: tuple[Engine, Oracle], field: str, prefix: str, limit: int) -> None:
    engine, oracle = filled
    assert engine.words(field, prefix, limit) == oracle.words(field, prefix, limit)


def ids(engine: Engine, node: Node, sort: Sort = "relevance") -> list[str]:
    found = engine.search(node, limit=100, sort=sort)
    assert found.total == len(found.rows)
    return [passage_id for passage_id, _ in found.rows]


def phrase(words: str, slop: int = 0) -> Phrase:
    return Phrase("text", tuple((word,) for word in words.split()), slop)


def test_a_new_engine_is_empty_and_answers(engine: Engine) -> None:
    assert (engine.revision(), engine.size(), engine.check()) == (0, 0, [])
    assert engine.search(Everything(), limit=10).total == 0
    assert engine.words("text", "", 10) == []
    assert engine.counts(Everything(), ["kind", SPANS]) == {"kind": {}, SPANS: {}}


def test_unknown_engine_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no engine 'lucene'; choose one of: .*whoosh"):
        open_engine("lucene", tmp_path)


def test_no_phrase_crosses_a_gap(engine: Engine) -> None:
    engine.update(
        [], [entry("d:1", "peace talks | border treaty"), entry("d:2", "talks border")], 1
    )
    assert ids(engine, phrase("talk border")) == ["d:2"]
    assert ids(engine, phrase("talk border", slop=50)) == ["d:2"]
    assert ids(engine, phrase("peace talk", slop=50)) == ["d:1"]
    assert ids(engine, phrase("border treaty")) == ["d:1"]


def test_slop_counts_the_words_between(engine: Engine) -> None:
    engine.update([], [entry("d:1", "grain a b corridor")], 1)
    assert [bool(ids(engine, phrase("grain corridor", slop))) for slop in range(4)] == [
        False,
        False,
        True,
        True,
    ]
    assert not ids(engine, phrase("corridor grain", slop=9))


def test_alternatives_of_a_phrase(engine: Engine) -> None:
    engine.update([], [entry("d:1", "grain talks"), entry("d:2", "corridor talks")], 1)
    both = Phrase("text", (("grain", "=corridor"), ("=talks",)))
    assert sorted(ids(engine, both)) == ["d:1", "d:2"]
    assert ids(engine, Phrase("text", (("=grains", "=corridor"), ("=talks",)))) == ["d:2"]
    assert ids(engine, Phrase("text", ())) == []


def test_filters_do_not_score(engine: Engine) -> None:
    engine.update([], sample()[:100], 1)
    term = Term("text", "grain")
    plain = dict(engine.search(term, limit=100).rows)
    filters = (Keyword("country", ("QA", "QB")), DayRange(20240101, None, undated=True))
    silent = Or(
        (Term("text", "=grain", 0.0), Phrase("text", (("=grain",), ("=corridor",)), 0, 0.0))
    )
    narrowed = And((*filters, silent, term, Not(Term("text", "peace"))))
    rows = engine.search(narrowed, limit=100).rows
    assert rows
    assert all(score == plain[passage_id] for passage_id, score in rows)


def test_equal_scores_are_newest_first_then_by_id(engine: Engine) -> None:
    days = {"a:1": 20240105, "b:1": None, "c:1": 20240301, "d:1": 20240105, "e:1": None}
    engine.update([], [entry(i, "peace talks", day=day) for i, day in days.items()], 1)
    assert ids(engine, Term("text", "peace")) == ["c:1", "a:1", "d:1", "b:1", "e:1"]
    assert ids(engine, Everything()) == ["c:1", "a:1", "d:1", "b:1", "e:1"]
    assert ids(engine, Everything(), "oldest") == ["a:1", "d:1", "c:1", "b:1", "e:1"]


def test_undated_entries_are_found_only_where_asked_for(engine: Engine) -> None:
    engine.update(
        [],
        [
            entry("a:1", "peace"),
            entry("b:1", "peace", day=20240917),
            entry("c:1", "peace", day=20240901, last_day=20240930),
        ],
        1,
    )
    assert ids(engine, DayRange(20240917, 20240917)) == ["b:1"]
    assert ids(engine, DayRange(20240917, 20240917, undated=True)) == ["b:1", "a:1"]
    assert ids(engine, DayRange(None, 20240930)) == ["b:1", "c:1"]
    assert ids(engine, DayRange(20240910)) == ["b:1"]
    assert ids(engine, DayRange()) == ["b:1", "c:1"]
    two = And((DayRange(20200101), DayRange(20240101, 20241231)))  # a half-open and a closed one
    assert ids(engine, two) == ["b:1", "c:1"]
    narrowed = And((Term("text", "peace"), DayRange(20240917, undated=True)))
    assert sorted(ids(engine, narrowed)) == ["a:1", "b:1"]


def test_thirty_matches_in_pages_of_ten_are_thirty(engine: Engine) -> None:
    engine.update([], [entry(f"d:{number:02d}", "peace") for number in range(30)], 1)
    pages = [engine.search(Term("text", "peace"), limit=10, offset=o) for o in (0, 10, 20, 30)]
    assert [len(page.rows) for page in pages] == [10, 10, 10, 0]
    assert len({i for page in pages for i, _ in page.rows}) == 30
    assert engine.search(Term("text", "peace"), limit=0).total == 30


def test_an_update_replaces_its_documents_and_no_others(engine: Engine) -> None:
    engine.update([], [entry("a:1", "grain"), entry("a:2", "grain"), entry("b:1", "grain")], 5)
    assert engine.update(["a"], [entry("a:3", "grain treaty")], 8) == 1
    assert (sorted(ids(engine, Everything())), engine.revision()) == (["a:3", "b:1"], 8)
    assert engine.update(["b", "unknown"], [], 9) == 0
    assert (ids(engine, Everything()), engine.size(), engine.revision()) == (["a:3"], 1, 9)


def test_an_update_run_again_changes_nothing(engine: Engine) -> None:
    batch = sample()[:60]
    documents = {e.document_id for e in batch}
    engine.update(documents, batch, 7)
    before = engine.search(Term("text", "grain"), limit=60)
    for _ in range(3):
        assert engine.update(documents, iter(batch), 7) == 60
    assert engine.search(Term("text", "grain"), limit=60) == before
    assert engine.size() == 60


def test_a_passage_id_given_twice_in_a_batch_is_held_once(engine: Engine) -> None:
    twice = [entry("a:1", "grain"), entry("b:1", "grain"), entry("a:1", "treaty")]
    assert engine.update([], twice, 1) == 2
    assert ids(engine, Term("text", "grain")) == ["b:1"]
    assert ids(engine, Term("text", "treaty")) == ["a:1"]
    assert engine.size() == 2


def test_an_update_that_fails_leaves_the_last_commit(engine: Engine) -> None:
    def broken() -> Iterator[Entry]:
        yield entry("b:1", "grain")
        raise RuntimeError("the source broke off")

    engine.update([], [entry("a:1", "grain")], 1)
    with pytest.raises(RuntimeError, match="broke off"):
        engine.update(["a"], broken(), 2)
    assert (ids(engine, Everything()), engine.revision()) == (["a:1"], 1)
    assert engine.update(["a"], [entry("b:1", "grain")], 2) == 1  # no lock is left behind
    assert ids(engine, Everything()) == ["b:1"]
    assert engine.check() == []


def test_many_small_updates_equal_one_large_one(engine: Engine, tmp_path: Path) -> None:
    batch = sample()[:200]
    for start in range(0, 200, 4):
        engine.update([], batch[start : start + 4], start)
    other = open_engine(engine.name, tmp_path / "other")
    other.update([], batch, 1)
    terms = (Term("text", "grain"), Term("text", "=talks"), Term("text", "treaty", 3.0))
    for node in (And(terms), Or((*terms, phrase("peace talk", 2), Prefix("text", "=t")))):
        assert engine.search(node, limit=200) == other.search(node, limit=200)
    other.close()


def test_odd_terms_and_ids_are_kept_apart(engine: Engine) -> None:
    odd = ["", "=", "a b", "\0", "\ud800", "z" * 5000, "\U0001f600"]
    entries = [
        Entry(f"p{n}:{term}", f"p{n}", {"text": ((term,),)}, {"site": (term,)})
        for n, term in enumerate(odd)
    ]
    engine.update([], entries, 1)
    for number, term in enumerate(odd):
        assert ids(engine, Term("text", term)) == [f"p{number}:{term}"]
        assert ids(engine, Keyword("site", (term,))) == [f"p{number}:{term}"]


def test_an_engine_opened_again_holds_the_same(engine: Engine, tmp_path: Path) -> None:
    engine.update([], sample()[:50], 4)
    again = open_engine(engine.name, tmp_path)
    assert (again.revision(), again.size()) == (4, 50)
    assert again.search(Everything(), limit=50) == engine.search(Everything(), limit=50)
    again.close()


def test_a_reader_sees_the_next_commit_and_never_half_of_one(
    engine: Engine, tmp_path: Path
) -> None:
    reader = open_engine(engine.name, tmp_path)
    seen: list[int] = []

    def entries(generation: int) -> Iterator[Entry]:
        for number in range(20):
            seen.append(reader.search(Term("text", "peace"), limit=0).total)
            yield entry(f"g{generation}:{number}", "peace")

    for generation in range(4):
        engine.update([f"g{generation - 1}"], entries(generation), generation)
    assert seen == [0] * 20 + [20] * 60
    assert reader.revision() == 3
    reader.close()
