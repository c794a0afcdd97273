"""A snapshot: what it is in Git, what it holds, what it never holds, and what it costs."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from antrea_ci.errors import AntreaGitopsError, MissingRequirementError
from antrea_ci.repo import ClusterRepo
from antrea_ci.vault import Kind, contents_of
from support.repos import commit, git, snapshot
from support.vaults import SECRET, Site, bytes_of_objects, new_key, work_folder


def size(repository: Path) -> int:
    return sum(path.stat().st_size for path in (repository / ".git").rglob("*") if path.is_file())


def test_a_snapshot_is_a_commit_without_parents_under_a_name_of_its_own(site: Site):
    one = site.store()
    assert one.ref == f"refs/antrea-gitops/pre-install/{one.time:%Y%m%dT%H%M%SZ}-{one.id}"
    assert git(site.repo, "rev-list", "--parents", one.ref) == one.object
    assert git(site.repo, "ls-tree", "--name-only", one.ref).split() == [
        "SHA256SUMS",
        "manifest.json",
        "public",
        "secret.age",
    ]


def test_of_snapshots_of_one_second_the_last_one_is_the_newest(site: Site):
    made = [site.store().name for _ in range(4)]
    assert sorted(made, key=lambda name: name.order) == made
    assert len({name.time for name in made}) == len(made)


def test_nothing_but_the_reference_changes(site: Site):
    (site.repo / "new.txt").write_text("not added")
    before = snapshot(site.repo), git(site.repo, "status", "--porcelain"), git(site.repo, "for-each-ref", "refs/heads")
    index = (site.repo / ".git/index").read_bytes()
    site.store()
    assert (
        snapshot(site.repo),
        git(site.repo, "status", "--porcelain"),
        git(site.repo, "for-each-ref", "refs/heads"),
    ) == before
    assert (site.repo / ".git/index").read_bytes() == index
    assert git(site.repo, "symbolic-ref", "HEAD") == "refs/heads/main"


def test_the_manifest_says_what_it_is_of_and_for_whom(site: Site):
    one = site.store()
    manifest = json.loads(git(site.repo, "cat-file", "blob", f"{one.ref}:manifest.json"))
    assert (manifest["commit"], manifest["cluster"]) == (site.head, "ocp.example.com")
    assert manifest["versions"] == {"antrea-gitops": "1"}
    assert manifest["secret"]["recipients"] == [key.recipient for key in site.keys]
    sealed = subprocess.run(
        ["git", "-C", site.repo, "cat-file", "blob", f"{one.ref}:secret.age"], capture_output=True, check=True
    )
    assert manifest["secret"]["size"] == len(sealed.stdout)


def test_the_sums_of_public_files_can_be_checked_without_this_tool(site: Site, tmp_path: Path):
    one = site.store()
    (tmp_path / "out").mkdir()
    archive = subprocess.run(["git", "-C", site.repo, "archive", one.ref], capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", tmp_path / "out"], input=archive, check=True)
    subprocess.run(["sha256sum", "--check", "--quiet", "../SHA256SUMS"], cwd=tmp_path / "out/public", check=True)


def test_no_secret_is_in_any_object(site: Site):
    site.store()
    everything = bytes_of_objects(site.repo)
    assert b'"event": "started"' in everything  # the journal is public
    for secret in (SECRET, "vcenter-canary", "RSA PRIVATE KEY"):
        assert secret.encode() not in everything


@pytest.mark.parametrize("number", [0, 1])
def test_each_recipient_reads_the_secret_files(site: Site, number: int):
    one = site.store()
    files = site.vault().secret_files(one, [site.keys[number].identity])
    assert files["installer/auth/kubeadmin-password"] == SECRET.encode()
    assert files == dict(site.contents().secret)


def test_public_files_are_the_commit_and_the_journal(site: Site):
    files = site.vault().public_files(site.store())
    assert files["source/cluster.yaml"] == (site.repo / "cluster.yaml").read_bytes()
    assert "journal.jsonl" in files
    assert not [name for name in files if name.startswith("installer/")]


def test_an_unchanged_snapshot_takes_no_new_ciphertext_and_little_room(site: Site):
    first = site.store()
    before = size(site.repo)
    second = site.store(Kind.MANUAL)
    assert size(site.repo) - before < 5 * 1024
    assert git(site.repo, "rev-parse", f"{first.ref}:secret.age") == git(
        site.repo, "rev-parse", f"{second.ref}:secret.age"
    )


def test_other_recipients_get_a_ciphertext_of_their_own(site: Site):
    first = site.store()
    site.configure(recipients=[new_key().recipient, site.keys[0].recipient])
    second = site.store()
    assert git(site.repo, "rev-parse", f"{first.ref}:secret.age") != git(
        site.repo, "rev-parse", f"{second.ref}:secret.age"
    )


def test_files_that_could_be_guessed_get_no_public_digest(site: Site, tmp_path: Path):
    work = work_folder(tmp_path / "guessable")
    work.state_file.write_text("{}")
    one, two = site.store(work=work), site.store(work=work)
    manifest = json.loads(git(site.repo, "cat-file", "blob", f"{one.ref}:manifest.json"))
    assert manifest["secret"]["contents"] is None
    assert git(site.repo, "rev-parse", f"{one.ref}:secret.age") != git(site.repo, "rev-parse", f"{two.ref}:secret.age")


def test_two_snapshots_of_the_same_second_are_two(site: Site):
    names = {site.store(Kind.MANUAL).ref for _ in range(3)}
    assert len(names) == 3


def test_secret_files_without_recipients_are_refused(site: Site):
    site.configure(recipients=[])
    with pytest.raises(AntreaGitopsError, match="recipients is empty"):
        site.store()
    assert not site.refs(site.repo)


def test_a_recipient_may_be_an_ssh_key(site: Site, tmp_path: Path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    site.configure(recipients=[(tmp_path / "key.pub").read_text().strip()])
    one = site.store()
    assert (
        site.vault().secret_files(one, [(tmp_path / "key").read_text()])["installer/auth/kubeconfig"]
        == b"kind: Config\n"
    )


def test_without_identity_the_message_names_who_could_read_it(site: Site):
    one = site.store()
    with pytest.raises(MissingRequirementError, match="ANTREA_GITOPS_AGE_IDENTITY is not set") as caught:
        site.vault().secret_files(one, [])
    assert site.keys[0].recipient in caught.value.why


def test_another_identity_does_not_open_it(site: Site):
    stranger = new_key()
    with pytest.raises(AntreaGitopsError, match="does not open this backup") as caught:
        site.vault().secret_files(site.store(), [stranger.identity])
    assert stranger.identity not in caught.value.as_text()


def test_permissions_come_back(site: Site):
    one = site.store()
    store = site.vault().store_of_clone
    files = store.secret_files(one.object, store.manifest(one.object), [site.keys[0].identity])
    assert files.mode("installer/.openshift_install_state.json") == 0o640


def _linked(site: Site) -> Path:
    git(site.repo, "worktree", "add", "--quiet", str(site.folder / "linked"), "-b", "other")
    return site.folder / "linked"


def _shallow(site: Site) -> Path:
    subprocess.run(["git", "clone", "--quiet", "--depth=1", f"file://{site.repo}", site.folder / "shallow"], check=True)
    return site.folder / "shallow"


def _detached(site: Site) -> Path:
    git(site.repo, "checkout", "--quiet", "--detach")
    return site.repo


def _copied(site: Site, to: Path, *options: str, top: Path | None = None) -> Path:
    """The files of the repository in another one."""
    top = top or to
    top.mkdir()
    git(top, "init", "--quiet", *options)
    shutil.copytree(site.repo, to, ignore=shutil.ignore_patterns(".git"), dirs_exist_ok=True)
    commit(top)
    return to


def _sha256(site: Site) -> Path:
    return _copied(site, site.folder / "sha256", "--object-format=sha256")


def _below(site: Site) -> Path:
    return _copied(site, site.folder / "top/clusters/ocp", top=site.folder / "top")


@pytest.mark.parametrize("kind", [_linked, _shallow, _detached, _sha256, _below], ids=lambda kind: kind.__name__)
def test_every_form_of_repository_has_a_vault(site: Site, kind: Callable[[Site], Path], tmp_path: Path):
    site.configure(remote=None)
    root = kind(site)
    head = git(root, "rev-parse", "HEAD")
    contents = contents_of(ClusterRepo.at(root), head, work_folder(tmp_path / "work"))
    one = site.vault(root).store(Kind.MANUAL, contents, commit=head, versions={})
    found = site.vault(root).newest()
    assert found is not None
    assert found.name == one.name
    assert site.vault(root).public_files(found) == dict(contents.public)
    assert site.vault(root).secret_files(found, [site.keys[0].identity]) == dict(contents.secret)
    assert git(root, "status", "--porcelain") == ""
    assert found.commit == head


def test_the_start_of_a_name_is_enough_where_one_backup_has_it(site: Site):
    one = site.store(Kind.MANUAL)
    for text in (one.id[:4], str(one.name)[:12], str(one.name).partition("/")[2][:10], one.ref):
        assert str(one.name) in site.backup("show", text).out, text
    other = site.store(Kind.MANUAL)
    ran = site.backup("show", str(one.name)[:12])
    assert (ran.code, str(one.name) in ran.err, str(other.name) in ran.err) == (2, True, True)


def test_files_that_were_only_touched_are_not_called_changed(site: Site):
    file = site.repo / "cluster.yaml"
    file.touch()
    index = (site.repo / ".git/index").read_bytes()
    assert "not committed" not in site.backup("create").err
    file.write_text(file.read_text() + "# mine\n")
    (site.repo / "new").touch()
    assert "2 files with changes" in site.backup("create").err
    assert (site.repo / ".git/index").read_bytes() == index


def test_what_create_answers_agrees_with_what_was_sent(site: Site):
    made = json.loads(site.backup("create", "--format", "json").out)
    assert made["pushed"]["done"] == [made["snapshot"]["name"]]
    assert made["snapshot"]["pushed"] is True
