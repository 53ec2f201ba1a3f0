"""Whoosh reads pickles from its files; here they are held to plain values.

A pickle can run any program that it names.  Nothing that this engine stores needs a
class, so no pickle inside an index may name one.  Importing this module replaces the
loaders of the two Whoosh modules that unpickle what the engine reads; the others
(whoosh.index, whoosh.legacy, the codecs) are never asked to.
"""

from __future__ import annotations

import io
import pickle
from typing import Any, BinaryIO

from whoosh import columns
from whoosh.filedb import structfile


class _PlainUnpickler(pickle.Unpickler):
    """Numbers, strings and containers of them; a class or function is refused."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"the index names {module}.{name}")

    def persistent_load(self, pid: Any) -> Any:
        raise pickle.UnpicklingError("the index names an outside object")


def load_plain(file: BinaryIO) -> Any:
    """The value pickled in a file; raises UnpicklingError where it names a class."""
    return _PlainUnpickler(file).load()


def loads_plain(data: bytes) -> Any:
    """The value pickled in these bytes; raises UnpicklingError where it names a class.

    >>> loads_plain(pickle.dumps({"a": (1, 2)}))
    {'a': (1, 2)}
    >>> loads_plain(pickle.dumps(print))
    Traceback (most recent call last):
    ...
    _pickle.UnpicklingError: the index names builtins.print
    """
    return load_plain(io.BytesIO(data))


structfile.load_pickle = load_plain
columns.loads = loads_plain
