"""Where messages go, as the user writes it: read, checked, shown without secrets.

A target is one text: ``mailto:desk@x.example``, ``https://hook.example/...``, ``-``,
``file:PATH.jsonl``, ``atom:PATH.xml``, ``exec:["command","argument"]``, ``apprise:URL``.
In it ``{env:NAME}`` and ``{secret:FILE}`` stand for values that are looked up when a
message is sent; ``env:NAME`` or ``secret:FILE`` alone stand for all of it.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from searchkit.errors import DeliveryError, UsageError
from searchkit.urls import split_url

Scheme = Literal["mailto", "http", "stdout", "file", "atom", "exec", "apprise"]

_HOW = (
    "write mailto:ADDRESS, https://HOOK, file:PATH.jsonl, atom:PATH.xml, "
    'exec:["COMMAND","ARGUMENT"], apprise:URL or -'
)
# A name of the environment or a file, whole or in braces.
_WHOLE = re.compile(r"(?P<how>env|secret):(?P<name>[^{}]+)\Z")
_INSIDE = re.compile(r"\{(?P<how>env|secret):(?P<name>[^{}]{1,1000})\}")
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}\Z")
# One address; no quoted local parts, comments, lists or header fields.
_ADDRESS = re.compile(
    r"[^\s@<>()\[\],;:\\\"?&%\x00-\x20\x7f]{1,64}@(?:[\w-]{1,63}\.){0,9}[\w-]{1,63}\Z"
)
# What a value may be, for reading a target before there is one.
_STANDS_FOR_VALUE = {"mailto": "x@x.example", "apprise": "x://x"}
# The setting that names the mail server; no command is told it.
SMTP_SETTING = "SEARCHKIT_SMTP"
_MAX_TARGET = 4000
_MAX_SECRET_BYTES = 64 << 10
_MAX_ARGUMENTS = 100


@dataclass(frozen=True, slots=True)
class Target:
    """A target taken apart: ``value`` is the address, URL or path; ``arguments`` of exec."""

    scheme: Scheme
    value: str
    arguments: tuple[str, ...] = ()


def kept_target(target: str) -> str:
    """The target as it is to be kept: its paths absolute.  Raises UsageError."""
    if match := _WHOLE.match(target):
        return _kept_reference(match)
    scheme = target.partition(":")[0].lower()
    parse_target(_INSIDE.sub(_STANDS_FOR_VALUE.get(scheme, "x"), target))
    if scheme in {"file", "atom"}:
        target = f"{scheme}:{_absolute(target.partition(':')[2])}"
    return _INSIDE.sub(lambda match: f"{{{_kept_reference(match)}}}", target)


def has_references(target: str) -> bool:
    """Whether anything in the target is looked up only when a message is sent."""
    return _WHOLE.match(target) is not None or _INSIDE.search(target) is not None


def _kept_reference(match: re.Match[str]) -> str:
    how, name = match["how"], match["name"]
    if how == "secret":
        return f"secret:{_absolute(name)}"
    if not _ENV_NAME.match(name):
        raise UsageError(f"target env:: {name[:50]!r} is no name of an environment variable")
    return f"env:{name}"


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().absolute())


def parse_target(target: str) -> Target:
    """Take a target without references apart; raises UsageError."""
    if len(target) > _MAX_TARGET or not target.isprintable():
        raise UsageError(f"target {redact(target)[:100]}: too long, or not printable")
    if target == "-":
        return Target("stdout", "-")
    scheme, _, value = target.partition(":")
    match scheme.lower():
        case "http" | "https":
            return _hook(target)
        case "mailto":
            return _mailbox(value)
        case "file" | "atom" as scheme:
            return _file(scheme, value)
        case "exec":
            return _command(value)
        case "apprise" if "://" in value:
            return Target("apprise", value)
    raise UsageError(f"target {redact(target)}: no such way to deliver; {_HOW}")


def _hook(url: str) -> Target:
    parts = split_url(url)
    if parts is None:
        raise UsageError(f"target {redact(url)}: not a web address like https://hook.example/a")
    if parts.has_credentials:
        raise UsageError(
            f"target {redact(url)}: a user name or password in the URL is not sent; "
            "put a token into the path or query, as {env:NAME}"
        )
    return Target("http", url)


def is_address(text: str) -> bool:
    """Whether a text is one plain mail address.

    >>> is_address("desk@mfa.example"), is_address("a@b.example, c@d.example")
    (True, False)
    """
    return _ADDRESS.match(text) is not None


def _mailbox(address: str) -> Target:
    if not is_address(address):
        raise UsageError(f"target {redact('mailto:' + address)}: write mailto:desk@mfa.example")
    return Target("mailto", address)


def _file(scheme: Literal["file", "atom"], path: str) -> Target:
    if not path or path.endswith("/"):
        raise UsageError(f"target {scheme}:{path}: write {scheme}:PATH of a file")
    if path.startswith("//"):
        raise UsageError(f"target {scheme}:{path}: write the path alone, {scheme}:/home/me/told")
    return Target(scheme, str(Path(path).expanduser()))


def _command(text: str) -> Target:
    wrong = UsageError(
        'target exec: write the command and its arguments as JSON, exec:["notify","--new"]'
    )
    try:
        arguments = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise wrong from exc
    if not isinstance(arguments, list) or not 0 < len(arguments) <= _MAX_ARGUMENTS:
        raise wrong
    if not all(isinstance(one, str) and "\0" not in one for one in arguments) or not arguments[0]:
        raise wrong
    return Target("exec", arguments[0], tuple(arguments))


def resolved(target: str, secrets: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The target with the values in the place of references, and those values.

    Raises DeliveryError where one cannot be had now.
    """
    values: list[str] = []

    def value(match: re.Match[str]) -> str:
        found = look_up(match["how"], match["name"], secrets)
        values.append(found)
        # Inside the JSON of a command it must stay one argument.
        return json.dumps(found)[1:-1] if target.startswith("exec:") else found

    if match := _WHOLE.match(target):
        return value(match), tuple(values)
    return _INSIDE.sub(value, target), tuple(values)


