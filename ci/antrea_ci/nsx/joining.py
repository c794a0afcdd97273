"""Joins NSX by the vendor's manifests, in the documented order with waits; twice without harm."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from antrea_ci.apply import apply_objects
from antrea_ci.kube.paths import object_name
from antrea_ci.nsx import waits
from antrea_ci.nsx.living import Living
from antrea_ci.nsx.plan import Desired, Plan
from antrea_ci.nsx.removing import labelled, remove, restart_pods
from antrea_ci.nsx.waits import Patience
from antrea_ci.verify.look import name_of
from antrea_ci.yamlio import Value

_CONTROLLER_PODS = "/api/v1/namespaces/kube-system/pods"
_CONTROLLER = "antrea-controller"


@dataclass(frozen=True)
class Work:
    """``secret`` is the Secret nsx-cert, in memory alone; ``force`` takes over fields that others own."""

    living: Living
    secret: Mapping[str, Value] = field(repr=False)
    patience: Patience
    force: bool = False


def join(work: Work, desired: Desired, plan: Plan, changed: Collection[str]) -> None:
    """Carries ``plan`` out, until the interworking pod is ready. ``changed`` names the objects that differ.

    Raises AntreaGitopsError with the reason where the registration fails; the same call goes on from there.
    """
    living = work.living
    await_namespace(living, work.patience)
    for path in plan.removed.values():
        remove(living, path)
    waits.until_gone(living, plan.removed, work.patience)
    _prepare(work, desired, changed)
    if plan.runs_job:
        living.api.apply([desired.job], force=work.force)
        waits.until_done(living, name_of(desired.job), work.patience)
    if plan.removed or object_name(desired.deployment) in changed:
        living.api.apply([desired.deployment], force=work.force)
    waits.until_ready(living, work.patience)


def await_namespace(living: Living, patience: Patience) -> None:
    """A namespace that is being removed takes nothing new."""
    if living.is_ending():
        waits.until_gone(living, {f"the namespace {living.namespace}": living.home}, patience)


def _prepare(work: Work, desired: Desired, changed: Collection[str]) -> None:
    """Namespace, Secret, configuration and rights: what the job needs. ``data`` of the ConfigMap cluster-id is the
    job's: the vendor ships it without, so server-side apply leaves alone what the job wrote there."""
    api, say, seconds = work.living.api, work.patience.say, work.patience.seconds
    wanted = [one for one in desired.rest if object_name(one) in changed]
    first = [one for one in wanted if one.get("kind") == "Namespace"]
    apply_objects(api, first, progress=say, timeout=seconds, force=work.force)
    api.apply([work.secret], force=True)
    rest = [one for one in wanted if one not in first]
    apply_objects(api, rest, progress=say, timeout=seconds, force=work.force)
    if any(one in rest for one in desired.webhooks):
        restart_controller(work.living, work.patience)


def restart_controller(living: Living, patience: Patience) -> None:
    """antrea-controller looks for the webhook on namespaces when it starts (Kubernetes up to 1.20)."""
    patience.say("antrea-controller starts anew, for the webhook on namespaces")
    restart_pods(living, labelled(living.items(_CONTROLLER_PODS), _CONTROLLER), patience)
