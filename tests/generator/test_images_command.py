"""`images` as a user meets it: from the vendor's archives to a locked, verified repository."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
import yaml

from antrea_ci.repo import ClusterRepo
from antrea_generator.cli import main
from support.authority import Authority
from support.image_archives import Image, docker_save, oci_layout, write
from support.install_configs import text_of
from support.programs import program, search_path
from support.registries import PASSWORD, USER, Gate, pull_secret, registry, storage
from support.small import cluster_repo

TAG = "v1.13.1_vmware.1"
PULL_SECRET, LOGIN = "ANTREA_GITOPS_PULL_SECRET", "ANTREA_GITOPS_SECRET_REGISTRY"
Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    """`images` in the cluster's repository: its exit code and both outputs."""

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        code = main(["-C", str(tmp_path / "ocp"), "images", *map(str, arguments)])
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Gate]:
    """A registry with TLS of the site's authority that wants a login; the cluster at ``ocp`` has its images there."""
    program("skopeo")
    monkeypatch.setenv("PATH", search_path())
    authority = Authority(tmp_path)
    with storage() as stored, registry(stored, authority.server("127.0.0.1"), login="bearer") as opened:
        repository(tmp_path, opened.host, additionalTrustBundle=authority.pem, additionalTrustBundlePolicy="Always")
        monkeypatch.setenv(PULL_SECRET, pull_secret(opened.host))
        yield opened


def repository(folder: Path, host: str, **config: object) -> ClusterRepo:
    images = {"operator": f"{host}/vmw/antrea-operator:{TAG}", "antrea": f"{host}/vmw/antrea-ubi:{TAG}"}
    repo = cluster_repo(folder / "ocp", openshift={"version": "4.18.9"}, images=images)
    repo.install_config_file.write_text(text_of("none", config))
    return repo


def archives(folder: Path) -> list[Path]:
    operator = docker_save({Image("operator"): [f"antrea/antrea-operator:{TAG}"]})
    return [
        write(folder / f"antrea-operator-{TAG}.tar.gz", operator, packed=True),
        write(folder / f"antrea-ubi-{TAG}.tar", oci_layout({Image("ubi"): TAG})),
    ]


def test_from_archives_to_a_locked_repository(gate: Gate, cli: Cli, tmp_path: Path):
    code, out, _ = cli("verify")
    assert (code, out.count("there is no such image")) == (1, 2)
    code, out, err = cli("push", *archives(tmp_path))
    assert (code, out.count("pushed: "), err.count("pushing")) == (0, 2, 2), out + err
    code, out, err = cli("push", *archives(tmp_path))
    assert (code, out.count("already there: "), err.count("pushing")) == (0, 2, 0)
    code, out, _ = cli("lock")
    assert (code, "Next: antrea-gitops render" in out) == (0, True)
    images = yaml.safe_load((tmp_path / "ocp" / "cluster.yaml").read_text())["images"]
    assert all(f":{TAG}@sha256:" in reference for reference in images.values())
    before = (tmp_path / "ocp" / "cluster.yaml").read_bytes()
    assert cli("lock")[:2] == (0, "cluster.yaml is locked to these digests already\n")
    assert (tmp_path / "ocp" / "cluster.yaml").read_bytes() == before
    code, out, _ = cli("verify", "--format", "json")
    told = json.loads(out)
    assert (code, told["findings"], [one["reference"] for one in told["images"]]) == (0, [], list(images.values()))
    code, out, _ = cli("plan", "--format", "json")
    assert [one["digest"] for one in json.loads(out)["images"]] == [one["digest"] for one in told["images"]]


