"""The engine contract on disk: whose the folder is, and several processes at one index."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchkit.engines import DEFAULT_ENGINE, ENGINES, SCHEMA, open_engine
from searchkit.errors import IndexProblem, SearchkitError
from searchkit.query import Everything, Term
from searchkit.records import Entry
from tests.entries import entry
from tests.writers import end, start, updated

RECORDS = {"whoosh": "commit", "tantivy": "revision"}


@pytest.fixture(params=sorted(ENGINES))
def name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if name != DEFAULT_ENGINE:
        pytest.importorskip(name)
    return name


# Whose the folder is, and what its record says.


def test_nothing_is_made_on_disk_by_asking(name: str, tmp_path: Path) -> None:
    engine = open_engine(name, tmp_path)
    assert engine.search(Everything(), limit=5).total == 0
    engine.close()
    assert not (tmp_path / name).exists()


def test_the_folder_is_for_its_owner_alone(name: str, tmp_path: Path) -> None:
    updated(name, tmp_path / "in" / "index").close()
    assert (tmp_path / "in" / "index").stat().st_mode & 0o777 == 0o700


def test_a_file_in_the_place_of_the_folder_is_told(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(IndexProblem, match=r"is not a folder: move it away\. Run: "):
        open_engine(name, tmp_path)


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_that_others_can_write_in_is_refused(name: str, tmp_path: Path, mode: int) -> None:
    folder = tmp_path / name
    engine = updated(name, folder)
    engine.close()
    folder.chmod(mode)
    with pytest.raises(IndexProblem, match=r"can be written by others\. Run: chmod 700 '"):
        open_engine(name, tmp_path)
    with pytest.raises(IndexProblem, match="can be written by others"):
        engine.update([], [], 2)


def test_a_folder_of_another_user_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / name
    updated(name, folder).close()
    owner = folder.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    if owner == 0:
        os.chown(folder, 4711, -1)
    with pytest.raises(IndexProblem, match="belongs to another user"):
        open_engine(name, tmp_path)


def test_an_index_of_another_schema_is_refused(name: str, tmp_path: Path) -> None:
    updated(name, tmp_path / name).close()
    record = tmp_path / name / RECORDS[name]
    record.write_bytes(record.read_bytes().replace(b" %d " % SCHEMA, b" 7 ", 1))
    expected = rf"has schema 7, this searchkit needs {SCHEMA}\. Run: searchkit index --rebuild"
    with pytest.raises(IndexProblem, match=expected):
        open_engine(name, tmp_path)


# Other processes: one writer, any readers.


def test_a_writer_waits_for_another(name: str, tmp_path: Path) -> None:
    first, second = open_engine(name, tmp_path), open_engine(name, tmp_path)
    begun = threading.Event()

    def slow() -> Iterator[Entry]:
        begun.set()
        time.sleep(0.3)
        yield entry("a:1", "grain")

    thread = threading.Thread(target=first.update, args=([], slow(), 1))
    thread.start()
    begun.wait(10)
    second.update([], [entry("b:1", "grain")], 2)
    thread.join()
    assert (second.size(), second.revision()) == (2, 2)
    first.close()
    second.close()


def test_readers_and_a_writer(name: str, tmp_path: Path) -> None:
    """Each answer belongs to one commit, though segments are merged away meanwhile."""
    script = """
    for number in range(60):
        engine.update([f"d{number % 7}", "all"], [
            *[entry(f"d{number % 7}:{n}", "grain") for n in range(5)],
            *[entry(f"all:{n}", f"peace g{number}") for n in range(20)],
        ], number)
    """
    writer = start(name, tmp_path, script)
    failures: list[str] = []
    answers = 0

    def read() -> None:
        nonlocal answers
        engine = ENGINES[name](tmp_path)
        while writer.poll() is None:
            try:
                found = engine.search(Term("text", "peace"), limit=30).total
                again = ENGINES[name](tmp_path)
                newer = again.search(Term("text", "peace"), limit=30).total
                again.close()
            except SearchkitError as exc:
                failures.append(str(exc))
                return
            if {found, newer} - {0, 20}:
                failures.append(f"{found}, then {newer}")
            answers += 1
        engine.close()

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    status, _, err = end(writer)
    assert (status, failures) == (0, []), err
    assert answers > 20
    engine = ENGINES[name](tmp_path)
    assert engine.size() == 55
    engine.close()
