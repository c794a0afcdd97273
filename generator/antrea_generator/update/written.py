"""What this tool itself wrote into files of the template: no change of people's, so nothing that can be in conflict."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from antrea_ci.files import write_atomically
from antrea_ci.render.readme import with_block_of
from antrea_ci.tools.requirements_file import TOOL, entries
from antrea_generator.update.history import version_of
from antrea_generator.update.setting import Setting

_UNLOCKED = "requirements.txt names {} {}, without checksums: `antrea-gitops tools lock` writes them"


@dataclass(frozen=True)
class Lock:
    """A requirements.txt of ``tools lock``, and what the template had written in its place."""

    path: Path
    text: str
    unlocked: str

    def put_back(self) -> str:
        """Writes the lock again, unless the template now names a newer version; then says so."""
        now = self.path.read_text("utf-8") if self.path.is_file() else ""
        theirs, ours = version_of(_pinned(now)), version_of(_pinned(self.text))
        if now != self.unlocked and theirs and (ours is None or theirs > ours):
            return _UNLOCKED.format(TOOL, theirs)
        write_atomically(self.path, self.text.encode())
        return ""


def forget(given: Setting) -> Lock | None:
    """Makes the clone hold what the template wrote where ``render`` or ``tools lock`` wrote since.

    Of the README that is the block of values, which ``render`` writes again; returns the lock of the requirements.
    """
    readme, born = given.clone.repo.readme_file, given.born.readme_file
    if readme.is_file() and born.is_file():
        readme.write_text(with_block_of(_text(readme), _text(born)), "utf-8", "surrogateescape", newline="")
    path, born = given.clone.repo.requirements_file, given.born.requirements_file
    if not path.is_file() or not born.is_file() or not any(entry.hashed for entry in entries(_text(path))):
        return None
    lock = Lock(path, _text(path), _text(born))
    path.write_text(lock.unlocked, "utf-8", "surrogateescape", newline="")
    return lock


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")


def _pinned(requirements: str) -> str:
    return next((entry.version for entry in entries(requirements) if entry.name == TOOL), "")
