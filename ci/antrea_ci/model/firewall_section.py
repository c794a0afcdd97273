"""The section `firewall` of cluster.yaml: addresses that no other file knows."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field

from antrea_ci.model.part import Part


def _network(text: str) -> str:
    try:
        return ip_network(text).compressed if "/" in text else str(ip_network(text).network_address)
    except ValueError:
        raise ValueError(f"{text!r} is no address and no network; write it as 10.0.0.53 or 10.0.9.0/24") from None


Networks: TypeAlias = Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], Field(strict=False)]


class Firewall(Part):
    """What firewalls have to know and nothing else says."""

    addresses: dict[str, Networks] = Field(
        default={},
        description="Addresses and networks of ends that `firewall report` calls by name: {DNS servers: [10.0.0.53]}.",
    )