def look_up(how: str, name: str, secrets: Mapping[str, str]) -> str:
    """The value of ``env:NAME`` or ``secret:FILE``, stripped; raises DeliveryError."""
    value = secrets.get(name, "") if how == "env" else read_secret(Path(name))
    if not value.strip():
        shown = f"the environment has no {name}" if how == "env" else f"{name!r} is empty"
        raise DeliveryError(shown, permanent=False)
    return value.strip()


def read_secret(path: Path) -> str:
    """What stands in a file that its owner alone may read; raises DeliveryError."""
    try:
        descriptor = os.open(path.expanduser(), os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            mode = os.fstat(descriptor).st_mode
            data = file.read(_MAX_SECRET_BYTES) if stat.S_ISREG(mode) else b""
    except OSError as exc:
        reason = (exc.strerror or str(exc)).lower()
        raise DeliveryError(f"secret {str(path)!r}: {reason}", permanent=False) from exc
    if mode & 0o077:
        raise DeliveryError(
            f"secret {str(path)!r}: others may read it. Run: chmod 600 {path}", permanent=False
        )
    return data.decode("utf-8", "replace")


def redact(target: str) -> str:
    """The target as it may be printed: who gets it, nothing that opens a door.

    >>> redact("https://hooks.example/services/T0/B1/s3cret")
    'https://hooks.example/***'
    >>> redact('exec:["notify","--token","s3cret"]'), redact("apprise:slack://s3cret/x")
    ('exec:["notify", ***]', 'apprise:slack://***')
    >>> redact("mailto:desk@mfa.example"), redact("env:DESK_HOOK")
    ('mailto:desk@mfa.example', 'env:DESK_HOOK')
    """
    return "".join(c if c.isprintable() else "?" for c in _redacted(target))[:300]


def _redacted(target: str) -> str:
    scheme, colon, value = target.partition(":")
    match scheme.lower():
        case "http" | "https":
            parts = split_url(_INSIDE.sub("x", target))
            return f"{parts.scheme}://{parts.netloc}/***" if parts else f"{scheme}:***"
        case "mailto" if is_address(value):
            return target
        case "file" | "atom" | "secret" | "env" | "-":
            return target
        case "exec":
            return _redacted_command(value)
        case "apprise":
            service, slashes, _ = value.partition("://")
            return f"apprise:{service}://***" if slashes and service.isalnum() else "apprise:***"
    return f"{scheme}:***" if colon and scheme.isalnum() else "***"


def _redacted_command(text: str) -> str:
    try:
        command = _command(text).value
    except UsageError:
        return "exec:***"
    return f"exec:[{json.dumps(command, ensure_ascii=False)}, ***]"
