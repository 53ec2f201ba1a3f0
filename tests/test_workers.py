"""Worker processes: the same archive as without, what they die of, and that they go."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from searchkit.archive import Archive, open_archive
from searchkit.engines import open_engine
from searchkit.errors import InputError, WorkerLost
from searchkit.indexer import rebuild_index
from searchkit.ingest import Outcome, add_pages, finish_pending, make_documents
from searchkit.query import Term
from searchkit.records import Given, Page
from searchkit.workers import Pool
from tests.bench.adding import family
from tests.test_kill import add, corpus

TEXT = "“The dam stays open,” Foreign Minister Ilva Marden of Portugal said on {}."


def die_by(number: int) -> None:
    os.kill(os.getpid(), number)


def die_once(mark: Path) -> str:
    if mark.exists():
        return "done"
    mark.touch()
    os._exit(3)


def die_in_a_worker(number: int) -> int:
    if multiprocessing.parent_process() is not None:
        os._exit(3)
    return number


def fail(number: int) -> None:
    raise ValueError(f"job {number}")


def page(number: int, day: str = "Monday") -> Page:
    """An invented statement at an address of its own."""
    body = f"{TEXT.format(day)}\n\nIt was meeting {number} of the year.".encode()
    url = f"https://wire.example/{number}"
    return Page(body, f"page {number}", "text/plain", datetime(2024, 5, 1, tzinfo=UTC), url=url)


def mixed() -> Iterator[Page | InputError]:
    """New pages, twins, changed texts, refused ones, and some that cannot be read."""
    for number in range(15):
        yield page(number)
        if number % 5 == 0:
            yield page(number)  # a twin right behind
            yield page(number, "Tuesday")
        if number % 7 == 0:
            yield InputError(f"line {number}", "not JSON")
            yield Page(b"", f"empty {number}", "text/plain", datetime(2024, 5, 1, tzinfo=UTC))
    yield from (page(number) for number in range(10))


def dump(archive: Archive) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the archive but the times at which they were written."""
    held: dict[str, list[tuple[object, ...]]] = {}
    for table in ("captures", "documents", "versions", "passages", "document_sources"):
        rows = archive._database.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3", ())  # noqa: S608
        skip = {"added_at", "fetched_at", "file", "offset", "length"}
        held[table] = [tuple(row[key] for key in row.keys() if key not in skip) for row in rows]  # noqa: SIM118
    return held


def filled(path: Path, workers: int) -> tuple[list[Outcome], dict[str, list[tuple[object, ...]]]]:
    with (
        open_archive(path, write=True) as archive,
        make_documents(workers, soon=True) as makers,
    ):
        return list(add_pages(archive, mixed(), Given(), makers)), dump(archive)


def test_the_archive_is_the_same_with_any_number_of_workers(tmp_path: Path) -> None:
    alone, alone_rows = filled(tmp_path / "1", 1)
    assert {o.result for o in alone} == {"added", "changed", "unchanged", "refused"}
    outcomes, rows = filled(tmp_path / "2", 2)
    assert outcomes == alone
    assert rows == alone_rows


def test_results_come_in_the_order_of_the_jobs() -> None:
    with Pool(2) as pool:
        jobs = [(base, 2) for base in range(40)]
        assert list(pool.map(pow, jobs)) == [base**2 for base in range(40)]


def test_jobs_are_taken_as_they_can_be_worked_on() -> None:
    taken = 0

    def jobs() -> Iterator[tuple[int, int]]:
        nonlocal taken
        for taken in range(1, 1_000):
            yield taken, 2

    with Pool(2) as pool:
        assert next(pool.map(pow, jobs())) == 1
        assert taken <= 8


@pytest.mark.parametrize(
    ("work", "argument", "reason"),
    [
        (die_by, signal.SIGSEGV, "ended its process by SIGSEGV"),
        (die_by, signal.SIGKILL, "ended its process by SIGKILL"),
        (os._exit, 3, "ended its process with status 3"),
        (time.sleep, 60, "took longer than 0.3 s"),
    ],
)
def test_a_job_that_ends_its_process_is_given_up_with_the_reason(
    work: Callable[..., object], argument: int, reason: str
) -> None:
    with Pool(1, limit_s=0.3) as pool:
        lost, after = pool.submit(work, argument), pool.submit(pow, 2, 5)
        with pytest.raises(WorkerLost, match=reason):
            lost.result(30)
        assert after.result(30) == 32


def test_a_job_is_tried_once_more(tmp_path: Path) -> None:
    with Pool(1) as pool:
        assert pool.submit(die_once, tmp_path / "mark").result(30) == "done"


def test_a_job_that_no_worker_survives_is_done_here() -> None:
    with Pool(2) as pool:
        assert list(pool.map(die_in_a_worker, [(1,), (2,), (3,)])) == [1, 2, 3]


def test_an_exception_is_raised_here_with_its_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    with Pool(1) as pool:
        lost, after = pool.submit(fail, 7), pool.submit(pow, 2, 5)
        with pytest.raises(RuntimeError, match=r"(?s)in fail.*ValueError: job 7"):
            lost.result(30)
        assert after.result(30) == 32
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("workers", [1, 2])
def test_a_page_that_the_cleaner_fails_on_costs_itself(tmp_path: Path, workers: int) -> None:
    """A title that is no text is what no reader of pages gives: nothing checks for it."""
    broken = Given(title=7)  # type: ignore[arg-type]
    with open_archive(tmp_path, write=True) as archive:
        with make_documents(workers, soon=True) as makers:
            outcomes = [
                *add_pages(archive, [page(1)], broken, makers),
                *add_pages(archive, [page(2)], Given(), makers),
            ]
        assert [outcome.result for outcome in outcomes] == ["refused", "added"]
        assert outcomes[0].reason is not None
        assert outcomes[0].reason.startswith("cleaning it failed: ")
        assert not list(archive.pending())


