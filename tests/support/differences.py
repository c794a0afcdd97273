"""Differences as short lines that tests can compare."""

from __future__ import annotations

from typing import Any

from antrea_ci.diff.model import Effect
from antrea_ci.diff.paths import path_text
from antrea_ci.diff.structure import differences, shown


def told(before: Any, after: Any, kind: str = "ConfigMap") -> list[str]:
    """``path: before → after``, with the effect in brackets where it is none of meaning."""
    return [
        f"{path_text(one.steps)}: {shown(one.before)} → {shown(one.after)}" + _effect(one.effect)
        for one in differences(before, after, kind=kind)
    ]


def notes(before: Any, after: Any, kind: str = "ConfigMap") -> list[str]:
    """What is said beside the values."""
    return [one.note for one in differences(before, after, kind=kind)]


def _effect(effect: Effect) -> str:
    return "" if effect is Effect.MEANING else f" [{effect}]"