def test_the_login_that_pushes_may_be_another_and_is_never_shown(
    gate: Gate, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(PULL_SECRET, pull_secret(gate.host, "reader:of-the-nodes"))
    monkeypatch.setenv(LOGIN, f"{USER}:{PASSWORD}")
    code, out, err = cli("push", *archives(tmp_path), "--with", "crane")
    assert (code, PASSWORD in out + err) == (0, False)
    code, out, err = cli("verify")
    assert (code, out.count("preflight/image-login"), "of-the-nodes" in out + err) == (1, 2, False)


def test_all_faults_of_all_archives_are_told_at_once_and_nothing_is_pushed(gate: Gate, cli: Cli, tmp_path: Path):
    good, _ = archives(tmp_path)
    arm = write(tmp_path / "arm.tar", docker_save({Image("x", "arm64"): [f"antrea/antrea-ubi:{TAG}"]}))
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(good.read_bytes()[:-50])
    code, out, _ = cli("push", good, arm, cut, "--format", "json")
    told = json.loads(out)
    assert (code, told["images"]) == (1, [])
    assert {finding["rule"] for finding in told["findings"]} == {"push/platform", "push/archive"}
    assert not any(method in ("PUT", "POST") for method, _, _ in gate.asked)


def test_nothing_is_locked_where_one_image_is_missing(gate: Gate, cli: Cli, tmp_path: Path):
    cli("push", archives(tmp_path)[0])
    before = (tmp_path / "ocp" / "cluster.yaml").read_bytes()
    code, out, _ = cli("lock")
    assert (code, "antrea-ubi" in out, (tmp_path / "ocp" / "cluster.yaml").read_bytes()) == (1, True, before)


def test_without_any_of_the_programs_a_requirement_is_missing(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    repository(tmp_path, "r.example.org")
    monkeypatch.setenv("PATH", str(tmp_path))
    code, _, err = cli("push", archives(tmp_path)[0])
    assert (code, all(name in err for name in ("skopeo", "crane", "podman"))) == (4, True)


def test_an_interrupt_ends_the_program_and_leaves_no_file(gate: Gate, tmp_path: Path):
    """Its login lies in a file while it runs."""
    started, scratch = tmp_path / "started", tmp_path / "scratch"
    scratch.mkdir()
    os.mkfifo(started)
    skopeo = tmp_path / "skopeo"
    skopeo.write_text(f"#!/bin/sh\necho $$ > {started}\nexec sleep 100\n")
    skopeo.chmod(0o755)
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    command = [sys.executable, "-m", "antrea_generator", "-C", str(tmp_path / "ocp"), "images", "push"]
    environment = {**os.environ, "PATH": path, "TMPDIR": str(scratch)}
    with subprocess.Popen([*command, archives(tmp_path)[0]], env=environment, stderr=subprocess.DEVNULL) as push:
        pid = int(started.read_text())
        push.send_signal(signal.SIGINT)
        assert push.wait(30) == 130
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert list(scratch.iterdir()) == []


def test_plain_kubernetes_has_its_images_too(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    program("crane")
    monkeypatch.setenv("PATH", search_path())
    with storage() as host:
        images = {"operator": f"{host}/antrea-operator:{TAG}", "antrea": f"{host}/antrea-ubi:{TAG}"}
        cluster_repo(tmp_path / "ocp", flavour="kubernetes", images=images)
        assert cli("push", *archives(tmp_path))[0] == 0
        assert cli("verify")[0] == 0
    assert cli("mirror-config")[0] == 2


def test_mirrors_are_written_and_then_honoured(gate: Gate, cli: Cli, tmp_path: Path):
    repo = ClusterRepo(tmp_path / "ocp")
    vendor = "vendor.antrea-gitops.invalid/antrea"
    text = repo.cluster_file.read_text().replace(f"{gate.host}/vmw", vendor)
    repo.cluster_file.write_text(f"{text}site:\n  mirrorRegistry: {gate.host}/ocp\n")
    assert cli("push", *archives(tmp_path))[0] == 0
    code, out, err = cli("mirror-config", "--write")
    assert (code, out.count("source:"), err.count("has no digest")) == (0, 2, 2)
    assert cli("lock")[0] == 0
    code, out, _ = cli("verify")
    assert (code, out.count(f"(from {gate.host}/ocp/antrea/")) == (0, 2)
    code, out, err = cli("mirror-config")
    assert (code, out, "lacks no mirror" in err) == (0, "", True)
