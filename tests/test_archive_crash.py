"""Writers that are killed: nothing acknowledged is lost, nothing is there twice.

A kill leaves the page cache as it is, so this shows the order of the steps and not the
honesty of a disk.
"""

from __future__ import annotations

import errno
import functools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from searchkit.archive import Archive, open_archive, warc
from searchkit.archive.database import Database
from searchkit.errors import ArchiveError
from searchkit.records import Document, Given, Page, Passage

KILLS = 20
NOON = datetime(2024, 9, 17, 12, tzinfo=UTC)

# Adds documents without end, from the number given on; some are new versions, some are
# refused; each is printed once it is acknowledged.
WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from searchkit.archive import open_archive, warc
from searchkit.records import Document, Given, Page, Passage

warc.MAX_FILE_BYTES = 50_000
with open_archive(Path(sys.argv[1]), write=True) as archive:
    n = int(sys.argv[2])
    print("open", flush=True)
    while True:
        n += 1
        name = f"doc{n - n % 2}"
        body = Random(n).randbytes(n % 7 * 1000)
        page = Page(body, f"page/{n}", "text/plain", datetime.now(UTC))
        capture = archive.capture(page, Given(id=str(n)))
        print("captured", capture, flush=True)
        if n % 5 == 0:
            archive.refuse(capture, "no text")
            print("refused", capture, flush=True)
            continue
        text = f"Statement {n}. " * 40
        passages = [Passage(f"{name}:{n}", name, 0, len(text), text, "narration")]
        kept = archive.keep(capture, Document(name, text), passages)
        print("kept", n, name, kept.version, flush=True)
