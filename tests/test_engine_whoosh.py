"""What is true of the Whoosh engine alone: its files, its lock, damage, kills, hostility."""

from __future__ import annotations

import json
import os
import pickle
import random
import signal
import subprocess
import time
import zlib
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from searchkit.engines import SCHEMA, Engine
from searchkit.engines.whoosh import WhooshEngine
from searchkit.engines.whoosh.commit import read_commit
from searchkit.errors import Busy, IndexProblem
from searchkit.query import Everything, Or, Prefix, Term
from searchkit.records import Entry
from tests import writers
from tests.entries import entry, sample
from tests.writers import EVERY_KIND, HOLDER, await_line, end


def updated(folder: Path, entries: list[Entry] | None = None) -> Engine:
    return writers.updated("whoosh", folder, entries)


def segment_file(folder: Path) -> Path:
    return next(folder.glob("*.seg"))


class Marker:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., int], tuple[str]]:
        return os.system, (f"touch '{self.path}'",)


# Damage: it is noticed, told in one line with what to do, and a new index can be built.


def _delete_commit(folder: Path) -> None:
    (folder / "commit").unlink()


def _empty_commit(folder: Path) -> None:
    (folder / "commit").write_bytes(b"")


def _leave_only_a_temporary_commit(folder: Path) -> None:
    (folder / "commit").unlink()
    (folder / "commit.new").write_bytes(b"")


