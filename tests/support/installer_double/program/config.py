"""install-config.yaml as far as the double needs it: a few facts, and a few of the reasons to refuse it."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping

from .store import FetchError

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from typing import Any

_WORDING = 'failed to create install config: invalid "install-config.yaml" file: '


def parse(data: bytes) -> dict[str, Any]:
    """The configuration; ``FetchError`` with exit code 3 where the installer refuses it."""
    import yaml

    try:
        config = yaml.load(data, yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise FetchError(f"failed to unmarshal install-config.yaml: {error}", 3) from error
    faults = _faults(config)
    if faults:
        raise FetchError(_WORDING + (faults[0] if len(faults) == 1 else f"[{', '.join(faults)}]"), 3)
    return config


def platform(config: Mapping[str, Any]) -> str:
    return next(iter(config["platform"]))


def full_name(config: Mapping[str, Any]) -> str:
    return f"{config['metadata']['name']}.{config['baseDomain']}"


def replicas(config: Mapping[str, Any], pool: str) -> int:
    """Machines of ``controlPlane`` or ``compute``; 3 is the installer's own default."""
    given = config.get(pool) or {}
    first = given[0] if isinstance(given, list) else given
    return int(first.get("replicas", 3))


def vcenters(config: Mapping[str, Any]) -> list[dict[str, str]]:
    """Server, user and password of each vCenter, of both forms of the platform section."""
    vsphere = config["platform"].get("vsphere") or {}
    if "vcenters" in vsphere:
        return [{"server": v["server"], "user": v["user"], "password": v["password"]} for v in vsphere["vcenters"]]
    if "vCenter" in vsphere:
        return [{"server": vsphere["vCenter"], "user": vsphere["username"], "password": vsphere["password"]}]
    return []


def hosts(config: Mapping[str, Any]) -> list[dict[str, Any]]:
    return (config["platform"].get("baremetal") or {}).get("hosts") or []


def without_secrets(config: Mapping[str, Any]) -> dict[str, Any]:
    """What cluster-config holds: pull secret and vCenter logins are emptied; those of BMCs are not, as recorded."""
    shown = copy.deepcopy(dict(config))
    shown["pullSecret"] = ""
    vsphere = shown["platform"].get("vsphere") or {}
    for place in (vsphere, *(vsphere.get("vcenters") or [])):
        place.update({key: "" for key in ("user", "username", "password") if key in place})
    return shown


def _faults(config: Any) -> list[str]:
    """The recorded refusal, and two more [inferred from pkg/validate and pkg/types/validation]."""
    if not isinstance(config, dict):
        return ["<nil>: Required value"]
    import ipaddress

    faults: list[str] = []
    networking = config.get("networking") or {}
    services = [ipaddress.ip_network(n, strict=False) for n in networking.get("serviceNetwork") or []]
    for number, entry in enumerate(networking.get("clusterNetwork") or []):
        cluster = ipaddress.ip_network(entry["cidr"], strict=False)
        faults += [
            f'networking.clusterNetwork[{number}].cidr: Invalid value: "{entry["cidr"]}":'
            f" cluster network must not overlap with service network {index}"
            for index, service in enumerate(services)
            if service.version == cluster.version and service.overlaps(cluster)
        ]
    if not config.get("baseDomain"):
        faults.append('baseDomain: Invalid value: "": domain name must not be empty')
    try:
        json.loads(config.get("pullSecret") or "")["auths"]
    except (ValueError, KeyError, TypeError):
        faults.append('pullSecret: Invalid value: "": auths required')
    return faults
