"""The query language: text to a tree, the tree to words, the tree to engine terms.

`parse_query` reads what a person types, `compile_query` turns it into the nodes that
an engine is asked, `compile_notes` tells what that added, `wanted` says what to mark.
docs/query.md is the language's specification.
"""

from __future__ import annotations

from searchkit.query.compiler import Compiler, Match, compile_notes, compile_query, wanted
from searchkit.query.nodes import (
    And,
    Best,
    DayRange,
    Everything,
    Keyword,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Ranked,
    Term,
)
from searchkit.query.reader import Query, parse_query, plain_query

__all__ = [
    "And",
    "Best",
    "Compiler",
    "DayRange",
    "Everything",
    "Keyword",
    "Match",
    "Near",
    "Node",
    "Not",
    "Or",
    "Phrase",
    "Prefix",
    "Query",
    "Ranked",
    "Term",
    "compile_notes",
    "compile_query",
    "parse_query",
    "plain_query",
    "wanted",
]
