"""Near copies: what is alike is grouped, different speakers never, and it is remembered."""

from __future__ import annotations

import random
import shutil
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit import copies
from searchkit.archive import Archive, copying, open_archive, schema
from searchkit.copies import (
    ALIKE,
    containment,
    may_be_one,
    shingles,
    similarity,
    sketch_texts,
)
from searchkit.errors import ArchiveError
from searchkit.records import Copy, Document, Given, Page, Passage
from searchkit.urls import document_id, url_key

NOON = datetime(2024, 9, 17, 12, tzinfo=UTC)
OLD_ARCHIVE = Path(__file__).parent / "data" / "archive-1.zip"

WORDS = """
    treaty river border lock weir observer spring minister delegation harbour grain winter
    talks railway bridge council market ferry island budget customs school hospital glacier
    satellite orchard museum fishery airport lantern quarry voltage timber compass parade
""".split()


def prose(seed: int, words: int = 40) -> str:
    rng = random.Random(seed)
    return " ".join(rng.choice(WORDS) for _ in range(words))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "index", write=True) as opened:
        yield opened
        assert opened.check() == []


def keep(
    archive: Archive,
    url: str,
    *texts: str | tuple[str, str],
    kind: str = "direct",
    published: str | None = "2024-09-17",
    **more: str | None,
) -> list[str]:
    """Keep a document of these passages, a text or (speaker, text); gives their ids."""
    pairs = [(None, text) if isinstance(text, str) else text for text in texts]
    identity = document_id(url_key(url))
    whole = "\n\n".join(text for _, text in pairs)
    document = Document(identity, whole, url=url, published=published, **more)  # type: ignore[arg-type]
    passages, start = [], 0
    for number, (speaker, text) in enumerate(pairs):
        passages.append(
            Passage(
                f"{identity}:{number:06d}".replace("0", "a"), identity, start,
                start + len(text), text, kind, speaker=speaker,  # type: ignore[arg-type]
            )
        )  # fmt: skip
        start += len(text) + 2
    page = Page(whole.encode(), url, "text/plain", NOON, url=url)
    archive.keep(archive.capture(page, Given()), document, passages)
    return [passage.id for passage in passages]


def group(archive: Archive, passage_id: str) -> list[str]:
    return [copy.passage_id for copy in archive.copies_of([passage_id]).get(passage_id, ())]


# How alike ----------------------------------------------------------------------------


def test_spellings_quotation_marks_and_accents_do_not_count() -> None:
    left = "The defence of Vorská’s neighbours, he said, “is organised labour” in the theatre"
    right = 'The defence of Vorska\'s neighbors, he said, "is organized labor" in the theater'
    assert shingles(left) == shingles(right)


@given(st.text(st.characters(codec="latin-1"), max_size=60))
def test_ascii_is_read_as_other_text_is(text: str) -> None:
    """The quick way for text without other letters gives what the long way gives."""
    words = copies._words(copies._bare(text))
    assert copies._words(copies._bare(text + " ж")) == [*words, "ж"]


def test_chinese_is_compared_by_characters() -> None:
    assert len(shingles("我们希望和平")) == 4


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 12))
def test_similarity_is_near_the_true_one(seed: int, changed: int) -> None:
    left = prose(seed, 60).split()
    right = [f"{word}x" if place < changed else word for place, word in enumerate(left)]
    a, b = set(shingles(" ".join(left))), set(shingles(" ".join(right)))
    (first, second), _ = sketch_texts([" ".join(left), " ".join(right)])
    assert similarity(first.values, second.values) == pytest.approx(
        len(a & b) / len(a | b), abs=0.3
    )
    assert similarity(first.values, first.values) == 1.0


def test_the_sketch_of_a_document_is_that_of_its_words_together() -> None:
    parts = [prose(seed, 30) for seed in range(5)]
    _, whole = sketch_texts(parts)
    _, other = sketch_texts([" ".join(parts[:3]), *parts[3:]])
    assert similarity(whole.values, other.values) > 0.8
    assert len(set(whole.keys) & set(other.keys)) > 20


def test_nothing_is_like_an_empty_text() -> None:
    (empty, some), whole = sketch_texts(["…", "words of a text"])
    assert (empty.keys, empty.size) == ((), 0)
    assert whole.values == some.values
    assert sketch_texts([]) == ([], empty)
    assert similarity(empty.values, some.values) == similarity(empty.values, empty.values) == 0.0


def test_sketches_are_the_same_in_every_process() -> None:
    """What an archive holds was made by another process, perhaps years ago."""
    (sketch,), _ = sketch_texts(["Every lock and weir along the border stays open"])
    assert sketch.values[:8].hex() == "1cdcc415f49ab87b"
    assert sketch.keys[:2] == (40379034477, 22140965576)


