"""Keeps secrets out of everything that this process prints or writes. Process-wide; safe to use from several threads.

Nothing is imported, and nothing costs anything, until a secret was learnt.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from antrea_ci.redaction import state
from antrea_ci.redaction.coding import decoded, encoded
from antrea_ci.redaction.state import learn
from antrea_ci.redaction.stream import Stream, replaced

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Stream", "data", "guard_streams", "learn", "learn_folder", "release_streams", "strings", "text"]


def text(text: str) -> str:
    """``text`` without any secret that was learnt."""
    search = state.finder()
    if search is None:
        return text
    before = encoded(text)
    after = replaced(before, search.look(before).spans, 0, len(before))
    return text if after == before else decoded(after)


def data(data: bytes) -> bytes:
    """``data`` without any secret that was learnt."""
    search = state.finder()
    return data if search is None else replaced(data, search.look(data).spans, 0, len(data))


def strings(value: object) -> object:
    """``value``, which is as JSON has it, with its strings redacted.

    Names and numbers stay, so that it can still be read where a secret is a common word, or digits alone.
    """
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Mapping):
        return {name: strings(inner) for name, inner in cast("Mapping[str, object]", value).items()}
    if isinstance(value, list | tuple):
        return [strings(inner) for inner in cast("Sequence[object]", value)]
    return value


def learn_folder(installer_folder: Path) -> None:
    """Learns what the installer made in its folder so far. Costs microseconds when nothing changed there."""
    from antrea_ci.redaction.generated import learn_new

    learn_new(installer_folder)


def guard_streams() -> None:
    """From now on ``sys.stdout`` and ``sys.stderr`` print no secret. A second call changes nothing."""
    from antrea_ci.redaction.guard import guard

    guard()


def release_streams() -> None:
    """Ends what ``guard_streams`` began: gives out what was held back. Costs nothing where it was not called."""
    module = sys.modules.get("antrea_ci.redaction.guard")
    if module is not None:
        from antrea_ci.redaction.guard import release

        release()
