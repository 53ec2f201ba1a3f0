"""Processes that work for one: a function and its arguments go in, its result comes out.

Each thread of a `Pool` feeds a process of its own, one job at a time, so it is known
which job a process died of; the job is tried once more in a fresh process, then given up
with the reason.  A process that works on one job for too long is ended by its own alarm.
An exception comes back at once, as RuntimeError with the traceback.  Who gives the jobs
bounds how many are under way, with `Pool.map`.

Processes are spawned, not forked: a fork would inherit the archive's lock and its SQLite
connection, and hold the lock after its parent was killed.  They see their parent end, by
whatever signal, and end with it.  The executor of `concurrent.futures` for processes gives
up all jobs when one process dies, knows no time limit and leaves orphans.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Any, Self, TypeVar

from searchkit.errors import WorkerLost

__all__ = ["Pool", "usable_cores"]

LIMIT_S = 120.0
"""One job may take so long: the longest pages take a few seconds, also on a busy machine."""

AHEAD = 4
"""Jobs under way for each process: enough to keep it busy while the parent writes."""

TRIES = 2

_T = TypeVar("_T")
_SPAWN = multiprocessing.get_context("spawn")


class _Raised(str):
    """The traceback of an exception in a process: not every exception can be sent."""


class _Closed(Exception):
    """The pool was closed while a job was under way; nobody waits for it any more."""


def usable_cores() -> int:
    """The cores that this process may use; a container often has less than the machine."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        return os.cpu_count() or 1


class Pool:
    """So many processes; started with the first jobs, ended with its ``with`` block."""

    def __init__(self, count: int, *, limit_s: float = LIMIT_S) -> None:
        self.count = count
        self._limit_s = limit_s
        self._closed = False
        self._lock = threading.Lock()  # around starting and reaping, which share state
        self._workers: dict[int, _Worker] = {}
        self._threads = ThreadPoolExecutor(count, initializer=_leave_interrupts_to_main)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all processes at once; jobs under way are lost."""
        with self._lock:
            self._closed = True
            for worker in self._workers.values():
                worker.process.kill()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._workers.values():
            worker.process.join()
            worker.connection.close()
        self._workers.clear()

    def submit(self, work: Callable[..., _T], *arguments: object) -> Future[_T]:
        """Have a module's function called; its result, or WorkerLost, is in the future."""
        return self._threads.submit(self._ask, work, arguments)

    def map(self, work: Callable[..., _T], jobs: Iterable[tuple[Any, ...]]) -> Iterator[_T]:
        """The results of all jobs in their order; jobs are taken as they can be worked on.

        A job whose process is lost at each try is done in this one.
        """
        under_way: deque[tuple[Future[_T], tuple[Any, ...]]] = deque()
        for arguments in jobs:
            under_way.append((self.submit(work, *arguments), arguments))
            if len(under_way) >= AHEAD * self.count:
                yield _result(work, *under_way.popleft())
        while under_way:
            yield _result(work, *under_way.popleft())

    def is_running(self) -> bool:
        """Whether it has processes already: they start with the first jobs."""
        return bool(self._workers)

    def _ask(self, work: Callable[..., Any], arguments: tuple[object, ...]) -> Any:
        status = None
        for _ in range(TRIES):
            worker = self._worker()
            try:
                worker.connection.send((work, arguments, self._limit_s))
                result = worker.connection.recv()
            except (EOFError, OSError):
                status = self._reap(worker)
                continue
            if isinstance(result, _Raised):
                raise RuntimeError(f"in a worker:\n{result}")
            return result
        raise WorkerLost(_how_it_ended(status, self._limit_s))

    def _worker(self) -> _Worker:
        """The process of this thread, started where there is none."""
        me = threading.get_ident()
        with self._lock:
            if self._closed:
                raise _Closed
            if me not in self._workers:
                self._workers[me] = _Worker()
            return self._workers[me]

    def _reap(self, worker: _Worker) -> int | None:
        with self._lock:
            if self._closed:
                raise _Closed
            del self._workers[threading.get_ident()]
            worker.connection.close()
            worker.process.join()
            return worker.process.exitcode


class _Worker:
    """One process and the parent's end of its pipe."""

    def __init__(self) -> None:
        self.connection, theirs = _SPAWN.Pipe()
        self.process: SpawnProcess = _SPAWN.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()  # the child alone holds it: its end is seen as the end of the pipe


def _leave_interrupts_to_main() -> None:
    """Ctrl-C is for the parent; a process that is started here inherits the mask."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])


def _serve(connection: Connection[Any, Any]) -> None:
    """What a process does: jobs, until the pipe ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends the process, whatever it is at
    while True:
        try:
            work, arguments, limit_s = connection.recv()
            signal.setitimer(signal.ITIMER_REAL, limit_s)
            result = _done(work, arguments)
            signal.setitimer(signal.ITIMER_REAL, 0)
            connection.send(result)
        except (EOFError, BrokenPipeError):
            return


def _done(work: Callable[..., object], arguments: tuple[object, ...]) -> object:
    try:
        return work(*arguments)
    except Exception:  # noqa: BLE001 - raised again by the parent
        return _Raised(traceback.format_exc())


def _result(work: Callable[..., _T], future: Future[_T], arguments: tuple[Any, ...]) -> _T:
    try:
        return future.result()
    except WorkerLost:
        return work(*arguments)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _how_it_ended(status: int | None, limit_s: float) -> str:
    if status == -signal.SIGALRM:
        return f"took longer than {limit_s:g} s"
    if status is not None and status < 0:
        return f"ended its process by {signal.Signals(-status).name}"
    return f"ended its process with status {status}"
