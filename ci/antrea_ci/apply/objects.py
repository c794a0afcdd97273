"""Applies objects in the order in which each finds what it needs, and waits where the next one needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from antrea_ci.apply.predecessors import handed_over, has_predecessor
from antrea_ci.apply.projection import bare
from antrea_ci.apply.steps import LAST, Manifest, in_order, live_at, rank
from antrea_ci.apply.waits import MendableError, established, rolled_out
from antrea_ci.kube.api import Api, ApiError, object_path
from antrea_ci.kube.paths import object_name
from antrea_ci.values import mapping_at
from antrea_ci.yamlio import Value

_WORKLOAD = "Deployment"


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

    Where custom resources come that are not there yet, as in a first installation, Deployments are waited for after
    them: an operator does not run without its resource. ``timeout`` in seconds is for each wait. The names
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
    left: list[Manifest] = []
    for _, stage in groupby(in_order([dict(one) for one in manifests]), key=rank):
        members = list(stage)
        if left and _are_there(api, members):
            left = _awaited(api, left, timeout, progress, is_last=False)
        if rank(members[0]) == LAST:
            before_resources()
        for manifest in members:
            if _apply(api, manifest, force=force):
                progress(f"applied {object_name(manifest)}")
                yield object_name(manifest)
        for manifest in members:
            if manifest.get("kind") == "CustomResourceDefinition":
                established(api, manifest, seconds=timeout, progress=progress)
        left += [one for one in members if one.get("kind") == _WORKLOAD]
    _awaited(api, left, timeout, progress, is_last=True)


def _awaited(
    api: Api, workloads: Sequence[Manifest], timeout: float, progress: Callable[[str], None], *, is_last: bool
) -> list[Manifest]:
    """Waits for Deployments; those that are left to be waited for later, once what comes next may have mended them."""
    left: list[Manifest] = []
    for manifest in workloads:
        try:
            rolled_out(api, manifest, seconds=timeout, progress=progress, mendable=not is_last)
        except MendableError as error:
            progress(f"{error.message}; it may need what comes next")
            left.append(manifest)
    return left


def _are_there(api: Api, manifests: Sequence[Manifest]) -> bool:
    return all(live_at(api, object_path(manifest)) is not None for manifest in manifests)


def _apply(api: Api, manifest: Manifest, *, force: bool) -> bool:
    """Whether the object changed by it, or was made."""
    path = object_path(manifest)
    live = live_at(api, path)
    if live is not None and has_predecessor(live):
        live = _taken_over(api, path, live)
    made = mapping_at(api.apply([manifest], force=force)[0], ())
    return live is None or bare(live) != bare(made)


def _taken_over(api: Api, path: str, live: Manifest) -> Manifest:
    """Makes the fields of predecessors ours. Where the client or the server does not let us, they stay theirs."""
    try:
        api.replace(path, handed_over(live))
    except ApiError as error:
        if error.reason not in ("", "Invalid", "Forbidden", "MethodNotAllowed"):
            raise
    return live
