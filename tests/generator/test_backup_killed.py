"""`backup restore` killed at any change of a file: the folder is the old one or the new one, and nobody else may enter.

What is killed at changes in Git is in tests/e2e/test_backup_killed.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from antrea_ci.vault import Kind
from support.forked import points, run_with_kill
from support.vaults import SECRET, Site, bytes_of_objects, make_site, work_folder

_STEPS = 3


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    site = make_site(tmp_path)
    monkeypatch.setenv("ANTREA_GITOPS_AGE_IDENTITY", site.keys[0].identity)
    work_folder(tmp_path / "state/antrea-gitops/clusters/ocp.example.com")
    return site


def kills(argv: list[str], again: Callable[[], None]) -> Iterator[int]:
    """Kills ``argv`` at points all over its run; ``again`` makes what it needs before each."""
    again()
    last = points(argv)
    assert last > _STEPS
    for n in sorted({*range(1, last, max(1, last // _STEPS)), last}):
        again()
        # A run after others has a change or two less to make, such as a proof that was sent before.
        assert run_with_kill(argv, n) or n == last, n
        yield n


def whole(site: Site) -> None:
    """Every snapshot that a reference names can be read to its last byte, here and as the remote has it."""
    for repo in (site.repo, site.remote):
        assert SECRET.encode() not in bytes_of_objects(repo)
    ran = site.backup("verify", "--format", "json")
    assert ran.code == 0, ran.out
    assert all(one["opened"] for one in json.loads(ran.out)["snapshots"])


def test_restore(site: Site):
    stored = site.store(Kind.METADATA)
    site.vault().push()
    parent = site.folder / "restored"
    parent.mkdir()
    argv = ["-C", str(site.repo), "backup", "restore", "--force", "--to", str(parent / "to")]
    seen: set[bool] = set()

    def clean() -> None:
        assert site.backup("restore", "--force", "--to", parent / "to").code == 0
        (parent / "to/installer/old").write_text("what was there before")

    for n in kills(argv, clean):
        seen.add((parent / "to/installer/old").exists())
        assert (parent / "to/installer/metadata.json").is_file(), n
        for path in parent.rglob("*"):
            top = parent / path.relative_to(parent).parts[0]
            assert top.stat().st_mode & 0o077 == 0, path
        whole(site)
    assert seen == {True, False}
    clean()
    assert [path.name for path in parent.iterdir()] == ["to"]
    assert site.vault().newest() == site.vault().newest(stored.kind)
