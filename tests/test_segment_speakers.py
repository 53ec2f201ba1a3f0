"""Who is beside the quoted words: ways in which a speaker was missed or mistaken."""

from __future__ import annotations

import pytest

from searchkit.records import Document, Statement
from searchkit.segment import document_form, segment


def spoken(text: str, **known: str) -> list[Statement]:
    document = Document("d", text, title=known.get("title"), source=known.get("source"),
                        country=known.get("country"))  # fmt: skip
    return [s for p in segment(document) for s in p.statements]


def speakers(text: str) -> list[str | None]:
    return [s.speaker for s in spoken(text) if s.kind == "direct"]


@pytest.mark.parametrize(
    ("why", "text", "expected"),
    [
        (
            "any verb right after the words",
            "Lena Oduya spoke first. “Is it open to farmers?” Ruiz pressed. “Let them in.”",
            ["Ruiz", "Ruiz"],
        ),
        (
            "any verb right before the name",
            "“An awful lot of experts said no,” remembered Tom Varga, the firm’s former chief.",
            ["Tom Varga"],
        ),
        (
            "somebody described",
            "Ana Ruiz asked why. “The river stays where it is,” an angry Oduya thundered.",
            ["Oduya"],
        ),
        (
            "his own participle",
            "Guards pushed a farmer, with Oduya reportedly yelling: “Get him out now!”",
            ["Oduya"],
        ),
        (
            "a participle of the clause, not of whom was told",
            "Oduya returned the praise to Ruiz, telling Harbour Radio, “She has been a friend.”",
            ["Oduya"],
        ),
        (
            "shot back",
            "After former Karvel Gov. Tom Varga criticized it, Oduya shot back, “I chose to stay.”",
            ["Oduya"],
        ),
        (
            "puts it",
            "As the Herald’s Ana Ruiz puts it, “The council is unmoved and the town is tired.”",
            ["Ana Ruiz"],
        ),
        (
            "a passive asker",
            "Oduya was asked by host Tom Varga, who likes the dam, “Now, you once said no, why?”",
            ["Tom Varga"],
        ),
        (
            "an answer's owner",
            "The envoy met Lena Oduya. Oduya’s response was: “Is the bridge closed again?”",
            ["Lena Oduya"],
        ),
        (
            "a name with its party",
            "Tom Varga listened. Sen. Ana Ruiz (K-Harbour): “I have not heard of it before today.”",
            ["Ana Ruiz"],
        ),
        (
            "an aside before the verb",
            "But Minister Lena Oduya, noting the size of Varga’s list, said, “He has many names.”",
            ["Lena Oduya"],
        ),
        (
            "exasperated",
            "Tom Varga sat there. Oduya, exasperated, famously responded: “What difference is it?”",
            ["Oduya"],
        ),
        (
            "a name that is a helping verb",
            "“It is a costly model,” said Will Doyle, a professor of history at Karvel University.",
            ["Will Doyle"],
        ),
        (
            "an apposition after a question",
            "“How are you all today?” Varga, a retired worker from a mill, said pleasantly.",
            ["Varga"],
        ),
        (
            "a namesake of a country's people",
            "Mark Cuban owns the club. “It’s too early to tell,” Cuban said.",
            ["Mark Cuban"],
        ),
        (
            "a fragment before the words",
            "It is about “people saying, ‘this will not do,’” Varga said. “It is a revolt.”",
            ["Varga"],
        ),
    ],
)  # fmt: skip
def test_who_speaks(why: str, text: str, expected: list[str]) -> None:
    assert speakers(text) == expected, why


@pytest.mark.parametrize(
    ("why", "text"),
    [
        (
            "somebody unreadable, not the one before",
            "Tom Varga wrote twice. Varga tweeted, “They did the same last week.” "
            "Another tweeted, “Ruiz thinks she stands above the rules.”",
        ),
        (
            "a text that is read out",
            "Tom Varga spoke. “The law is the law for all of us,” Varga said.\n\n"
            "Chapter 45:1 reads: “This is what the old book says to the people of the river.”",
        ),
    ],
)
def test_a_speaker_no_rule_reads_is_nobody(why: str, text: str) -> None:
    assert speakers(text) == ["Tom Varga", None], why


def test_a_book_title_is_no_speech() -> None:
    text = "Tom Varga spoke. Ana Ruiz published a column, entitled, “Why the River Matters More.”"
    assert spoken(text) == []


