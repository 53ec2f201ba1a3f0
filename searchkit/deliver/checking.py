"""Whether a target can work, told before anything is sent to it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from searchkit.deliver.targets import (
    Target,
    has_references,
    kept_target,
    parse_target,
    redact,
    resolved,
)
from searchkit.errors import DeliveryError, UsageError


def check_target(target: str, secrets: Mapping[str, str] | None = None) -> str:
    """Give the target as it should be kept: paths are made absolute.

    Folders and commands must be there; with ``secrets`` (the environment) what the target
    refers to and the mail server are looked up too.  Nothing is sent or connected to.
    Raises UsageError: what is wrong with it, and what would work.
    """
    kept = kept_target(target)
    try:
        if secrets is not None:
            parsed = parse_target(resolved(kept, secrets)[0])
            if parsed.scheme == "mailto":
                from searchkit.deliver.mail import server_of

                server_of(secrets)
        elif not has_references(kept):
            parsed = parse_target(kept)
        else:
            return kept
    except DeliveryError as exc:
        raise UsageError(f"target {redact(target)}: {exc}") from exc
    if problem := _problem(parsed):
        raise UsageError(f"target {redact(target)}: {problem}")
    return kept


def _problem(target: Target) -> str | None:
    match target.scheme:
        case "file" | "atom":
            return _place_problem(Path(target.value))
        case "exec":
            return _command_problem(target.value)
        case "apprise":
            from searchkit.deliver.services import service_problem

            return service_problem(target.value)
    return None


def _place_problem(path: Path) -> str | None:
    if not path.parent.is_dir():
        return f"there is no folder {str(path.parent)!r}"
    if path.exists() and not path.is_file():
        return "it is no regular file"
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        return "it cannot be written"
    return None


def _command_problem(command: str) -> str | None:
    if "/" in command and not Path(command).is_absolute():
        return f"write the whole path of {command!r}: alerts may run in another folder"
    if shutil.which(command) is None:
        return f"there is no command {command!r}"
    return None
