"""The only module that talks to Git."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from antrea_ci.errors import AntreaGitopsError, MissingRequirementError
from antrea_ci.process import Completed, environment, run

# A person's own ignores, line endings and hooks must not decide what a repository holds.
NEUTRAL = ("core.excludesFile=", "core.autocrlf=false", "core.attributesFile=", "core.fsmonitor=false")
# Inside a hook Git has set variables that would lead a command to another index or repository (pre-commit #300).
# How Git reaches a server, and settings that pipelines give through the environment, are no such variables.
_KEPT_VARIABLES = frozenset(
    {"GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_EXEC_PATH", "GIT_CONFIG_GLOBAL"}
    | {"GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_COUNT", "GIT_SSL_CAINFO", "GIT_SSL_NO_VERIFY"}
    | {"GIT_HTTP_PROXY_AUTHMETHOD", "GIT_ALLOW_PROTOCOL"}
)
_KEPT_PREFIXES = ("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")
# What Git says since CVE-2022-24765, and what 2.35.2 said.
_OF_ANOTHER = re.compile(rb"(?:dubious ownership in repository at|unsafe repository) \(?'([^']+)'")
FALLBACK_NAME = "antrea-gitops"
FALLBACK_EMAIL = "antrea-gitops@localhost"


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
        options = [part for setting in (*NEUTRAL, *_identity(repository)) for part in ("-c", setting)]
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
        return [f"user.name={FALLBACK_NAME}", f"user.email={FALLBACK_EMAIL}"]
    return []


def require(root: Path) -> None:
    """Raises MissingRequirementError on a machine without git."""
    if git(root, "version") is None:
        raise MissingRequirementError("git is not on this machine", fix="install git and put it on PATH")


def worktree_files(root: Path) -> list[str] | None:
    """The files below ``root`` that Git tracks or would take, as paths from it with slashes, sorted.

    None where ``root`` lies in no Git work tree, or this machine has no git.
    """
    done = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if done is None or done.code != 0:
        return None
    names = {os.fsdecode(name) for name in done.stdout.split(b"\0") if name}
    return sorted(name for name in names if os.path.lexists(root / name))


def references(root: Path, *, without: str) -> bytes:
    """HEAD and every reference with the commit that it names, one a line; empty where there is no repository.

    Those whose names begin with ``without`` are left out.
    """
    done = git(root, "show-ref", "--head")
    lines = done.stdout.splitlines(keepends=True) if done else []
    return b"".join(line for line in lines if not line.partition(b" ")[2].startswith(without.encode()))


def contents(root: Path, revisions: Sequence[str], name: str) -> dict[str, bytes]:
    """The file ``name`` (a path from ``root``) as it is in each of ``revisions`` that is there and has it."""
    # No revision has white space in its name; one that had would spoil the protocol.
    asked = [revision for revision in revisions if len(revision.split()) == 1]
    lines = "".join(f"{revision}:./{name}\n" for revision in asked)
    done = git(root, "cat-file", "--batch", stdin=lines.encode())
    return _blobs(asked, done)


def last_change(root: Path, name: str) -> str | None:
    """The newest commit of HEAD's history that changed, added or removed the file ``name``; None if none did."""
    done = git(root, "rev-list", "--max-count=1", "HEAD", "--", name)
    return done.stdout.decode().strip() or None if done and done.code == 0 else None


def commit_of(root: Path, revision: str) -> str | None:
    """The id of the commit that ``revision`` names; None where it names none, or ``root`` lies in no repository."""
    done = git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    found = done.stdout.decode().strip() if done and done.code == 0 else ""
    return found if found.isalnum() else None  # of `^HEAD` git gives the id with the sign that leaves it out


def merge_base(root: Path, first: str, second: str) -> str | None:
    """The newest commit that both histories hold; None where there is none."""
    done = git(root, "merge-base", first, second)
    return done.stdout.decode().strip() or None if done and done.code == 0 else None


def changed_files(root: Path, base: str, head: str | None, *, exact: bool = False) -> set[str] | None:
    """The files below ``root``, as paths from it, that differ between two commits, or a commit and the working tree.

    Of the working tree (``head`` None) files count that Git would take, too, and unless ``exact`` some may be named
    that were only touched. None where one of them is no commit.
    """
    # Git finds out about the touched ones by writing its index anew, which belongs to whoever works there.
    refresh = ("-c", f"diff.autoRefreshIndex={str(exact).lower()}")
    plain = (
        "--no-ext-diff",
        "--no-textconv",
        "--no-renames",
        "--ignore-submodules=dirty",
        "--name-only",
        "-z",
        "--relative",
    )
    commits = [base] if head is None else [base, head]
    answers = [git(root, *refresh, "diff", *plain, "--end-of-options", *commits, "--")]
    if head is None:
        answers.append(git(root, "ls-files", "-z", "--others", "--exclude-standard"))
    if any(done is None or done.code != 0 for done in answers):
        return None
    return {os.fsdecode(name) for done in answers if done for name in done.stdout.split(b"\0") if name}


