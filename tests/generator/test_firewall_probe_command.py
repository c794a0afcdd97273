"""`firewall probe` on a machine whose way is open, refused, dropped and rejected in every manner."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.authority import Authority
from support.probing import Site, probed
from support.programs import program
from support.repos import run
from support.small import rendering_repo

pytestmark = pytest.mark.xdist_group("firewall-probe")  # one worker makes the site
API, INGRESS, NODE, NOBODY = "10.1.224.10", "10.1.224.11", "10.1.224.21", "10.1.224.99"
DNS, NTP, DEAF_NTP, MANAGER, VCENTER, REGISTRY = (f"10.1.{n}.5" for n in (1, 2, 3, 4, 5, 6))
TABLE = f"""\
table inet site {{
  chain input {{
    type filter hook input priority 0;
    ip daddr {API} tcp dport 22623 drop
    ip daddr {NODE} tcp dport 10350 reject
    ip daddr {NODE} tcp dport 10349 reject with icmp type admin-prohibited
    ip daddr {NODE} udp dport 10351 reject
    ip daddr {MANAGER} tcp dport 1234 reject with tcp reset
    udp dport 123 ip daddr {DEAF_NTP} drop
  }}
}}
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory, kustomize: Path) -> Path:
    """A cluster whose registry has a certificate of an authority that its nodes know."""
    folder = tmp_path_factory.mktemp("probe")
    authority = Authority(folder)
    site = {"ntpServers": [NTP, DEAF_NTP]}
    root = rendering_repo(folder / "ocp", site=site, nsx={"enabled": True, "managers": [MANAGER]}).root
    config = yaml.safe_load((root / "install-config.yaml").read_text())
    config |= {"additionalTrustBundle": authority.pem, "additionalTrustBundlePolicy": "Always"}
    (root / "install-config.yaml").write_text(yaml.safe_dump(config))
    for name in ("r.example.org", VCENTER):
        authority.server(name)
    assert run("render", cwd=root).code == 0
    return root


@pytest.fixture(scope="module")
def found(repository: Path) -> dict[str, Any]:
    """The report as JSON, and the exit code."""
    certificates = repository.parent
    stranger = Authority(certificates.parent).server(VCENTER)
    known = next(path for path in certificates.glob("r.example.org*.pem"))
    site = Site(
        addresses=[f"{one}/32" for one in (API, INGRESS, NODE, DNS, NTP, DEAF_NTP, MANAGER, VCENTER, REGISTRY)],
        links=[
            "link add v0 type veth peer name v1",
            "link set v0 up",
            "link set v1 up",
            "addr add 10.1.224.2/24 dev v0",
        ],
        listening=[(API, 6443), (MANAGER, 443), (VCENTER, 443), (REGISTRY, 443), (NODE, 9000)],
        answering=[(DNS, 53), (NTP, 123)],
        rules=TABLE,
        tls={
            f"{VCENTER}:443": [str(stranger.certificate), str(stranger.key)],
            f"{REGISTRY}:443": [str(known), str(known.with_suffix(".key"))],
        },
    )
    ends = {
        "DNS servers": DNS,
        "vcenter.example.com": VCENTER,
        "r.example.org": REGISTRY,
        "control plane nodes": NOBODY,
    }
    options = [text for name, address in ends.items() for text in ("--address", f"{name}={address}")]
    argv = ("-C", repository, "firewall", "probe", "--to", NODE, "--format", "json", *options)
    code, out, _ = probed(site, *argv, nft=program("nft"), cache=Path(os.environ["XDG_CACHE_HOME"]))
    return {**json.loads(out), "code": code}


def row(found: dict[str, Any], what: str, destination: str = "") -> dict[str, Any]:
    """The first row of this protocol and port that begins where nodes are."""
    protocol, _, port = what.partition(" ")
    rows = [one for one in found["rows"] if (one["rule"]["protocol"], one["rule"]["port"]) == (protocol, port)]
    return next(one for one in rows if destination in one["rule"]["destination"])


def target(of: dict[str, Any], address: str) -> tuple[str, str]:
    return next((one["state"], one["detail"]) for one in of["targets"] if one["address"] == address)


