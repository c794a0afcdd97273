"""metadata.json: what `destroy cluster` needs. It holds vSphere's credentials in clear, so it never leaves the vault.

source: openshift/installer pkg/types/{vsphere,nutanix}/metadata.go; the recordings of 4.12 and 4.18
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from antrea_ci.errors import AntreaGitopsError, FindingsError
from antrea_ci.installed import InstalledFile
from antrea_ci.pipeline.json_values import fields
from antrea_ci.secrets import Secrets
from antrea_ci.values import items_at, mapping_at, text_at, value_in_any_case
from antrea_ci.yamlio import Value, parse

_USER, _PASSWORD = "ANTREA_GITOPS_VCENTER_USERNAME", "ANTREA_GITOPS_VCENTER_PASSWORD"
# Of 4.17, which can have several vCenters, and of everything newer.
_LISTED_SINCE = 17


@dataclass(frozen=True)
class Metadata:
    """The ids in a metadata.json, and the name of its cluster; empty where there is none."""

    infra_id: str
    cluster_id: str
    name: str = ""


@dataclass(frozen=True)
class VCenter:
    """A vCenter of install-config.yaml with its login, in the order that the variables are numbered by."""

    server: str
    user: str = field(repr=False)
    password: str = field(repr=False)


def read_metadata(path: Path) -> Metadata:
    """The ids; empty where the file is missing or none."""
    try:
        read = cast("object", json.loads(path.read_bytes()))
    except (OSError, ValueError):
        read = None
    found = fields(read)
    infra_id, cluster_id, name = (str(found.get(key) or "") for key in ("infraID", "clusterID", "clusterName"))
    return Metadata(infra_id, cluster_id, name)


def vcenters(config: Value, secrets: Secrets) -> Iterator[VCenter]:
    """Every vCenter that an install-config names, in either form."""
    platform = value_in_any_case(config, ("platform", "vsphere"))
    listed = items_at(platform, ("vcenters",))
    servers = [text_at(entry, ("server",)) for entry in listed] or [
        str(value_in_any_case(platform, ("vCenter",)) or "")
    ]
    for number, server in enumerate(servers, 1):
        suffix = f"_{number}" if number > 1 else ""
        yield VCenter(server, secrets.get(_USER + suffix) or "", secrets.get(_PASSWORD + suffix) or "")


def rebuilt(record: InstalledFile, install_config: bytes, secrets: Secrets, minor: int) -> bytes:
    """metadata.json made anew from what installed.yaml recorded, where the platform needs no more than that.

    Raises AntreaGitopsError for a record without infraID, and for platforms whose metadata only the installer knows.
    """
    platform = record.immutable.platform
    makers = {"vsphere": _vsphere, "nutanix": _nutanix}
    if not record.infraID or platform not in makers:
        lack = "installed.yaml has no infraID" if not record.infraID else f"that of {platform} holds more"
        raise AntreaGitopsError(
            f"metadata.json is lost, and cannot be made from installed.yaml: {lack}",
            why="the installer removes what carries the ids in this file, and guesses none",
            fix="restore a snapshot with `antrea-gitops backup restore`, or remove the machines by hand",
        )
    try:
        config = parse(install_config, "install-config.yaml").value
    except FindingsError:
        config = None
    value: dict[str, object] = {
        "clusterName": record.immutable.name,
        "clusterID": record.clusterID or "",
        "infraID": record.infraID,
        platform: makers[platform](config, secrets, minor),
    }
    return json.dumps(value).encode()


def _vsphere(config: Value, secrets: Secrets, minor: int) -> dict[str, object]:
    told = [
        {"vCenter": one.server, "username": one.user, "password": one.password} for one in vcenters(config, secrets)
    ]
    common: dict[str, object] = {"terraform_platform": "vsphere"}
    return common | {"VCenters": told} if minor >= _LISTED_SINCE else {**told[0], **common}


def _nutanix(config: Value, secrets: Secrets, _: int) -> dict[str, object]:
    central = mapping_at(config, ("platform", "nutanix", "prismCentral"))
    user, password = secrets.login("ANTREA_GITOPS_SECRET_NUTANIX") or ("", "")
    port = str(mapping_at(central, ("endpoint",)).get("port") or "")
    address = text_at(central, ("endpoint", "address"))
    return {"prismCentral": address, "username": user, "password": password, "port": port}
