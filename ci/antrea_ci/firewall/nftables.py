"""Rules as one nftables file for a router between the networks (``nft -f``, from nftables 0.9 on)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from antrea_ci.firewall.addresses import family
from antrea_ci.firewall.flows import IP_PROTOCOLS, Flow, flows, identifiers, is_port, names, one_line
from antrea_ci.firewall.rule import Rule

_ADDRESS = {4: "ip", 6: "ip6"}
_LONGEST_COMMENT = 127  # bytes, include/linux/netfilter/nf_tables.h (NFT_USERDATA_MAXLEN) less what nft adds

_HEAD = """\
# What {cluster} needs, for a router or firewall between its networks. Written by `antrea-gitops firewall report`.
#
# Load it with `nft -f FILE`: it replaces its own table as one step, as often as you like, and touches no other.
# All that is forwarded and stands in no rule below is DROPPED, other people's traffic too: on a router that serves
# more than this cluster take the rules over into its own chain instead.
"""
_FILL = """\
#
# Of these ends the cluster's files name no address. Each is a set that is empty here, so nothing passes. Write their
# addresses below `firewall.addresses` in cluster.yaml and report again, or add them whenever the table was loaded:
"""


def nftables(rules: Sequence[Rule], cluster: str) -> str:
    """The whole file; ``cluster`` is the cluster's name."""
    table = f"inet antrea-gitops-{_table(cluster)}"
    wanted, left = list(flows(rules)), _not_loadable(rules)
    sets = _sets(wanted, identifiers(names(rules)))
    parts = [
        _HEAD.format(cluster=one_line(cluster) or "the cluster"),
        *_to_fill(table, sets),
        *left,
        f"\ntable {table}\ndelete table {table}\n\ntable {table} {{\n",
        *(_set(name, set_name, version) for (name, version), set_name in sets.items()),
        "\tchain forward {\n",
        "\t\ttype filter hook forward priority 0; policy drop;\n",
        "\t\tct state established,related accept\n",
        *(f"\t\t{_rule(flow, sets)}\n" for flow in wanted if _is_loadable(flow.rule)),
        "\t}\n}\n",
    ]
    return "".join(parts)


def _sets(wanted: Sequence[Flow], named: Mapping[str, str]) -> dict[tuple[str, int], str]:
    """The set of each end without an address, by its name and the family that it holds."""
    ends = ((name, flow.family) for flow in wanted for name in (flow.rule.source, flow.rule.destination))
    return {(name, version): f"{named[name]}_v{version}" for name, version in dict.fromkeys(ends) if name in named}


def _to_fill(table: str, sets: Mapping[tuple[str, int], str]) -> Iterator[str]:
    if sets:
        yield _FILL
        for (name, version), set_name in sets.items():
            example = "192.0.2.1" if version == 4 else "2001:db8::1"
            yield f"#   nft add element {table} {set_name} '{{ {example} }}'  # {one_line(name)}\n"


def _set(name: str, set_name: str, version: int) -> str:
    return (
        f"\t# {one_line(name)}\n"
        f"\tset {set_name} {{\n\t\ttype ipv{version}_addr\n\t\tflags interval\n\t\tauto-merge\n\t}}\n\n"
    )


def _not_loadable(rules: Sequence[Rule]) -> Iterator[str]:
    left = [rule for rule in rules if not _is_loadable(rule)]
    if left:
        yield "#\n# Left out, because their port is none; `antrea-gitops check` says more:\n"
    yield from (f"#   {one_line(rule.as_text())}\n" for rule in left)


def _is_loadable(rule: Rule) -> bool:
    return rule.protocol not in ("TCP", "UDP") or is_port(rule.port)


def _rule(flow: Flow, sets: Mapping[tuple[str, int], str]) -> str:
    rule, address = flow.rule, _ADDRESS[flow.family]

    def end(name: str) -> str:
        return name if family(name) else f"@{sets[name, flow.family]}"

    parts = [f"{address} saddr {end(rule.source)}", f"{address} daddr {end(rule.destination)}"]
    parts += [_protocol(rule), "accept", f'comment "{_short(_said(rule))}"']
    return " ".join(filter(None, parts))


def _protocol(rule: Rule) -> str:
    if rule.protocol in ("TCP", "UDP"):
        return f"{rule.protocol.lower()} dport {rule.port}"
    if rule.protocol == "any":
        return ""
    return f"meta l4proto {IP_PROTOCOLS[rule.protocol]}"


def _said(rule: Rule) -> str:
    what = "" if rule.protocol in ("TCP", "UDP") else f"{rule.protocol}: "
    when = "" if rule.phase == "always" else f", {rule.phase}"
    return one_line(f"{what}{rule.reason}{when}").replace('"', "'")


def _short(text: str) -> str:
    return text.encode()[:_LONGEST_COMMENT].decode(errors="ignore")


def _table(cluster: str) -> str:
    name = cluster or "cluster"
    return identifiers([name])[name].replace("_", "-")
