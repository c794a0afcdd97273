"""The facts about the installer's files in typed form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import TypeAlias

from antrea_ci.facts import facts
from antrea_ci.values import mapping_at, text_at, value_at
from antrea_ci.yamlio import Path, Value

MANIFESTS, OPENSHIFT = "manifests", "openshift"
FOLDERS = (MANIFESTS, OPENSHIFT)
Identity: TypeAlias = tuple[str, str, str, str]


@dataclass(frozen=True)
class Generated:
    """A file that the installer makes, as ``folder/name``. ``identity`` is None where it depends on the site.

    ``always`` says that it is there in every installation.
    """

    file: str
    identity: Identity | None
    always: bool


def minor_of(version: str) -> int | None:
    """18 for ``4.18`` and ``4.18.9``; None for an empty version, which stands for any."""
    return int(version.split(".")[1]) if version else None


@cache
def generated_files(minor: int | None) -> Mapping[str, Generated]:
    """What OpenShift 4.``minor``, or any version, makes, by ``folder/name``."""
    return {found.file: found for folder in FOLDERS for found in _generated(folder, minor)}


def is_read(name: str) -> bool:
    """Whether a file of this name at the top of a folder is one that the installer looks at."""
    return name.endswith(tuple(texts("extensions")))


def owners(name: str) -> tuple[str, ...]:
    """The machine roles with which a file of openshift/ is read; none for one that is read for itself."""
    for pattern, roles in mapping_at(facts("installer-files"), ("machines",)).items():
        if fnmatchcase(name, pattern):
            return tuple(str(role) for role in roles) if isinstance(roles, list) else ()
    return ()


def user_data(role: str) -> str:
    """The secret without which the files of this machine role are not read."""
    return text("user_data").format(role)


def texts(*path: str) -> tuple[str, ...]:
    """The list of words at ``path`` of the facts."""
    found = value_at(facts("installer-files"), path)
    return tuple(str(item) for item in found) if isinstance(found, list) else ()


def text(*path: str) -> str:
    """The word at ``path`` of the facts."""
    return text_at(facts("installer-files"), path)


def mapping(*path: str) -> dict[str, Value]:
    """The mapping at ``path`` of the facts."""
    return mapping_at(facts("installer-files"), path)


def _generated(folder: str, minor: int | None) -> Iterator[Generated]:
    for name, entry in mapping("generated", folder).items():
        if minor is None or _number(entry, ("since",), 0) <= minor <= _number(entry, ("until",), minor):
            yield Generated(f"{folder}/{name}", _identity(entry), value_at(entry, ("optional",)) is not True)


def _number(value: Value, path: Path, otherwise: int) -> int:
    found = value_at(value, path)
    return found if isinstance(found, int) else otherwise


def _identity(entry: Value) -> Identity | None:
    parts = text_at(entry, ("object",)).split("/")
    return (parts[0], parts[1], parts[2], parts[3]) if len(parts) > 1 else None
