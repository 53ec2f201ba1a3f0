"""Kinds of faults that reading official texts and news showed, each in invented words."""

from __future__ import annotations

import pytest

from searchkit.records import Document, Statement
from searchkit.segment import document_form, segment


def made(text: str, **given: str) -> Document:
    return Document(id="d", text=text, **given)  # type: ignore[arg-type]


def said(text: str, **given: str) -> list[Statement]:
    document = made(text, **given)
    return [s for p in segment(document) for s in p.statements]


# What it is about, the text, and (speaker, first words) of each statement.
NEWS = [
    (
        "an office with a hyphen before its name",
        "Its Secretary-General, Maren Odvik, said she would propose a common gauge.",
        [("Maren Odvik", "she would")],
    ),
    (
        "all and both belong to what is said",
        "Its spokesperson, Pavel Dorin, said all 140 prisoners would be exchanged by Friday.",
        [("Pavel Dorin", "all 140")],
    ),
    (
        "a given name that is a country's name",
        "“The port is closed,” said Israel Marsaudon, the foreign minister of Valmora.",
        [("Israel Marsaudon", "The port")],
    ),
    (
        "a relative clause between subject and verb",
        "“They touched on water for hours,” a diplomat who took part in them said.",
        [(None, "They touched")],
    ),
    (
        "a relative clause hides no subject from a pronoun",
        "Ostrenia denies that a shell was fired from its side. Rain fell in Ostrenia.\n\nSpecial "
        "Envoy Tobias Renwick, who has seen the craters, will not say whose they were. “I was "
        "asked to stop the next shell,” he told Basin Review.",
        [("Ostrenia", "a shell"), ("Tobias Renwick", "I was asked")],
    ),
    (
        "a pair that met is whom they means",
        "Foreign Minister Ana Pereira met Foreign Minister Pavel Dorin. They urged both sides to "
        "stop.",
        [("Ana Pereira; Pavel Dorin", "both sides")],
    ),
    (
        "a place and a day after the verb",
        "Hanlu will pay half the cost of the channel, Vice Minister Lu Baichuan announced on "
        "Wednesday after talks in Karvel.",
        [("Lu Baichuan", "Hanlu will pay")],
    ),
    (
        "an attribution inside the words",
        "Foreign Minister Ana Pereira met the crews. The two navies, she said, would patrol "
        "together from June.",
        [("Ana Pereira", "The two navies"), ("Ana Pereira", "would patrol")],
    ),
    (
        "an apposition that lacks its second comma",
        "The regime is too complicated, Abel Kuypers, secretary of the dairy section of the "
        "farmers' league said.",
        [("Abel Kuypers", "The regime")],
    ),
    (
        "as he said opens a sentence",
        "As Minister Ana Ruiz said, the total cost of the work was put at four million.",
        [("Ana Ruiz", "the total")],
    ),
    (
        "asked about something is no speaker",
        "Energy Minister Subo Rahman arrived.\n\nAsked about the price of oil, he said: “I think "
        "it will stay where it is.”",
        [("Subo Rahman", "I think")],
    ),
    (
        "what is only done to somebody else",
        "The money is to help Moldova defend its borders. The firm maintains a plant in Lima.",
        [],
    ),
    (
        "the company is no country",
        "Italy rejected the offer.\n\nThe company said that the plant would be built.",
        [("Italy", "the offer"), (None, "the plant")],
    ),
    (
        "a study is not the person who spoke last",
        "“It is a great place to work,” said Rosa Keller, a banker.\n\nThe study concluded that "
        "the city would gain.",
        [("Rosa Keller", "It is"), (None, "the city")],
    ),
    (
        "a document called by its body",
        "Minister Ana Ruiz disagreed.\n\nThe Bank report said that the subsidies were a waste.",
        [("Bank", "the subsidies")],
    ),
    (
        "a company is not he",
        "“The vote was close in every town,” union leader Tom Oduya said. Harbour Steel Ltd "
        "rejected the result.\n\nThe mines would stay shut, he said.",
        [
            ("Tom Oduya", "The vote"),
            ("Harbour Steel Ltd", "the result"),
            ("Tom Oduya", "The mines"),
        ],
    ),
    (
        "a title in quotation marks is no speech",
        "The talk was about the theme, “Leading in Times of Crisis,” and drew many.",
        [],
    ),
    (
        "made clear",
        "Minister Ana Ruiz spoke. She made clear that the port must open.",
        [("Ana Ruiz", "the port")],
    ),
    (
        "a quotation that runs over paragraphs without marks",
        "In a message to the towns, Minister Ana Ruiz wrote:\n\n“The ties between our cities are "
        "old.\n\nTrade helps all of us.\n\nI am sure that it will go on.”\n\nIt rained.",
        [("Ana Ruiz", "The ties"), ("Ana Ruiz", "Trade helps"), ("Ana Ruiz", "I am sure")],
    ),
    (
        "a setting before the verb is not what is said",
        "Following the first reports of the blast, Mayor Ana Ruiz said on Monday that the bridge "
        "was safe.",
        [("Ana Ruiz", "the bridge")],
    ),
    (
        "an apposition in an apposition",
        "Carlo Vian, the editor in chief of the state's newspaper, Osservatore, said every word "
        "was true. Lena Holm, 67, a retired teacher in Allen, Va., said she had not slept.",
        [("Carlo Vian", "every word"), ("Lena Holm", "she had")],
    ),
    (
        "a place after the name",
        "John Wilson, of Springfield, Va., said he had seen the harbour burn.",
        [("John Wilson", "he had")],
    ),
    (
        "the verb beside the words, not the first one",
        "At one point, a woman asked for a photo and Ana Ruiz said, “As long as we break no law.”",
        [("Ana Ruiz", "As long")],
    ),
    (
        "as he put it",
        "As Abel Amar, professor of law and author of a book, put it, “A good candidate is a rare "
        "thing.”",
        [("Abel Amar", "A good")],
    ),
    (
        "what somebody is demanding",
        "The city of Phoenix is demanding that the campaign stop using its name.",
        [("Phoenix", "the campaign")],
    ),
    (
        "lines that are each a quotation with its name",
        "“We need a harbour and we need it now.” ― Ana Ruiz\n“Nobody asked the fishermen about "
        "this.” ― Tom Oduya\n\nThe poll closed on Monday.",
        [("Ana Ruiz", "We need"), ("Tom Oduya", "Nobody asked")],
    ),
]  # fmt: skip


