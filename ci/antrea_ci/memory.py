"""What was worked out before for the very same content: one file a result below ``<cache>/antrea-gitops/<what>/``.

A result is kept under a key that stands for everything that decides it. What is kept must hold no secret.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path

from antrea_ci.files import write_atomically
from antrea_ci.places import cache_folder

_PACKAGE = Path(__file__).parent
_KEPT = 500


@cache
def own_state() -> tuple[tuple[str, int, int], ...]:
    """The files of this tool: after a change of its code or facts nothing that was found before counts."""
    states = ((path, path.stat()) for path in _PACKAGE.rglob("*") if path.suffix in (".py", ".yaml", ".json"))
    return tuple(sorted((str(path), state.st_mtime_ns, state.st_size) for path, state in states))


def recall(what: str, key: str) -> bytes | None:
    """The result kept under ``key``; None where there is none, or it cannot be read."""
    with suppress(OSError):
        return _file(what, key).read_bytes()
    return None


def keep(what: str, key: str, data: bytes) -> None:
    """Keeps ``data`` for the next run; a cache that cannot be written is no reason to fail."""
    path = _file(what, key)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, data)
        _forget_the_oldest(path.parent)


def _file(what: str, key: str) -> Path:
    return cache_folder() / what / f"{key}.json"


def _forget_the_oldest(folder: Path) -> None:
    kept = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
    for path in kept[:-_KEPT]:
        path.unlink(missing_ok=True)
