"""Compressed bytes to plain ones, counted while they come.

In goes a gzip or deflate stream that may be a bomb, cut short or rubbish; out comes a
buffered reader that raises `InflateError` instead of giving more than it may.  Nothing
is written anywhere, and one layer is undone: what is compressed twice stays so.
"""

from __future__ import annotations

import io
import zlib
from typing import Literal, Protocol

Coding = Literal["gzip", "deflate"]

# Text shrinks 3 to 10 times and the most repetitive tables some 50 times; 200 MiB of
# zeros shrink 1,029 times.  Small things are cheap whatever their ratio.
MAX_RATIO = 200
RATIO_FREE_BYTES = 1 << 20

_CHUNK = 1 << 16
_GZIP_MAGIC = b"\x1f\x8b"


class InflateError(Exception):
    """``reason`` is "truncated", "damaged" or "too_large"; the text says it in words."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Readable(Protocol):
    """Whatever gives bytes: a file, a socket's file, another reader."""

    def read(self, size: int, /) -> bytes:
        """Give up to ``size`` bytes, none at the end."""


def inflate(body: bytes, coding: Coding, max_bytes: int) -> bytes:
    """Undo one content coding of a whole body, up to ``max_bytes``.

    >>> import gzip
    >>> inflate(gzip.compress(b"grain"), "gzip", 100)
    b'grain'
    """
    return open_inflated(io.BytesIO(body), coding, max_bytes).read()


def open_inflated(
    source: Readable, coding: Coding = "gzip", max_bytes: int | None = None
) -> io.BufferedReader:
    """Read the plain bytes of a compressed stream; several gzip members are one stream.

    The ratio of `MAX_RATIO` binds always, ``max_bytes`` where it is given.
    """
    return io.BufferedReader(_Inflating(source, coding, max_bytes), _CHUNK)


class _Inflating(io.RawIOBase):
    def __init__(self, source: Readable, coding: Coding, max_bytes: int | None) -> None:
        self._source = source
        self._coding = coding
        self._max_bytes = max_bytes
        self._bytes_in = 0
        self._bytes_out = 0
        self._pending = b""
        self._fill()
        self._decoder = zlib.decompressobj(_window_bits(coding, self._pending))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        data = self._next(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _next(self, size: int) -> bytes:
        while not self._decoder.eof or self._next_member():
            at_end = not self._pending and not self._fill()
            try:
                # At the end of the input zlib may still hold some output.
                data = self._decoder.decompress(self._pending, size)
            except zlib.error as exc:
                raise InflateError("damaged", f"the {self._coding} data is damaged") from exc
            self._pending = self._decoder.unused_data or self._decoder.unconsumed_tail
            self._bytes_out += len(data)
            self._check()
            if data:
                return data
            if at_end and not self._decoder.eof:
                raise InflateError("truncated", f"the {self._coding} data ends too early")
        return b""

    def _fill(self) -> bool:
        data = self._source.read(_CHUNK)
        self._bytes_in += len(data)
        self._pending += data
        return bool(data)

    def _next_member(self) -> bool:
        """Go to the next gzip member; zeros between and after members are padding."""
        if self._coding != "gzip":
            return False
        self._pending = self._pending.lstrip(b"\0")
        while len(self._pending) < len(_GZIP_MAGIC) and self._fill():
            self._pending = self._pending.lstrip(b"\0")
        if not self._pending:
            return False
        if not self._pending.startswith(_GZIP_MAGIC):
            raise InflateError("damaged", "there is something else after the gzip data")
        self._decoder = zlib.decompressobj(_window_bits("gzip", self._pending))
        return True

    def _check(self) -> None:
        out = self._bytes_out
        if self._max_bytes is not None and out > self._max_bytes:
            raise InflateError(
                "too_large", f"it unpacks to more than {self._max_bytes / (1 << 20):.0f} MiB"
            )
        if out > RATIO_FREE_BYTES and out > MAX_RATIO * self._bytes_in:
            raise InflateError("too_large", f"it unpacks to over {MAX_RATIO} times its size")


def _window_bits(coding: Coding, head: bytes) -> int:
    """ "deflate" means zlib data (RFC 9110, 8.4.1.2), but some servers send it bare."""
    if coding == "gzip":
        return 16 + zlib.MAX_WBITS
    is_zlib = len(head) > 1 and head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS
