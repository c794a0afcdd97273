"""The commands that go on from here, as they have to be typed: with the folder and the options of this call."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from antrea_ci.install.request import Request
from antrea_ci.repo import ClusterRepo


@dataclass(frozen=True)
class Again:
    """``folder``: where to go first, empty if we are there; ``work``: the option that names the work folder;
    ``options``: what else the next call of `install` or `destroy` needs as this one did."""

    folder: str = ""
    work: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    @classmethod
    def of(cls, home: ClusterRepo, request: Request) -> Again:
        """As ``request`` was made in ``home``."""
        root = home.root.resolve()
        flags = {"--any-version": request.any_version, "--no-vault": request.no_vault}
        return cls(
            folder="" if root == Path.cwd() else str(root),
            work=_named("--work-dir", request.work_dir),
            options=(
                *_named("--installer", request.installer),
                *_named("--kubeconfig", request.kubeconfig),
                *(name for name, is_on in flags.items() if is_on),
            ),
        )

    @property
    def resume(self) -> str:
        """What goes on with this installation."""
        return self.line("install", "--resume")

    @property
    def resume_handed_over(self) -> str:
        """What goes on when people have made the machines."""
        return self.line("install", "--resume", "--until", "cluster")

    @property
    def credentials(self) -> str:
        """What gives the login to the cluster."""
        return self._written("credentials", *self.work)

    def destroy(self, name: str) -> str:
        """What removes the cluster ``name``."""
        return self.line("destroy", "--confirm", name)

    def line(self, *words: str) -> str:
        """`install` or `destroy` with further ``words``."""
        return self._written(*words, *self.work, *self.options)

    def _written(self, *words: str) -> str:
        """A line of a shell, in backquotes."""
        go = f"cd {shlex.quote(self.folder)} && " if self.folder else ""
        return f"`{go}{shlex.join(('antrea-gitops', *words))}`"


def _named(option: str, path: Path | None) -> tuple[str, ...]:
    return (option, str(path.absolute())) if path else ()
