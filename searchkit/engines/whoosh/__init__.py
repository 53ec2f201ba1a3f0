"""The embedded default engine, on Whoosh's files: nothing to install, nothing to run.

Entries go in, passage ids and scores come out.  Whoosh gives the compound segment
file, the term dictionary, the columns and the lock; the posting lists, the commit
record and the evaluation of a query are this package's (docs/architecture.md has the
figures).  No text, query language or analyzer is known here.
"""

from searchkit.engines.whoosh.engine import WhooshEngine

__all__ = ["WhooshEngine"]
