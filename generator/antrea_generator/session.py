"""What every verb gets from the options that stand before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Session(NamedTuple):
    """``folder``: the folder that the verb works in, as it was written."""

    folder: str = "."

    @property
    def directory(self) -> Path:
        """The same as a path. pathlib is loaded only here: it would be an eighth of the time of ``--help``."""
        from pathlib import Path

        return Path(self.folder)

    def path(self, given: Path | None) -> Path | None:
        """What an option names, below the folder unless it is absolute; None where it was not given."""
        return self.directory / given.expanduser() if given else None


def existing(path: Path) -> Path:
    """``path`` if there is something; UsageError if not."""
    from antrea_ci.errors import UsageError

    if not path.exists():
        raise UsageError(f"{path} does not exist", fix="paths are relative to the folder of `-C`, if that is given")
    return path
