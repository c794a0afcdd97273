"""Dropped packets are held against the rows of the report: what the firewall lacks, and what no row explains."""

from __future__ import annotations

import gzip
import io
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antrea_ci.firewall import rules
from antrea_ci.firewall.learn import Learned, learn
from antrea_ci.firewall.learn.ends import Ends, zones_of
from antrea_ci.firewall.learn.packets import Verdict
from antrea_ci.firewall.learn.pairs import Rulebook
from antrea_ci.firewall.learn.tally import Tally
from antrea_ci.model.effective import Cluster
from support.firewall import brief, manifest
from support.firewall_logs import FORMATS, Flow

NODE, OTHER_NODE, POD = "10.1.224.21", "10.1.224.22", "10.128.3.7"
NODES, PODS = "10.1.224.0/24", "10.128.0.0/14"


def learned(cluster: Cluster, lines: Iterable[str], agent: Any = None, **options: Any) -> Learned:
    text = "".join(f"{line}\n" for line in lines).encode()
    return learn(cluster, rules(cluster, manifest(agent)), [io.BytesIO(text)], **options)


def missing(found: Learned) -> dict[str, tuple[int, int]]:
    """Rows that are lacking: packets, and answers among them."""
    return {brief(one.rule): (one.drops.count, one.drops.replies) for one in found.missing}


def unexplained(found: Learned) -> dict[str, int]:
    return {
        f"{one.protocol} {one.port} {one.source.what} → {one.destination.what}": one.drops.count
        for one in found.unexplained
    }


@pytest.mark.parametrize("name", FORMATS)
def test_a_row_whose_packets_are_dropped_is_lacking(cluster: Cluster, name: str) -> None:
    flows = [Flow(NODE, POD), Flow(NODE, POD, source_port=51000), Flow(NODE, POD, is_dropped=False)]
    found = learned(cluster, map(FORMATS[name], flows))
    assert missing(found) == {f"TCP 8443 {NODES} → {PODS}": (2, 0)}
    assert not found.unexplained
    assert "03:09:1" in found.missing[0].drops.first
    assert NODE.rsplit(".", maxsplit=1)[-1] in found.missing[0].drops.example


@pytest.mark.parametrize(("flags", "port"), [("SA", 40000), ("A", 40000), ("A", 1025)])
def test_a_dropped_answer_is_of_the_row_of_its_question(cluster: Cluster, flags: str, port: int) -> None:
    found = learned(cluster, [FORMATS["kernel"](Flow(POD, NODE, "TCP", 8443, port, flags))])
    assert missing(found) == {f"TCP 8443 {NODES} → {PODS}": (1, 1)}
    assert not found.unexplained


def test_a_protocol_without_ports_is_called_by_its_row(cluster: Cluster) -> None:
    (one,) = learned(cluster, [FORMATS["kernel"](Flow(NODE, OTHER_NODE, "ESP", -1, -1))]).unexplained
    assert (one.what, one.port) == ("IPsec between nodes", "")


def test_rows_are_told_apart_by_direction_protocol_and_range(cluster: Cluster) -> None:
    flows = [
        Flow(NODE, OTHER_NODE, "UDP", 51234, 6081),
        Flow(NODE, OTHER_NODE, "TCP", 51234, 10250),
        Flow(NODE, OTHER_NODE, "TCP", 51234, 32000),
        Flow(NODE, OTHER_NODE, "TCP", 51234, 2379),
        Flow(NODE, "10.1.224.10", "TCP", 51234, 22623),
        Flow(NODE, OTHER_NODE, "ICMP", -1, -1),
        Flow(NODE, OTHER_NODE, "VRRP", -1, -1),
    ]
    found = learned(cluster, map(FORMATS["filterlog"], flows))
    between = f"{NODES} ↔ {NODES}"
    assert set(missing(found)) == {
        f"UDP 6081 {between}",
        f"TCP 10250-10259 {between}",
        f"TCP 30000-32767 {between}",
        "TCP 2379-2380 control plane nodes ↔ control plane nodes",
        f"TCP 22623 {NODES} → 10.1.224.10",
        f"ICMP {between}",
        f"VRRP {between}",
    }
    assert not found.unexplained


