"""A message on the standard input of a command, as JSON.

The command is a list of arguments, no shell sees it.  Exit status 0 means taken, 75 that
another time may do, as does an end by a signal; any other refuses the message for good.
What it prints is read away; the last line of it says why it failed.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

from searchkit.deliver.jsonlines import render_json
from searchkit.deliver.records import Message
from searchkit.deliver.rendering import shortened
from searchkit.deliver.targets import SMTP_SETTING
from searchkit.errors import DeliveryError

_TEMPORARY = os.EX_TEMPFAIL  # 75
_KEPT_BYTES = 4096
_CHUNK = 65536
_PAUSE_S = 0.02
# What was killed is gone at once, but for one that a dead disk holds.
_END_S = 2.0


def run_command(message: Message, arguments: Sequence[str], deadline: float) -> None:
    """Run the command until it ends or the deadline does; raises DeliveryError."""
    name = arguments[0]
    try:
        process = _start(arguments)
    except (OSError, ValueError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
        raise DeliveryError(f"command {name!r}: {reason.lower()}", permanent=False) from exc
    try:
        printed = _converse(process, render_json(message).encode() + b"\n", deadline)
        status = process.poll()
    finally:
        _end(process)
    if status is None:
        raise DeliveryError(f"command {name!r} does not end; it was killed", permanent=False)
    if status != 0:
        raise _failure(name, status, printed)


def _start(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        list(arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # so that all it starts can be ended with it
        env={k: v for k, v in os.environ.items() if k != SMTP_SETTING},
    )


def _converse(process: subprocess.Popen[bytes], data: bytes, deadline: float) -> bytes:
    """Feed it and read it away; gives the end of what it printed.

    A child of the command may hold the pipe open: what counts is the command's own end.
    """
    assert process.stdin is not None
    assert process.stdout is not None
    printed = bytearray()
    left = memoryview(data)
    with selectors.DefaultSelector() as selector:
        for pipe, event in (
            (process.stdin, selectors.EVENT_WRITE),
            (process.stdout, selectors.EVENT_READ),
        ):
            os.set_blocking(pipe.fileno(), False)
            selector.register(pipe, event)
        while time.monotonic() < deadline:
            ended = process.poll() is not None
            ready = selector.select(0 if ended else _PAUSE_S) if selector.get_map() else []
            for key, _ in ready:
                if key.fileobj is process.stdin:
                    left = _feed(selector, process.stdin, left)
                else:
                    _read_away(selector, process.stdout, printed)
            if ended:
                break
            if not selector.get_map():
                time.sleep(_PAUSE_S)
    return bytes(printed)


def _feed(selector: selectors.BaseSelector, pipe: IO[bytes], left: memoryview) -> memoryview:
    """Write what the pipe takes; a command need not read, its exit status counts."""
    try:
        left = left[os.write(pipe.fileno(), left[:_CHUNK]) :]
    except BlockingIOError:
        return left
    except OSError:
        left = left[:0]
    if not left:
        selector.unregister(pipe)
        with suppress(OSError):
            pipe.close()
    return left


def _read_away(selector: selectors.BaseSelector, pipe: IO[bytes], printed: bytearray) -> None:
    data = os.read(pipe.fileno(), _CHUNK)
    if not data:
        selector.unregister(pipe)
    printed += data
    del printed[:-_KEPT_BYTES]


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the command, if it still runs, with all that it started."""
    if process.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_END_S)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


def _failure(name: str, status: int, printed: bytes) -> DeliveryError:
    lines = printed.decode("utf-8", "replace").split("\n")
    last = next((line for line in reversed(lines) if line.strip()), "")
    words = f": {shortened(last, 200)}" if last else ""
    if status < 0:
        return DeliveryError(f"command {name!r} died of signal {-status}{words}", permanent=False)
    permanent = status != _TEMPORARY
    return DeliveryError(f"command {name!r} ended with {status}{words}", permanent=permanent)
