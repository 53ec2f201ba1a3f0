"""The Python API: what it exports, what importing it costs, and the examples of its page."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path

import pytest

import searchkit
from searchkit.archive import open_archive
from searchkit.cli.index import bring_up
from searchkit.ingest import add_pages
from searchkit.inputs import iter_pages
from searchkit.records import Given
from tests.conftest import ROOT, SAMPLES

EXPORTED = """
    Copy Counted Document Facet Filters Hit Index Passage QueryError Results SearchkitError
    Snippet Statement UsageError open_index
""".split()


def test_what_is_exported() -> None:
    assert searchkit.__all__ == EXPORTED
    assert set(EXPORTED) <= set(dir(searchkit))
    for name in EXPORTED:
        assert getattr(searchkit, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'oracle'"):
        searchkit.oracle  # noqa: B018


def test_importing_it_imports_nothing_else() -> None:
    code = "import sys, searchkit; print(*[m for m in sys.modules if 'searchkit' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["searchkit"]


@pytest.fixture(scope="module")
def sample_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples") / "index"
    with open_archive(folder, write=True) as archive:
        for path in sorted([*SAMPLES.glob("*.html"), *SAMPLES.glob("*.txt")]):
            list(add_pages(archive, iter_pages(str(path)), Given()))
        bring_up(archive, folder)
    return folder


def test_the_page_on_python(sample_index: Path) -> None:
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    examples = doctest.DocTestParser().get_doctest(
        text, {"path": sample_index}, "python.md", "docs/python.md", 0
    )
    assert len(examples.examples) > 10
    runner = doctest.DocTestRunner(verbose=False)
    told: list[str] = []
    runner.run(examples, out=told.append)
    assert runner.failures == 0, "".join(told)
