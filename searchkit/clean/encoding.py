"""Bytes of a page to text, read as browsers read them and a little more kindly.

Byte-order mark, then UTF-8 where the bytes prove it, then the transport's word, the page's
own meta tag, and last a guess by language.  Nothing here knows HTML beyond the meta tag.
Bytes that fit no encoding become U+FFFD, never an error.
"""

from __future__ import annotations

import codecs
import re
from itertools import islice

from searchkit.clean.language import language_scores

# Controls that no reader sees; the tab, the newline and the joiners of Indic and Persian stay.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]"
)

# WHATWG Encoding Standard, section 4.2: labels do not mean what they say.  Python's own
# names would read 0x80-0x9F of "latin1" as controls, and know codecs that are none (rot13).
CODECS = {
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8 x-unicode20utf8 utf-16 utf-16le utf-16be",
    "cp1252": "windows-1252 cp1252 x-cp1252 iso-8859-1 iso8859-1 iso_8859-1 latin1 l1 ascii"
    " us-ascii cp819 ibm819 ansi_x3.4-1968 iso88591 x-user-defined",
    "cp1250": "windows-1250 cp1250 x-cp1250",
    "cp1251": "windows-1251 cp1251 x-cp1251",
    "cp1253": "windows-1253 cp1253 x-cp1253",
    "cp1254": "windows-1254 cp1254 x-cp1254 iso-8859-9 iso8859-9 iso_8859-9 latin5 l5",
    "cp1255": "windows-1255 cp1255 x-cp1255",
    "cp1256": "windows-1256 cp1256 x-cp1256",
    "cp1257": "windows-1257 cp1257 x-cp1257",
    "cp1258": "windows-1258 cp1258 x-cp1258",
    "iso8859-2": "iso-8859-2 iso8859-2 iso_8859-2 latin2 l2",
    "iso8859-3": "iso-8859-3 iso8859-3 latin3",
    "iso8859-4": "iso-8859-4 iso8859-4 latin4",
    "iso8859-5": "iso-8859-5 iso8859-5 cyrillic",
    "iso8859-6": "iso-8859-6 iso8859-6 arabic asmo-708",
    "iso8859-7": "iso-8859-7 iso8859-7 greek greek8",
    "iso8859-8": "iso-8859-8 iso8859-8 iso-8859-8-i hebrew visual",
    "iso8859-13": "iso-8859-13 iso8859-13",
    "iso8859-15": "iso-8859-15 iso8859-15 latin9 l9",
    "cp874": "windows-874 tis-620 iso-8859-11 dos-874",
    "koi8-r": "koi8-r koi8 koi8_r koi",
    "koi8-u": "koi8-u koi8-ru",
    "cp866": "ibm866 cp866 866",
    "mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "mac-roman": "macintosh mac x-mac-roman",
    "gb18030": "gb18030 gb2312 gbk gb_2312 gb_2312-80 x-gbk chinese csgb2312 iso-ir-58 hz-gb-2312",
    "big5hkscs": "big5 big5-hkscs cn-big5 x-x-big5 csbig5",
    "cp932": "shift_jis shift-jis sjis x-sjis ms_kanji windows-31j ms932 csshiftjis",
    "euc_jp": "euc-jp x-euc-jp",
    "iso2022_jp": "iso-2022-jp csiso2022jp",
    "cp949": "euc-kr ks_c_5601-1987 ks_c_5601 korean windows-949 ksc5601 ksc_5601",
}
CODEC_BY_LABEL = {label: codec for codec, labels in CODECS.items() for label in labels.split()}

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Browsers look at the first 1,024 bytes for the meta tag; real pages run over.
META_BYTES = 8192
META_CHARSET = re.compile(
    rb"<meta\b[^<>]{0,300}?\bcharset\s*=\s*[\"']?\s*([a-z0-9_:.-]{2,30})", re.I
)

# Characters of two and more bytes in UTF-8: single-byte encodings hardly ever make this
# shape, so one is proof against any header; pairs of East Asian bytes may, now and then.
UTF8_PAIR = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")
PROOF_PAIRS = 1
PROOF_PAIRS_EAST_ASIAN = 5
EAST_ASIAN = frozenset(("gb18030", "big5hkscs", "cp932", "euc_jp", "iso2022_jp", "cp949"))