def test_what_no_row_explains_is_named_and_proposed_in_the_form_of_the_report(cluster: Cluster) -> None:
    flows = [Flow(NODE, POD, "TCP", port, 5353) for port in (40000, 40001)]
    flows += [Flow(POD, NODE, "TCP", 40000, 7777), Flow(NODE, "172.30.0.10", "UDP", 40000, 53)]
    found = learned(cluster, map(FORMATS["nsx"], flows))
    assert unexplained(found) == {
        "TCP 5353 machineNetwork → clusterNetwork": 2,
        "TCP 7777 clusterNetwork → machineNetwork": 1,
        "UDP 53 machineNetwork → serviceNetwork": 1,
    }
    proposed = found.as_json()["proposed"]
    assert isinstance(proposed, list)
    assert proposed[0] == {
        "source": NODES,
        "destination": PODS,
        "protocol": "TCP",
        "port": "5353",
        "phase": "always",
        "reason": "seen dropped: CoreDNS of OpenShift (dns-default)",
        "fact": "openshift/cluster-dns-operator assets/dns/daemonset.yaml",
    }
    assert "kube-proxy" in found.unexplained[2].what


def test_an_answer_that_no_row_explains_is_of_the_lower_port(cluster: Cluster) -> None:
    found = learned(cluster, [FORMATS["fortinet"](Flow(POD, NODE, "UDP", 5353, 45678))])
    assert unexplained(found) == {"UDP 5353 machineNetwork → clusterNetwork": 1}


def test_pods_are_explained_where_their_addresses_are_seen(cluster: Cluster) -> None:
    lines = [FORMATS["kernel"](Flow(NODE, POD, "TCP", 40000, port)) for port in (7777, 45000, 8443)]
    found = learned(cluster, lines, {"trafficEncapMode": "noEncap"})
    assert missing(found) == {f"any {NODES} → {PODS}": (2, 0), f"TCP 8443 {NODES} → {PODS}": (1, 0)}


def test_a_name_is_matched_by_its_port_or_by_the_address_that_is_given(cluster: Cluster) -> None:
    lines = [FORMATS["paloalto"](Flow(NODE, "10.9.9.9", "UDP", 40000, 53, ""))]
    found = learned(cluster, lines)
    assert (found.missing, [brief(one.rule) for one in found.possible]) == ((), [f"UDP 53 {NODES} → DNS servers"])
    assert "DNS servers" in found.names
    found = learned(cluster, lines, addresses={"DNS servers": ["10.9.9.9"]})
    assert (set(missing(found)), found.possible) == ({f"UDP 53 {NODES} → 10.9.9.9"}, ())


def test_known_addresses_belong_to_the_cluster_s_traffic(other: Callable[..., Cluster]) -> None:
    cluster = other(nsx={"enabled": True, "managers": ["10.2.0.9"]})
    flows = [Flow(NODE, "10.2.0.9", "TCP", 40000, port) for port in (1235, 1236)]
    found = learned(cluster, map(FORMATS["nsx"], flows))
    assert set(missing(found)) == {f"TCP 1235 {NODES} → 10.2.0.9"}
    assert [(one.source.network, one.port) for one in found.unexplained] == [(NODES, "1236")]


def test_machines_that_cluster_yaml_names_are_of_the_machine_network(other: Callable[..., Cluster]) -> None:
    cluster = other(firewall={"addresses": {"control plane nodes": [NODE, OTHER_NODE]}})
    flows = [Flow(NODE, OTHER_NODE, "TCP", 40000, port) for port in (2379, 10250, 7777)]
    found = learned(cluster, map(FORMATS["nsx"], flows))
    assert set(missing(found)) == {f"TCP 2379-2380 {NODE} → {OTHER_NODE}", f"TCP 10250-10259 {NODES} ↔ {NODES}"}
    assert unexplained(found) == {"TCP 7777 machineNetwork → machineNetwork": 1}


def test_traffic_of_others_is_counted_only(cluster: Cluster) -> None:
    flows = [Flow("192.0.2.1", "198.51.100.1"), Flow("192.0.2.1", NODE, "TCP", 40000, 7777), Flow("192.0.2.1", POD)]
    found = learned(cluster, map(FORMATS["kernel"], flows))
    assert (found.missing, found.unexplained, found.possible) == ((), (), ())
    assert found.lines()["outside"] == 3


