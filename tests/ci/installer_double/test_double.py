"""What tests of `install` count on in the double; that it is so in the real one, test_recordings.py says."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

import pytest
import yaml
from cryptography import x509

from support.install_configs import text_of
from support.installer_double import InstallerDouble, make_double, scenarios

_PULL_SECRET = json.dumps({"auths": {"registry.example.com": {"auth": base64.b64encode(b"user:secret").decode()}}})
_EXTRA = b"kind: ConfigMap\nmetadata: {name: extra}  # kept byte for byte\n"


def _run(double: InstallerDouble, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(double.path), *words, "--dir", str(folder)]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60)


def _folder(tmp_path: Path, platform: str = "vsphere") -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    text = text_of(platform, {"pullSecret": _PULL_SECRET, "compute.0.replicas": 3})
    (folder / "install-config.yaml").write_text(text)
    return folder


def _with_manifests(tmp_path: Path, double: InstallerDouble) -> Path:
    folder = _folder(tmp_path)
    assert _run(double, folder, "create", "manifests").returncode == 0
    (folder / "manifests/zz-extra.yaml").write_bytes(_EXTRA)
    return folder


def _in_ignition(folder: Path) -> dict[str, bytes]:
    files = json.loads((folder / "bootstrap.ign").read_text())["storage"]["files"]
    return {f["path"]: base64.b64decode(f["contents"]["source"].partition("base64,")[2]) for f in files}


def test_manifests_are_the_articles_files_and_carry_what_was_injected(tmp_path: Path) -> None:
    double = make_double(tmp_path / "double", "4.12.45")
    folder = _with_manifests(tmp_path, double)
    assert not (folder / "install-config.yaml").exists()
    assert (len(list((folder / "manifests").iterdir())) - 1, len(list((folder / "openshift").iterdir()))) == (14, 12)
    network = yaml.safe_load((folder / "manifests/cluster-network-02-config.yml").read_text())
    assert network["spec"]["networkType"] == "antrea"
    pull_secret = yaml.safe_load((folder / "manifests/openshift-config-secret-pull-secret.yaml").read_text())
    assert base64.b64decode(pull_secret["data"][".dockerconfigjson"]).decode() == _PULL_SECRET
    shown = yaml.safe_load((folder / "manifests/cluster-config.yaml").read_text())["data"]["install-config"]
    assert "PASSWORD" not in shown
    assert "antrea" in shown


@pytest.mark.parametrize("version", ["4.12.45", "4.18.9"])
def test_ignition_holds_every_manifest_byte_for_byte(tmp_path: Path, version: str) -> None:
    double = make_double(tmp_path / "double", version)
    folder = _with_manifests(tmp_path, double)
    before = {f"/opt/openshift/{p.parent.name}/{p.name}": p.read_bytes() for p in folder.glob("[mo]*/*.y*ml")}
    assert _run(double, folder, "create", "ignition-configs").returncode == 0
    inside = _in_ignition(folder)
    changed = {name for name, data in before.items() if inside.get(name) != data}
    assert changed == {"/opt/openshift/manifests/cvo-overrides.yaml"}
    assert inside["/opt/openshift/manifests/zz-extra.yaml"] == _EXTRA


def test_changed_install_config_put_back_loses_added_manifests(tmp_path: Path) -> None:
    double = make_double(tmp_path / "double", "4.18.9")
    folder = _with_manifests(tmp_path, double)
    text = text_of("vsphere", {"pullSecret": _PULL_SECRET, "networking.clusterNetwork.0.hostPrefix": 24})
    (folder / "install-config.yaml").write_text(text)
    done = _run(double, folder, "create", "ignition-configs")
    assert done.returncode == 0
    assert "level=warning msg=    Discarding the Common Manifests" in done.stderr
    assert "/opt/openshift/manifests/zz-extra.yaml" not in _in_ignition(folder)


def test_certificates_in_ignition_end_when_the_test_wants(tmp_path: Path) -> None:
    double = make_double(tmp_path / "double", "4.18.9", certificate_hours=3)
    folder = _with_manifests(tmp_path, double)
    _run(double, folder, "create", "ignition-configs")
    certificate = x509.load_pem_x509_certificate(_in_ignition(folder)["/opt/openshift/tls/kubelet-signer.crt"])
    left = certificate.not_valid_after_utc.timestamp() - double.calls()[-1].time
    assert 2.9 * 3600 < left <= 3 * 3600


def test_every_run_makes_up_other_secrets(tmp_path: Path) -> None:
    made: list[tuple[str, bytes]] = []
    for name in "ab":
        double = make_double(tmp_path / f"double-{name}", "4.12.45")
        (tmp_path / name).mkdir()
        folder = _with_manifests(tmp_path / name, double)
        _run(double, folder, "create", "ignition-configs")
        made.append(((folder / "auth/kubeadmin-password").read_text(), (folder / "auth/kubeconfig").read_bytes()))
    assert made[0][0] != made[1][0]
    assert made[0][1] != made[1][1]


def test_second_create_cluster_makes_everything_again(tmp_path: Path) -> None:
    double = make_double(tmp_path / "double", "4.18.9", before_creating=["echo", "asked"])
    folder = _folder(tmp_path)
    for _ in range(2):
        assert _run(double, folder, "create", "cluster").returncode == 0
    (cluster,) = double.clusters().values()
    assert (cluster["made"], cluster["before"], cluster["state"]) == (2, ["asked\n", "asked\n"], "installed")
    assert double.verbs() == ["create cluster", "create cluster"]


@pytest.mark.parametrize("version", ["4.12.45", "4.18.9"])
def test_destroy_wants_the_right_metadata_and_removes_what_was_made(tmp_path: Path, version: str) -> None:
    double = make_double(tmp_path / "double", version, scenario="infrastructure-failure")
    folder = _folder(tmp_path)
    assert _run(double, folder, "create", "cluster").returncode == 4
    (infra,) = double.clusters()
    assert double.clusters()[infra]["machines"] == ["bootstrap"]
    metadata = (folder / "metadata.json").read_text()
    (folder / "metadata.json").unlink()
    assert _run(double, folder, "destroy", "cluster").returncode == 1
    (folder / "metadata.json").write_text(metadata.replace("PASSWORD", "wrong"))
    assert "incorrect user name or password" in _run(double, folder, "destroy", "cluster").stderr
    (folder / "metadata.json").write_text(metadata.replace(infra, "ocp-other"))
    assert _run(double, folder, "destroy", "cluster").returncode == 0
    assert double.clusters()[infra]["machines"] == ["bootstrap"]
    (folder / "metadata.json").write_text(metadata)
    assert _run(double, folder, "destroy", "cluster").returncode == 0
    assert double.clusters()[infra]["machines"] == []
    assert not (folder / "metadata.json").exists()


def test_stops_where_the_test_wants_and_goes_on_when_told(tmp_path: Path) -> None:
    double = make_double(tmp_path / "double", "4.18.9", stops=["machines"])
    folder = _folder(tmp_path)
    process = subprocess.Popen([str(double.path), "create", "cluster", "--dir", str(folder)], stderr=subprocess.DEVNULL)
    assert double.await_stop("machines") == process.pid
    (cluster,) = double.clusters().values()
    assert cluster["machines"] == ["bootstrap"]
    double.release("machines")
    assert process.wait(60) == 0


def test_wait_for_fails_where_machines_are_missing(tmp_path: Path) -> None:
    double = make_double(tmp_path / "double", "4.18.9", scenario="infrastructure-failure")
    folder = _folder(tmp_path)
    _run(double, folder, "create", "cluster")
    assert _run(double, folder, "wait-for", "bootstrap-complete").returncode == 5
    assert _run(double, folder, "wait-for", "install-complete").returncode == 6


@pytest.mark.parametrize(
    ("scenario", "codes"),
    [
        ("bootstrap-failure", (5, 5, 6)),
        ("install-failure", (6, 0, 0)),
        ("install-failure-for-good", (6, 0, 6)),
        ("stability-failure", (7, 0, 0)),
        ("dies-by-signal", (-9, 0, 0)),
        ("dies-before-anything", (-11, 5, 6)),
    ],
)
def test_failures_end_with_their_codes(tmp_path: Path, scenario: str, codes: tuple[int, int, int]) -> None:
    double = make_double(tmp_path / "double", "4.18.9", scenario=scenario)
    folder = _folder(tmp_path)
    verbs = (("create", "cluster"), ("wait-for", "bootstrap-complete"), ("wait-for", "install-complete"))
    assert tuple(_run(double, folder, *verb).returncode for verb in verbs) == codes


@pytest.mark.parametrize(("version", "code"), [("4.12.45", 1), ("4.15.9", 1), ("4.16.0", 0)])
def test_password_can_be_left_out_from_4_16_on(tmp_path: Path, version: str, code: int) -> None:
    double = make_double(tmp_path / "double", version)
    folder = _folder(tmp_path)
    done = _run(double, folder, "create", "cluster", "--skip-password-print")
    assert done.returncode == code
    assert "and password:" not in done.stderr


def test_agent_image_eats_its_inputs_and_holds_the_extra_manifests(tmp_path: Path) -> None:
    double = make_double(tmp_path / "double", "4.18.9")
    folder = _folder(tmp_path, "baremetal")
    (folder / "agent-config.yaml").write_text("kind: AgentConfig\n")
    (folder / "openshift").mkdir()
    (folder / "openshift/extra.yaml").write_bytes(_EXTRA)
    assert _run(double, folder, "agent", "create", "image").returncode == 0
    left = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert not left & {"install-config.yaml", "agent-config.yaml", "openshift/extra.yaml"}
    assert base64.b64encode(_EXTRA) in (folder / "agent.x86_64.iso").read_bytes()


def test_calls_tell_arguments_environment_and_folder(tmp_path: Path) -> None:
    double = make_double(tmp_path / "double", "4.18.9")
    subprocess.run([str(double.path), "version"], env={"A": "b"}, cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    (call,) = double.calls()
    assert (call.args, call.environment["A"], call.cwd) == (("version",), "b", str(tmp_path))


def test_every_scenario_names_its_source() -> None:
    unsourced = {n for n, s in scenarios().items() if not s.get("source")}
    unmarked = {n for n, s in scenarios().items() if not (s.get("inferred") or "recordings" in s["source"])}
    assert (unsourced, unmarked) == (set(), set())
