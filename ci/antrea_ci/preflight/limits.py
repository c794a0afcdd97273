"""The facts of preflight, typed."""

from __future__ import annotations

from typing import TypedDict, cast

from antrea_ci.facts import facts


class Seconds(TypedDict):
    """How long to wait."""

    all: float
    name: float
    connect: float
    answer: float


class Ports(TypedDict):
    """Where services listen."""

    api: int
    machine_config: int
    https: int
    http: int
    ssh: int
    ntp: int
    ipmi: int


class VipFacts(TypedDict):
    """Addresses that nobody has."""

    nobody: list[str]


class DnsFacts(TypedDict):
    """Which names are asked for, and where they come from."""

    by_installer: list[str]
    apps: list[str]
    wildcard: str


class VcenterFacts(TypedDict):
    """What the installer demands of a vCenter."""

    version: list[int]
    build: int
    refused_since: int
    root_pool: str


class ClockFacts(TypedDict):
    """Offsets in seconds."""

    warned: float
    refused: float


class DiskFacts(TypedDict):
    """Space in MiB, and who needs it; ``work`` by who makes the machines."""

    work: dict[str, int]
    image: int
    with_image: list[str]
    cache: str


class Limits(TypedDict):
    """The whole file."""

    seconds: Seconds
    ports: Ports
    vips: VipFacts
    dns: DnsFacts
    vcenter: VcenterFacts
    clock: ClockFacts
    disk: DiskFacts


def limits() -> Limits:
    """What ``facts/preflight.yaml`` holds."""
    return cast("Limits", facts("preflight"))
