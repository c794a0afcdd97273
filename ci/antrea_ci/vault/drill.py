"""Proves that a backup is one: restores the newest into a scratch folder, renders its sources anew and compares."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.files import staging_folder
from antrea_ci.repo import ClusterRepo
from antrea_ci.vault.model import Snapshot, State
from antrea_ci.vault.restore import by_prefix, compare, everything, write
from antrea_ci.vault.sealed import Files
from antrea_ci.vault.vault import Vault
from antrea_ci.vault.verify import verify


@dataclass(frozen=True)
class Drilled:
    """How it went. ``is_restored`` False without problems: there was no identity, so only the ciphertext was checked.

    ``rendered``: how many files were rendered anew and agree with those that were stored.
    """

    snapshot: Snapshot
    is_restored: bool
    files: int
    rendered: int
    problems: tuple[str, ...]


def drill(vault: Vault, snapshot: Snapshot, identities: Sequence[str], scratch: Path) -> Drilled:
    """Checks every byte, restores into a folder below ``scratch`` that is removed again, renders. Records what was
    proven."""
    (checked,) = verify(vault, [snapshot], identities)
    if checked.problems:
        return Drilled(snapshot, is_restored=False, files=0, rendered=0, problems=checked.problems)
    if snapshot.has_secrets and not identities:
        return Drilled(snapshot, is_restored=False, files=checked.files, rendered=0, problems=())
    with _scratch(scratch) as folder:
        try:
            files = everything(vault, snapshot, identities)
            write(folder, files)
            compare(folder, files)
            rendered, problems = _render(folder, files)
        except AntreaGitopsError as error:
            return Drilled(snapshot, is_restored=False, files=0, rendered=0, problems=(error.as_text(),))
    if not problems:
        vault.prove(snapshot, State.RESTORED)
    return Drilled(snapshot, not problems, len(files.contents), rendered, tuple(problems))


@contextmanager
def _scratch(parent: Path) -> Generator[Path]:
    """A place for one folder, for its owner alone; what a run that was killed has left there in clear is removed."""
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with staging_folder(parent) as staging:
        staging.chmod(0o700)
        yield staging / "work"


def _render(folder: Path, files: Files) -> tuple[int, list[str]]:
    """How many rendered files agree with the restored sources, and which do not."""
    from antrea_ci.render.engine import render
    from antrea_ci.render.kustomize import find_kustomize

    if not by_prefix(files.contents, "source/"):
        return 0, []
    repo = ClusterRepo.at(folder / "source")
    rendering = render(repo, find_kustomize(repo))
    count = sum(map(len, rendering.trees.values())) + len(rendering.files)
    # Which rules a cluster needs is what the facts of today say; they may know more than those of the backup did.
    stale = [name for name in rendering.stale() if not name.startswith(f"{repo.name(repo.firewall)}/")]
    return count, [f"{name} does not follow from the restored sources" for name in stale]
