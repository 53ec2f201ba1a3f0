"""The hard patterns of attribution, each in a text of its own with invented people."""

from __future__ import annotations

import pytest

from searchkit.records import Document, Statement
from searchkit.segment import segment


def said(text: str, **given: str) -> list[Statement]:
    document = Document(id="d", text=text, **given)  # type: ignore[arg-type]
    return [s for p in segment(document) for s in p.statements]


def speakers(text: str, **given: str) -> list[str | None]:
    return [s.speaker for s in said(text, **given)]


def words(text: str, **given: str) -> list[str]:
    return [s.text for s in said(text, **given)]


# 1 continued
def test_a_quotation_continued_over_paragraphs_with_one_closing_mark() -> None:
    text = (
        "Foreign Minister Ana Pereira said: “The border is open again.\n\n“Trade will follow "
        "soon.\n\n"
        "“We are not afraid of anybody.”"
    )
    found = said(text)
    assert [s.speaker for s in found] == ["Ana Pereira"] * 3
    assert [s.via for s in found] == ["name", "continuation", "continuation"]


# 2 mixed marks
@pytest.mark.parametrize(
    "quoted",
    ['"We will not yield to them,”', "“We will not yield to them,\"", "”We will not yield to "
    "them,”",
     "„We will not yield to them,“", "«We will not yield to them»,", "»We will not yield to them«,",
     "‘We will not yield to them,’", "''We will not yield to them,''"],
)  # fmt: skip
def test_marks_mixed_turned_round_and_of_other_lands(quoted: str) -> None:
    [statement] = said(f"{quoted} said Minister Ana Pereira.")
    assert statement.kind == "direct"
    assert statement.speaker == "Ana Pereira"
    assert statement.text.strip(",") == "We will not yield to them"


def test_a_mark_that_is_missing() -> None:
    text = "“We have reached the end of the road, Minister Ana Pereira said.\n\nIt rained all day."
    assert speakers(text)[0] == "Ana Pereira"


# 3 swallowed
def test_an_opener_that_swallows_its_attribution() -> None:
    text = "“The talks go on, Minister Ana Pereira said. “They will be long.”"
    found = said(text)
    assert {s.speaker for s in found} == {"Ana Pereira"}


# 4 colon
def test_a_colon_and_a_paragraph_that_announces() -> None:
    assert speakers("Ana Pereira: “There is no other way out of this.”") == ["Ana Pereira"]
    text = (
        "In a note to members, Minister Lena Brandt wrote:\n\n“There is no other way out of this.”"
    )
    assert speakers(text) == ["Lena Brandt"]


# 5 two candidates
def test_two_candidates_in_one_sentence() -> None:
    text = (
        "Lena Brandt met Raul Ortega in the harbour. “He was late as ever,” Brandt said, "
        "while Ortega smiled."
    )
    assert speakers(text) == ["Lena Brandt"]


# 6 definite role
def test_a_definite_role_stands_for_its_holder() -> None:
    text = (
        "Economy Minister Ana Pereira spoke in Lisbon.\n\nThe mayor listened.\n\n"
        "“The tariff is unjust,” the economy minister said."
    )
    [statement] = said(text)
    assert (statement.speaker, statement.via) == ("Ana Pereira", "role")


# 7 role first
def test_the_role_stands_first() -> None:
    [statement] = said("Norwegian Deputy Foreign Minister Lena Brandt said that talks would go on.")
    assert statement.speaker == "Lena Brandt"
    assert statement.role == "Deputy Foreign Minister"
    assert statement.affiliation == "Norway"


# 8 nested apposition
def test_nested_apposition() -> None:
    text = (
        "Marla West, a professor at the Northern Institute and adviser to the trade council, "
        "called the "
        "plan a mistake."
    )
    [statement] = said(text)
    assert statement.speaker == "Marla West"
    assert "professor" in (statement.role or "")


# 9 split
def test_a_quotation_split_by_its_attribution() -> None:
    text = "“If you close the port,” Minister Ana Pereira said, “you close the country.”"
    found = said(text)
    assert [s.text for s in found] == ["If you close the port,", "you close the country."]
    assert {s.speaker for s in found} == {"Ana Pereira"}


# 10 second verb
def test_a_second_verb_of_the_same_subject_is_the_same_statement() -> None:
    text = "Minister Ana Pereira said the port was safe and warned that winter would come early."
    assert words(text) == ["the port was safe and warned that winter would come early"]


def test_a_verb_far_from_its_subject() -> None:
    text = "The ministry of Sweden did not name the place and said it would wait for the families."
    [statement] = said(text)
    assert statement.text == "it would wait for the families"


