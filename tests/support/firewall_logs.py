"""Lines that firewalls write about packets, made from the formats that their vendors document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address

NUMBERS = {"TCP": 6, "UDP": 17, "ICMP": 1, "ICMPv6": 58, "ESP": 50, "GRE": 47, "VRRP": 112, "SCTP": 132}
_KERNEL_NAMES = {"TCP", "UDP", "ICMP", "ICMPv6", "ESP", "SCTP"}


@dataclass(frozen=True)
class Flow:
    """A packet; ports are -1 where the protocol has none. ``flags`` as letters, for TCP."""

    source: str
    destination: str
    protocol: str = "TCP"
    source_port: int = 40000
    destination_port: int = 8443
    flags: str = "S"
    is_dropped: bool = True

    @property
    def is_six(self) -> bool:
        return ":" in self.source


def kernel(flow: Flow) -> str:
    """source: Linux net/netfilter/nf_log_syslog.c; the prefix is the user's."""
    ends = [ip_address(end).exploded for end in (flow.source, flow.destination)]
    above = "LEN=72 TC=0 HOPLIMIT=64 FLOWLBL=0" if flow.is_six else "LEN=60 TOS=0x00 PREC=0x00 TTL=63 ID=54321 DF"
    protocol = flow.protocol if flow.protocol in _KERNEL_NAMES else NUMBERS[flow.protocol]
    text = (
        f"Nov 26 03:09:11 fw1 kernel: [12345.678901] FWD-{'DROP' if flow.is_dropped else 'ACCEPT'}: IN=eth0 OUT=eth1 "
        f"MAC=00:50:56:aa:bb:cc:00:50:56:dd:ee:ff:08:00 SRC={ends[0]} DST={ends[1]} {above} PROTO={protocol}"
    )
    if flow.source_port < 0:
        return f"{text} TYPE=8 CODE=0 ID=7 SEQ=1 " if flow.protocol.startswith("ICMP") else f"{text} "
    text += f" SPT={flow.source_port} DPT={flow.destination_port}"
    if flow.protocol != "TCP":
        return f"{text} LEN=40 "
    names = {"A": "ACK", "P": "PSH", "R": "RST", "S": "SYN", "F": "FIN"}
    flags = " ".join(name for letter, name in names.items() if letter in flow.flags)
    return f"{text} WINDOW=64240 RES=0x00 {flags} URGP=0 "


def nsx(flow: Flow) -> str:
    """source: VMware NSX administration guide, Firewall Packet Logs."""
    protocol = flow.protocol if flow.protocol in ("TCP", "UDP") else f"PROTO {NUMBERS[flow.protocol]}"
    ends = f"{flow.source}->{flow.destination}"
    if flow.source_port >= 0:
        ends = f"{flow.source}/{flow.source_port}->{flow.destination}/{flow.destination_port}"
    return (
        f"2026-11-26T03:09:11.123Z esx1 FIREWALL_PKTLOG: b6507827 INET{'6' if flow.is_six else ''} match "
        f"{'DROP' if flow.is_dropped else 'PASS'} domain-c8/1006 IN 60 {protocol} {ends}"
        f"{f' {flow.flags}' if flow.protocol == 'TCP' else ''}"
    )


def filterlog(flow: Flow) -> str:
    """source: Netgate, pfSense documentation, Raw Filter Log Format."""
    action, number = "block" if flow.is_dropped else "pass", NUMBERS[flow.protocol]
    name = flow.protocol.lower()
    fields = f"4,,,1000000103,em0,match,{action},in"
    fields += f",6,0x00,0x00000,64,{name},{number}" if flow.is_six else f",4,0x0,,64,54321,0,DF,{number},{name}"
    fields += f",60,{flow.source},{flow.destination}"
    if flow.source_port >= 0:
        fields += f",{flow.source_port},{flow.destination_port},0"
    if flow.protocol == "TCP":
        fields += f",{flow.flags},1234567890,,64240,,mss;nop;wscale"
    return (
        f"Nov 26 03:09:11 pfsense filterlog[30821]: {fields or ''}{'' if flow.source_port >= 0 else ',datalength=64'}"
    )


def paloalto(flow: Flow) -> str:
    """source: Palo Alto Networks, PAN-OS administrator's guide, Traffic Log Fields."""
    subtype, action = ("deny", "deny") if flow.is_dropped else ("end", "allow")
    names = {"ICMPv6": "ipv6-icmp"}
    first, second = max(flow.source_port, 0), max(flow.destination_port, 0)
    return (
        f"Nov 26 03:09:11 pa1 1,2026/11/26 03:09:11,001801000001,TRAFFIC,{subtype},2561,2026/11/26 03:09:10,"
        f'{flow.source},{flow.destination},0.0.0.0,0.0.0.0,"deny, all",,,not-applicable,vsys1,nodes,pods,ethernet1/1,'
        f"ethernet1/2,forward,2026/11/26 03:09:10,0,1,{first},{second},0,0,0x0,"
        f"{names.get(flow.protocol, flow.protocol.lower())},{action},74,74,0,1,2026/11/26 03:09:08,0,any,,4455,0x0,"
        "10.0.0.0-10.255.255.255,10.0.0.0-10.255.255.255,,1,0,policy-deny,0,0,0,0,,pa1,from-policy,,,0,,0,,N/A"
    )


def fortinet(flow: Flow, separator: str = " ") -> str:
    """source: Fortinet, FortiOS administration guide, Sample logs by log type; commas with `set format csv`."""
    ports = f"srcport={max(flow.source_port, 0)}", f"dstport={max(flow.destination_port, 0)}"
    pairs = (
        *("<189>date=2026-11-26", "time=03:09:11", 'devname="FG-1"', 'devid="FGT60F"', 'logid="0000000013"'),
        *('type="traffic"', 'subtype="forward"', 'level="notice"', 'vd="root"', "eventtime=1764126551000000000"),
        *(f"srcip={flow.source}", ports[0], 'srcintf="port1"', 'srcintfrole="lan"'),
        *(f"dstip={flow.destination}", ports[1], 'dstintf="port2"', 'dstintfrole="undefined"'),
        *('srccountry="Reserved"', 'dstcountry="United States"', "sessionid=236", f"proto={NUMBERS[flow.protocol]}"),
        *(f'action="{"deny" if flow.is_dropped else "close"}"', "policyid=0", 'policytype="policy"', "craction=131072"),
        *('service="tcp/8443"', 'trandisp="noop"', "sentbyte=0", 'utmaction="allow"'),
    )
    return separator.join(pairs)


FORMATS: Mapping[str, Callable[[Flow], str]] = {
    "kernel": kernel,
    "nsx": nsx,
    "filterlog": filterlog,
    "paloalto": paloalto,
    "fortinet": fortinet,
    "fortinet-csv": lambda flow: fortinet(flow, ","),
}
