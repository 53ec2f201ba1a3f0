"""Make searchkit/query/variants.json: other names and spellings of the same thing.

    python scripts/make_variants.py COUNTRY_CODES_CSV SPELLING_CONSTANTS_PY [OUT]

COUNTRY_CODES_CSV      country-codes.csv of datasets/country-codes (PDDL): names of countries in
                       English, short and formal, of the United Nations and of CLDR
SPELLING_CONSTANTS_PY  spelling_constants.py of the PyPI package breame 0.1.2 (Apache-2.0): pairs
                       of British and American spellings

The rest is written by hand below: facts of common knowledge.  One line is one thing; its
names are divided by "/".  Names mean the same in a query and are no judgement on who is
right about one.
"""

from __future__ import annotations

import ast
import csv
import json
import sys
from pathlib import Path

from searchkit.analyzer import fold
from searchkit.query.spelling import spellings

OUT = Path(__file__).parent.parent / "searchkit" / "query" / "variants.json"
SOURCES = [
    "datasets/country-codes, country-codes.csv: PDDL-1.0",
    "breame 0.1.2, spelling_constants.py: Apache-2.0, Copyright (c) the breame contributors",
    "scripts/make_variants.py: written by hand",
]

COUNTRIES = """
Türkiye/Turkey
Myanmar/Burma
Côte d'Ivoire/Ivory Coast
Czechia/Czech Republic
Eswatini/Swaziland
Cabo Verde/Cape Verde
Timor-Leste/East Timor
North Korea/DPRK/Democratic People's Republic of Korea
South Korea/Republic of Korea/ROK
Democratic Republic of the Congo/DRC/DR Congo/Zaire
United States/USA/U.S./United States of America
United Kingdom/UK/Great Britain/Britain
United Arab Emirates/UAE/Emirates
China/PRC/People's Republic of China
Russia/Russian Federation
Holy See/Vatican
Kyrgyzstan/Kyrgyz Republic/Kirghizia
Belarus/Byelorussia/Belorussia
Moldova/Moldavia
Vietnam/Viet Nam
Laos/Lao PDR
Syria/Syrian Arab Republic
Iran/Islamic Republic of Iran
Sri Lanka/Ceylon
Netherlands/Holland
North Macedonia/FYROM/Former Yugoslav Republic of Macedonia
Bosnia and Herzegovina/BiH
Tanzania/United Republic of Tanzania
Saudi Arabia/KSA
Kazakhstan/Kazakstan
Turkmenistan/Turkmenia
Azerbaijan/Azerbaidjan/Azerbaijani Republic
Libya/Libyan Arab Jamahiriya
Western Sahara/SADR
Palestine/State of Palestine
Taiwan/Chinese Taipei
"""

