"""From the archive to the engine: what is indexed, in which batches, and what a stop costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from searchkit.archive import Archive, open_archive
from searchkit.engines import Engine, Found, Sort, open_engine
from searchkit.errors import IndexProblem, SearchkitError
from searchkit.indexer import build_entry, rebuild_index, update_index
from searchkit.query import DayRange, Everything, Keyword, Node, Phrase, Term
from searchkit.records import Document, Entry, Given, Page, Passage
from searchkit.urls import document_id

LATER = datetime(2025, 1, 2, tzinfo=UTC)


def document(name: str, *paragraphs: str, **fields: Any) -> Document:
    return Document(document_id(name), "\n\n".join(paragraphs), **({"language": "en"} | fields))


def passages_of(document: Document, **fields: Any) -> list[Passage]:
    found, start = [], 0
    for number, text in enumerate(document.text.split("\n\n")):
        values = {"kind": "direct", **fields}
        end = start + len(text)
        found.append(Passage(f"{document.id}:{number}", document.id, start, end, text, **values))
        start = end + 2
    return found


def keep(archive: Archive, document: Document, **fields: Any) -> None:
    body = repr(document).encode()
    given = Given(source=document.source)
    capture = archive.capture(Page(body, document.id, "text/plain", LATER), given)
    archive.keep(capture, document, passages_of(document, **fields))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path, write=True) as opened:
        yield opened


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine("whoosh", tmp_path)
    yield opened
    opened.close()


def ids(engine: Engine, node: Node) -> set[str]:
    return {passage_id for passage_id, _ in engine.search(node, limit=1000).rows}


class TestEntry:
    DOCUMENT = document(
        "a",
        "The corridor stays open.",
        title="Grain talks",
        url="https://www.mfa.example/press/1",
        published="2024-09",
        form="statement",
        language="en-GB",
    )
    PASSAGE = passages_of(
        DOCUMENT,
        speaker="Ana Perez",
        speaker_mention="the minister",
        role="Foreign Minister",
        affiliation="Ministry of Grain",
        country="QA",
        via="role",
    )[0]

    def entry(self, **fields: Any) -> Entry:
        values: dict[str, Any] = {"passage": self.PASSAGE, "document": self.DOCUMENT}
        return build_entry(**({"sources": ["MFA", "Wire"]} | values | fields))

    def test_text_holds_title_and_speaker_behind_gaps(self) -> None:
        words = [position[1:] or "|" for position in self.entry().terms["text"]]
        exact = " ".join("".join(word).removeprefix("=") for word in words)
        assert exact == "the corridor stays open | grain talks | ana perez | the minister"

    def test_fields_have_stem_and_exact_form(self) -> None:
        terms = self.entry().terms
        assert terms["title"] == (("grain", "=grain"), ("talk", "=talks"))
        assert terms["speaker"] == (("ana", "=ana"), ("perez", "=perez"))
        assert terms["source"] == (("mfa", "=mfa"), (), ("wire", "=wire"))
        assert terms["role"][1][1] == "=minister"
        assert terms["affiliation"][2] == ("grain", "=grain")

    def test_what_is_named_and_how_sure_it_is(self) -> None:
        text = "Germany and the OSCE met in Ankara."
        passage = Passage("d:1", "d", 0, len(text), text, "direct", confidence=0.849)
        entry = build_entry(passage, Document(id="d", text=text), ())
        assert entry.keywords["mentions"] == ("DE", "OSCE", "TR")
        assert entry.keywords["confidence"] == ("085",)

    def test_keywords_and_days(self) -> None:
        entry = self.entry()
        assert entry.keywords == {
            "country": ("QA",),
            "kind": ("direct",),
            "language": ("en",),
            "form": ("statement",),
            "via": ("role",),
            "document": (self.DOCUMENT.id,),
            "site": ("mfa.example",),
            "source": ("MFA", "Wire"),
            "speaker": ("Ana Perez",),
        }
        assert (entry.first_day, entry.last_day) == (20240901, 20240930)

    def test_what_is_unknown_is_absent(self) -> None:
        plain = document("b", "Peace.", language=None)
        entry = self.entry(document=plain, passage=passages_of(plain)[0], sources=[])
        assert set(entry.terms) == {"text"}
        assert set(entry.keywords) == {"kind", "document"}
        assert (entry.first_day, entry.last_day) == (None, None)

    def test_a_speaker_named_twice_counts_once(self) -> None:
        named = passages_of(self.DOCUMENT, speaker="Ana", speaker_mention="Ana")[0]
        assert self.entry(passage=named).terms["text"][-2:] == ((), ("ana", "=ana"))

    def test_what_is_no_date_is_undated(self) -> None:
        odd = document("c", "Peace.", published="2024-13")
        assert self.entry(document=odd, passage=passages_of(odd)[0]).first_day is None


def test_index_follows_the_archive(archive: Archive, engine: Engine) -> None:
    first = document("a", "Grain talks go on.", "The border is open.", published="2024-09-17")
    keep(archive, first)
    keep(archive, document("b", "Peace talks begin."))
    assert update_index(archive, engine) == 3
    assert engine.revision() == archive.revision()
    assert ids(engine, Term("text", "talk")) == {f"{first.id}:0", f"{document_id('b')}:0"}
    assert ids(engine, DayRange(20240917, 20240917)) == {f"{first.id}:0", f"{first.id}:1"}

    keep(archive, document("a", "Grain talks are over."))
    archive.remove(document_id("b"))
    assert update_index(archive, engine) == 1
    assert engine.revision() == archive.revision()
    assert ids(engine, Everything()) == {f"{first.id}:0"}
    assert ids(engine, Phrase("text", (("talk",), ("=are",), ("=over",)))) == {f"{first.id}:0"}
    assert update_index(archive, engine) == 0


def test_an_empty_archive_makes_an_empty_index(archive: Archive, engine: Engine) -> None:
    assert update_index(archive, engine) == 0
    assert (engine.size(), engine.revision()) == (0, 0)


def test_a_document_is_found_under_all_its_sources(archive: Archive, engine: Engine) -> None:
    keep(archive, document("a", "Peace.", source="Wire Service"))
    update_index(archive, engine)
    keep(archive, document("a", "Peace.", source="Daily"))
    update_index(archive, engine)
    for word in ("=wire", "=daily"):
        assert ids(engine, Term("source", word)) == {f"{document_id('a')}:0"}


class Recorder:
    """An engine that notes its updates, and fails after as many as it is told."""

    name = "recorder"

    def __init__(self, fails_after: int = 1000) -> None:
        self.updates: list[tuple[list[str], list[str], int]] = []
        self.fails_after = fails_after

    def revision(self) -> int:
        return self.updates[-1][2] if self.updates else 0

    def update(self, document_ids: Iterable[str], entries: Iterable[Entry], revision: int) -> int:
        if len(self.updates) == self.fails_after:
            raise SearchkitError("the disk is full")
        assert not isinstance(entries, list | tuple) or not entries
        written = [entry.passage_id for entry in entries]
        self.updates.append((list(document_ids), written, revision))
        return len(written)

    def search(self, node: Node, *, limit: int, offset: int = 0, sort: Sort = "relevance") -> Found:
        raise NotImplementedError

    def counts(self, node: Node, fields: Sequence[str]) -> dict[str, dict[str | None, int]]:
        raise NotImplementedError

    def words(self, field: str, prefix: str, limit: int) -> list[str]:
        raise NotImplementedError

    def size(self) -> int:
        raise NotImplementedError

    def check(self) -> list[str]:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


@pytest.fixture
def filled(archive: Archive) -> Archive:
    for number in range(7):
        texts = [f"Text {number} part {part}." for part in range(3)]
        keep(archive, document(str(number), *texts))
    archive.remove(document_id("6"))
    return archive


def test_batches_end_between_documents(filled: Archive) -> None:
    recorder, told = Recorder(), list[int]()
    assert update_index(filled, recorder, batch=5, on_progress=told.append) == 18
    assert [(len(d), len(p)) for d, p, _ in recorder.updates] == [(2, 6), (2, 6), (2, 6), (1, 0)]
    assert told == [3] * 6
    revisions = [revision for _, _, revision in recorder.updates]
    assert revisions == sorted(set(revisions))
    assert revisions[-1] == filled.revision()
    for document_ids, passage_ids, _ in recorder.updates[:-1]:
        assert {p.partition(":")[0] for p in passage_ids} == set(document_ids)
    assert recorder.updates[-1][0] == [document_id("6")]


def test_a_run_that_failed_goes_on_from_its_last_commit(filled: Archive) -> None:
    recorder, undisturbed = Recorder(fails_after=2), Recorder()
    update_index(filled, undisturbed, batch=5)
    with pytest.raises(SearchkitError, match="the disk is full"):
        update_index(filled, recorder, batch=5)
    recorder.fails_after = 1000
    assert update_index(filled, recorder, batch=5) == 6
    assert recorder.updates == undisturbed.updates


def test_an_engine_ahead_of_its_archive_is_refused(archive: Archive, engine: Engine) -> None:
    engine.update((), (), 99)
    with pytest.raises(IndexProblem, match=r"revision 99, the archive has only 0\. .*--rebuild"):
        update_index(archive, engine)
    assert rebuild_index(archive, archive.path.parent, "whoosh") == 0
    assert engine.revision() == 0


def test_rebuild_gives_what_updates_gave(filled: Archive, engine: Engine, tmp_path: Path) -> None:
    update_index(filled, engine, batch=5)
    nodes: list[Node] = [
        Everything(),
        Term("text", "part"),
        Keyword("document", (document_id("3"),)),
    ]
    before = [engine.search(node, limit=100) for node in nodes]
    assert rebuild_index(filled, tmp_path, "whoosh") == 18
    assert [engine.search(node, limit=100) for node in nodes] == before
    assert engine.revision() == filled.revision()
    assert engine.check() == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "whoosh"]


def _break_commit(folder: Path) -> None:
    (folder / "commit").write_bytes(b"")


def _remove_commit(folder: Path) -> None:
    (folder / "commit").unlink()


def _be_a_file(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    folder.write_bytes(b"no index")


@pytest.mark.parametrize("harm", [_break_commit, _remove_commit, _be_a_file])
def test_rebuild_needs_nothing_of_a_broken_index(
    filled: Archive, engine: Engine, tmp_path: Path, harm: Any
) -> None:
    update_index(filled, engine)
    harm(tmp_path / "whoosh")
    with pytest.raises(IndexProblem, match="searchkit index --rebuild"):
        engine.size()
    assert rebuild_index(filled, tmp_path, "whoosh") == 18
    assert engine.size() == 18


def test_rebuild_takes_away_what_a_killed_rebuild_left(filled: Archive, tmp_path: Path) -> None:
    left = tmp_path / ".rebuild" / "whoosh"
    left.mkdir(parents=True)
    (left / "commit").write_bytes(b"half")
    assert rebuild_index(filled, tmp_path, "whoosh") == 18
    assert not left.parent.exists()


def test_rebuild_that_cannot_write_is_an_error_in_words(filled: Archive, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"a file where a folder should be")
    with pytest.raises(SearchkitError, match=r"index '.*whoosh' cannot be rebuilt: Not a dir"):
        rebuild_index(filled, tmp_path / "other", "whoosh")
