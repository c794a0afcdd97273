"""The commit that is installed: which one, whether it may be installed, and its files in a folder of their own."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from antrea_ci import vcs
from antrea_ci.diff.export import export
from antrea_ci.diff.revisions import Commit
from antrea_ci.errors import AntreaGitopsError, FindingsError, UsageError
from antrea_ci.files import staging_folder, swap_in
from antrea_ci.findings import Finding
from antrea_ci.model.effective import Cluster, load
from antrea_ci.repo import ClusterRepo

_REVIEWED = "what is installed must be what was reviewed"


def commit_named(home: ClusterRepo, ref: str) -> str:
    """The id of the commit that ``ref`` names. UsageError where there is none."""
    vcs.require(home.root)
    commit = vcs.commit_of(home.root, ref)
    if commit is None:
        raise UsageError(
            f"{ref} is no commit of {home.root}", fix="an installation takes a commit: name one with --ref"
        )
    return commit


def commit_to_install(home: ClusterRepo, ref: str) -> str:
    """The id of the commit that ``ref`` names. Raises where there is none, or files differ from what was committed."""
    commit = commit_named(home, ref)
    found = vcs.changed_files(home.root, "HEAD", None, exact=True)
    if found is None:
        raise AntreaGitopsError(f"git does not tell whether files of {home.root} were changed", why=_REVIEWED)
    if changed := sorted(found):
        listed = "".join(f"\n    {name}" for name in changed[:20])
        raise AntreaGitopsError(
            f"the working tree differs from what was committed:{listed}",
            why=f"a commit is installed, and these changes would not be part of it; {_REVIEWED}",
            fix="commit them and have them reviewed, or put them away with `git stash`",
        )
    return commit


def refuse_unreviewed(home: ClusterRepo, cluster: Cluster, commit: str) -> None:
    """Raises AntreaGitopsError unless ``commit`` is part of the branch that is installed from."""
    branch = cluster.file.install.branch
    tips = [tip for name in (f"refs/remotes/origin/{branch}", f"refs/heads/{branch}") if (tip := _tip(home, name))]
    if any(vcs.merge_base(home.root, commit, tip) == commit for tip in tips):
        return
    there = "is not part of it" if tips else "there is no such branch here"
    raise AntreaGitopsError(
        f"only commits of the branch {branch} are installed, and {commit[:12]}: {there}",
        why=_REVIEWED,
        fix=f"merge it into {branch}; in a pipeline, fetch the whole history (fetch-depth: 0). --any-commit installs "
        "it all the same, and that is recorded",
    )


def _tip(home: ClusterRepo, name: str) -> str | None:
    return vcs.commit_of(home.root, name)


def checked_out(home: ClusterRepo, commit: str, folder: Path) -> Cluster:
    """The cluster as ``commit`` describes it, with its files in ``folder``, which is made anew.

    Raises FindingsError with every error in the files that describe it.
    """
    state = Commit(home.root, commit)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with staging_folder(folder.parent) as staging:
        new = staging / "new"
        new.mkdir()
        export(state.read(state.names()), new, commit[:12])
        swap_in(new, folder)
    return load(ClusterRepo.at(folder))


def refuse_faults(home: ClusterRepo, commit: str) -> Sequence[Finding]:
    """The warnings of `check` about ``commit``; raises FindingsError with everything it found if there is an error.

    A stale ``rendered/`` is one of its errors.
    """
    from antrea_ci.checks import check

    with _repository_at(home, commit) as repo:
        findings = check(repo, cache=True)
    if any(finding.is_error for finding in findings):
        raise FindingsError(findings)
    return findings


@contextmanager
def _repository_at(home: ClusterRepo, commit: str) -> Generator[ClusterRepo]:
    """A repository whose working tree is ``commit``: this one, if it is, else a clone that shares its objects."""
    if vcs.commit_of(home.root, "HEAD") == commit:
        yield home
        return
    with tempfile.TemporaryDirectory(prefix="antrea-gitops-") as folder:
        clone = Path(folder) / "clone"
        _git(home.root, "clone", "--quiet", "--shared", "--no-checkout", "--", str(home.root), str(clone))
        _git(clone, "checkout", "--quiet", "--detach", commit)
        yield ClusterRepo.at(clone)


def _git(root: Path, *words: str) -> None:
    done = vcs.git(root, *words)
    if done is None or done.code != 0:
        said = done.stderr.decode("utf-8", "replace").strip() if done else "it is not on this machine"
        raise AntreaGitopsError(f"git {words[0]} failed: {said}")
