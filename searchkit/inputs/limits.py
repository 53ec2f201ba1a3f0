"""The bounds of what is read from files, each with its reason."""

from __future__ import annotations

# The largest page of any text is some 5 MB (a day of a parliament); PDF files with scans
# are larger, but beyond this they hold pictures.  Cleaning needs several times as much.
MAX_PAGE_BYTES = 32 << 20

# A record's text as a whole: as much as a page.
MAX_LINE_BYTES = MAX_PAGE_BYTES

# WARC headers and HTTP headers, each: servers refuse more than 8 to 64 KiB themselves.
MAX_HEAD_BYTES = 64 << 10

TOO_LARGE = f"larger than {MAX_PAGE_BYTES >> 20} MiB, the most a page may have"
