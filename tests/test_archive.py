"""The archive: what goes in comes out again, and what is wrong with it is noticed."""

from __future__ import annotations

import itertools
import os
import sqlite3
import stat
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from searchkit import archive as archive_module
from searchkit.archive import Archive, open_archive, schema, warc
from searchkit.archive.check import Finding
from searchkit.archive.database import Database
from searchkit.archive.keeping import Kept
from searchkit.archive.reading import LIGHT_DOCUMENTS
from searchkit.archive.warc import Place, encode_page, iter_body
from searchkit.errors import ArchiveError, Busy, InputError, UsageError
from searchkit.records import (
    Certainty,
    Document,
    Form,
    Given,
    Kind,
    Page,
    Passage,
    Removed,
    Statement,
    Via,
)
from searchkit.urls import document_id, url_key

NOON = datetime(2024, 9, 17, 12, tzinfo=UTC)
NOTHING = Given()
TEXT = (
    "The minister of Norland spoke on grain.\n\n"
    "“The corridor must stay open,” Ada Example said.\n\n"
    "Nobody answered her."
)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Path]:
    """An index directory; its archive must pass the check when the test is over."""
    path = tmp_path / "index"
    yield path
    if path.exists():
        with open_archive(path) as archive:
            assert archive.check() == []


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """An archive of twenty documents, for tests that spoil it."""
    path = tmp_path / "damaged"
    with open_archive(path, write=True) as archive:
        for number in range(20):
            add(archive, f"https://norland.example/{number}", f"{TEXT}\n\nNote {number}.")
    return path


def page(body: bytes = b"<p>words", url: str | None = None, **more: object) -> Page:
    origin = url or "notes/a.html"
    return replace(Page(body, origin, "text/html", NOON, url=url), **more)  # type: ignore[arg-type]


def document(url: str, text: str = TEXT, **more: object) -> Document:
    made = Document(document_id(url_key(url)), text, url=url, title="On grain", published="2024-09")
    return replace(made, **{"language": "en"} | more)  # type: ignore[arg-type]


def passages(doc: Document) -> list[Passage]:
    """One passage a paragraph, ids made as the real ones are."""
    made: list[Passage] = []
    start = 0
    for paragraph in doc.text.split("\n\n"):
        end = start + len(paragraph)
        name = f"{doc.id}:{sha256(paragraph.encode()).hexdigest()[:6]}"
        made.append(Passage(name, doc.id, start, end, paragraph, "narration"))
        start = end + 2
    return made


def add(archive: Archive, url: str, text: str = TEXT, **more: object) -> Kept:
    doc = document(url, text, **more)
    capture = archive.capture(page(text.encode(), url), NOTHING)
    return archive.keep(capture, doc, passages(doc))


# Round trip ---------------------------------------------------------------------------

# Lone surrogates are no text: the archive refuses them in a document (tested below).
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
maybe = st.none() | words
moments = st.integers(0, 10**10).map(lambda ms: NOON + timedelta(milliseconds=ms))
headers = st.lists(st.tuples(words, words), max_size=4).map(tuple)
pages = st.builds(
    Page,
    body=st.binary(max_size=300),
    origin=words,
    media_type=words,
    fetched_at=moments,
    url=maybe | st.just("https://norland.example/a?b=c d\r\nX: y"),
    charset=maybe,
    status=st.none() | st.integers(0, 999),
    headers=headers,
)
givens = st.builds(Given, **{f.name: st.none() | st.text(max_size=9) for f in fields(Given)})


@st.composite
def documents(draw: st.DrawFn) -> tuple[Document, list[Passage]]:
    doc = draw(
        st.builds(
            Document,
            id=st.text("abcdefgh234567", min_size=12, max_size=12),
            text=words.map(lambda text: text * 3),
            **dict.fromkeys(
                ["url", "title", "published", "published_source", "modified", "language"], maybe
            ),
            **dict.fromkeys(["site", "source", "speaker", "role", "country"], maybe),
            published_certainty=st.none() | st.sampled_from(get_args(Certainty)),
            form=st.none() | st.sampled_from(get_args(Form)),
            authors=st.lists(words, max_size=3).map(tuple),
            warnings=st.lists(words, max_size=3).map(tuple),
            removed=st.lists(st.builds(Removed, words, words), max_size=3).map(tuple),
        )
    )
    cuts = sorted(draw(st.lists(st.integers(0, len(doc.text)), max_size=4, unique=True)))
    made = []
    for number, (start, end) in enumerate(itertools.pairwise(cuts)):
        made.append(draw(attributed(doc, number, start, end)))
    return doc, made


