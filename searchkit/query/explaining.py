"""Why a passage has its score: the leaves of a query that match it, with what each adds.

In comes the tree an engine was asked, and a function that tells a node's score for one
passage; out go reasons whose scores add up to that of the passage.  What is a filter
adds nothing and is no reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from searchkit.query.nodes import And, Best, Near, Node, Or, Phrase, Prefix, Ranked, Term
from searchkit.records import Reason

ScoreOf = Callable[[Node], float | None]
"""A node's score for the passage in question; None where it does not match."""


def explain(node: Node, score_of: ScoreOf) -> tuple[Reason, ...]:
    """The reasons for a passage's score, what it was found by before what only ranks it.

    >>> explain(Or((Term("text", "sanction"), Term("title", "x"))), {}.get)
    ()
    >>> explain(Term("text", "=sanctions"), lambda node: 2.5)
    (Reason(field='text', what='sanctions', how='as written', score=2.5),)
    """
    return tuple(_reasons(node, score_of))


def _reasons(node: Node, score_of: ScoreOf) -> Iterator[Reason]:
    match node:
        case Ranked(part, evidence) if score_of(node) is not None:
            for piece in (part, *evidence):
                yield from _reasons(piece, score_of)
        case And(parts) | Or(parts) if score_of(node) is not None:
            for part in parts:
                yield from _reasons(part, score_of)
        case Best(parts):
            scored = [(score, part) for part in parts if (score := score_of(part)) is not None]
            if scored:
                # Of equal ones the first, as the engine has it.
                yield from _reasons(max(scored, key=lambda pair: pair[0])[1], score_of)
        case Term() | Phrase() | Near() | Prefix():
            if (score := score_of(node)) is not None:
                what, how = _told(node)
                yield Reason(node.field, what, how, score)


def _told(node: Term | Phrase | Near | Prefix) -> tuple[str, str]:
    """What a leaf asks for, and in which way.

    >>> _told(Near("text", (("grain",),), (("corridor",),), 8))
    ('grain … corridor', 'within 8 words')
    """
    match node:
        case Term(term=term):
            return term.removeprefix("="), "as written" if term.startswith("=") else "any form"
        case Phrase(positions=positions):
            return _words(positions), "side by side"
        case Near(left=left, right=right, distance=distance):
            return f"{_words(left)} … {_words(right)}", f"within {distance} words"
        case Prefix(prefix=prefix):
            return prefix.removeprefix("=") + "*", "begins so"


def _words(positions: tuple[tuple[str, ...], ...]) -> str:
    return " ".join(terms[0].removeprefix("=") for terms in positions)
