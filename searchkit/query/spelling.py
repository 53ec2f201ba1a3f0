"""Other English spellings of a word, by rule: -ise and -ize, -our and -or, and like pairs.

In comes one folded word, out go the spellings it may also have; texts are never
rewritten.  Names, other languages and slips of the pen are not handled.
"""

from __future__ import annotations

import re

# -ise is no suffix in these: nobody writes advertize or surprize.
_ISE_ONLY = """
    adv advert appr appra ar bra bru caps chast circumc clockw compr comprom conc cru dem desp dev
    disgu downs enterpr exc exerc expert franch improv inc lia likew mala merchand otherw outs
    overs parad porpo pra prec prem prom rea repr res rev sunr superv surm surpr telev torto treat
    turquo upr val
"""
_NEVER_Z = frozenset(_ISE_ONLY.split())
_ISE = re.compile(r"\A(\w{3,})i([sz])(e|ed|es|er|ers|ing|ation|ations|ational|able|ingly)\Z")
_YSE = re.compile(r"\A(anal|paral|catal|dial)y([sz])(e|ed|es|er|ers|ing)\Z")
# The roots in which British English has -our-; a rule would turn four into for.
_OUR = re.compile(
    r"\A((?:un|dis|mis|re|in)?(?:arm|behavi|cand|clam|col|demean|endeav|fav|ferv|flav|glam|harb|"
    r"hon|hum|lab|neighb|parl|ranc|rig|rum|sav|splend|tum|val|vap|vig))(ou?r)"
    r"(|s|ed|ing|able|ably|er|ers|ful|hood|hoods|ite|ites|less|ly|al|ally)\Z"
)
_PAIRS = (
    ("defence", "defense"), ("offence", "offense"), ("pretence", "pretense"),
    ("licence", "license"), ("practise", "practice"), ("centre", "center"),
    ("theatre", "theater"), ("fibre", "fiber"), ("calibre", "caliber"), ("litre", "liter"),
    ("kilometre", "kilometer"), ("manoeuvre", "maneuver"), ("programme", "program"),
    ("dialogue", "dialog"), ("catalogue", "catalog"), ("judgement", "judgment"),
    ("acknowledgement", "acknowledgment"), ("grey", "gray"), ("aeroplane", "airplane"),
    ("aluminium", "aluminum"), ("cheque", "check"), ("tonne", "ton"), ("storey", "story"),
    ("sceptical", "skeptical"), ("scepticism", "skepticism"), ("fulfil", "fulfill"),
    ("enrol", "enroll"), ("travelled", "traveled"), ("travelling", "traveling"),
    ("cancelled", "canceled"), ("cancelling", "canceling"), ("labelled", "labeled"),
    ("modelled", "modeled"), ("signalled", "signaled"), ("signalling", "signaling"),
    ("counselling", "counseling"), ("counsellor", "counselor"), ("fuelled", "fueled"),
    ("fuelling", "fueling"), ("marvellous", "marvelous"), ("channelled", "channeled"),
)  # fmt: skip
_PLURALS = tuple((one + "s", other + "s") for one, other in _PAIRS if not one.endswith(("ed", "g")))
_OTHER: dict[str, str] = {}
for _one, _two in (*_PAIRS, *_PLURALS):
    # Said one way only where the other word means something else as well.
    if _two not in {"check", "checks", "ton", "tons", "story", "storys", "practice", "practices"}:
        _OTHER.setdefault(_two, _one)
    _OTHER[_one] = _two


def spellings(word: str) -> tuple[str, ...]:
    """The other spellings of a folded English word; most words have none.

    >>> spellings("militarisation"), spellings("labor"), spellings("defence")
    (('militarization',), ('labour',), ('defense',))
    >>> spellings("exercise"), spellings("four"), spellings("size")
    ((), (), ())
    """
    if (other := _OTHER.get(word)) is not None:
        return (other,)
    if (found := _ISE.match(word)) and found[1] not in _NEVER_Z:
        return (f"{found[1]}i{'z' if found[2] == 's' else 's'}{found[3]}",)
    if found := _YSE.match(word):
        return (f"{found[1]}y{'z' if found[2] == 's' else 's'}{found[3]}",)
    if found := _OUR.match(word):
        return (f"{found[1]}{'or' if found[2] == 'our' else 'our'}{found[3]}",)
    return ()


# What a beginning ends in where the rest of the word may go on differently:
# militarise*, militarisation*, militaris* all begin militaris and militariz.
_BEGINNING = re.compile(r"\A(\w{3,}i)[sz](?:e|ed|es|ing|ation|ations)?\Z")


def beginnings(prefix: str) -> tuple[str, ...]:
    """The beginnings that stand for a typed one, itself or shorter first.

    >>> beginnings("militarise"), beginnings("colour"), beginnings("sancti")
    (('militaris', 'militariz'), ('colour', 'color'), ('sancti',))
    """
    found = _BEGINNING.match(prefix)
    if found and found[1][:-1] not in _NEVER_Z and len(prefix) > len(found[1]) + 1:
        return (found[1] + "s", found[1] + "z")
    return (prefix, *spellings(prefix))
