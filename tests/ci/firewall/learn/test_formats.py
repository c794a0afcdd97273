"""Each documented format of firewall logs is read as what its line says."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antrea_ci.firewall.learn.packets import Handshake, Verdict, packet
from antrea_ci.firewall.learn.recognising import formats, recognised
from support.firewall_logs import FORMATS, Flow

PORTS = st.integers(0, 65535)


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    version = draw(st.sampled_from([4, 6]))
    ends = [str(draw(st.ip_addresses(v=version))) for _ in "12"]
    protocol = draw(st.sampled_from(["TCP", "UDP", "ESP", "ICMP" if version == 4 else "ICMPv6"]))
    ports = [draw(PORTS), draw(PORTS)] if protocol in ("TCP", "UDP") else [-1, -1]
    flags = draw(st.sampled_from(["S", "SA", "A", "PA", "R", "FA"])) if protocol == "TCP" else ""
    return Flow(*ends, protocol, *ports, flags=flags, is_dropped=draw(st.booleans()))


def read(line: str | bytes, *prefixes: str) -> tuple[str, Verdict, Flow] | None:
    """The format, the verdict and the flow of a line."""
    data = line.encode() if isinstance(line, str) else line
    found = recognised(data, formats(prefixes))
    if found is None:
        return None
    one, fields = found
    verdict, known = one.verdict(fields[0]), packet(fields)
    if known is None:
        return one.name, verdict, Flow("", "", "", -1, -1)
    shake = one.handshake(fields[6]) if fields[6] else Handshake.UNKNOWN
    flags = {Handshake.UNKNOWN: "", Handshake.OPENS: "S", Handshake.ANSWERS: "SA"}[shake]
    ends = [str(ip_address(fields[at].decode())) for at in (1, 2)]
    return one.name, verdict, Flow(*ends, *known, flags=flags, is_dropped=verdict is Verdict.DROPPED)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=40)
@given(flow=flows())
def test_what_is_written_is_read(name: str, flow: Flow) -> None:
    found = read(FORMATS[name](flow))
    assert found is not None
    assert found[0] == name.partition("-")[0]
    assert found[1] is (Verdict.DROPPED if flow.is_dropped else Verdict.ALLOWED)
    tells_flags = found[0] in ("kernel", "nsx", "filterlog")
    flags = flow.flags if flow.flags in ("S", "SA") and tells_flags else ""
    assert found[2] == Flow(
        *[str(ip_address(end)) for end in (flow.source, flow.destination)],
        flow.protocol,
        flow.source_port,
        flow.destination_port,
        flags=flags,
        is_dropped=flow.is_dropped,
    )


KERNEL = (
    "IN=eth0 OUT=eth1 SRC=10.1.224.4 DST=10.128.0.4 LEN=60 PROTO=TCP SPT=40000 DPT=8443 WINDOW=1 RES=0x00 SYN URGP=0"
)


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (f"Nov 26 03:09:11 h kernel: [UFW BLOCK] {KERNEL}", Verdict.DROPPED),
        (f"Nov 26 03:09:11 h kernel: [   12.345678] [UFW AUDIT] {KERNEL}", Verdict.ALLOWED),
        (f"2026-11-26T03:09:11+0000 h kernel: filter_FWD_REJECT: {KERNEL}", Verdict.DROPPED),
        (f"<4>1 2026-11-26T03:09:11.1Z h kernel - - - Denied {KERNEL}", Verdict.DROPPED),
        (f"Nov 26 03:09:11 vyos kernel: [FWD-filter-10-D]{KERNEL}", Verdict.DROPPED),
        (f"Nov 26 03:09:11 edge kernel: [WAN_IN-2001-A]{KERNEL}", Verdict.ALLOWED),
        (f"[12345.678901] Shorewall:net2fw:DROP:{KERNEL}", Verdict.DROPPED),
        (f"Nov 26 03:09:11 h ulogd[812]: forward-drop {KERNEL}", Verdict.DROPPED),
        (f"Nov 26 03:09:11 dropbox-fw kernel: {KERNEL}", Verdict.UNSAID),
        (KERNEL, Verdict.UNSAID),
        (f"kernel: CHAIN=x DENY {KERNEL}", Verdict.DROPPED),
        ("kernel: DROP IN=eth0 SRC=10.1.224.4 DST=10.128.0.4 PROTO=TCP SPT=4 DPT=8443", Verdict.DROPPED),
    ],
)
def test_the_prefix_of_the_kernel_says_what_became_of_a_packet(line: str, verdict: Verdict) -> None:
    found = read(line)
    assert found is not None
    assert found[:2] == ("kernel", verdict)
    assert found[2].destination_port == 8443


def test_of_chosen_prefixes_only_these_are_drops() -> None:
    lines = [f"kernel: {prefix} {KERNEL}" for prefix in ("myfw-7", "DROP", "")]
    assert [(read(line, "myfw-7") or [None] * 2)[1] for line in lines] == [
        Verdict.DROPPED,
        Verdict.ALLOWED,
        Verdict.ALLOWED,
    ]


@pytest.mark.parametrize(
    ("line", "verdict", "protocol"),
    [
        ("t 8b4a1980 INET match DROP 25577 OUT 84 ICMP 10.1.224.4->10.128.0.4", Verdict.DROPPED, "ICMP"),
        ("t INET match REJECT mainrs/1027 IN 36 PROTO 2 10.1.224.4->10.128.0.4", Verdict.DROPPED, "IGMP"),
        ('x=""} INET reason-match DROP 1005 OUT 60 TCP 10.1.224.4/4->10.128.0.4/84 SEW', Verdict.DROPPED, "TCP"),
        (r'"text":"f2c6 INET match DROP 1/2 IN 60 UDP 10.1.224.4\/4->10.128.0.4\/84"}', Verdict.DROPPED, "UDP"),
        ("t INET state-mismatch DROP 1005 OUT 60 TCP 10.1.224.4/4->10.128.0.4/84 A", Verdict.OTHER, "TCP"),
        ("t INET TERM PASS 5096 OUT TCP RST 10.1.224.4/4->10.128.0.4/84 9/8 1461/4677", Verdict.ALLOWED, ""),
        ("f2c6 INET TERM 24642815 IN UDP 10.1.224.4/4->10.128.0.4/53 1/1 72/103", Verdict.ALLOWED, ""),
    ],
)
def test_variants_of_packet_logs_of_nsx(line: str, verdict: Verdict, protocol: str) -> None:
    found = read(line)
    assert found is not None
    assert (*found[:2], found[2].protocol) == ("nsx", verdict, protocol)


FILTER = "71,,,1000104870,igb1,match,block,out,4,0x0,,64,0,0,DF,17,udp,60,10.1.224.4,10.128.0.4,40000,5353,40"


@pytest.mark.parametrize(
    "head",
    [
        "",
        "Nov 26 03:09:11 filterlog: ",
        "<134>1 2026-11-26T03:09:11+00:00 fw filterlog 1 - - ",
        '<134>1 2026-11-26T03:09:11Z fw filterlog 1 - [meta sequenceId="7"] ',
    ],
)
def test_filterlog_has_many_headers(head: str) -> None:
    assert read(head + FILTER) == (
        "filterlog",
        Verdict.DROPPED,
        Flow("10.1.224.4", "10.128.0.4", "UDP", 40000, 5353, ""),
    )


@pytest.mark.parametrize("action", ["drop", "drop ICMP", "reset both", "reset-server", "reset client"])
def test_palo_alto_has_many_words_for_no(action: str) -> None:
    line = FORMATS["paloalto"](Flow("10.1.224.4", "10.128.0.4")).replace(",deny,74", f",{action},74")
    assert (read(line) or [None] * 2)[1] is Verdict.DROPPED


def test_an_exported_table_of_palo_alto_has_all_fields_in_quotes() -> None:
    line = FORMATS["paloalto"](Flow("10.1.224.4", "10.128.0.4")).replace('"deny, all"', "deny-all")
    quoted = ",".join(f'"{field}"' for field in line.split(","))
    found = read(quoted)
    assert found is not None
    assert found[2].destination_port == 8443


def test_fortinet_in_any_order_and_with_pairs_in_quotes() -> None:
    pairs = [
        "action=deny",
        "proto=17",
        "dstport=53",
        "dstip=10.128.0.4",
        "srcport=4",
        "type=traffic",
        "srcip=10.1.224.4",
    ]
    for line in (" ".join(pairs), ",".join(pairs), ",".join(f'"{pair}"' for pair in pairs)):
        assert read(line) == ("fortinet", Verdict.DROPPED, Flow("10.1.224.4", "10.128.0.4", "UDP", 4, 53, ""))


def test_other_logs_of_fortinet_are_no_drops_of_packets() -> None:
    line = FORMATS["fortinet"](Flow("10.1.224.4", "10.128.0.4")).replace('type="traffic"', 'type="utm"')
    assert (read(line) or [None] * 2)[1] is Verdict.ALLOWED


@pytest.mark.parametrize("name", FORMATS)
def test_half_a_line_is_of_no_format_or_has_no_packet(name: str) -> None:
    line = FORMATS[name](Flow("10.1.224.4", "10.128.0.4"))
    for end in range(line.index("10.1.224.4") + 12):
        found = read(line[:end])
        assert found is None or not found[2].protocol, line[:end]
