"""Rules as a configuration of Terraform's provider vmware/nsxt: groups, services and one distributed firewall policy.

source: vmware/terraform-provider-nsxt docs/resources/policy_{group,service,security_policy}.md
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from antrea_ci.firewall.addresses import family
from antrea_ci.firewall.flows import IP_PROTOCOLS, Flow, flows, identifiers, is_port, names, one_line
from antrea_ci.firewall.rule import Rule

_HEAD = """\
# What {cluster} needs, for the distributed firewall of NSX. Written by `antrea-gitops firewall report`.
#
# The policy allows; what nothing allows is up to your default rule. Groups of which the cluster's files name no address
# take them from variables. An empty one holds nobody, so nothing passes: NSX reads an empty group as none, not as any.

terraform {{
  required_providers {{
    nsxt = {{
      source = "vmware/nsxt"
    }}
  }}
}}
"""


def terraform(rules: Sequence[Rule], cluster: str) -> str:
    """The whole configuration; ``cluster`` is the cluster's name."""
    writer = _Writer(cluster, list(_of_nsx(rules)), identifiers(names(rules)))
    return "".join(
        [
            _HEAD.format(cluster=one_line(cluster) or "the cluster"),
            *writer.groups(),
            *writer.services(),
            *writer.policy(),
        ]
    )


def _of_nsx(rules: Sequence[Rule]) -> Iterator[Flow]:
    """Rules with ports that are ports; others would be refused as a whole file."""
    for flow in flows(rules):
        if flow.rule.protocol not in ("TCP", "UDP") or is_port(flow.rule.port):
            yield flow


class _Writer:
    def __init__(self, cluster: str, wanted: Sequence[Flow], named: Mapping[str, str]) -> None:
        self._cluster = cluster or "cluster"
        self._wanted = wanted
        self._named = named

    def groups(self) -> Iterator[str]:
        ends = ((name, one.family) for one in self._wanted for name in (one.rule.source, one.rule.destination))
        for name, version in dict.fromkeys(ends):
            yield from self._group(name, version)

    def _group(self, name: str, version: int) -> Iterator[str]:
        label, shown = self._label(name, version), f"{self._cluster}: {name}"
        if family(name):
            addresses = (
                f"  criteria {{\n    ipaddress_expression {{\n      ip_addresses = [{_text(name)}]\n    }}\n  }}\n"
            )
        else:
            shown += f" (IPv{version})"
            yield (
                f'\nvariable "{label}" {{\n  type        = list(string)\n  default     = []\n'
                f"  description = {_text(f'IPv{version} addresses and networks: {name}')}\n}}\n"
            )
            addresses = (
                f'  dynamic "criteria" {{\n    for_each = length(var.{label}) > 0 ? [var.{label}] : []\n'
                "    content {\n      ipaddress_expression {\n        ip_addresses = criteria.value\n"
                "      }\n    }\n  }\n"
            )
        yield f'\nresource "nsxt_policy_group" "{label}" {{\n  display_name = {_text(shown)}\n\n{addresses}}}\n'

    def services(self) -> Iterator[str]:
        for service in dict.fromkeys((one.rule.protocol, one.rule.port) for one in self._wanted):
            if service[0] != "any":
                label, shown = _service(*service), f"{self._cluster}: {' '.join(service).strip()}"
                yield (
                    f'\nresource "nsxt_policy_service" "{label}" {{\n'
                    f"  display_name = {_text(shown)}\n\n{_entry(*service)}}}\n"
                )

    def policy(self) -> Iterator[str]:
        yield (
            f'\nresource "nsxt_policy_security_policy" "{self._policy()}" {{\n'
            f"  display_name = {_text(f'{self._cluster}: antrea-gitops')}\n"
            '  category     = "Application"\n  stateful     = true\n'
        )
        yield from map(self._rule, self._wanted)
        yield "\n  lifecycle {\n    create_before_destroy = true\n  }\n}\n"

    def _rule(self, flow: Flow) -> str:
        rule = flow.rule
        lines = {
            "display_name": _text(rule.reason[:255]),
            "description": _text(f"{rule.phase}; {rule.fact}"),
            "source_groups": f"[nsxt_policy_group.{self._label(rule.source, flow.family)}.path]",
            "destination_groups": f"[nsxt_policy_group.{self._label(rule.destination, flow.family)}.path]",
            "services": f"[nsxt_policy_service.{_service(rule.protocol, rule.port)}.path]",
            "ip_version": _text(f"IPV{flow.family}"),
            "action": '"ALLOW"',
        }
        if rule.protocol == "any":
            del lines["services"]
        width = max(map(len, lines))
        body = "".join(f"    {key:<{width}} = {value}\n" for key, value in lines.items())
        return f"\n  rule {{\n{body}  }}\n"

    def _label(self, name: str, version: int) -> str:
        known = self._named.get(name)
        return f"{known}_v{version}" if known else f"net_{_plain(name)}"

    def _policy(self) -> str:
        return identifiers([self._cluster])[self._cluster]


def _service(protocol: str, port: str) -> str:
    return _plain(f"{protocol.lower()}_{port}".rstrip("_"))


def _entry(protocol: str, port: str) -> str:
    if protocol in ("TCP", "UDP"):
        return (
            f"  l4_port_set_entry {{\n    protocol          = {_text(protocol)}\n"
            f"    destination_ports = [{_text(port)}]\n  }}\n"
        )
    if protocol.startswith("ICMP"):
        version = "ICMPv6" if protocol == "ICMPv6" else "ICMPv4"
        return f"  icmp_entry {{\n    protocol = {_text(version)}\n  }}\n"
    return f"  ip_protocol_entry {{\n    protocol = {IP_PROTOCOLS[protocol]}\n  }}\n"


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "_", text.lower())


def _text(text: str) -> str:
    """``text`` as a quoted template of HCL, in which nothing is a template."""
    return json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
