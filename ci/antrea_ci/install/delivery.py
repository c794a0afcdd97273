"""Brings installed.yaml to where `check` and `diff` look for it (DESIGN section 3).

That is the branch that is installed from where this run may push to it, else the branch of records with a pull request.
Nothing is checked out; the working tree follows only if it stands on that branch and has no changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from antrea_ci import vcs
from antrea_ci.commits import commit_with, current_branch, set_branch
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.git_remote import Remote
from antrea_ci.installed_records import BRANCH
from antrea_ci.pipeline.push import remote_of
from antrea_ci.pipeline.requests import open_request
from antrea_ci.repo import ClusterRepo


@dataclass(frozen=True)
class Delivered:
    """Where the record is: the branch, the commit, and the address of the pull request, if one was opened."""

    branch: str
    commit: str
    request: str = ""


def deliver(
    home: ClusterRepo,
    install_branch: str,
    data: bytes,
    message: str,
    env: Mapping[str, str],
    again: str = "the same command",
) -> Delivered:
    """Commits ``data`` as installed.yaml. Raises AntreaGitopsError where neither branch takes it.

    ``again`` is the command that does it again.
    """
    name = home.name(home.installed_file)
    remote = remote_of(home.root, env)
    if remote is None:
        return _locally(home, install_branch, name, data, message)
    refused = ""
    for branch in (install_branch, BRANCH):
        base = _tip(home, remote, branch) or _tip(home, remote, install_branch)
        commit = commit_with(home.root, base, {name: data}, message)
        done = remote.git(home.root, "push", "--no-verify", remote.address, f"{commit}:refs/heads/{branch}")
        if done.code == 0:
            _follow(home, branch, commit)
            request = open_request(env, BRANCH, install_branch, message) if branch == BRANCH else ""
            return Delivered(branch, commit, request)
        refused = remote.said(done)
    raise AntreaGitopsError(
        f"installed.yaml was not pushed:\n{refused}",
        why="without it nobody is kept from changing what cannot change any more",
        fix=f"let this job write contents, then {again}; the vault has the record",
    )


def _locally(home: ClusterRepo, branch: str, name: str, data: bytes, message: str) -> Delivered:
    """Without a remote: on top of the branch in this clone."""
    tip = vcs.commit_of(home.root, f"refs/heads/{branch}") or vcs.commit_of(home.root, "HEAD")
    commit = commit_with(home.root, tip, {name: data}, message)
    at = branch if vcs.commit_of(home.root, f"refs/heads/{branch}") == tip else BRANCH
    if not _follow(home, at, commit):
        set_branch(home.root, at, commit, tip if at == branch else None)
    return Delivered(at, commit)


def _tip(home: ClusterRepo, remote: Remote, branch: str) -> str | None:
    """The commit of a branch in the remote, fetched; None where it has none."""
    done = remote.git(home.root, "fetch", "--no-tags", "--quiet", remote.address, f"refs/heads/{branch}")
    return vcs.commit_of(home.root, "FETCH_HEAD") if done.code == 0 else None


def _follow(home: ClusterRepo, branch: str, commit: str) -> bool:
    """Brings the working tree along if it stands on ``branch`` and nothing is lost by that."""
    if current_branch(home.root) != branch:
        return False
    done = vcs.git(home.root, "merge", "--ff-only", "--quiet", commit)
    return done is not None and done.code == 0
