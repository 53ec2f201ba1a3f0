"""Words of offices, titles and bodies, and the organisations of diplomacy by acronym.

Plain tables, written by hand, read by `names` and `segment`; nothing is computed here.
All words are lower case unless said otherwise.
"""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """The words of a table written as running text.

    >>> sorted(word_set("mayor judge"))
    ['judge', 'mayor']
    """
    return frozenset(text.split())


# The noun that makes a phrase an office: "deputy foreign minister", "chief of staff".
OFFICES = word_set(
    """
    president minister premier chancellor secretary undersecretary ambassador envoy spokesperson
    spokesman spokeswoman spokeperson commissioner rapporteur king queen emperor prince princess
    sultan emir sheikh pope pontiff governor mayor senator congressman congresswoman representative
    delegate deputy lawmaker legislator chairman chairwoman chairperson chair director
    director-general director‑general head chief leader general colonel admiral lieutenant major
    captain commander marshal sergeant brigadier judge justice prosecutor attorney lawyer counsel
    solicitor official diplomat adviser advisor aide assistant counselor counsellor coordinator
    administrator professor doctor analyst expert economist scientist researcher historian author
    journalist reporter correspondent editor columnist activist campaigner candidate nominee
    manager strategist pollster consultant officer inspector superintendent sheriff ceo cfo
    founder co-founder owner executive vice-president member mp mep speaker whip councillor
    moderator host operator interpreter ombudsman ombudsperson archbishop bishop cardinal rabbi
    imam priest patriarch ayatollah negotiator mediator monitor veteran resident deportee victim
    witness survivor student teacher nurse farmer father mother brother sister son daughter wife
    husband widow uncle father-in-law friend neighbor neighbour colleague taoiseach tánaiste
    vice-chair vice-chairman co-chair fellow scholar lecturer dean principal high-commissioner
    charge chargé consul attaché coach star actor actress singer counterpart treasurer
    """
)
# "vice-president", "secretary-general", "under-secretary-general": an office with a hyphen.
_GENERALS = {f"{office}-general" for office in OFFICES}
OFFICES |= (
    _GENERALS
    | {f"{office}-at-large" for office in OFFICES}
    | {
        f"{lead}-{office}"
        for lead in ("vice", "ex", "co", "under", "deputy", "sub", "assistant")
        for office in OFFICES | _GENERALS
    }
)

# Words that stand before the office and belong to it: "Deputy Foreign Minister".
OFFICE_MODIFIERS = word_set(
    """
    prime foreign deputy vice first second third assistant associate under acting interim former
    ex ex- special senior chief principal permanent national defense defence interior finance
    economy economic treasury justice trade energy health education environment agriculture labor
    labour transport culture security press high general executive secretary state crown home
    chancellor attorney lieutenant major brigadier rear vice- public presidential parliamentary
    opposition minority majority house senate army navy military police union party managing
    commerce development climate political top joint commercial external european
    """
)

# Courtesy and rank before a name; dropped from it.  "f", "m" say what they tell of the sex.
HONORIFICS = {
    "mr": "m", "mr.": "m", "mrs": "f", "mrs.": "f", "ms": "f", "ms.": "f", "miss": "f",
    "madam": "f", "madame": "f", "dr": "", "dr.": "", "prof": "", "prof.": "", "sir": "m",
    "dame": "f", "lord": "m", "lady": "f", "hon": "", "hon.": "", "honourable": "",
    "honorable": "", "rt": "", "rt.": "", "right": "", "his": "m", "her": "f", "he": "", "h.e.": "",
    "excellency": "", "highness": "", "royal": "", "serene": "", "majesty": "", "sheikh": "m",
    "sheikha": "f", "dato": "m", "dato’": "m", "dato'": "m", "datuk": "m", "tan": "", "sri": "",
    "seri": "",
    "gen": "", "gen.": "", "lt": "", "lt.": "", "col": "", "col.": "", "maj": "", "maj.": "",
    "sgt": "", "sgt.": "", "adm": "", "adm.": "", "capt": "", "capt.": "", "sen": "", "sen.": "",
    "rep": "", "rep.": "", "gov": "", "gov.": "", "rev": "", "rev.": "", "st": "", "daw": "f",
    "u": "m", "m": "m", "mme": "f", "monsieur": "m", "herr": "m", "frau": "f", "señor": "m",
    "señora": "f", "sr": "m", "sr.": "m", "sra": "f", "sra.": "f", "shri": "m", "smt": "f",
}  # fmt: skip