STORY = (
    "The Foreign Ministry of Sardovia on Friday summoned the Ostrenian ambassador and "
    "demanded an explanation for the flight. The ministry said the aircraft had "
    "crossed the border twice.\n\n"
    "Ambassador Lev Antonov called the claim “absurd.” He told state television that "
    "his country had no aircraft in the region.\n\n"
    "Prime Minister Ana Holt, speaking in Karvel, warned that further incidents would "
    "not go unanswered. “We will defend every metre of our sky,” she said.\n\n"
    "Her spokesman later clarified that Holt had not meant military action.\n\n"
    "“There is still room for diplomacy,” a senior EU official who asked not to be "
    "named told the Harbour Times. “But the room is shrinking.”\n\n"
    "Washington urged both sides to show restraint, while Beijing said it was "
    "following the situation.\n\n"
    "In a joint statement, the foreign ministers of the three Baltic states condemned "
    "the violation and reaffirmed their support for Sardovia.\n\n"
    "Opposition leader Tomas Berg, who heads the Civic Union, accused Holt of "
    "“playing with fire” and called for an emergency session of parliament.\n\n"
    "According to two people briefed on the matter, the jet had its transponder "
    "switched off. The defence ministry declined to comment.\n\n"
    "Analysts at the Northern Institute noted that such flights have doubled since "
    "May. “This is a test,” said Ida Lund, a researcher there. “They want to see what "
    "we do.”\n\n"
    "The United Nations' special envoy, Carl Osei, will travel to the region on "
    "Monday, his office announced.\n\n"
    "Antonov rejected the allegations on Sunday, saying Sardovia had offered “not one "
    "photograph”. Asked whether talks were possible, the envoy replied: “Always.”"
)
STORY_SPEAKERS = [
    "Foreign Ministry of Sardovia",
    "Foreign Ministry of Sardovia",
    "Lev Antonov",
    "Lev Antonov",
    "Ana Holt",
    "Ana Holt",
    None,
    None,
    None,
    "United States",
    "China",
    None,
    "Tomas Berg",
    None,
    "Northern Institute",
    "Ida Lund",
    "Ida Lund",
    None,
    "Lev Antonov",
    None,
]


