"""The keys of a source table, each checked: values of TOML in, plain values out.

A `Table` knows where it stands, so that every error says file, source and key, what is
wrong, and what would work.  Lengths and counts are bounded: a file may be anybody's.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from searchkit.clean.rules import selector_problem
from searchkit.errors import UsageError
from searchkit.names import country_code
from searchkit.seeds.patterns import Glob, normal_pattern, pattern_problem
from searchkit.seeds.sources import BUDGET, KINDS, PACE_S, Kind
from searchkit.urls import UrlParts, split_url

LONGEST_TEXT = 200
LONGEST_ADDRESS = 2_048
MOST_VALUES = 200
"""In one list of addresses, patterns or lines."""

MOST_A_DAY = 100_000
LEAST_PACE_S, MOST_PACE_S = 1.0, 3_600.0

# Names that people type and files carry; no slash or dot, so that none looks like an address.
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_HOURS = re.compile(r"([01]?[0-9]|2[0-3])-([01]?[0-9]|2[0-4])")


def near(word: str, known: Iterable[str]) -> str:
    """The end of an error: what may have been meant.

    >>> near("feed", ["feeds", "lists"]), near("xyz", ["feeds"])
    ("; did you mean 'feeds'?", '')
    """
    close = difflib.get_close_matches(word[:LONGEST_TEXT], list(known), 1)
    return f"; did you mean {close[0]!r}?" if close else ""


@dataclass(frozen=True, slots=True)
class Table:
    """One TOML table and the words that name it in errors."""

    where: str
    values: dict[str, Any]

    def error(self, key: str, problem: str) -> UsageError:
        """An error about a key of this table."""
        return UsageError(f"{self.where}: {key} {problem}")

    def check_keys(self, known: Sequence[str]) -> None:
        """Raise UsageError for a key that means nothing, with the nearest that does."""
        for key in self.values:
            if key not in known:
                hint = near(key, known)
                raise UsageError(
                    f"{self.where}: unknown key {key[:LONGEST_TEXT]!r}{hint}"
                    + ("" if hint else f"; known: {', '.join(known)}")
                )

    def text(self, key: str, example: str) -> str | None:
        """A short printable text, None where the key is missing."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, f'must be a text: {key} = "{example}"')
        if len(value) > LONGEST_TEXT:
            raise self.error(key, f"is longer than {LONGEST_TEXT} characters")
        if not value.isprintable():
            raise self.error(key, f"{value!r} holds a control character or a line break")
        return value.strip()

    def required(self, key: str, example: str) -> str:
        """The same for a key that has to be there."""
        value = self.text(key, example)
        if value is None:
            raise self.error(key, f'is missing: {key} = "{example}"')
        return value

    def many(self, key: str, example: str) -> list[Any]:
        """A list, empty where the key is missing."""
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.error(key, f"must be a list: {key} = [{example}]")
        if len(value) > MOST_VALUES:
            raise self.error(key, f"has {len(value):,} values, at most {MOST_VALUES} work")
        return value

    def boolean(self, key: str, *, default: bool) -> bool:
        """true or false."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self.error(key, f"is {value!r}, must be true or false, without quotes")
        return value

    def number(self, key: str, least: float, most: float, default: float) -> float:
        """A number between two others, both included."""
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(key, f"is {value!r}, must be a number: {key} = {default:g}")
        if not least <= value <= most:
            bound = f"at least {least:g}" if not value >= least else f"at most {most:g}"
            raise self.error(key, f"is {value:g}, must be {bound}")
        return value


def source_id(table: Table) -> str:
    """The id: what the source is called on the command line and in the archive."""
    value = table.required("id", "nl-mfa")
    if not _ID.fullmatch(value):
        raise table.error(
            "id", f"{value!r} must be of a-z, 0-9 and '-', 64 at most: id = \"nl-mfa\""
        )
    return value


def kind(table: Table) -> Kind:
    """What sort of publisher it is."""
    value = table.required("kind", "ministry")
    if value not in KINDS:
        known = "" if (hint := near(value, KINDS)) else f"; known: {', '.join(KINDS)}"
        raise table.error("kind", f"{value!r} is unknown{hint}{known}")
    return value


def country(table: Table, of_kind: Kind) -> str | None:
    """The code of the country; who speaks for one has to say which."""
    value = table.text("country", "NO")
    if value is None:
        if of_kind in ("organisation", "outlet"):
            return None
        raise table.error("country", f'is missing: a {of_kind} speaks for one: country = "NO"')
    code = country_code(value)
    if code != value:
        hint = f"; did you mean {code!r}?" if code else ": two capital letters of ISO 3166"
        raise table.error("country", f"{value!r} is no code{hint}")
    return value


def language(table: Table) -> str | None:
    """The code of the language."""
    value = table.text("language", "en")
    if value is not None and not _LANGUAGE.fullmatch(value):
        raise table.error("language", f'{value!r} is no code of ISO 639: language = "en"')
    return value


def site(table: Table) -> UrlParts:
    """The site, given as a host or as the address of its home page."""
    value = table.text("site", "mfa.example")
    if value is None:
        raise UsageError(f'{table.where}: needs the site it is for: site = "mfa.example"')
    if "://" not in value and "/" not in value:
        if (parts := split_url(f"https://{value}/")) is None or parts.has_credentials:
            raise table.error("site", f'{value!r} is no host: site = "mfa.example"')
        return parts
    return _parts(table, "site", value)


def address(table: Table, key: str, value: object) -> str:
    """A web address, every parameter kept."""
    return str(_parts(table, key, value))


def addresses(table: Table, key: str) -> tuple[str, ...]:
    """A list of them, each once."""
    example = '"https://mfa.example/rss"'
    found = [address(table, key, value) for value in table.many(key, example)]
    return tuple(dict.fromkeys(found))


def _parts(table: Table, key: str, value: object) -> UrlParts:
    if not isinstance(value, str) or not value.strip():
        raise table.error(key, f'{value!r} is no address: write it as "https://mfa.example/"')
    if len(value) > LONGEST_ADDRESS:
        raise table.error(key, f"has an address longer than {LONGEST_ADDRESS:,} characters")
    parts = split_url(value)
    if parts is not None and parts.has_credentials:
        raise table.error(key, f"has an address of {parts.host} with a password: take that out")
    if parts is None or not value.isprintable() or " " in value.strip():
        hint = "" if "://" in value else f"; did you mean {'https://' + value.strip()!r}?"
        raise table.error(key, f"{value!r} is no web address{hint}")
    return parts


def selector(table: Table, key: str, example: str) -> str | None:
    """A CSS selector."""
    value = table.values.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise table.error(key, f'must be a CSS selector: {key.rpartition(".")[2]} = "{example}"')
    if problem := selector_problem(value):
        raise table.error(key, f"{value!r} cannot be read: {problem}")
    return value


def patterns(table: Table, key: str) -> tuple[Glob, ...]:
    """Patterns of addresses."""
    found: list[Glob] = []
    for value in table.many(key, '"/news/*"'):
        if not isinstance(value, str):
            raise table.error(key, f'must be a list of patterns: {key} = ["/news/*"]')
        if problem := pattern_problem(value):
            raise table.error(key, f'{value[:LONGEST_TEXT]!r} {problem}: {key} = ["/news/*"]')
        found.append(Glob(normal_pattern(value)))
    return tuple(found)


def pace(table: Table, host: str) -> float:
    """Seconds between requests; only a machine of one's own may be asked without pause."""
    return float(
        table.number("pace_s", 0.0 if _is_own(host) else LEAST_PACE_S, MOST_PACE_S, PACE_S)
    )


def budget(table: Table) -> int:
    """Requests a day."""
    value = table.number("budget", 1, MOST_A_DAY, BUDGET)
    if value != int(value):
        raise table.error("budget", f"is {value:g}, must be a whole number: budget = {BUDGET}")
    return int(value)


def hours(table: Table) -> tuple[int, int] | None:
    """From and until, in UTC."""
    value = table.text("hours", "22-06")
    if value is None:
        return None
    match = _HOURS.fullmatch(value)
    if match is None or int(match[1]) == int(match[2]) % 24:
        raise table.error("hours", f'{value!r} is no span of hours in UTC: hours = "22-06"')
    return int(match[1]), int(match[2])


def _is_own(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
