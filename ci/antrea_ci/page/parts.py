"""Pieces that several sections are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

from antrea_ci.page.markup import Child, Markup, element, fragment

Tone: TypeAlias = Literal["good", "warn", "bad", "plain"]


def section(key: str, title: str, *body: Child, lead: Child = None) -> Markup:
    """A part of the page with its heading, and a sentence below that says the main thing."""
    heading = element("h2", title, id=f"h-{key}")
    told = element("p", lead, class_="lead") if lead else None
    return element("section", heading, told, *body, id=key, aria_labelledby=f"h-{key}")


def badge(text: str, tone: Tone = "plain") -> Markup:
    """A word about a state; its tone is never the only thing that tells it."""
    return element("span", text, class_=f"badge {tone}")


def nothing(*text: Child) -> Markup:
    """Says that there is nothing to show."""
    return element("p", *text, class_="nothing")


def code(text: str) -> Markup:
    """A name or value as it is written in files."""
    return element("code", text)


def prose(text: str) -> Markup:
    """A message, whose `names` between backticks are written as code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:  # one is not closed
        return fragment(text)
    return fragment(code(piece) if index % 2 else piece for index, piece in enumerate(pieces))


def pairs(items: Iterable[tuple[str, Child]], *, kind: str = "") -> Markup:
    """Names with their values, in lines or side by side (``across``); those without a value are left out."""
    rows = [element("div", element("dt", name), element("dd", value)) for name, value in items if value]
    return element("dl", rows, class_=f"pairs {kind}".strip())


def table(caption: Child, heads: Sequence[tuple[str, str]], rows: Iterable[Markup], *, key: str, sorts: bool) -> Markup:
    """A table that scrolls by itself where it is too wide. ``heads``: title and class; ``sorts``: for the script."""
    head = element("tr", [element("th", title, scope="col", class_=kind or None) for title, kind in heads])
    whole = element(
        "table",
        element("caption", caption, id=f"{key}-caption"),
        element("thead", head),
        element("tbody", rows),
        id=f"{key}-table",
        data_sorts=sorts,
    )
    # Whoever has no mouse scrolls it with the arrow keys.
    return element("div", whole, class_="scroll tall", tabindex=0, role="region", aria_labelledby=f"{key}-caption")


def row(*cells: Markup) -> Markup:
    return element("tr", *cells)


def cell(*children: Child, kind: str = "") -> Markup:
    return element("td", *children, class_=kind or None)


def named(*children: Child, kind: str = "") -> Markup:
    """The cell that names its row."""
    return element("th", *children, scope="row", class_=kind or None)
