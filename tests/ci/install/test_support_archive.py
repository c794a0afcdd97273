"""The support archive: all that helps, nothing that is secret."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from antrea_ci import redaction
from antrea_ci.install.support_archive import write
from antrea_ci.install.workdir import WorkDir
from antrea_ci.redaction.parts import secrets_of
from antrea_ci.repo import ClusterRepo
from support.canary import assert_nowhere, plant

PLANTED = plant()
GENERATED = {"kubeadmin": "aBcDe-12345-fGhIj-67890"}


@pytest.fixture
def failed(tmp_path: Path) -> tuple[WorkDir, ClusterRepo]:
    """A work folder and a repository after a failure, with the planted secrets in all that is there."""
    work, repo = WorkDir(tmp_path / "work"), ClusterRepo(tmp_path / "repo")
    spilt = "\n".join(f"level=debug msg={json.dumps(mark)}" for mark in {**PLANTED.marks, **GENERATED}.values())
    work.make()
    for path, text in {
        work.journal_file: '{"event": "installed"}\n',
        work.installer / "auth" / "kubeadmin-password": GENERATED["kubeadmin"],
        work.state_file: json.dumps({"all": PLANTED.marks}),
        work.metadata_file: spilt,
        work.bootstrap_ignition_file: spilt,
        work.log_file: spilt,
        work.manifests / "cluster-config.yaml": "kind: ConfigMap\n",
        work.openshift / "99_cloud-creds-secret.yaml": "kind: Secret\nstringData: {password: abc}\n",
        work.manifests / "cloud.yaml": f"kind: ConfigMap\nx: {PLANTED.marks['nsx']}\n",
        work.support / "log-bundle.tar.gz": spilt,
        repo.report / "report.json": json.dumps({"why": PLANTED.marks["vcenter"], "exit": 5}),
        repo.logs / "install.log": f"first line\n{spilt}\n",
        repo.logs / "support-1.tar.gz": "an older archive",
        repo.rendered / "operator.yaml": "kind: Deployment\n",
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    redaction.learn(part for secret in secrets_of(PLANTED.environment) for part in secret.parts)
    return work, repo


def test_what_is_in_it(failed: tuple[WorkDir, ClusterRepo], tmp_path: Path) -> None:
    archive = write(*failed, tmp_path / "logs" / "support.tar.gz", {"outcome.json": b"{}"})
    with tarfile.open(archive) as found:
        assert set(found.getnames()) == {
            "README.txt",
            "journal.jsonl",
            "logs/install.log",
            "logs/openshift_install.log",
            "manifests.txt",
            "outcome.json",
            "report/report.json",
            "versions.txt",
        }
        report = found.extractfile("report/report.json")
        assert report is not None
        assert json.loads(report.read()) == {"why": "***", "exit": 5}


def test_no_secret_is_in_it(failed: tuple[WorkDir, ClusterRepo], tmp_path: Path) -> None:
    extra = {"outcome.json": json.dumps(PLANTED.marks).encode()}
    archive = write(*failed, tmp_path / "support.tar.gz", extra)
    assert_nowhere(PLANTED.marks | GENERATED, archive)


def test_a_digest_would_let_a_password_be_guessed(failed: tuple[WorkDir, ClusterRepo], tmp_path: Path) -> None:
    archive = write(*failed, tmp_path / "support.tar.gz", {})
    with tarfile.open(archive) as found:
        member = found.extractfile("manifests.txt")
        assert member is not None
        told = {name: digest.strip() for digest, _, name in (line.decode().strip().rpartition("  ") for line in member)}
    assert told["openshift/99_cloud-creds-secret.yaml"] == told["manifests/cloud.yaml"] == "(holds a secret)"
    assert len(told["manifests/cluster-config.yaml"]) == len(told["rendered/install/operator.yaml"]) == 64


def test_an_archive_that_is_there_stays(failed: tuple[WorkDir, ClusterRepo], tmp_path: Path) -> None:
    (tmp_path / "support.tar.gz").write_text("kept")
    with pytest.raises(FileExistsError):
        write(*failed, tmp_path / "support.tar.gz", {})
    assert (tmp_path / "support.tar.gz").read_text() == "kept"
    assert not list(tmp_path.glob(".antrea-gitops-*"))


def test_of_a_very_long_log_its_end(
    failed: tuple[WorkDir, ClusterRepo], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("antrea_ci.install.support_archive._LONGEST_LOG", 100)
    (failed[1].logs / "install.log").write_text("".join(f"line {number}\n" for number in range(1000)))
    with tarfile.open(write(*failed, tmp_path / "support.tar.gz", {})) as found:
        log = found.extractfile("logs/install.log")
        assert log is not None
        lines = log.read().decode().splitlines()
    assert lines[-1] == "line 999"
    assert 5 < len(lines) < 15


def test_an_installation_that_left_nothing(tmp_path: Path) -> None:
    archive = write(WorkDir(tmp_path / "none"), ClusterRepo(tmp_path / "none"), tmp_path / "support.tar.gz", {})
    with tarfile.open(archive) as found:
        assert found.getnames() == ["README.txt", "versions.txt", "manifests.txt"]