def test_a_page_that_hangs_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page hangs that is not kept within the limit; here, all of a limit of nothing."""
    with open_archive(tmp_path, write=True) as archive:
        with make_documents(2, soon=True, limit_s=1e-6) as makers:
            outcomes = list(add_pages(archive, [page(1), page(2)], Given(), makers))
        reason = "cleaning it took longer than 1e-06 s, at each of two tries"
        assert [(o.origin, o.result, o.reason) for o in outcomes] == [
            ("page 1", "refused", reason),
            ("page 2", "refused", reason),
        ]
        assert not list(archive.pending())


def stopped() -> Iterator[Page]:
    """Pages faster than they can be cleaned, and then Ctrl-C."""
    yield from (page(number) for number in range(6))
    raise KeyboardInterrupt


def test_a_stop_leaves_captures_that_the_next_run_finishes(tmp_path: Path) -> None:
    with open_archive(tmp_path / "stopped", write=True) as archive:
        with make_documents(2, soon=True) as makers, pytest.raises(KeyboardInterrupt):
            list(add_pages(archive, stopped(), Given(), makers))
        assert len(list(archive.pending())) > 0
        with make_documents(2, soon=True) as makers:
            assert {o.result for o in finish_pending(archive, makers)} == {"added"}
            list(add_pages(archive, mixed(), Given(), makers))
        rows = dump(archive)
    with open_archive(tmp_path / "calm", write=True) as archive:
        list(add_pages(archive, (page(number) for number in range(6)), Given()))
        list(add_pages(archive, mixed(), Given()))
        assert dump(archive) == rows


def is_running(process_id: int) -> bool:
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc")
@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_their_parent(tmp_path: Path, stop: signal.Signals) -> None:
    source = corpus(tmp_path / "corpus.jsonl")
    process = add(tmp_path / "index", source, "--workers", "2")
    until = time.monotonic() + 20
    while len(workers := family(process.pid)[1:]) < 3:  # two, and multiprocessing's own tracker
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.01)
    process.send_signal(stop)
    process.wait(20)
    until = time.monotonic() + 10
    while any(map(is_running, workers)):
        assert time.monotonic() < until, "a worker outlived its parent"
        time.sleep(0.01)
    assert process.returncode == (130 if stop == signal.SIGINT else -stop)


def test_an_index_is_the_same_with_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    with open_archive(tmp_path, write=True) as archive, Pool(2) as pool:
        list(add_pages(archive, mixed(), Given()))
        for least in (10_000, 1):
            monkeypatch.setattr("searchkit.indexer.PAYS_FROM", least)
            rebuild_index(archive, tmp_path, "whoosh", pool=pool)
            assert pool.is_running() == (least == 1)
            engine = open_engine("whoosh", tmp_path)
            found.append(engine.search(Term("text", "dam"), limit=1_000).rows)
            engine.close()
    assert found[0] == found[1]
    assert len(found[0]) > 0


def test_few_pages_do_not_pay_for_processes(tmp_path: Path) -> None:
    with (
        open_archive(tmp_path, write=True) as archive,
        make_documents(2) as makers,
    ):
        list(add_pages(archive, mixed(), Given(), makers))
        assert makers.pool is None


def test_add_with_workers_on_the_command_line(tmp_path: Path) -> None:
    source = corpus(tmp_path / "corpus.jsonl", 80)
    found = []
    for workers in ("1", "2"):
        index = tmp_path / workers
        command = [sys.executable, "-m", "searchkit", "--index", str(index)]
        told = subprocess.run(
            [*command, "add", "--workers", workers, str(source)],
            capture_output=True, encoding="utf-8", timeout=60, check=False,
        )  # fmt: skip
        assert (told.returncode, told.stdout, told.stderr) == (0, "80 added\n", "")
        search = [*command, "search", "treaty river", "--limit", "100", "--format", "json"]
        answer = subprocess.run(search, capture_output=True, timeout=60, check=True).stdout
        found.append(json.loads(answer))
    assert found[0] == found[1]
    assert found[0]["total"] > 0


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_told_is_on_the_disk(tmp_path: Path, workers: int) -> None:
    """Pages share a wait for the disk; each is there for another process when it is told of."""
    told = 0
    with (
        open_archive(tmp_path, write=True) as archive,
        make_documents(workers, soon=True) as makers,
    ):
        for outcome in add_pages(archive, map(page, range(20)), Given(), makers):
            with open_archive(tmp_path) as reader:
                assert outcome.document_id is not None
                assert reader.document(outcome.document_id) is not None
            told += 1
    assert told == 20


def test_a_page_of_the_network_is_archived_before_the_next_is_asked_for(tmp_path: Path) -> None:
    with open_archive(tmp_path, write=True) as archive:

        def fetched() -> Iterator[Page]:
            for number in range(3):
                assert archive.counts().documents == number
                yield replace(page(number), status=200)

        assert len(list(add_pages(archive, fetched(), Given()))) == 3
