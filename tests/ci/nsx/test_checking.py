"""`nsx check`: what one repository does not tell, or what changes without a commit."""

from __future__ import annotations

import json
import shutil
import socket
import time
from collections.abc import Generator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from antrea_ci.catalogue import completed
from antrea_ci.checks import check
from antrea_ci.findings import Finding
from antrea_ci.model.effective import load
from antrea_ci.nsx.checking import check_nsx, life_findings
from antrea_ci.nsx.making import new_key, self_signed
from antrea_ci.nsx.probing import Outside, outside_findings
from antrea_ci.repo import ClusterRepo
from antrea_ci.secrets import Secrets
from support.authority import Authority
from support.interworking import archive
from support.kustomize_once import build_once
from support.nsx_manager import nsx_manager
from support.phase2 import IMAGES, joining_repo, prepare
from support.repos import run
from support.small import set_cluster

TODAY = datetime.now(tz=UTC).date()
CERT, KEY = "ANTREA_GITOPS_NSX_TLS_CERT", "ANTREA_GITOPS_NSX_TLS_KEY"


@pytest.fixture(scope="module", autouse=True)
def overlays() -> Generator[None]:
    with pytest.MonkeyPatch.context() as patch:
        build_once(patch)
        yield


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory, kustomize: Path) -> Path:
    folder = tmp_path_factory.mktemp("checked")
    repo = joining_repo(folder / "it")
    done = prepare(repo, archive(folder / "a.zip"), keys=folder / "keys")
    assert done.code == 0, done
    return folder


@pytest.fixture
def repo(pristine: Path, tmp_path: Path) -> ClusterRepo:
    shutil.copytree(pristine, tmp_path / "it")
    return ClusterRepo.at(tmp_path / "it" / "it")


def pair(repo: ClusterRepo) -> dict[str, str]:
    keys = repo.root.parent / "keys"
    return {name: (keys / name).read_text() for name in (CERT, KEY)}


def rules(found: list[Finding]) -> list[str]:
    return [f"{one.severity.value} {one.rule}" for one in found]


def of(repo: ClusterRepo, environment: dict[str, str] | None = None) -> list[str]:
    return rules(check_nsx(repo, environment or {}, None))


def test_offline_nothing_is_wrong_with_what_prepare_has_made(repo: ClusterRepo):
    assert of(repo) == of(repo, pair(repo)) == []
    done = run("nsx", "check", "--offline", "--format", "json", cwd=repo.root)
    assert (done.code, json.loads(done.out)["summary"]) == (0, {"errors": 0, "warnings": 0})


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (90, []),
        (89, ["warning nsx-check/certificate-expires"]),
        (0, ["warning nsx-check/certificate-expires"]),
        (-1, ["error nsx-check/certificate-expired"]),
    ],
)
def test_the_day_decides_about_the_certificate(repo: ClusterRepo, left: int, expected: list[str]):
    """3,650 days were asked for."""
    found = life_findings(load(repo), TODAY + timedelta(days=3650 - left))
    assert rules(completed(found)) == expected


def test_a_nightly_check_of_what_expires_knows_the_certificate_too(repo: ClusterRepo):
    day = TODAY + timedelta(days=3650)
    told = [one for one in check(repo, today=day, asked=["expiry"]) if one.rule == "expiry/certificate"]
    assert [(one.location.file, "holds the certificate CN=ocp" in one.message) for one in told] == [
        ("antrea/overlays/nsx/nsx-cert.pem", True)
    ]


def test_what_is_not_prepared_is_an_error_here(tmp_path: Path):
    found = check_nsx(joining_repo(tmp_path / "it"), {}, None)
    assert rules(found) == ["error nsx-check/certificate-missing", "error nsx/not-prepared"]


def test_a_cluster_that_does_not_join_is_told_so(repo: ClusterRepo):
    set_cluster(repo.root, nsx={"enabled": False})
    done = run("nsx", "check", "--offline", cwd=repo.root)
    assert (done.code, "[nsx-check/disabled]" in done.out) == (1, True)


def test_the_pair_at_hand_is_compared_with_the_committed_certificate(repo: ClusterRepo):
    key = new_key()
    assert of(repo, {**pair(repo), KEY: key}) == ["error nsx-check/key"]
    other = {CERT: self_signed(key, "ocp", 30), KEY: key}
    assert of(repo, other) == ["error nsx-check/certificate-other"]


