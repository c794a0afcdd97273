"""The families of rules, each with the files that it judges; `check --fast` runs only those whose files changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib import import_module
from typing import TypeAlias, cast

from antrea_ci.checks.context import Context
from antrea_ci.findings import Finding

Check: TypeAlias = "Callable[[Context], Iterable[Finding]]"


@dataclass(frozen=True)
class Family:
    """``module.findings(context)`` gives its findings; ``inputs`` are patterns of paths (``*`` spans ``/``).

    One that looks at ``files_only`` reads nothing of the context but the names of the files.
    """

    name: str
    module: str
    inputs: tuple[str, ...]
    files_only: bool = False

    def concerned_by(self, files: Iterable[str]) -> bool:
        """Whether one of ``files`` (paths from the root, with slashes) is an input."""
        return any(fnmatch(file, pattern) for file in files for pattern in self.inputs)

    def findings(self, context: Context) -> Iterable[Finding]:
        """What is wrong, in no particular order."""
        check = cast("Check", import_module(f"antrea_ci.checks.{self.module}").findings)
        return check(context)


_SOURCES = ("cluster.yaml", "install-config.yaml", "antrea/*")
FAMILIES = (
    Family("sources", "sources", _SOURCES),
    Family("images", "images", _SOURCES),
    Family("antrea", "antrea", _SOURCES),
    Family("schema", "schema", _SOURCES),
    Family("versions", "versions", _SOURCES),
    Family("expiry", "expiry", _SOURCES),
    Family("backup", "backup", ("cluster.yaml",)),
    Family("firewall", "firewall", _SOURCES),
    Family("immutable", "immutable", ("cluster.yaml", "install-config.yaml", "installed.yaml")),
    Family("installer", "installer", _SOURCES),
    Family("operator", "operator", _SOURCES),
    Family("nsx", "nsx", _SOURCES),
    Family("secrets", "secrets", ("*",), files_only=True),
    Family(
        "drift", "drift", (*_SOURCES, "rendered/*", "firewall/*", "README.md", "tools.lock.yaml", "requirements.txt")
    ),
    Family("leftovers", "leftovers", ("*",), files_only=True),
    Family("style", "style", ("*.yaml", "*.yml"), files_only=True),
)


def chosen(files: Sequence[str] | None) -> Iterator[Family]:
    """Every family; with ``files`` those that judge one of them."""
    return (family for family in FAMILIES if files is None or family.concerned_by(files))
