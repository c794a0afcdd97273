"""Sound install-configs of each platform, changed at some places, and what the rules say of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

import yaml

from antrea_ci.catalogue import completed
from antrea_ci.findings import Finding
from antrea_ci.install_config.config import Config
from antrea_ci.install_config.decode import decode

ABSENT = object()
FILE = "install-config.yaml"

_COMMON: dict[str, Any] = {
    "apiVersion": "v1",
    "baseDomain": "example.com",
    "metadata": {"name": "ocp"},
    "controlPlane": {"name": "master", "replicas": 3},
    "compute": [{"name": "worker", "replicas": 2}],
    "networking": {
        "networkType": "antrea",
        "machineNetwork": [{"cidr": "10.1.224.0/24"}],
        "clusterNetwork": [{"cidr": "10.128.0.0/14", "hostPrefix": 23}],
        "serviceNetwork": ["172.30.0.0/16"],
    },
}
_VIPS = {"apiVIPs": ["10.1.224.10"], "ingressVIPs": ["10.1.224.11"]}
_DOMAIN = {
    "name": "fd0",
    "region": "r0",
    "zone": "z0",
    "server": "vcenter.example.com",
    "topology": {
        "datacenter": "DC0",
        "computeCluster": "/DC0/host/C0",
        "datastore": "/DC0/datastore/D0",
        "networks": ["VM Network"],
    },
}
_PLATFORMS: dict[str, Any] = {
    "none": {"none": {}},
    "external": {"external": {"platformName": "oci"}},
    "vsphere": {
        "vsphere": {
            **_VIPS,
            "vcenters": [
                {"server": "vcenter.example.com", "user": "USER", "password": "PASSWORD", "datacenters": ["DC0"]}
            ],
            "failureDomains": [_DOMAIN],
        }
    },
    "flat": {
        "vsphere": {
            "apiVIP": "10.1.224.10",
            "ingressVIP": "10.1.224.11",
            "vCenter": "vcenter.example.com",
            "username": "USER",
            "password": "PASSWORD",
            "datacenter": "DC0",
            "cluster": "C0",
            "defaultDatastore": "D0",
            "network": "VM Network",
        }
    },
    "baremetal": {
        "baremetal": {
            **_VIPS,
            "provisioningNetwork": "Disabled",
            "hosts": [
                {
                    "name": f"node-{number}",
                    "role": "master" if number < 3 else "worker",
                    "bootMACAddress": f"52:54:00:00:00:0{number}",
                    "bmc": {
                        "address": f"redfish-virtualmedia://10.1.224.9{number}/redfish/v1/Systems/1",
                        "username": "USER",
                        "password": "PASSWORD",
                    },
                }
                for number in range(5)
            ],
        }
    },
    "nutanix": {
        "nutanix": {
            **_VIPS,
            "prismCentral": {
                "endpoint": {"address": "prism.example.com", "port": 9440},
                "username": "USER",
                "password": "PASSWORD",
            },
            "prismElements": [{"uuid": "e0", "endpoint": {"address": "10.1.224.5", "port": 9440}}],
            "subnetUUIDs": ["s0"],
        }
    },
    "aws": {"aws": {"region": "eu-central-1"}},
}
PLATFORMS = tuple(_PLATFORMS)


def text_of(platform: str, changes: Mapping[str, object] | None = None) -> str:
    """A sound file for ``platform`` with other values at some paths (``a.b.0.c``); ABSENT removes what stands there."""
    document = copy.deepcopy({**_COMMON, "platform": _PLATFORMS[platform]})
    for path, value in (changes or {}).items():
        *parents, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
        part: Any = document
        for step in parents:
            part = part[step] if isinstance(step, int) else part.setdefault(step, {})
        if value is ABSENT:
            del part[last]
        elif isinstance(part, list) and last == len(part):
            part.append(value)
        else:
            part[last] = value
    return yaml.safe_dump(json.loads(json.dumps(document)), sort_keys=False)  # without aliases


def config_of(text: str, minor: int = 18, *, in_repository: bool = False) -> Config:
    """``text`` as OpenShift 4.``minor`` reads it."""
    decoded = decode(text.encode(), FILE, minor, in_repository=in_repository)
    assert decoded.config is not None, decoded.findings
    return decoded.config


def errors_of(found: list[Finding]) -> set[tuple[str, str]]:
    """Rule without family, and the place that the message names, of every error."""
    return {(item.rule.partition("/")[2], _named(item.message)) for item in completed(found) if item.is_error}


def warnings_of(found: list[Finding]) -> set[tuple[str, str]]:
    """The same of every warning."""
    return {(item.rule.partition("/")[2], _named(item.message)) for item in completed(found) if not item.is_error}


def _named(message: str) -> str:
    return message.split("`")[1] if message.startswith("`") else message.split(": ", maxsplit=1)[0]
