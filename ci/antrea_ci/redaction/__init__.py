"""Keeps secrets out of everything that this process prints or writes. Process-wide; safe to use from several threads.

Nothing is imported, and nothing costs anything, until a secret was learnt.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

REPLACEMENT = "***"


def learn(values: Iterable[str]) -> None:
    """From now on each value, and each part of it, is replaced in every spelling."""
    raise NotImplementedError


def learn_folder(installer_folder: Path) -> None:
    """Learns what the installer made in its folder so far. Costs microseconds when nothing changed there."""
    raise NotImplementedError


def text(text: str) -> str:
    """``text`` without any secret that was learnt."""
    return text


def data(data: bytes) -> bytes:
    """``data`` without any secret that was learnt."""
    return data


class Stream:
    """Redacts what comes in chunks, however they are cut. Given out are whole lines."""

    def feed(self, data: bytes) -> bytes:
        """What can be given out now: a line is held back only while it ends in what may begin a secret."""
        raise NotImplementedError

    def end(self) -> bytes:
        """The rest; afterwards the stream can be fed anew."""
        raise NotImplementedError


def guard_streams() -> None:
    """From now on ``sys.stdout`` and ``sys.stderr`` print no secret. A second call changes nothing."""
