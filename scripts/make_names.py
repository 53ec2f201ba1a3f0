"""Make searchkit/names/countries.json from open lists of facts.

    python scripts/make_names.py COUNTRYNAMES_YAML COUNTRY_CODES_CSV [OUT]

COUNTRYNAMES_YAML  data.yaml of the PyPI package countrynames 1.17.0 (MIT): names, codes,
                   adjectives and spellings in many languages, by code
COUNTRY_CODES_CSV  country-codes.csv of datasets/country-codes (PDDL): ISO codes,
                   capitals, names in the six languages of the United Nations

Kept are the names that fold to at most 40 characters and mean one country only;
capitals of independent states, unless the name is also a person's or another place's.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import defaultdict
from pathlib import Path

from searchkit.names import fold_name

OUT = Path(__file__).parent.parent / "searchkit" / "names" / "countries.json"
LONGEST = 40
# Scripts the segmenter reads; a name in another script would never be looked up.
SCRIPTS = re.compile(r"^[\x20-\x7eÀ-ɏ\u0400-\u04ff\u0600-\u06ff\u4e00-\u9fff’‘ʻ]+$")

# Names as English news writes them, where the lists are formal ("US", "Hong Kong SAR China").
DISPLAY = {
    "US": "United States",
    "GB": "United Kingdom",
    "KR": "South Korea",
    "KP": "North Korea",
    "CZ": "Czech Republic",
    "TR": "Turkey",
    "HK": "Hong Kong",
    "MO": "Macao",
    "PS": "Palestine",
    "MM": "Myanmar",
    "BA": "Bosnia and Herzegovina",
    "TT": "Trinidad and Tobago",
    "AG": "Antigua and Barbuda",
    "KN": "Saint Kitts and Nevis",
    "VC": "Saint Vincent and the Grenadines",
    "LC": "Saint Lucia",
    "ST": "São Tomé and Príncipe",
    "CG": "Republic of the Congo",
    "CD": "Democratic Republic of the Congo",
    "CI": "Côte d'Ivoire",
    "VA": "Holy See",
    "XK": "Kosovo",
}
# Words of the lists that mislead in running text, or mean more than one country.
DROP = {
    "america del norte", "guinea", "congo", "korea", "korean", "virgin islands", "georgetown",
    "victoria", "kingston", "hamilton", "stanley", "douglas", "male", "saint john's", "st. john's",
    "delaware", "san jose", "saint pierre", "jersey", "may", "china sea", "chad s", "or", "and",
    "man", "turk", "hong", "saint", "san", "la", "le", "el", "de", "west", "east", "north", "south",
    "republic", "kingdom", "the", "of", "islands", "island", "union", "democratic republic",
    "brussels", "bruxelles", "brussel", "federation", "state", "states", "french",
    "english", "roman", "micronesia federated states", "cook", "marsh", "helene", "alan", "mann",
}  # fmt: skip
KEEP = {"french": "FR", "english": "GB", "guinea": "GN", "korean": "KR"}
# Seats that stand for a government, beside the capitals.
SEATS = {
    "kremlin": "RU", "the kremlin": "RU", "white house": "US", "the white house": "US",
    "washington": "US", "washington dc": "US", "pentagon": "US", "foggy bottom": "US",
    "capitol hill": "US", "downing street": "GB", "whitehall": "GB", "westminster": "GB",
    "elysee": "FR", "elysee palace": "FR", "quai d'orsay": "FR", "blue house": "KR",
    "zhongnanhai": "CN", "peking": "CN", "tel aviv": "IL", "delhi": "IN", "new delhi": "IN",
    "kiev": "UA", "ankara": "TR", "canberra": "AU", "brasilia": "BR", "pretoria": "ZA",
    "seoul": "KR", "pyongyang": "KP", "bern": "CH", "berne": "CH", "the north": "KP",
}  # fmt: skip
EXTRA = {
    "u.s.": "US", "u.s": "US", "us": "US", "usa": "US", "u.s.a.": "US", "america": "US",
    "american": "US", "americans": "US", "uk": "GB", "u.k.": "GB", "britain": "GB",
    "british": "GB", "briton": "GB", "uae": "AE", "u.a.e.": "AE", "emirati": "AE", "prc": "CN",
    "rok": "KR", "dprk": "KP", "south korean": "KR", "north korean": "KP", "drc": "CD",
    "holy see": "VA", "vatican": "VA", "palestinian": "PS", "palestinian authority": "PS",
    "kyrgyz": "KG", "turkiye": "TR", "turkish": "TR", "dutch": "NL", "filipino": "PH",
    "philippine": "PH", "philippines": "PH", "ivorian": "CI", "kosovar": "XK", "taiwanese": "TW",
    "greek": "GR", "swiss": "CH", "danish": "DK", "swedish": "SE", "spanish": "ES", "irish": "IE",
    "scottish": "GB", "welsh": "GB", "soviet union": "RU", "soviet": "RU", "burma": "MM",
    "burmese": "MM", "thai": "TH", "iraqi": "IQ", "israeli": "IL", "saudi": "SA", "czech": "CZ",
    "polish": "PL", "finnish": "FI", "norwegian": "NO", "hungarian": "HU", "yemeni": "YE",
    "belarusian": "BY", "ukrainian": "UA", "afghan": "AF", "pakistani": "PK", "qatari": "QA",
    "kuwaiti": "KW", "bahraini": "BH", "omani": "OM", "emirates": "AE", "bosnian": "BA",
    "serbian": "RS", "croatian": "HR", "georgian": "GE", "georgia": "GE", "jordan": "JO",
    "jordanian": "JO", "lebanese": "LB", "chad": "TD", "chadian": "TD", "argentine": "AR",
    "argentinian": "AR", "new zealander": "NZ", "icelandic": "IS", "maltese": "MT",
    "portuguese": "PT", "peruvian": "PE", "nepali": "NP", "nepalese": "NP", "somali": "SO",
    "vietnamese": "VN", "chinese": "CN", "japanese": "JP", "lao": "LA", "laotian": "LA",
}  # fmt: skip


def read_countrynames(path: Path) -> dict[str, list[str]]:
    """Names by code; the file is a flat mapping of lists, so two regexes read it."""
    names: dict[str, list[str]] = defaultdict(list)
    code = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if head := re.match(r"^([A-Z][A-Z-]+):\s*$", line):
            code = head[1]
        elif item := re.match(r"^\s+- (.+?)\s*$", line):
            names[code].append(item[1].strip("\"'"))
    return names


def alias_table(names: dict[str, list[str]], rows: list[dict[str, str]]) -> dict[str, str]:
    """Folded alias to code; an alias of two countries is dropped."""
    found: dict[str, set[str]] = defaultdict(set)
    codes = {row["ISO3166-1-Alpha-2"] for row in rows} | {"XK"}
    for code in sorted(codes & set(names)):
        for name in names[code]:
            key = fold_name(name)
            if (
                SCRIPTS.match(name)
                and 3 < len(key) <= LONGEST
                and not re.search(r"\d|u\.s\.a", key)
            ):
                found[key].add(code)
    for row in rows:
        for column in ("official_name_en", "official_name_fr", "official_name_es",
                       "official_name_ru", "official_name_ar", "official_name_cn",
                       "UNTERM English Short", "UNTERM English Formal", "UNTERM French Formal",
                       "UNTERM Russian Formal", "UNTERM Spanish Formal"):  # fmt: skip
            if row[column]:
                found[fold_name(row[column])].add(row["ISO3166-1-Alpha-2"])
        found[row["ISO3166-1-Alpha-3"].lower()] = {row["ISO3166-1-Alpha-2"]}
    table = {key: min(codes) for key, codes in found.items() if len(codes) == 1}
    table = {key: code for key, code in table.items() if key not in DROP and key}
    return table | capital_table(rows) | KEEP | EXTRA


def capital_table(rows: list[dict[str, str]]) -> dict[str, str]:
    """Folded capital to code, for independent states, where nothing else has that name."""
    table = {
        fold_name(row["Capital"]): row["ISO3166-1-Alpha-2"]
        for row in rows
        if row["is_independent"] == "Yes" and row["Capital"]
    }
    table = {key: code for key, code in table.items() if key not in DROP}
    for ambiguous in ("brussels", "luxembourg", "santiago", "lima", "tripoli", "georgetown"):
        table.pop(ambiguous, None)
    return table | SEATS


def pack(table: dict[str, str]) -> dict[str, str]:
    """Aliases by code, joined by "|": a third of the size of a plain mapping."""
    by_code: dict[str, list[str]] = defaultdict(list)
    for key, code in table.items():
        by_code[code].append(key)
    return {code: "|".join(sorted(keys)) for code, keys in sorted(by_code.items())}


def main(yaml: str, codes: str, out: str | None = None) -> None:
    """Read both lists and write the table."""
    with Path(codes).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["ISO3166-1-Alpha-2"].strip()]
    names = {r["ISO3166-1-Alpha-2"]: r["CLDR display name"] or r["official_name_en"] for r in rows}
    names |= DISPLAY
    aliases = alias_table(read_countrynames(Path(yaml)), rows)
    aliases |= {fold_name(name): code for code, name in names.items()}
    tables = {
        "source": "countrynames 1.17.0 (MIT, PyPI); datasets/country-codes (PDDL); own additions",
        "names": names,
        "aliases": pack(aliases),
    }
    text = json.dumps(tables, ensure_ascii=False, indent=0, sort_keys=True)
    (Path(out) if out else OUT).write_text(text + "\n", encoding="utf-8")
    print(f"{len(aliases)} aliases, {len(text.encode())} bytes")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
