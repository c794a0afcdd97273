"""The installer is the locked, verified one, or one that was given; another version is refused and named."""

from __future__ import annotations

from pathlib import Path

import pytest

from antrea_ci.errors import AntreaGitopsError, MissingRequirementError
from antrea_ci.installer import Installer, find_installer
from antrea_ci.model.effective import Cluster, load
from antrea_ci.tools.catalogue import platform
from support.machine import isolate, script
from support.small import cluster_repo

_LOCK = """\
tools:
  openshift-install:
    version: {version}
    url: https://mirror.openshift.com/pub/openshift-v4/clients/ocp/{{version}}/{{archive}}
    sha256: {{{sums}}}
"""
# What builds of both generations print, as recorded, and a release.
_RELEASE = "openshift-install {version}\\nbuilt from commit 0123\\nrelease image quay.io/o/ocp-release@sha256:00\\n"
_OWN_BUILD = "openshift-install v413\\nrelease image registry.ci.openshift.org/origin/release:4.12\\n"


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    return load(cluster_repo(tmp_path / "repo"))


def program(folder: Path, answer: str, code: int = 0) -> Path:
    return script(folder, "openshift-install", f"[ \"$1\" = version ] || exit 9\nprintf '{answer}'\nexit {code}")


def test_a_given_one_with_the_clusters_version_is_taken(cluster: Cluster, tmp_path: Path) -> None:
    path = program(tmp_path, _RELEASE.format(version="4.12.45"))
    assert find_installer(cluster, path, any_version=False) == Installer(path, "4.12.45", 12)


def test_a_given_one_may_tell_the_path_it_was_called_by(cluster: Cluster, tmp_path: Path) -> None:
    path = program(tmp_path, "/opt/bin/openshift-install v4.12.45\\n")
    assert find_installer(cluster, path, any_version=False).minor == 12


def test_another_version_is_refused_with_both_and_the_ways_out(cluster: Cluster, tmp_path: Path) -> None:
    path = program(tmp_path, _RELEASE.format(version="4.12.44"))
    with pytest.raises(AntreaGitopsError, match=r"is version 4\.12\.44, and cluster\.yaml wants 4\.12\.45") as raised:
        find_installer(cluster, path, any_version=False)
    assert raised.value.exit_code == 1
    assert "--any-version" in raised.value.fix
    assert "--installer" in raised.value.fix


@pytest.mark.parametrize(
    ("answer", "version", "minor"),
    [
        (_RELEASE.format(version="4.18.3"), "4.18.3", 18),
        (_OWN_BUILD, "v413", 12),
        ("openshift-install v418\\nrelease image registry.ci.openshift.org/origin/release:4.18\\n", "v418", 18),
        ("openshift-install unreleased-master-4160-gcf96\\n", "unreleased-master-4160-gcf96", 12),
        ("openshift-install v4.16.0-202410091234.p0\\n", "v4.16.0-202410091234.p0", 16),
        ("something else\\n", "", 12),
    ],
)  # fmt: skip
def test_any_version_is_taken_when_that_is_wanted(
    cluster: Cluster, tmp_path: Path, answer: str, version: str, minor: int
) -> None:
    """The minor comes from what the program tells of itself or its release image, else from cluster.yaml."""
    path = program(tmp_path, answer)
    with pytest.raises(AntreaGitopsError):
        find_installer(cluster, path, any_version=False)
    assert find_installer(cluster, path, any_version=True) == Installer(path, version, minor)


@pytest.mark.parametrize("any_version", [False, True])
def test_a_program_that_is_no_installer_is_refused(cluster: Cluster, tmp_path: Path, any_version: bool) -> None:
    with pytest.raises(AntreaGitopsError, match="failed with exit code 3"):
        find_installer(cluster, program(tmp_path, "no\\n", code=3), any_version=any_version)


def test_a_given_one_that_is_not_there_or_cannot_run_is_a_missing_requirement(cluster: Cluster, tmp_path: Path) -> None:
    with pytest.raises(MissingRequirementError, match="no such program"):
        find_installer(cluster, tmp_path / "none", any_version=False)
    (tmp_path / "plain").write_text("")
    with pytest.raises(MissingRequirementError, match="not executable") as raised:
        find_installer(cluster, tmp_path / "plain", any_version=False)
    assert raised.value.fix.startswith("chmod +x ")


def test_the_release_image_override_is_not_asked_about(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENSHIFT_INSTALL_RELEASE_IMAGE_OVERRIDE", "r.example.com/x:1")
    asked = script(tmp_path, "openshift-install", 'env >"$0.env"; echo openshift-install 4.12.45')
    find_installer(cluster, asked, any_version=False)
    assert "OVERRIDE" not in (tmp_path / "openshift-install.env").read_text()


def test_without_a_checksum_the_locked_one_is_refused_and_the_ways_are_named(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(monkeypatch, tmp_path)
    cluster.repo.tools_lock_file.write_text(_LOCK.format(version="4.12.45", sums=""))
    with pytest.raises(MissingRequirementError, match="no checksum is locked") as raised:
        find_installer(cluster, None, any_version=False)
    assert raised.value.exit_code == 4
    assert "antrea-gitops tools lock" in raised.value.fix
    assert "PATH" in raised.value.fix


def test_the_locked_one_may_be_the_one_of_the_path(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = isolate(monkeypatch, tmp_path)
    cluster.repo.tools_lock_file.write_text(_LOCK.format(version="4.12.45", sums=""))
    path = script(programs, "openshift-install", "echo openshift-install 4.12.45")
    assert find_installer(cluster, None, any_version=False) == Installer(path, "4.12.45", 12)


def test_a_lock_of_another_version_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    cluster.repo.tools_lock_file.write_text(_LOCK.format(version="4.12.44", sums=f"{platform()}: '{'0' * 64}'"))
    with pytest.raises(AntreaGitopsError, match=r"locks openshift-install 4\.12\.44.*wants 4\.12\.45") as raised:
        find_installer(cluster, None, any_version=False)
    assert "antrea-gitops tools lock" in raised.value.fix
