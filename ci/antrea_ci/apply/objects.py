"""Applies objects in the order in which each finds what it needs, and waits where the next one needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from antrea_ci.apply.conflicts import real
from antrea_ci.apply.predecessors import handed_over, has_predecessor
from antrea_ci.apply.projection import bare
from antrea_ci.apply.steps import LAST, Manifest, in_order, live_at, rank
from antrea_ci.apply.transition import transitional
from antrea_ci.apply.waits import MendableError, established, rolled_out
from antrea_ci.kube.api import Api, ApiError, ConflictError, object_path
from antrea_ci.kube.paths import object_name
from antrea_ci.values import mapping_at
from antrea_ci.yamlio import Value

_WORKLOAD, _DEFINITION = "Deployment", "CustomResourceDefinition"


def apply_objects(
    api: Api,
    manifests: Sequence[Mapping[str, Value]],
    *,
    progress: Callable[[str], None],
    timeout: float,
    force: bool = False,
) -> tuple[str, ...]:
    """Applies ``manifests``: namespaces, CRDs (until they are established), accounts and rights, configuration,
    workloads (until each Deployment has rolled out), custom resources.

    A CRD that loses fields keeps them until its objects have come in their new form, so that no operator reads them
    without. Where custom resources come that are not there yet, as in a first installation, Deployments are waited for
    after them: an operator does not run without its resource. ``timeout`` in seconds is for each wait. The names
    (``kind/namespace/name``) of what changed, in that order; none if the cluster had it all. ApiError, ``reason``
    ``Conflict`` where others own a field and ``force`` is False; what was applied stays, and the same call goes on.
    """
    return tuple(applied(api, manifests, progress=progress, timeout=timeout, force=force))


def applied(
    api: Api,
    manifests: Sequence[Mapping[str, Value]],
    *,
    progress: Callable[[str], None],
    timeout: float,
    force: bool = False,
    before_resources: Callable[[], None] = lambda: None,
) -> Iterator[str]:
    """``apply_objects``, which gives each name as soon as its object has changed, and calls ``before_resources`` right
    before custom resources come."""
    return _Application(api, manifests, progress, timeout, force, before_resources).carried_out()


@dataclass
class _Application:
    """``applied`` step by step."""

    api: Api
    manifests: Sequence[Mapping[str, Value]]
    progress: Callable[[str], None]
    timeout: float
    force: bool
    before_resources: Callable[[], None]
    _awaited: list[Manifest] = field(default_factory=list[Manifest], init=False)
    _wide: list[Manifest] = field(default_factory=list[Manifest], init=False)

    def carried_out(self) -> Iterator[str]:
        """The name of each object as soon as it has changed."""
        for place, stage in groupby(in_order([dict(one) for one in self.manifests]), key=rank):
            members = list(stage)
            self._prepare(place, members)
            for manifest in members:
                if self._apply(self._form(manifest)):
                    self.progress(f"applied {object_name(manifest)}")
                    yield object_name(manifest)
            self._wait_for(members)
        for manifest in self._wide:
            self._apply(manifest)
        self._await_rollouts(is_last=True)

    def _prepare(self, place: int, members: Sequence[Manifest]) -> None:
        """Before a stage: what rolls out is waited for, unless it needs what comes."""
        if self._awaited and all(live_at(self.api, object_path(one)) is not None for one in members):
            self._await_rollouts(is_last=False)
        if place == LAST:
            self.before_resources()

    def _form(self, manifest: Manifest) -> Manifest:
        """The object, or the form of a definition until its objects have come."""
        if manifest.get("kind") != _DEFINITION:
            return manifest
        others = [dict(one) for one in self.manifests]
        wide = transitional(live_at(self.api, object_path(manifest)), manifest, others)
        self._wide += [manifest] if wide else []
        return wide or manifest

    def _wait_for(self, members: Sequence[Manifest]) -> None:
        for manifest in members:
            if manifest.get("kind") == _DEFINITION:
                established(self.api, manifest, seconds=self.timeout, progress=self.progress)
        self._awaited += [one for one in members if one.get("kind") == _WORKLOAD]

    def _await_rollouts(self, *, is_last: bool) -> None:
        """Leaves those for later that what comes next may mend."""
        left: list[Manifest] = []
        for manifest in self._awaited:
            try:
                rolled_out(self.api, manifest, seconds=self.timeout, progress=self.progress, mendable=not is_last)
            except MendableError as error:
                self.progress(f"{error.message}; it may need what comes next")
                left.append(manifest)
        self._awaited = left

    def _apply(self, manifest: Manifest) -> bool:
        """Whether the object changed by it, or was made."""
        path = object_path(manifest)
        live = live_at(self.api, path)
        if live is not None and has_predecessor(live):
            _take_over(self.api, path, live)
        made = mapping_at(_made(self.api, manifest, live or {}, force=self.force), ())
        return live is None or bare(live) != bare(made)


def _made(api: Api, manifest: Manifest, live: Manifest, *, force: bool) -> Value:
    try:
        return api.apply([manifest], force=force)[0]
    except ConflictError as error:
        would = mapping_at(api.apply([manifest], dry_run=True, force=True)[0], ())
        if real(live, would, error.owners):
            raise
        return api.apply([manifest], force=True)[0]


def _take_over(api: Api, path: str, live: Manifest) -> None:
    """Makes the fields of predecessors ours. Where the client or the server does not let us, they stay theirs."""
    try:
        api.replace(path, handed_over(live))
    except ApiError as error:
        if error.reason not in ("", "Invalid", "Forbidden", "MethodNotAllowed"):
            raise
