"""Applies objects in the order in which each finds what it needs, and waits where the next one needs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from antrea_ci.kube.api import Api
from antrea_ci.yamlio import Value


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

    ``timeout`` in seconds is for each wait. The names (``kind/namespace/name``) of what changed, in that order; none if
    the cluster had it all. ApiError, ``reason`` ``Conflict`` where others own a field and ``force`` is False; what was
    applied stays, and the same call goes on.
    """
    raise NotImplementedError
