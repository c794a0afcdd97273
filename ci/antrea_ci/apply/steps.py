"""The objects that are applied, in their order, each with what the cluster has and would have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

from antrea_ci.apply.conflicts import real
from antrea_ci.apply.fieldsets import entries, removed
from antrea_ci.apply.predecessors import has_predecessor, left_behind
from antrea_ci.apply.projection import bare, is_custom, projected
from antrea_ci.bounded import each
from antrea_ci.facts import facts
from antrea_ci.kube.api import Api, ApiError, Conflict, ConflictError, object_path
from antrea_ci.kube.paths import object_name
from antrea_ci.values import items_at, mapping_at, text_at, texts_at
from antrea_ci.yamlio import Value

Manifest: TypeAlias = "dict[str, Value]"


A = TypeVar("A")
B = TypeVar("B")
_AT_ONCE = 8

LAST = 1_000
"""The stage of custom resources."""


@dataclass(frozen=True)
class Step:
    """One object: as it was reviewed, as it is, and as it would be. ``live`` is None where it is not there.

    ``would`` is None where the server could not be asked, because what the object needs is not there yet; ``refusal``
    is why it would refuse it. ``conflicts`` are fields that others own.
    """

    manifest: Manifest
    live: Manifest | None = None
    would: Manifest | None = None
    conflicts: tuple[Conflict, ...] = ()
    refusal: ApiError | None = None

    @property
    def name(self) -> str:
        return object_name(self.manifest)

    @property
    def kind(self) -> str:
        return str(self.manifest.get("kind", ""))

    @property
    def before(self) -> dict[str, Value] | None:
        """What is compared, as it is now."""
        if self.live is None:
            return None
        return bare(self.live) if self.would is not None else projected(self.live, self.manifest)

    @property
    def after(self) -> dict[str, Value]:
        """What is compared, as it would be."""
        return bare(self.would if self.would is not None else self.manifest)

    @property
    def is_changed(self) -> bool:
        return self.before != self.after

    @property
    def is_due(self) -> bool:
        """Whether it has to be applied: it changes, or what it says is not ours yet."""
        live = self.live or {}
        return self.is_changed or has_predecessor(live) or not any(entry.is_ours for entry in entries(live))


def in_order(manifests: Sequence[Manifest]) -> list[Manifest]:
    """The objects in the order in which they are applied; within a kind by their names."""
    return sorted(manifests, key=lambda one: (rank(one), object_name(one)))


def rank(manifest: Manifest) -> int:
    """The stage of an object; ``LAST`` for custom resources, and everything that the facts do not name."""
    stages = items_at(facts("apply"), ("order",))
    kind = manifest.get("kind")
    return next((place for place, kinds in enumerate(stages) if kind in texts_at(kinds, ())), LAST)


def found(api: Api, manifests: Sequence[Manifest]) -> list[Step]:
    """Each object with what the cluster has, read at the same time. ApiError where that cannot be read."""

    def look(manifest: Manifest) -> Step:
        return Step(manifest, live_at(api, object_path(manifest)))

    return together(look, in_order(manifests))


def together(call: Callable[[A], B], items: Sequence[A]) -> list[B]:
    """``call`` for every item, a few at once: each starts a program. The results in their order, or the first error."""
    parts = (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))
    return [one for part in parts for one in each(call, part)]


def live_at(api: Api, path: str) -> Manifest | None:
    """The object at ``path``; None where there is none."""
    try:
        return mapping_at(api.get(path), ())
    except ApiError as error:
        if error.reason == "NotFound":
            return None
        raise


def foreseen(api: Api, steps: Sequence[Step]) -> list[Step]:
    """Each object with what the server would make of it; nothing is changed.

    It is not asked about objects whose namespace or kind comes, or changes, with the same run.
    """
    first = together(lambda step: _foreseen(api, step), [step for step in steps if _is_before(step)])
    coming = _coming(first)
    known = {step.name: step for step in first}
    rest = [known.get(step.name, step) for step in steps]
    return together(lambda step: step if step.name in known or _waits(step, coming) else _foreseen(api, step), rest)


def _is_before(step: Step) -> bool:
    """Whether others need it."""
    return step.kind in ("Namespace", "CustomResourceDefinition")


def _coming(steps: Sequence[Step]) -> frozenset[str]:
    """The namespaces that are new, and the groups with kinds of them whose definition is new or changes."""
    changed = [step for step in steps if step.live is None or (step.kind != "Namespace" and step.is_changed)]
    return frozenset(map(_brings, changed))


def _brings(step: Step) -> str:
    if step.kind == "Namespace":
        return text_at(step.manifest, ("metadata", "name"))
    return f"{text_at(step.manifest, ('spec', 'group'))}/{text_at(step.manifest, ('spec', 'names', 'kind'))}"


def _waits(step: Step, coming: frozenset[str]) -> bool:
    group = str(step.manifest.get("apiVersion", "")).rpartition("/")[0]
    return text_at(step.manifest, ("metadata", "namespace")) in coming or f"{group}/{step.kind}" in coming


def _foreseen(api: Api, step: Step) -> Step:
    conflicts: tuple[Conflict, ...] = ()
    try:
        try:
            would = api.apply([step.manifest], dry_run=True)[0]
        except ConflictError as error:
            would = api.apply([step.manifest], dry_run=True, force=True)[0]
            conflicts = real(step.live or {}, mapping_at(would, ()), error.owners)
    except ApiError as error:
        return replace(step, refusal=error)
    return replace(step, would=_without_left_behind(api, step, mapping_at(would, ())), conflicts=conflicts)


def _without_left_behind(api: Api, step: Step, would: Manifest) -> Manifest:
    """What it would be without the fields that a predecessor set and the manifest does not say any more.

    The server is asked, because what it fills in again by itself is no change.
    """
    live = dict(step.live or {})
    left = left_behind(live, would) if has_predecessor(live) else {}
    if not left:
        return would
    rest = mapping_at(removed(would, left), ())
    try:
        return mapping_at(api.replaced(object_path(step.manifest), rest), ())
    except ApiError:  # it is not let go, or this client cannot ask
        return rest if is_custom(step.manifest) else would
