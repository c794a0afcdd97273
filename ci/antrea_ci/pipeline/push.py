"""Pushes what `render` wrote to the branch of a pull request, and nothing else."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping
from pathlib import Path

from antrea_ci import vcs
from antrea_ci.commits import commit_files
from antrea_ci.diff.visible import on_one_line
from antrea_ci.errors import AntreaGitopsError, UsageError
from antrea_ci.git_remote import Remote, with_login
from antrea_ci.pipeline.api import checked_token
from antrea_ci.pipeline.runs import without_login
from antrea_ci.pipeline.target import GITHUB_TOKEN, GITLAB_TOKEN
from antrea_ci.process import Completed
from antrea_ci.render.readme import with_block_of
from antrea_ci.repo import WRITTEN, ClusterRepo

_REFUSED = re.compile(
    r"error: 40[13]|Authentication failed|could not read Username|Permission .* denied|not allowed to push"
)
_BRANCHES = ("GITHUB_HEAD_REF", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME")
_TARGETS = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CI_DEFAULT_BRANCH")


def push(repo: ClusterRepo, branch: str, message: str, environment: Mapping[str, str]) -> str | None:
    """Commits what `render` changed and pushes it to ``branch`` of `origin`; the new commit, None if nothing changed.

    ``branch`` empty: the one that the environment names as that of the pull request. Raises UsageError for a branch
    that is none or that pull requests go to, AntreaGitopsError where anything else changed, or where the branch is not
    at the commit that is checked out.
    """
    name = _checked_branch(repo, branch or next(filter(None, map(environment.get, _BRANCHES)), ""), environment)
    head = vcs.commit_of(repo.root, "HEAD")
    if head is None:
        raise AntreaGitopsError(f"{repo.root} has no commit to add to", fix="run this in a clone of the repository")
    names = sorted(vcs.changed_files(repo.root, head, None, exact=True) or ())
    _refuse_others(repo, names)
    if not names:
        return None
    remote = _remote(repo.root, environment)
    _refuse_moved(repo.root, remote, name, head)
    commit = commit_files(repo.root, names, message)
    done = remote.git(repo.root, "push", "--no-verify", "--porcelain", remote.address, f"HEAD:refs/heads/{name}")
    if done.code != 0:
        raise _not_pushed(remote, done, name)
    return commit


def _checked_branch(repo: ClusterRepo, branch: str, environment: Mapping[str, str]) -> str:
    if not branch:
        raise UsageError(
            f"no branch is named: neither --branch nor {' nor '.join(_BRANCHES)}", fix="name one with --branch"
        )
    name = branch.removeprefix("refs/heads/")
    shown = on_one_line(name)
    valid = vcs.git(repo.root, "check-ref-format", f"refs/heads/{name}") if "\0" not in name else None
    if name.startswith(("-", "refs/")) or valid is None or valid.code != 0:
        raise UsageError(f'"{shown}" is no name of a branch')
    if name in {environment.get(variable) for variable in _TARGETS}:
        raise UsageError(
            f'"{shown}" is a branch that pull requests go to, and nothing is pushed there without one',
            fix="name the branch of the pull request; one from a fork can have the same name as ours",
        )
    return name


def _refuse_others(repo: ClusterRepo, names: list[str]) -> None:
    others = [name for name in names if not _is_owned(repo, name)]
    if others:
        listed = "".join(f"\n    {on_one_line(name)}" for name in others[:50])
        raise AntreaGitopsError(
            f"more changed than what `render` owns:{listed}",
            why="this job may push what follows from the sources, and never the sources",
            fix="commit these files yourself, or leave them alone before this step",
        )


def _is_owned(repo: ClusterRepo, name: str) -> bool:
    return name.startswith(WRITTEN) or (name == repo.name(repo.readme_file) and _only_block_differs(repo, name))


def _only_block_differs(repo: ClusterRepo, name: str) -> bool:
    before = vcs.contents(repo.root, ["HEAD"], name).get("HEAD")
    if before is None or not repo.readme_file.is_file() or repo.readme_file.is_symlink():
        return False
    old, new = (data.decode("utf-8", "surrogateescape") for data in (before, repo.readme_file.read_bytes()))
    return with_block_of(old, new) == new


def _remote(root: Path, environment: Mapping[str, str]) -> Remote:
    found = remote_of(root, environment)
    if found is None:
        raise AntreaGitopsError("there is no remote `origin` to push to", fix="run this in a clone of the repository")
    return found


def remote_of(root: Path, environment: Mapping[str, str]) -> Remote | None:
    """`origin`, with the login of this pipeline's token where it is the token's host; None where there is none."""
    found = vcs.git(root, "remote", "get-url", "--push", "origin")
    if found is None or found.code != 0:
        return None
    written = os.fsdecode(found.stdout).strip()
    # A runner of GitLab writes a login into the address that may not push.
    address = without_login(written) if "://" in written else written
    for variable, server, user in (
        (GITHUB_TOKEN, environment.get("GITHUB_SERVER_URL") or "https://github.com", "x-access-token"),
        (GITLAB_TOKEN, environment.get("CI_SERVER_URL", ""), "oauth2"),
    ):
        token = checked_token(environment.get(variable, ""), variable)
        if token and server and address.startswith(f"{server.rstrip('/')}/"):
            login = base64.b64encode(f"{user}:{token}".encode()).decode()
            return Remote(address, with_login(server.rstrip("/"), login), (login, token))
    return Remote("origin", {}, ())


def _refuse_moved(root: Path, remote: Remote, branch: str, head: str) -> None:
    """Pushing only fits a branch that is where HEAD is: a merge made for a pull request would be pushed with it."""
    done = remote.git(root, "ls-remote", "--exit-code", remote.address, f"refs/heads/{branch}")
    if done.code == 2:
        raise AntreaGitopsError(f"origin has no branch {on_one_line(branch)}", fix="push the branch first")
    if done.code != 0:
        raise _not_pushed(remote, done, branch)
    tip = done.stdout.decode("ascii", "replace").partition("\t")[0]
    if tip != head:
        raise _moved(branch, f"it is at {tip[:12]}, and {head[:12]} is checked out")


def _moved(branch: str, what: str) -> AntreaGitopsError:
    return AntreaGitopsError(
        f"branch {on_one_line(branch)} is not at the commit that was rendered: {what}",
        why="a push would lose, or bring in, commits that this job has not seen",
        fix="check out the branch itself, not the merge with its target; if somebody pushed meanwhile, the run of that "
        "push renders again",
    )


def _not_pushed(remote: Remote, done: Completed, branch: str) -> AntreaGitopsError:
    said = remote.said(done)
    if "(fetch first)" in said or "(non-fast-forward)" in said:
        return _moved(branch, "somebody pushed to it meanwhile")
    fix = "check the network and the remote `origin`"
    if "[remote rejected]" in said:
        fix = "the host refuses pushes to this branch: look at its protection rules"
    elif _REFUSED.search(said):
        fix = (
            f"GitHub: give the job `permissions: contents: write` and the step {GITHUB_TOKEN}; "
            f"GitLab: {GITLAB_TOKEN} needs the scope `write_repository` and the role Developer"
        )
    return AntreaGitopsError(f"nothing was pushed to {on_one_line(branch)}:\n{said}", fix=fix)
