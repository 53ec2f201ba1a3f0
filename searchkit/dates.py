"""A date as printed on a page, to an ISO date; no clock, no network, no zone of the machine.

In comes a short text ("Tue, 05 Mar 19 00:01:01 +0200", "11 марта 2024 г.", "2024年3月11日"),
out goes "2019-03-04", "2024-03-11" or a reduced "2024-09" or "2024"; None where the text
does not name a year.  A time with a zone moves the day to UTC unless the day as written is
asked for; a date without one is that day everywhere.  Relative words ("yesterday",
"Monday") are not dates here: they would make the day of the visit a day of publication.
Which date of a page counts is for `clean`.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, timedelta

# Month names, January first; "|" parts spellings and short forms.  Folded before use, so
# accents and case do not matter here.  Genitives are listed where a date uses them.
MONTHS_BY_LANGUAGE = {
    "en": "january|jan february|feb march|mar april|apr may june|jun july|jul august|aug"
    " september|sept|sep october|oct november|nov december|dec",
    "fr": "janvier|janv fevrier|fevr|fev mars avril|avr mai juin juillet|juil aout"
    " septembre|sept octobre|oct novembre|nov decembre|dec",
    "de": "januar|jan|janner|jaenner februar|feb|feber marz|maerz|mrz april|apr mai juni|jun"
    " juli|jul august|aug september|sept|sep oktober|okt november|nov dezember|dez",
    "es": "enero|ene febrero|feb marzo|mar abril|abr mayo|may junio|jun julio|jul agosto|ago"
    " septiembre|setiembre|sept|sep|set octubre|oct noviembre|nov diciembre|dic",
    "it": "gennaio|gen febbraio|feb marzo|mar aprile|apr maggio|mag giugno|giu luglio|lug"
    " agosto|ago settembre|sett|set ottobre|ott novembre|nov dicembre|dic",
    "pt": "janeiro|jan fevereiro|fev marco|mar abril|abr maio|mai junho|jun julho|jul agosto|ago"
    " setembro|set outubro|out novembro|nov dezembro|dez",
    "ru": "января|январь|янв февраля|февраль|фев|февр марта|март|мар апреля|апрель|апр мая|май"
    " июня|июнь|июн июля|июль|июл августа|август|авг сентября|сентябрь|сен|сент"
    " октября|октябрь|окт ноября|ноябрь|ноя|нояб декабря|декабрь|дек",
    "uk": "січня|січень|січ лютого|лютий|лют березня|березень|бер квітня|квітень|квіт"
    " травня|травень|трав червня|червень|черв липня|липень|лип серпня|серпень|серп"
    " вересня|вересень|вер жовтня|жовтень|жовт листопада|листопад|лист грудня|грудень|груд",
    "bg": "януари февруари|февр март април май юни юли август|авг септември|септ октомври|окт"
    " ноември|ноем декември|дек",
    "tr": "ocak|oca subat|sub mart|mar nisan|nis mayis|may haziran|haz temmuz|tem agustos|agu"
    " eylul|eyl ekim|eki kasim|kas aralik|ara",
    "az": "yanvar fevral mart aprel may iyun iyul avqust sentyabr oktyabr noyabr dekabr",
    "ar": "يناير|كانونالثاني|جانفي فبراير|شباط|فيفري مارس|اذار|اذار ابريل|نيسان|افريل"
    " مايو|ايار|ماي يونيو|يونيه|حزيران|جوان يوليو|يوليه|تموز|جويلية اغسطس|اب|اوت"
    " سبتمبر|ايلول اكتوبر|تشرينالاول نوفمبر|تشرينالثاني ديسمبر|كانونالاول",
    "pl": "stycznia|styczen|sty lutego|luty|lut marca|marzec|mar kwietnia|kwiecien|kwi maja|maj"
    " czerwca|czerwiec|cze lipca|lipiec|lip sierpnia|sierpien|sie wrzesnia|wrzesien|wrz"
    " pazdziernika|pazdziernik|paz listopada|listopad|lis grudnia|grudzien|gru",
    "cs": "ledna|leden unora|unor brezna|brezen dubna|duben kvetna|kveten cervna|cerven"
    " cervence|cervenec srpna|srpen zari rijna|rijen listopadu|listopad prosince|prosinec",
    "hr": "sijecnja|sijecanj veljace|veljaca ozujka|ozujak travnja|travanj svibnja|svibanj"
    " lipnja|lipanj srpnja|srpanj kolovoza|kolovoz rujna|rujan listopada|listopad"
    " studenoga|studenog|studeni prosinca|prosinac",
    "nl": "januari|jan februari|feb maart|mrt april|apr mei juni|jun juli|jul augustus|aug"
    " september|sept|sep oktober|okt november|nov december|dec",
    "sv": "januari|jan februari|feb mars april|apr maj juni|jun juli|jul augusti|aug"
    " september|sept|sep oktober|okt november|nov december|dec",
    "da": "januar|jan februar|feb marts april|apr maj juni|jun juli|jul august|aug"
    " september|sept|sep oktober|okt november|nov december|dec",
    "ro": "ianuarie|ian februarie|feb martie|mar aprilie|apr mai iunie|iun iulie|iul august|aug"
    " septembrie|sept|sep octombrie|oct noiembrie|noi|nov decembrie|dec",
    "el": "ιανουαριου|ιαν φεβρουαριου|φεβ μαρτιου|μαρ απριλιου|απρ μαιου|μαι ιουνιου|ιουν"
    " ιουλιου|ιουλ αυγουστου|αυγ σεπτεμβριου|σεπ οκτωβριου|οκτ νοεμβριου|νοε δεκεμβριου|δεκ",
}

# RFC 822 section 5.1 and the zones that news sites print; others leave the day as it is.
ZONE_HOURS = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5,
    "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "cet": 1, "cest": 2, "bst": 1, "msk": 3,
}  # fmt: skip

# A date stands near the start of its text; more is prose, and not worth the time.
LONGEST_TEXT = 300
LONGEST_DATE_LINE = 100

# Years outside are article numbers, prices or other calendars (Buddhist 2567, Hijri 1445).
FIRST_YEAR, LAST_YEAR = 1500, 2199

# POSIX: 69 to 99 are 1969 to 1999.
FIRST_SHORT_YEAR = 69

# Two-word months of the Levant, once folded: joined, so that a month is one word.
TWO_WORD_MONTHS = re.compile(r"(كانون|تشرين) (الاول|الثاني)")

ISO = re.compile(r"(?<!\d)(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)")
COMPACT = re.compile(r"(?P<y>[12]\d{3})(?P<m>\d\d)(?P<d>\d\d)(?=t\d|$)")
CHINESE = re.compile(
    r"(?<!\d)(?P<y>\d{4}) ?[年년] ?(?P<m>\d{1,2}) ?[月월](?: ?(?P<d>\d{1,2}) ?[日号號일])?"
)
YEAR_FIRST = re.compile(r"(?<!\d)(?P<y>\d{4})([./])(?P<m>\d{1,2})\2 ?(?P<d>\d{1,2})(?!\d)")
# 11.03.2024, 11/3/24, 11-03-2024, 11. 3. 2024; a two-digit year only at the end or before a time.
NUMERIC = re.compile(
    r"(?<![\d./-])(?P<a>\d{1,2}) ?([./-]) ?(?P<b>\d{1,2})\2 ?"
    r"(?P<y>\d{4}(?![\d./-]*\d)|\d{2}(?=$|,? \d{1,2}:))"
)
# "11 March 2024", "11th of March, 2024", "11 de marzo de 2024", "1er mars 2024", "11. März 24".
DAY_MONTH_YEAR = re.compile(
    r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th|er|e|o|a)?[.,]?[ -]?(?:(?:of|de|di|den|do) )?"
    r"(?P<name>[^\W\d_]{2,14})[.,]{0,2}[ -]?(?:(?:of|de|del|do|anul) )?"
    r"(?P<y>\d{4}(?!\d)|'?\d{2}(?=$|,? \d{1,2}:))"
)
# "March 11, 2024", "Jun 17th 2020", "May 04 10:00:00 EDT 2020" (asctime).
MONTH_DAY_YEAR = re.compile(
    r"(?P<name>[^\W\d_]{3,14})\.?[ -](?P<d>\d{1,2})(?:st|nd|rd|th)?"
    r"(?P<time> \d{1,2}:\d\d(?::\d\d)?(?: [a-z]{1,4}| [+-]\d{4})?)?,? ?(?P<y>\d{4})(?!\d)"
)
# "2024. március 11.", "2024 March 11", "2024-Mar-11".
YEAR_MONTH_DAY = re.compile(
    r"(?<!\d)(?P<y>\d{4})\.?[ -](?P<name>[^\W\d_]{3,14})[ -](?P<d>\d{1,2})(?!\d)"
)
DAY_PATTERNS = (ISO, COMPACT, CHINESE, YEAR_FIRST, NUMERIC)
NAMED_PATTERNS = (DAY_MONTH_YEAR, MONTH_DAY_YEAR, YEAR_MONTH_DAY)

# Reduced dates must be the whole text: "in September 2024" in prose is an event.
REDUCED_ISO = re.compile(r"(?P<y>\d{4})(?:-(?P<m>\d{2}))?")
REDUCED_NAMED = re.compile(r"(?P<name>[^\W\d_]{3,14})\.?,? (?:(?:de|del) )?(?P<y>\d{4})")

# What may follow a date: "T10:00:00Z", ", at 6:10 pm EST", " 06:10:00 +0000".
TIME = re.compile(
    r"(?:t|,? ?(?:at |um |a las |à |- |\| )?)(?P<hour>\d{1,2})[:.]?(?P<minute>\d{2})"
    r"(?:[:.]?(?P<second>\d{2})(?:[.,]\d{1,9})?)? ?(?P<half>[ap]\.?m\b\.?)? ?"
    r"(?:\(?(?:gmt|utc)?(?P<sign>[+-])(?P<zh>\d{2}):?(?P<zm>\d{2})?|\(?(?P<zone>[a-z]{1,4})\b)?"
)


def _fold(text: str) -> str:
    """Small letters without accents, plain digits, single spaces; not length-preserving."""
    digits = text.lower() if text.isascii() else _plain(text)
    return re.sub(r"\s+", " ", digits).strip()


def _plain(text: str) -> str:
    """Small letters without accents or marks of direction, plain digits, quotes and dashes."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i").replace("ł", "l"))
    plain = "".join(
        c for c in plain if not unicodedata.combining(c) and c not in "\u200e\u200f\u0640"
    )
    whole = unicodedata.normalize("NFC", plain)  # Hangul had come apart
    digits = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in whole)
    return digits.replace("’", "'").replace("–", "-")