class Mode(StrEnum):
    """What Git tells apart among the entries of a tree, by the numbers that it gives them."""

    FILE = "100644"
    PROGRAM = "100755"
    LINK = "120000"
    SUBMODULE = "160000"


# Old versions of Git wrote others for files, such as 100664.
_MODES = {mode.value: mode for mode in Mode}


@dataclass(frozen=True)
class Entry:
    """A file of a commit: its mode, and the id of its blob; of a submodule that of its commit."""

    mode: Mode
    id: str


def tree(root: Path, commit: str, *, whole: bool = False) -> dict[str, Entry] | None:
    """The files and submodules of ``commit`` below ``root``, by their path from it; None where it cannot be read.

    ``whole``: of ``commit``, or another tree, whichever folder of the repository ``root`` is.
    """
    done = git(root, "ls-tree", "-r", "-z", *(["--full-tree"] if whole else []), commit)
    if done is None or done.code != 0:
        return None
    found: dict[str, Entry] = {}
    for line in filter(None, done.stdout.split(b"\0")):
        head, _, name = line.partition(b"\t")
        mode, _, blob = head.decode().split()
        found[os.fsdecode(name)] = Entry(_MODES.get(mode, Mode.FILE), blob)
    return found


def blobs(root: Path, ids: Iterable[str]) -> dict[str, bytes]:
    """The contents of blobs by their ids; those that are not there are left out."""
    asked = list(dict.fromkeys(ids))
    done = git(root, "cat-file", "--batch", stdin="".join(f"{one}\n" for one in asked).encode()) if asked else None
    return _blobs(asked, done)


def _blobs(asked: Iterable[str], done: Completed | None) -> dict[str, bytes]:
    answer = done.stdout if done and done.code == 0 else b""
    return {name: found.data for name, found in batch(asked, answer) if found.kind == "blob"}


@dataclass(frozen=True)
class Object:
    """What Git stores: its id, its kind (blob, tree, commit, tag) and its content without header."""

    id: str
    kind: str
    data: bytes


def batch(asked: Iterable[str], answer: bytes) -> Iterator[tuple[str, Object]]:
    """What ``cat-file --batch`` answered for each name that it knows: a line, the content, a break."""
    at = 0
    for name in asked:
        end = answer.find(b"\n", at)
        words = answer[at:end].split(b" ")
        at = end + 1
        if len(words) == 3 and words[2].isdigit():
            size = int(words[2])
            yield name, Object(words[0].decode(), words[1].decode(), answer[at : at + size])
            at += size + 1


def git(
    root: Path,
    *arguments: str,
    stdin: bytes = b"",
    timeout: float = 60.0,
    settings: Mapping[str, str] | None = None,
    extra: Mapping[str, str] | None = None,
) -> Completed | None:
    """What ``git ARGUMENTS`` leaves when run in ``root``, whatever its exit code; None on a machine without git.

    ``settings`` are configuration for this call alone; they are handed over in the environment, so that no list of
    processes shows them. ``extra`` are further variables. GitPython, whose import alone takes longer than these
    commands, is used where it has more to offer. Raises AntreaGitopsError where Git refuses the repository because
    somebody else owns it.
    """
    env = _with(_environment(), settings or {}) | dict(extra or {})
    try:
        done = run(["git", *arguments], cwd=root, env=env, stdin=stdin, timeout=timeout, check=False)
    except MissingRequirementError:
        return None
    refused = _OF_ANOTHER.search(done.stderr) if done.code != 0 else None
    if refused:
        place = os.fsdecode(refused[1])
        raise AntreaGitopsError(
            f"git refuses the repository at {place}: another user owns it",
            why="without its history nothing could tell what was installed, and no commit is searched for secrets",
            fix=f"git config --global --add safe.directory {place}",
        )
    return done


def _with(variables: dict[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """``variables`` with these settings behind those that they give already."""
    given = variables.get("GIT_CONFIG_COUNT", "")
    count = int(given) if given.isdigit() else 0
    for number, (key, value) in enumerate(settings.items(), count):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables | ({"GIT_CONFIG_COUNT": str(count + len(settings))} if settings else {})


def _environment() -> dict[str, str]:
    given = {key: value for key, value in environment().items() if _is_kept(key)}
    return given | {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


def _is_kept(variable: str) -> bool:
    return not variable.startswith("GIT_") or variable in _KEPT_VARIABLES or variable.startswith(_KEPT_PREFIXES)
