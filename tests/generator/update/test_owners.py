"""Where facts are read that an answer was only the first value of."""

from __future__ import annotations

from pathlib import Path

import yaml

from antrea_ci.repo import ClusterRepo
from antrea_generator.answers import Answers
from antrea_generator.update.owners import read_facts
from support.small import cluster_repo


def values(repo: ClusterRepo) -> dict[str, object]:
    return {name: fact.value for name, fact in read_facts(repo, Answers.model_fields).items()}


def with_platform(folder: Path, **platform: object) -> ClusterRepo:
    repo = cluster_repo(folder, secrets={"bmc": {"node-0": "RACK"}})
    config = yaml.safe_load(repo.install_config_file.read_text())
    repo.install_config_file.write_text(yaml.safe_dump({**config, "platform": platform}))
    return repo


def test_openshift_has_its_networks_and_machines_in_install_config(tmp_path: Path):
    repo = cluster_repo(tmp_path, nsx={"enabled": True, "managers": ["nsx.example.com"]})
    found = values(repo)
    expected = {
        "cluster_network": "10.128.0.0/14",
        "host_prefix": 23,
        "machine_network": "10.1.224.0/24",
        "api_vip": "10.1.224.10",
        "control_plane_replicas": 3,
        "platform": "vsphere",
        "vcenter_server": "vcenter.example.com",
        "vsphere_datastore": "LocalDS_0",
        "openshift_version": "4.12.45",
        "nsx": True,
        "nsx_managers": ["nsx.example.com"],
        "agent_image": "",
    }
    assert {name: found[name] for name in expected} == expected
    assert "kubernetes_version" not in found
    assert read_facts(repo, ["platform"])["platform"].file == "install-config.yaml"


def test_kubernetes_has_them_in_cluster_yaml(tmp_path: Path):
    networking = {
        "machineNetwork": ["10.0.0.0/16", "fd00::/64"],
        "clusterNetwork": [{"cidr": "fd01::/48", "hostPrefix": 64}, {"cidr": "10.128.0.0/14", "hostPrefix": 24}],
        "serviceNetwork": ["172.30.0.0/16"],
    }
    found = values(cluster_repo(tmp_path, flavour="kubernetes", networking=networking))
    assert found["machine_network"] == "10.0.0.0/16,fd00::/64"
    assert (found["cluster_network"], found["host_prefix"]) == ("fd01::/48,10.128.0.0/14", 24)
    assert "platform" not in found


def test_hosts_have_the_names_of_their_secrets_and_never_the_secrets(tmp_path: Path):
    host = {"name": "node-0", "bootMACAddress": "52:54:00:00:00:01"}
    bmc = {"address": "redfish://bmc", "username": "root", "password": "calvin"}
    found = values(with_platform(tmp_path, baremetal={"hosts": [{**host, "bmc": bmc}], "apiVIPs": ["10.1.224.10"]}))
    assert found["hosts"] == [{**host, "bmc": {"address": "redfish://bmc", "secret": "RACK"}}]
    assert "calvin" not in str(found)
    assert "vsphere_datacenter" not in found


def test_failure_domains_are_those_that_people_named(tmp_path: Path):
    def domain(name: str) -> dict[str, object]:
        topology = {"datacenter": f"dc-{name}", "computeCluster": "/x/host/c", "networks": ["VM Network"]}
        return {"name": name, "region": "r", "zone": "z", "server": "v.example.com", "topology": topology}

    own = with_platform(tmp_path / "own", vsphere={"failureDomains": [domain("default")]})
    named = with_platform(tmp_path / "named", vsphere={"failureDomains": [domain("a"), domain("b")]})
    assert values(own)["failure_domains"] == []
    assert values(own)["vsphere_datacenter"] == "dc-default"
    assert values(named)["failure_domains"] == [domain("a"), domain("b")]
