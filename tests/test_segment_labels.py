"""Labels and titles that name a speaker, and those that only look as if they did."""

from __future__ import annotations

import pytest

from searchkit.records import Document
from searchkit.segment import segment


def who(text: str, title: str | None = None) -> list[tuple[str | None, str | None]]:
    """Speaker and office of each passage, one after the other the same once."""
    found = [(p.speaker, p.role) for p in segment(Document("d", text, title=title))]
    return [one for n, one in enumerate(found) if n == 0 or one != found[n - 1]]


def names(text: str, title: str | None = None) -> set[str | None]:
    return {name for name, _ in who(text, title)}


TALK = "I think that the river stays open, and I say so to our neighbours every week."
DIALOGUE = "{a}: " + TALK + "\n\n{b}: And the dam?\n\n{a}: " + TALK + "\n\n{b}: Thank you."


@pytest.mark.parametrize(
    ("label", "name", "role"),
    [
        ("PM", None, "prime minister"),
        ("MARJANIAN OFFICIAL", None, "Marjanian official"),
        ("POTUS", None, "president"),
        ("TREASURER", None, "treasurer"),
        ("CALLER", None, "caller"),
        ("JRNLST", None, "journalist"),
        ("ANSWER", None, None),
        ("SENIOR MINISTRY OFFICIAL ONE", None, "senior ministry official"),
        ("OVB", None, None),
    ],
)
def test_labels_that_are_no_names(label: str, name: str | None, role: str | None) -> None:
    found = who(DIALOGUE.format(a=label, b="QUESTION"))
    assert (name, role) in found, found
    assert {n for n, _ in found} == {None}


def test_initials_of_whom_the_title_names() -> None:
    title = "Interview with Prime Minister Otto Varen Brisk, Harbour Radio"
    assert "Otto Varen Brisk" in names(DIALOGUE.format(a="OVB", b="QUESTION"), title)


@pytest.mark.parametrize(
    "title",
    [
        "INTERVIEW GIVEN BY THE PRIME MINISTER, MR OTTO BRISK, ON HARBOUR RADIO",
        "TRANSCRIPT OF THE PRIME MINISTER, THE HON. OTTO BRISK MP, PRESS CONFERENCE, KARVEL",
        "TRANSCRIPT OF THE PRIME MINISTER          THE HON OTTO BRISK MP",
        "Interview with the Prime Minister, the Hon Otto Brisk, Karvel",
        "Interview with Prime Minister Otto Brisk",
    ],
)
def test_an_office_is_whom_the_title_names_by_it(title: str) -> None:
    text = DIALOGUE.format(a="PM", b="JOURNALIST")
    assert ("Otto Brisk", "Prime Minister") in who(text, title)


def test_two_who_hold_two_offices_are_not_mixed_up() -> None:
    title = "Talk with Senator the Hon. Otto Brisk, Attorney-General and Senator the Hon Tom Varga"
    for one in (title, title.upper()):
        found = who(DIALOGUE.format(a="ATTORNEY-GENERAL", b="JOURNALIST"), one)
        assert "Tom Varga" not in {name for name, _ in found}, found


@pytest.mark.parametrize(
    "heading",
    [
        "OUR BUDGET: a plan for the river and for the towns that live by it, as we set it out.",
        "STATEMENT IN THE HOUSE: JOINT RIVER RESEARCH FACILITY\n\nThe House will recall the talks.",
        "REMARKS TO THE KARVEL SOCIETY: 1 FEBRUARY",
        "EMBARGO: not to be published before seven in the evening.",
        "DISTINGUISHED LADIES AND GENTLEMEN: I bring you the greetings of our government.",
        "NOMINATIONS SENT TO THE SENATE:\n\nAna Ruiz, of Karvel, to be an envoy.\n\n"
        "WITHDRAWALS SENT TO THE SENATE:\n\nTom Varga, of Lenox.",
        "RECOVERY: the recovery has begun, and we see it in every town of the valley today.",
    ],
)
def test_headings_before_a_colon_say_nothing(heading: str) -> None:
    text = heading + "\n\nWe shall keep the budget of the river as it is. " + TALK + "\n\n" + TALK
    assert names(text, "TRANSCRIPT OF A SPEECH ON THE RIVER") == {None}


