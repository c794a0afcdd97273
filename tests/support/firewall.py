"""Firewall rules of small clusters, in short."""

from __future__ import annotations

from typing import Any

import yaml

from antrea_ci.firewall import Rule, rules
from antrea_ci.model.effective import Cluster

VERSION = "operator.antrea.vmware.com/v1"
NODES, PODS = "10.1.224.0/24", "10.128.0.0/14"
BETWEEN = f"{NODES} ↔ {NODES}"
GENEVE = {f"UDP 6081 {BETWEEN}"}
MIRROR = [{"source": "quay.io/openshift-release-dev/ocp-release", "mirrors": ["m.example.org:5000/release"]}]


def manifest(agent: Any = None, controller: Any = None, **spec: Any) -> dict[str, Any]:
    """The rendered objects: an AntreaInstall with these configurations."""
    texts = {
        "antreaAgentConfig": yaml.safe_dump(agent or {}),
        "antreaControllerConfig": yaml.safe_dump(controller or {}),
    }
    return {"AntreaInstall/a/b": {"apiVersion": VERSION, "kind": "AntreaInstall", "spec": {**texts, **spec}}}


def brief(rule: Rule) -> str:
    """Protocol, port and ends, without the reason."""
    return rule.as_text().split(" (")[0]


def lines(cluster: Cluster, **configuration: Any) -> set[str]:
    return {brief(rule) for rule in rules(cluster, manifest(**configuration))}
