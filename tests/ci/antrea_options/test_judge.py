"""Bare configurations: what is taken, and what is told of what is not. The single refusals stand in tests/invalid."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antrea_ci.antrea_catalogue import Component
from antrea_ci.antrea_options import judge
from antrea_ci.antrea_options.examine import examine
from antrea_ci.errors import UsageError
from antrea_ci.findings import Finding

AGENT = """\
# An agent with much of what it can have.
featureGates:
  Egress: true
  FlowExporter: true
  AntreaIPAM: true
  SecondaryNetwork: true
trafficEncapMode: ENCAP
tunnelType: geneve
tunnelPort: 6081
trafficEncryptionMode: wireguard
wireGuard:
  port: 51820
noSNAT: no
defaultMTU: 0
egress:
  exceptCIDRs: [10.0.0.0/8, fd00::/8]
  maxEgressIPsPerNode: 255
flowExporter:
  enable: true
  flowCollectorAddr: "[fd00::1]:4739:tls"
  flowPollInterval: 1m
nodePortLocal: {enable: true, portRange: 61000-62000}
antreaProxy:
  proxyAll: true
  nodePortAddresses: [192.168.77.0/24]
  defaultLoadBalancerMode: NAT
secondaryNetwork:
  ovsBridges: [{bridgeName: br1, physicalInterfaces: [eth1]}]
auditLogging: {maxSize: 100, compress: false}
clientConnection: {qps: 50.5, burst: 100}
dnsServerOverride: 10.96.0.10
transportInterfaceCIDRs: []
enablePrometheusMetrics:
"""
CONTROLLER = """\
featureGates: {NodeIPAM: true}
apiPort: 10349
nodeIPAM:
  enableNodeIPAM: true
  clusterCIDRs: [10.128.0.0/14, fd00::/48]
  nodeCIDRMaskSizeIPv4: 23
  serviceCIDR: 172.30.0.0/16
