"""What a command loads: nothing that it does not use, so that it answers at once.

Each command runs in a process of its own, on a small index, and lists its modules.  A new
package, or a part of ours that a command did not need before, is named by the failing test:
import it where it is used, or add it here with its cost in mind.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from searchkit.cli import run
from tests.conftest import ROOT

LISTED = """
import json, sys
from searchkit.cli import run
status = run(sys.argv[1:])
print(json.dumps([status, *sys.modules]), file=sys.stderr)
"""

# Third-party packages that each command may load.
PACKAGES = {
    "--version": {"click"},
    "search": {"click", "Stemmer"},
    "status": {"click", "Stemmer"},
}

# Parts of searchkit that each command may load; a package stands for its modules.
OURS = {"cli", "errors", "hidden", "version"}
SEARCH = OURS | {
    "analyzer",
    "archive",
    "engines",
    "query",
    "records",
    "search",
    "snippet",
    "stories",
}
PARTS = {
    "--version": OURS,
    "search": SEARCH,
    "status": SEARCH | {"urls"},
}

# Modules below a part that reading needs not: they bring what only writing needs.
WRITING = {
    "archive.check", "archive.copying", "archive.keeping", "archive.lock", "archive.warc",
    "cli.add", "cli.index",
}  # fmt: skip

# Parts of the standard library that take long to load, and that no question is answered with.
HEAVY = {
    "asyncio", "concurrent.futures", "csv", "ctypes", "decimal", "difflib", "email", "hashlib",
    "html", "http", "importlib.metadata", "importlib.resources", "logging", "multiprocessing",
    "pickle", "random", "shutil", "smtplib", "socket", "ssl", "subprocess", "tempfile", "textwrap",
    "tomllib", "unittest", "urllib.request", "xml", "zipfile", "zoneinfo",
}  # fmt: skip

# Whoosh's own modules load these (whoosh.compat has urllib.request); nothing of ours may.
OF_WHOOSH = {
    "decimal", "email", "hashlib", "html", "http", "pickle", "random", "shutil", "socket", "ssl",
    "tempfile", "urllib.request",
}  # fmt: skip

ENGINES = ["whoosh", "tantivy"]


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An index of each engine over one statement."""
    folder = tmp_path_factory.mktemp("startup")
    text = folder / "statement.txt"
    text.write_text("“The dam stays open,” Foreign Minister Ilva Marden said on Monday.\n")
    paths = {engine: folder / engine for engine in ENGINES}
    assert run(["--index", str(paths["whoosh"]), "add", "--workers", "1", str(text)]) == 0
    shutil.copytree(paths["whoosh"], paths["tantivy"])
    assert run(["--index", str(paths["tantivy"]), "index", "--engine", "tantivy"]) == 0
    return paths


def loaded(*arguments: str) -> set[str]:
    """The modules that a command has loaded when it is done."""
    done = subprocess.run(
        [sys.executable, "-c", LISTED, *arguments],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    status, *modules = json.loads(done.stderr.splitlines()[-1])
    assert status == 0, done.stderr
    return set(modules)


def packages(modules: set[str]) -> set[str]:
    """Third-party packages among modules; compiled ones bring helpers of their own names."""
    tops = {name.partition(".")[0] for name in modules} - sys.stdlib_module_names
    return {top for top in tops if not top.startswith("_")} - {
        "searchkit", "cython_runtime", "sitecustomize",
    }  # fmt: skip


def parts(modules: set[str]) -> set[str]:
    return {name.split(".")[1] for name in modules if name.startswith("searchkit.")}


def within(modules: set[str], names: set[str]) -> set[str]:
    """Which of these names are loaded, themselves or a module below them."""
    return {name for name in names if any(m == name or m.startswith(name + ".") for m in modules)}


def test_the_version_is_told_without_the_rest() -> None:
    modules = loaded("--version")
    assert packages(modules) == PACKAGES["--version"]
    assert parts(modules) == PARTS["--version"]
    assert not within(modules, HEAVY)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("command", ["search", "status"])
def test_a_command_loads_what_it_uses(indexes: dict[str, Path], command: str, engine: str) -> None:
    words = ["dam"] if command == "search" else []
    modules = loaded("--index", str(indexes[engine]), command, *words)
    assert packages(modules) == PACKAGES[command] | {engine}
    assert parts(modules) <= PARTS[command]
    ours = {name.removeprefix("searchkit.") for name in modules}
    assert not within(ours, WRITING)
    assert not within(ours, {f"engines.{other}" for other in ENGINES if other != engine})
    assert not within(modules, HEAVY - (OF_WHOOSH if engine == "whoosh" else set()))
