"""A message put to a web address as JSON."""

from __future__ import annotations

import time

from searchkit.deliver.jsonlines import render_json
from searchkit.deliver.records import Message
from searchkit.errors import DeliveryError, FetchError
from searchkit.fetch.posting import post

# The receiver's trouble of the moment, though it says that the request is at fault.
_NOT_NOW = frozenset({408, 425, 429})


def post_message(message: Message, url: str, deadline: float, *, allow_private: bool) -> None:
    """Send the message; any 2xx status means that it is taken.  Raises DeliveryError."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": message.id}
    try:
        answer = post(
            url,
            render_json(message).encode(),
            headers,
            timeout_s=max(0.0, deadline - time.monotonic()),
            allow_private=allow_private,
        )
    except FetchError as exc:
        # Its own words name the URL, which is the secret of many a hook.
        reason = str(exc).removeprefix(f"{exc.url}: ")
        raise DeliveryError(reason, permanent=False) from None
    if not 200 <= answer.status < 300:
        raise _refusal(answer.status, answer.retry_after_s)


def _refusal(status: int, retry_after_s: float | None) -> DeliveryError:
    reason = f"the hook answers {status}"
    if 300 <= status < 400:
        reason += ", a redirect; name the place where it leads"
    permanent = 400 <= status < 500 and status not in _NOT_NOW
    return DeliveryError(reason, permanent=permanent, retry_after_s=retry_after_s)
