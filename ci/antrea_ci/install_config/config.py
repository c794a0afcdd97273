"""An install-config as the installer of one version reads it; what every rule of this room looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from antrea_ci.findings import Finding, Location, Severity
from antrea_ci.values import value_at
from antrea_ci.yamlio import Document, Path, Value

Steps = tuple[str | int, ...]
# types.Platform.Name() asks in this order.
_PLATFORM_ORDER = (
    *("alibabacloud", "aws", "azure", "baremetal", "gcp", "ibmcloud", "libvirt", "none", "external", "openstack"),
    *("vsphere", "ovirt", "powervs", "nutanix"),
)


@dataclass(frozen=True)
class Config:
    """A decoded install-config.

    ``value`` has every key in the installer's own spelling, however it was written, and deprecated keys carried over
    to the ones that replace them, as the installer does before it validates. ``minor`` is 18 for OpenShift 4.18.
    ``in_repository`` says that secrets (pull secret, passwords, SSH key) are injected later and may be absent.
    ``origins`` maps the path of what was renamed to the path under which it stands in the file.
    """

    document: Document
    value: Mapping[str, Value]
    minor: int
    in_repository: bool
    origins: Mapping[Steps, Steps] = field(default_factory=dict[Steps, Steps])

    def at(self, *path: str | int) -> Value:
        """The value at ``path``; None where there is none (the installer takes null for absent)."""
        return value_at(dict(self.value), path)

    def text(self, *path: str | int) -> str:
        """The string at ``path``; empty where there is none."""
        found = self.at(*path)
        return found if isinstance(found, str) else ""

    def mapping(self, *path: str | int) -> dict[str, Value]:
        """The mapping at ``path``; empty where there is none."""
        found = self.at(*path)
        return found if isinstance(found, dict) else {}

    def items(self, *path: str | int) -> list[Value]:
        """The list at ``path``; empty where there is none."""
        found = self.at(*path)
        return found if isinstance(found, list) else []

    @property
    def platform(self) -> str:
        """The name of the platform; of several the one that the installer goes by; empty where there is none."""
        platforms = self.mapping("platform")
        return next((name for name in _PLATFORM_ORDER if isinstance(platforms.get(name), dict)), "")

    def lacks(self, *path: str | int) -> bool:
        """Whether the text at ``path`` is absent or empty, and nothing of a wrong kind stands above it."""
        above = [self.at(*path[:length]) for length in range(1, len(path))]
        return all(isinstance(value, dict | list | None) for value in above) and self.at(*path) in (None, "")

    def absence(self, *path: str | int) -> str:
        """How to say that there is no value at ``path``: whether the key is missing too."""
        return "is missing" if self.document.plain(self.written(tuple(path))) is None else "is empty"

    def locate(self, path: Path = (), *, key: bool = False) -> Location:
        """Where the value (or ``key``) at ``path`` stands in the file; its nearest parent where there is none."""
        return self.document.locate(self.written(tuple(path)), key=key)

    def written(self, path: Steps) -> Steps:
        """``path`` in the file's own words."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.origins:
                return (*self.origins[path[:length]], *path[length:])
        return path

    def name(self, path: Path) -> str:
        """``path`` as messages show it: ``compute[0].replicas``."""
        return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.written(tuple(path)))[1:]

    def finding(
        self,
        rule: str,
        path: Path,
        message: str,
        *,
        severity: Severity = Severity.ERROR,
        key: bool = False,
        fix: str = "",
    ) -> Finding:
        """A finding of ``install-config/<rule>`` about ``path``; what stays empty comes from the catalogue."""
        where = f"`{self.name(path)}` " if path else ""
        location = self.locate(path, key=key)
        return Finding(f"install-config/{rule}", f"{where}{message}", severity, location, fix=fix)
