"""The commands that go on from here, as they have to be typed: with the folder and the options of this call."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from antrea_ci.install.request import Request
from antrea_ci.repo import ClusterRepo


@dataclass(frozen=True)
class Again:
    """``folder``: where to go first, empty if we are there; ``options``: what the next call needs as this one did."""

    folder: str = ""
    options: tuple[str, ...] = ()

    @classmethod
    def of(cls, home: ClusterRepo, request: Request) -> Again:
        """As ``request`` was made in ``home``."""
        paths = {"--work-dir": request.work_dir, "--installer": request.installer}
        options = [word for name, path in paths.items() if path for word in (name, str(path.absolute()))]
        flags = {"--any-version": request.any_version, "--no-vault": request.no_vault}
        options += [name for name, is_on in flags.items() if is_on]
        root = home.root.absolute()
        return cls("" if root.resolve() == Path.cwd() else str(root), tuple(options))

    @property
    def resume(self) -> str:
        """What goes on with this installation."""
        return self.command("install", "--resume")

    def destroy(self, name: str) -> str:
        """What removes the cluster ``name``."""
        return self.command("destroy", "--confirm", name)

    def command(self, *words: str) -> str:
        """A line of a shell, in backquotes."""
        go = f"cd {shlex.quote(self.folder)} && " if self.folder else ""
        return f"`{go}{shlex.join(('antrea-gitops', *words, *self.options))}`"
