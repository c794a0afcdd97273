"""Restore, drill, rekey and export: what a backup is for."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from antrea_ci.vault import Contents, Kind
from antrea_ci.vault.model import State
from support.repos import git
from support.vaults import SECRET, Site, new_key, refuse_namespace, work_folder


@pytest.fixture
def opened(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("ANTREA_GITOPS_AGE_IDENTITY", site.keys[0].identity)
    return site


def files_of(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mode & 0o777)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "source" not in path.parts
    }


def states(site: Site, repo: Path | None = None) -> list[str]:
    return [one.state.value for one in site.vault(repo).snapshots()]


def test_after_the_loss_of_everything_a_new_clone_gives_the_work_folder_back(opened: Site):
    """Only the code's origin, the vault's remote and an identity are left."""
    work = work_folder(opened.folder / "state/antrea-gitops/clusters/ocp.example.com")
    opened.store(Kind.METADATA, work)
    opened.vault().push()
    before = files_of(work.root)
    shutil.rmtree(work.root)
    clone = opened.clone("new")
    ran = opened.backup("restore", repo=clone)
    assert ran.code == 0, ran.err
    journal, mode = before.pop("journal.jsonl")
    after = files_of(work.root)
    noted, noted_mode = after.pop("journal.jsonl")
    assert (after, noted_mode) == (before, mode)
    assert noted.startswith(journal)
    assert json.loads(noted.splitlines()[-1])["event"] == "restored"
    assert work.root.stat().st_mode & 0o777 == 0o700
    assert (work.source / "cluster.yaml").read_bytes() == (opened.repo / "cluster.yaml").read_bytes()


def test_the_identity_may_be_the_path_of_a_file_with_notes(opened: Site, monkeypatch: pytest.MonkeyPatch):
    opened.store()
    file = opened.folder / "key.txt"
    file.write_text(f"# created: 2026\n# public key: x\n{opened.keys[1].identity}\n")
    file.chmod(0o600)
    monkeypatch.setenv("ANTREA_GITOPS_AGE_IDENTITY", str(file))
    assert opened.backup("restore", "--to", opened.folder / "to").code == 0


def test_a_folder_that_is_there_is_only_replaced_by_force(opened: Site):
    opened.store()
    to = opened.folder / "to"
    to.mkdir()
    (to / "mine").write_text("newer state")
    refused = opened.backup("restore", "--to", to)
    assert (refused.code, (to / "mine").read_text()) == (2, "newer state")
    assert "is there already" in refused.err
    assert opened.backup("restore", "--to", to, "--force").code == 0
    assert not (to / "mine").exists()
    assert [path.name for path in opened.folder.iterdir() if path.name.startswith(".antrea")] == []


def test_the_newest_with_a_state_is_restored_and_not_a_newer_one_without(opened: Site):
    state = opened.store(Kind.CLUSTER)
    opened.backup("create", "--public-only")
    ran = opened.backup("restore", "--to", opened.folder / "to")
    assert f"restored {state.name}" in ran.out


def test_a_restored_snapshot_is_called_so_in_every_clone(opened: Site):
    opened.store()
    assert opened.backup("restore", "--to", opened.folder / "to").code == 0
    assert states(opened, opened.clone("other")) == ["restored"]


def test_a_damaged_snapshot_is_not_restored(opened: Site):
    one = opened.store()
    sealed = git(opened.repo, "rev-parse", f"{one.ref}:secret.age")
    (opened.repo / f".git/objects/{sealed[:2]}/{sealed[2:]}").unlink()
    ran = opened.backup("restore", "--to", opened.folder / "to")
    assert (ran.code, "damaged: secret.age" in ran.err) == (1, True)
    assert not (opened.folder / "to").exists()


@pytest.mark.parametrize("name", ["../outside", "/outside", "a/../../outside"])
def test_a_name_that_leads_out_of_the_folder_is_refused(opened: Site, name: str):
    hostile = Contents({}, {name: b"x"}, has_generated_keys=False)
    opened.vault().store(Kind.MANUAL, hostile, commit=opened.head, versions={})
    ran = opened.backup("restore", "--to", opened.folder / "in/to")
    assert (ran.code, "that no backup of ours has" in ran.err) == (1, True)
    assert not list(opened.folder.rglob("outside"))


@pytest.mark.parametrize(("public", "secret"), [("installer/metadata.json", "installer/x"), ("a", "a/b"), ("a/b", "a")])
def test_files_that_only_somebody_else_can_have_stored_are_refused(opened: Site, public: str, secret: str):
    hostile = Contents({public: b"x"}, {secret: b"x"}, has_generated_keys=False)
    opened.vault().store(Kind.MANUAL, hostile, commit=opened.head, versions={})
    ran = opened.backup("restore", "--to", opened.folder / "to")
    assert (ran.code, "that no backup of ours has" in ran.err) == (1, True)
    assert not (opened.folder / "to").exists()


@pytest.mark.parametrize("verb", [["restore", "--to", "{}/in/it"], ["export", "--tar", "{}/x.tar"]])
def test_a_place_that_cannot_be_written_to_is_named(opened: Site, verb: list[str]):
    opened.store()
    file = opened.folder / "file"
    file.touch()
    ran = opened.backup(*(word.format(file) for word in verb))
    assert (ran.code, "cannot be" in ran.err, str(file) in ran.err) == (2, True, True)


def test_a_folder_in_which_an_installation_runs_is_not_replaced(opened: Site):
    from antrea_ci.install.lock import locked

    opened.store()
    work = work_folder(opened.folder / "busy")
    with locked(work):
        ran = opened.backup("restore", "--to", work.root, "--force")
    assert (ran.code, "works in" in ran.err) == (1, True)
    assert work.state_file.is_file()


def test_what_a_name_may_be(opened: Site):
    one = opened.store()
    for name in ("newest", str(one.name), one.ref, str(one.name).partition("/")[2], one.id, one.id[:5]):
        assert opened.backup("show", name).code == 0, name
    ran = opened.backup("show", "pre-instal/20261126T031500Z-00000000")
    assert (ran.code, "there is no backup" in ran.err) == (2, True)


def test_a_drill_restores_renders_and_notes_the_date(opened: Site, kustomize: Path):
    opened.store()
    ran = opened.backup("drill")
    assert (ran.code, ran.out.startswith("restored pre-install/")) == (0, True), ran.err
    assert "rendered anew, all as stored" in ran.out
    assert states(opened) == ["restored"]


def test_a_drill_without_identity_says_not_restored(site: Site):
    site.store()
    ran = site.backup("drill")
    assert (ran.code, ran.out.startswith("not restored: ")) == (0, True)
    assert states(site) == ["checked"]


def test_a_drill_removes_what_a_killed_one_has_left(opened: Site, kustomize: Path):
    opened.store()
    gone = subprocess.Popen(["true"])
    gone.wait()
    left = opened.folder / f"state/antrea-gitops/clusters/.antrea-gitops-{gone.pid}-x"
    left.mkdir(parents=True)
    assert opened.backup("drill").code == 0
    assert list(left.parent.iterdir()) == []


def test_a_drill_finds_rendered_files_that_do_not_follow_from_the_sources(opened: Site, kustomize: Path):
    (file, *_) = sorted((opened.repo / "rendered/install").iterdir())
    file.write_text(file.read_text() + "# by hand\n")
    git(opened.repo, "commit", "--quiet", "--all", "--message", "by hand")
    opened.store()
    ran = opened.backup("drill")
    assert (ran.code, "does not follow from the restored sources" in ran.out) == (1, True)
    assert states(opened) == ["checked"]


def test_a_drill_leaves_no_secret_behind(opened: Site, kustomize: Path, monkeypatch: pytest.MonkeyPatch):
    scratch = opened.folder / "tmp"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    opened.store()
    assert opened.backup("drill").code == 0
    assert list(scratch.iterdir()) == []


def test_rekey_lets_new_recipients_read_and_old_ones_no_more(opened: Site, monkeypatch: pytest.MonkeyPatch):
    for kind in (Kind.PRE_INSTALL, Kind.CLUSTER):
        opened.store(kind)
    opened.vault().push()
    before = opened.refs()
    new = new_key()
    opened.configure(recipients=[opened.keys[0].recipient, new.recipient])
    ran = opened.backup("rekey")
    assert ran.code == 0, ran.err
    after = opened.refs()
    assert (len(after), after == opened.refs(opened.repo)) == (2, True)
    assert not {*before} & {*after}
    for one in opened.vault().snapshots():
        assert opened.vault().secret_files(one, [new.identity])["installer/auth/kubeadmin-password"] == SECRET.encode()
        assert opened.keys[1].recipient not in one.recipients
    assert opened.backup("verify").code == 0
    assert "0 backups" in opened.backup("rekey").out


def test_rekey_leaves_old_ones_until_the_new_ones_are_in_the_remote(opened: Site):
    one = opened.store()
    opened.vault().push()
    opened.configure(recipients=[opened.keys[0].recipient])
    refuse_namespace(opened.remote, "refs/")
    ran = opened.backup("rekey")
    assert (ran.code, "1 old backup not removed" in ran.err) == (1, True)
    assert one.ref in opened.refs()
    assert one.ref in opened.refs(opened.repo)


def test_rekey_without_identity_changes_nothing(site: Site):
    site.store()
    site.configure(recipients=[site.keys[0].recipient])
    before = site.refs(site.repo)
    assert site.backup("rekey").code == 4
    assert site.refs(site.repo) == before


def test_export_gives_the_tar_of_the_article(opened: Site):
    opened.store()
    tar = opened.folder / "antrea-ocp.tar.gz"
    ran = opened.backup("export", "--tar", tar, "--format", "json")
    assert (ran.code, json.loads(ran.out)["secrets"]) == (0, True)
    assert tar.stat().st_mode & 0o777 == 0o600
    with tarfile.open(tar) as archive:
        names = archive.getnames()
    assert {name.partition("/")[0] for name in names} == {"deploy", "manifests", "install-config.yaml.tmp"}
    assert "manifests/cluster-config.yaml" in names
    assert subprocess.run(["tar", "tzf", tar], capture_output=True, check=True).stdout.decode().split() == names


def test_export_of_public_files_is_no_secret(site: Site):
    assert site.backup("create", "--public-only").code == 0
    tar = site.folder / "public.tar"
    ran = site.backup("export", "--tar", tar)
    assert (ran.code, "holds only what was rendered" in ran.out) == (0, True)
    assert tar.stat().st_mode & 0o777 == 0o644


def test_no_output_shows_a_secret(opened: Site):
    work_folder(opened.folder / "state/antrea-gitops/clusters/ocp.example.com")
    said = ""
    for argv in (
        ["create"],
        ["list", "--format", "json"],
        ["show"],
        ["verify"],
        ["restore", "--to", str(opened.folder / "to")],
        ["drill"],
        ["export", "--tar", str(opened.folder / "x.tar")],
    ):
        ran = opened.backup(*argv)
        assert ran.code == 0, (argv, ran.err)
        said += ran.out + ran.err
    for secret in (SECRET, "vcenter-canary", opened.keys[0].identity):
        assert secret not in said


def test_states_only_grow_with_proofs(opened: Site):
    opened.store()
    assert states(opened) == ["stored"]
    opened.backup("verify")
    assert states(opened) == ["checked"]
    opened.backup("restore", "--to", opened.folder / "to")
    opened.backup("verify")
    assert states(opened) == [State.RESTORED.value]