SECOND_STORY = (
    "KARVEL — Talks on the Sarne river dam ended without a deal on Thursday, "
    "officials from both countries said, though each side described the mood as "
    "constructive.\n\n"
    "“Nobody slammed a door,” said Ostrenia's chief negotiator, Irena Volkova, a "
    "former ambassador to the United Nations. “That counts as progress here.”\n\n"
    "Her counterpart from Valmora, Deputy Water Minister Josef Klima, was less "
    "upbeat, telling reporters outside the hotel that “a smile does not fill a "
    "reservoir.”\n\n"
    "Klima added that Valmora would take the dispute to the International Court of "
    "Justice if no agreement was reached by June.\n\n"
    "Volkova, 58, dismissed the threat as theatre. The court, she noted, has no "
    "jurisdiction over treaties signed before 1980.\n\n"
    "The two sides agreed to exchange flow data every week and to meet again in "
    "Lantern next month, according to a joint communique seen by Basin Wire.\n\n"
    "Marjania, which hosted the talks, welcomed the outcome. President Samir Dahwan's "
    "office called it “a small step on a long road.”\n\n"
    "Human rights groups criticised the absence of villagers from the table. “They "
    "talk about our water as if we were not here,” complained Lidia Moreno, 34, who "
    "farms near Gorna.\n\n"
    "The World Bank, which is financing part of the dam, said in a statement that it "
    "“remains committed to a fair outcome”.\n\n"
    "Ostrenian state media quoted Prime Minister Pavel Dorin as saying that the "
    "filling would begin on schedule “whatever the weather in Karvel.”\n\n"
    "“If he means that, there is nothing left to discuss,” Klima told the Herald when "
    "asked about the remark.\n\n"
    "But Dorin's spokeswoman, Katya Benes, played down the comments, insisting the "
    "prime minister had been misquoted.\n\n"
    "In Brussels, the European Commission's Anna Lindqvist said the bloc stood ready "
    "to send engineers, adding that a mission could leave within days.\n\n"
    "Klima's predecessor, Hana Novak, wrote on X: “We offered the same data in 2019. "
    "They refused.”\n\n"
    "The chief of the Valmoran general staff, General Otto Krall, denied that troops "
    "had been moved to the border, as did the interior ministry."
)
SECOND_SPEAKERS = [
    None,
    None,
    "Irena Volkova",
    "Irena Volkova",
    "Josef Klima",
    "Josef Klima",
    "Irena Volkova",
    "Irena Volkova",
    "Irena Volkova",
    None,
    "Marjania",
    "President Samir Dahwan's office",
    None,
    "Lidia Moreno",
    "World Bank",
    "Pavel Dorin",
    "Josef Klima",
    "Katya Benes",
    "Anna Lindqvist",
    "Hana Novak",
    "Otto Krall",
]


def test_a_second_story() -> None:
    found = said(SECOND_STORY)
    assert [s.speaker for s in found] == SECOND_SPEAKERS
    assert found[0].text.startswith("Talks on the Sarne")
    assert (found[2].role, found[2].affiliation) == ("chief negotiator", "Ostrenia")


THIRD_STORY = (
    'Britain\'s foreign secretary, Helen Marlow, has accused Ostrenia of "reckless" '
    "behaviour after a cable was cut in the northern sea.\n\n"
    'Speaking in the House of Commons, Ms Marlow told MPs: "We know who did this and '
    'they know that we know." She said two ships had been tracked.\n\n'
    '"The evidence is overwhelming," the foreign secretary added. "I will publish '
    'what I can."\n\n'
    "Ostrenia's embassy in London said the claim was \"a fairy tale for a slow news "
    'day".\n\n'
    "The shadow foreign secretary, David Penn, backed the government but asked why "
    'the navy had been "caught napping". Penn, a former naval officer, urged '
    "ministers to summon the ambassador.\n\n"
    "Downing Street would not say whether sanctions were planned. A spokesman said: "
    '"Nothing is off the table."\n\n'
    "Nato's secretary general Bram de Wit, who was visiting Oslo, described the "
    "incident as serious and promised more patrols.\n\n"
    "It is understood that the cable will take six weeks to repair.\n\n"
    'Prof Ruth Adeyemi of Leeds University believes the cut was deliberate. "Anchors '
    'do not dance," she says. "Somebody held it there."\n\n'
    'Residents of the island of Skerra, where phones went dead, were angry. "We rang '
    'nobody for two days," said one, who gave his name only as Magnus.\n\n'
    "The chief executive of NorthLink, Erik Dahl - whose company owns the cable - "
    'thanked engineers "who worked through the storm".\n\n'
    "Meanwhile, the Norwegian and Danish governments issued a joint statement "
    "condemning the damage and calling for a meeting of the Baltic council.\n\n"
    "Ostrenia's president, Viktor Lazar, said in a televised address on Sunday night "
    'that his country "has never cut anything but bread". He accused London of '
    "hysteria and said he would not be lectured."
)
THIRD_SPEAKERS = [
    "Helen Marlow",
    "Helen Marlow",
    "Helen Marlow",
    "Helen Marlow",
    "Helen Marlow",
    "Ostrenia's embassy in London",
    "David Penn",
    "David Penn",
    None,
    "Bram de Wit",
    "Ruth Adeyemi",
    "Ruth Adeyemi",
    "Ruth Adeyemi",
    None,
    "Erik Dahl",
    "Norway; Denmark",
    "Viktor Lazar",
    "Viktor Lazar",
]


