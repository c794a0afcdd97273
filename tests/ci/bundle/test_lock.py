"""bundle.lock.yaml: what it says, that it survives YAML, and that every later change of the bundle is found."""

from __future__ import annotations

import dataclasses

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from antrea_ci.bundle.contents import load_bundle
from antrea_ci.bundle.importer import import_bundle, lock_and_kustomization
from antrea_ci.bundle.lock import Lock, LockedPlaceholder, read_lock, verify_lock, write_kustomization, write_lock
from antrea_ci.errors import FindingsError
from antrea_ci.repo import ClusterRepo
from support.bundles import bundle_files, deploy_tree, empty_repo, nsx_cert, write_archive

LOCK = Lock(
    archive_name="deploy.tar.gz",
    archive_sha256="ab" * 32,
    flavour="openshift",
    operator_version="v1.14.1",
    image_fields=("antreaImage",),
    placeholders=(LockedPlaceholder("operator.yaml", 22, "ReplaceOperatorImage"),),
    left_out=(("nsx-cert.yaml", "not filled in: tls.crt is empty"),),
    files=(("README.md", "cd" * 32), ("namespace.yaml", "0" * 64), ("nsx-cert.yaml", "1e" + "0" * 62)),
)

TEXT = """\
# Written by `antrea-gitops bundle import`. Do not edit: the vendor's files beside it are kept byte for byte.
archive:
  name: deploy.tar.gz
  sha256: abababababababababababababababababababababababababababababababab
flavour: openshift
operatorVersion: v1.14.1
imageFields:
  - antreaImage
placeholders:
  - file: operator.yaml
    line: 22
    value: ReplaceOperatorImage
leftOut:
  - file: nsx-cert.yaml
    reason: "not filled in: tls.crt is empty"
files:
  - name: README.md
    sha256: cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd
  - name: namespace.yaml
    sha256: "0000000000000000000000000000000000000000000000000000000000000000"
  - name: nsx-cert.yaml
    sha256: "1e00000000000000000000000000000000000000000000000000000000000000"
"""

KUSTOMIZATION = """\
# Written by `antrea-gitops bundle import`. Do not edit: what is to differ from the vendor's files goes into
# ../overlays/install. Listed here is what is installed together with the cluster (phase 1).
# Left out: nsx-cert.yaml: not filled in: tls.crt is empty.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - namespace.yaml
"""


@pytest.fixture
def repo(tmp_path_factory: pytest.TempPathFactory) -> ClusterRepo:
    """A repository with an imported bundle that has an unfilled nsx-cert."""
    folder = tmp_path_factory.mktemp("repo")
    repo = empty_repo(folder / "ocp")
    files = deploy_tree(openshift={**bundle_files(), "nsx-cert.yaml": nsx_cert(), "README.md": b"# Antrea\n"})
    import_bundle(repo, write_archive(folder / "deploy.tar.gz", files), "openshift")
    return repo


def test_the_texts():
    assert write_lock(LOCK).decode() == TEXT
    assert write_kustomization(LOCK).decode() == KUSTOMIZATION


def test_what_the_archive_does_not_tell_is_left_out():
    assert "operatorVersion" not in write_lock(dataclasses.replace(LOCK, operator_version=None)).decode()


def test_empty_lists_stay_lists():
    empty = dataclasses.replace(LOCK, image_fields=(), placeholders=(), left_out=(), files=())
    assert read_lock(write_lock(empty), "lock") == empty


# Anything a file can be called, with the words and numbers that YAML readers take for something else.
names = st.one_of(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1),
    st.sampled_from(
        ["on", "no", "null", "~", "0x1F", "1e5", "1_000", "a: b", "- x", "#x", "a #b", " a", "true", "2026-01-01"]
    ),
)
hashes = st.text("0123456789abcdef", min_size=64, max_size=64) | st.text("0123456789e", min_size=64, max_size=64)


@settings(deadline=None)
@given(names, hashes, st.lists(st.tuples(names, hashes)), st.none() | names)
def test_every_string_survives(name: str, digest: str, files: list[tuple[str, str]], version: str | None):
    lock = dataclasses.replace(
        LOCK,
        archive_name=name,
        archive_sha256=digest,
        files=tuple(files),
        left_out=((name, name),),
        operator_version=version,
    )
    text = write_lock(lock)
    assert read_lock(text, "lock") == lock
    # Any other reader of YAML sees the same.
    assert yaml.safe_load(text)["archive"] == {"name": name, "sha256": digest}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("flavour: openshift", "flavour: 1", "flavour must be a string"),
        ("line: 22", "line: x", "placeholders.0.line must be a number"),
        ("files:", "file:", "files must be a list"),
        ("  sha256: abab", "  sha: abab", "archive.sha256 must be a string"),
    ],
)
def test_a_lock_of_another_shape(old: str, new: str, message: str):
    with pytest.raises(FindingsError) as caught:
        read_lock(TEXT.replace(old, new).encode(), "antrea/bundle/bundle.lock.yaml")
    (finding,) = caught.value.findings
    assert (finding.rule, finding.message) == ("bundle/lock-invalid", message)
    assert finding.location.file == "antrea/bundle/bundle.lock.yaml"


def test_the_embedded_bundles_lock_comes_from_the_same_code(repo: ClusterRepo):
    lock = read_lock(repo.bundle_lock_file.read_bytes(), "lock")
    made = lock_and_kustomization(load_bundle(repo, "openshift"), lock.archive_name, lock.archive_sha256)
    assert made == {
        "bundle.lock.yaml": repo.bundle_lock_file.read_bytes(),
        "kustomization.yaml": repo.bundle_kustomization_file.read_bytes(),
    }


def findings(repo: ClusterRepo) -> list[tuple[str, str]]:
    return [(finding.rule, finding.location.file) for finding in verify_lock(repo)]


def test_a_fresh_import_has_no_findings(repo: ClusterRepo):
    assert findings(repo) == []


def test_a_missing_lock(repo: ClusterRepo):
    repo.bundle_lock_file.unlink()
    assert findings(repo) == [("bundle/lock-missing", "antrea/bundle/bundle.lock.yaml")]


def test_a_lock_with_conflict_markers(repo: ClusterRepo):
    repo.bundle_lock_file.write_text("<<<<<<< HEAD\narchive:\n")
    ((rule, file),) = findings(repo)
    assert (rule, file) == ("yaml/syntax", "antrea/bundle/bundle.lock.yaml")


def test_every_difference_is_told_at_once_with_a_remedy(repo: ClusterRepo):
    (repo.bundle / "role.yaml").write_bytes((repo.bundle / "role.yaml").read_bytes().replace(b"\n", b"\r\n"))
    (repo.bundle / "namespace.yaml").unlink()
    (repo.bundle / "extra.yaml").write_text("a: 1\n")
    repo.bundle_kustomization_file.write_text("resources: []\n")
    assert findings(repo) == [
        ("bundle/file-unlisted", "antrea/bundle/extra.yaml"),
        ("bundle/kustomization-changed", "antrea/bundle/kustomization.yaml"),
        ("bundle/file-missing", "antrea/bundle/namespace.yaml"),
        ("bundle/file-changed", "antrea/bundle/role.yaml"),
    ]
    assert all(finding.fix for finding in verify_lock(repo))


def test_a_missing_kustomization(repo: ClusterRepo):
    repo.bundle_kustomization_file.unlink()
    assert findings(repo) == [("bundle/kustomization-changed", "antrea/bundle/kustomization.yaml")]
