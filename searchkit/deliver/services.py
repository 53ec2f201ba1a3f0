"""A message to one of the services that apprise knows: chats, telephones, desktops.

apprise is an extra: ``pip install 'searchkit[notify]'``.  It tells only whether a service
took the message, so every failure is one that may pass.
"""

from __future__ import annotations

import importlib.util
import logging
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from searchkit.deliver.records import Message
from searchkit.deliver.rendering import render_text, subject_of
from searchkit.errors import DeliveryError

if TYPE_CHECKING:
    from apprise import Apprise

_MISSING = "apprise: needs the package 'apprise'. Run: pip install 'searchkit[notify]'"


def service_problem(url: str) -> str | None:
    """Why apprise cannot take this URL, without the URL; None where it can."""
    if importlib.util.find_spec("apprise") is None:
        return _MISSING
    if _service(url) is None:
        return "apprise knows no such service, or something is missing in its URL"
    return None


def notify(message: Message, url: str, deadline: float) -> None:
    """Hand the message to the service; raises DeliveryError."""
    problem = service_problem(url)
    service = None if problem else _service(url)
    if service is None:
        raise DeliveryError(problem or "apprise cannot be used", permanent=False)
    taken: list[bool] = []

    def work() -> None:
        title, body = subject_of(message), render_text(message)
        # What else a service raises would be printed, with its URL.
        with suppress(OSError, ValueError, TypeError, LookupError, RuntimeError, AttributeError):
            taken.append(bool(service.notify(body, title=title, body_format="text")))

    # Its services have their own ideas of how long to wait.
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(max(0.0, deadline - time.monotonic()))
    if thread.is_alive():
        raise DeliveryError("the service does not answer in time", permanent=False)
    if taken != [True]:
        raise DeliveryError("the service did not take the message", permanent=False)


def _service(url: str) -> Apprise | None:
    import apprise

    # It logs URLs with what is secret in them.
    logging.getLogger("apprise").disabled = True
    service = apprise.Apprise()
    if not service.add(url):
        return None
    for one in service:
        # What is too long for a service is cut into several, not cut off.
        one.overflow_mode = apprise.OverflowMode.SPLIT
    return service