PLACES = """
Kyiv/Kiev/Kiew/Kyyiv
Kharkiv/Kharkov
Odesa/Odessa
Lviv/Lvov/Lemberg
Dnipro/Dnipropetrovsk/Dnepropetrovsk
Zaporizhzhia/Zaporizhia/Zaporozhye/Zaporizhzhya
Mykolaiv/Nikolaev/Nikolayev
Luhansk/Lugansk
Chornobyl/Chernobyl
Donbas/Donbass
Crimea/Krym
Bakhmut/Artemivsk
Vilnius/Vilna
Chisinau/Kishinev
Minsk/Mensk
Moscow/Moskva/Moskau
Saint Petersburg/St Petersburg/Leningrad
Astana/Nur-Sultan/Nursultan
Almaty/Alma-Ata
Ashgabat/Ashkhabad
Bishkek/Frunze
Tbilisi/Tiflis
Yerevan/Erevan
Stepanakert/Khankendi/Xankendi
Shusha/Shushi
Nagorno-Karabakh/Nagorny Karabakh/Mountainous Karabakh/Artsakh
Gyumri/Leninakan
Ganja/Gandja/Kirovabad
Nakhchivan/Nakhichevan
Zangezur/Zangazur
Abkhazia/Apsny
South Ossetia/Tskhinvali region
Beijing/Peking
Tibet/Xizang
Xinjiang/Sinkiang
Mumbai/Bombay
Kolkata/Calcutta
Chennai/Madras
Bengaluru/Bangalore
Yangon/Rangoon
Ho Chi Minh City/Saigon
Dhaka/Dacca
Kathmandu/Katmandu
Jakarta/Djakarta
Kabul/Kaboul
Kandahar/Qandahar
Tehran/Teheran
Isfahan/Esfahan
Qom/Qum
Erbil/Irbil/Arbil/Hewler
Basra/Basrah
Makkah/Mecca
Madinah/Medina
Jeddah/Jidda
Sanaa/Sana'a
Hodeidah/Hudaydah/Hodeida
Damascus/Dimashq
Aleppo/Halab
Homs/Hims
Latakia/Lattakia
Raqqa/Raqqah/Rakka
Idlib/Edlib
Sidon/Saida
Jerusalem/Al-Quds
Gaza/Ghazzah
Hebron/Al-Khalil
Nablus/Shechem
Benghazi/Bengasi
Marrakesh/Marrakech
Laayoune/El Aaiun
Ndjamena/N'Djamena/Fort Lamy
Antananarivo/Tananarive
Maputo/Lourenço Marques
Tigray/Tigrai
Mekelle/Mekele
Mogadishu/Mogadiscio
Ouagadougou/Wagadugu
Timbuktu/Tombouctou
Warsaw/Warszawa/Warschau
Gdansk/Danzig
Krakow/Cracow
Prague/Praha/Prag
Bratislava/Pressburg
Vienna/Wien
Munich/München
Cologne/Köln
Geneva/Genève/Genf
Zurich/Zürich
Brussels/Bruxelles/Brüssel
Antwerp/Antwerpen/Anvers
The Hague/Den Haag/La Haye
Copenhagen/København
Gothenburg/Göteborg
Lisbon/Lisboa
Seville/Sevilla
Zaragoza/Saragossa
Rome/Roma
Turin/Torino
Venice/Venezia
Athens/Athina
Thessaloniki/Salonika/Salonica
Belgrade/Beograd
Bucharest/Bucuresti
Pristina/Prishtina
Nicosia/Lefkosia/Lefkosa
Famagusta/Gazimagusa
Istanbul/Constantinople
Izmir/Smyrna
Strait of Hormuz/Straits of Hormuz
Bab el-Mandeb/Bab al-Mandab
Persian Gulf/Arabian Gulf
Falkland Islands/Malvinas
Kuril Islands/Kurils/Northern Territories
Senkaku/Diaoyu
Spratly/Nansha
East Sea/Sea of Japan
Dokdo/Takeshima
"""

ORGANISATIONS = """
OSCE/Organization for Security and Co-operation in Europe
OSCE/Organisation for Security and Cooperation in Europe
CSCE/Conference on Security and Co-operation in Europe
ODIHR/Office for Democratic Institutions and Human Rights
NATO/North Atlantic Treaty Organization/North Atlantic Alliance
European Union/EU
European External Action Service/EEAS
European Central Bank/ECB
United Nations/UN/United Nations Organization
Security Council/UNSC
General Assembly/UNGA
UNESCO/United Nations Educational, Scientific and Cultural Organization
UNICEF/United Nations Children's Fund
UNHCR/UN refugee agency/United Nations High Commissioner for Refugees
OHCHR/Office of the High Commissioner for Human Rights
UNRWA/United Nations Relief and Works Agency
UNDP/United Nations Development Programme
UNEP/United Nations Environment Programme
UNODC/United Nations Office on Drugs and Crime
UNIFIL/United Nations Interim Force in Lebanon
UNCTAD/United Nations Conference on Trade and Development
UNFCCC/Framework Convention on Climate Change
UNCLOS/Convention on the Law of the Sea
OCHA/Office for the Coordination of Humanitarian Affairs
World Health Organization/WHO
World Food Programme/WFP
World Trade Organization/WTO
World Meteorological Organization/WMO
International Monetary Fund/IMF
International Atomic Energy Agency/IAEA
International Court of Justice/ICJ
International Criminal Court/ICC
International Labour Organization/ILO
International Organization for Migration/IOM
International Maritime Organization/IMO
International Civil Aviation Organization/ICAO
International Telecommunication Union/ITU
International Committee of the Red Cross/ICRC
Food and Agriculture Organization/FAO
OPCW/Organisation for the Prohibition of Chemical Weapons
CTBTO/Comprehensive Nuclear-Test-Ban Treaty Organization
OECD/Organisation for Economic Co-operation and Development
OPEC/Organization of the Petroleum Exporting Countries
INTERPOL/International Criminal Police Organization
African Union/AU
ECOWAS/Economic Community of West African States/CEDEAO
SADC/Southern African Development Community
IGAD/Intergovernmental Authority on Development
Arab League/League of Arab States
Gulf Cooperation Council/GCC
Organisation of Islamic Cooperation/OIC/Organisation of the Islamic Conference
ASEAN/Association of Southeast Asian Nations
SAARC/South Asian Association for Regional Cooperation
CARICOM/Caribbean Community
Organization of American States/OAS
Mercosur/Mercosul/Southern Common Market
Shanghai Cooperation Organisation/SCO
Collective Security Treaty Organization/CSTO/ODKB
Commonwealth of Independent States/CIS
Eurasian Economic Union/EAEU/EEU
Organization of Turkic States/Turkic Council
Black Sea Economic Cooperation/BSEC
Asia-Pacific Economic Cooperation/APEC
Quad/Quadrilateral Security Dialogue
G7/Group of Seven/G-7
G20/Group of Twenty/G-20
Nuclear Non-Proliferation Treaty/NPT/Treaty on the Non-Proliferation of Nuclear Weapons
JCPOA/Joint Comprehensive Plan of Action
New START/Strategic Arms Reduction Treaty
INF Treaty/Intermediate-Range Nuclear Forces Treaty
Islamic State/ISIS/ISIL/Daesh
Hezbollah/Hizbullah/Hizballah/Hizbollah
Houthis/Ansar Allah/Ansarullah/Huthis
Al-Qaeda/Al-Qaida
Islamic Revolutionary Guard Corps/IRGC/Revolutionary Guards
Red Crescent/Red Crescent Society
"""

