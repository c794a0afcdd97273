"""`tools lock`: requirements.txt with this tool and all that it needs, at exact versions and with checksums."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import cast

from antrea_ci import __version__, process
from antrea_ci.errors import AntreaGitopsError, UsageError
from antrea_ci.tools import package_index
from antrea_ci.tools.requirements_file import TOOL, entries, head, normalized, options, requirements_text

_MINUTES_10 = 600.0
_FIX = (
    "name your package index by PIP_INDEX_URL or in pip.conf (a folder or page of wheels by PIP_FIND_LINKS), "
    "or leave requirements.txt as it is with --no-requirements"
)
# Where pipelines and people run it; requirements that only hold elsewhere are left out.
_PYTHONS = ("3.11", "3.12", "3.13", "3.14")
_SYSTEMS = {"linux": "Linux", "darwin": "Darwin"}
_MACHINES = {"linux": ("x86_64", "aarch64"), "darwin": ("x86_64", "arm64")}


@dataclass(frozen=True)
class _Package:
    version: str
    needs: tuple[str, ...]
    digest: str


def locked_requirements(text: str, version: str = "", *, name: str = "requirements.txt") -> str:
    """The content of the file ``text`` once locked: antrea-gitops at ``version`` ("": as it is pinned) and its needs.

    pip of this Python resolves, from the index that it is configured for; no address is written. The comments at the
    head stay. Raises UsageError for an option of pip, or a package that is not among them: they would be lost.
    """
    _refuse_options(text, name)
    pinned = next((entry.version for entry in entries(text) if entry.name == TOOL), "")
    resolved = _resolved(version or pinned or __version__)
    _refuse_foreign(text, resolved, name)
    hashes = _hashes(resolved)
    return requirements_text(head(text), {name: package.version for name, package in resolved.items()}, hashes)


def _refuse_options(text: str, name: str) -> None:
    found = options(text)
    if found:
        line, option = found[0]
        raise UsageError(
            f"{name}:{line}: `{option.split('=')[0].split()[0]}` is an option of pip",
            why="the file is written anew, for every site, and the option would be lost",
            fix="set it where pip runs: PIP_INDEX_URL and the like, or pip.conf",
        )


def _refuse_foreign(text: str, resolved: Mapping[str, _Package], name: str) -> None:
    """What has a checksum stands there from an earlier lock, and is not needed any more."""
    foreign = [entry for entry in entries(text) if not entry.hashed and entry.name not in resolved]
    if foreign:
        raise UsageError(
            f"{name}:{foreign[0].line}: {foreign[0].name} is nothing that {TOOL} needs",
            why="the file is written anew, and the package would be lost",
            fix="put it into a requirements file of its own",
        )


def _resolved(version: str) -> dict[str, _Package]:
    """Name to package: what pip would install here, and what it would need on any other supported machine."""
    wanted = [f"{TOOL}=={version}"]
    while True:
        found = _report(wanted)
        further = sorted(set(_needed_elsewhere(found)) - set(wanted))
        if not further:
            return found
        wanted += further


def _report(wanted: Sequence[str]) -> dict[str, _Package]:
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-"]
    try:
        done = process.run([*command, *wanted], timeout=_MINUTES_10)
    except process.ProcessError as error:
        raise AntreaGitopsError(f"pip does not find {wanted[0]} and what it needs: {error.stderr}", fix=_FIX) from None
    return dict(_package(item) for item in _items(json.loads(done.stdout), "install"))


def _package(item: Mapping[str, object]) -> tuple[str, _Package]:
    metadata, archive = _mapping(item, "metadata"), _mapping(_mapping(item, "download_info"), "archive_info")
    needs = cast("list[str]", metadata.get("requires_dist") or [])
    digest = str(_mapping(archive, "hashes").get("sha256") or archive.get("hash") or "").removeprefix("sha256=")
    return normalized(str(metadata["name"])), _Package(str(metadata["version"]), tuple(needs), digest)


def _mapping(value: Mapping[str, object], key: str) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value.get(key) or {})


def _items(value: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    return cast("list[Mapping[str, object]]", value[key])


def _needed_elsewhere(found: Mapping[str, _Package]) -> Iterator[str]:
    """Requirements of the packages that hold on another supported machine and are not among them."""
    from packaging.requirements import Requirement

    pending, seen = [(TOOL, "")], set[tuple[str, str]]()
    while pending:
        name, extra = pending.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for need in map(Requirement, found[name].needs):
            if need.marker and not any(need.marker.evaluate({**machine, "extra": extra}) for machine in _machines()):
                continue
            if (needed := normalized(need.name)) in found:
                pending += [(needed, one) for one in ("", *need.extras)]
            else:
                need.marker = None
                yield str(need)


def _machines() -> Iterator[dict[str, str]]:
    for system, platform in _SYSTEMS.items():
        for machine in _MACHINES[system]:
            for python in _PYTHONS:
                version = {"python_version": python, "python_full_version": f"{python}.0"}
                yield {**version, "sys_platform": system, "platform_system": platform, "platform_machine": machine}


def _hashes(resolved: Mapping[str, _Package]) -> dict[str, set[str]]:
    where = package_index.sources(process.run([sys.executable, "-m", "pip", "config", "list"]).stdout.decode())
    with ThreadPoolExecutor(max_workers=8) as pool:
        pending = {
            name: pool.submit(package_index.checksums, where, name, package.version)
            for name, package in resolved.items()
        }
        found = {name: one.result() for name, one in pending.items()}
    for name, package in resolved.items():
        if package.digest not in found[name]:
            raise AntreaGitopsError(
                f"the index gives no checksum for the file of {name} {package.version} that pip would install",
                why="requirements.txt would refuse what the index offers",
                fix="try again; if it stays so, the index's page of this package and its files differ",
            )
    return found
