"""Reported speech by a parse: what it adds, and what is said where it is not installed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from searchkit.archive import open_archive
from searchkit.cli import cli
from searchkit.errors import UsageError
from searchkit.ingest import choose_parser, parser_of
from searchkit.records import Document, Statement
from searchkit.segment import check_parser, parsed, segment
from tests.attribution import our_statements, read_labelled, score

NOT_HERE = "parser 'spacy' needs the package 'spacy'. Run: pip install 'searchkit[spacy]'"


def spoken(text: str, parser: parsed.Parser) -> list[Statement]:
    return [s for p in segment(Document("d", text), parser) for s in p.statements]


@pytest.fixture
def spacy_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed.load.cache_clear()
    monkeypatch.setitem(sys.modules, "spacy", None)


@pytest.fixture
def spacy_here() -> None:
    pytest.importorskip("spacy", reason="the extra 'spacy' is not installed")
    try:
        parsed.load()
    except UsageError as error:
        pytest.skip(str(error))


@pytest.mark.usefixtures("spacy_missing")
def test_a_missing_parser_is_told_with_what_to_install() -> None:
    with pytest.raises(UsageError) as caught:
        check_parser("spacy")
    assert str(caught.value) == NOT_HERE
    check_parser("rules")


@pytest.mark.usefixtures("spacy_missing")
def test_the_command_names_the_missing_package(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Lena Oduya said that it rains.", encoding="utf-8")
    done = CliRunner().invoke(cli, ["segment", "--parser", "spacy", str(tmp_path / "a.txt")])
    assert isinstance(done.exception, UsageError)
    assert str(done.exception) == NOT_HERE


@pytest.mark.usefixtures("spacy_missing")
def test_an_archive_takes_no_page_with_a_parser_that_is_missing(tmp_path: Path) -> None:
    with open_archive(tmp_path, write=True) as archive:
        with pytest.raises(UsageError, match="searchkit"):
            choose_parser(archive, "spacy")
        assert parser_of(archive) == "rules"
        archive.set_setting("parser", "spacy")  # as chosen where it was installed
        with pytest.raises(UsageError, match="searchkit"):
            choose_parser(archive)


@pytest.mark.usefixtures("spacy_here")
def test_an_archive_keeps_its_parser(tmp_path: Path) -> None:
    with open_archive(tmp_path, write=True) as archive:
        choose_parser(archive, "spacy")
        choose_parser(archive)
        assert parser_of(archive) == "spacy"


@pytest.mark.usefixtures("spacy_here")
@pytest.mark.parametrize(
    ("text", "speaker", "words"),
    [
        (
            "Ana Ruiz held a long conference call to argue that the river belongs to both banks.",
            "Ana Ruiz", "the river belongs to both banks",
        ),
        (
            "Lena Oduya flew home after she warned the council that the dam is not safe.",
            "Lena Oduya", "the dam is not safe",
        ),
        (
            "Lena Oduya is the minister. Her often repeated and widely doubted claim that the "
            "river is empty was read out.",
            "Lena Oduya", "the river is empty",
        ),
    ],
)  # fmt: skip
def test_a_parse_finds_what_word_order_does_not(text: str, speaker: str, words: str) -> None:
    assert spoken(text, "rules") == []
    [found] = spoken(text, "spacy")
    assert (found.speaker, found.text, found.kind) == (speaker, words, "reported")


@pytest.mark.usefixtures("spacy_here")
def test_a_statement_within_a_statement_is_somebody_elses() -> None:
    text = "Ana Ruiz, the mayor, said the council of Karvel had denied that the bridge was closed."
    outer, inner = spoken(text, "spacy")
    assert outer.speaker == "Ana Ruiz"
    assert (inner.speaker, inner.text) == ("council of Karvel", "the bridge was closed")


@pytest.mark.usefixtures("spacy_here")
@pytest.mark.parametrize(
    "text",
    [
        "Nobody can say whether the bridge will hold.",
        "They visited the old prison, dubbed the “Karvel Hotel”, on Monday.",
        "The agency has data which showed that the harbour is growing.",
        "I think that it will rain.",
    ],
)
def test_a_parse_makes_no_speech_of_what_is_none(text: str) -> None:
    assert spoken(text, "spacy") == []


@pytest.mark.usefixtures("spacy_here")
def test_a_long_line_is_not_parsed() -> None:
    line = "Lena Oduya flew home after she warned that the dam is not safe, " * 40
    assert len(line) > parsed.LONGEST_SENTENCE
    assert spoken(line, "spacy") == spoken(line, "rules")


@pytest.mark.usefixtures("spacy_here")
def test_a_parse_finds_more_in_the_news(measuring_data: Path) -> None:
    documents = list(read_labelled(measuring_data / "data/polnear/dev.jsonl.gz"))[::6]
    rules = score(documents, our_statements, "reported")
    parse = score(documents, lambda d: our_statements(d, "spacy"), "reported")
    assert parse.matched / parse.gold >= rules.matched / rules.gold + 0.03