# Honorific abbreviations that are offices of their own when no other role is given.
RANKS = {
    "gen": "General", "lt": "Lieutenant", "col": "Colonel", "maj": "Major", "adm": "Admiral",
    "sen": "Senator", "rep": "Representative", "gov": "Governor", "capt": "Captain",
    "sgt": "Sergeant", "rev": "Reverend",
}  # fmt: skip

FEMALE_OFFICES = word_set(
    """
    queen princess spokeswoman chairwoman congresswoman mother sister daughter wife widow actress
    businesswoman stateswoman sheikha
    """
)
MALE_OFFICES = word_set(
    """
    king prince sultan emir pope spokesman chairman congressman father brother son husband uncle
    businessman statesman sheikh imam archbishop bishop cardinal patriarch
    """
)

# Bodies that speak: the head noun of an institution.
BODIES = word_set(
    """
    ministry government administration cabinet parliament senate congress council commission
    committee court department office agency bureau authority authorities party union group
    organisation organization military army navy police force forces bank company corporation
    university institute foundation delegation mission embassy house assembly secretariat campaign
    team movement network association federation alliance league coalition regime junta taliban
    hamas hezbollah side presidency chancellery treasury tribunal board panel newspaper magazine
    paper daily broadcaster channel outlet station website site publication centre center society
    trust service command staff fund programme program leadership opposition firm maker giant
    think-tank watchdog regulator charity ngo state kingdom republic nation country bloc news
    times post journal guardian herald tribune
    """
)

# Things written or spoken that speak for whoever issued them.
DOCUMENTS = word_set(
    """
    statement letter brief report message note memo memorandum communique communiqué declaration
    resolution release tweet post article editorial document email e-mail proclamation brochure
    paper ruling judgment judgement verdict indictment complaint lawsuit filing petition order
    survey poll study analysis transcript caption summary text notice readout headline telegram
    greeting greetings
    """
)

# Several people without a name.
GROUPS = word_set(
    """
    officials analysts experts sources observers critics activists lawmakers legislators senators
    diplomats ministers leaders witnesses residents protesters reporters journalists media
    economists researchers scientists lawyers prosecutors investigators police authorities
    supporters opponents advisers advisors aides allies delegates members representatives
    spokesmen spokespersons deputies people voters republicans democrats conservatives some many
    others both they pundits insiders commentators historians scholars workers staff students
    families relatives parents friends colleagues defenders campaigners groups agencies executives
    strategists pollsters attorneys soldiers commanders militants rebels insurgents deportees
    men women
    participants parties sides governments countries nations states commanders editors outlets
    newspapers doctors teachers businesses companies counterparts ambassadors envoys negotiators
    delegations entrepreneurs surrogates backers organizers organisers mediators farmers
    donors consumers investors traders users owners managers professors mothers fathers neighbors
    neighbours customers employees attendees panelists panellists respondents independents
    evangelicals liberals progressives candidates governors mayors judges jurors migrants refugees
    presidents premiers chancellors several few most none percent half third quarter majority
    majorities operatives consultants planners engineers
    """
)

# One person or thing without a name.
ANONYMOUS = word_set(
    """
    source official spokesperson spokesman spokeswoman person man woman aide adviser advisor
    diplomat analyst expert witness resident insider someone reporter journalist doctor
    representative operative staffer lawmaker lawyer correspondent officer friend critic
    commentator protester voter supporter employee worker student teacher soldier
    """
)

