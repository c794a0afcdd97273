"""Every pair of answers, by stock Copier and by ``new``: built with the plain kustomize and loaded back."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from yamllint import linter
from yamllint.config import YamlLintConfig

from support.certificates import CERTIFICATE
from support.pairwise import pairwise
from support.repos import build, copy_template, install_spec, objects, operator_image_of, rendered, run, snapshot

DIGEST = "sha256:" + "ab" * 32
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGG someone's key: #1"
AGE = "age1ar06694pcuvvn5fdf28ysq9gl9j8km48fg6unlztnkwcws94ggaq4na4td"

NETWORKS: dict[str, dict[str, Any]] = {
    "default": {},
    "article": {
        "machine_network": "10.1.224.0/24",
        "cluster_network": "10.128.0.0/14",
        "host_prefix": 23,
        "service_network": "172.30.0.0/16",
        "api_vip": "10.1.224.10",
        "ingress_vip": "10.1.224.11",
    },
    "dual": {
        "machine_network": "10.1.224.0/24,fd00:1::/64",
        "cluster_network": "10.128.0.0/14, fd00:2::/48",
        "host_prefix": 24,
        "service_network": "172.30.0.0/16,fd00:3::/112",
        "api_vip": "10.1.224.10,fd00:1::a",
        "ingress_vip": "10.1.224.11,fd00:1::b",
    },
    "ipv6": {
        "machine_network": "fd00:1::/64",
        "cluster_network": "fd00:2::/48",
        "service_network": "fd00:3::/112",
    },
}
IMAGES: dict[str, dict[str, Any]] = {
    "default": {},
    "registry": {"registry": "quay.example.org:5000/a/b"},
    "one": {
        "operator_image": "docker.io/lab/antrea-operator:v1.13.1_vmware.1",
        "antrea_image": "docker.io/lab/antrea-ubi:v1.13.1_vmware.1",
    },
    "digest": {
        "operator_image": f"r.example.org/antrea-operator:v1.14.1@{DIGEST}",
        "antrea_image": f"r.example.org/antrea-ubi@{DIGEST}",
    },
    # The embedded CRD has one image only: for stock Copier these go to cluster.yaml alone.
    "split": {
        "operator_image": "r.example.org/antrea-operator:v2.1.0",
        "agent_image": "r.example.org/antrea-agent-ubi:v2.1.0",
        "controller_image": "r.example.org/antrea-controller-ubi:v2.1.0",
    },
}
GATES: dict[str, dict[str, bool]] = {
    "none": {},
    "one": {"Egress": True},
    "several": {"NodePortLocal": False, "AntreaProxy": True, "Traceflow": False, "Multicast": True},
    "newer": {"BGPPolicy": True, "Egress": False},  # Antrea 2.x alone knows BGPPolicy
}
DOMAINS = [
    {
        "name": f"fd-{n}",
        "region": "r: 1",
        "zone": f"z{n}",
        "server": "vc1.example.com",
        "topology": {
            "datacenter": "DC #1",
            "computeCluster": "/DC #1/host/c",
            "datastore": "ds",
            "networks": ["VM Network"],
        },
    }
    for n in (1, 2)
]
FACTORS = {
    "flavour": ["openshift", "kubernetes"],
    "version": ["4.12.45", "4.13.3", "4.14.20", "4.18.9"],
    "platform": ["vsphere", "baremetal", "none", "nutanix", "aws"],
    "networks": list(NETWORKS),
    "encap": ["encap", "noEncap", "hybrid", "networkPolicyOnly"],
    "tunnel": ["geneve", "vxlan", "gre", "stt"],
    "encryption": ["none", "ipsec", "wireGuard"],
    "mtu": ["0", "1450"],
    "gates": list(GATES),
    "images": list(IMAGES),
    "nsx": ["no", "bare", "list", "commas"],
    "proxy": ["no", "yes"],
    "ntp": ["no", "list", "commas"],
    "mirror": ["no", "yes"],
    "trust": ["no", "yes"],
    "ci": ["github", "gitlab", "both"],
    "secrets": ["env", "file", "sops"],
    "domains": ["no", "yes"],
    "backup": ["no", "yes"],
    "ssh": ["no", "yes"],
    "repair": ["no", "yes"],
    "engine": ["none", "argocd", "flux"],
}
CASES = pairwise(FACTORS)


def answers_of(case: Mapping[str, str]) -> dict[str, Any]:
    """The answers that a case stands for."""
    gates = GATES[case["gates"]]
    if case["gates"] == "newer" and case["images"] != "split":
        gates = GATES["one"]
    answers: dict[str, Any] = {
        "flavour": case["flavour"],
        "openshift_version": case["version"],
        "platform": case["platform"],
        "traffic_encap_mode": case["encap"],
        "tunnel_type": case["tunnel"],
        # In any other mode Antrea refuses to encrypt.
        "traffic_encryption_mode": case["encryption"] if case["encap"] == "encap" else "none",
        "default_mtu": int(case["mtu"]),
        "feature_gates": gates,
        "ci": case["ci"],
        "secrets_provider": case["secrets"],
        "fix_platform_field": case["repair"] == "yes",
        "gitops_engine": case["engine"],
        **NETWORKS[case["networks"]],
        **IMAGES[case["images"]],
    }
    parts: dict[str, dict[str, dict[str, Any]]] = {
        "nsx": {
            "bare": {"nsx": True},
            "list": {"nsx": True, "nsx_managers": ["nsx-1.example.com", "10.1.224.9"]},
            "commas": {"nsx": True, "nsx_managers": "nsx-1.example.com, nsx-2.example.com"},
        },
        "proxy": {
            "yes": {
                "http_proxy": "http://proxy.example.com:3128",
                "https_proxy": "http://proxy.example.com:3128",
                "no_proxy": ".example.com,10.0.0.0/8",
            }
        },
        "ntp": {"list": {"ntp_servers": ["ntp1.example.com"]}, "commas": {"ntp_servers": "ntp1.example.com, 10.0.0.1"}},
        "mirror": {"yes": {"mirror_registry": "mirror.example.com:5000/ocp"}},
        "trust": {"yes": {"additional_trust_bundle": CERTIFICATE}},
        "domains": {"yes": {"failure_domains": DOMAINS}},
        "backup": {"yes": {"backup_recipients": [AGE], "backup_remote": "git@git.example.com:p/vault.git"}},
        "ssh": {"yes": {"ssh_public_key": KEY}},
    }
    for factor, choices in parts.items():
        answers |= choices.get(case[factor], {})
    return answers


def accepted_by_the_model(case: Mapping[str, str]) -> bool:
    """Whether ``new`` takes these answers; stock Copier, which checks them one by one, takes them all."""
    openshift = case["flavour"] == "openshift"
    early_domains = case["domains"] == "yes" and case["platform"] == "vsphere" and case["version"] == "4.12.45"
    return case["images"] != "split" and not (openshift and early_domains) and not ipv6_on_aws(case)


def ipv6_on_aws(case: Mapping[str, str]) -> bool:
    """The one rule that spans answers of stock Copier here and that ``render`` refuses afterwards."""
    return (case["flavour"], case["platform"]) == ("openshift", "aws") and case["networks"] in ("dual", "ipv6")


def identity(case: Mapping[str, str]) -> str:
    return f"{CASES.index(dict(case))}-{case['flavour']}-{case['platform']}-{case['networks']}-{case['images']}"


each_case = pytest.mark.parametrize("case", CASES, ids=identity)


def test_the_cases_cover_every_pair_of_values():
    for a, b in itertools.combinations(FACTORS, 2):
        assert {(case[a], case[b]) for case in CASES} == set(itertools.product(FACTORS[a], FACTORS[b]))


def test_the_model_takes_most_of_the_cases():
    assert sum(map(accepted_by_the_model, CASES)) > len(CASES) / 2


@each_case
def test_stock_copier(case: dict[str, str], tmp_path: Path, kustomize: Path):
    """The build has the answers, ``render`` changes nothing that Copier wrote, and the YAML is clean."""
    answers = answers_of(case)
    repo = copy_template(tmp_path / "ocp", **answers)
    written = snapshot(repo)
    found = objects(build(kustomize, repo))
    check_images(case, answers, found)
    check_settings(answers, install_spec(found))
    check_install_config(answers, repo)
    assert lint(repo) == []

    done = run("render", cwd=repo)
    if ipv6_on_aws(case):
        assert (done.code, snapshot(repo)) == (1, written)
        assert "[network/ipv6-platform]" in done.err
        return
    assert done.code == 0, done.err
    after = snapshot(repo)
    assert {
        name: digest for name, digest in after.items() if not name.startswith(("rendered/", "firewall/"))
    } == written
    assert rendered(repo) == found


# Every second one: `new` adds rendering and checks to what the test above proves of each pair.
@pytest.mark.parametrize("case", [case for case in CASES if accepted_by_the_model(case)][::2], ids=identity)
def test_new(case: dict[str, str], tmp_path: Path, kustomize: Path):
    """``new`` gives the same files as stock Copier, ``rendered/`` with what the plain binary builds, and the rules."""
    answers = answers_of(case)
    (tmp_path / "answers.yml").write_text(yaml.safe_dump(answers))
    stock = snapshot(copy_template(tmp_path / "stock", **answers))
    done = run("new", tmp_path / "ocp", "--data-file", tmp_path / "answers.yml", "--defaults")
    assert done.code == 0, done.err
    ours = snapshot(tmp_path / "ocp", without=(".git", "rendered", "firewall"))
    # The answers file names where the template comes from.
    assert {**ours, ".copier-answers.yml": ""} == {**stock, ".copier-answers.yml": ""}
    assert rendered(tmp_path / "ocp") == objects(build(kustomize, tmp_path / "ocp"))


@pytest.mark.parametrize("case", [c for c in CASES if not accepted_by_the_model(c)], ids=identity)
def test_new_refuses_what_cannot_be_installed(case: dict[str, str], tmp_path: Path):
    (tmp_path / "answers.yml").write_text(yaml.safe_dump(answers_of(case)))
    done = run("new", tmp_path / "ocp", "--data-file", tmp_path / "answers.yml", "--defaults")
    rules = ("[images/missing]", "[answers/combination]", "[network/ipv6-platform]")
    assert done.code == 1
    assert any(rule in done.err for rule in rules), done.err
    assert [path.name for path in tmp_path.iterdir()] == ["answers.yml"]


def check_images(case: Mapping[str, str], answers: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    registry = answers.get("registry", "registry.example.com/antrea")
    assert operator_image_of(found) == answers.get("operator_image", f"{registry}/antrea-operator:v1.14.1")
    if case["images"] != "split":
        assert install_spec(found)["antreaImage"] == answers.get("antrea_image", f"{registry}/antrea-ubi:v1.14.1")


def check_settings(answers: Mapping[str, Any], spec: Mapping[str, str]) -> None:
    agent = yaml.safe_load(spec["antreaAgentConfig"])
    controller = yaml.safe_load(spec["antreaControllerConfig"])
    defaults = {"trafficEncapMode": "encap", "tunnelType": "geneve", "trafficEncryptionMode": "none"}
    current = {**defaults, **agent}
    assert current["trafficEncapMode"] == answers["traffic_encap_mode"]
    if answers["traffic_encap_mode"] in ("encap", "hybrid"):
        assert current["tunnelType"] == answers["tunnel_type"]
    assert current["trafficEncryptionMode"] == answers["traffic_encryption_mode"]
    assert current["defaultMTU"] == answers["default_mtu"]
    gates = {**(agent["featureGates"] or {}), **(controller["featureGates"] or {})}
    assert gates == answers["feature_gates"]
    services = [text.strip() for text in answers.get("service_network", "172.30.0.0/16").split(",")]
    wanted = {("serviceCIDRv6" if ":" in text else "serviceCIDR"): text for text in services}
    if answers["flavour"] == "openshift":
        # The operator fills in the primary one from the cluster's own network (DOMAIN 1.3).
        wanted = {key: text for key, text in wanted.items() if len(services) == 2 and key == "serviceCIDRv6"}
    assert {key: agent[key] for key in ("serviceCIDR", "serviceCIDRv6") if agent.get(key)} == wanted


def check_install_config(answers: Mapping[str, Any], repo: Path) -> None:
    path = repo / "install-config.yaml"
    if answers["flavour"] == "kubernetes":
        assert not path.exists()
        return
    config = yaml.safe_load(path.read_text())
    networking = config["networking"]
    assert networking["networkType"] == "antrea"
    machine = answers.get("machine_network", "10.0.0.0/16").split(",")
    assert [entry["cidr"] for entry in networking["machineNetwork"]] == [text.strip() for text in machine]
    pods = [text.strip() for text in answers.get("cluster_network", "10.128.0.0/14").split(",")]
    prefixes = [64 if ":" in text else answers.get("host_prefix", 23) for text in pods]
    assert [(entry["cidr"], entry["hostPrefix"]) for entry in networking["clusterNetwork"]] == list(
        zip(pods, prefixes, strict=True)
    )
    assert list(config["platform"]) == [answers["platform"]]
    check_platform(answers, config["platform"][answers["platform"]])
    assert config.get("sshKey") == answers.get("ssh_public_key")
    assert config.get("additionalTrustBundle") == answers.get("additional_trust_bundle")
    assert config.get("proxy", {}).get("noProxy") == answers.get("no_proxy")
    mirrors = "imageDigestSources" if int(answers["openshift_version"].split(".")[1]) >= 14 else "imageContentSources"
    assert (mirrors in config) == ("mirror_registry" in answers)
    assert "pullSecret" not in config


def check_platform(answers: Mapping[str, Any], platform: Mapping[str, Any]) -> None:
    if answers["platform"] in ("vsphere", "baremetal", "nutanix") and "api_vip" in answers:
        assert platform["apiVIPs"] == [text.strip() for text in answers["api_vip"].split(",")]
        assert platform["ingressVIPs"] == [text.strip() for text in answers["ingress_vip"].split(",")]
    if answers["platform"] != "vsphere":
        return
    flat = answers["openshift_version"].startswith("4.12.")
    assert ("vCenter" in platform, "vcenters" in platform, "failureDomains" in platform) == (flat, not flat, not flat)
    if not flat and "failure_domains" in answers:
        assert [vcenter["server"] for vcenter in platform["vcenters"]] == ["vc1.example.com"]
        assert [domain["region"] for domain in platform["failureDomains"]] == ["r: 1", "r: 1"]
        assert platform["failureDomains"][0]["topology"]["datastore"] == "/DC #1/datastore/ds"


def lint(repo: Path) -> list[str]:
    """What yamllint says with the configuration that the repository ships."""
    config = YamlLintConfig((repo / ".yamllint.yaml").read_text())
    return [
        f"{name}:{problem}"
        for path in sorted(repo.rglob("*"))
        if path.suffix in (".yaml", ".yml") and not config.is_file_ignored(name := path.relative_to(repo).as_posix())
        for problem in linter.run(path.read_text(), config, name)
    ]
