"""Who said it: our rules beside a regex round quotation marks and beside textacy.

    python tests/bench/attribution.py DATA

DATA holds ``gold/dev.jsonl`` and ``polnear/dev.jsonl.gz``.  All read the same texts in the
same run.  textacy (``uv sync --group bench``, and a small English model of spaCy) is left
out by name where it is not installed; it finds direct quotations only.  So is our own
reading with a parse (``pip install 'searchkit[spacy]'``).
"""

from __future__ import annotations

import importlib
import re
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from searchkit.errors import UsageError
from searchkit.records import Statement
from searchkit.segment import check_parser
from tests.attribution import Found, our_statements, read_labelled, score
from tests.conftest import measured

SETS = {"diplomatic": "gold/dev.jsonl", "news": "polnear/dev.jsonl.gz"}
# “...” with a capitalised name and a verb of saying after it, or before it.
QUOTE = re.compile(r"[“\"](?P<words>[^“”\"]{15,2000})[”\"]")
NAME = r"(?P<name>[A-Z][\w’'-]+(?:\s[A-Z][\w’'-]+){0,3})"
VERB = r"(?:said|says|told|added|wrote|asked|noted|warned|stated|declared)"
AFTER = re.compile(rf"\s*(?:{VERB}\s(?:[a-z]+\s){{0,3}})?{NAME}(?:\s{VERB})?")
BEFORE = re.compile(rf"{NAME}\s{VERB}[^.“”\"]{{0,40}}[:,]?\s*$")


def by_regex(labelled: dict[str, Any]) -> list[Statement]:
    """Each quotation with the capitalised words beside it."""
    return list(_quoted(labelled["text"]))


def _quoted(text: str) -> Iterator[Statement]:
    for quote in QUOTE.finditer(text):
        beside = AFTER.match(text, quote.end()) or BEFORE.search(
            text, max(0, quote.start() - 80), quote.start()
        )
        start, end = quote.span("words")
        name = beside["name"] if beside else None
        yield Statement(start, end, text[start:end], "direct", name)


def by_textacy() -> Found | None:
    """What textacy's direct quotations are; None where it or a model is missing."""
    try:
        spacy = importlib.import_module("spacy")
        extract = importlib.import_module("textacy.extract")
    except ImportError:
        return None
    installed = [name for name in spacy.util.get_installed_models() if name.startswith("en_")]
    if not installed:
        return None
    model = spacy.load(installed[0])

    def found(labelled: dict[str, Any]) -> list[Statement]:
        try:
            quotes = list(extract.direct_quotations(model(labelled["text"])))
        except ValueError:  # an odd number of marks: it reads nothing of such a text
            return []
        return [
            Statement(
                quote.content.start_char + 1, quote.content.end_char - 1, str(quote.content),
                "direct", " ".join(str(word) for word in quote.speaker),
            )
            for quote in quotes
        ]  # fmt: skip

    return found


def by_parse() -> Found | None:
    """Our rules and then a parse; None where spaCy or a model is missing."""
    try:
        check_parser("spacy")
    except UsageError:
        return None
    return partial(our_statements, parser="spacy")


def main(folder: Path) -> None:
    """Print one line for each tool and set."""
    tools: dict[str, Found | None] = {
        "searchkit": our_statements, "with parse": by_parse(), "regex": by_regex,
        "textacy": by_textacy(),
    }  # fmt: skip
    print("set         tool       spans F  end to end  direct  reported recall     words/s")
    for name, path in SETS.items():
        documents = list(read_labelled(folder / path))
        words = sum(len(document["text"].split()) for document in documents)
        for tool, found in tools.items():
            if found is None:
                print(f"{name:12}{tool:11}not installed")
                continue
            begun = time.process_time()
            whole = score(documents, found)
            rate = words / (time.process_time() - begun)
            direct = score(documents, found, "direct")
            reported = score(documents, found, "reported")
            print(
                f"{name:12}{tool:11}{whole.spans:7.3f}{whole.end_to_end:12.3f}"
                f"{direct.end_to_end:8.3f}{reported.matched / reported.gold:17.3f}{rate:12,.0f}"
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else measured("."))
