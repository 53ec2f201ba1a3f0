"""Messages to where people read: mail, webhook, file, feed, command, service.

In comes a `Message`, complete in itself, and a target as the user wrote it; `send` returns
once the target has taken it, or raises DeliveryError, which says whether trying again may
help.  A message that is sent again has the same id and is told apart by nothing else.
What is told, when, and how often it is tried, is the business of `searchkit.alerts`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from searchkit.deliver.checking import check_target
from searchkit.deliver.jsonlines import read_item, read_message, render_item, render_json
from searchkit.deliver.records import Item, Message
from searchkit.deliver.rendering import render_html, render_text
from searchkit.deliver.targets import Target, parse_target, redact, resolved
from searchkit.errors import DeliveryError, UsageError

__all__ = [
    "Item",
    "Message",
    "check_target",
    "read_item",
    "read_message",
    "redact",
    "render_html",
    "render_item",
    "render_json",
    "render_text",
    "send",
]

# For one message to one target, everything together.
TIMEOUT_S = 25.0


def send(
    message: Message, target: str, *, secrets: Mapping[str, str], allow_private: bool = False
) -> None:
    """Hand a message to a target, within 30 seconds; return once it is taken.

    ``secrets`` is the environment: what targets refer to, and SEARCHKIT_SMTP.  With
    ``allow_private`` a webhook may be of this machine or network.  Raises DeliveryError,
    ``permanent`` where the target refuses this message for good.
    """
    text, values = resolved(target, secrets)
    deadline = time.monotonic() + TIMEOUT_S
    try:
        _hand_over(message, parse_target(text), secrets, deadline, allow_private=allow_private)
    except UsageError as exc:
        raise _without(DeliveryError(str(exc), permanent=False), values) from exc
    except DeliveryError as exc:
        raise _without(exc, values) from exc.__cause__


def _hand_over(
    message: Message,
    target: Target,
    secrets: Mapping[str, str],
    deadline: float,
    *,
    allow_private: bool,
) -> None:
    # Mail, HTTP and XML take long to load, and most who ask for a target's name send nothing.
    from searchkit.deliver import command, feed, files, mail, services, webhook

    match target.scheme:
        case "stdout":
            files.write_stdout(message, deadline)
        case "file":
            files.append_file(message, Path(target.value), deadline)
        case "atom":
            feed.add_to_feed(message, Path(target.value), deadline)
        case "mailto":
            mail.send_mail(message, target.value, secrets, deadline)
        case "http":
            webhook.post_message(message, target.value, deadline, allow_private=allow_private)
        case "exec":
            command.run_command(message, target.arguments, deadline)
        case "apprise":
            services.notify(message, target.value, deadline)


def _without(exc: DeliveryError, values: tuple[str, ...]) -> DeliveryError:
    """The same without what was secret in the target: a command may print its arguments."""
    reason = str(exc)
    for value in values:
        reason = reason.replace(value, "***")
    return DeliveryError(reason, permanent=exc.permanent, retry_after_s=exc.retry_after_s)