@st.composite
def attributed(draw: st.DrawFn, doc: Document, number: int, start: int, end: int) -> Passage:
    who = {
        "kind": draw(st.sampled_from(get_args(Kind))),
        "via": draw(st.none() | st.sampled_from(get_args(Via))),
        "confidence": draw(st.none() | st.floats(0, 1)),
        **{name: draw(maybe) for name in ["speaker", "speaker_mention", "role"]},
        **{name: draw(maybe) for name in ["affiliation", "cue"]},
    }
    inside = sorted(draw(st.lists(st.integers(start, end), min_size=2, max_size=2)))
    exact = doc.text[inside[0] : inside[1]]
    statement = Statement(inside[0], inside[1], draw(st.just(exact) | words), **who)
    return Passage(
        f"{doc.id}:{number}",
        doc.id,
        start,
        end,
        doc.text[start:end],
        country=draw(maybe),
        statements=draw(st.sampled_from([(), (statement,), (statement, statement)])),
        **who,
    )


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(pages, givens, documents())
def test_everything_kept_comes_out_again(
    index: Path, kept_page: Page, stated: Given, made: tuple[Document, list[Passage]]
) -> None:
    doc, parts = made
    with open_archive(index, write=True) as archive:
        known = archive.find_same(kept_page, stated)
        capture = archive.capture(kept_page, stated)
        archive.keep(capture, doc, parts)
        if known is None:
            assert archive.read_capture(capture) == (kept_page, stated)
        stored = archive.document(doc.id)
        assert stored is not None
        assert replace(stored, url=doc.url, source=doc.source) == doc
        assert archive.passages_of(doc.id) == parts
        for part in parts:
            assert archive.passage(part.id) == (part, len(archive.versions(doc.id)), True)
        light = replace(stored, text="", removed=())
        assert archive.hits_for([p.id for p in parts]) == {p.id: (p, light) for p in parts}


def test_a_hit_does_not_look_at_every_document(tmp_path: Path) -> None:
    """SQLite's plan for the documents of hits goes by their numbers."""
    with open_archive(tmp_path, write=True) as archive:
        plan = archive._database.rows("EXPLAIN QUERY PLAN " + LIGHT_DOCUMENTS, ("[1, 2]",))
    told = [str(row["detail"]) for row in plan]
    assert any("d USING INTEGER PRIMARY KEY" in line for line in told), told
    assert not any("documents_by_language" in line for line in told), told


def test_every_field_of_a_document_and_passage_is_kept(index: Path) -> None:
    """A field added to the records has to be added to the tables."""
    doc = document("https://norland.example/1", removed=(Removed("Share", "rule"),))
    filled: dict[str, Any] = {
        f.name: "x" for f in fields(Document) if getattr(doc, f.name) in (None, ())
    }
    filled |= {"authors": ("A",), "warnings": ("w",), "form": "news"}
    doc = replace(doc, **filled)
    part = passages(doc)[0]
    filled = {f.name: "x" for f in fields(Passage) if getattr(part, f.name) in (None, ())}
    statement = Statement(0, 3, "The", "direct", *("x",) * 6, 0.5)  # type: ignore[arg-type]
    part = replace(part, **filled | {"confidence": 0.5, "statements": (statement,)})
    with open_archive(index, write=True) as archive:
        archive.keep(archive.capture(page(), NOTHING), doc, [part])
        assert archive.document(doc.id) == doc
        assert archive.passages_of(doc.id) == [part]


def test_a_body_of_ten_megabytes(index: Path) -> None:
    body = Random(1).randbytes(10_000_000)
    with open_archive(index, write=True) as archive:
        capture = archive.capture(page(body, "https://norland.example/pdf", status=200), NOTHING)
    with open_archive(index) as archive:
        assert archive.read_capture(capture)[0].body == body


def test_time_of_another_zone_and_a_file_name_that_is_no_unicode(index: Path) -> None:
    there = datetime(2024, 9, 17, 15, tzinfo=timezone(timedelta(hours=3)))
    with open_archive(index, write=True) as archive:
        odd = page(origin=os.fsdecode(b"not\xe9.txt"), fetched_at=there)
        stored, _ = archive.read_capture(archive.capture(odd, NOTHING))
        assert stored.fetched_at == NOON
        assert stored.origin == "not?.txt"
        with pytest.raises(ValueError, match="zone"):
            archive.capture(replace(odd, fetched_at=datetime(2024, 9, 17)), NOTHING)  # noqa: DTZ001


def test_text_that_is_no_unicode_is_refused_by_name(index: Path) -> None:
    with open_archive(index, write=True) as archive:
        capture = archive.capture(page(), NOTHING)
        for doc in (document("http://a.example/", "x\ud800"), document("http://a.example/")):
            odd = replace(doc, title="\ud800")
            with pytest.raises(InputError, match=r"http://a\.example/"):
                archive.keep(capture, odd, [])
        assert archive.counts().documents == 0


@pytest.mark.parametrize("text", ["", "' OR 1=1 --", "\ud800", "a:b", "https://", "x" * 9999])
def test_odd_names_find_nothing(index: Path, text: str) -> None:
    with open_archive(index, write=True) as archive:
        add(archive, "https://norland.example/1")
        assert archive.document(text) is None
        assert archive.passage(text) is None
        assert not archive.versions(text) + archive.passages_of(text)
        assert archive.sources_of(text) == []
        assert archive.hits_for([text]) == {}
        assert archive.raw(text) is None
        assert not archive.is_gone(text)
        assert archive.find_document(text) is None


