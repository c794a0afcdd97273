"""The page as one HTML document: its head, and its parts in order."""

from __future__ import annotations

from antrea_ci.page.content import Page
from antrea_ci.page.markup import Markup


def document(page: Page) -> str:
    """The whole file."""
    return Markup(page.about.full_name)