PEOPLE = """
Sergey/Sergei/Serhiy/Serhii/Siarhei
Dmitry/Dmitri/Dmitriy/Dmytro
Alexander/Aleksandr/Alexandr/Oleksandr/Aliaksandr
Alexei/Aleksey/Alexey/Aleksei/Oleksii
Yury/Yuri/Yuriy/Iurii
Vladimir/Volodymyr/Uladzimir
Mikhail/Mykhailo/Mikheil/Michail
Nikolay/Nikolai/Mykola
Andrey/Andrei/Andriy/Andrii
Yevgeny/Evgeny/Yevgeni/Evgenii
Mohammed/Muhammad/Mohammad/Mohamed/Muhammed/Mahomed
Ahmed/Ahmad/Achmed
Hussein/Hussain/Husain/Hossein/Husayn
Yusuf/Yousef/Youssef/Yusef/Yousuf
Abdullah/Abdallah/Abdulla/Abdellah
Abdul/Abdel/Abd
Khaled/Khalid/Halid
Ibrahim/Ebrahim
Omar/Umar/Omer
Osama/Usama
Mahmoud/Mahmud/Mahmood
Faisal/Faysal/Feisal
Khalifa/Khalifah
Zelensky/Zelenskyy/Zelenskiy/Zelenskyi
Lukashenko/Lukashenka
Gaddafi/Qaddafi/Kadhafi/Gadhafi/Qadhafi
Tikhanovskaya/Tsikhanouskaya
Aliyev/Aliev
Pashinyan/Pashinian
Sissi/Sisi
Erdogan/Erdoğan
Netanyahu/Netanyahou
Haniyeh/Haniya
"""

# Written as one word, with a hyphen, or as two.
COMPOUNDS = """
air base/air defence/air field/air lift/air space/air strike/anti aircraft/anti semitic
anti semitism/anti ship/anti tank/anti terrorism/anti terrorist/arms control/back channel
battle field/battle ground/bench mark/bio security/bio weapon/border line/break away
break down/break out/break through/brink manship/cease fire/check point/coast guard/coast line
co existence/co operate/co operation/co operative/co ordinate/co ordination/co ordinator
co author/co sponsor/co sponsors/counter attack/counter drone/counter intelligence
counter measure/counter measures/counter offensive/counter part/counter terror
counter terrorism/counter terrorist/cross border/cut off/cyber attack/cyber attacks/cyber crime
cyber defence/cyber security/cyber space/cyber warfare/day light/dead line/dead lock
de escalate/de escalation/de militarisation/de militarised/de mining/de nuclearisation
dis information/down turn/draw down/draw back/e mail/eye witness/fact finding/fall out
fire arm/fire arms/fire fight/flash point/foot hold/force field/frame work/free trade/front line
front lines/geo political/geo politics/ground work/guide line/guide lines/gun boat/gun fire
gun man/gun men/half way/hand over/hard line/hard liner/head quarters/home land/hot line
inter agency/inter ethnic/inter faith/inter governmental/inter parliamentary/inter state
key note/land lock/land locked/land mark/land mine/land mines/land slide/law maker/law makers
lay off/life line/line up/long standing/long term/macro economic/mass media/mile stone/mine field
mis information/multi lateral/multi lateralism/multi national/multi polar/multi polarity
multi year/nation wide/neo nazi/new comer/news paper/no fly/non aligned/non aggression
non governmental/non intervention/non nuclear/non proliferation/non state/non violence
non violent/off shore/on going/on line/on site/out break/out come/out look/out post/over due
over fly/over flight/over sight/over view/para military/peace building/peace keeper/peace keepers
peace keeping/peace maker/peace making/peace time/policy maker/policy makers/policy making
post conflict/post soviet/post war/power sharing/pre condition/pre conditions/pre emptive
pre war/pro russian/pro western/re affirm/re affirmed/re admission/re arm/re armament/re build
re construction/re elect/re elected/re election/re export/re integration/re open/re opening
re unification/re unite/road block/road map/rocket fire/rule making/run off/sea bed/sea port
secretary general/self defence/self determination/semi official/set back/set backs/ship yard
shoot down/short term/side line/side lines/soft power/spill over/spokes person/stale mate
stake holder/stake holders/stand off/start up/state craft/state hood/stock pile/stock piles
strong hold/sub committee/sub region/sub regional/sub saharan/summit meeting/take over
task force/test bed/think tank/think tanks/time frame/time line/time table/trans atlantic
trans boundary/trans national/transit way/turn out/turning point/ultra nationalist
under mine/under secretary/under way/up grade/up hold/vice president/war fare/war head/war heads
war lord/war plane/war planes/war ship/war ships/war time/watch dog/water way/water ways
well being/white paper/wide spread/with draw/with drawal/work force/work shop/world wide
"""
# "/" also stands at the end of these lines' words; see _compounds.


