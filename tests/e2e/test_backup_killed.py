"""Kill -9 before and after each change that a verb of `backup` makes in Git, while another clone writes as well:
nothing is lost, nothing is shown, and the same verb ends what was begun."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from antrea_ci.vault import Kind
from support.forked import Done, forker
from support.vaults import SECRET, Site, bytes_of_objects, make_site, work_folder

# Stands before git in PATH; the process that called it is ours.
_SHIM = """#!/bin/sh
for word do case "$word" in unpack-objects|update-ref|push|fetch) is_change=1;; esac; done
[ -n "$is_change" ] || exec {git} "$@"
echo "$*" >> "$TEST_CHANGES"
number=$(wc -l < "$TEST_CHANGES" | tr -d ' ')
[ "$TEST_KILL" != "before $number" ] || {{ kill -9 $PPID; exit 1; }}
{git} "$@"; code=$?
[ "$TEST_KILL" != "after $number" ] || kill -9 $PPID
exit $code
"""
_WITHOUT_RULES = {"daily": 0, "weekly": 0, "monthly": 0}


@dataclass(frozen=True)
class Ground:
    """A site with three snapshots of one kind that only differ in time, all sent, and a second clone of its code."""

    site: Site
    kept: Path
    programs: Path

    def restore(self) -> None:
        shutil.rmtree(self.site.folder)
        shutil.copytree(self.kept, self.site.folder, symlinks=True)

    @property
    def state(self) -> Path:
        return self.site.folder / "state"

    def run(self, *argv: str, repo: Path | None = None, kill: str = "") -> Done:
        changes = self.site.folder / "changes"
        changes.unlink(missing_ok=True)
        environment = {
            "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.site.folder),
            "XDG_STATE_HOME": str(self.state),
            "ANTREA_GITOPS_AGE_IDENTITY": self.site.keys[0].identity,
            "TEST_CHANGES": str(changes),
            "TEST_KILL": kill,
        }
        return forker().run(["backup", *argv], environment, cwd=repo or self.site.repo)

    def changes(self, *argv: str) -> int:
        """How many changes an undisturbed run makes in Git."""
        done = self.run(*argv)
        assert done.code == 0, done.err
        return len((self.site.folder / "changes").read_text().splitlines())

    def snapshots(self) -> dict[str, str]:
        """What is in the remote, by name, or waits here."""
        return {**self.site.refs(self.site.repo), **self.site.refs()}


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    folder = tmp_path / "site"
    folder.mkdir()
    site = make_site(folder, keep=_WITHOUT_RULES)
    work = work_folder(folder / "work")
    for _ in range(3):
        site.store(Kind.CLUSTER, work)
    site.vault().push()
    site.clone("other")
    programs = tmp_path / "programs"
    programs.mkdir()
    shim = programs / "git"
    shim.write_text(_SHIM.format(git=shutil.which("git")))
    shim.chmod(0o755)
    shutil.copytree(folder, tmp_path / "kept", symlinks=True)
    return Ground(site, tmp_path / "kept", programs)


def in_clear(ground: Ground) -> list[Path]:
    """Where the secret lies that no more than the work folder and what is restored may hold."""
    named = [ground.site.folder / "work", ground.state]
    files = [path for path in ground.site.folder.rglob("*") if path.is_file() and not path.is_symlink()]
    open_ones = [path for path in files if not any(path.is_relative_to(folder) for folder in named)]
    found = [path for path in open_ones if SECRET.encode() in path.read_bytes()]
    stores = (ground.site.repo, ground.site.remote)
    return found + [store for store in stores if SECRET.encode() in bytes_of_objects(store)]


@pytest.mark.parametrize(
    "argv",
    [("create", "--work-dir", "../work"), ("restore",), ("prune", "--yes"), ("rekey",)],
    ids=lambda argv: argv[0],
)
def test_killed_at_each_change(ground: Ground, argv: Sequence[str]):
    if argv[0] == "rekey":
        ground.site.configure(recipients=[ground.site.keys[0].recipient])
        shutil.rmtree(ground.kept)
        shutil.copytree(ground.site.folder, ground.kept, symlinks=True)
    before = ground.snapshots()
    number = ground.changes(*argv)
    assert number > 1
    for kill in (f"{when} {n}" for n in range(1, number + 1) for when in ("before", "after")):
        ground.restore()
        assert ground.run(*argv, kill=kill).is_killed, kill
        assert in_clear(ground) == [], kill
        assert ground.run("create", "--public-only", repo=ground.site.folder / "other").code == 0, kill
        assert ground.run("verify").code == 0, kill
        if argv[0] in ("create", "restore"):
            assert before.items() <= ground.snapshots().items(), kill
        again = ground.run(*argv, *(["--force"] if argv[0] == "restore" else []))
        assert again.code == 0, (kill, again.err)
        assert_ended(ground, argv[0], kill)


def assert_ended(ground: Ground, verb: str, kill: str) -> None:
    """What the verb is for holds, here and in the remote; the other clone's snapshot is there."""
    vault = ground.site.vault()
    found = vault.snapshots()
    assert all(one.is_pushed and not one.fault for one in found), kill
    assert [one.kind for one in found if not one.has_secrets] == [Kind.MANUAL], kill
    states = [one for one in found if one.kind is Kind.CLUSTER]
    assert len(states) == (1 if verb == "prune" else 3), kill
    if verb == "rekey":
        assert {one.recipients for one in states} == {(ground.site.keys[0].recipient,)}, kill
    if verb == "restore":
        folder = ground.state / "antrea-gitops/clusters"
        assert [path.name for path in folder.iterdir()] == ["ocp.example.com"], kill
        assert (folder / "ocp.example.com/installer/auth/kubeadmin-password").read_text() == SECRET, kill