def _month_tables() -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """Names by language, and the names on which all languages agree."""
    tables: dict[str, dict[str, int]] = {}
    seen: dict[str, set[int]] = {}
    for language, row in MONTHS_BY_LANGUAGE.items():
        table = tables[language] = {}
        for number, names in enumerate(row.split(), start=1):
            for name in map(_fold, names.split("|")):
                table[name] = number
                seen.setdefault(name, set()).add(number)
    return tables, {name: min(found) for name, found in seen.items() if len(found) == 1}


MONTHS, AGREED_MONTHS = _month_tables()


def _month(name: str, language: str | None) -> int | None:
    """The month of a folded name; a name on which languages differ needs the language."""
    known = MONTHS.get((language or "").split("-")[0].lower(), {})
    return known.get(name) or AGREED_MONTHS.get(name)


def _full_year(digits: str) -> int:
    digits = digits.lstrip("'")
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (1900 if year >= FIRST_SHORT_YEAR else 2000)


def _day(year: int, month: int, day: int) -> date | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _numeric_day(first: int, second: int, year: int, day_first: bool | None) -> date | None:
    """Day first unless told otherwise, or unless only the other order gives a day."""
    ordered = (first, second) if day_first is not False else (second, first)
    return _day(year, ordered[1], ordered[0]) or _day(year, ordered[0], ordered[1])