"""


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "index"
    with open_archive(tmp_path / "index") as archive:
        assert archive.check() == []


def run_and_kill(index: Path, start: int, after_s: float) -> list[list[str]]:
    """Lines that a writer printed before it was killed, split into words."""
    command = [sys.executable, "-c", WRITER, str(index), str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        time.sleep(after_s)
        process.send_signal(signal.SIGKILL)
        lines = process.stdout.read().splitlines(keepends=True)
    assert process.returncode == -signal.SIGKILL
    return [line.split() for line in lines if line.endswith("\n")]


def test_killed_writers_lose_nothing(index: Path) -> None:
    random = Random()
    seed = random.randrange(10**6)
    print("seed", seed)
    random.seed(seed)
    captured: set[int] = set()
    kept: dict[str, tuple[str, int]] = {}
    revision = 0
    for kill in range(KILLS):
        lines = run_and_kill(index, kill * 100_000, random.uniform(0, 0.25))
        captured |= {int(words[1]) for words in lines if words[0] == "captured"}
        kept |= {words[1]: (words[2], int(words[3])) for words in lines if words[0] == "kept"}
        refused = {int(words[1]) for words in lines if words[0] == "refused"}
        with open_archive(index) as archive:
            assert archive.check() == []
            assert archive.revision() >= revision
            revision = archive.revision()
            assert refused.isdisjoint(archive.pending())
    assert len(kept) > KILLS

    with open_archive(index, write=True) as archive:
        assert archive.check() == []
        for number, (name, version) in kept.items():
            document = archive.document(name, version)
            assert document is not None
            assert document.text == f"Statement {number}. " * 40
        names = [change.document_id for change in archive.changed_since(0)]
        assert len(names) == len(set(names)) == archive.counts().documents
        assert archive.counts().versions in range(len(kept), len(kept) + KILLS + 1)
        for capture in captured:
            archive.read_capture(capture)
        # At most the one that each killed writer had in hand is not finished.
        assert len(list(archive.pending())) <= KILLS


class Stopped(BaseException):
    """Stands for the end of the process: no handler of errors takes it."""


class Power:
    """Stops for good before the step with a given number, as if the power went.

    A step is a call that reaches the disk or a statement of SQL; a write stops half way.
    ``lose_unsynced`` takes from the files what no fsync has made safe.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, stop_before: int) -> None:
        self.stop_before = stop_before
        self.steps = 0
        self.synced: dict[int, int] = {}
        for name in ("pwrite", "fsync", "truncate", "unlink"):
            self._cut_before(monkeypatch, os, name)
        for name in ("mkdir", "unlink"):
            self._cut_before(monkeypatch, Path, name)
        for name in ("run", "run_many"):
            self._cut_before(monkeypatch, Database, name)

    def _cut_before(self, monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> None:
        original = getattr(owner, name)

        def call(*args: Any, **more: Any) -> Any:
            if self.steps >= self.stop_before:
                if name == "pwrite" and self.steps == self.stop_before:
                    original(args[0], args[1][: len(args[1]) // 2], *args[2:])
                raise Stopped(name)
            self.steps += 1
            result = original(*args, **more)
            if name == "fsync":
                found = os.fstat(args[0])
                self.synced[found.st_ino] = found.st_size
            return result

        monkeypatch.setattr(owner, name, call)

    def lose_unsynced(self, index: Path) -> None:
        for path in (index / "archive" / "warc").glob("*"):
            found = path.stat()
            os.truncate(path, min(found.st_size, self.synced.get(found.st_ino, 0)))


# The second goes into a second file.
TEXTS = ("one", "two")


def write_all(index: Path) -> None:
    """What a stage does: finish what was left, then go on with what is not there yet."""
    with open_archive(index, write=True) as archive:
        for capture in archive.pending():
            keep(archive, capture)
        done = archive.counts().versions
        for text in TEXTS[done:]:
            page = Page(text.encode(), "origin", "text/plain", NOON)
            keep(archive, archive.capture(page, Given(id="same")))


def keep(archive: Archive, capture: int) -> None:
    text = archive.read_capture(capture)[0].body.decode()
    passage = Passage(f"doc:{text}", "doc", 0, len(text), text, "narration")
    archive.keep(capture, Document("doc", text), [passage])


def state(index: Path) -> list[Any]:
    """All that the archive tells, its check included; empty where there is none yet."""
    try:
        archive = open_archive(index)
    except ArchiveError:
        return []
    with archive:
        versions = [archive.document("doc", v.n) for v in archive.versions("doc")]
        pages = [archive.raw("doc", v.n) for v in archive.versions("doc")]
        made_of = {archive.capture_of("doc", v.n) for v in archive.versions("doc")}
        assert made_of.isdisjoint(archive.pending())
        passages = archive.passages_of("doc")
        return [archive.check(), archive.revision(), versions, pages, passages]


@pytest.mark.parametrize("power_cut", [False, True])
def test_stopped_before_every_step(tmp_path: Path, *, power_cut: bool) -> None:
    """Each state on the way is an older whole one, and going on ends where all others do."""
    write_all(tmp_path / "whole")
    wanted = state(tmp_path / "whole")
    assert wanted[:2] == [[], len(TEXTS)]
    for stop_before in range(1000):
        index = tmp_path / str(stop_before)
        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setattr(warc, "MAX_FILE_BYTES", 500)
            power = Power(monkeypatch, stop_before)
            try:
                write_all(index)
            except Stopped:
                pass
            else:
                break
        if power_cut:
            power.lose_unsynced(index)
        between = state(index)
        assert not between or between[0] == []
        assert not between or between[2] in [wanted[2][:n] for n in range(3)]
        write_all(index)
        assert state(index) == wanted, stop_before
    assert 50 < stop_before < 1000


class FailingDisk:
    """Says once, at the call with a given number, that it is full."""

    def __init__(self, failing: int) -> None:
        self.failing = failing
        self.calls = 0

    def call(self, original: Callable[..., Any], *args: Any) -> Any:
        self.calls += 1
        if self.calls == self.failing + 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return original(*args)


def test_a_failing_write_costs_one_page(tmp_path: Path) -> None:
    """The disk refuses one call; the same archive takes the page once there is room."""
    for failing in range(1000):
        index = tmp_path / str(failing)
        disk = FailingDisk(failing)
        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setattr(warc, "MAX_FILE_BYTES", 500)
            for name in ("pwrite", "fsync", "ftruncate", "truncate"):
                call = functools.partial(disk.call, getattr(os, name))
                monkeypatch.setattr(os, name, call)
            failures = list(write_again(index))
        assert len(failures) == (failing < disk.calls)
        assert all(str(index) in failure and "No space" in failure for failure in failures)
        with open_archive(index) as archive:
            assert archive.check() == []
            assert [v.n for v in archive.versions("doc")] == [1, 2]
        if not failures:
            assert failing > 8
            return


def write_again(index: Path) -> Iterator[str]:
    """Write all, each page again where it failed; gives the messages."""
    try:
        archive = open_archive(index, write=True)
    except ArchiveError as exc:
        yield str(exc)
        archive = open_archive(index, write=True)
    with archive:
        for text in TEXTS:
            page = Page(text.encode(), "origin", "text/plain", NOON)
            try:
                capture = archive.capture(page, Given(id="same"))
            except ArchiveError as exc:
                yield str(exc)
                capture = archive.capture(page, Given(id="same"))
            keep(archive, capture)
