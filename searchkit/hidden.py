"""Characters that no reader sees, and JSON that shows them.

Fetched text is hostile: it may hold escape sequences that clear the screen, and controls
that hide text or turn a sentence round.  What takes their place is for who prints them to say.
"""

from __future__ import annotations

import re
from typing import Any

HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\ufffe\uffff\U000e0000-\U000e007f\ud800-\udfff]"
)
"""C0 but tab and newline, DEL, C1, bidi controls, zero-width marks that hide or reorder text,
tag characters, line and paragraph separators, lone surrogates, what is no character.
Joiners (200C, 200D) stay: Persian and many Indian scripts are spelt with them."""


def to_json(value: Any) -> str:
    r"""One line of JSON, readable letters, hidden characters as ``\u`` escapes.

    >>> to_json({"t": "é\x9b"})
    '{"t": "é\\u009b"}'
    """
    import json  # what is printed as text pays for none

    return HIDDEN.sub(_escape, json.dumps(value, ensure_ascii=False))


def _escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
