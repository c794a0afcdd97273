"""Every byte counts: a flipped one is found, wherever it is, and named."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.vault import Kind
from antrea_ci.vault.manifest import Manifest
from support.repos import git
from support.vaults import Site


@pytest.fixture
def opened(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("ANTREA_GITOPS_AGE_IDENTITY", site.keys[0].identity)
    site.configure(remote=None)
    return site


def objects_of(repo: Path, ref: str) -> dict[str, str]:
    """The ids of everything that a snapshot is made of, with their paths."""
    listed = git(repo, "rev-list", "--objects", ref)
    return {line.split(" ")[0]: line.partition(" ")[2] for line in listed.splitlines()}


def flip(path: Path, at: int) -> None:
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[at] ^= 0x01
    path.write_bytes(data)


def problems(site: Site) -> list[str]:
    ran = site.backup("verify", "--format", "json")
    found = json.loads(ran.out)["snapshots"]
    told = [problem for one in found for problem in one["problems"]]
    assert ran.code == int(bool(told))
    return told


def test_a_sound_vault_is_checked_and_opened(opened: Site):
    opened.store()
    ran = opened.backup("verify", "--format", "json")
    (found,) = json.loads(ran.out)["snapshots"]
    assert (ran.code, found["ok"], found["opened"]) == (0, True, True)
    assert {one.state.value for one in opened.vault().snapshots()} == {"checked"}


def test_a_byte_that_changed_in_any_object_is_found_and_named(opened: Site):
    one = opened.store()
    everything = objects_of(opened.repo, one.ref)
    own = [found for found in everything.items() if not found[1].startswith("public/source/")]
    for object_id, path in [*own, *list(everything.items())[-3:]]:
        file = opened.repo / f".git/objects/{object_id[:2]}/{object_id[2:]}"
        before = file.read_bytes()
        for at in (len(before) // 2, len(before) - 1)[: 1 if path.startswith("public") else 2]:
            flip(file, at)
            told = problems(opened)
            assert told, (path, at)
            assert any(object_id[:12] in problem or (path and path in problem) for problem in told), (path, told)
            file.write_bytes(before)
    assert problems(opened) == []


def test_a_byte_that_changed_in_a_pack_is_found(opened: Site):
    opened.store()
    git(opened.repo, "gc", "--quiet")
    (pack,) = (opened.repo / ".git/objects/pack").glob("*.pack")
    before = pack.read_bytes()
    clean = problems(opened)
    found = 0
    for at in range(20, len(before) - 20, max(1, len(before) // 12)):
        flip(pack, at)
        ran = opened.backup("verify", "--format", "json")
        found += ran.code == 1
        pack.write_bytes(before)
    # Some bytes are those of files of the code that no snapshot holds.
    assert (clean, found > 6) == ([], True)


def test_a_reference_that_names_another_snapshot_is_found(opened: Site):
    one, other = opened.store(Kind.MANUAL), opened.store(Kind.NIGHTLY)
    git(opened.repo, "update-ref", one.ref, other.object)
    assert problems(opened) == [f"its manifest is that of {other.name}"]


def replaced(site: Site, ref: str, name: str, data: bytes) -> None:
    """Writes the snapshot's commit anew with another content of one file, as somebody with rights could."""
    blob = (
        subprocess.run(
            ["git", "-C", site.repo, "hash-object", "-w", "--stdin"], input=data, capture_output=True, check=True
        )
        .stdout.decode()
        .strip()
    )
    lines = git(site.repo, "ls-tree", ref).splitlines()
    entries = [f"100644 blob {blob}\t{name}" if line.endswith(f"\t{name}") else line for line in lines]
    tree = (
        subprocess.run(
            ["git", "-C", site.repo, "mktree"], input="\n".join(entries).encode(), capture_output=True, check=True
        )
        .stdout.decode()
        .strip()
    )
    git(site.repo, "update-ref", ref, git(site.repo, "commit-tree", "-m", "x", tree))


def test_a_ciphertext_that_was_replaced_is_found(opened: Site):
    one = opened.store()
    replaced(opened, one.ref, "secret.age", b"age-encryption.org/v1\n")
    assert problems(opened) == ["secret.age differs from its digest in manifest.json"]


def test_sums_that_were_replaced_are_found(opened: Site):
    one = opened.store()
    replaced(opened, one.ref, "SHA256SUMS", b"")
    assert problems(opened)[0] == "SHA256SUMS differs from its digest in manifest.json"


def test_a_manifest_that_cannot_be_read_is_told_by_list_and_verify(opened: Site):
    one = opened.store()
    replaced(opened, one.ref, "manifest.json", b"{}")
    assert "manifest.json cannot be read" in problems(opened)[0]
    listed = opened.backup("list")
    assert (listed.code, "damaged: manifest.json cannot be read" in listed.out) == (0, True)


def test_without_identity_it_says_what_was_not_compared(opened: Site, monkeypatch: pytest.MonkeyPatch):
    opened.store()
    monkeypatch.delenv("ANTREA_GITOPS_AGE_IDENTITY")
    ran = opened.backup("verify")
    assert (ran.code, "were not compared: ANTREA_GITOPS_AGE_IDENTITY is not set" in ran.out) == (0, True)


def test_what_is_only_in_the_remote_is_read_too(site: Site):
    one = site.store()
    site.vault().push()
    clone = site.clone("other")
    ran = site.backup("verify", str(one.name), repo=clone)
    assert (ran.code, ran.out.splitlines()[0]) == (0, "1 backup checked, 0 damaged")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is no JSON"),
        (b"[" * 100_000, "it is no JSON"),
        (b"[]", "the whole is no mapping"),
        (b'{"format": "antrea-gitops/vault/v2"}', "its format is antrea-gitops/vault/v2"),
        (b'{"format": "antrea-gitops/vault/v1", "kind": true, "public": {}}', "kind is missing or of another type"),
        (b'{"format": "antrea-gitops/vault/v1", "public": []}', "public is no mapping"),
    ],
)
def test_a_manifest_that_nobody_of_us_wrote_is_refused_with_the_place(data: bytes, said: str):
    with pytest.raises(AntreaGitopsError, match="cannot be read: ") as caught:
        Manifest.parse(data)
    assert said in caught.value.message


def test_a_look_at_the_list_loads_no_models(site: Site):
    """Their import takes longer than all the rest: the list is to be there within half a second."""
    site.store()
    code = (
        "import sys; from antrea_generator.cli import main; "
        f"main(['-C', {str(site.repo)!r}, 'backup', 'list']); print('pydantic' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert said.splitlines()[1:] == ["False"]
