"""Which snapshots were seen in a remote: without network it tells which ones wait to be sent.

It lies in .git, for that remote alone, and may be lost: the remote itself is asked wherever it can be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from antrea_ci import files


class Remembered:
    """The names that the remote at ``address`` had when it was asked last."""

    def __init__(self, common_folder: Path, address: str) -> None:
        digest = hashlib.sha256(address.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        self._file = common_folder / "antrea-gitops" / f"in-{digest}"

    def names(self) -> frozenset[str]:
        with suppress(OSError):
            return frozenset(self._file.read_text(encoding="utf-8").split())
        return frozenset()

    def add(self, names: Iterable[str]) -> None:
        """Remembers more names; of two at once one may be forgotten, which only costs another question."""
        before = self.names()
        after = before.union(names)
        if after != before:
            with suppress(OSError):  # a disk that is full is told where it matters
                self._file.parent.mkdir(exist_ok=True)
                files.write_atomically(self._file, "".join(f"{name}\n" for name in sorted(after)).encode())

    def forget(self, names: Iterable[str]) -> None:
        left = self.names().difference(names)
        with suppress(OSError):
            if self._file.exists():
                files.write_atomically(self._file, "".join(f"{name}\n" for name in sorted(left)).encode())
