"""searchkit: search what governments said.

The search as a library: `open_index` gives an `Index`, its `search` gives `Results`.
Names are imported when they are first used; ``import searchkit`` costs nothing.
docs/python.md shows it at work.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from searchkit.errors import QueryError, SearchkitError, UsageError
    from searchkit.records import (
        Copy,
        Counted,
        Document,
        Facet,
        Hit,
        Passage,
        Results,
        Snippet,
        Statement,
    )
    from searchkit.search import Filters, Index, open_index

__all__ = [
    "Copy",
    "Counted",
    "Document",
    "Facet",
    "Filters",
    "Hit",
    "Index",
    "Passage",
    "QueryError",
    "Results",
    "SearchkitError",
    "Snippet",
    "Statement",
    "UsageError",
    "open_index",
]

_HOMES = {
    **dict.fromkeys(["Filters", "Index", "open_index"], "searchkit.search"),
    **dict.fromkeys(["QueryError", "SearchkitError", "UsageError"], "searchkit.errors"),
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'searchkit' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES.get(name, "searchkit.records")), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