@pytest.mark.parametrize(
    ("text", "role", "words"),
    [
        ("The vote was close. Nearly half said they prefer the old bridge.", "Nearly half",
         "they prefer the old bridge"),
        ("The help turned doubt into support, donors said.", "donors",
         "The help turned doubt into support"),
        ("A court document filed on Thursday says that the trial is over.",
         "a court document", "the trial is over"),
        ("The river is low, according to data released on Friday by the mill.",
         "data", "The river is low"),
    ],
)  # fmt: skip
def test_sources_without_a_name(text: str, role: str, words: str) -> None:
    [found] = spoken(text)
    assert found.speaker is None
    assert (found.role or "").startswith(role)
    assert found.text == words


@pytest.mark.parametrize(
    ("why", "text"),
    [
        ("a participle", "Lena Oduya named the problems and faults noted in this area."),
        ("a compound noun", "By custom the member states usually have two years to mend it."),
        ("a measure", "The brigades will be equipped according to the highest standards."),
        ("a class by its name", "Tom Varga left a list for a class called “River Law” on Monday."),
    ],
)
def test_words_that_only_look_like_speech(why: str, text: str) -> None:
    assert spoken(text) == [], why


@pytest.mark.parametrize(
    ("text", "speaker", "words"),
    [
        ("Ana Ruiz threw her support behind the dam on Monday, saying it is time to build.",
         "Ana Ruiz", "it is time to build"),
        ("Ana Ruiz has raised questions about the dam, falsely suggesting that it leaks.",
         "Ana Ruiz", "it leaks"),
        ("Ana Ruiz sent out a press release saying that the dam is safe.",
         "Ana Ruiz", "the dam is safe"),
        ("The bridge is closed, said Ana Ruiz, who keeps its keys.",
         "Ana Ruiz", "The bridge is closed"),
        ("Ana Ruiz said the dam leaks, a swipe at the council.",
         "Ana Ruiz", "the dam leaks"),
        ("The Ministry of Education and Science proposed raising the pay of teachers.",
         "Ministry of Education and Science", "raising the pay of teachers"),
    ],
)  # fmt: skip
def test_more_ways_to_report(text: str, speaker: str, words: str) -> None:
    [found] = spoken(text)
    assert (found.speaker, found.text) == (speaker, words)


# --- transcripts -----------------------------------------------------------------------


ALONE = """JOURNALIST:

What do you hope for in Karvel?

PRIME MINISTER:

Well, a close tie between our ports.

JOURNALIST:

Are you worried about the dam?

PRIME MINISTER:

I think we all hold our breath."""


def test_a_label_that_stands_alone_opens_a_turn() -> None:
    document = Document("d", ALONE, title="Doorstop of the Prime Minister", speaker="Lena Oduya",
                        role="Prime Minister", country="Peru")  # fmt: skip
    assert document_form(document) == "transcript"
    found = [(s.speaker, s.role, s.via) for p in segment(document) for s in p.statements]
    journalist = (None, "journalist", "turn")
    minister = ("Lena Oduya", "Prime Minister", "turn")
    assert found == [journalist, minister, journalist, minister]


def test_a_name_before_quoted_paragraphs_is_no_label() -> None:
    text = (
        "Ana Ruiz met the press.\n\nAdded Ruiz:\n\n“The river is low.”\n\nAdded Ruiz:\n\n“We wait.”"
    )
    assert document_form(Document("d", text)) == "news"


def test_headings_in_capitals_are_no_turns() -> None:
    text = "BACKGROUND:\n\nThe dam was built long ago.\n\nOUTLOOK:\n\nThe rain will come in May."
    assert document_form(Document("d", text)) == "news"


def test_for_press_is_no_speaker() -> None:
    text = "FOR PRESS: No. 91\n\nWe announce a prize.\n\nFOR PRESS: No. 92\n\nWe announce another."
    assert "Press" not in [s.speaker for s in spoken(text)]


def test_a_full_name_speaks_once_among_labels() -> None:
    text = (
        "Lena Oduya: Good morning to you all.\n\nTom Varga: Thank you.\n\n"
        "Lena Oduya: Who is next?\n\nTom Varga: I know.\n\nIvo Smith: I teach at the school."
    )
    assert [s.speaker for s in spoken(text)][-1] == "Ivo Smith"


def test_an_office_that_two_countries_have_tells_no_country() -> None:
    text = (
        "The Italian President met the Peruvian President in the palace.\n\n"
        "President Ana Ruiz said that the talks went well."
    )
    [found] = spoken(text, country="Portugal", source="Presidency of Portugal")
    assert (found.speaker, found.affiliation) == ("Ana Ruiz", "Portugal")
