"""Sources to crawl: files of `[[source]]` tables in, checked records out.

`read_sources` gives the `Source`s of a file or folder, `read_rules` only the cleaning rules
in them, by site; the files are described in docs/seeds.md.  Whatever is wrong in a file is
told with file, source and key, and with what would work.  Nothing is fetched here.
"""

from __future__ import annotations

from searchkit.seeds.patterns import Glob
from searchkit.seeds.reading import (
    check_sources,
    default_seeds,
    read_rules,
    read_sources,
)
from searchkit.seeds.sources import KINDS, Kind, ListPage, Source

__all__ = [
    "KINDS",
    "Glob",
    "Kind",
    "ListPage",
    "Source",
    "check_sources",
    "default_seeds",
    "read_rules",
    "read_sources",
]