# 11 noun cue
def test_a_noun_with_a_that_clause() -> None:
    [statement] = said("The report questions Sweden’s claim that the ship was empty.")
    assert statement.text in (
        "the ship was empty",
        "Sweden’s claim that the ship was empty",
    )


# 12 agentless
def test_a_passive_without_agent_gives_no_speaker() -> None:
    assert speakers("The harbour was described as safe, and nobody was blamed for the fire.") == []


# 13 headline, turn, dash
def test_headline_turn_and_dash() -> None:
    text = "Foreign minister Ana Pereira says port will stay open"
    assert speakers(text) == ["Ana Pereira"]
    text = "MS. BRANDT: We are ready to go.\n\nQUESTION: When will that be?\n\nMS. BRANDT: Soon."
    assert speakers(text) == ["Brandt", None, "Brandt"]
    text = "“There is no other way out of this.” — Ana Pereira"
    assert speakers(text) == ["Ana Pereira"]


# 14 backward cue
def test_the_cue_stands_after_the_words() -> None:
    text = "The port will stay open all winter, the Norwegian government said on Monday."
    [statement] = said(text)
    assert statement.text == "The port will stay open all winter"
    assert statement.affiliation == "Norway"


def test_according_to() -> None:
    text = "More than forty people were hurt in the storm, according to the United Nations."
    [statement] = said(text)
    assert (statement.speaker, statement.cue) == ("United Nations", "according to")


# 15 nested
def test_what_somebody_says_that_another_said_is_the_first_speakers() -> None:
    text = (
        "President Raul Ortega said that his envoy, Lena Brandt, had told him the road was closed."
    )
    found = said(text)
    assert len(found) == 1
    assert found[0].speaker == "Raul Ortega"


# --- who else speaks ------------------------------------------------------------------


def test_a_spokesperson_speaks_for_the_body() -> None:
    [statement] = said("“We saw no ship there,” NATO spokesman Piet Haan said.")
    assert (statement.speaker, statement.affiliation) == ("Piet Haan", "NATO")


def test_capitals_and_countries_speak() -> None:
    assert speakers("Moscow accused the council of bias.") == ["Russia"]
    assert speakers("Peru said it would send two ships.") == ["Peru"]


def test_anonymous_sources_have_a_role_and_no_name() -> None:
    [statement] = said("A senior official said the ship had left before dawn.")
    assert statement.speaker is None
    assert statement.role == "senior official"


def test_both_leaders_of_a_readout_speak_together() -> None:
    text = (
        "President Raul Ortega of Peru met today with Prime Minister Lena Brandt of Norway in "
        "Lima. "
        "Both leaders welcomed the launch of a new council. The President thanked the Prime "
        "Minister "
        "for her visit."
    )
    title = "Readout of President Ortega’s Meeting with Prime Minister Brandt of Norway"
    found = said(text, title=title, source="Presidency of Peru")
    assert [s.speaker for s in found] == ["Raul Ortega; Lena Brandt", "Raul Ortega"]
    assert found[0].affiliation == "Peru; Norway"


def test_scare_quotes_are_no_quotations() -> None:
    assert said("The “interim” government met in a “safe” place.") == []


def test_a_fragment_in_a_clause_stays_reported() -> None:
    [statement] = said("Minister Ana Pereira said the plan was “a very bad idea” for the region.")
    assert statement.kind == "reported"


def test_unknown_people_are_not_guessed() -> None:
    assert speakers("“There is no other way out of this,” she said.") == [None]
    assert speakers("“There is no other way out of this.”\n\nIt rained.") == [None]


def test_a_readout_keeps_topics_out() -> None:
    text = (
        "Minister Ana Pereira met today with Minister Lena Brandt. Minister Pereira welcomed the "
        "accord "
        "and discussed trade in fish."
    )
    title = "Minister Pereira’s Meeting with Minister Brandt"
    assert words(text, title=title, source="Ministry of Foreign Affairs of Peru") == ["the accord"]


# --- one voice ------------------------------------------------------------------------


def test_a_signed_statement_is_the_signers() -> None:
    text = "Ana Pereira, Minister of Trade\n\nWe welcome the vote.\n\nThe council will meet in May."
    found = said(text, source="Ministry of Trade of Peru")
    assert {(s.kind, s.speaker, s.role, s.affiliation, s.via) for s in found} == {
        ("issuer", "Ana Pereira", "Minister of Trade", "Peru", "document")
    }