# What each guess would be written in, in order of how common it is on the web.
GUESSES = (
    ("cp1251", {"ru", "uk", "bg", "sr", "mk", "be", "kk", "mn", "tg", "ky"}),
    ("cp1250", {"cs", "sk", "pl", "hu", "sl", "hr", "bs", "ro", "sq"}),
    ("cp1252", {"fr", "de", "es", "pt", "it", "nl", "sv", "da", "no", "fi", "is", "ca", "gl",
                "en", "af", "eu", "ga"}),
    ("gb18030", {"zh"}),
    ("cp1254", {"tr", "az"}),
    ("cp1256", {"ar", "fa", "ur"}),
    ("iso8859-2", {"cs", "sk", "pl", "hu", "sl", "hr", "ro"}),
    ("koi8-u", {"ru", "uk"}),
    ("cp1253", {"el"}),
    ("big5hkscs", {"zh"}),
    ("cp932", {"ja"}),
    ("euc_jp", {"ja"}),
    ("cp949", {"ko"}),
    ("cp1257", {"lt", "lv", "et"}),
    ("cp1255", {"iw", "he"}),
    ("iso8859-5", {"ru", "uk", "bg", "sr", "mk"}),
)  # fmt: skip
# The detector is sure of gibberish too: a rarer encoding has to win clearly.
CLEARLY_BETTER = 0.05
SAMPLE_BYTES = 3000
TAG_BYTES = re.compile(rb"<[^<>]{0,2000}>")
# Runs that hold at least one byte beyond ASCII, with the words around it.
FOREIGN_RUN = re.compile(rb"[^<>\r\n]{0,80}[\x80-\xff][^<>\r\n]{0,80}")

# A page declared UTF-8 with a few broken bytes is a cut page, not another encoding.
BROKEN_SHARE = 0.05


def codec_of(label: str | None) -> str | None:
    """The codec a browser uses for a charset label, None where it knows none.

    >>> codec_of("ISO-8859-1"), codec_of("gb2312"), codec_of("rot13")
    ('cp1252', 'gb18030', None)
    """
    return CODEC_BY_LABEL.get((label or "").strip(" \t\"'").lower())


def declared_charset(body: bytes) -> str | None:
    """The codec that the page's first meta tag names."""
    match = META_CHARSET.search(body, 0, META_BYTES)
    return codec_of(match[1].decode("ascii")) if match else None


def _is_utf8(body: bytes, stated: str | None) -> bool:
    """Whether the bytes are UTF-8 with enough evidence against what was stated."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    proof = PROOF_PAIRS_EAST_ASIAN if stated in EAST_ASIAN else PROOF_PAIRS
    return sum(1 for _ in islice(UTF8_PAIR.finditer(body), proof)) == proof


def _mostly_utf8(body: bytes) -> bool:
    """Whether few of the bytes beyond ASCII are broken as UTF-8."""
    beyond = sum(byte > 0x7F for byte in body[: 20 * SAMPLE_BYTES])
    broken = body[: 20 * SAMPLE_BYTES].decode("utf-8", "replace").count("\ufffd")
    return broken <= max(1, BROKEN_SHARE * beyond)


def _sample(body: bytes) -> bytes:
    """Text around the bytes beyond ASCII, without tags."""
    plain = TAG_BYTES.sub(b"\n", body[: 100 * SAMPLE_BYTES])
    runs, size = [], 0
    for match in FOREIGN_RUN.finditer(plain):
        runs.append(match[0].strip())
        size += len(match[0])
        if size > SAMPLE_BYTES:
            break
    return b"\n".join(runs)


def guess_codec(body: bytes) -> str:
    """The codec under which the text reads most like a language written in it.

    >>> guess_codec("Министр заявил, что переговоры продолжатся завтра.".encode("cp1251"))
    'cp1251'
    """
    sample = _sample(body)
    best, best_score = "cp1252", 0.0
    for codec, languages in GUESSES:
        text = sample.decode(codec, "replace")
        wrong = (text.count("\ufffd") + _odd_pairs(text)) / max(1, len(text))
        scores = language_scores(text)
        score = max((scores.get(language, 0.0) for language in languages), default=0.0)
        score -= 10 * wrong
        if score > best_score + CLEARLY_BETTER:
            best, best_score = codec, score
    return best


# A capital after a small letter inside a word (KOI8 read as windows-1251 turns case over),
# a control, or a sign inside a word ("wsp±lnota": latin2 read as windows-1250).
ODD_PAIR = re.compile(r"[^\W\d_A-Za-z][A-ZÀ-ÞА-ЯЁ]|[\u0080-\u009f]|[^\W\d_](?=[±¶ˇ¦¼¾¹³](?!\d))")


def _odd_pairs(text: str) -> int:
    return sum(
        len(pair[0]) == 1 or (pair[0][0].islower() and pair[0][1].isupper())
        for pair in ODD_PAIR.finditer(text)
    )


def decode_page(body: bytes, charset: str | None = None) -> tuple[str, str]:
    """Text and codec of a page; ``charset`` is the label that came with the transport.

    >>> decode_page("Türkiye’s".encode("utf-8"), "iso-8859-1")[1]
    'utf-8'
    >>> decode_page(b"caf\\xe9 \\x93x\\x94", "latin1")
    ('café “x”', 'cp1252')
    """
    for mark, codec in BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace"), codec
    claims = [codec for codec in (codec_of(charset), declared_charset(body)) if codec]
    if _is_utf8(body, claims[0] if claims else None):
        return body.decode("utf-8"), "utf-8"
    for stated in claims:
        if stated != "utf-8" or _mostly_utf8(body):
            return body.decode(stated, "replace"), stated
    if body.isascii() or _mostly_utf8(body):
        return body.decode("utf-8", "replace"), "utf-8"
    codec = guess_codec(body)
    return body.decode(codec, "replace"), codec
