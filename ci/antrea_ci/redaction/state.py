"""What this process has learnt, for all of its threads."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from antrea_ci.redaction.finder import Finder

_lock = threading.Lock()
_values: set[str] = set()
_pieces: set[bytes] = set()
_built: Finder | None = None


def learn(values: Iterable[str]) -> None:
    """Adds what is new; the search is made ready when it is next needed."""
    global _built  # noqa: PLW0603 - there is one set of secrets in a process, whoever asks
    new = {value for value in values if value not in _values}
    if not new:
        return
    from antrea_ci.redaction.patterns import pieces_of

    pieces = set(pieces_of(new))
    with _lock:
        _values.update(new)
        if not pieces <= _pieces:
            _pieces.update(pieces)
            _built = None


def finder() -> Finder | None:
    """The search for everything learnt so far; None while that is nothing."""
    global _built  # noqa: PLW0603
    if not _pieces:
        return None
    with _lock:
        if _built is None:
            from antrea_ci.redaction.finder import Finder

            _built = Finder(_pieces)
        return _built


def forget() -> None:
    """Forgets everything: for tests, which share a process."""
    global _built  # noqa: PLW0603
    with _lock:
        _values.clear()
        _pieces.clear()
        _built = None