def _matched_day(
    match: re.Match[str], language: str | None, day_first: bool | None
) -> date | str | None:
    """What one match says: a day, a reduced "2024-03", or nothing."""
    parts = match.groupdict()
    year = _full_year(parts["y"])
    if "a" in parts:
        return _numeric_day(int(parts["a"]), int(parts["b"]), year, day_first)
    month = _month(parts["name"], language) if "name" in parts else int(parts["m"])
    if month is None:
        return None
    if parts["d"] is None:
        return f"{year:04}-{month:02}" if _day(year, month, 1) else None
    return _day(year, month, int(parts["d"]))


def _in_utc(day: date, after: str) -> date:
    """The day in UTC, where a time of day with a known zone follows the date."""
    time = TIME.match(after)
    if not time or not (time["sign"] or time["zone"] in ZONE_HOURS):
        return day
    hour, minute = int(time["hour"]), int(time["minute"])
    if hour > 23 or minute > 59:
        return day
    if time["half"]:
        hour = hour % 12 + (12 if time["half"][0] == "p" else 0)
    if time["sign"]:
        ahead = timedelta(hours=int(time["zh"]), minutes=int(time["zm"] or 0))
        ahead = -ahead if time["sign"] == "-" else ahead
    else:
        ahead = timedelta(hours=ZONE_HOURS[time["zone"]])
    naive = datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001 zone follows
    return (naive - ahead).date()


def _matches(folded: str) -> Iterator[re.Match[str]]:
    """Every date-like match, in order of how sure its form is."""
    for pattern in DAY_PATTERNS:
        yield from pattern.finditer(folded)
    for pattern in NAMED_PATTERNS:
        # Overlapping words ("Monday 4 March 2024") are tried from each start.
        yield from pattern.finditer(folded)