def main(countries: Path, spelling: Path, out: Path = OUT) -> None:
    """Write the table."""
    official = [*_countries(countries), *_lines(COUNTRIES)]
    english = [*_spellings(spelling), *_compounds()]
    table = table_of(official, _lines(PLACES), _lines(ORGANISATIONS), _lines(PEOPLE), english)
    out.write_text(json.dumps(table, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def table_of(
    countries: list[str],
    places: list[str],
    organisations: list[str],
    people: list[str],
    english: list[str],
) -> dict[str, object]:
    """The lines with what a search finds them by: the folded words of each name."""
    names = [*countries, *places, *organisations, *people]
    keys: dict[str, list[str]] = {}
    for number, line in enumerate([*names, *english]):
        for key in dict.fromkeys(map(fold, line.split("/"))):
            keys.setdefault(key, []).append(str(number))
    return {
        "sources": SOURCES,
        "names": names,
        "english": english,
        "acronyms": _acronyms([*countries, *organisations]),
        "keys": {key: " ".join(numbers) for key, numbers in sorted(keys.items())},
    }


def _acronyms(lines: list[str]) -> list[str]:
    """Folded acronyms, less names that are written in capitals by chance."""
    names = (name for line in lines for name in line.split("/"))
    return sorted({fold(name) for name in names if name.isupper() and len(name) <= _ACRONYM})


# Capitals up to this length are an acronym, and lower-case words are none.
_ACRONYM = 6


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line]


def _compounds() -> list[str]:
    """In one word and in two, in the plural, too."""
    pairs = {" ".join(pair.split()) for line in COMPOUNDS.split("\n") for pair in line.split("/")}
    written = [
        pair + ending
        for pair in sorted(pairs - {""})
        for ending in (("", "s") if pair[-1] not in "sn" else ("",))
    ]
    return [f"{two.replace(' ', '')}/{two}" for two in written]


def _countries(path: Path) -> list[str]:
    """Names of one country of which none holds another: those find each other anyway."""
    groups = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            columns = ("CLDR display name", "UNTERM English Short", "official_name_en")
            names = {
                fold(name := row[c].partition("(")[0]): name.strip() for c in columns if row[c]
            }
            sets = {key: set(key.split()) for key in names if key}
            kept = [
                names[key]
                for key, words in sets.items()
                if not any(other < words for other in sets.values())
            ]
            if len(kept) > 1:
                groups.append("/".join(kept))
    return groups


def _spellings(path: Path) -> list[str]:
    """Pairs that the rules of `searchkit.query.spelling` do not make by themselves."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    pairs: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            pairs |= ast.literal_eval(node.value)
    folded = sorted({tuple(sorted((fold(one), fold(other)))) for one, other in pairs.items()})
    return [
        f"{one}/{other}"
        for one, other in folded
        if one.isalpha() and other.isalpha() and one != other and len(min(one, other)) > 3
        and other not in spellings(one) and other not in _OTHER_WORDS and one not in _OTHER_WORDS
    ]  # fmt: skip


# Spellings that are words of their own with another meaning.
_OTHER_WORDS = {"check", "checks", "ton", "tons", "story", "stories", "practice", "practices",
                "tire", "tires", "curb", "curbs", "draft", "drafts", "meter", "meters", "program",
                "programs", "pajamas", "plow", "mold", "vise", "tidbit", "inquire", "ensure",
                "skillful", "willful", "install", "plows"}  # fmt: skip


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