def test_both_families(other: Callable[..., Cluster]) -> None:
    networking = {
        "networkType": "antrea",
        "machineNetwork": [{"cidr": NODES}, {"cidr": "fd00:1::/64"}],
        "clusterNetwork": [{"cidr": PODS, "hostPrefix": 23}, {"cidr": "fd00:2::/48", "hostPrefix": 64}],
        "serviceNetwork": ["172.30.0.0/16", "fd00:3::/112"],
    }
    platform = {"none": {}}
    cluster = other({"networking": networking, "platform": platform})
    found = learned(cluster, [FORMATS[name](Flow("fd00:1::21", "fd00:2::7")) for name in FORMATS])
    assert missing(found) == {"TCP 8443 fd00:1::/64 → fd00:2::/48": (len(FORMATS), 0)}


def test_lines_of_no_format_are_counted_and_shown_harmless(cluster: Cluster) -> None:
    lines = ["Nov 26 sshd[1]: Accepted \x1b[31m", FORMATS["nsx"](Flow("10.1.224.300", POD)), "x" * 100_000, ""]
    found = learned(cluster, [*lines, FORMATS["nsx"](Flow(NODE, POD))])
    assert (found.lines()["unknown"], found.lines()["read"]) == (3, 5)
    examples = found.as_json()["unknownExamples"]
    assert isinstance(examples, list)
    assert examples[0] == r"Nov 26 sshd[1]: Accepted \x1b[31m"
    assert missing(found) == {f"TCP 8443 {NODES} → {PODS}": (1, 0)}


@settings(max_examples=60)
@given(noise=st.binary(max_size=200), cut=st.integers(0, 400))
def test_no_bytes_stop_it(cluster: Cluster, noise: bytes, cut: int) -> None:
    tally = Tally(Ends(zones_of(cluster, ())), Rulebook(()))
    for written in FORMATS.values():
        line = written(Flow(NODE, POD)).encode()
        tally.count([noise, noise + line, line[:cut] + noise, line[:cut] + noise + line[cut:]])
    assert tally.lines == 4 * len(FORMATS)


def test_packed_logs_are_read_by_content_as_far_as_they_go(cluster: Cluster, tmp_path: Path) -> None:
    line = f"{FORMATS['nsx'](Flow(NODE, POD))}\r\n".encode()
    log = tmp_path / "firewall.log"
    log.write_bytes(gzip.compress(line * 500) + gzip.compress(line * 500))
    rows = rules(cluster, manifest())
    assert missing(learn(cluster, rows, [log])) == {f"TCP 8443 {NODES} → {PODS}": (1000, 0)}
    log.write_bytes(log.read_bytes()[:-20])
    found = learn(cluster, rows, [log, io.BytesIO(line)])
    assert found.broken_off == (str(log),)
    assert missing(found)[f"TCP 8443 {NODES} → {PODS}"][0] > 500


def test_memory_does_not_grow_with_what_a_log_holds(cluster: Cluster) -> None:
    """Packets that are all different: hosts, ports, words of prefixes."""
    usual = FORMATS["kernel"](Flow(NODE, POD)).replace(POD, "10.{}.{}.{}").replace("FWD-DROP", "{} DROP")
    usual = usual.replace("40000", "{}").replace("8443", "{}")
    lines = [
        usual.format(n, 128 + n % 4, n // 256 % 256, n % 256, 1024 + n % 60000, n % 65536).encode() for n in range(6000)
    ]
    rows = rules(cluster, manifest())
    tally = Tally(Ends(zones_of(cluster, rows), kept=500), Rulebook(rows), kinds=500, kept=500)
    used: list[int] = []
    tally.count([FORMATS["nsx"](Flow(NODE, POD, is_dropped=False)).encode(), b"no line of a firewall"])
    tracemalloc.start()
    for part in range(0, len(lines), 2000):
        tally.count(lines[part : part + 2000])
        used.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert len(tally.flows) == 500
    assert tally.totals() == {("nsx", Verdict.ALLOWED): 1, ("kernel", Verdict.DROPPED): len(lines)}
    assert tally.beyond.count > 5000
    assert max(used[1:]) < used[0] + (1 << 18), used
