"""What is true of the tantivy engine alone: its files, damage, its lock, kills, its fields."""

from __future__ import annotations

import dataclasses
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("tantivy")

from searchkit.archive import open_archive
from searchkit.cli.index import bring_up
from searchkit.engines import DAYS as SPANS
from searchkit.engines import LARGE_PASSAGES, Engine, advice, chosen_engine, open_engine
from searchkit.engines.tantivy import TantivyEngine
from searchkit.engines.tantivy.documents import KEYWORD_FIELDS, TEXT_FIELDS
from searchkit.engines.tantivy.files import Record, read_record, write_record
from searchkit.errors import Busy, IndexProblem, UsageError
from searchkit.indexer import build_entry
from searchkit.query import And, DayRange, Everything, Keyword, Near, Phrase, Prefix, Term
from searchkit.records import Document, Entry, Evidence, Passage, Removed, Statement
from tests import writers
from tests.conftest import SAMPLES, Run
from tests.entries import entry, sample
from tests.oracle import Oracle
from tests.writers import EVERY_KIND, HOLDER, await_line, end


def updated(folder: Path, entries: list[Entry] | None = None, revision: int = 1) -> Engine:
    return writers.updated("tantivy", folder, entries, revision)


def part(folder: Path, suffix: str) -> Path:
    return next(folder.glob("*" + suffix))


def flip(path: Path, place: int, bit: int = 2) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1 << bit
    path.write_bytes(data)


def _delete_meta(folder: Path) -> None:
    (folder / "meta.json").unlink()


def _empty_meta(folder: Path) -> None:
    (folder / "meta.json").write_bytes(b"")


def _other_meta(folder: Path) -> None:
    (folder / "meta.json").write_bytes(b"[1, 2]")


def _delete_record(folder: Path) -> None:
    (folder / "revision").unlink()


def _flip_in_record(folder: Path) -> None:
    flip(folder / "revision", -4)


def _record_of_a_later_index(folder: Path) -> None:
    write_record(folder, Record(base=10**6, revision=7, next=8))