tlsMinVersion: VersionTLS12
tlsCipherSuites: TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
ipsecCSRSigner: {selfSignedCA: true}
"""
BRIDGE_WITH_TWO_INTERFACES = """\
featureGates: {SecondaryNetwork: true}
secondaryNetwork: {ovsBridges: [{bridgeName: b, physicalInterfaces: [e1, e2]}]}
"""


def told(text: str, version: str = "1.14.1", component: Component = "agent") -> list[Finding]:
    return judge(component, text, "f.conf", version)


def rules(text: str, version: str = "1.14.1", component: Component = "agent") -> list[str]:
    return [finding.rule.removeprefix("antrea/") for finding in told(text, version, component)]


@pytest.mark.parametrize("version", ["1.14.1", "v1.15.1", "2.1.0", "v2.3.0_vmware.1"])
@pytest.mark.parametrize(("component", "text"), [("agent", AGENT), ("controller", CONTROLLER)])
def test_a_full_configuration_is_taken(component: Component, text: str, version: str) -> None:
    assert rules(text, version, component) == []


@pytest.mark.parametrize("text", ["", "# only comments\n", "{}\n", "featureGates:\n"])
def test_nothing_set_is_taken(text: str) -> None:
    assert rules(text) == []


def test_every_fault_is_told_where_antrea_stops_at_the_first() -> None:
    text = "tunnelType: ipip\nnoSNAT: 'yes'\nfeatureGates: {Egres: true}\negress: {exceptCIDRs: [10.0.0.0, 10.0.0.1]}\n"
    assert sorted(rules(text)) == ["egress", "egress", "mode", "type", "unknown-gate"]


def test_the_vendors_build_has_the_vendors_keys() -> None:
    text = "enterpriseAntrea: true\n"
    assert rules(text, "1.13.1", "controller") == ["unknown-key"]
    assert rules(text, "v1.13.1_vmware.1", "controller") == []


@pytest.mark.parametrize(
    ("text", "version", "words"),
    [
        ("trafficEncapmode: encap\n", "1.13.1", "did you mean trafficEncapMode?"),
        ("exceptCIDRs: []\n", "1.13.1", "did you mean egress.exceptCIDRs?"),
        ("packetInRate: 500\n", "1.13.1", "it came with 1.14"),
        ("auditLogging: {maxSize: 1}\n", "1.13.1", "it came with 1.14"),
        ("enableIPSecTunnel: false\n", "2.1.0", "1.15 is the last that has it"),
        ("secondaryNetwork: {ovsBridges: []}\n", "1.13.1", "it came with 1.14"),
        ("featureGates: {L7FlowExporter: true}\n", "1.14.1", "it came with 1.15"),
        ("featureGates: {egress: true}\n", "1.14.1", "did you mean Egress?"),
        ("trafficEncapMode: noencapp\n", "1.14.1", "did you mean noEncap?"),
    ],
)
def test_a_message_says_what_was_meant(text: str, version: str, words: str) -> None:
    (finding,) = told(text, version)
    assert words in finding.message


def test_case_counts_for_tunnel_types_and_not_for_modes() -> None:
    assert rules("trafficEncapMode: NOENCAP\ntrafficEncryptionMode: None\nipsec: {authenticationMode: PSK}\n") == []
    assert rules("tunnelType: VXLAN\n") == ["mode"]


@pytest.mark.parametrize(("version", "expected"), [("1.15.1", ["unknown-key"]), ("2.0.0", ["unknown-key-ignored"])])
def test_an_unknown_key_is_an_error_in_every_version(version: str, expected: list[str]) -> None:
    assert rules("tunelPort: 1\n", version) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [("1.15.1", ["duplicate-key"]), ("2.3.0", ["duplicate-key-ignored"]), ("2.6.2", ["duplicate-key"])],
)
def test_a_key_that_stands_twice(version: str, expected: list[str]) -> None:
    assert rules("apiPort: 1\napiPort: 2\n", version) == expected


def test_null_is_the_empty_value_of_any_type() -> None:
    assert rules("featureGates: ~\ntunnelPort:\nnoSNAT: null\negress:\nnodePortLocal: {enable: }\n") == []


def test_a_gate_set_to_null_is_off() -> None:
    text = "featureGates: {AntreaIPAM: }\nenableBridgingMode: true\nnoSNAT: true\ntrafficEncapMode: noEncap\n"
    assert rules(text) == ["bridging"]


@pytest.mark.parametrize("gates", ["{AllAlpha: true}", "{AllAlpha: false, AntreaIPAM: true}"])
def test_a_stage_switches_its_gates_unless_they_are_set(gates: str) -> None:
    text = "enableBridgingMode: true\nnoSNAT: true\ntrafficEncapMode: noEncap\n"
    assert rules(f"featureGates: {gates}\n{text}") == []
    assert rules(f"featureGates: {{AllAlpha: true, AntreaIPAM: false}}\n{text}") == ["bridging"]


def test_a_stage_leaves_what_is_generally_available() -> None:
    text = "featureGates: {AllBeta: false}\ntrafficEncapMode: noEncap\n"
    assert rules(text, "1.13.1") == ["no-proxy"]
    assert rules(text, "1.14.1") == []


@pytest.mark.parametrize(
    ("text", "before", "since"),
    [
        ("nodePortLocal: {portRange: x}\n", ("1.13.1", ["node-port-local"]), ("1.14.1", [])),
        ("multicast: {enable: true}\ntrafficEncryptionMode: ipsec\n", ("1.15.1", []), ("2.0.0", ["multicast"])),
        ("multicast: {enable: true}\ntrafficEncapMode: networkPolicyOnly\n", ("2.4.0", []), ("2.5.0", ["multicast"])),
        ("featureGates: {SecondaryNetwork: true}\n", ("2.4.0", []), ("2.5.0", ["secondary-network"])),
        ("featureGates: {TopologyAwareHints: false}\n", ("2.5.0", []), ("2.5.1", ["locked-gate"])),
        (
            BRIDGE_WITH_TWO_INTERFACES,
            ("1.15.1", ["secondary-network"]),
            ("2.0.0", []),
        ),
        (
            "trafficEncapMode: hybrid\negress: {exceptCIDRs: [x]}\n",
            ("2.4.0", []),
            ("2.5.0", ["egress"]),
        ),
    ],
    ids=["npl", "multicast+ipsec", "multicast+policyOnly", "ipam", "locked", "interfaces", "egress in hybrid"],
)
def test_a_rule_comes_and_goes_with_its_version(
    text: str, before: tuple[str, list[str]], since: tuple[str, list[str]]
) -> None:
    assert rules(text, before[0]) == before[1]
    assert rules(text, since[0]) == since[1]


def test_options_of_a_feature_that_is_off_are_not_judged() -> None:
    text = "flowExporter: {flowPollInterval: never}\nmulticast: {igmpQueryInterval: x}\nnodePortLocal: {portRange: x}\n"
    assert rules(text) == []


def test_what_the_vendors_text_has_is_known_but_a_locked_gate_stays_locked() -> None:
    text = "featureGates: {VendorGate: true, TopologyAwareHints: false}\nvendorKey: {a: 1}\nother: 1\n"
    names = frozenset({"featureGates.VendorGate", "featureGates.TopologyAwareHints", "vendorKey"})
    found = [fault.finding.rule for fault in examine("agent", text, "f.conf", "2.6.0", names)]
    assert found == ["antrea/unknown-key-ignored", "antrea/locked-gate"]


def test_values_that_fail_after_the_start_are_told_by_a_stricter_rule() -> None:
    text = "tunnelPort: 65536\nhostGateway: sixteen-bytes-xx\ntransportInterfaceCIDRs: [10.0.0.1]\ndefaultMTU: -1\n"
    assert rules(text) == ["unusable-value"] * 4


def test_the_place_is_that_of_the_value() -> None:
    (finding,) = told("egress:\n  exceptCIDRs:\n    - 10.0.0.0/8\n    - bad\n")
    assert str(finding.location) == "f.conf:4:7"


def test_a_version_that_is_not_covered_is_judged_as_the_nearest_with_a_warning() -> None:
    (finding,) = told("", "9.9.9")
    assert (finding.rule, finding.is_error) == ("antrea/version", False)


def test_a_text_that_is_no_version_is_a_mistake_of_usage() -> None:
    with pytest.raises(UsageError, match="not a version of Antrea"):
        told("", "latest")


LINES = (AGENT + CONTROLLER).splitlines()


@given(st.data())
@settings(max_examples=300)
def test_no_corruption_of_a_configuration_is_a_traceback(data: st.DataObject) -> None:
    lines = list(LINES if data.draw(st.booleans()) else AGENT.splitlines())
    for _ in range(data.draw(st.integers(1, 4))):
        index = data.draw(st.integers(0, len(lines) - 1))
        line = lines[index]
        cut = data.draw(st.integers(0, len(line)))
        junk = data.draw(
            st.sampled_from(["", "[", "{a: ", "'", "- ", "\t", ": ", "null", "&x ", "*x", "0", "!t ", "\x00", "é"])
        )
        lines[index] = data.draw(
            st.sampled_from([line[:cut] + junk + line[cut:], line[:cut] + junk, junk + line[cut:]])
        )
    for component in ("agent", "controller"):
        for finding in judge(component, "\n".join(lines), "f.conf", data.draw(st.sampled_from(["1.13.1", "2.3.0"]))):
            assert finding.message
            assert finding.location.file == "f.conf"
