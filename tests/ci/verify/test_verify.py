"""`verify` and the approval of nodes through a real kubectl, against the API of a cluster on loopback."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from antrea_ci.errors import AntreaGitopsError, MissingRequirementError
from antrea_ci.kube.api import Api, ApiError
from antrea_ci.model.effective import Cluster, load
from antrea_ci.tools.lock import lock_text
from antrea_ci.verify import State, approve_nodes, find_program, verify
from antrea_ci.verify.room import room
from support import certificate_requests as csr
from support.http_server import closed_port
from support.kubernetes_api import TOKEN, RefusedError, serve
from support.kubernetes_cluster import Network, healthy
from support.repos import ROOT
from support.small import cluster_repo

_TRANSFER = """
import sys, time
from pathlib import Path
from antrea_ci.model.effective import load
from antrea_ci.repo import ClusterRepo
from antrea_ci.kube.api import Api
from antrea_ci.verify.transfer import transfer
root, kubeconfig, program = map(Path, sys.argv[1:])
transfer(Api(program, kubeconfig), load(ClusterRepo.at(root)), until=time.monotonic() + 300, progress=print)
"""


def test_a_cluster_that_is_well_is_verified_from_end_to_end(openshift, kubectl, tmp_path):
    lines: list[str] = []
    with serve(healthy(), tmp_path) as api:
        found = verify(openshift, api.kubeconfig, kubectl, timeout=60, progress=lines.append)
    assert found.succeeded
    assert {check.state for check in found.checks} == {State.OK}
    assert "DaemonSet/kube-system/antrea-agent" in found.created
    assert {check.name for check in found.checks} == {line.partition(":")[0] for line in lines}
    assert not any("antrea-gitops-verify" in path for path in api.state.objects)


def _minor(kubectl: Path) -> int:
    done = subprocess.run([str(kubectl), "version", "--client", "--output=json"], capture_output=True, check=True)
    return int(re.findall(r"\d+", json.loads(done.stdout)["clientVersion"]["minor"])[0])


def test_requests_of_nodes_are_approved_through_the_api(openshift, kubectl, tmp_path):
    state = healthy()
    state.objects[f"{csr.PATH}/csr-a"] = csr.client("compute-9.ocp.example.com", "csr-a")
    state.objects[f"{csr.PATH}/csr-b"] = csr.client("compute-9.ocp.example.com", "csr-b", username="system:admin")
    del state.objects["/api/v1/nodes/compute-2"]
    with serve(state, tmp_path) as api:
        found = approve_nodes(openshift, api.kubeconfig, kubectl)
    if _minor(kubectl) <= 20:
        # That of Debian 12 posts what it is told to put, at which the API refuses it: a person has to approve.
        assert (found.approved, found.left[0].command) == ((), "kubectl certificate approve csr-a")
        return
    assert found.approved == ("csr-a",)
    assert [one.command for one in found.left] == ["kubectl certificate approve csr-b"]
    assert state.objects[f"{csr.PATH}/csr-a"]["status"]["conditions"][0]["type"] == "Approved"
    assert state.objects[f"{csr.PATH}/csr-b"]["status"] == {}


def test_nodes_of_plain_kubernetes_are_approved_by_kubernetes(kubernetes, tmp_path):
    assert approve_nodes(kubernetes, tmp_path / "none", Path("/nothing/to/run")).approved == ()


def test_a_cluster_that_is_not_there_is_an_error_that_says_so(openshift, kubectl, tmp_path):
    with serve(healthy(), tmp_path) as api:
        text = api.kubeconfig.read_text()
    port = closed_port().rpartition(":")[2]
    api.kubeconfig.write_text(text.replace(text.split("127.0.0.1:")[1].split('"')[0], port))
    with pytest.raises(AntreaGitopsError, match="the cluster's API does not answer"):
        verify(openshift, api.kubeconfig, kubectl, timeout=0, progress=[].append)


@pytest.mark.parametrize(("code", "reason"), [(403, "Forbidden"), (404, "NotFound"), (409, "Conflict")])
def test_what_the_api_refuses_is_an_error_with_its_own_reason(kubectl, tmp_path, code, reason):
    state = healthy()
    state.refused["/api/v1/nodes"] = RefusedError(code, reason, "said the API")
    with serve(state, tmp_path) as api, pytest.raises(ApiError, match="said the API") as told:
        Api(kubectl, api.kubeconfig).get("/api/v1/nodes")
    assert told.value.reason == reason


def test_neither_token_nor_other_peoples_secrets_reach_kubectls_arguments_and_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("ANTREA_GITOPS_PULL_SECRET", "s3cret")
    seen = tmp_path / "seen"
    spy = tmp_path / "kubectl"
    spy.write_text(f'#!/bin/sh\nenv > "{seen}"\necho "$@" >> "{seen}"\necho {{}}\n')
    spy.chmod(0o755)
    (tmp_path / "kubeconfig").write_text(TOKEN)
    Api(spy, tmp_path / "kubeconfig").create("/api/v1/namespaces", {"kind": "Namespace"})
    assert "s3cret" not in seen.read_text()
    assert TOKEN not in seen.read_text()


@contextmanager
def transferring(cluster: Cluster, kubeconfig: Path, kubectl: Path) -> Generator[subprocess.Popen[bytes]]:
    """A process that lets pods try the network; it is over when the block is."""
    path = os.pathsep.join(str(ROOT / name) for name in ("ci", "generator"))
    command = [sys.executable, "-c", _TRANSFER, str(cluster.repo.root), str(kubeconfig), str(kubectl)]
    process = subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=30)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupt_leaves_no_namespace_and_what_a_kill_leaves_the_next_run_removes(
    openshift, kubectl, tmp_path, number
):
    started = threading.Event()
    state = healthy()
    carry = Network(waiting="ContainerCreating").carry

    def on_create(path: str, made: dict[str, Any]) -> None:
        carry(path, made)
        if "/pods/" in path:
            started.set()

    state.on_create = on_create
    with serve(state, tmp_path) as api:
        with transferring(openshift, api.kubeconfig, kubectl) as process:
            assert started.wait(60)
            process.send_signal(number)
            process.communicate(timeout=30)
        left = [path for path in state.objects if "antrea-gitops-verify" in path]
        assert bool(left) is (number == signal.SIGKILL)
        if left:
            with room(Api(kubectl, api.kubeconfig)):
                assert not any(path in state.objects for path in left)
    assert not any("antrea-gitops-verify" in path for path in state.objects)


def put_programs(folder: Path, monkeypatch: pytest.MonkeyPatch, *names: str) -> Path:
    """The only folder of PATH, with these programs; nothing is kept from before."""
    folder.mkdir()
    for name in names:
        (folder / name).write_text("#!/bin/sh\necho 'Client Version: 4.12.45'\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    return folder


@pytest.mark.parametrize(
    ("names", "chosen"), [(("oc", "kubectl"), "oc"), (("kubectl",), "kubectl"), (("oc",), "oc")], ids=str
)
def test_oc_is_taken_before_kubectl(openshift, tmp_path, monkeypatch, names, chosen):
    folder = put_programs(tmp_path / "bin", monkeypatch, *names)
    assert find_program(openshift) == folder / chosen


def test_without_any_program_the_ways_to_one_are_named(tmp_path, monkeypatch):
    repo = cluster_repo(tmp_path / "repo")
    repo.tools_lock_file.write_text(lock_text("4.12.45"))
    put_programs(tmp_path / "bin", monkeypatch)
    with pytest.raises(MissingRequirementError) as told:
        find_program(load(repo))
    assert told.value.exit_code == 4
    assert "antrea-gitops tools lock" in told.value.fix
    assert "oc or kubectl into PATH" in told.value.fix
