"""Every error that searchkit raises on purpose.

    SearchkitError            exit status 1
    ├── UsageError            2   an option or argument that cannot be used
    │   └── QueryError        2   a query that cannot be read: has the column
    ├── InputError            1   one thing that was given cannot be taken
    ├── FetchError            1   a page could not be fetched
    │   └── TemporaryFetchError 75
    ├── ArchiveError          1   the archive is damaged, missing or too new
    ├── IndexProblem          1   the index is missing, damaged or of another schema
    ├── EngineNotInstalled    1   an optional engine's package is missing
    ├── DeliveryError         1   a target did not take a message: now, or for good
    ├── WorkerLost            1   a job ended its process each time it was tried
    └── Busy                  75  somebody else holds the lock: try again

A message says what is wrong, which thing, and what to do; it has no full stop.
A new class needs a caller that catches it apart.
"""

from __future__ import annotations


class SearchkitError(Exception):
    """Base of all: ``exit_code`` is the exit status of the command that meets it."""

    exit_code = 1


class UsageError(SearchkitError):
    """An option, argument or file of the user's that cannot be used as it is."""

    exit_code = 2


class QueryError(UsageError):
    """A query that cannot be read; ``column`` counts code points from 0."""

    def __init__(self, message: str, query: str, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.query = query
        self.column = column

    def __str__(self) -> str:
        line, caret = self._excerpt()
        return f"{self.message} at column {self.column + 1}\n  {line}\n  {' ' * caret}^"

    def _excerpt(self) -> tuple[str, int]:
        """The query on one line, no more than fits round the column, and the place in it."""
        start = max(0, self.column - 60)
        line = "".join(c if c.isprintable() else " " for c in self.query[start : start + 100])
        return line, self.column - start


class InputError(SearchkitError):
    """One file, line or page that cannot be taken; the rest goes on.

    ``origin`` names it as the user knows it: a path, ``path:line`` or a URL.
    """

    def __init__(self, origin: str, reason: str) -> None:
        super().__init__(f"{origin}: {reason}")
        self.origin = origin
        self.reason = reason


class FetchError(SearchkitError):
    """A URL that gave no page; ``reason`` is one word for counting."""

    def __init__(self, url: str, message: str, reason: str = "failed") -> None:
        super().__init__(f"{url}: {message}")
        self.url = url
        self.reason = reason


class TemporaryFetchError(FetchError):
    """The same, where trying later may help."""

    exit_code = 75


class ArchiveError(SearchkitError):
    """The archive is missing, damaged, or of a schema this version cannot read."""


class IndexProblem(SearchkitError):
    """The index is missing, damaged or of another schema; the archive can rebuild it."""


class EngineNotInstalled(SearchkitError):
    """An engine whose optional package is not installed."""


class DeliveryError(SearchkitError):
    """A message that a target did not take; ``permanent``: nor will it another time.

    ``retry_after_s`` is how long the target asks to wait.  The reason holds no secret.
    """

    def __init__(self, reason: str, permanent: bool, *, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.retry_after_s = retry_after_s


class WorkerLost(SearchkitError):
    """A job that ended its worker process each time it was tried; the message says how."""


class Busy(SearchkitError):
    """Another process holds the lock; the message says which."""

    exit_code = 75
