"""tools.lock.yaml: the external programs of one cluster repository, with the checksums that they must have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from antrea_ci import yamlio
from antrea_ci.errors import FindingsError, MissingRequirementError
from antrea_ci.suggest import did_you_mean
from antrea_ci.tools import lock_faults
from antrea_ci.tools.catalogue import KnownTool, known_tools

FILE_NAME = "tools.lock.yaml"
_HEAD = (
    "The external programs of this repository, with the checksums that they must have.\n"
    "`antrea-gitops tools lock` keeps it."
)


@dataclass(frozen=True)
class LockedTool:
    """One program at one version. ``sha256`` maps a platform to the checksum of its archive; empty until locked."""

    name: str
    version: str
    url: str
    sha256: Mapping[str, str]
    go: str = ""

    @property
    def facts(self) -> KnownTool:
        return known_tools()[self.name]

    def url_for(self, platform: str) -> str:
        """The address of the archive for ``platform``; empty if the release has none for it."""
        archive = self.archive_for(platform)
        return self._filled(self.url, platform, archive) if archive else ""

    def archive_for(self, platform: str) -> str:
        """The file name of the archive for ``platform`` as checksum lists name it; empty if there is none."""
        return self.facts.archives.get(platform, "").replace("{version}", self.version)

    def url_beside(self, name: str) -> str:
        """The address of ``name`` in the folder that holds the archives."""
        return self._filled(self.url.rpartition("/")[0], "", "") + "/" + name

    def _filled(self, url: str, platform: str, archive: str) -> str:
        filled = url.replace("{version}", self.version)
        return filled.replace("{platform}", platform).replace("{archive}", archive)


@dataclass(frozen=True)
class ToolsLock:
    """The programs of one repository by name. ``file`` is what messages call their source."""

    tools: Mapping[str, LockedTool]
    file: str = FILE_NAME

    def tool(self, name: str) -> LockedTool:
        """The program ``name``; raises MissingRequirementError if it is not locked here."""
        if name in self.tools:
            return self.tools[name]
        hint = "" if name in known_tools() else did_you_mean(name, known_tools())
        raise MissingRequirementError(
            f"{self.file} names no program {name}{hint}",
            fix=f"it names {', '.join(self.tools)}; run this in the cluster repository that needs {name}",
        )


def shipped_lock() -> ToolsLock:
    """The programs whose version this product itself chooses; holds where there is no tools.lock.yaml."""
    chosen = (known for known in known_tools().values() if known.version)
    tools = {known.name: LockedTool(known.name, known.version, known.url, known.sha256, known.go) for known in chosen}
    return ToolsLock(tools, "the list that antrea-gitops ships")


def read_lock(file: Path) -> ToolsLock:
    """The lock in ``file``, or the shipped one if there is none. Raises FindingsError with every fault in it."""
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return shipped_lock()
    return parse_lock(data, file.name)


def parse_lock(text: str | bytes, file: str = FILE_NAME, *, trust_checksums: bool = True) -> ToolsLock:
    """The lock of this text. Raises FindingsError with every fault in it.

    With ``trust_checksums`` False they are left out, right or wrong: for whoever is about to write them.
    """
    document = yamlio.parse(text, file)
    findings = lock_faults.faults(document, trust_checksums=trust_checksums)
    if findings:
        raise FindingsError(findings)
    tools = {name: _tool(name, raw) for name, raw in _mapping(document.mapping["tools"]).items()}
    if not trust_checksums:
        tools = {name: replace(tool, sha256={}) for name, tool in tools.items()}
    return ToolsLock(tools, file)


def lock_text(openshift_version: str = "", *, kustomize_version: str = "") -> str:
    """The text of a new tools.lock.yaml; without an OpenShift version it names kustomize only.

    Checksums are written where they are shipped; the others stay empty until `tools lock` ran.
    """
    versions = {"kustomize": kustomize_version or known_tools()["kustomize"].version}
    if openshift_version:
        versions |= {"openshift-install": openshift_version, "oc": openshift_version}
    return yamlio.dump(
        {"tools": {name: _entry(known_tools()[name], version) for name, version in versions.items()}}, comment=_HEAD
    )


def _entry(known: KnownTool, version: str) -> dict[str, yamlio.Value]:
    sums = dict(known.sha256) if version == known.version else {}
    return {"version": version, "url": known.url, **({"go": known.go} if known.go else {}), "sha256": {**sums}}


def _tool(name: str, raw: yamlio.Value) -> LockedTool:
    entry = _mapping(raw)
    sums = {platform: str(value) for platform, value in _mapping(entry.get("sha256")).items()}
    return LockedTool(name, str(entry["version"]), str(entry["url"]), sums, str(entry.get("go", "")))


def _mapping(value: yamlio.Value) -> dict[str, yamlio.Value]:
    return value if isinstance(value, dict) else {}
