"""``searchkit segment``: the passages of one text, who said each, and the evidence."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from searchkit.cli.terminal import mark, one_line, out, to_json, use_colour, wrap
from searchkit.cli.terminal import style as styled
from searchkit.errors import InputError
from searchkit.inputs import read_page
from searchkit.inputs.files import open_regular, os_reason, printable_path
from searchkit.inputs.limits import MAX_PAGE_BYTES, TOO_LARGE
from searchkit.records import Document, Given, Passage, Statement

if TYPE_CHECKING:
    from searchkit.segment import Parser

EXAMPLES = """\b
Examples:
  searchkit segment statement.html
  searchkit segment --format jsonl briefing.txt | jq -r 'select(.speaker == null).text'
  searchkit segment --plain --title "Remarks by Minister Oduya" --format jsonl speech.txt
"""


@click.command("segment", epilog=EXAMPLES)
@click.argument("target", metavar="FILE|-")
@click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text")
@click.option("--plain", is_flag=True, help="The text is clean already: keep its offsets.")
@click.option("--title", help="The title, where the text does not hold it.")
@click.option("--source", help="Who published it.")
@click.option("--speaker", help="Who speaks, where that is known beside the text.")
@click.option("--role", help="The speaker's office.")
@click.option("--country", help="The speaker's country, name or code.")
@click.option("--lang", "language", help="Language code (en, fr, ru ...), if you know it.")
@click.option(
    "--parser", type=click.Choice(["rules", "spacy"]), default="rules", show_default=True,
    help="spacy parses English sentences that report: finds more, 15 times slower.",
)  # fmt: skip
def command(target: str, form: str, *, plain: bool, parser: Parser, **facts: str | None) -> None:
    """Show the passages of a text: who said it, in whose name, and how that was found.

    Offsets count characters of the cleaned text, or of the file's own with --plain.
    """
    given = Given(**{name: value or None for name, value in facts.items()})
    document = _plain_document(target, given) if plain else _cleaned(target, given)
    from searchkit.segment import segment

    passages = segment(document, parser)
    if form == "jsonl":
        for passage in passages:
            out(to_json(passage_fields(passage)))
        return
    for passage in passages:
        _print_passage(passage)


def _cleaned(target: str, given: Given) -> Document:
    from searchkit.clean import clean_page

    page = read_page(target)
    if isinstance(page, InputError):
        raise page
    return clean_page(page, given)


def _plain_document(target: str, given: Given) -> Document:
    """The file's own characters, in UTF-8; raises InputError where they are not."""
    origin = "stdin" if target == "-" else printable_path(target)
    try:
        text = _read_bytes(target, origin).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            origin, f"is not UTF-8 at byte {error.start}. Leave out --plain to have it read"
        ) from error
    if not text.strip():
        raise InputError(origin, "holds no text")
    language = given.language or _language(text)
    return Document(
        "plain", text, title=given.title, source=given.source, speaker=given.speaker,
        role=given.role, country=given.country, language=language,
    )  # fmt: skip


def _language(text: str) -> str | None:
    from searchkit.clean.language import detect_language

    return detect_language(text)


def _read_bytes(target: str, origin: str) -> bytes:
    try:
        if target == "-":
            body = sys.stdin.buffer.read(MAX_PAGE_BYTES + 1)
        else:
            with open_regular(target) as stream:
                body = stream.read(MAX_PAGE_BYTES + 1)
    except OSError as error:
        raise InputError(origin, os_reason(error)) from error
    if len(body) > MAX_PAGE_BYTES:
        raise InputError(origin, TOO_LARGE)
    return body


FIELDS = (
    "start", "end", "kind", "speaker", "speaker_mention", "role", "affiliation", "cue", "via",
    "confidence", "text",
)  # fmt: skip


def passage_fields(passage: Passage) -> dict[str, Any]:
    """A passage as a line of JSON gives it: absent is null; statements have the same fields."""
    fields = {name: getattr(passage, name) for name in FIELDS}
    return fields | {"statements": [statement_fields(s) for s in passage.statements]}


def statement_fields(statement: Statement) -> dict[str, Any]:
    """A statement as JSON gives it."""
    return {name: getattr(statement, name) for name in FIELDS}


def _print_passage(passage: Passage) -> None:
    colour = use_colour(sys.stdout)
    head = f"{passage.start}-{passage.end}  {passage.kind}"
    if not passage.statements:
        out(styled(head, "2", colour=colour))
    for statement in passage.statements:
        place = head if statement is passage.statements[0] else " " * len(head)
        out(f"{styled(place, '2', colour=colour)}  {styled(who(statement), '1', colour=colour)}")
    marks = [(s.start - passage.start, s.end - passage.start) for s in passage.statements]
    whole = marks == [(0, len(passage.text))]
    text = mark(passage.text, [] if whole else _apart(marks), colour=colour)
    out(wrap(text, "    ") + "\n")


def _apart(marks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Marks without those that begin inside another."""
    kept: list[tuple[int, int]] = []
    for start, end in marks:
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def who(statement: Statement) -> str:
    """Speaker, office and whom for, then the evidence, on one line.

    >>> who(Statement(0, 2, "No", "direct", "Ana Ruiz", "she", "Minister", "Peru", "said",
    ...     "pronoun", 0.75))
    'Ana Ruiz, Minister, Peru (pronoun "she", said, 0.75)'
    >>> who(Statement(0, 2, "No", "direct"))
    'nobody named'
    """
    parts = [statement.speaker, statement.role, statement.affiliation]
    named = ", ".join(dict.fromkeys(part for part in parts if part)) or "nobody named"
    mention = statement.speaker_mention
    by: str = statement.via or ""
    if mention and mention != statement.speaker:
        by = f'{by} "{mention}"'.strip()
    sure = None if statement.confidence is None else f"{statement.confidence:g}"
    evidence = ", ".join(part for part in (by, statement.cue, sure) if part)
    return one_line(named + (f" ({evidence})" if evidence else ""))