def _truncate_terms(folder: Path) -> None:
    path = part(folder, ".term")
    os.truncate(path, path.stat().st_size // 2)


def _empty_columns(folder: Path) -> None:
    os.truncate(part(folder, ".fast"), 0)


def _delete_postings(folder: Path) -> None:
    part(folder, ".idx").unlink()


def _overwrite_store(folder: Path) -> None:
    path = part(folder, ".store")
    path.write_bytes(b"\xff" * path.stat().st_size)


@pytest.mark.parametrize(
    "harm",
    [
        _delete_meta,
        _empty_meta,
        _other_meta,
        _delete_record,
        _flip_in_record,
        _record_of_a_later_index,
        _truncate_terms,
        _empty_columns,
        _delete_postings,
        _overwrite_store,
    ],
)
def test_damage_is_told_with_what_to_do(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    engine = updated(tmp_path / "tantivy")
    engine.close()
    harm(tmp_path / "tantivy")
    assert len(engine.check()) == 1
    with pytest.raises(IndexProblem, match=r"^index '.*tantivy' is damaged \(.+\)\. Run: .*rebuil"):
        TantivyEngine(tmp_path / "tantivy").search(EVERY_KIND, limit=5)
    with pytest.raises(IndexProblem, match="is damaged"):
        engine.update([], [entry("a:1", "grain")], 2)


def test_every_flipped_bit_is_found_by_check(tmp_path: Path) -> None:
    engine = updated(tmp_path)
    engine.update(["doc3"], [], 2)  # so that there is a file of what is deleted
    rng = random.Random(5)
    paths = [path for path in tmp_path.iterdir() if path.stem.isalnum() and len(path.stem) > 30]
    assert {path.suffix for path in paths} >= {".term", ".idx", ".pos", ".fast", ".store"}
    for path in paths * 4:
        sound = path.read_bytes()
        flip(path, rng.randrange(len(sound)), rng.randrange(8))
        (line,) = engine.check()
        assert path.stem in line
        path.write_bytes(sound)
    assert engine.check() == []
    engine.close()


def test_no_flipped_bit_is_read(tmp_path: Path) -> None:
    """What tantivy trusts can end the process: it is never shown a damaged file."""
    engine, rng = updated(tmp_path), random.Random(6)
    expected = engine.search(EVERY_KIND, limit=200)
    path = part(tmp_path, ".idx")
    sound = path.read_bytes()
    for _ in range(40):
        flip(path, rng.randrange(len(sound)), rng.randrange(8))
        engine.close()
        with pytest.raises(IndexProblem, match=r"is damaged \(.+\)\. Run: "):
            engine.size()
        with pytest.raises(IndexProblem):
            engine.update([], [entry("a:1", "grain")], 2)
        path.write_bytes(sound)
    engine.close()
    assert engine.search(EVERY_KIND, limit=200) == expected


def test_no_file_stays_that_no_commit_names(tmp_path: Path) -> None:
    engine = TantivyEngine(tmp_path)
    for start in range(0, 140, 10):
        engine.update([], sample()[start : start + 10], start)
        engine.search(EVERY_KIND, limit=5)
    segments = (tmp_path / "meta.json").read_text().count('"segment_id"')
    assert len(list(tmp_path.glob("*.idx"))) == len(list(tmp_path.glob("*.store"))) == segments
    assert segments < 10  # many small ones were merged
    engine.close()


def test_a_deleted_passage_counts_for_no_word(tmp_path: Path) -> None:
    engine = updated(tmp_path, [entry("a:1", "grain"), entry("a:2", "corridor"), entry("b:1", "a")])
    assert engine.words("text", "", 9) == ["a", "corridor", "grain"]
    engine.update(["a"], [], 2)
    assert engine.words("text", "", 9) == ["a"]
    engine.close()


def test_an_entry_with_a_field_of_no_schema_is_refused(tmp_path: Path) -> None:
    engine = TantivyEngine(tmp_path)
    with pytest.raises(ValueError, match="no field 'colour'"):
        engine.update([], [Entry("a:1", "a", {}, {"colour": ("red",)})], 1)
    assert (engine.size(), engine.revision()) == (0, 0)


def test_the_fields_of_the_schema_are_those_of_entries() -> None:
    """A passage of which everything is known has a value in each, and in no other."""
    document = Document(
        "d", "Peru met the OSCE on Monday.", url="https://news.example/1", title="Harbour",
        published="2024-09-17", published_source="given", published_certainty="certain",
        modified="2024-09-18", language="en", site="news.example", source="Herald",
        authors=("Tom Varga",), speaker="Ana Ruiz", role="Minister", country="Peru", form="news",
        warnings=("short",), removed=(Removed("menu", "rule"),),
        evidence=(Evidence("title", "meta", "certain"),),
    )  # fmt: skip
    passage = Passage(
        "d:0", "d", 0, 28, document.text, "direct", speaker="Ana Ruiz", speaker_mention="Ruiz",
        role="Minister", affiliation="Ministry of Ports", country="PE", cue="said", via="name",
        confidence=0.9, statements=(Statement(0, 28, document.text, "direct"),),
    )  # fmt: skip
    for record in (document, passage):
        assert all(getattr(record, f.name) not in (None, ()) for f in dataclasses.fields(record))
    entry = build_entry(passage, document, ("Herald",))
    assert set(entry.terms) == set(TEXT_FIELDS)
    assert set(entry.keywords) == set(KEYWORD_FIELDS)


def by_days(engine: Engine) -> dict[tuple[int, int], list[str]]:
    """What some ranges of days find, and all entries newest first."""
    months = [20240000 + 100 * month for month in range(1, 13)]
    ranges = [(first, last) for first in months for last in (first + 14, first + 31, 20241231)]
    ranges += [(0, last) for last in months]
    return {
        (first, last): [i for i, _ in engine.search(DayRange(first or None, last), limit=600).rows]
        for first, last in ranges
    }


def test_spans_of_days_are_found_alike_by_name_and_by_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Known are those of a few months; of too many, or in an old record, none."""
    batches = [sample(seed)[:300] for seed in (1, 2)]
    known = updated(tmp_path / "known", batches[0])
    known.update((), batches[1], 2)
    wide = read_record(tmp_path / "known").wide
    assert wide
    assert all(first + 29 == last for first, last in wide)
    assert len(wide) == 12
    oracle = Oracle()
    for batch in batches:
        oracle.update((), batch)
    expected = by_days(known)
    assert {key: set(ids) for key, ids in expected.items()} == {
        (first, last): {i for i, _ in oracle.search(DayRange(first or None, last), limit=600).rows}
        for first, last in expected
    }
    monkeypatch.setattr("searchkit.engines.tantivy.files.MOST_WIDE", 11)
    many = updated(tmp_path / "many", batches[0])
    many.update((), batches[1], 2)
    assert read_record(tmp_path / "many").wide is None
    assert by_days(many) == expected
    for engine in (known, many):
        engine.close()


def test_an_index_begun_before_days_were_stored_answers_in_the_same_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = updated(tmp_path / "new", sample())
    builder, asked = pytest.importorskip("tantivy").SchemaBuilder, {"stored": False}

    class Before:
        def __init__(self) -> None:
            self._builder = builder()

        def __getattr__(self, name: str) -> Callable[..., object]:
            call = getattr(self._builder, name)
            if name != "add_unsigned_field":
                return call  # type: ignore[no-any-return]
            return lambda field, **options: call(field, **options | asked)

    monkeypatch.setattr("tantivy.SchemaBuilder", Before)
    old = updated(tmp_path / "old", sample())
    for word in ("grain", "talk", "=a", "peace"):
        for sort in ("relevance", "newest", "oldest"):
            found = [e.search(Term("text", word), limit=200, sort=sort) for e in (new, old)]
            assert found[0] == found[1]
    for engine in (new, old):
        engine.close()


def test_words_at_a_distance_never_share_a_word_or_cross_a_gap(tmp_path: Path) -> None:
    engine = updated(tmp_path, [entry("a:1", "talks | border"), entry("b:1", "border a talks")])
    both = Near("text", (("talk",),), (("border",),), 50)
    assert [i for i, _ in engine.search(both, limit=9).rows] == ["b:1"]
    same = Near("text", (("talk",),), (("=talks",),), 50)
    assert engine.search(same, limit=9).total == 0
    engine.close()


def test_more_values_than_are_counted_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = updated(tmp_path, sample())
    fields = ["country", "kind", SPANS]
    expected = engine.counts(Everything(), fields)
    monkeypatch.setattr("searchkit.engines.tantivy.searching.MOST_VALUES", 30)
    assert len(expected[SPANS]) > 100
    assert engine.counts(Everything(), fields) == expected
    engine.close()


@pytest.mark.parametrize("forms", [50, 51, 120])
def test_a_beginning_of_few_forms_or_many(tmp_path: Path, forms: int) -> None:
    """Few are listed and asked for as such, many by a pattern; the deleted ones are not found."""
    words = [f"treaty{number:03}" for number in range(forms)]
    entries = [entry(f"p{n}:1", f"peace {word}") for n, word in enumerate(words)]
    engine = updated(tmp_path, [*entries, entry("other:1", "treat talks")])
    engine.update(["p3"], [], 2)
    for prefix in ("treaty", "=treaty"):
        found = engine.search(Prefix("text", prefix, 2.0), limit=200)
        assert {i for i, _ in found.rows} == {f"p{n}:1" for n in range(forms) if n != 3}
        assert {score for _, score in found.rows} == {2.0}
    engine.close()


@pytest.mark.parametrize("count", [1, 100, 101])
def test_one_of_few_values_or_many(tmp_path: Path, count: int) -> None:
    entries = [entry(f"p{n}:1", "peace", site=(f"s{n}",)) for n in range(150)]
    engine = updated(tmp_path, entries)
    asked = And((Term("text", "peace"), Keyword("site", tuple(f"s{n}" for n in range(count)))))
    found = engine.search(asked, limit=200)
    assert {i for i, _ in found.rows} == {f"p{n}:1" for n in range(count)}
    engine.close()


def test_a_phrase_of_too_many_ways_is_refused_not_run(tmp_path: Path) -> None:
    engine = updated(tmp_path)
    forms = tuple("=" + word for word in engine.words("text", "", 12))
    with pytest.raises(UsageError, match="ask for fewer forms"):
        engine.search(Phrase("text", (forms,) * 4), limit=1)
    engine.close()


# Other processes: one writer, any readers, kills.


def start(folder: Path, script: str) -> subprocess.Popen[str]:
    return writers.start("tantivy", folder, script)


def test_a_held_lock_is_told_and_dies_with_its_holder(tmp_path: Path) -> None:
    updated(tmp_path).close()
    holder = start(tmp_path, HOLDER)
    engine = TantivyEngine(tmp_path, wait_s=0.2)
    try:
        await_line(holder, "holding")
        with pytest.raises(Busy, match="is being written: try again later"):
            engine.update([], [entry("a:1", "grain")], 2)
        assert engine.search(Everything(), limit=1).total == 200  # readers are not held up
    finally:
        holder.kill()
        end(holder)
    assert engine.update([], [entry("a:1", "grain")], 2) == 1
    assert (engine.size(), engine.revision(), engine.check()) == (201, 2, [])
    engine.close()


KILLED = """
print("ready", flush=True)
for number in range(10_000):
    batch = sample(seed=number % 3)[:40]
    engine.update({e.document_id for e in batch}, batch, number + 1)
    print(number + 1, flush=True)
"""


def test_a_kill_in_the_midst_of_commits_costs_nothing(tmp_path: Path) -> None:
    """Twenty times: the revision told is one of a whole commit, and its entries are there."""
    rng = random.Random(4)
    for _ in range(4):
        writers = [start(tmp_path / str(place), KILLED) for place in range(5)]
        for writer in writers:
            await_line(writer, "ready")
        for place, writer in enumerate(writers):
            time.sleep(rng.uniform(0.01, 0.15))
            writer.send_signal(signal.SIGKILL)
            told = (end(writer)[1].split() or ["0"])[-1]
            engine = TantivyEngine(tmp_path / str(place))
            revision = engine.revision()
            assert revision >= int(told)
            assert engine.check() == []
            assert engine.size() == (40 if revision else 0)
            if revision:
                expected = {e.passage_id for e in sample(seed=(revision - 1) % 3)[:40]}
                rows = engine.search(Everything(), limit=50).rows
                assert {passage_id for passage_id, _ in rows} == expected
            engine.close()


def test_a_full_disk_is_an_error_in_words_and_the_last_commit_stands(tmp_path: Path) -> None:
    updated(tmp_path, sample()[:40]).close()
    script = """
    import resource
    from searchkit.errors import SearchkitError
    for limit in (10, 1000, 5000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        try:
            engine.update([], sample(), 2)
        except SearchkitError as exc:
            print(type(exc).__name__, exc)
    """
    status, out, err = end(start(tmp_path, script))
    assert status == 0, err
    lines = out.splitlines()
    assert len(lines) == 3
    for line in lines:
        assert line.startswith(f"SearchkitError index '{tmp_path}' cannot be written: ")
    engine = TantivyEngine(tmp_path)
    assert (engine.size(), engine.revision(), engine.check()) == (40, 1, [])
    assert engine.update([], sample(), 2) == 600
    assert (engine.size(), engine.revision(), engine.check()) == (600, 2, [])
    assert len(list(tmp_path.glob("*.store"))) <= 2
    engine.close()


def test_the_record_tells_the_revision_of_either_commit(tmp_path: Path) -> None:
    engine = updated(tmp_path, revision=5)
    engine.update([], [], 9)
    record = read_record(tmp_path)
    assert (record.revision, record.next, engine.revision()) == (5, 9, 9)
    # As if the kill had come between the record of a next commit and that commit.
    stamp = int((tmp_path / "meta.json").read_text().rpartition('"opstamp":')[2].rstrip(" \n}"))
    write_record(tmp_path, Record(stamp, 9, 12))
    engine.close()
    assert engine.revision() == 9


# The choice of the engine.


def test_changing_the_engine_and_going_back(run: Run, tmp_path: Path) -> None:
    index = tmp_path / "index"
    added = run("add", *sorted(SAMPLES.glob("b*")), *sorted(SAMPLES.glob("am*")))
    assert added.returncode == 0, added.stderr
    query = ("search", "water OR dam", "--format", "jsonl", "--sort", "newest")
    alert = ("alert", "test", "--query", "water OR dam", "--undated")
    before, told = run(*query).stdout, run(*alert).stdout
    assert before
    assert "dam" in told
    changed = run("index", "--engine", "tantivy")
    assert changed.returncode == 0
    assert "The index of whoosh stays" in changed.stderr
    with open_archive(index) as archive:
        assert chosen_engine(archive) == "tantivy"
    assert "Index     tantivy" in run("status").stdout
    (index / "whoosh" / "commit").write_bytes(b"")  # nobody reads it any more

    def without_scores(lines: str) -> list[str]:
        return [line.partition('"passage_id"')[2] for line in lines.splitlines()]

    assert without_scores(run(*query).stdout) == without_scores(before)
    assert run(*alert).stdout == told
    assert run("check").returncode == 0
    back = run("index", "--engine", "whoosh")  # which builds anew what is damaged
    assert back.returncode == 0, back.stderr
    assert run(*query).stdout == before


def test_a_missing_package_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("searchkit.engines.tantivy")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tantivy", None)
    with pytest.raises(UsageError, match=r"Run: pip install 'searchkit\[tantivy\]'"):
        open_engine("tantivy", tmp_path)


def test_only_a_large_index_of_the_default_engine_is_advised_about() -> None:
    assert "Run: searchkit index --engine tantivy" in (advice("whoosh", LARGE_PASSAGES) or "")
    assert advice("whoosh", LARGE_PASSAGES - 1) is None
    assert advice("tantivy", 10 * LARGE_PASSAGES) is None


def test_the_advice_is_given_once(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("add", SAMPLES / "briefing-transcript.txt").returncode == 0
    monkeypatch.setattr("searchkit.engines.LARGE_PASSAGES", 3)
    with open_archive(tmp_path / "index", write=True) as archive:
        for expected in (1, 0, 0):
            bring_up(archive, tmp_path / "index")
            assert capsys.readouterr().err.count("searchkit index --engine tantivy") == expected
