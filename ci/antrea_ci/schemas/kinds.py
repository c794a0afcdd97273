"""Which kinds exist in a cluster, where their objects live, and what judges them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from antrea_ci.bundle.objects import BundleObject
from antrea_ci.facts import facts
from antrea_ci.schemas.builtin import Definitions, Kind, definitions
from antrea_ci.schemas.custom import CustomKind, custom_kinds
from antrea_ci.schemas.scope import is_cluster_scoped
from antrea_ci.values import mapping_at, text_at, value_at
from antrea_ci.yamlio import Value


@dataclass(frozen=True)
class KnownKind:
    """A kind that exists without a schema at hand."""

    kind: Kind
    flavour: str
    namespaced: bool
    reason: str


@dataclass(frozen=True)
class Kinds:
    """Every kind that a cluster has when the objects at hand are created."""

    builtin: Definitions
    custom: dict[Kind, CustomKind]
    flavour: str

    def known(self, kind: Kind) -> bool:
        """Whether objects of this kind can be created."""
        return kind in self.custom or kind in self.builtin.kinds or self.without_schema(kind) is not None

    def without_schema(self, kind: Kind) -> KnownKind | None:
        """The facts' entry of a kind that exists in this flavour."""
        found = _without_schema().get(kind)
        return found if found and found.flavour in ("any", self.flavour) else None

    def namespaced(self, kind: Kind) -> bool:
        """Whether objects of a known kind live in a namespace."""
        if custom := self.custom.get(kind):
            return custom.namespaced
        if listed := self.without_schema(kind):
            return listed.namespaced
        return not is_cluster_scoped(kind.group, kind.kind)

    def other_versions(self, kind: Kind) -> list[str]:
        """The API versions under which this cluster does have a kind of this group and name."""
        names = (known for known in self if (known.group, known.kind) == (kind.group, kind.kind))
        return sorted(known.api_version for known in names)

    def __iter__(self) -> Iterator[Kind]:
        yield from self.builtin.kinds
        yield from self.custom
        yield from (kind for kind in _without_schema() if self.without_schema(kind))


def kind_of(item: BundleObject) -> Kind:
    """The kind of an object."""
    return Kind(item.group, item.api_version.rpartition("/")[2], item.kind)


def kinds_of(objects: Iterable[BundleObject], minor: int, flavour: str) -> Kinds:
    """The kinds of Kubernetes ``1.<minor>`` in a cluster of ``flavour``, and those that ``objects`` define."""
    return Kinds(definitions(minor), custom_kinds(objects), flavour)


@cache
def _without_schema() -> dict[Kind, KnownKind]:
    entries = value_at(facts("kinds-without-schema"), ("groups",))
    assert isinstance(entries, list)
    return {found.kind: found for entry in entries for found in _listed(entry)}


def _listed(entry: Value) -> Iterator[KnownKind]:
    group, flavour, reason = (text_at(entry, (key,)) for key in ("group", "flavour", "reason"))
    inside = value_at(entry, ("namespaced",))
    for version, names in mapping_at(entry, ("versions",)).items():
        for name in names if isinstance(names, list) else ():
            namespaced = isinstance(inside, list) and name in inside
            yield KnownKind(Kind(group, version, str(name)), flavour, namespaced, reason)


@cache
def name_form(kind: str) -> str:
    """Which characters names of a kind may have: ``label``, ``path`` or ``subdomain``."""
    forms = mapping_at(facts("kinds-scope"), ("names",))
    return next((form for form, names in forms.items() if isinstance(names, list) and kind in names), "subdomain")