def test_a_third_story() -> None:
    found = said(THIRD_STORY)
    assert [s.speaker for s in found] == THIRD_SPEAKERS
    assert found[5].affiliation == "Ostrenia"
    assert (found[-1].role, found[-1].affiliation) == ("president", "Ostrenia")


def test_a_whole_story() -> None:
    found = said(STORY)
    assert [s.speaker for s in found] == STORY_SPEAKERS
    assert found[0].affiliation == "Sardovia"
    assert found[12].role == "Opposition leader"


BESIDE = [
    (
        "asked in the passive",
        "Ana Ruiz was asked by Lena Bowles whether the dam had leaked.",
        [("Lena Bowles", "whether the dam")],
    ),
    (
        "a passive without a message is no speech",
        "Ana Ruiz was asked by Lena Bowles.",
        [],
    ),
    (
        "blamed in the passive",
        "The envoy has been criticised by Ana Ruiz for failing to visit the north.",
        [("Ana Ruiz", "for failing")],
    ),
    (
        "whose vow, and where it ends",
        "Ana Ruiz’s vow to close the dam was heard in the valley.",
        [("Ana Ruiz", "to close the dam")],
    ),
    (
        "whose claim",
        "Lena Bowles spoke first. The vote hardly helps her claim that the river is clean.",
        [("Lena Bowles", "the river is clean")],
    ),
    (
        "people who say",
        "The levy met protests from business leaders who say the law favours the coast.",
        [(None, "the law favours")],
    ),
    (
        "the participle before its subject",
        "After saying that the dam was safe, Ana Ruiz left the hall.",
        [("Ana Ruiz", "the dam was safe")],
    ),
    (
        "a clause of time with a statement of its own",
        "The hall fell silent when Ana Ruiz claimed that the dam had leaked.",
        [("Ana Ruiz", "the dam had leaked")],
    ),
    (
        "a share of those asked",
        "About six in ten say the bridge is too old.",
        [(None, "the bridge is too old")],
    ),
    (
        "age and home between name and verb",
        "Lena Bowles, 58, who lives in Karvel, says the bridge is too old.",
        [("Lena Bowles", "the bridge is too old")],
    ),
    (
        "close to somebody",
        "A person familiar with the talks says the river will be shared.",
        [(None, "the river will be shared")],
    ),
    (
        "a call for further talks keeps its further",
        "Ana Ruiz called for further talks on the river.",
        [("Ana Ruiz", "further talks on the river")],
    ),
    (
        "told to do something",
        "Ana Ruiz told the mayor to close the dam.",
        [("Ana Ruiz", "the mayor to close the dam")],
    ),
    (
        "where an endorsement ends",
        "Ana Ruiz endorsed the mayor on Monday and has been seen beside her at the river.",
        [("Ana Ruiz", "the mayor on Monday")],
    ),
    (
        "reported words before the quotation",
        "Ana Ruiz urged every farmer to come to the dam, saying, “We need all of you in the hall.”",
        [("Ana Ruiz", "every farmer to come to the dam"), ("Ana Ruiz", "We need all")],
    ),
    (
        "what somebody is already claiming",
        "Ana Ruiz was already claiming that the dam had leaked.",
        [("Ana Ruiz", "the dam had leaked")],
    ),
    (
        "what he’s claiming",
        "Tom Varga spoke. He’s claiming that the dam had leaked.",
        [("Tom Varga", "the dam had leaked")],
    ),
    (
        "of whom footage is shown",
        "The film ends with footage of Lena Bowles asking, “Why am I not far ahead by now?”",
        [("Lena Bowles", "Why am I")],
    ),
    (
        "a clause of time after the words is nobody’s speech",
        "The film concludes with footage of Tom Varga saying on stage, “That makes me smart,” when "
        "Ana Ruiz blasted him.",
        [("Tom Varga", "That makes")],
    ),
    (
        "who led to the words is the pronoun after them",
        "“He can’t go on,” Lena Bowles said of the man. Democratic Sen. Ana Ruiz (D-Mo.) scolded "
        "him: “The town is almost as one against you,” she said.",
        [("Lena Bowles", "He can’t"), ("Ana Ruiz", "The town")],
    ),
    (
        "a partner at a firm is no firm",
        "His former partner at Lenox, Tom Varga, called him a master at building bridges.",
        [("Tom Varga", "him a master")],
    ),
    (
        "sung words",
        "“Promise me you’ll keep your hands in sight,” Bowles sings to the mayor.",
        [("Bowles", "Promise me")],
    ),
    (
        "a last name that is a month’s and a verb’s",
        "Prime Minister Theresa May said this week that the country would leave.",
        [("Theresa May", "the country would leave")],
    ),
    (
        "a party and its state between commas",
        "Senator Ana Ruiz, Democrat of California, said the dam has held.",
        [("Ana Ruiz", "the dam has held")],
    ),
    (
        "age, home and a clause between name and verb",
        "Lena Bowles, 59, of Ashton, Md., who watched it on a screen, said the day brought back "
        "memories.",
        [("Lena Bowles", "the day brought")],
    ),
    (
        "whose ally",
        "Even Ostrenia, Karvel’s only ally and its way to the outside world, said it was opposed.",
        [("Ostrenia", "it was opposed")],
    ),
    (
        "a setting and a verb before the subject",
        "After reports of the leak, but before anybody had looked, mayor Tom Varga said at an "
        "event that the dam was safe.",
        [("Tom Varga", "the dam was safe")],
    ),
    (
        "said for long",
        "Ana Ruiz has long said that the dam was safe.",
        [("Ana Ruiz", "the dam was safe")],
    ),
    (
        "an envoy to the states is not the states",
        "British Minister to the United States, Baron Rupert Marsh, voiced his objections to it.",
        [("Baron Rupert Marsh", "his objections")],
    ),
    (
        "convinced to do something",
        "The ministry convinced foreign governments to view the dam as legal.",
        [],
    ),
    (
        "several of an office are nobody by name",
        "The National Security Advisors agreed that the dam was safe.",
        [(None, "the dam was safe")],
    ),
]


