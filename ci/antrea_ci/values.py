"""Taking single values out of what YAML gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from antrea_ci.yamlio import Path, Value


def value_at(value: Value, path: Path) -> Value:
    """The value below ``value`` at ``path``; None where there is none."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def mapping_at(value: Value, path: Path) -> dict[str, Value]:
    """The mapping at ``path``; an empty one where there is none."""
    found = value_at(value, path)
    return found if isinstance(found, dict) else {}


def text_at(value: Value, path: Path) -> str:
    """The string at ``path``; empty where there is none."""
    found = value_at(value, path)
    return found if isinstance(found, str) else ""


def value_in_any_case(value: Value, path: Path) -> Value:
    """Like value_at, with keys in any case, as the installer takes them."""
    for step in path:
        found = value.items() if isinstance(value, dict) and isinstance(step, str) else ()
        value = next((below for key, below in found if key.casefold() == str(step).casefold()), None)
    return value


def items_at(value: Value, path: Path) -> list[Value]:
    """The list at ``path``; an empty one where there is none."""
    found = value_at(value, path)
    return found if isinstance(found, list) else []


def texts_at(value: Value, path: Path) -> list[str]:
    """The strings of the list at ``path``; what is no string is left out."""
    return [item for item in items_at(value, path) if isinstance(item, str)]