def _flip_in_commit(folder: Path) -> None:
    data = bytearray((folder / "commit").read_bytes())
    data[len(data) // 2] ^= 4
    (folder / "commit").write_bytes(data)


def _truncate_commit(folder: Path) -> None:
    data = (folder / "commit").read_bytes()
    (folder / "commit").write_bytes(data[:-20])


def _truncate_segment(folder: Path) -> None:
    os.truncate(segment_file(folder), segment_file(folder).stat().st_size // 2)


def _empty_segment(folder: Path) -> None:
    os.truncate(segment_file(folder), 0)


def _delete_segment(folder: Path) -> None:
    segment_file(folder).unlink()


def _overwrite_segment(folder: Path) -> None:
    segment_file(folder).write_bytes(b"\xff" * segment_file(folder).stat().st_size)


@pytest.mark.parametrize(
    "harm",
    [
        _delete_commit,
        _empty_commit,
        _leave_only_a_temporary_commit,
        _flip_in_commit,
        _truncate_commit,
        _truncate_segment,
        _empty_segment,
        _delete_segment,
        _overwrite_segment,
    ],
)
def test_damage_is_told_with_what_to_do(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    updated(tmp_path / "whoosh").close()
    harm(tmp_path / "whoosh")
    with pytest.raises(IndexProblem, match=r"^index '.*whoosh' is damaged \(.+\)\. Run: .*rebuild"):
        WhooshEngine(tmp_path / "whoosh")


def test_an_open_engine_notices_damage(tmp_path: Path) -> None:
    engine = updated(tmp_path)
    _empty_commit(tmp_path)
    for call in (engine.size, engine.revision, lambda: engine.search(Everything(), limit=1)):
        with pytest.raises(IndexProblem):
            call()
    with pytest.raises(IndexProblem):
        engine.update([], [entry("a:1", "grain")], 2)
    assert len(engine.check()) == 1
    engine.close()


def test_every_flipped_bit_is_found_by_check_and_none_breaks_a_search(tmp_path: Path) -> None:
    engine = updated(tmp_path)
    expected = engine.search(EVERY_KIND, limit=200)
    path, rng = segment_file(tmp_path), random.Random(5)
    sound = path.read_bytes()
    refused = 0
    for _ in range(150):
        data = bytearray(sound)
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
        assert [line.rpartition(": ")[2] for line in engine.check()] == ["fails its checksum"]
        engine.close()
        try:
            engine.search(EVERY_KIND, limit=200)
        except IndexProblem:
            refused += 1
    assert refused > 10
    path.write_bytes(sound)
    engine.close()
    assert engine.check() == []
    assert engine.search(EVERY_KIND, limit=200) == expected
    engine.close()


def test_a_flipped_bit_in_a_posting_list_is_never_read_as_another_answer(tmp_path: Path) -> None:
    engine = updated(tmp_path)
    path = segment_file(tmp_path)
    sound = path.read_bytes()
    engine.close()
    # The postings stand in the file before the terms; those of titles are the last.
    every = Or((Prefix("text", ""), Prefix("title", ""), Prefix("speaker", "")))
    end = sound.index(b"HSH3")
    for place in range(end - 400, end, 7):
        data = bytearray(sound)
        data[place] ^= 16
        path.write_bytes(data)
        with pytest.raises(IndexProblem, match="a posting list fails its checksum"):
            engine.search(every, limit=1)
        engine.close()


def test_check_names_the_file_and_what_is_wrong(tmp_path: Path) -> None:
    engine = updated(tmp_path)
    name = segment_file(tmp_path).name
    _truncate_segment(tmp_path)
    (line,) = engine.check()
    assert f"{name}: " in line
    assert " bytes, should be " in line
    segment_file(tmp_path).unlink()
    assert engine.check() == [f"{tmp_path}: {name}: No such file or directory"]
    engine.close()


# Hostility: nothing in an index can run.


def _resigned(folder: Path, segment: bytes) -> None:
    """Put other bytes into the segment, with a commit record that vouches for them."""
    segment_file(folder).write_bytes(segment)
    record = asdict(read_commit(folder))
    record["segments"] = [
        found | {"bytes": len(segment), "crc32": zlib.crc32(segment)}
        for found in record["segments"]
    ]
    body = json.dumps(record).encode()
    header = f"searchkit-whoosh {SCHEMA} {zlib.crc32(body):08x}\n".encode()
    (folder / "commit").write_bytes(header + body)


@pytest.mark.parametrize("part", ["directory", "options", "terms"])
@pytest.mark.parametrize("protocol", [0, 2, pickle.HIGHEST_PROTOCOL])
def test_a_pickle_in_a_segment_runs_nothing(tmp_path: Path, part: str, protocol: int) -> None:
    folder, marker = tmp_path / "whoosh", tmp_path / "marker"
    updated(folder).close()
    data = segment_file(folder).read_bytes()
    evil = pickle.dumps({"fieldmap": Marker(marker)}, protocol)
    if part == "terms":
        start = data.rindex(b"\x80", 0, data.index(b"fieldmap"))
        hostile = data[:start] + evil + data[start + len(evil) :]
    else:
        begin = int.from_bytes(data[:8], "big")
        options = pickle.dumps({}) + evil if part == "options" else evil
        hostile = data[:begin] + options
    _resigned(folder, hostile)
    with pytest.raises(IndexProblem, match="is damaged"):
        WhooshEngine(folder)
    assert not marker.exists()


@pytest.mark.parametrize("protocol", [0, 2, pickle.HIGHEST_PROTOCOL])
def test_a_table_of_contents_by_whoosh_is_not_read(tmp_path: Path, protocol: int) -> None:
    folder, marker = tmp_path / "whoosh", tmp_path / "marker"
    engine = updated(folder)
    evil = pickle.dumps(Marker(marker), protocol)
    for name in ("_MAIN_1.toc", "_MAIN_99.toc", "MAIN_abcd.seg"):
        (folder / name).write_bytes(evil)
    (folder / "commit.new").write_bytes(evil)
    assert WhooshEngine(folder).size() == 200
    engine.update([], [entry("a:1", "grain")], 2)
    _empty_commit(folder)
    with pytest.raises(IndexProblem):
        WhooshEngine(folder)
    (folder / "commit").write_bytes(evil)
    with pytest.raises(IndexProblem):
        WhooshEngine(folder)
    assert not marker.exists()
    engine.close()


# Other processes: one writer, any readers, kills.


def start(folder: Path, script: str) -> subprocess.Popen[str]:
    return writers.start("whoosh", folder, script)


def test_a_held_lock_is_told_with_its_holder(tmp_path: Path) -> None:
    updated(tmp_path).close()
    holder = start(tmp_path, HOLDER)
    try:
        await_line(holder, "holding")
        engine = WhooshEngine(tmp_path, wait_s=0.2)
        with pytest.raises(Busy, match=f"is being written by process {holder.pid}: try again"):
            engine.update([], [entry("a:1", "grain")], 2)
        assert engine.search(Everything(), limit=1).total == 200  # readers are not held up
    finally:
        holder.kill()
        end(holder)
    assert engine.update([], [entry("a:1", "grain")], 2) == 1  # the lock died with its holder
    assert sorted(p.name for p in tmp_path.iterdir() if p.suffix != ".seg") == ["commit", "lock"]
    engine.close()


KILLED = """
from searchkit.engines.whoosh import commit
step, steps = int(os.environ["STEP"]), [0]
def stop_at(module, name):
    real = getattr(module, name)
    def stopping(*arguments, **options):
        steps[0] += 1
        if steps[0] == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **options)
    setattr(module, name, stopping)
for module, name in ((os, "fsync"), (os, "open"), (Path, "replace"), (Path, "unlink"),
                     (Path, "write_bytes"), (commit, "record_segment")):
    stop_at(module, name)
batch = sample()[100:260]
engine.update({e.document_id for e in batch}, batch, 9)
print("steps", steps[0])
"""


def before_the_kill(folder: Path) -> None:
    """Three commits, so that the next has segments to merge and entries to delete."""
    engine = WhooshEngine(folder)
    for first in (0, 60, 120):
        engine.update([], sample(seed=2)[first : first + 60], first + 1)
    engine.close()


def run_killed(folder: Path, step: int, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    monkeypatch.setenv("STEP", str(step))
    status, out, err = end(start(folder, KILLED))
    assert status in (0, -signal.SIGKILL), err
    return status, out


def test_a_kill_at_any_step_of_a_commit_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_the_kill(tmp_path / "undisturbed")
    old = WhooshEngine(tmp_path / "undisturbed")
    old_answer = old.search(EVERY_KIND, limit=300)
    status, out = run_killed(tmp_path / "undisturbed", 0, monkeypatch)
    assert status == 0
    new_answer = old.search(EVERY_KIND, limit=300)
    old.close()
    assert new_answer != old_answer
    steps = int(out.split()[1])
    assert steps >= 10
    outcomes = set()
    for step in sorted({*range(1, steps + 1, max(1, steps // 12)), steps}):
        folder = tmp_path / f"killed{step}"
        before_the_kill(folder)
        status, _ = run_killed(folder, step, monkeypatch)
        assert status == -signal.SIGKILL
        engine = WhooshEngine(folder)
        assert engine.check() == []
        answer = engine.search(EVERY_KIND, limit=300)
        assert answer in (old_answer, new_answer)
        outcomes.add((engine.revision(), answer == new_answer))
        batch = sample()[100:260]
        engine.update({e.document_id for e in batch}, batch, 9)
        assert engine.search(EVERY_KIND, limit=300) == new_answer
        assert engine.check() == []
        named = {segment.name for segment in read_commit(folder).segments}
        assert {path.name for path in folder.glob("*.seg")} == named
        engine.close()
    assert outcomes == {(121, False), (9, True)}  # the revision moves with the entries


def test_kills_at_random_moments_leave_one_commit_or_the_other(tmp_path: Path) -> None:
    script = """
    for number in range(100000):
        print(number, flush=True)
        engine.update(["d"], [entry(f"d:{n}", f"grain g{number}") for n in range(30)], number)
    """
    rng = random.Random(8)
    for _ in range(20):
        process = start(tmp_path, script)
        assert process.stdout is not None
        for _ in range(rng.randint(1, 12)):
            last = int(process.stdout.readline())
        time.sleep(rng.random() / 50)
        process.kill()
        rest = end(process)[1].split()
        last = int(rest[-1]) if rest else last
        engine = WhooshEngine(tmp_path)
        revision = engine.revision()
        assert revision in (last - 1, last) or last == 0
        if engine.size():
            assert engine.search(Term("text", f"g{revision}"), limit=0).total == engine.size() == 30
        assert engine.check() == []
        engine.close()


def test_a_kill_in_the_very_first_commit_leaves_a_new_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in (1, 3, 4, 5):
        folder = tmp_path / str(step)
        status, _ = run_killed(folder, step, monkeypatch)
        assert status == -signal.SIGKILL
        engine = WhooshEngine(folder)
        assert engine.size() == 0
        assert engine.update([], sample()[:50], 1) == 50
        engine.close()


def test_a_full_disk_is_an_error_in_words_and_the_last_commit_stands(tmp_path: Path) -> None:
    updated(tmp_path, sample()[:40]).close()
    script = """
    import resource
    from searchkit.errors import SearchkitError
    for limit in (10, 1000, 5000, 40000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        try:
            engine.update([], sample(), 2)
        except SearchkitError as exc:
            print(type(exc).__name__, exc)
    """
    status, out, err = end(start(tmp_path, script))
    assert status == 0, err
    lines = out.splitlines()
    assert len(lines) == 4
    for line in lines:
        assert line.startswith(f"SearchkitError index '{tmp_path}' cannot be written: File too la")
    engine = WhooshEngine(tmp_path)
    assert (engine.size(), engine.revision(), engine.check()) == (40, 1, [])
    assert len(list(tmp_path.glob("*.seg"))) == 1
    assert engine.update([], sample(), 2) == 600
    engine.close()


# Segments: few, and no larger than they need be.


def test_small_segments_are_merged(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path)
    most = 0
    for number in range(70):
        engine.update([], [entry(f"d{number}:{n}", "grain") for n in range(2)], number)
        most = max(most, len(list(tmp_path.glob("*.seg"))))
    assert most <= 12
    assert engine.search(Term("text", "grain"), limit=0).total == 140
    engine.close()


def test_deleted_entries_do_not_pile_up(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path)
    for number in range(30):
        documents = [f"d{n}" for n in range(40)]
        engine.update(documents, [entry(f"{d}:1", f"grain g{number}") for d in documents], number)
        held = sum(segment.size for segment in read_commit(tmp_path).segments)
        assert held <= 2 * engine.size() == 80
    engine.close()


def test_a_large_update_is_written_in_several_segments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("searchkit.engines.whoosh.engine.MAX_WORDS", 500)
    entries = sample()[:200]
    engine = WhooshEngine(tmp_path)
    assert engine.update([], [*entries, *entries[:10]], 1) == 200
    assert len(list(tmp_path.glob("*.seg"))) >= 2
    assert engine.size() == 200
    other = updated(tmp_path / "one", entries)
    assert engine.search(EVERY_KIND, limit=200) == other.search(EVERY_KIND, limit=200)
    engine.close()
    other.close()


def test_too_many_open_files_is_an_error_in_words(tmp_path: Path) -> None:
    updated(tmp_path).close()
    script = """
    import fcntl, resource  # Whoosh imports the first of them when it locks
    from searchkit.errors import SearchkitError
    engine.close()
    files = [open(os.devnull) for _ in range(20)]
    resource.setrlimit(resource.RLIMIT_NOFILE, (files[-1].fileno() + 1, 4096))
    for call in (engine.size, engine.check, lambda: engine.update([], [], 2)):
        try:
            print(call())
        except SearchkitError as exc:
            print(exc)
    """
    status, out, err = end(start(tmp_path, script))
    assert status == 0, err
    assert out.count("Too many open files") == 3
