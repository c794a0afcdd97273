"""Old names of networking keys, carried over to the new ones as the installer does before it validates.

Source: openshift/installer pkg/types/conversion/installconfig.go, convertNetworking.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network

from antrea_ci.findings import Finding, Severity
from antrea_ci.install_config.config import Steps
from antrea_ci.values import text_at
from antrea_ci.yamlio import Document, Value

_SECTION = "networking"


def carry_over(
    value: Mapping[str, Value], document: Document, origins: Mapping[Steps, Steps]
) -> tuple[dict[str, Value], dict[Steps, Steps], list[Finding]]:
    """The value with new names only, where each part stands in the file, and a warning for each name without effect."""
    networking = value.get(_SECTION)
    if not isinstance(networking, dict):
        return dict(value), dict(origins), []
    carrier = _Carrier(dict(networking), document, dict(origins))
    carrier.move("clusterNetworks", "clusterNetwork")
    carrier.move_network("machineCIDR", "machineNetwork")
    carrier.move_network("serviceCIDR", "serviceNetwork")
    carrier.move("type", "networkType")
    carrier.lengths_to_prefixes()
    return {**value, _SECTION: carrier.networking}, carrier.origins, carrier.findings


class _Carrier:
    def __init__(self, networking: dict[str, Value], document: Document, origins: dict[Steps, Steps]) -> None:
        self.networking = networking
        self.document = document
        self.origins = origins
        self.findings: list[Finding] = []

    def move(self, old: str, new: str) -> bool:
        """Gives the value of ``old`` the name ``new`` where that is empty; whether it did."""
        if old not in self.networking:
            return False
        value = self.networking.pop(old)
        if self.networking.get(new):
            self._ignored(old, new, same=value == self.networking[new])
            return False
        self.networking[new] = value
        self.origins[(_SECTION, new)] = self._written(old)
        return True

    def move_network(self, old: str, new: str) -> None:
        """The same for a single network that becomes the only one of a list."""
        text = self.networking.get(old)
        first: Value = {"cidr": text} if new == "machineNetwork" else text
        if old in self.networking:
            self.networking[old] = [first]
        if self.move(old, new):
            for path in ((0,), (0, "cidr")):
                self.origins[(_SECTION, new, *path)] = self._written(old)

    def lengths_to_prefixes(self) -> None:
        """``hostSubnetLength`` counts the bits of a node's piece from the other end."""
        entries = self.networking.get("clusterNetwork")
        for index, entry in enumerate(entries if isinstance(entries, list) else []):
            if not isinstance(entry, dict) or entry.get("hostPrefix") or not entry.get("hostSubnetLength"):
                continue
            size, length = _address_bits(text_at(entry, ("cidr",))), entry["hostSubnetLength"]
            if size and isinstance(length, int):
                entry["hostPrefix"] = size - length
                at = (_SECTION, "clusterNetwork", index)
                self.origins[(*at, "hostPrefix")] = (*self.origins.get(at[:2], at[:2]), index, "hostSubnetLength")

    def _ignored(self, old: str, new: str, *, same: bool) -> None:
        if same:
            return
        message = f"`{_SECTION}.{old}` has no effect, because `{_SECTION}.{new}` is there and says something else"
        place = self.document.locate(self._written(old), key=True)
        self.findings.append(
            Finding("install-config/deprecated-key", message, Severity.WARNING, place, fix=f"remove `{old}`")
        )

    def _written(self, name: str) -> Steps:
        return self.origins.get((_SECTION, name), (_SECTION, name))


def _address_bits(cidr: str) -> int:
    try:
        return ip_network(cidr, strict=False).max_prefixlen
    except ValueError:
        return 0
