"""What a host allows: the answer to /robots.txt in, rules out (RFC 9309).

Bytes and a status come in, nothing is fetched.  The parser is protego; what it does not
decide is decided here: a byte-order mark is no part of the first line, a missing file
allows everything, a server in trouble allows nothing until it answers.
"""

from __future__ import annotations

from dataclasses import dataclass

from protego import Protego

# RFC 9309, 2.5: at least 500 KiB must be read; what is beyond counts as absent.
LARGEST = 500 << 10
AGENT = "searchkit"
"""The product token that a robots.txt may name."""

# A delay beyond this would stop a crawl for the day; such a host is asked once a minute.
LONGEST_DELAY_S = 60.0


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one host; ``barred`` says why nothing may be asked for now, else None."""

    rules: Protego | None
    barred: str | None = None

    def allows(self, url: str) -> bool:
        """Whether a page may be asked for."""
        if self.barred is not None:
            return False
        return self.rules is None or bool(self.rules.can_fetch(url, AGENT))

    @property
    def delay_s(self) -> float:
        """Seconds between two requests that the host asks for; 0 where it does not."""
        delay = self.rules.crawl_delay(AGENT) if self.rules else None
        return min(float(delay), LONGEST_DELAY_S) if delay and delay > 0 else 0.0

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The sitemaps that the file names."""
        return tuple(self.rules.sitemaps) if self.rules else ()


def read_robots(status: int | None, body: bytes) -> Robots:
    """The rules that an answer states; ``status`` is None where there was none.

    >>> read_robots(200, b"\\xef\\xbb\\xbfUser-agent: *\\nDisallow: /").allows("https://a.example/x")
    False
    >>> read_robots(404, b"").allows("https://a.example/x")
    True
    >>> read_robots(503, b"<html>").barred
    'robots.txt answers 503: nothing is fetched until it can be read'
    """
    if status is not None and 200 <= status < 300:
        text = body[:LARGEST].decode("utf-8-sig", "replace")
        return Robots(Protego.parse(text.replace("\x00", "")))
    if status is not None and 400 <= status < 500 and status != 429:
        return Robots(None)
    answers = f"answers {status}" if status is not None else "cannot be reached"
    return Robots(None, f"robots.txt {answers}: nothing is fetched until it can be read")