def test_what_answers_is_open(found: dict[str, Any]) -> None:
    opened = ("TCP 6443", API), ("UDP 53", DNS), ("UDP 123", NTP), ("TCP 443", MANAGER)
    assert {what: row(found, what, where)["state"] for what, where in opened} == {what: "open" for what, _ in opened}


def test_where_nothing_listens_the_way_is_open(found: dict[str, Any]) -> None:
    refused = row(found, "TCP 1936")
    assert (refused["state"], {one["address"] for one in refused["targets"]}) == ("refused", {API, INGRESS, NODE})
    assert row(found, "TCP 53", DNS)["state"] == "refused"
    assert target(row(found, "UDP 6081"), NODE) == ("refused", "")


def test_of_a_range_the_ends_are_tried(found: dict[str, Any]) -> None:
    tried = row(found, "TCP 9000-9999")
    assert [(one["port"], one["state"]) for one in tried["targets"] if one["address"] == NODE] == [
        (9000, "open"),
        (9999, "refused"),
    ]


def test_what_is_dropped_is_filtered_and_says_what_to_do(found: dict[str, Any]) -> None:
    dropped = row(found, "TCP 22623", API)
    assert dropped["state"] == "filtered"
    assert "let this row through" in dropped["fix"]
    assert row(found, "UDP 123", DEAF_NTP)["state"] == "filtered"
    assert found["code"] == 1


@pytest.mark.parametrize("what", ["TCP 10349", "TCP 10350"])
def test_a_firewall_that_rejects_is_told_from_a_closed_port(found: dict[str, Any], what: str) -> None:
    rejected = row(found, what)
    assert rejected["state"] == "filtered"
    state, detail = target(rejected, NODE)
    assert (state, NODE in detail) == ("filtered", True)
    assert target(rejected, API) == ("refused", "")


def test_an_address_that_nobody_has_is_no_fault_of_a_firewall(found: dict[str, Any]) -> None:
    etcd = row(found, "TCP 2379-2380")
    assert (etcd["state"], target(etcd, NOBODY)) == (
        "untested",
        ("untested", "this machine finds no machine with this address"),
    )


def test_certificates_are_held_against_what_nodes_trust(found: dict[str, Any]) -> None:
    (registry,) = row(found, "TCP 443", REGISTRY)["targets"]
    (vcenter,) = row(found, "TCP 443", VCENTER)["targets"]
    assert (registry["state"], registry["certificate"]) == ("open", "")
    assert (vcenter["state"], "signed by nobody who is trusted" in vcenter["certificate"]) == ("open", True)


def test_what_cannot_be_tried_says_why(found: dict[str, Any]) -> None:
    assert "TCP and UDP" in row(found, "ICMP")["why"]
    assert "10.128.0.0/14" in row(found, "TCP 8443")["why"]
    assert "clients" in row(found, "TCP 80")["why"]
    assert found["inMachineNetwork"] is True
    assert sum(found["summary"].values()) == len(found["rows"])


def test_the_installer_tries_its_own_rows(repository: Path) -> None:
    given = ("--address", f"vcenter.example.com={API}", "--format", "json", "--timeout", "20")
    argv = ("-C", repository, "firewall", "probe", "--from", "installer", *given)
    site = Site([f"{API}/32", f"{INGRESS}/32"], listening=[(API, 6443)])
    code, out, _ = probed(site, *argv, nft=program("nft"), cache=Path(os.environ["XDG_CACHE_HOME"]))
    found = json.loads(out)
    tried = {one["rule"]["source"] for one in found["rows"] if one["state"] != "untested"}
    assert (code, tried) == (0, {"installer host"})
    states = [one["state"] for one in found["rows"] if one["rule"]["source"] == "installer host"]
    assert states.count("open") == 1


def test_what_cannot_be_meant_is_told(repository: Path) -> None:
    done = run("firewall", "probe", "--to", "10.1.224.0/24", "--to", "192.0.2.1", cwd=repository)
    assert done.code == 2
    assert "10.1.224.0/24 is no address; 192.0.2.1 is in no network" in done.err
    done = run("firewall", "probe", "--address", "clients", cwd=repository)
    assert (done.code, "NAME=ADDRESS" in done.err) == (2, True)