def test_secrets_that_cannot_be_opened_here_are_no_fault_of_phase_2(repo: ClusterRepo):
    set_cluster(repo.root, secrets={"provider": "file", "folder": "/nowhere/at-all"})
    assert of(repo) == ["warning nsx-check/key"]


def test_an_image_of_another_release_and_manifests_of_another_are_told(repo: ClusterRepo):
    images = {**IMAGES, "interworking": "r.example.org/interworking-ubi:0.7.0"}
    set_cluster(repo.root, images=images)
    run("render", cwd=repo.root)
    assert of(repo) == ["warning nsx/version", "error versions/interworking"]


def test_two_clusters_must_not_share_a_name_nor_a_certificate(repo: ClusterRepo):
    shutil.copytree(repo.root, repo.root.parent / "twin")
    done = run("nsx", "check", "--offline", "--format", "json", "it", "twin", cwd=repo.root.parent)
    found = json.loads(done.out)["findings"]
    assert [(one["rule"], one["file"]) for one in found] == [("nsx-check/certificate-shared", "twin/cluster.yaml")] * 2
    assert done.code == 1


# --- the outside ------------------------------------------------------------------------------------------------------


@pytest.fixture
def listening() -> Generator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def probed(repo: ClusterRepo, managers: list[str], *ports: int, seconds: float = 5.0) -> list[tuple[str, str]]:
    """What is said of managers' ports; no registry is asked."""
    images = {name: image for name, image in IMAGES.items() if name != "interworking"}
    set_cluster(repo.root, nsx={"enabled": True, "managers": managers}, images=images)
    found = completed(outside_findings(load(repo), Secrets({}), Outside(seconds, ports)))
    return [(f"{one.severity.value} {one.rule}", one.message) for one in found]


def test_each_port_of_each_manager_is_tried(repo: ClusterRepo, listening: int):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = int(closed.getsockname()[1])
    assert probed(repo, ["127.0.0.1"], listening) == []
    (told,) = probed(repo, ["127.0.0.1"], listening, port)
    assert told[0] == "error nsx-check/port"
    assert told[1].startswith(f"port {port} of the NSX manager 127.0.0.1 refuses connections")


def test_a_manager_is_known_by_its_certificate(repo: ClusterRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    authority = Authority(tmp_path)
    with ExitStack() as stack:
        good, other = (
            stack.enter_context(nsx_manager(authority.server(name))) for name in ("127.0.0.1", "nsx.example.com")
        )
        managers = [good.address, other.address]
        said = [("warning nsx-check/tls", message) for _, message in probed(repo, managers, 443)]
        assert len(said) == 2
        assert "is signed by nobody who is trusted" in said[0][1]
        with monkeypatch.context() as patch:
            patch.setenv("SSL_CERT_FILE", str(authority.file))
            assert len(probed(repo, managers, 443)) == 1
        set_cluster(repo.root, site={"trustBundle": authority.file.read_text()})
        (told,) = probed(repo, managers, 443)
        assert told[0] == "warning nsx-check/tls"
        assert "its certificate is for another name" in told[1]


def test_a_port_that_speaks_no_tls_is_no_manager(repo: ClusterRepo):
    with nsx_manager() as nsx:
        (told,) = probed(repo, [nsx.address.removeprefix("http://")], 443)
    assert told[0] == "error nsx-check/port"
    assert "it speaks no TLS" in told[1]


def test_silence_costs_the_time_of_one_answer_whatever_the_number_of_ports(repo: ClusterRepo):
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        port = int(server.getsockname()[1])
        # The queue of a server that never accepts fills up, and what comes then is not answered.
        waiting = [socket.socket() for _ in range(8)]
        for one in waiting:
            one.setblocking(False)  # noqa: FBT003 - the standard library's own
            one.connect_ex(("127.0.0.1", port))
        start = time.monotonic()
        found = probed(repo, [f"127.0.0.1:{port}", f"localhost:{port}"], 443, 1, seconds=1.0)
        for one in waiting:
            one.close()
    assert any("does not answer within 1 s" in message for _, message in found)
    assert time.monotonic() - start < 8