# Usual name, then other names and acronyms.  Facts of common knowledge.
ORGANISATIONS: tuple[tuple[str, ...], ...] = (
    ("United Nations", "UN", "U.N.", "UNO", "United Nations Organization"),
    ("United Nations Security Council", "UN Security Council", "UNSC", "Security Council"),
    ("United Nations General Assembly", "UN General Assembly", "UNGA"),
    ("UNICEF", "United Nations Children's Fund"),
    ("UNHCR", "UN refugee agency", "United Nations High Commissioner for Refugees"),
    ("UNESCO",),
    ("UNRWA",),
    ("UNDP", "United Nations Development Programme"),
    ("OCHA", "Office for the Coordination of Humanitarian Affairs"),
    ("World Health Organization", "WHO", "World Health Organisation"),
    ("World Food Programme", "WFP"),
    ("World Trade Organization", "WTO", "World Trade Organisation"),
    ("World Bank", "the World Bank", "IBRD"),
    ("International Monetary Fund", "IMF"),
    ("International Atomic Energy Agency", "IAEA"),
    ("International Court of Justice", "ICJ", "World Court"),
    ("International Criminal Court", "ICC"),
    ("International Labour Organization", "ILO"),
    ("International Organization for Migration", "IOM"),
    ("International Committee of the Red Cross", "ICRC", "Red Cross"),
    ("OPCW", "Organisation for the Prohibition of Chemical Weapons"),
    ("European Union", "EU", "E.U."),
    ("European Commission", "EC"),
    ("European Parliament", "EP", "MEPs", "MEP"),
    ("European Council",),
    ("Council of the European Union", "Council of the EU"),
    ("European Central Bank", "ECB"),
    ("European External Action Service", "EEAS"),
    ("Council of Europe",),
    ("NATO", "North Atlantic Treaty Organization", "North Atlantic Treaty Organisation"),
    ("OSCE", "Organization for Security and Co-operation in Europe"),
    ("OECD", "Organisation for Economic Co-operation and Development"),
    ("OPEC",),
    ("African Union", "AU"),
    ("ECOWAS", "Economic Community of West African States"),
    ("SADC", "Southern African Development Community"),
    ("IGAD",),
    ("East African Community", "EAC"),
    ("Arab League", "League of Arab States"),
    ("Gulf Cooperation Council", "GCC"),
    ("Organisation of Islamic Cooperation", "OIC", "Organization of Islamic Cooperation",
     "Organisation of the Islamic Conference"),
    ("ASEAN", "Association of Southeast Asian Nations"),
    ("SAARC", "South Asian Association for Regional Cooperation"),
    ("Pacific Islands Forum", "PIF"),
    ("CARICOM", "Caribbean Community"),
    ("Organization of American States", "OAS", "Organisation of American States"),
    ("Mercosur",),
    ("CELAC",),
    ("Shanghai Cooperation Organisation", "SCO", "Shanghai Cooperation Organization"),
    ("Collective Security Treaty Organization", "CSTO"),
    ("Commonwealth of Independent States", "CIS"),
    ("Eurasian Economic Union", "EAEU"),
    ("Organization of Turkic States", "OTS"),
    ("Non-Aligned Movement", "NAM"),
    ("Commonwealth", "Commonwealth of Nations"),
    ("G7", "Group of Seven", "G-7"),
    ("G20", "Group of Twenty", "G-20"),
    ("BRICS",),
    ("Nordic Council",),
    ("Visegrad Group", "V4"),
    ("Amnesty International", "Amnesty"),
    ("Human Rights Watch", "HRW"),
    ("Associated Press", "AP", "The Associated Press"),
    ("Reuters",),
    ("Agence France-Presse", "AFP"),
    ("Xinhua", "Xinhua News Agency"),
    ("TASS",),
    ("Bloomberg", "Bloomberg News"),
    ("BBC", "British Broadcasting Corporation"),
    ("CNN",),
    ("NBC", "NBC News"),
    ("ABC News",),
    ("CBS", "CBS News"),
    ("Fox News",),
    ("Al Jazeera",),
    ("New York Times", "NYT"),
    ("Washington Post",),
    ("Wall Street Journal", "WSJ"),
    ("Financial Times", "FT"),
    ("Taliban", "Afghan Taliban"),
    ("Hamas",),
    ("Hezbollah", "Hizbullah"),
    ("Islamic State", "ISIS", "ISIL", "Daesh"),
    ("Houthis", "Ansar Allah"),
)  # fmt: skip
