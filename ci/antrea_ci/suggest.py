"""The nearest name to a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, names: Iterable[str], *, alike: float = 0.6) -> str | None:
    """The name most like ``word``, ignoring case; None if nothing is ``alike`` (difflib's ratio, 1 for the same)."""
    import difflib

    folded = {name.lower(): name for name in sorted(names)}
    found = difflib.get_close_matches(word.lower(), list(folded), n=1, cutoff=alike)
    return folded[found[0]] if found else None


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """`` (did you mean X?)``, or nothing if no name comes close."""
    found = nearest(word, names)
    return f" (did you mean {found}?)" if found else ""
