"""Segment: laws of passages, forms, and the cases of users, with invented people."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.records import Document, Passage, Statement
from searchkit.segment import document_form, segment
from searchkit.segment.sentences import paragraph_spans, sentence_spans


def doc(text: str, **given: str) -> Document:
    return Document(id="d", text=text, **given)  # type: ignore[arg-type]


def said(text: str, **given: str) -> list[Statement]:
    return [s for p in segment(doc(text, **given)) for s in p.statements]


PIECES = st.sampled_from(
    [
        "“", "”", '"', "«", "»", "„", "‘", "’", "'", " ", "\n\n", ". ", ", ", ": ", " said ",
        "Ana Pereira", "He", "she", "told reporters that", "We agree", "Minister Oduya",
        "according to ",
        "the ministry", "QUESTION:", "MR. RUIZ:", "заявил", "。", "1", "—", "(", ")", "and ",
        "who ",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join))


def check_laws(document: Document, passages: list[Passage]) -> None:
    at = 0
    for passage in passages:
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.start >= at
        assert passage.text.strip() == passage.text != ""
        between = document.text[at : passage.start]
        assert not between.strip(), f"left out: {between!r}"
        at = passage.end
        for statement in passage.statements:
            assert passage.start <= statement.start < statement.end <= passage.end
            assert document.text[statement.start : statement.end] == statement.text
    assert not document.text[at:].strip()
    assert len({p.id for p in passages}) == len(passages)


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_passages_are_ordered_disjoint_slices_that_leave_nothing_out(text: str) -> None:
    document = doc(text)
    check_laws(document, segment(document))


@given(TEXTS, st.sampled_from(["news", "readout", "statement", "transcript", "speech", "joint"]))
@settings(max_examples=200, deadline=None)
def test_the_laws_hold_in_every_form(text: str, form: str) -> None:
    document = doc(
        text, form=form, title="Remarks by Minister Ana Pereira", source="Ministry of Peru"
    )
    check_laws(document, segment(document))


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_sentences_cover_each_paragraph(text: str) -> None:
    for low, high in paragraph_spans(text):
        spans = sentence_spans(text, low, high)
        assert all(a < b for a, b in spans)
        assert all(b <= c for (_, b), (c, _) in pairwise(spans))
        covered = "".join("".join(text[a:b].split()) for a, b in spans)
        assert covered == "".join(text[low:high].split())


def test_ids_depend_on_the_words_alone() -> None:
    before = segment(doc("It rained.\n\n“We will not yield on that,” said Minister Ana Pereira."))
    after = segment(
        doc("It snowed all day long.\n\n“We will not yield on that,” said Minister Ana Pereira.")
    )
    assert before[1].id == after[1].id
    assert before[0].id != after[0].id


def test_a_repeated_passage_has_an_id_of_its_own() -> None:
    text = "\n\n".join(
        ["“We want a just peace,” said Ana Pereira.", "It rained all day in the hills."] * 2
    )
    ids = [p.id for p in segment(doc(text))]
    assert len(set(ids)) == len(ids)
    assert ids[2] == ids[0] + "-2"


def test_a_paragraph_in_which_two_people_speak_is_cut_between_them() -> None:
    text = (
        "“The border stays open for everyone,” said Interior Minister Lena Brandt. "
        "“It must be closed "
        "before the winter comes,” said Senator Raul Ortega."
    )
    passages = segment(doc(text))
    assert [p.speaker for p in passages] == ["Lena Brandt", "Raul Ortega"]


def test_short_neighbours_of_one_speaker_are_one_passage() -> None:
    text = "“We agree,” Minister Ana Pereira said. “It is late.” “We go on,” she added."
    assert len(segment(doc(text))) == 1


def test_a_long_paragraph_is_cut_at_sentence_ends() -> None:
    sentence = "We stand by every word of the treaty that was signed in the spring of that year. "
    text = "MS. BRANDT: " + sentence * 40 + "\n\nQUESTION: When?"
    passages = [p for p in segment(doc(text)) if p.speaker]
    assert len(passages) > 2
    assert all(len(p.text.split()) <= 200 for p in passages)
    assert all(p.text.endswith(".") for p in passages)


@pytest.mark.parametrize(
    ("text", "given", "form"),
    [
        ("MR. RUIZ: Good day.\n\nQUESTION: When?", {}, "transcript"),
        ("The two sides agree.", {"title": "Joint Statement of Norland and Sudria"}, "joint"),
        ("Mr. President,\n\nWe meet at a hard time.", {}, "speech"),
        ("Lena Brandt, Minister of Trade\n\nI welcome the vote.", {}, "statement"),
        ("It rained.", {"title": "Rain"}, "news"),
        (
            "Minister Ana Pereira met today with Minister Lena Brandt in Lima.",
            {
                "title": "Minister Pereira’s Meeting with Minister Brandt",
                "source": "Ministry of Foreign Affairs",
            },
            "readout",
        ),
    ],
)  # fmt: skip
def test_forms(text: str, given: dict[str, str], form: str) -> None:
    assert document_form(doc(text, **given)) == form


def test_a_given_form_wins() -> None:
    assert document_form(doc("It rained.", form="speech")) == "speech"


# --- cases of users ----------------------------------------------------------------------


def test_a_job_after_the_name_and_a_second_paragraph() -> None:
    text = (
        "Ana Pereira, a doctor, said: “The hospital is full.”\n\n"
        "“We need beds and staff,” she added."
    )
    assert [s.speaker for s in said(text)] == ["Ana Pereira", "Ana Pereira"]
    assert [s.via for s in said(text)] == ["name", "pronoun"]


def test_a_nickname_in_quotation_marks_is_no_quotation() -> None:
    text = "“Talks will go on next week,” said an envoy known as “Ace.”"
    found = said(text)
    assert len(found) == 1
    assert found[0].text == "Talks will go on next week,"


def test_a_pronoun_is_resolved_and_kept_as_the_evidence() -> None:
    text = "Ana Pereira arrived on Monday. She said the talks had been useful."
    [statement] = said(text)
    assert (statement.speaker, statement.speaker_mention, statement.via) == (
        "Ana Pereira",
        "She",
        "pronoun",
    )


# --- speed -------------------------------------------------------------------------------


def seconds(document: Document) -> float:
    best = 9.0
    for _ in range(2):
        start = time.perf_counter()
        segment(document)
        best = min(best, time.perf_counter() - start)
    return best


TURN = (
    "MS. BRANDT: We have heard the minister, and “no” is our answer; he said that it would rain. "
    "Nobody asked the ministry of that town whether it had been told.\n\n"
    "QUESTION: And what did she say?\n\n"
)
NEWS = (
    "“We will rebuild the harbour,” Foreign Minister Ana Pereira said on Monday. She added that "
    "the "
    "ministry had agreed to pay. According to the port, work begins in May, but Raul Ortega, a "
    "union leader, denied that. It rained.\n\n"
)


@pytest.mark.parametrize("unit", [TURN, NEWS])
def test_time_grows_with_length_and_no_faster(unit: str) -> None:
    short, long = (seconds(doc(unit * n)) for n in (60, 600))
    assert long < 25 * short


@pytest.mark.parametrize("stars", ["**", "*", "__", "…", "—"])
def test_a_heading_run_into_its_sentence_gives_no_nameless_speaker(stars: str) -> None:
    text = (
        f"{stars}Invitations for Valmora:{stars}On May 18, Valmora and Sardovia made the decision"
        " to apply, demonstrating the importance of the open door, which provides a path to"
        " membership for any state in a position to further the treaty."
    )
    for passage in segment(Document("aaaaaaaaaaaa", text)):
        assert passage.speaker != ""
        assert all(statement.speaker != "" for statement in passage.statements)


@pytest.mark.parametrize("verb", ["quoted", "cited"])
def test_a_quoted_person_without_as_before_saying(verb: str) -> None:
    text = f"Port officials were {verb} by a local agency on Monday saying the harbour is open."
    assert [passage.text for passage in segment(Document("d", text, language="en"))] == [text]