@pytest.mark.parametrize(("kind", "text", "expected"), BESIDE, ids=[kind for kind, *_ in BESIDE])
def test_reported_beside_a_subject(
    kind: str, text: str, expected: list[tuple[str | None, str]]
) -> None:
    found = said(text)
    assert [s.speaker for s in found] == [speaker for speaker, _ in expected]
    for statement, (_, begins) in zip(found, expected, strict=True):
        assert statement.text.startswith(begins)
    if kind.startswith(("whose vow", "where", "reported", "the participle")):
        assert found[0].text == expected[0][1]


@pytest.mark.parametrize(("kind", "text", "expected"), NEWS, ids=[kind for kind, *_ in NEWS])
def test_news(kind: str, text: str, expected: list[tuple[str | None, str]]) -> None:
    found = said(text)
    assert [s.speaker for s in found] == [speaker for speaker, _ in expected]
    for statement, (_, begins) in zip(found, expected, strict=True):
        assert statement.text.startswith(begins)


def test_an_office_in_a_label_means_the_person_of_the_title() -> None:
    text = (
        "THE PRESIDENT: President Putno called me. President Zelin will come on Friday.\n\n"
        "Q President Marsh, will you go?\n\nTHE PRESIDENT: No. We shall see."
    )
    found = said(text, title="Remarks by President Marsh Before a Meeting", source="Presidency")
    assert [(s.speaker, s.role) for s in found] == [
        ("Marsh", "President"), (None, "journalist"), ("Marsh", "President"),
    ]  # fmt: skip


def test_names_end_with_their_line() -> None:
    text = (
        "Anton Berg, Secretary of State\n\nDr. Kari Holm, Acting Director\n\nHarbour Hall\n\n"
        "SECRETARY BERG: Good morning to all of you.\n\nQUESTION: When?"
    )
    found = said(text, speaker="Anton Berg", role="Secretary of State", source="State Department")
    assert (found[0].speaker, found[0].role) == ("Anton Berg", "Secretary of State")


