"""The schemas of Kubernetes' own kinds: kubernetes-validate's data, cut to what one kind needs and kept.

The definitions of one Kubernetes version are a file of over a megabyte; what is cut out of it is kept below
``<cache>/antrea-gitops/schemas``, in a folder whose name changes with that file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TypeAlias, cast

from antrea_ci.errors import MissingRequirementError
from antrea_ci.places import cache_folder
from antrea_ci.schemas.dialect import Schema, definition, references
from antrea_ci.values import mapping_at, text_at, value_at

_PACKAGE = "kubernetes_validate"
_FOLDER = re.compile(r"v1\.(\d+)\.\d+-local-strict")
_FORM = 1  # of what is kept; a change of the translation needs another number
_Make: TypeAlias = "Callable[[], str]"
_QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
# The grammar stands in the documentation of that Go type; the published schema says no more than "string or number".
_QUANTITY_FORM = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$"
_OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"


@dataclass(frozen=True, order=True)
class Kind:
    """What names a kind of objects. ``group`` is empty for the core one."""

    group: str
    version: str
    kind: str

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version


class Definitions:
    """The kinds of one Kubernetes version."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "_definitions.json"

    @cached_property
    def kinds(self) -> Mapping[Kind, str]:
        """Every kind that can be created, and the name of its definition."""
        text = self._kept("index", lambda: json.dumps(_index(self._all)))
        entries = cast("list[tuple[str, str, str, str]]", json.loads(text))
        return {Kind(group, version, kind): name for group, version, kind, name in entries}

    def schema(self, kind: Kind) -> str | None:
        """The JSON Schema of a kind, as text; None if this version has no such kind."""
        name = self.kinds.get(kind)
        return self._slice(name) if name else None

    @cached_property
    def metadata(self) -> Schema:
        """The schema of ``metadata``, with what it needs in ``$defs``."""
        return cast("Schema", json.loads(self._slice(_OBJECT_META)))

    def _slice(self, name: str) -> str:
        return self._kept(name, lambda: json.dumps(_cut(self._all, name), separators=(",", ":")))

    @cached_property
    def _all(self) -> Schema:
        document = cast("Schema", json.loads(self._file.read_bytes()))
        return mapping_at(document, ("$defs",))

    def _kept(self, name: str, make: _Make) -> str:
        path = self._home / f"{name}.json"
        with suppress(OSError, UnicodeDecodeError):
            return path.read_text(encoding="utf-8")
        text = make()
        with suppress(OSError):  # a cache that cannot be written is no reason to fail
            from antrea_ci.files import write_atomically

            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, text.encode())
        return text

    @cached_property
    def _home(self) -> Path:
        stat = self._file.stat()
        mark = f"{_FORM}-{stat.st_size:x}-{stat.st_mtime_ns:x}"
        return cache_folder() / "schemas" / f"{self._file.parent.name}-{mark}"


def minors() -> tuple[int, ...]:
    """The minor numbers of the Kubernetes versions whose kinds are known, ascending."""
    return tuple(sorted(_folders()))


@cache
def definitions(minor: int) -> Definitions:
    """The kinds of Kubernetes ``1.<minor>``, or of the nearest version that is known."""
    folders = _folders()
    return Definitions(folders[min(max(minor, min(folders)), max(folders))])


@cache
def _folders() -> Mapping[int, Path]:
    from importlib.util import find_spec

    # The package's own code is never imported: it would load a second, slower validator.
    spec = find_spec(_PACKAGE)
    places = spec.submodule_search_locations if spec else None
    if not places:
        raise MissingRequirementError(
            "the schemas of Kubernetes are not installed", fix="install kubernetes-validate beside antrea-gitops"
        )
    found = ((_FOLDER.fullmatch(path.name), path) for path in (Path(places[0]) / "kubernetes-json-schema").iterdir())
    return {int(match[1]): path for match, path in found if match}


def _index(everything: Schema) -> list[tuple[str, ...]]:
    """Group, version, kind and name of each definition of an object with metadata of its own."""
    found: list[tuple[str, ...]] = []
    for name in everything:
        if not text_at(everything, (name, "properties", "metadata", "$ref")).endswith(_OBJECT_META):
            continue
        kinds = value_at(everything, (name, "x-kubernetes-group-version-kind"))
        entries = kinds if isinstance(kinds, list) else []
        found += [(*(text_at(entry, (key,)) for key in ("group", "version", "kind")), name) for entry in entries]
    return sorted(found)


def _cut(everything: Schema, name: str) -> Schema:
    """The definition ``name`` with every other one that it needs."""
    needed: Schema = {}
    open_names = {name}
    while open_names:
        current = open_names.pop()
        needed[current] = definition(mapping_at(everything, (current,)))
        open_names |= references(needed[current]) - needed.keys()
    if _QUANTITY in needed:
        needed[_QUANTITY] = {**mapping_at(needed, (_QUANTITY,)), "pattern": _QUANTITY_FORM}
    return {"$ref": f"#/$defs/{name}", "$defs": needed}
