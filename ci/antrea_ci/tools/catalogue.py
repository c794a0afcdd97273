"""What is known of the external programs (facts/tools.yaml, which names its sources)."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NotRequired, TypedDict, cast

from antrea_ci import yamlio

_FACTS = Path(__file__).parent.parent / "facts"
_SYSTEMS = {"linux": "linux", "darwin": "darwin"}
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class KnownTool:
    """A program by its facts.

    ``url`` holds ``{version}`` and ``{platform}`` or ``{archive}``; ``archives`` maps a platform to its file name.
    ``checksums`` and ``signature`` are the names of the release's own files beside the archive (``signature`` empty:
    it has none). ``go`` is the module that builds the program, empty where there is no such way. ``version`` and
    ``sha256`` are what is shipped, both empty for a program whose version each repository chooses. ``ask`` are the
    arguments that make it tell its version, ``answer`` the pattern whose group 1 is that version. ``limit_mib`` bounds
    a download.
    """

    name: str
    url: str
    archives: Mapping[str, str]
    checksums: str
    ask: tuple[str, ...]
    answer: str
    limit_mib: int
    signature: str = ""
    go: str = ""
    version: str = ""
    sha256: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class ReleaseKey:
    """The OpenPGP key that signs OpenShift's checksums: its file and its fingerprint (hex, lower case)."""

    file: Path
    fingerprint: str


class _Key(TypedDict):
    file: str
    fingerprint: str


class _Tool(TypedDict):
    url: str
    archives: dict[str, str]
    checksums: str
    ask: list[str]
    answer: str
    limit_mib: int
    signature: NotRequired[str]
    go: NotRequired[str]
    version: NotRequired[str]
    sha256: NotRequired[dict[str, str]]


class _Facts(TypedDict):
    tools: dict[str, _Tool]
    release_key: _Key


@cache
def known_tools() -> Mapping[str, KnownTool]:
    """Every program that this product can find or fetch, by name."""
    return {name: _known(name, raw) for name, raw in _facts()["tools"].items()}


def release_key() -> ReleaseKey:
    """The key that is shipped for OpenShift's ``sha256sum.txt``."""
    raw = _facts()["release_key"]
    return ReleaseKey(_FACTS / "keys" / raw["file"], raw["fingerprint"])


def platform() -> str:
    """This machine as release archives name it, such as ``linux_amd64``; in its own words where they name none."""
    machine = os.uname().machine
    return f"{_SYSTEMS.get(sys.platform, sys.platform)}_{_MACHINES.get(machine.lower(), machine)}"


def _known(name: str, raw: _Tool) -> KnownTool:
    return KnownTool(
        name=name,
        url=raw["url"],
        archives=raw["archives"],
        checksums=raw["checksums"],
        ask=tuple(raw["ask"]),
        answer=raw["answer"],
        limit_mib=raw["limit_mib"],
        signature=raw.get("signature", ""),
        go=raw.get("go", ""),
        version=raw.get("version", ""),
        sha256=raw.get("sha256", {}),
    )


@cache
def _facts() -> _Facts:
    file = _FACTS / "tools.yaml"
    return cast("_Facts", yamlio.parse(file.read_bytes(), file.name).mapping)