def test_a_questioner_who_says_who_she_is() -> None:
    text = (
        "QUESTION: Rosa Imling, Basin Wire. Is the fall natural?\n\nMR. HLADIL: It has not rained."
    )
    assert [s.speaker for s in said(text)] == ["Rosa Imling", "Hladil"]


def test_a_message_is_of_whom_the_title_says_that_he_sent_it() -> None:
    text = (
        "The telegram reads, in particular:\n\n“Our culture has suffered a heavy loss.\n\n"
        "His memory will be kept for ever.”"
    )
    title = "President Ana Ruiz sent a telegram of condolences to the State Orchestra"
    found = said(text, title=title, source="Presidency of Peru")
    assert [(s.speaker, s.kind) for s in found] == [("Ana Ruiz", "direct")] * 2


def test_a_topic_with_a_colon_is_no_label() -> None:
    text = (
        "Peru and Chile share a long friendship.\n\nPeru and Chile: Securing a Prosperous Sea\n\n"
        "The sea is making progress."
    )
    given = {"title": "Peru and Chile: A Partnership", "source": "Ministry of Foreign Affairs"}
    assert document_form(made(text, **given)) != "transcript"


def test_an_account_of_an_official_is_a_readout() -> None:
    text = (
        "Deputy Secretary Wendy Shore led a delegation to Lima. Deputy Secretary Shore stressed "
        "our bond.\n\nDeputy Secretary Shore highlighted the support for the port."
    )
    given = {"title": "Deputy Secretary Wendy Shore’s Visit to Peru", "source": "State Department"}
    assert document_form(made(text, **given)) == "readout"
    assert {s.speaker for s in said(text, **given)} == {"Wendy Shore"}


def test_a_state_that_takes_a_position_is_an_issuer() -> None:
    text = "Two men were hurt. Sardovia calls on all sides to cease fire at once."
    [statement] = said(text, title="On the shelling", source="Government of Sardovia")
    assert statement.kind == "issuer"


def test_a_speech_to_come_is_no_speech() -> None:
    given = {
        "title": "Secretary Shore to Deliver Remarks at a School",
        "source": "State Department",
    }
    document = made("Secretary Shore will speak on May 21.", **given)
    assert document_form(document) != "speech"


def test_a_short_line_that_goes_on_is_no_heading() -> None:
    text = (
        "ANA RUIZ: Good morning.\n\nI would like to welcome all\n\nof you here.\n\nANA RUIZ: Yes."
    )
    assert [s.speaker for s in said(text, title="Meeting")] == ["Ana Ruiz"] * 4


# Cases of users of other tools.


def test_a_job_after_the_name_and_a_quotation_in_a_second_paragraph() -> None:
    text = (
        "Lena Holm, a doctor, said: “The ward is full and cold.”\n\n“We have no beds left at "
        "all,” she added."
    )
    assert [s.speaker for s in said(text)] == ["Lena Holm", "Lena Holm"]


def test_a_nickname_in_quotation_marks_is_no_quotation() -> None:
    text = "“We will not sign anything tonight,” said an envoy known as ‘Ace’."
    [statement] = said(text)
    assert statement.text.startswith("We will not sign")
    assert statement.speaker in (None, "Ace")


def test_a_pronoun_is_the_evidence_and_the_person_the_speaker() -> None:
    [statement] = said("Ana Pereira arrived on Monday. She said “the talks are over for good”.")
    assert (statement.speaker, statement.speaker_mention, statement.via) == (
        "Ana Pereira", "She", "pronoun",
    )  # fmt: skip


def test_last_week_is_no_office() -> None:
    [statement] = said("Last week Ana Ruiz met the envoys. She called for the closure of the dam.")
    assert (statement.speaker, statement.role) == ("Ana Ruiz", None)


def test_the_spokesman_of_somebody_else_is_not_of_the_publisher() -> None:
    [statement] = said(
        "The fleet sailed on. “The war is over and the sea is calm,” Karvelian’s spokesman said.",
        source="Department of State", country="United States",
    )  # fmt: skip
    assert (statement.speaker, statement.affiliation) == (None, None)


def test_an_office_in_letters_is_an_office_in_a_label() -> None:
    found = said(
        "PM: It is a great day. We have won.\n\nJOURNALIST: How much?\n\nPM: Very little.",
        title="Transcript of Press Conference", speaker="Ana Ruiz", role="Prime Minister",
    )  # fmt: skip
    assert [s.speaker for s in found] == ["Ana Ruiz", None, "Ana Ruiz"]