def test_a_speech_is_the_given_speakers() -> None:
    found = said(
        "Mr. President,\n\nWe meet at a hard time.", speaker="H.E. Mr. Raul ORTEGA", country="Peru"
    )
    assert {(s.kind, s.speaker, s.affiliation) for s in found} == {
        ("transcript", "Raul Ortega", "Peru")
    }


def test_a_joint_statement_has_parties_and_no_speaker() -> None:
    text = "The two governments reaffirm their friendship.\n\nWe call for talks."
    found = said(text, title="Joint Statement by Peru and Norway")
    assert {(s.kind, s.speaker, s.affiliation) for s in found} == {("issuer", None, "Peru; Norway")}


# --- turns ----------------------------------------------------------------------------


def test_labels_are_resolved_by_title_and_list_and_questioners_by_themselves() -> None:
    text = (
        "Ana M. Pereira, Secretary of State\n\nMODERATOR: Let’s go to the line of Tom Reed.\n\n"
        "QUESTION: Thank you. When will you go?\n\nSECRETARY PEREIRA: In May.\n\nThat is all I "
        "know.\n\n"
        "QUESTION: Hi, this is Lucy Gray with the Northern Post. Why?\n\n"
        "FOREIGN MINISTER BRANDT: We have agreed."
    )
    title = (
        "Secretary Ana M. Pereira And Norwegian Foreign Minister Lena Brandt Before Their Meeting"
    )
    found = said(text, title=title, source="Department of State")
    assert [(s.speaker, s.via) for s in found] == [
        (None, "turn"), ("Tom Reed", "turn"), ("Ana M. Pereira", "turn"),
        ("Ana M. Pereira", "continuation"), ("Lucy Gray", "turn"), ("Lena Brandt", "turn"),
    ]  # fmt: skip
    assert found[-1].affiliation == "Norway"
    assert found[1].role == "journalist"


# --- other languages ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("« Nous voulons la paix », a déclaré le ministre.", "Nous voulons la paix"),
        ("„Wir wollen den Frieden“, sagte der Minister.", "Wir wollen den Frieden"),
        ("«Queremos la paz para todos», dijo el ministro.", "Queremos la paz para todos"),
        ("«Мы хотим мира для всех», заявил министр.", "Мы хотим мира для всех"),
        ("“Herkes için barış istiyoruz” dedi bakan.", "Herkes için barış istiyoruz"),
        ("قال الوزير: «نريد السلام للجميع في المنطقة».", "نريد السلام للجميع في المنطقة"),
        ("发言人说：“我们希望所有人都能得到和平。”", "我们希望所有人都能得到和平。"),
    ],
)
def test_other_languages_have_their_quotations_and_no_wrong_speaker(text: str, quoted: str) -> None:
    found = said(text)
    assert quoted in [s.text.strip(" ,") for s in found]
    assert all(s.speaker is None for s in found)


@pytest.mark.parametrize(
    ("language", "text", "speaker"),
    [
        ("fr", "« Nous voulons la paix », a déclaré la ministre Ana Ruiz.", "Ana Ruiz"),
        ("es", "«Queremos la paz para todos», dijo la ministra Ana Ruiz.", "Ana Ruiz"),
        ("de", "„Wir wollen den Frieden“, sagte Ana Ruiz.", "Ana Ruiz"),
        ("ru", "«Мы хотим мира для всех», заявил министр Иван Петренко.", "Иван Петренко"),
        ("uk", "«Ми хочемо миру для всіх», заявив міністр Іван Петренко.", "Іван Петренко"),
        ("fr", "« Nous voulons la paix », a déclaré le ministre.", None),
        ("ar", "قال الوزير: «نريد السلام للجميع في المنطقة».", None),
        ("zh", "发言人说：“我们希望所有人都能得到和平。”", None),
        ("tr", "“Herkes için barış istiyoruz” dedi bakan.", None),
    ],
)
def test_a_name_beside_the_reporting_word_speaks(
    language: str, text: str, speaker: str | None
) -> None:
    [statement] = said(text, language=language)
    assert statement.kind == "direct"
    assert statement.speaker == speaker
    assert statement.cue


def test_a_clause_before_a_colon_is_no_label() -> None:
    text = (
        "Lena Brandt, Minister of Trade\n\nNorway is naming two traders who work in Peru: "
        "Raul Ortega and Tom Reed. We will not rest."
    )
    assert {s.speaker for s in said(text, source="Ministry of Trade of Norway")} == {"Lena Brandt"}


def test_a_promise_keeps_its_infinitive() -> None:
    text = "Minister Ana Pereira pledged to address together the problems that divide the coast."
    assert words(text) == ["to address together the problems that divide the coast"]