def _reduced(folded: str, language: str | None) -> str | None:
    """ "2024", "2024-09" or "September 2024", where that is the whole text."""
    if iso := REDUCED_ISO.fullmatch(folded):
        year, month = int(iso["y"]), int(iso["m"] or 1)
        if not _day(year, month, 1):
            return None
        return f"{year:04}-{month:02}" if iso["m"] else f"{year:04}"
    if named := REDUCED_NAMED.fullmatch(folded):
        number = _month(named["name"], language)
        if number and _day(int(named["y"]), number, 1):
            return f"{int(named['y']):04}-{number:02}"
    return None


def parse_date(
    text: str,
    *,
    language: str | None = None,
    day_first: bool | None = None,
    as_written: bool = False,
) -> str | None:
    """The date that a short text names, ISO, possibly reduced; None where there is none.

    ``language`` (ISO 639-1) decides month names on which languages differ.  An all-digit
    date that could be read both ways is day first unless ``day_first`` is False.
    ``as_written`` keeps the day of the writer's own zone instead of moving it to UTC.

    >>> parse_date("Tue, 05 Mar 19 00:01:01 +0200")
    '2019-03-04'
    >>> parse_date("11.03.2024"), parse_date("03/14/2024"), parse_date("March 2024")
    ('2024-03-11', '2024-03-14', '2024-03')
    >>> parse_date("2024-03-11T23:30:00-05:00", as_written=True)
    '2024-03-11'
    >>> parse_date("11 listopada 2024"), parse_date("11 listopada 2024", language="pl")
    (None, '2024-11-11')
    >>> parse_date("Monday, 9 a.m.") is None
    True
    """
    folded = TWO_WORD_MONTHS.sub(r"\1\2", _fold(text[:LONGEST_TEXT]))
    if reduced := _reduced(folded, language):
        return reduced
    for match in _matches(folded):
        found = _matched_day(match, language, day_first)
        if isinstance(found, str):
            return found
        if found and as_written:
            return found.isoformat()
        if found:
            inside = match.groupdict().get("time")
            return _in_utc(found, inside or folded[match.end() :]).isoformat()
    return None


# What may stand before a date ("Paris,", "Tuesday") and after it ("г.", "року", "-cü il").
BEFORE_DATE = re.compile(r"[^\W\d_]{2,14}[,:]? ?(?:[^\W\d_]{2,10}[,:]? ?)?|")
AFTER_DATE = re.compile(r"[\s,|.)-]*(?:[^\W\d_]{1,6}\.?|)[\s|.-]*")


def is_date_line(text: str) -> bool:
    """Whether a text is one whole date, with at most a place, a weekday and a time, and no more.

    >>> is_date_line("Paris, Tuesday 5 March 2024, 21:30"), is_date_line("Talks of 5 March 2024")
    (True, False)
    """
    if len(text) > LONGEST_DATE_LINE or not any(map(str.isdigit, text)):
        return False
    folded = TWO_WORD_MONTHS.sub(r"\1\2", _fold(text))
    for match in _matches(folded):
        if isinstance(_matched_day(match, None, None), date):
            after = TIME.sub("", folded[match.end() :], count=1)
            before = folded[: match.start()]
            if BEFORE_DATE.fullmatch(before) and AFTER_DATE.fullmatch(after):
                return not before.endswith(PREPOSITIONS)
    return False


# "Talks of 5 March" and "on 5 March" tell of something else than the text itself.
PREPOSITIONS = (
    "of ",
    "on ",
    "in ",
    "by ",
    "from ",
    "until ",
    "since ",
    "to ",
    "at ",
    "am ",
    "vom ",
)


def is_ambiguous(text: str) -> bool:
    """Whether the date is all digits and gives another day with the month first.

    >>> is_ambiguous("03/04/2024"), is_ambiguous("03/14/2024"), is_ambiguous("04/04/2024")
    (True, False, False)
    """
    days = parse_date(text, day_first=True), parse_date(text, day_first=False)
    return days[0] != days[1]


def day_span(published: str) -> tuple[int, int]:
    """First and last day (yyyymmdd) of a possibly reduced ISO date; ValueError if it is none.

    >>> day_span("2024"), day_span("2024-02"), day_span("2024-09-17")
    ((20240101, 20241231), (20240201, 20240229), (20240917, 20240917))
    """
    parts = published.split("-")
    if not 1 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(f"not an ISO date: {published!r}")
    year, *rest = (int(part) for part in parts)
    first = date(year, *[*rest, 1, 1][:2])
    last_month = rest[0] if rest else 12
    last_day = rest[1] if len(rest) > 1 else calendar.monthrange(year, last_month)[1]
    last = date(year, last_month, last_day)
    return int(first.strftime("%Y%m%d")), int(last.strftime("%Y%m%d"))
