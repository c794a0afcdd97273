"""Puts a program of tools.lock.yaml into the folder of kept programs: its release archive, else a build by Go."""

from __future__ import annotations

import os
import shutil
import sys
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from antrea_ci import process
from antrea_ci.errors import AntreaGitopsError, MissingRequirementError
from antrea_ci.tools import cache
from antrea_ci.tools.catalogue import platform
from antrea_ci.tools.find import ask_version
from antrea_ci.tools.lock import LockedTool

_BUILD_SECONDS = 900.0


class ChecksumError(AntreaGitopsError):
    """A download is not what the lock says that it must be; it was thrown away."""


def install(tool: LockedTool, tried: Iterable[str] = ()) -> Path:
    """Fetches or builds ``tool`` unless it is kept already, and returns its path. ``tried`` is told in the error.

    Nothing is executable before it is verified, and a failure leaves nothing behind. Raises MissingRequirementError
    with what each way said, ChecksumError for an archive with another checksum.
    """
    said = list(tried)
    with cache.reserved(tool) as staging:
        kept = cache.lookup(tool)
        if kept is not None:
            return kept
        for way in (_from_release, _by_go):
            try:
                program, receipt = way(tool, staging)
            except ChecksumError:
                raise
            except AntreaGitopsError as error:
                said.append(error.message)
            else:
                return cache.keep(tool, program, receipt)
    raise MissingRequirementError(_all_said(tool, said), fix=_fix(tool))


def install_all(tools: Iterable[LockedTool]) -> Iterator[tuple[LockedTool, Path]]:
    """Installs one after the other and gives each with its path; raises the first failure after trying all of them."""
    failures: list[AntreaGitopsError] = []
    for tool in tools:
        try:
            yield tool, install(tool)
        except AntreaGitopsError as error:
            failures.append(error)
    for error in failures[1:]:
        print(error.as_text(), file=sys.stderr)
    if failures:
        raise failures[0]


def _all_said(tool: LockedTool, said: Iterable[str]) -> str:
    return "\n".join([f"no way to {tool.name} {tool.version} worked:", *(f"    - {line}" for line in said)])


def _fix(tool: LockedTool) -> str:
    ways = [f"put {tool.name} {tool.version} into PATH"]
    if tool.sha256.get(platform()):
        ways.append("make its archive reachable (HTTPS_PROXY, or ANTREA_GITOPS_MIRROR for a mirror)")
    else:
        ways.append("have its checksum locked by `antrea-gitops tools lock`")
    if tool.go:
        ways.append("install Go (https://go.dev/dl/)")
    return ", or ".join(ways)


def _from_release(tool: LockedTool, staging: Path) -> tuple[Path, cache.Receipt]:
    here = platform()
    expected = tool.sha256.get(here)
    if not expected:
        raise MissingRequirementError(
            f"the release archive: no checksum is locked for {here}; `antrea-gitops tools lock` writes those there are"
        )
    from antrea_ci.tools import download

    url = download.mirrored(tool.url_for(here))
    print(f"fetching {tool.name} {tool.version} from {download.shown(url)}", file=sys.stderr)
    archive = staging / "archive"
    found = download.fetch(url, archive, limit=tool.facts.limit_mib << 20)
    if found != expected:
        raise _wrong_checksum(tool, download.shown(url), archive, expected, found)
    program = staging / "program"
    _unpack(tool.name, archive, program)
    return program, cache.Receipt("release", here, expected)


def _wrong_checksum(tool: LockedTool, url: str, archive: Path, expected: str, found: str) -> ChecksumError:
    with archive.open("rb") as stream:
        start = stream.read(64).lstrip().lower()
    page = "; it is a web page, which a proxy or a login portal may have sent" if start.startswith(b"<") else ""
    return ChecksumError(
        f"{url} is not the archive that is locked for {tool.name} {tool.version}{page}\n"
        f"    expected sha256 {expected}\n    got      sha256 {found}",
        why="what it holds would be run on this machine; it was thrown away",
        fix="check the mirror or the proxy; after a wanted change of version run `antrea-gitops tools lock`",
    )


def _unpack(name: str, archive: Path, program: Path) -> None:
    """Writes the one file called ``name`` to ``program``, not executable yet, and makes sure that it is on disk."""
    try:
        with tarfile.open(archive, "r:gz") as tar:
            member = next((item for item in tar if item.isfile() and item.name.rpartition("/")[2] == name), None)
            source = None if member is None else tar.extractfile(member)
            if source is None:
                raise AntreaGitopsError(f"the release archive holds no file {name}")
            with source, program.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
                target.flush()
                os.fsync(target.fileno())
    except (tarfile.TarError, EOFError, OSError) as error:
        raise AntreaGitopsError(f"the release archive cannot be unpacked: {error}") from None


def _by_go(tool: LockedTool, staging: Path) -> tuple[Path, cache.Receipt]:
    """Builds in ``staging``; Go's own checksum database vouches for the source."""
    if not tool.go:
        raise MissingRequirementError(f"building: {tool.name} is only published as an archive")
    if shutil.which("go") is None:
        raise MissingRequirementError("building: Go is not installed")
    target = staging / "go"
    target.mkdir()
    module = f"{tool.go}@{tool.version}"
    print(f"building {tool.name} {tool.version} with go install (may take a minute)", file=sys.stderr)
    process.run(
        ["go", "install", module],
        cwd=target,
        env={**os.environ, "GOBIN": str(target), "GOWORK": "off"},
        timeout=_BUILD_SECONDS,
    )
    program = staging / "program"
    (target / tool.name).rename(program)
    told = ask_version(tool.name, program)
    if told != tool.version:
        raise AntreaGitopsError(f"building: `go install {module}` made version {told or 'unknown'}")
    return program, cache.Receipt("go", platform())