# WARC ---------------------------------------------------------------------------------


def test_other_tools_read_the_warc_file(index: Path) -> None:
    sent = (("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("X\r\ny", "a\r\nB: c"))
    with open_archive(index, write=True) as archive:
        archive.capture(
            page(b"one", "https://norland.example/ü", status=404, headers=sent), NOTHING
        )
        archive.capture(page(b"two"), NOTHING)
        (path,) = archive.warc_path.iterdir()
    with path.open("rb") as file:
        seen = [
            (r.rec_type, r.content_stream().read(), r.http_headers)
            for r in ArchiveIterator(file, check_digests="raise")
        ]
    assert [kind for kind, _, _ in seen] == ["warcinfo", "response", "resource"]
    assert [body for _, body, _ in seen[1:]] == [b"one", b"two"]
    http = seen[1][2]
    assert http.get_statuscode() == "404"
    assert http.headers == [
        ("Content-Type", "text/html"),
        ("X-Archive-Orig-Content-Encoding", "gzip"),
        ("X--y", "a B: c"),
    ]


def test_files_rotate(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc, "MAX_FILE_BYTES", 2000)
    bodies = [Random(n).randbytes(700) for n in range(9)]
    ids = []
    for body in bodies:
        with open_archive(index, write=True) as archive:
            ids.append(archive.capture(page(body), NOTHING))
    with open_archive(index) as archive:
        assert len(list(archive.warc_path.iterdir())) > 2
        assert [archive.read_capture(i)[0].body for i in ids] == bodies


def test_a_body_is_written_once(index: Path) -> None:
    with open_archive(index, write=True) as archive:
        url = "https://norland.example/1"
        first = archive.capture(page(b"one", url), NOTHING)
        (path,) = archive.warc_path.iterdir()
        size = path.stat().st_size
        assert archive.capture(page(b"one", url), NOTHING) == first
        assert archive.capture(page(b"one", url), Given(published="2024")) != first
        assert path.stat().st_size == size
        archive.capture(page(b"two", url), NOTHING)
        assert archive.capture(page(b"one", url), NOTHING) > first
        assert path.stat().st_size > size


def test_same_means_same_bytes_same_given_and_finished(index: Path) -> None:
    one = page(b"one", "https://norland.example/1")
    stated = Given(source="xx-mfa")
    with open_archive(index, write=True) as archive:
        assert archive.find_same(one, stated) is None
        capture = archive.capture(one, stated)
        assert archive.find_same(one, stated) is None
        assert list(archive.pending()) == [capture]
        archive.refuse(capture, "no text")
        assert archive.find_same(one, stated) == archive_module.Same(capture, None, "no text")
        assert archive.capture(one, stated) == capture
        doc = document("https://norland.example/1")
        archive.keep(capture, doc, passages(doc))
        later = replace(one, fetched_at=NOON + timedelta(days=1), url="http://norland.example/1")
        assert archive.find_same(later, stated) == archive_module.Same(capture, doc.id)
        assert archive.find_same(one, NOTHING) is None
        assert archive.find_same(replace(one, body=b"two"), stated) is None
        assert archive.find_same(replace(one, charset="utf-8"), stated) is None
        archive.remove(doc.id)
        assert archive.find_same(one, stated) is None
        assert list(archive.pending()) == []


def test_unknown_capture(index: Path) -> None:
    doc = document("https://norland.example/1")
    with open_archive(index, write=True) as archive:
        for call in (
            lambda: archive.keep(7, doc, []),
            lambda: archive.keep(7, replace(doc, url=None), []),
            lambda: archive.refuse(7, "why"),
            lambda: archive.read_capture(7),
        ):
            with pytest.raises((KeyError, ArchiveError)):
                call()
        assert archive.revision() == 0


# Versions -----------------------------------------------------------------------------


def test_versions_of_a_text(index: Path) -> None:
    url = "https://norland.example/1"
    second = TEXT.replace("Nobody answered her.", "Two ministers answered.")
    with open_archive(index, write=True) as archive:
        assert add(archive, url).outcome == "added"
        assert add(archive, url).outcome == "unchanged"
        kept = add(archive, url, second)
        assert (kept.outcome, kept.version, kept.revision) == ("changed", 2, 2)
        name = kept.document_id
        first = archive.document(name, 1)
        assert first is not None
        assert first.text == TEXT
        assert archive.document(name) == document(url, second)
        assert archive.document(name, 3) is None
        assert [v.n for v in archive.versions(name)] == [1, 2]
        assert archive.versions(name)[1].text_sha256 == sha256(second.encode()).hexdigest()
        assert [archive.raw(name, n) for n in (1, 2)] == [
            page(TEXT.encode(), url),
            page(second.encode(), url),
        ]

        *same, gone = passages(first)
        for passage in same:
            found = archive.passage(passage.id)
            assert found is not None
            assert found[1:] == (2, True)
        assert archive.passage(gone.id) == (gone, 1, False)
        assert set(archive.hits_for([p.id for p in passages(first)])) == {p.id for p in same}


def test_metadata_alone_is_an_update_in_place(index: Path) -> None:
    url = "https://norland.example/1"
    with open_archive(index, write=True) as archive:
        add(archive, url)
        kept = add(archive, url, title="On wheat", published=None)
        assert (kept.outcome, kept.version, kept.revision) == ("updated", 1, 2)
        assert archive.counts().undated == 1
        doc = document(url, title="On wheat", published=None)
        spoken = [replace(p, speaker="Ada Example", kind="direct") for p in passages(doc)]
        capture = archive.capture(page(TEXT.encode(), url), NOTHING)
        kept = archive.keep(capture, doc, spoken)
        assert (kept.outcome, kept.version, kept.revision) == ("updated", 1, 3)
        assert archive.passages_of(doc.id) == spoken
        assert archive.keep(capture, doc, spoken[1:]).outcome == "updated"
        assert archive.passage(spoken[0].id) == (spoken[0], 1, False)
        assert archive.keep(capture, doc, spoken).outcome == "updated"
        assert archive.passage(spoken[0].id) == (spoken[0], 1, True)


def test_same_address_from_two_sources(index: Path) -> None:
    with open_archive(index, write=True) as archive:
        first = add(archive, "https://norland.example/1", source="norland-mfa")
        again = add(archive, "http://www.norland.example/1", source="wire")
        assert (again.document_id, again.outcome) == (first.document_id, "updated")
        # From now on neither source sees a change.
        for url, source in [
            ("https://norland.example/1", "norland-mfa"),
            ("http://www.norland.example/1", "wire"),
        ]:
            assert add(archive, url, source=source).outcome == "unchanged"
        assert archive.sources_of(first.document_id) == ["norland-mfa", "wire"]
        stored = archive.document(first.document_id)
        assert stored is not None
        assert (stored.url, stored.source) == ("https://norland.example/1", "norland-mfa")
        counts = archive.counts()
        assert counts.documents == 1
        assert counts.sources == (("norland-mfa", 1, "2024-09"), ("wire", 1, "2024-09"))


def test_removed_and_back(index: Path) -> None:
    url = "https://norland.example/1"
    with open_archive(index, write=True) as archive:
        name = add(archive, url, source="a").document_id
        part = archive.passages_of(name)[0]
        assert archive.remove(name) == 2
        assert archive.remove(name) is None
        assert archive.remove("unknown") is None
        assert archive.is_gone(name)
        assert archive.document(name) is not None
        assert archive.passages_of(name) == []
        assert archive.languages() == []
        assert archive.hits_for([part.id]) == {}
        assert archive.passage(part.id) == (part, 1, False)
        assert list(archive.changed_since(0)) == [(name, 2, True)]
        assert (archive.counts().documents, archive.counts().gone) == (0, 1)
        assert add(archive, url, source="b") == Kept(name, "added", 1, 3)
        assert archive.sources_of(name) == ["b"]
        assert archive.passage(part.id) == (part, 1, True)
        assert list(archive.changed_since(0)) == [(name, 3, False)]


def test_revisions_grow_by_one_with_each_change(index: Path) -> None:
    random = Random(4)
    seen: dict[str, int] = {}
    with open_archive(index, write=True) as archive:
        for step in range(120):
            url = f"https://norland.example/{random.randrange(9)}"
            before = archive.revision()
            if random.random() < 0.2:
                name = document(url).id
                changed = archive.remove(name) is not None
            else:
                text = f"{TEXT} {random.randrange(3)}"
                kept = add(archive, url, text, title=str(random.randrange(2)))
                name, changed = kept.document_id, kept.outcome != "unchanged"
            assert archive.revision() == before + changed
            if changed:
                seen[name] = archive.revision()
            since = random.randrange(step + 1)
            told = [(c.document_id, c.revision) for c in archive.changed_since(since)]
            expected = sorted(((r, n) for n, r in seen.items() if r > since))
            assert told == [(n, r) for r, n in expected]
            assert list(archive.changed_since(since, 2)) == list(archive.changed_since(since))[:2]


def test_changes_are_told_beyond_one_batch(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("searchkit.archive.reading._BATCH", 3)
    with open_archive(index, write=True) as archive:
        names = [add(archive, f"https://norland.example/{n}").document_id for n in range(10)]
        assert [c.document_id for c in archive.changed_since(0)] == names
        assert [c.document_id for c in archive.changed_since(0, 7)] == names[:7]
        ids = [p.id for name in names for p in archive.passages_of(name)]
        assert set(archive.hits_for(ids)) == set(ids)
        waiting = [archive.capture(page(b"%d" % n), NOTHING) for n in range(8)]
        done = []
        for capture in archive.pending():  # refused while they are told
            archive.refuse(capture, "no text")
            done.append(capture)
        assert done == waiting


def test_finding_a_document(index: Path) -> None:
    with open_archive(index, write=True) as archive:
        name = add(archive, "https://norland.example/1?utm_source=x").document_id
        assert archive.find_document("http://norland.example/1#top") == name
        assert archive.find_document(name) == archive.find_document(name[:4].upper()) == name
        assert archive.find_document("https://norland.example/2") is None
        with pytest.raises(UsageError, match="too short"):
            archive.find_document(name[:3])
        # The page came from another address than the one it calls its own.
        doc = document("https://norland.example/3")
        moved = archive.capture(page(b"three", "https://old.example/x"), NOTHING)
        archive.keep(moved, doc, passages(doc))
        assert archive.find_document("https://old.example/x") == doc.id
        for last in "ab":
            twin = replace(doc, id=f"zzzzzzzzzzz{last}", url=None)
            archive.keep(archive.capture(page(last.encode()), NOTHING), twin, [])
        with pytest.raises(UsageError, match="zzzzzzzzzzza, zzzzzzzzzzzb"):
            archive.find_document("zzzzz")


def test_counts_languages_settings(index: Path) -> None:
    with open_archive(index, write=True) as archive:
        for number, language in enumerate(["en", "fr", None, "en", "ar"]):
            add(archive, f"https://norland.example/{number}", source="s", language=language)
        archive.refuse(archive.capture(page(b"x"), NOTHING), "no text")
        archive.capture(page(b"y"), NOTHING)
        assert archive.languages() == ["ar", "en", "fr"]
        counts = archive.counts()
        assert (counts.documents, counts.versions, counts.passages) == (5, 5, 15)
        assert (counts.pending, counts.refused, counts.undated) == (1, 1, 0)
        assert counts.languages == (("en", 2), (None, 1), ("ar", 1), ("fr", 1))
        assert archive.setting("engine") is None
        archive.set_setting("engine", "whoosh")
        archive.set_setting("engine", "other")
        assert archive.setting("engine") == "other"


def test_wrong_passages_are_refused(index: Path) -> None:
    doc = document("https://norland.example/1")
    first, second, _ = passages(doc)
    with open_archive(index, write=True) as archive:
        capture = archive.capture(page(), NOTHING)
        for wrong in (
            [replace(first, start=1)],
            [replace(first, document_id="other")],
            [replace(first, id="other:1")],
            [first, replace(second, id=first.id)],
        ):
            with pytest.raises(ValueError, match="passage"):
                archive.keep(capture, doc, wrong)
        assert archive.document(doc.id) is None
        assert list(archive.pending()) == [capture]


# Opening ------------------------------------------------------------------------------


def test_no_archive_to_read(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"no archive in .*archive"):
        open_archive(tmp_path / "none")
    assert not (tmp_path / "none").exists()
    (tmp_path / "half" / "archive").mkdir(parents=True)
    (tmp_path / "half" / "archive" / "searchkit.sqlite3").touch()
    with pytest.raises(ArchiveError, match="no archive in"):
        open_archive(tmp_path / "half")


def test_a_path_with_odd_letters(tmp_path: Path) -> None:
    path = tmp_path / "a?b#c%20 ü"
    with open_archive(path, write=True) as archive:
        add(archive, "https://norland.example/1")
    with open_archive(path) as archive:
        assert archive.counts().documents == 1
        assert archive.check() == []
        with pytest.raises(ValueError, match="write=True"):
            archive.capture(page(), NOTHING)


def test_files_are_private(index: Path) -> None:
    old = os.umask(0)
    try:
        with open_archive(index, write=True) as archive:
            add(archive, "https://norland.example/1")
            found = [index / "archive", *(index / "archive").rglob("*")]
            assert len(found) >= 6
            for path in found:
                wanted = 0o700 if path.is_dir() else 0o600
                assert stat.S_IMODE(path.stat().st_mode) == wanted, path
    finally:
        os.umask(old)


@pytest.mark.parametrize("name", ["archive", "archive/lock", "archive/searchkit.sqlite3"])
def test_links_are_refused(tmp_path: Path, name: str) -> None:
    with open_archive(tmp_path / "index", write=True):
        pass
    place = tmp_path / "index" / name
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ArchiveError, match=place.name):
        open_archive(tmp_path / "index", write=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_somebody_elses_archive_is_refused(tmp_path: Path) -> None:
    with open_archive(tmp_path / "index", write=True):
        pass
    os.chown(tmp_path / "index" / "archive", 12345, -1)
    for write in (False, True):
        with pytest.raises(ArchiveError, match="belongs to user 12345"):
            open_archive(tmp_path / "index", write=write)


def test_a_newer_schema_is_refused_and_left_alone(damaged: Path) -> None:
    file = damaged / "archive" / "searchkit.sqlite3"
    newer = len(schema.MIGRATIONS) + 1
    with sqlite3.connect(file) as connection:
        connection.execute(f"PRAGMA user_version = {newer}")
    connection.close()
    before = file.read_bytes()
    for write in (False, True):
        with pytest.raises(ArchiveError, match=f"schema {newer}.*newer searchkit") as caught:
            open_archive(damaged, write=write)
        assert "\n" not in str(caught.value)
    assert file.read_bytes() == before


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir(mode=0o700)
    file = tmp_path / "archive" / "searchkit.sqlite3"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(ArchiveError, match="no archive of searchkit"):
        open_archive(tmp_path, write=True)
    assert file.read_bytes() == before


def test_a_migration_is_whole_or_not_there(damaged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = ("CREATE TABLE more (x)", "INSERT INTO more VALUES (1)")
    steps = schema.MIGRATIONS
    monkeypatch.setattr(schema, "MIGRATIONS", (*steps, (*good, "NO SUCH SQL")))
    with pytest.raises(ArchiveError):
        open_archive(damaged, write=True)
    monkeypatch.setattr(schema, "MIGRATIONS", (*steps, good))
    needed = len(steps) + 1
    with pytest.raises(ArchiveError, match=f"schema {len(steps)}, this searchkit needs {needed}"):
        open_archive(damaged)
    with open_archive(damaged, write=True) as archive:
        assert archive.counts().documents == 20
    with open_archive(damaged) as archive:
        assert archive.check() == []


# Readers and writers ------------------------------------------------------------------


def test_a_reader_while_a_writer_works(index: Path) -> None:
    with open_archive(index, write=True) as writer:
        add(writer, "https://norland.example/1")
        with open_archive(index) as reader:
            with reader.snapshot():
                assert reader.revision() == 1
                add(writer, "https://norland.example/2")
                assert reader.revision() == reader.counts().documents == 1
                assert len(list(reader.changed_since(0))) == 1
                assert reader.check() == []
            assert reader.revision() == reader.counts().documents == 2


def test_two_writers(index: Path) -> None:
    told: list[str] = []
    with open_archive(index, write=True):
        with pytest.raises(Busy, match=f"process {os.getpid()} .*kill {os.getpid()}"):
            open_archive(index, write=True, wait_s=0.3, on_wait=told.append)
        assert len(told) == 1
        assert f"process {os.getpid()}" in told[0]
    with open_archive(index, write=True, wait_s=0):
        pass


HOLD = """
import sys, time
from pathlib import Path
from searchkit.archive import open_archive
with open_archive(Path(sys.argv[1]), write=True):
    print("held", flush=True)
    if sys.argv[2] == "fork":
        import os
        if os.fork() == 0:
            os.close(1)
            time.sleep(30)
    time.sleep(float(sys.argv[2]) if sys.argv[2] != "fork" else 30)
"""


def hold(index: Path, how: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(index), how], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    return process


def test_the_second_writer_waits_for_the_first(index: Path) -> None:
    told: list[str] = []
    with hold(index, "0.5") as process:
        with open_archive(index, write=True, wait_s=20, on_wait=told.append) as archive:
            add(archive, "https://norland.example/1")
        assert process.wait() == 0
    assert len(told) == 1
    assert f"process {process.pid} (-c" in told[0]


@pytest.mark.parametrize("how", ["30", "fork"])
def test_no_unlocking_after_a_kill(index: Path, how: str) -> None:
    """Not even where the killed process leaves a forked child behind."""
    with hold(index, how) as process:
        with pytest.raises(Busy):
            open_archive(index, write=True, wait_s=0)
        process.kill()
        process.wait()
        with open_archive(index, write=True, wait_s=5):
            pass


# Damage -------------------------------------------------------------------------------


def check(path: Path) -> list[Finding]:
    with open_archive(path) as archive:
        return archive.check()


def warc_of(path: Path) -> Path:
    (found,) = (path / "archive" / "warc").iterdir()
    return found


def test_a_file_cut_short_is_found_wherever_it_is_cut(damaged: Path) -> None:
    file = warc_of(damaged)
    whole = file.read_bytes()
    random = Random(7)
    cuts = [0, len(whole) - 1, len(whole) - 8, *(random.randrange(len(whole)) for _ in range(50))]
    with open_archive(damaged) as archive:
        for cut in cuts:
            file.write_bytes(whole[:cut])
            findings = archive.check()
            assert any(f"{cut} bytes of {len(whole)}" in f.what for f in findings), cut
            named = [f.where.split(": ")[1] for f in findings if " at byte " in f.where]
            assert named == lost_urls(archive, cut), cut


def lost_urls(archive: Archive, size: int) -> list[str]:
    rows = archive._database.rows(
        "SELECT url FROM captures WHERE offset + length > ? ORDER BY offset", (size,)
    )
    return [row["url"] for row in rows]


def test_each_flipped_bit_is_found_and_the_others_are_still_read(damaged: Path) -> None:
    file = warc_of(damaged)
    whole = file.read_bytes()
    random = Random(8)
    with open_archive(damaged) as archive:
        for _ in range(100):
            place, bit = random.randrange(len(whole)), random.randrange(8)
            file.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
            findings = archive.check()
            assert len(findings) == 1, (place, bit)
            assert str(file) in findings[0].where
        file.write_bytes(whole)
        assert archive.check() == []


def test_a_damaged_record_is_never_given_out(damaged: Path) -> None:
    file = warc_of(damaged)
    whole = bytearray(file.read_bytes())
    with open_archive(damaged) as archive:
        name = document("https://norland.example/7").id
        row = archive._database.row("SELECT offset, length FROM captures WHERE url LIKE '%/7'")
        whole[row["offset"] + row["length"] // 2] ^= 4
        file.write_bytes(whole)
        with pytest.raises(ArchiveError, match=r"searchkit-000001\.warc\.gz at byte"):
            archive.raw(name)
        assert archive.raw(document("https://norland.example/8").id) is not None


def test_a_record_with_other_bytes_is_never_given_out(tmp_path: Path) -> None:
    """Whole and sound as gzip, but not what was kept."""
    with open_archive(tmp_path, write=True) as archive:
        capture = archive.capture(page(b"one", fetched_at=NOON), NOTHING)
        row = archive._database.row("SELECT * FROM captures")
        forged = encode_page(page(b"six"))
        with archive._database.transaction():
            archive._database.run("UPDATE captures SET length = ?", (len(forged),))
    file = warc_of(tmp_path)
    file.write_bytes(file.read_bytes()[: row["offset"]] + forged)
    with open_archive(tmp_path) as archive:
        with pytest.raises(ArchiveError, match="other bytes"):
            archive.read_capture(capture)
        assert any("other bytes" in finding.what for finding in archive.check())


@pytest.mark.parametrize(
    "plain", [b"", b"no warc at all\r\n", b"WARC/1.0\r\n", b"WARC/1.0\r\nContent-Length: x\r\n\r\n"]
)
def test_a_gzip_member_that_is_no_record(tmp_path: Path, plain: bytes) -> None:
    packer = zlib.compressobj(wbits=31)
    packed = packer.compress(plain) + packer.flush()
    (tmp_path / "x").write_bytes(packed)
    try:
        body = b"".join(iter_body(tmp_path / "x", Place(1, 0, len(packed))))
    except ArchiveError:
        return
    assert body == b""


def test_missing_and_unknown_files(damaged: Path) -> None:
    file = warc_of(damaged)
    stray = file.with_name("searchkit-000009.warc.gz")
    file.rename(stray)
    first, *_, last = check(damaged)
    assert (first.what, first.where) == ("the file is missing with its 21 records", str(file))
    assert (last.what, last.where) == ("the file is not in the tables", str(stray))


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("UPDATE passages SET start = start + 1 WHERE number = 3", "slice"),
        ("UPDATE passages SET text = 'x' WHERE number = 3", "slice"),
        ("UPDATE versions SET text = x'00' WHERE document = 3", "damaged"),
        ("UPDATE versions SET text_sha256 = x'00' WHERE document = 3", "differs"),
        ("UPDATE documents SET version = 2 WHERE number = 3", "version 2 is missing"),
        ("DELETE FROM versions WHERE document = 3", "missing"),
        ("UPDATE counter SET revision = 3", "behind"),
        ("UPDATE captures SET offset = offset + 1 WHERE id = 3", "gap"),
        ("UPDATE warc_files SET records = 3", "21 records"),
        ("UPDATE warc_files SET crc32 = 3", "outside the pages"),
        ("UPDATE captures SET file = 3 WHERE id = 3", "points at a row of warc_files"),
    ],
)
def test_tables_that_do_not_agree(damaged: Path, sql: str, what: str) -> None:
    with sqlite3.connect(damaged / "archive" / "searchkit.sqlite3") as connection:
        connection.execute(sql)
    connection.close()
    findings = check(damaged)
    assert findings
    assert any(what in finding.what for finding in findings)
    assert all(finding.repair for finding in findings)


def test_a_damaged_database_is_an_error_in_one_line(damaged: Path) -> None:
    file = damaged / "archive" / "searchkit.sqlite3"
    whole = file.read_bytes()
    random = Random(9)
    found = 0
    for _ in range(40):
        start = random.randrange(0, len(whole) - 4096)
        file.write_bytes(whole[:start] + random.randbytes(4096) + whole[start + 4096 :])
        try:
            found += bool(check(damaged))
        except ArchiveError:
            found += 1
    assert found == 40
    file.write_bytes(b"no database, " * 1000)
    with pytest.raises(ArchiveError, match=r"is damaged .*searchkit check"):
        open_archive(damaged)


def test_what_a_stopped_writer_left_is_cut_off(damaged: Path) -> None:
    file = warc_of(damaged)
    whole = file.read_bytes()
    record = encode_page(page(b"never acknowledged"))
    for cut in (1, 9, 30, len(record) - 1, len(record)):
        file.write_bytes(whole + record[:cut])
        assert check(damaged) == []
        assert file.stat().st_size > len(whole)
        with open_archive(damaged, write=True):
            assert file.read_bytes() == whole
    assert not (damaged / "archive" / "quarantine").exists()


def test_records_that_no_crash_can_leave_are_set_aside(damaged: Path) -> None:
    """They come from tables of an older backup: never cut them off."""
    file = warc_of(damaged)
    whole = file.read_bytes()
    record = encode_page(page(b"more"))
    for number, tail in enumerate([record * 2, record + b"\x1f", b"\x00" * 50]):
        file.write_bytes(whole + tail)
        (finding,) = check(damaged)
        assert f"{len(tail)} bytes at the end" in finding.what
        with open_archive(damaged, write=True) as archive:
            add(archive, f"https://norland.example/new/{number}")
            assert archive.check() == []
            whole = file.read_bytes()
        kept = sorted((damaged / "archive" / "quarantine").iterdir())
        assert tail in [path.read_bytes() for path in kept]
        assert len(kept) == number + 1


def test_a_file_whose_making_was_stopped(damaged: Path) -> None:
    stray = warc_of(damaged).with_name("searchkit-000002.warc.gz")
    record = encode_page(page(b"more"))
    stray.write_bytes(record[:50])
    with open_archive(damaged, write=True):
        assert not stray.exists()
    stray.write_bytes(record * 3)
    assert "not in the tables" in check(damaged)[0].what
    with open_archive(damaged, write=True):
        assert not stray.exists()
    (kept,) = (damaged / "archive" / "quarantine").iterdir()
    assert kept.read_bytes() == record * 3


def test_writing_goes_on_in_a_new_file_after_one_was_cut(
    damaged: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = warc_of(damaged)
    cut = file.read_bytes()[:-10]
    file.write_bytes(cut)
    with open_archive(damaged, write=True) as archive:
        assert "searchkit-000001.warc.gz is shorter" in caplog.text
        kept = add(archive, "https://norland.example/new")
        assert archive.raw(kept.document_id) is not None
        assert file.read_bytes() == cut
        assert [f for f in archive.check() if "000002" in f.where] == []


def test_repair_moves_and_never_deletes(damaged: Path) -> None:
    with open_archive(damaged, write=True) as archive:
        file = warc_of(damaged)
        whole = file.read_bytes()
        file.write_bytes(whole + b"tail")
        stray = file.with_name("searchkit-000000.warc.gz")
        stray.write_bytes(b"stray")
        moved = archive.repair()
        assert len(moved) == 2
        assert archive.check() == []
        assert archive.repair() == []
        add(archive, "https://norland.example/new")
    kept = sorted((damaged / "archive" / "quarantine").iterdir())
    assert [path.read_bytes() for path in kept] == [b"stray", b"tail"]
    assert check(damaged) == []


def test_errors_of_sqlite_say_what_to_do(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_archive(index, write=True) as archive:
        add(archive, "https://norland.example/1")
        pages_now = archive._database.value("PRAGMA page_count")
        archive._database.run(f"PRAGMA max_page_count = {pages_now}")
        with pytest.raises(ArchiveError, match=r"no space left to write .*searchkit\.sqlite3"):
            add(archive, "https://norland.example/2", Random(1).randbytes(50_000).hex())
        assert archive.check() == []
        monkeypatch.setattr("searchkit.archive.database._BUSY_TIMEOUT_S", 0.1)
        other = Database(archive.path / "searchkit.sqlite3", write=True)
        with archive._database.transaction(), pytest.raises(Busy, match="try again"):
            other.run("BEGIN IMMEDIATE")
        other.close()
        assert archive.counts().documents == 1


# A disk that is full ------------------------------------------------------------------

FILL = """
import resource, sys
from pathlib import Path
from random import Random
from searchkit.archive import open_archive
from searchkit.errors import ArchiveError
from searchkit.records import Document, Given, Page
from datetime import UTC, datetime
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
done = 0
try:
    with open_archive(Path(sys.argv[1]), write=True) as archive:
        for n in range(40):
            body = Random(n).randbytes(2000)
            page = Page(body, str(n), "text/plain", datetime.now(UTC))
            capture = archive.capture(page, Given())
            archive.keep(capture, Document(f"doc{n}", body.hex()), [])
            done += 1
            print(n, flush=True)
except ArchiveError as exc:
    print(exc, file=sys.stderr)
    sys.exit(1)
"""


@pytest.mark.parametrize("limit", [1000, 20_000, 50_000, 70_000, 90_000, 110_000, 200_000])
def test_a_full_disk_loses_nothing_that_was_acknowledged(tmp_path: Path, limit: int) -> None:
    command = [sys.executable, "-c", FILL, str(tmp_path), str(limit)]
    full = subprocess.run(command, capture_output=True, text=True, check=False)
    assert full.returncode == (1 if limit < 200_000 or full.stderr else 0)
    if full.stderr:
        assert str(tmp_path) in full.stderr
        assert full.stderr.count("\n") == 1
    acknowledged = [f"doc{n}" for n in full.stdout.split()]
    with open_archive(tmp_path, write=True) as archive:
        assert archive.check() == []
        assert all(archive.document(name) for name in acknowledged)
        assert archive.counts().documents - len(acknowledged) in (0, 1)
    command[-1] = str(10_000_000)
    again = subprocess.run(command, capture_output=True, text=True, check=True)
    assert len(again.stdout.split()) == 40
    assert check(tmp_path) == []
