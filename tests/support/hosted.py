"""A cluster repository as a Git host keeps it: a bare origin on disk, and pull requests to its main."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from support.pipeline_trees import AGE
from support.repos import commit, git, run

INSTALLED = """\
apiVersion: antrea-gitops/v1
state: installed
recorded: "2026-11-25T20:49:00Z"
commit: "0000000000000000000000000000000000000000"
versions:
  release: 4.12.45
immutable:
  flavour: openshift
  name: ocp
  baseDomain: example.com
  platform: vsphere
  networkType: antrea
  fips: false
  networking:
    machineNetwork:
      - 10.0.0.0/16
    clusterNetwork:
      - cidr: 10.128.0.0/14
        hostPrefix: 23
    serviceNetwork:
      - 172.30.0.0/16
"""


@dataclass(frozen=True)
class Change:
    """What somebody does to a repository. ``edits`` are file, old text, which stands in it once, and new text."""

    edits: Sequence[tuple[str, str, str]] = ()
    writes: Mapping[str, str] = field(default_factory=dict)
    renders: bool = True


def together(changes: Sequence[Change]) -> Change:
    """All of them as one."""
    writes = {name: text for change in changes for name, text in change.writes.items()}
    edits = [edit for change in changes for edit in change.edits]
    return Change(edits, writes, all(change.renders for change in changes))


@dataclass(frozen=True)
class PullRequest:
    """Commits of one pull request; ``merge`` is the one that GitHub makes to try it."""

    base: str
    head: str
    merge: str
    branch: str


@dataclass(frozen=True)
class Hosted:
    """``clone`` is a working copy whose remote `origin` is ``origin``."""

    origin: Path
    clone: Path

    def commit(self, change: Change) -> str:
        """Makes ``change`` on what is checked out, renders as an author would, and commits it."""
        for name, old, new in change.edits:
            text = (self.clone / name).read_text()
            assert text.count(old) == 1, (name, old)
            (self.clone / name).write_text(text.replace(old, new))
        for name, text in change.writes.items():
            (self.clone / name).parent.mkdir(parents=True, exist_ok=True)
            (self.clone / name).write_text(text)
        if change.renders:
            run("render", cwd=self.clone)
        commit(self.clone)
        return git(self.clone, "rev-parse", "HEAD")

    def pull_request(self, change: Change, branch: str = "change") -> PullRequest:
        """A branch with ``change`` on top of main, pushed; the merge with main is checked out."""
        base = git(self.origin, "rev-parse", "main")
        git(self.clone, "checkout", "--quiet", "-B", branch, base)
        head = self.commit(change)
        git(self.clone, "checkout", "--quiet", "--detach", base)
        git(self.clone, "merge", "--quiet", "--no-ff", "--no-edit", head)
        merge = git(self.clone, "rev-parse", "HEAD")
        git(
            self.clone,
            "push",
            "--quiet",
            "--force",
            "origin",
            f"{head}:refs/heads/{branch}",
            f"{merge}:refs/pull/1/merge",
        )
        return PullRequest(base, head, merge, branch)

    def push_to_main(self, change: Change) -> str:
        """A commit on main, pushed and checked out."""
        git(self.clone, "checkout", "--quiet", "-B", "main", "origin/main")
        head = self.commit(change)
        git(self.clone, "push", "--quiet", "origin", "main")
        return head

    def copy(self, folder: Path) -> Hosted:
        """The same under another folder, to be changed."""
        shutil.copytree(self.origin, folder / "origin.git")
        shutil.copytree(self.clone, folder / "clone")
        git(folder / "clone", "remote", "set-url", "origin", str(folder / "origin.git"))
        return Hosted(folder / "origin.git", folder / "clone")


def make_hosted(folder: Path) -> Hosted:
    """A repository that `antrea-gitops new` made, for both hosts and with backups, of a cluster that is installed."""
    (folder / "answers.yml").write_text(f"ci: both\nbackup_recipients: [{AGE}]\n")
    done = run("new", folder / "clone", "--defaults", "--data-file", folder / "answers.yml")
    assert done.code == 0, done.err
    hosted = Hosted(folder / "origin.git", folder / "clone")
    (hosted.clone / "installed.yaml").write_text(INSTALLED)
    commit(hosted.clone)
    git(folder, "init", "--quiet", "--bare", "--initial-branch", "main", str(hosted.origin))
    # As both hosts allow it: a commit is fetched by its id.
    git(hosted.origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(hosted.clone, "remote", "add", "origin", str(hosted.origin))
    git(hosted.clone, "push", "--quiet", "origin", "HEAD:refs/heads/main")
    git(hosted.clone, "fetch", "--quiet", "origin")
    return hosted