def test_a_short_name_is_one_where_the_title_or_the_text_has_it() -> None:
    assert "Goh" in names(DIALOGUE.format(a="GOH", b="QUESTION"), "TALK WITH MR GOH")
    assert "Goh" in names(DIALOGUE.format(a="GOH", b="QUESTION") + "\n\nQUESTION: Mr Goh, why?")


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("We will see by September 1st. We’ll go to September.", "Why is that?"),
        ("That goes back to Iran’s offer. We move to Iran’s.", "Is it still good?"),
        ("It is okay.", "Yeah, okay. It’s Friday."),
        ("Who is asking? Give me names.", "Plenty of Farmers."),
        ("He has been emphatic.", "Sticking with Karvel. Is there a summit?"),
        ("Let us go to Harvest.", "When does the harvest begin?"),
    ],
)
def test_a_questioner_is_not_named_by_chance(before: str, question: str) -> None:
    text = f"MS. RUIZ: Good morning. {TALK}\n\nQ: When?\n\nMS. RUIZ: {before}\n\nQ: {question}"
    assert names(text) == {"Ruiz", None}


def test_a_questioner_who_is_named_is() -> None:
    text = f"MS. RUIZ: {TALK}\n\nQ: When?\n\nMS. RUIZ: We’ll go to Harlan.\n\nQ: Thanks. Why?"
    assert "Harlan" in names(text)


def test_parts_of_a_day_are_no_speakers() -> None:
    text = "Morning: Talks at the palace.\n\nAfternoon: No engagements.\n\n" * 2 + TALK
    assert names(text, "Transcript of the visit") == {None}


def test_a_name_once_among_other_speakers_is_one() -> None:
    text = DIALOGUE.format(a="MINISTER RUIZ", b="QUESTION") + "\n\nADEYEMI: Let me add a word.\n\n"
    assert {"Ruiz", "Adeyemi"} <= names(text + "MINISTER RUIZ: " + TALK)


@pytest.mark.parametrize(
    ("title", "name", "role"),
    [
        ("Remarks of President Ana Ruiz – State of the Valley Address As Prepared for Delivery",
         "Ana Ruiz", "President"),
        ("Remarks of Security Adviser Tom Varga A New Frontier for the Karvel Partnership",
         "Tom Varga", "Security Adviser"),
        ("Remarks by Council Director Lena Oduya Assessing the Recovery at the Harbour Club",
         "Lena Oduya", "Council Director"),
        ("Remarks by HSVX Tom Varga at the Harbour Institution", "Tom Varga", "HSVX"),
        ("Statement by His Serene Highness Prince Aldo II at the General Debate",
         "Aldo II", "Prince"),
        ("Address by Ambassador-at-Large Ana Ruiz at the Harbour Club", "Ana Ruiz",
         "Ambassador-at-Large"),
        ("Speech by Director of the Federal Drug Control Service Viktor Ozerov at the forum",
         "Viktor Ozerov", "Director of the Federal Drug Control Service"),
        ("Remarks by First Lady Dr. Lena Oduya at the Harbour Club", "Lena Oduya", "First Lady"),
        ("Address by Ruth A Smith at the Harbour Club", "Ruth A Smith", None),
        ("Speech by Ana Ruiz, the Foreign Minister, at the Harbour Club", "Ana Ruiz",
         "Foreign Minister"),
    ],
)  # fmt: skip
def test_where_a_name_in_a_title_ends(title: str, name: str, role: str | None) -> None:
    text = "Good morning. " + TALK + "\n\nWe have come a long way, and we shall go on. " + TALK
    assert (name, role) in who(text, title)


def test_a_country_in_a_title_is_no_speaker() -> None:
    title = "FACT SHEET: Government Acts to Address Risks of Autos from China and Other Countries"
    text = "The Government is committed to drivers. It will act on the risks.\n\n" + TALK
    assert "China" not in names(text, title)
