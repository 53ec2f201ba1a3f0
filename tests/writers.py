"""Engines in processes of their own: one writer, killed or watched, and what they all hold."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

from searchkit.engines import ENGINES, Engine
from searchkit.query import Everything, Or, Phrase, Prefix, Term
from searchkit.records import Entry
from tests.entries import sample

ROOT = Path(__file__).resolve().parent.parent
EVERY_KIND = Or(
    (
        Everything(),
        Term("text", "grain"),
        Phrase("text", (("peace",), ("talk",)), 3),
        Prefix("title", "=s"),
    )
)

PRELUDE = """
import os, signal, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from searchkit.engines import ENGINES
from tests.entries import entry, sample
folder = Path(sys.argv[2])
engine = ENGINES[sys.argv[1]](folder)
"""

HOLDER = """
def slow():
    yield entry("h:1", "grain")
    print("holding", flush=True)
    time.sleep(60)
engine.update([], slow(), 5)
"""


def updated(
    name: str, folder: Path, entries: list[Entry] | None = None, revision: int = 1
) -> Engine:
    """An engine of that name in this very folder, with 200 entries or these."""
    engine = ENGINES[name](folder)
    engine.update([], sample()[:200] if entries is None else entries, revision)
    return engine


def start(name: str, folder: Path, script: str) -> subprocess.Popen[str]:
    """A process that runs the script, which has an ``engine`` of that name in the folder."""
    code = PRELUDE + textwrap.dedent(script)
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", code, name, folder, ROOT],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Status, output and errors of a process, once it has ended."""
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def await_line(process: subprocess.Popen[str], line: str) -> None:
    """Wait for a line that the process writes, and check it."""
    assert process.stdout is not None
    assert process.stdout.readline().strip() == line
