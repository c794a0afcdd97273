"""The sheet of DNS records and load balancers, and the commands between the ignition and the cluster."""

from __future__ import annotations

import json
import shlex
from hashlib import sha512
from pathlib import Path

import pytest

from antrea_ci.model.effective import Cluster, load
from antrea_ci.upi import next_commands, sheet
from antrea_ci.yamlio import dump
from support.small import INSTALL_CONFIG, cluster_repo

NONE = INSTALL_CONFIG.split("platform:")[0] + "platform:\n  none: {}\n"
HOSTS = {
    "hosts": [
        {
            "hostname": "master-0",
            "role": "master",
            "networkConfig": {"interfaces": [{"ipv4": {"address": [{"ip": "10.1.224.50", "prefix-length": 24}]}}]},
        },
        {"hostname": "worker-0", "role": "worker"},
    ]
}


def cluster(folder: Path, install_config: str = NONE, hosts: object = None) -> Cluster:
    repo = cluster_repo(folder / "repo")
    repo.install_config_file.write_text(install_config)
    if hosts:
        repo.agent_config_file.write_text(dump(hosts))
    return load(repo)


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the table below a heading."""
    part = text.split(f"## {heading}\n")[1].split("\n## ", maxsplit=1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_record_that_openshift_asks_for_is_there(tmp_path):
    names = [row[0].removeprefix("*").strip("`*") for row in rows(sheet(cluster(tmp_path)), "DNS")]
    machines = ["bootstrap", *(f"control-plane{n}" for n in range(3)), *(f"compute{n}" for n in range(3))]
    assert names == [f"{name}.ocp.example.com" for name in ("api", "api-int", ".apps", *machines)]


def test_all_but_the_wildcard_have_a_way_back(tmp_path):
    for name, kinds, *_ in rows(sheet(cluster(tmp_path)), "DNS"):
        assert ("PTR" in kinds) is ("*.apps" not in name)


def test_the_load_balancers_have_their_ports_backends_and_health_checks(tmp_path):
    found = {row[1].split()[0]: row for row in rows(sheet(cluster(tmp_path)), "Load balancers")}
    assert set(found) == {"6443", "22623", "443", "80"}
    for port in ("6443", "22623"):
        assert "bootstrap.ocp.example.com" in found[port][3]
        assert "control-plane2.ocp.example.com" in found[port][3]
        assert "compute" not in found[port][3]
    for port in ("443", "80"):
        assert "compute2.ocp.example.com" in found[port][3]
        assert "control-plane" not in found[port][3]
    assert [found[port][4].split(",")[0] for port in ("6443", "22623", "443")] == [
        "HTTPS GET /readyz on 6443",
        "HTTPS GET /healthz on 22623",
        "HTTP GET /healthz/ready on 1936",
    ]
    assert "nodes only" in found["22623"][2]


def test_without_compute_applications_run_on_the_control_plane(tmp_path):
    three = NONE.replace("name: worker\n    replicas: 3", "name: worker\n    replicas: 0")
    found = {row[1].split()[0]: row for row in rows(sheet(cluster(tmp_path, three)), "Load balancers")}
    assert "control-plane0.ocp.example.com" in found["443"][3]


def test_addresses_that_the_files_fix_are_written_out(tmp_path):
    text = sheet(cluster(tmp_path, INSTALL_CONFIG))
    assert ["`api.ocp.example.com`", "A/AAAA, PTR", "10.1.224.10"] in [row[:3] for row in rows(text, "DNS")]
    assert "10.1.224.11" in text


def test_hosts_that_the_agent_config_names_stand_for_themselves(tmp_path):
    text = sheet(cluster(tmp_path, hosts=HOSTS))
    assert ["`master-0.ocp.example.com`", "A/AAAA, PTR", "10.1.224.50"] in [row[:3] for row in rows(text, "DNS")]
    assert "worker-0.ocp.example.com" in text
    assert "bootstrap." not in text


def test_the_last_command_resumes_the_installation(tmp_path):
    one = cluster(tmp_path)
    assert next_commands(one, tmp_path)[-1] == (
        f"antrea-gitops -C {shlex.quote(str(one.repo.root))} install --resume --until cluster"
    )


def test_only_ignition_files_are_served_and_never_the_folder_with_the_passwords(tmp_path):
    folder = tmp_path / "in staller"
    commands = [line for line in next_commands(cluster(tmp_path), folder) if not line.startswith("#")]
    served = [line for line in commands if "http.server" in line]
    assert served == ["python3 -m http.server --directory ignition 8080"]
    assert f"cp '{folder}'/*.ign ignition/" in commands[0]


@pytest.mark.parametrize("role", ["bootstrap", "master", "worker"])
def test_machines_check_what_they_fetch_without_tls(tmp_path, role):
    (tmp_path / f"{role}.ign").write_bytes(b"{}")
    digest = sha512(b"{}").hexdigest()
    (line,) = [line for line in next_commands(cluster(tmp_path), tmp_path) if f"/{role}.ign" in line]
    assert f"--ignition-hash=sha512-{digest}" in line
    assert "--insecure-ignition" not in line


def test_on_vsphere_the_bootstrap_gets_a_pointer_that_holds_the_digest(tmp_path):
    (tmp_path / "bootstrap.ign").write_bytes(b"{}")
    commands = next_commands(cluster(tmp_path, INSTALL_CONFIG), tmp_path)
    (echo,) = [line for line in commands if line.endswith("> pointer.ign")]
    pointer = json.loads(shlex.split(echo)[1])
    (merged,) = pointer["ignition"]["config"]["merge"]
    assert merged["verification"]["hash"] == f"sha512-{sha512(b'{}').hexdigest()}"
    assert merged["source"].endswith("/bootstrap.ign")
    machines = [line for line in commands if line.startswith("govc")]
    assert len(machines) == 7
    assert "pointer.ign" in machines[0]


def test_every_command_is_one_that_a_shell_reads(tmp_path):
    for one in (
        cluster(tmp_path),
        cluster(tmp_path / "vsphere", INSTALL_CONFIG),
        cluster(tmp_path / "agent", hosts=HOSTS),
    ):
        for line in next_commands(one, tmp_path / "it's here"):
            assert line.startswith("#") or shlex.split(line)


def test_machines_of_the_agent_based_installer_boot_its_image(tmp_path):
    commands = next_commands(cluster(tmp_path, hosts=HOSTS), tmp_path)
    assert len(commands) == 2
    assert "agent.*.iso" in commands[0]