@pytest.mark.parametrize(
    ("left", "right", "may"),
    [
        ("ilva marden", "oren marden", False),
        ("ilva marden", "ilva vorska", False),
        ("ilva marden", "marden", True),
        ("i marden", "ilva marden", True),
        ("o marden", "ilva marden", False),
        ("ilva j marden", "ilva marden", True),
        ("valmora", "ostrenia", False),
        ("valmora", None, True),
    ],
)
def test_who_may_be_one(left: str | None, right: str | None, may: bool) -> None:
    assert may_be_one(left, right) is may_be_one(right, left) is may


def test_containment_of_a_cut_text() -> None:
    assert containment(0.4, 40, 100) == pytest.approx(1.0)
    assert containment(0.0, 40, 100) == 0.0


# Groups in the archive ----------------------------------------------------------------


def test_copies_come_oldest_first_with_their_places(archive: Archive) -> None:
    text = prose(1)
    (late,) = keep(archive, "https://a.example/1", text, published="2024-09-19", source="A")
    (undated,) = keep(
        archive, "https://b.example/1", text + " late", published=None, site="b.example"
    )
    (first,) = keep(
        archive, "https://c.example/1", "well " + text, published="2024-09-18", source="C"
    )
    keep(archive, "https://d.example/1", prose(2))
    found = archive.copies_of([late, first, "unknown"])
    assert set(found) == {late, first}
    assert found[late] == found[first]
    assert [copy.passage_id for copy in found[late]] == [first, late, undated]
    assert found[late][0] == Copy(first, first[:12], "C", "2024-09-18", "https://c.example/1")
    assert found[late][2].source == "b.example"
    assert [copy.document_id for copy in archive.document_copies(late[:12])] == [
        first[:12],
        undated[:12],
    ]


def test_different_speakers_are_never_merged(archive: Archive) -> None:
    text = prose(3)
    (ilva,) = keep(archive, "https://a.example/1", ("Ilva Marden", text))
    (oren,) = keep(archive, "https://b.example/1", ("Oren Marden", text))
    (nobody,) = keep(archive, "https://c.example/1", text)
    (short,) = keep(archive, "https://d.example/1", ("Oren Marden", text))
    assert group(archive, ilva) == [ilva, nobody]
    assert group(archive, oren) == [oren, short]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from(["Ada Ek", "Ek", "Bo Ek", "Ada Li", None])),
        min_size=2,
        max_size=14,
    )
)
def test_no_group_holds_two_people_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[int, str | None]]
) -> None:
    with open_archive(tmp_path_factory.mktemp("i"), write=True) as archive:
        speakers = {}
        for number, (text, speaker) in enumerate(said):
            (made,) = keep(archive, f"https://a.example/{number}", (speaker or "", prose(text)))
            speakers[made] = None if not speaker else speaker.casefold()
        for members in archive.copies_of(list(speakers)).values():
            names = [speakers[copy.passage_id] for copy in members]
            assert all(may_be_one(a, b) for a in names for b in names)


def test_joint_statements_of_each_party_are_copies(archive: Archive) -> None:
    text = prose(4)
    (ours,) = keep(
        archive, "https://a.example/1", ("Valmora", text), kind="issuer", form="joint",
        speaker="Ilva Marden",
    )  # fmt: skip
    (theirs,) = keep(
        archive, "https://b.example/1", ("Ostrenia", text), kind="issuer", form="joint",
        speaker="Oren Dask",
    )  # fmt: skip
    (alone,) = keep(
        archive, "https://c.example/1", ("Palmyra", text), kind="issuer", form="statement"
    )
    assert group(archive, ours) == [ours, theirs, alone]
    assert archive.document_copies(ours[:12])
    (other,) = keep(
        archive, "https://d.example/1", ("Norland", text), kind="issuer", form="statement"
    )
    assert group(archive, other) == []


def test_short_passages_are_no_copies(archive: Archive) -> None:
    (one,) = keep(archive, "https://a.example/1", "Thank you very much indeed")
    keep(archive, "https://b.example/1", "Thank you very much indeed")
    assert group(archive, one) == []


def test_two_halves_meet_when_the_whole_arrives(archive: Archive) -> None:
    parts = [prose(seed, 60) for seed in range(10, 20)]
    first = keep(archive, "https://a.example/1", *parts[:6])[0][:12]
    second = keep(archive, "https://b.example/1", *parts[5:])[0][:12]
    assert archive.document_copies(first) == []
    whole = keep(archive, "https://c.example/1", *parts)[0][:12]
    assert {c.document_id for c in archive.document_copies(whole)} == {first, second}


def test_a_text_that_changes_leaves_its_group(archive: Archive) -> None:
    (one,) = keep(archive, "https://a.example/1", prose(5))
    (two,) = keep(archive, "https://b.example/1", prose(5))
    assert group(archive, one) == [one, two]
    keep(archive, "https://a.example/1", prose(6))
    assert group(archive, two) == []
    (three,) = keep(archive, "https://c.example/1", prose(6))
    assert group(archive, three) == [one, three]
    archive.remove(one[:12])
    assert group(archive, three) == []


