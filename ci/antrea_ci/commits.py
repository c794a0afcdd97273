"""Makes commits: of files in the working tree, or beside it without any checkout."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.vcs import FALLBACK_EMAIL, FALLBACK_NAME, NEUTRAL, Mode, commit_of, git


def commit_files(root: Path, names: Sequence[str], message: str) -> str:
    """Commits these files below ``root``, whether changed, new or gone, and nothing else; returns the commit's id.

    No hook runs. Raises AntreaGitopsError with what Git says.
    """
    listed = "".join(f"{name}\0" for name in names).encode("utf-8", "surrogateescape")
    these = ("--pathspec-from-file=-", "--pathspec-file-nul")
    options = [part for setting in (*NEUTRAL, "core.hooksPath=/dev/null", *_who(root)) for part in ("-c", setting)]
    for words in (("add", "--all"), ("commit", "--quiet", "--no-verify", f"--message={message}", "--only")):
        done = git(root, *options, "--literal-pathspecs", *words, *these, stdin=listed)
        if done is None or done.code != 0:
            said = done.stderr.decode("utf-8", "replace").strip() if done else "git is not on this machine"
            raise AntreaGitopsError(f"nothing was committed: {said}")
    return commit_of(root, "HEAD") or ""


def commit_with(root: Path, parent: str | None, files: Mapping[str, bytes], message: str) -> str:
    """A commit on top of ``parent`` with ``files`` (path from ``root``: content) changed; nothing is checked out.

    No reference points to it yet. Raises AntreaGitopsError with what Git says.
    """
    prefix = _said(root, "rev-parse", "--show-prefix").strip()
    with tempfile.TemporaryDirectory(prefix="antrea-gitops-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        if parent:
            _said(root, "read-tree", parent, extra=index)
        for name, data in files.items():
            blob = _said(root, "hash-object", "-w", "--stdin", stdin=data).strip()
            entry = f"{Mode.FILE.value},{blob},{prefix}{name}"
            _said(root, "update-index", "--add", "--cacheinfo", entry, extra=index)
        tree = _said(root, "write-tree", extra=index).strip()
    parents = ("-p", parent) if parent else ()
    options = [part for setting in _who(root) for part in ("-c", setting)]
    return _said(root, *options, "commit-tree", tree, *parents, "-m", message).strip()


def current_branch(root: Path) -> str:
    """The branch that is checked out; empty where HEAD is detached."""
    done = git(root, "symbolic-ref", "--quiet", "--short", "HEAD")
    return done.stdout.decode().strip() if done and done.code == 0 else ""


def set_branch(root: Path, branch: str, commit: str, before: str | None) -> None:
    """Moves ``branch`` from ``before`` (None: it is new) to ``commit``; AntreaGitopsError if it is elsewhere."""
    _said(root, "update-ref", f"refs/heads/{branch}", commit, before or "0" * len(commit))


def _who(root: Path) -> tuple[str, ...]:
    known = git(root, "-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
    return () if known and known.code == 0 else (f"user.name={FALLBACK_NAME}", f"user.email={FALLBACK_EMAIL}")


def _said(root: Path, *arguments: str, stdin: bytes = b"", extra: Mapping[str, str] | None = None) -> str:
    done = git(root, *arguments, stdin=stdin, extra=extra)
    if done is None or done.code != 0:
        said = done.stderr.decode("utf-8", "replace").strip() if done else "git is not on this machine"
        raise AntreaGitopsError(f"git {arguments[0]} failed: {said}")
    return done.stdout.decode()
