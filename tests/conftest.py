"""Fixtures that many tests use: the command line as a user runs it, and the data paths."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "seeds" / "samples"
MEASURING_DATA = ROOT.parent / "shared"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """``run("search", "word")`` runs the command in a process, on an index of its own."""

    def call(
        *arguments: str | Path, stdin: str | bytes | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("SEARCHKIT", "COLUMNS"))}
        settings = {"SEARCHKIT_INDEX": str(tmp_path / "index"), "NO_COLOR": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "searchkit", *map(str, arguments)],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            env=clean | settings | environment,
            cwd=tmp_path,
            timeout=120,
            check=False,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    return call


def measured(place: str) -> Path:
    """A path of the measuring data, for a benchmark; ends it, by name, where that is missing."""
    path = MEASURING_DATA / "data" / place
    if not path.exists():
        print("skipped: the measuring data is not here")
        raise SystemExit(0)
    return path


@pytest.fixture(autouse=True, scope="session")
def ctrl_c_reaches_processes() -> None:
    """A test run in the background of a shell ignores SIGINT, and so would all it starts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def measuring_data() -> Path:
    """The folder of measuring data; the test is skipped, by name, where it is missing."""
    if not (MEASURING_DATA / "data").is_dir():
        pytest.skip("the measuring data is not here")
    return MEASURING_DATA
