"""The embedded engine for large archives, on tantivy: `pip install 'searchkit[tantivy]'`.

Entries go in, passage ids and scores come out.  tantivy gives postings, columns, merging
and the evaluation of a query; its tokens are those of the entries and its queries are
built from the tree, node by node: neither its analyzers nor its query parser are used.
"""

from searchkit.engines.tantivy.engine import TantivyEngine

__all__ = ["TantivyEngine"]
