"""Locking: cluster.yaml gets the digest of each tag, and not one other byte changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.images.lock import locked
from antrea_ci.images.registry import Found
from antrea_ci.images.verify import Verified, Wanted
from antrea_ci.model.effective import Cluster, examine
from support.small import cluster_repo

A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
HEAD = "apiVersion: antrea-gitops/v1\nflavour: openshift\nopenshift: {version: 4.12.45}\n"
IMAGES = """\
# über alles
images:   # all of them
  antrea:    'r.example.org/antrea-ubi:v1'   # quoted
  operator: "r.example.org/antrea-operator:v1"

  # not yet
nsx: {enabled: false}
"""


def cluster_of(folder: Path, images: str) -> Cluster:
    repo = cluster_repo(folder / "repository")
    repo.cluster_file.write_bytes((HEAD + images).encode())
    cluster, findings = examine(repo)
    assert cluster is not None, findings
    return cluster


def lock(cluster: Cluster, **digests: str) -> str:
    answers = [
        Verified(Wanted(f"r.example.org/{name.replace('_', '-')}:v1", ()), (("", Found(digest)),))
        for name, digest in digests.items()
    ]
    return locked(cluster, answers)[0]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_only_the_references_change(tmp_path: Path, ends: str):
    text = (HEAD + IMAGES).replace("\n", ends)
    cluster = cluster_of(tmp_path, IMAGES)
    cluster.repo.cluster_file.write_bytes(text.encode())
    cluster = examine(cluster.repo)[0] or cluster
    after = lock(cluster, antrea_ubi=A, antrea_operator=B)
    assert after == text.replace("ubi:v1'", f"ubi:v1@{A}'").replace('operator:v1"', f'operator:v1@{B}"')


def test_a_tag_that_gives_another_image_now_is_locked_anew_and_the_same_one_changes_nothing(tmp_path: Path):
    cluster = cluster_of(tmp_path, IMAGES.replace("ubi:v1'", f"ubi:v1@{A}'"))
    assert f"ubi:v1@{B}'" in lock(cluster, antrea_ubi=B)
    assert lock(cluster, antrea_ubi=A) == HEAD + IMAGES.replace("ubi:v1'", f"ubi:v1@{A}'")


def test_flow_style_and_anchors_stay(tmp_path: Path):
    images = "images: {operator: &o r.example.org/antrea-operator:v1, antrea: r.example.org/antrea-ubi:v1}\n"
    after = lock(cluster_of(tmp_path, images), antrea_ubi=A, antrea_operator=B)
    assert after == HEAD + images.replace("operator:v1", f"operator:v1@{B}").replace("ubi:v1", f"ubi:v1@{A}")


def test_what_is_written_in_a_way_that_cannot_be_edited_is_said(tmp_path: Path):
    images = "images:\n  operator: r.example.org/antrea-operator:v1\n  antrea: >-\n    r.example.org/antrea-ubi:v1\n"
    with pytest.raises(AntreaGitopsError) as raised:
        lock(cluster_of(tmp_path, images), antrea_ubi=A)
    assert f"antrea: r.example.org/antrea-ubi:v1@{A}" in raised.value.as_text()
