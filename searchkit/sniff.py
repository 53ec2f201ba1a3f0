"""What bytes look like, whatever they are called.

In goes the beginning of a file or body; out comes a media type, or the name to call the
thing by when it is refused.  The rules follow the WHATWG's MIME sniffing, cut to what a
page can be; nothing is decoded beyond what tells text from other things.
"""

from __future__ import annotations

import codecs
import re

SNIFF_BYTES = 8192

# What a page can be made of; `clean` takes these.
PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain", "application/pdf"})

_SIGNATURES = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"WARC/", "application/warc"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (257, b"ustar", "application/x-tar"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (4, b"ftyp", "video/mp4"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"OggS", "application/ogg"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"%!PS", "application/postscript"),
    (0, b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (0, b"\x7fELF", "application/x-elf"),
)

NAMES = {
    "application/zip": "a ZIP archive (or an office document)",
    "application/x-tar": "a tar archive",
    "application/x-7z-compressed": "a 7z archive",
    "application/vnd.rar": "a RAR archive",
    "application/x-bzip2": "bzip2 data",
    "application/x-xz": "xz data",
    "application/zstd": "Zstandard data",
    "application/gzip": "gzip data",
    "application/warc": "a web archive",
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/webp": "WebP",
    "image/tiff": "TIFF",
    "video/mp4": "MP4",
    "audio/mpeg": "MP3",
    "application/ogg": "Ogg",
    "application/x-ole-storage": "an old office document",
    "application/rtf": "RTF",
    "application/postscript": "PostScript",
    "application/vnd.sqlite3": "an SQLite database",
    "application/x-elf": "a program",
    "application/json": "JSON",
    "application/xml": "XML (a feed, perhaps)",
    "message/rfc822": "a mail or an MHTML page",
    "application/octet-stream": "binary data",
}

# Longest mark first: UTF-32's begins with UTF-16's.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# WHATWG MIME sniffing, 7.1: a tag that only HTML begins with, closed by space or ">".
_HTML_START = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|link|style|script|iframe|article|main|section"
    r"|header|nav|div|p|h[1-6]|table|font|span|center|br|a|b|ul|ol|blockquote)[\s/>]|<!--",
    re.IGNORECASE,
)
_XHTML_ROOT = re.compile(r"<(?:!doctype\s+)?html[\s>]", re.IGNORECASE)
_JSON_START = re.compile(r'\{\s*["}]|\[\s*\{\s*"')
_MAIL_START = re.compile(r"(?:From: <Saved by|MIME-Version:)", re.IGNORECASE)
# Control characters that no text file uses; form feed and escape are met in texts.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
# A few may be slips of a publisher's; more than one in twenty is no text.
_MAX_CONTROL_SHARE = 0.05


def sniff(head: bytes) -> str:
    """Give the media type that the first `SNIFF_BYTES` of something look like.

    Text without HTML is "text/plain" (or "application/json" where it begins as that
    does), anything unknown is "application/octet-stream".

    >>> sniff(b"<!DOCTYPE html><title>Statement</title>")
    'text/html'
    >>> sniff(b"%PDF-1.7"), sniff("Déclaration".encode("latin-1")), sniff(b"a\\x00b")
    ('application/pdf', 'text/plain', 'application/octet-stream')
    """
    head = head[:SNIFF_BYTES]
    for offset, signature, media_type in _SIGNATURES:
        if head.startswith(signature, offset):
            return media_type
    text = _head_text(head)
    if text is None:
        return "application/octet-stream"
    return _sniff_text(text.lstrip())


def bom_charset(head: bytes) -> str | None:
    """Give the encoding that a byte-order mark declares, or None without one.

    >>> bom_charset("é".encode("utf-16")), bom_charset(b"plain")
    ('utf-16', None)
    """
    return next((name for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), None)


def _head_text(head: bytes) -> str | None:
    """Decode well enough to look at tags, or None where it is no text."""
    charset = bom_charset(head)
    if charset is not None:
        text = head.decode(charset, "replace").removeprefix("\ufeff")
    elif b"\0" in head:
        return None
    else:
        text = head.decode("latin-1")
    if len(_CONTROLS.findall(text)) > _MAX_CONTROL_SHARE * len(text):
        return None
    return text


def _sniff_text(text: str) -> str:
    if _HTML_START.match(text):
        return "text/html"
    if text.startswith("<?xml"):
        return "application/xhtml+xml" if _XHTML_ROOT.search(text) else "application/xml"
    if text.startswith(("<rss", "<feed", "<urlset", "<sitemapindex", "<opml")):
        return "application/xml"
    if _JSON_START.match(text):
        return "application/json"
    if _MAIL_START.match(text):
        return "message/rfc822"
    return "text/plain"
