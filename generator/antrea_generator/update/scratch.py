"""A clone of the repository in which an update is made; the person's own tree is only read until all is done."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from antrea_ci import vcs
from antrea_ci.errors import AntreaGitopsError, UsageError
from antrea_ci.process import Completed, orderly_end
from antrea_ci.repo import ClusterRepo

# No hook, filter of line endings or signature of the person's takes part in what is written here.
_SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.autocrlf": "false",
    "core.fsmonitor": "false",
    "commit.gpgSign": "false",
    "user.name": "antrea-gitops",
    "user.email": "antrea-gitops@localhost",
}


@dataclass(frozen=True)
class FileState:
    """A file as Git sees it: its content (of a link its target), and whether it may be run or is a link."""

    data: bytes
    is_executable: bool = False
    is_link: bool = False


Tree = Mapping[str, FileState]


@dataclass(frozen=True)
class Scratch:
    """``repo``: the cluster repository in the clone; ``base``: the commit that it starts from; ``work``: for the rest.

    ``top`` is where Git's own folder is: above ``repo`` where one Git repository holds several clusters.
    """

    work: Path
    top: Path
    repo: ClusterRepo
    base: str

    def commit(self, message: str) -> None:
        """Commits every change of tracked files: Copier wants a clean tree."""
        self.git("commit", "--quiet", "--all", "--allow-empty", "--no-verify", "--message", message)

    def git(self, *arguments: str) -> bytes:
        """What git prints in the clone; a failure is an AntreaGitopsError."""
        return _succeeded(vcs.git(self.top, *arguments)).stdout

    def tree(self) -> dict[str, FileState]:
        """Every file of the cluster repository as it is in the clone now."""
        return tree_of(self.repo.root)


@contextmanager
def scratch(repo: ClusterRepo) -> Generator[Scratch]:
    """A clone of the last commit of ``repo`` in a private folder, gone afterwards whatever happens."""
    base = vcs.commit_of(repo.root, "HEAD")
    if base is None:
        message = "an update starts from the last commit, and here is none"
        raise UsageError(f"{repo.root}: {message}", fix='git init && git add . && git commit -m "Cluster repository"')
    if _succeeded(vcs.git(repo.root, "ls-files", "--unmerged")).stdout:
        raise UsageError("a merge is not finished here", fix="resolve it and commit, or `git merge --abort`")
    here = _succeeded(vcs.git(repo.root, "rev-parse", "--show-toplevel", "--show-prefix")).stdout.decode().split("\n")
    with orderly_end(), tempfile.TemporaryDirectory(prefix="antrea-gitops-") as folder:
        work = Path(folder).resolve()
        top = work / "repository"
        settings = [part for name, value in _SETTINGS.items() for part in ("--config", f"{name}={value}")]
        # --shared: objects stay where they are; --mirror: the branches that `check` reads come along.
        arguments = ("clone", "--quiet", "--mirror", "--shared", *settings, "--", here[0], str(top / ".git"))
        _succeeded(vcs.git(work, *arguments))
        _succeeded(vcs.git(top / ".git", "config", "core.bare", "false"))
        _succeeded(vcs.git(top, "checkout", "--quiet", "--force", "--detach", base))
        yield Scratch(work, top, ClusterRepo(top / here[1]), base)


def tree_of(root: Path) -> dict[str, FileState]:
    """Every file below ``root``, but for those of Git itself, by its path from there with slashes."""
    found: dict[str, FileState] = {}
    for parent, folders, names in os.walk(root):
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        folders[:] = [name for name in folders if name != ".git" and name not in links]
        for path in (Path(parent) / name for name in (*names, *links)):
            if (state := state_of(path)) is not None:
                found[path.relative_to(root).as_posix()] = state
    return dict(sorted(found.items()))


def state_of(path: Path) -> FileState | None:
    """The file at ``path``; None where there is none. A folder, or anything else, is an AntreaGitopsError."""
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISLNK(mode):
        return FileState(os.fsencode(path.readlink()), is_link=True)
    if stat.S_ISREG(mode):
        return FileState(path.read_bytes(), bool(mode & stat.S_IXUSR))
    raise AntreaGitopsError(f"{path} is no file", fix="move it away, then run this again")


def _succeeded(done: Completed | None) -> Completed:
    if done is None or done.code != 0:
        said = done.stderr.decode("utf-8", "replace").strip() if done else "git is not on this machine"
        raise AntreaGitopsError(f"git failed: {said}")
    return done
