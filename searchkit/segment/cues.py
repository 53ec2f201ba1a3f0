"""The lexicon of reporting words: which words say that somebody said something.

Plain tables by frame and the small questions asked of them.  A frame tells what a
verb takes: a clause ("said that"), an object that is itself the message ("condemned
the attack"), a person who is told, a deed that is promised, or only a quotation.
The words are English; `tongues` has those of other languages.
"""

from __future__ import annotations

from typing import Literal

from searchkit.names.offices import word_set

Frame = Literal["clause", "object", "told", "deed", "quote"]

# Verb lemmas by frame.  "clause" verbs take an object too where that is the message
# ("announced the closure"), except those in ``CLAUSE_ONLY``.
LEMMAS: dict[Frame, str] = {
    "clause": """
        say add note state declare explain claim argue insist maintain acknowledge admit concede
        announce reveal disclose confirm report write tweet remark observe reply respond answer
        contend assert allege suggest predict estimate warn caution stress emphasize emphasise
        underscore underline reiterate highlight recall affirm reaffirm testify joke quip indicate
        hint imply complain boast lament conclude proclaim conjecture speculate comment forecast
        project believe think fear hope mention repeat clarify recount opine counter
        retort muse assess find determine rule concur stipulate certify profess post point show
        signal expect suspect
    """,
    "object": """
        accuse condemn criticize criticise welcome praise commend thank denounce deplore applaud
        congratulate blame hail reject dismiss express voice describe deny urge demand request
        appeal encourage propose recommend threaten regret salute appreciate convey reassert
        decry slam blast rebuke protest endorse oppose defend tout ridicule mock lambast
        castigate extend acclaim laud credit question challenge call ask invite advocate
        refute dispute echo cite characterize characterise label brand instruct dub
        disavow repudiate renounce chastise scold berate mock deride censure admonish reprimand
        vilify exhort implore beseech bemoan
    """,
    "told": "tell inform assure remind advise notify brief convince",
    "deed": "agree pledge vow promise commit swear threaten offer undertake order resolve "
    "refuse decline",
    "quote": "continue begin snap laugh shout exclaim cry ask read go whisper sigh gush chime "
    "enthuse scoff fume grumble mutter murmur yell scream chant bellow thunder tease chuckle "
    "interject marvel plead lecture rant chide retaliate bark boom growl sneer deadpan wonder "
    "sing recite",
}
# These report only with a clause or a quotation: "added jobs" is no speech.
CLAUSE_ONLY = word_set(
    """
    say add write report post state read find determine rule think believe fear hope recall relate
    project indicate maintain observe conclude repeat assess tweet answer respond reply comment
    hint imply counter mention suggest explain argue insist contend complain show signal expect
    suspect
    """
)
# Attitudes: reported speech only in the mouth of a body that adopts positions.
POSITIONS = word_set(
    """
    want favour favor support back hold consider point
    """
)
# Forms that are nouns or adjectives as often as verbs: a name or pronoun must stand before.
AMBIGUOUS = word_set(
    """
    claims claim reports report states state notes note demands demand calls call urges warns
    promises promise offers offer orders order questions question requests request stresses stress
    answers answer projects project posts post comments comment estimates estimate forecasts
    forecast rules rule challenges challenge credits credit protests protest finds find fears fear
    hopes hope charges charge blames blame labels label brand instructs brand
    welcome appeal appeals reply replies hints hint jokes joke mention remark remarks highlights
    highlight praise slams blasts reads laughs cry cries dispute disputes voice voices back
    support supports point points consider considers favour favours     agree threatens vow vows
    pledge pledges propose recommend show shows signal signals cite cites
    """
)
IRREGULAR = {
    "say": "says said saying", "tell": "tells told telling", "write": "writes wrote written "
    "writing",
    "deny": "denies denied denying", "reply": "replies replied replying",
    "testify": "testifies testified testifying", "swear": "swears swore sworn swearing",
    "certify": "certifies certified certifying", "clarify": "clarifies clarified clarifying",
    "specify": "specifies specified specifying", "notify": "notifies notified notifying",
    "imply": "implies implied implying", "decry": "decries decried decrying",
    "cry": "cries cried crying", "find": "finds found finding", "think": "thinks thought thinking",
    "begin": "begins began beginning", "read": "reads read reading", "go": "goes went going",
    "admit": "admits admitted admitting", "commit": "commits committed committing",
    "hint": "hints hinted hinting", "quip": "quips quipped quipping",
    "snap": "snaps snapped snapping", "extend": "extends extended extending",
    "undertake": "undertakes undertook undertaking",
    "regret": "regrets regretted regretting",
    "point": "points pointed pointing", "refer": "refers referred referring", "dub": "dubs "
    "dubbed dubbing",
    "sing": "sings sang sung singing",
    "slam": "slams slammed slamming", "hold": "holds held holding",
    "convey": "conveys conveyed conveying", "rebut": "rebuts rebutted rebutting",
}  # fmt: skip
PARTICIPLE_ONLY = word_set(
    """
    written sworn
    """
)


def _forms(lemma: str) -> list[str]:
    """The lemma with its third person, past and participle."""
    if lemma in IRREGULAR:
        return [lemma, *IRREGULAR[lemma].split()]
    if lemma.endswith("e"):
        return [lemma, lemma + "s", lemma + "d", lemma[:-1] + "ing"]
    if lemma.endswith(("s", "sh", "ch", "x")):
        return [lemma, lemma + "es", lemma + "ed", lemma + "ing"]
    return [lemma, lemma + "s", lemma + "ed", lemma + "ing"]


def _lexicon() -> dict[str, tuple[str, frozenset[Frame]]]:
    table: dict[str, tuple[str, frozenset[Frame]]] = {}
    for frame, lemmas in LEMMAS.items():
        for lemma in lemmas.split():
            for form in _forms(lemma):
                old = table.get(form, (lemma, frozenset()))[1]
                table[form] = (lemma, old | {frame})
    return table


CUES = _lexicon()
"""Form to (lemma, frames), lower case."""

POSITION_CUES = {form: lemma for lemma in POSITIONS for form in _forms(lemma)}
PAST_OR_ING = frozenset(form for form in CUES if form.endswith(("ed", "ing")))
PARTICIPLES = frozenset(form for form in CUES if form.endswith("ing"))
CUE_WORDS = frozenset(CUES) | {"according", "quoted", "ruled", "pointed", "pointing", "called"}
QUICK_WORDS = CUE_WORDS | {"clear"} | frozenset(POSITION_CUES)

# Nouns with a that-clause: "the finding that ...".
NOUN_CUES = word_set(
    """
    finding claim statement belief argument view warning assertion allegation conclusion
    suggestion admission announcement accusation charge contention insistence promise pledge
    concern hope prediction assessment acknowledgement acknowledgment declaration
    """
)


def frames(form: str) -> frozenset[Frame]:
    """The frames of a reporting verb's form, empty where it is none.

    >>> sorted(frames("condemned")), sorted(frames("walked"))
    (['object'], [])
    """
    return CUES[form][1] if form in CUES else frozenset()


def lemma_of(form: str) -> str:
    """The lemma of a reporting verb's form, the form itself where it is none.

    >>> lemma_of("told")
    'tell'
    """
    return CUES[form][0] if form in CUES else form
