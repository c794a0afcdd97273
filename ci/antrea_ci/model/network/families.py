"""Rules about address families: which networks there are of each, and in which order.

The installer calls a cluster dual-stack if its *service* networks are of both families; only then does it look at the
other networks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from antrea_ci.findings import Finding
from antrea_ci.model.network.entry import Entry, Parsed, problem
from antrea_ci.model.network.limits import limits

_BOTH = {4, 6}
_NEVER_FIRST = 99


def family_findings(groups: Mapping[str, Sequence[Parsed]], platform: str, minor: int) -> Iterator[Finding]:
    """What is wrong with the families of these networks on ``platform`` of OpenShift 4.``minor``."""
    yield from _counts(groups)
    if not all(groups.values()):
        return
    families = {name: [network.version for _, network in group] for name, group in groups.items()}
    last = {name: group[-1][0] for name, group in groups.items()}
    if set(families["service"]) == _BOTH:
        yield from _dual_stack(families, last)
        yield from _order(families, groups, platform, minor)
    else:
        yield from _single_stack(families, last)
    if 6 in families["service"] and platform not in limits()["ipv6_first_since"]:
        yield problem("ipv6-platform", last["service"], f"the platform {platform} does not take IPv6 networks")


def _counts(groups: Mapping[str, Sequence[Parsed]]) -> Iterator[Finding]:
    """At most one service and one cluster network of each family."""
    for name in ("cluster", "service"):
        versions = [network.version for _, network in groups[name]]
        if len(versions) > len(set(versions)):
            refused = name == "service" and 4 in versions
            rule = "service-count" if refused else "second-network"
            yield problem(rule, groups[name][-1][0], "has two networks of one address family")


def _dual_stack(families: Mapping[str, Sequence[int]], last: Mapping[str, Entry]) -> Iterator[Finding]:
    for name, versions in families.items():
        if set(versions) != _BOTH:
            yield problem("dual-stack", last[name], "has one address family, the service networks have two")


def _single_stack(families: Mapping[str, Sequence[int]], last: Mapping[str, Entry]) -> Iterator[Finding]:
    wanted = set(families["service"])
    for name in ("machine", "cluster"):
        if set(families[name]) != wanted:
            message = f"its address families are not those of the service network (IPv{wanted.pop()})"
            yield problem("families", last[name], message)
            return


def _order(
    families: Mapping[str, Sequence[int]], groups: Mapping[str, Sequence[Parsed]], platform: str, minor: int
) -> Iterator[Finding]:
    first_since = limits()["ipv6_first_since"].get(platform, _NEVER_FIRST)
    firsts = {name: group[0][0] for name, group in groups.items() if families[name][0] == 6}
    for name, entry in firsts.items():
        if set(families[name]) != _BOTH:
            continue
        if first_since == _NEVER_FIRST:
            yield problem("family-order", entry, "IPv6 stands first", fix="write the IPv4 one first")
        elif minor < first_since:
            yield problem("primary-family", entry, f"IPv6 stands first, which {platform} takes from 4.{first_since} on")
        elif len(firsts) < len(groups):
            yield problem("primary-family", entry, "IPv6 stands first here, and IPv4 in another list")
