"""HTML by its elements: what is not markup already is text, and cannot become markup."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import TypeAlias

from antrea_ci import redaction
from antrea_ci.diff.visible import visible
from antrea_ci.findings import without_logins

_EMPTY = frozenset({"br", "hr", "input", "link", "meta"})


class Markup(str):
    """HTML as it stands."""

    __slots__ = ()


Child: TypeAlias = "str | Iterable[str] | None"
Attribute: TypeAlias = "str | int | float | bool | None"


def text(value: str) -> Markup:
    """``value`` as text: entities for what HTML acts on, visible marks for what turns or hides text, no secret that is
    known, and no login."""
    return Markup(html.escape(visible(without_logins(redaction.text(value)))))


def element(name: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """``<name ...>children</name>``; a child that is no Markup is text, and None is nothing.

    Attributes are named with ``_`` for ``-`` (``class_`` for ``class``); True stands for one without a value, False
    and None leave it out.
    """
    head = "".join(_attribute(key, value) for key, value in attributes.items())
    body = "".join(_parts(children))
    return Markup(f"<{name}{head}>{body}</{name}>" if body or name not in _EMPTY else f"<{name}{head}>")


def fragment(*children: Child) -> Markup:
    """The children side by side."""
    return Markup("".join(_parts(children)))


def _parts(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if isinstance(child, str):
            yield child if isinstance(child, Markup) else text(child)
        elif child is not None:
            yield from _parts(child)


def _attribute(key: str, value: Attribute) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{text(_number(value))}"'


def _number(value: str | float) -> str:
    """Numbers without digits that nobody sees."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
