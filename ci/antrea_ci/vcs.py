"""The only module that talks to Git."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from antrea_ci.errors import AntreaGitopsError, MissingRequirementError
from antrea_ci.process import Completed, run

# A person's own ignores, line endings and hooks must not decide what a repository holds.
_NEUTRAL = ("core.excludesFile=", "core.autocrlf=false", "core.attributesFile=", "core.fsmonitor=false")
# Inside a hook Git has set variables that would lead a command to another index or repository (pre-commit #300).
_KEPT_VARIABLES = frozenset({"GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_EXEC_PATH", "GIT_CONFIG_GLOBAL"})
_FALLBACK_NAME = "antrea-gitops"
_FALLBACK_EMAIL = "antrea-gitops@localhost"


def create_repository(folder: Path, message: str, *, branch: str = "main") -> str:
    """Makes ``folder`` a Git repository with everything in it committed; returns the id of the commit.

    Author and committer are the user's own where Git knows them. Raises MissingRequirementError without Git.
    """
    try:
        import git
    except ImportError:  # GitPython refuses to be imported where there is no git
        raise MissingRequirementError("git is not on this machine", fix="install git and put it on PATH") from None
    try:
        repository = git.Repo.init(folder, initial_branch=branch)
        options = [part for setting in (*_NEUTRAL, *_identity(repository)) for part in ("-c", setting)]
        with repository:
            run = repository.git.execute
            run(["git", *options, "add", "--all"])
            run(["git", *options, "commit", "--quiet", "--no-verify", "--message", message])
            return repository.head.commit.hexsha
    except git.GitCommandError as error:
        raise AntreaGitopsError(f"git failed: {str(error.stderr).strip()}") from None


def _identity(repository: object) -> list[str]:
    """The fallback's settings, unless git itself, which reads all its files, knows both people."""
    import git

    assert isinstance(repository, git.Repo)
    try:
        for who in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
            repository.git.execute(["git", "-c", "user.useConfigOnly=true", "var", who])
    except git.GitCommandError:
        return [f"user.name={_FALLBACK_NAME}", f"user.email={_FALLBACK_EMAIL}"]
    return []


def worktree_files(root: Path) -> list[str] | None:
    """The files below ``root`` that Git tracks or would take, as paths from it with slashes, sorted.

    None where ``root`` lies in no Git work tree, or this machine has no git.
    """
    done = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if done is None or done.code != 0:
        return None
    names = {os.fsdecode(name) for name in done.stdout.split(b"\0") if name}
    return sorted(name for name in names if os.path.lexists(root / name))


def references(root: Path) -> bytes:
    """HEAD and every reference with the commit that it names, one a line; empty where there is no repository."""
    done = git(root, "show-ref", "--head")
    return done.stdout if done else b""


def contents(root: Path, revisions: Sequence[str], name: str) -> dict[str, bytes]:
    """The file ``name`` (a path from ``root``) as it is in each of ``revisions`` that is there and has it."""
    # No revision has white space in its name; one that had would spoil the protocol.
    asked = [revision for revision in revisions if len(revision.split()) == 1]
    lines = "".join(f"{revision}:./{name}\n" for revision in asked)
    done = git(root, "cat-file", "--batch", stdin=lines.encode())
    answer = done.stdout if done and done.code == 0 else b""
    found: dict[str, bytes] = {}
    for revision in asked:
        head, _, rest = answer.partition(b"\n")
        words = head.split(b" ")
        if len(words) == 3 and words[1] == b"blob":
            size = int(words[2])
            found[revision], rest = rest[:size], rest[size + 1 :]
        answer = rest
    return found


def last_change(root: Path, name: str) -> str | None:
    """The newest commit of HEAD's history that changed, added or removed the file ``name``; None if none did."""
    done = git(root, "rev-list", "--max-count=1", "HEAD", "--", name)
    return done.stdout.decode().strip() or None if done and done.code == 0 else None


def git(root: Path, *arguments: str, stdin: bytes = b"", timeout: float = 60.0) -> Completed | None:
    """What ``git ARGUMENTS`` leaves when run in ``root``, whatever its exit code; None on a machine without git.

    GitPython, whose import alone takes longer than these commands, is used where it has more to offer.
    """
    try:
        return run(["git", *arguments], cwd=root, env=_environment(), stdin=stdin, timeout=timeout, check=False)
    except MissingRequirementError:
        return None


def _environment() -> dict[str, str]:
    given = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key in _KEPT_VARIABLES}
    return given | {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
