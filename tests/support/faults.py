"""Ten faults of pull requests: what is changed, and which jobs must turn red with which message. All others stay green.

Where the sources cannot be rendered, or rendered/ does not follow from them, no job that renders can be green.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from support.hosted import Change
from support.plants import PLANTS, Chance


@dataclass(frozen=True)
class Fault:
    """``red``: job to a text in its log."""

    change: Change
    red: Mapping[str, str]


_CLUSTER, _CONFIG = "cluster.yaml", "install-config.yaml"
_OVERLAY = "antrea/overlays/install/kustomization.yaml"
_WHICH_RENDER = ("check", "render", "diff")


def _faults() -> dict[str, Fault]:
    return {
        "broken YAML": Fault(
            Change([(_CLUSTER, "featureGates: {}", "featureGates: {")]),
            dict.fromkeys(_WHICH_RENDER, "not YAML: did not find expected"),
        ),
        "misspelt feature gate": Fault(
            Change([(_CLUSTER, "featureGates: {}", "featureGates: {Egres: true}")]),
            dict.fromkeys(_WHICH_RENDER, "did you mean Egress?"),
        ),
        "wrong host prefix": Fault(
            Change([(_CONFIG, "hostPrefix: 23", "hostPrefix: 13")]),
            dict.fromkeys(_WHICH_RENDER, "hostPrefix 13 is larger than the cluster network 10.128.0.0/14"),
        ),
        "misspelt networkType": Fault(
            Change([(_CONFIG, "networkType: antrea", "networkType: anrea")]),
            dict.fromkeys(_WHICH_RENDER, "`networking.networkType` is 'anrea', it must be 'antrea'"),
        ),
        "floating image": Fault(
            Change([(_CLUSTER, "antrea-ubi:v1.14.1", "antrea-ubi:latest")]),
            dict.fromkeys(_WHICH_RENDER, "'registry.example.com/antrea/antrea-ubi:latest' is a floating tag"),
        ),
        "remote resource": Fault(
            Change([(_OVERLAY, "  - ../../bundle", "  - ../../bundle\n  - https://example.com/more.yaml")]),
            dict.fromkeys(_WHICH_RENDER, "`https://example.com/more.yaml` is a remote resource"),
        ),
        "stale rendered": Fault(
            Change([(_CLUSTER, "defaultMTU: 0", "defaultMTU: 1400")], renders=False),
            {
                "check": "drift/stale",
                "render": "2 files are not what their sources give",
                "diff": "are not what the sources give: run `antrea-gitops render`",
            },
        ),
        "immutable change of an installed cluster": Fault(
            Change([(_CONFIG, "10.128.0.0/14", "10.132.0.0/14")]),
            {
                "check": "cluster network is 10.132.0.0/14 here, and the cluster was installed with 10.128.0.0/14",
                "diff": "cannot follow a change of install-config.yaml networking.clusterNetwork[0].cidr",
            },
        ),
        "edited vendor file": Fault(
            Change([("antrea/bundle/operator.yaml", "replicas: 1", "replicas: 2")]),
            {"check": "this file is not as the vendor shipped it"},
        ),
        "committed secret": Fault(
            Change(writes={"notes.md": f"{PLANTS['age'][1](Chance(5))}\n"}), {"check": "this is an identity of age"}
        ),
    }


FAULTS: Mapping[str, Fault] = _faults()
CLEAN = Change([(_CLUSTER, "featureGates: {}", "featureGates: {Egress: true}")])
"""A change that nothing is wrong with."""
_SUPPRESSED = """\
  provider: env
checks:
  suppress:
    - rule: drift/tools-unlocked
      reason: nobody had network
      until: 2020-01-31
"""
EXPIRED = Change([(_CLUSTER, "  provider: env\n", _SUPPRESSED)])
"""What only time makes wrong."""
