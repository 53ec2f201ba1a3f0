"""The few words of each language that say nothing about what is sought.

Used when a query is compiled, never when a text is indexed: phrases find them.  The
lists hold articles, prepositions and forms of "to be", and leave out whatever is a
word of substance elsewhere (German die and war, French son, English us, may, who).
"""

from __future__ import annotations

STOP_WORDS: dict[str, frozenset[str]] = {
    code: frozenset(words.split())
    for code, words in {
        "en": "a an and are as at be been being by for from has have in into is its of on or "
        "that the their these this those to was were which with "
        # What people ask with, and the auxiliaries of questions.
        "about also between both but can could did do does doing had how if it itself nor "
        "shall should so such than then very what when where while whom why would",
        "fr": "a au aux avec ce ces cette dans de des du en est et la le les leur leurs ou par "
        "pour que qui se ses sur un une",
        "de": "am an auf aus bei das dem den der des ein eine einem einen einer eines fur im in "
        "ist mit und von vom zu zum zur",
        "es": "a al como de del el en es la las lo los o para por que se su sus un una y",
        "it": "a ai al alla alle che da dal dalla dei del della delle di e gli i il in la le lo "
        "nel nella o per si su sul sulla un una",
        "pt": "a ao aos as com da das de do dos e em na nas no nos o os ou para pela pelo por que "
        "se um uma",
        "nl": "aan als bij dat de den der een en het in is met naar of om op te tot uit van voor",
        "ru": "в во и из к ко на о об от по с со у что это",
        "uk": "в від до з за і й на о про та у що це",
        "pl": "do i na nie od oraz po w we z za ze sie",
        "tr": "bir bu da de ile icin ve",
        "ar": "ال الى ان على عن في من هذا هذه و",
    }.items()
}


def is_stop_word(exact: str, languages: tuple[str, ...]) -> bool:
    """Whether a folded word is a function word of one of the languages.

    >>> is_stop_word("the", ("en",)), is_stop_word("the", ("fr",)), is_stop_word("us", ("en",))
    (True, False, False)
    """
    return any(exact in STOP_WORDS.get(code, ()) for code in languages)
