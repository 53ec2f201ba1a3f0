"""The version of searchkit: the one place that states it, which pyproject.toml reads.

The metadata of the installed package tells it, too, through `importlib.metadata`, which
takes a third of a short command's time.
"""

from __future__ import annotations

VERSION = "0.1.0"
