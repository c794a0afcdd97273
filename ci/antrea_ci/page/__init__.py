"""One page about one cluster, for people: a document in a file of its own that needs nothing else."""

from __future__ import annotations

from antrea_ci.page.content import Page, as_json, gather
from antrea_ci.page.document import document

__all__ = ["Page", "as_json", "document", "gather"]