def test_a_speaker_found_later_parts_a_group(archive: Archive) -> None:
    (one,) = keep(archive, "https://a.example/1", prose(5))
    (two,) = keep(archive, "https://b.example/1", ("Ada Ek", prose(5)))
    assert group(archive, one) == [one, two]
    keep(archive, "https://a.example/1", ("Bo Li", prose(5)))
    assert group(archive, one) == group(archive, two) == []


def test_a_failed_transaction_leaves_no_trace(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(archive, "https://a.example/1", prose(7))
    with monkeypatch.context() as patch:
        patch.setattr(copying._Keys, "add", _broken_after(copying._Keys.add))
        with pytest.raises(RuntimeError):
            keep(archive, "https://b.example/1", prose(8))
    (again,) = keep(archive, "https://c.example/1", prose(8))
    assert group(archive, again) == []
    (last,) = keep(archive, "https://d.example/1", prose(8))
    assert group(archive, last) == [again, last]


def _broken_after(add: Callable[..., None]) -> Callable[..., None]:
    def broken(*arguments: Any) -> None:
        add(*arguments)
        raise RuntimeError("the disk is gone")

    return broken


def test_groups_go_on_after_the_archive_was_closed_and_keys_were_sorted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_SORT_FROM", 100)
    monkeypatch.setattr(copying, "_PART_KEYS", 64)
    for turn in range(3):
        with open_archive(tmp_path, write=True) as archive:
            for number in range(12):
                keep(archive, f"https://a{turn}.example/{number}", prose(number))
    with open_archive(tmp_path) as archive:
        rows = archive._database.rows("SELECT is_sorted, length(entries) AS n FROM copy_keys")
        assert {row["is_sorted"] for row in rows} == {0, 1}
        for number in range(12):
            name = document_id(url_key(f"https://a0.example/{number}"))
            assert len(archive.document_copies(name)) == 2


def test_damaged_keys_are_an_archive_error(tmp_path: Path) -> None:
    with open_archive(tmp_path, write=True) as archive:
        keep(archive, "https://a.example/1", prose(1))
        archive._database.run("UPDATE copy_keys SET entries = x'010203'")
    with open_archive(tmp_path, write=True) as archive, pytest.raises(ArchiveError, match="keys"):
        keep(archive, "https://b.example/1", prose(2))


def test_what_is_printed_everywhere_stays_cheap(archive: Archive) -> None:
    """Many copies of one text: candidates are bounded, and all are one group all the same."""
    for number in range(150):
        (last,) = keep(archive, f"https://a.example/{number}", prose(9), published=None)
    assert len(group(archive, last)) == 150


@pytest.mark.usefixtures("measuring_data")
def test_syndicated_documents_meet_and_others_do_not(archive: Archive) -> None:
    """The benchmark in small: what it finds of 300 documents is in its own output."""
    from tests.bench.copies import document_pairs, keep_stories

    found, true = document_pairs(archive, keep_stories(archive, 40))
    assert len(true) == 120
    assert len(found & true) / len(found) >= 0.98
    assert len(found & true) / len(true) >= 0.95


# From schema 1 ------------------------------------------------------------------------


@pytest.fixture
def old(tmp_path: Path) -> Path:
    with zipfile.ZipFile(OLD_ARCHIVE) as packed:
        packed.extractall(tmp_path / "old")
    for folder in ("archive", "archive/warc"):
        (tmp_path / "old" / folder).chmod(0o700)
    return tmp_path / "old"


def test_an_archive_of_schema_1_is_grouped_when_it_is_opened(old: Path) -> None:
    with pytest.raises(ArchiveError, match=r"has schema 1, .*check --repair"):
        open_archive(old)
    said: list[str] = []
    with open_archive(old, write=True, on_wait=said.append) as archive:
        assert said == ["Looking for copies among 3 documents, this once"]
        assert archive._database.schema_version() == len(schema.MIGRATIONS)
        found = archive.find_document("https://mfa.valmora.example/1")
        assert found is not None
        assert [copy.source for copy in archive.document_copies(found)] == ["River Wire"]
        passages = [passage.id for passage in archive.passages_of(found)]
        assert set(archive.copies_of(passages)) == set(passages)
        assert archive.check() == []
    with open_archive(old, write=True, on_wait=said.append):
        assert len(said) == 1
    shutil.rmtree(old)


def test_a_migration_that_breaks_off_begins_again(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(copying, "sketch_texts", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            open_archive(old, write=True)
    with open_archive(old, write=True) as archive:
        assert archive._database.value("SELECT count(*) FROM document_copies") == 3


def test_the_threshold_is_between_copies_and_kin() -> None:
    text = prose(30, 30).split()
    two_changed = " ".join([*text[:10], "other", *text[11:20], "words", *text[21:]])
    half = " ".join([*text[:15], *prose(31, 15).split()])
    (whole, near, kin), _ = sketch_texts([" ".join(text), two_changed, half])
    assert similarity(whole.values, near.values) > ALIKE > similarity(whole.values, kin.values)
