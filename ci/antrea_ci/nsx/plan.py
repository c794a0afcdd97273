"""What brings a living cluster to rendered/nsx: which objects make room first, and which stay as they are.

A Job cannot be changed, so what runs the registration again is the documented upgrade: the job and the Deployment are
removed and applied anew, while namespace, ConfigMaps and Secret stay. A job that Kubernetes cleaned up when it was done
is not made again for a cluster that is registered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.kube.api import ApiError
from antrea_ci.nsx.living import Living, Manifest, fact, inner, is_interworking
from antrea_ci.nsx.prepared import PreparedNsx
from antrea_ci.values import items_at, text_at, value_at
from antrea_ci.verify.look import condition, name_of
from antrea_ci.yamlio import Value

_NAME = "clusterName"


@dataclass(frozen=True)
class Desired:
    """The objects of rendered/nsx: ``rest`` has to be there before the two workloads run."""

    rest: tuple[Manifest, ...]
    job: Manifest
    deployment: Manifest
    bootstrap: Manifest

    @classmethod
    def of(cls, prepared: PreparedNsx) -> Desired:
        """AntreaGitopsError where a part is missing, which no release of the vendor's lacks."""
        objects = [dict(one) for one in prepared.objects.values()]
        job = _first(objects, lambda one: one.get("kind") == "Job" and name_of(one) == fact("register"))
        deployment = _first(objects, lambda one: one.get("kind") == "Deployment" and is_interworking(one))
        config = _first(objects, _is_bootstrap)
        if not (job and deployment and config):
            raise AntreaGitopsError(
                "rendered/nsx lacks the job register, the Deployment interworking or the ConfigMap bootstrap-config",
                why="each interworking release has all three",
                fix="take the vendor's archive again: `antrea-gitops nsx prepare ARCHIVE`, then render",
            )
        rest = tuple(one for one in objects if one is not job and one is not deployment)
        return cls(rest, job, deployment, inner(value_at(config, ("data", fact("bootstrap-key")))))

    @property
    def webhooks(self) -> tuple[Manifest, ...]:
        """What labels namespaces on Kubernetes up to 1.20; antrea-controller has to start anew for it."""
        return tuple(one for one in self.rest if str(one.get("kind", "")).endswith("WebhookConfiguration"))


@dataclass(frozen=True)
class Plan:
    """``removed``: what makes room, by name for people and path. ``runs_job``: whether the registration runs (again).

    ``told`` says what will happen and why, line by line.
    """

    removed: dict[str, str]
    runs_job: bool
    told: tuple[str, ...]


def planned(living: Living, desired: Desired) -> Plan:
    """What has to be done; nothing is changed. AntreaGitopsError where the cluster is registered under another name."""
    job, deployment = living.job(name_of(desired.job)), living.deployment()
    is_registered, before = bool(living.cluster_id()), living.bootstrap()
    if is_registered:
        _refuse_other_name(before, desired.bootstrap)
    why_job, why_both = _job_faults(living, job, desired), _upgrade(living, deployment, before, desired)
    removed: dict[str, str] = {}
    if job and (why_job or why_both):
        removed[f"job {name_of(job)}"] = living.job_path(name_of(job))
    if deployment and why_both:
        removed[f"deployment {name_of(deployment)}"] = living.deployment_path(deployment)
    is_cleaned_up = is_registered and bool(deployment) and not job and not why_both
    runs_job = not is_cleaned_up and not (job and condition(job, "Complete").is_true and not removed)
    told = _told(removed, why_job or why_both, is_registered=is_registered, runs_job=runs_job)
    return Plan(removed, runs_job, tuple(told))


def _refuse_other_name(before: Manifest, wanted: Manifest) -> None:
    old, new = text_at(before, (_NAME,)), text_at(wanted, (_NAME,))
    if old and old != new:
        raise AntreaGitopsError(
            f"the cluster is registered in NSX as {old}, and cluster.yaml calls it {new}",
            why="under another name it is another cluster for NSX, and the first one would stay behind there",
            fix=f"take {old} out of NSX first: `antrea-gitops nsx remove` from the commit that still has that name",
        )


def _job_faults(living: Living, job: Manifest, desired: Desired) -> str:
    """Why the job there cannot stay; empty where it can."""
    if not job:
        return ""
    if condition(job, "Failed").is_true:
        return "its last run has failed"
    return "its image changes" if _images(job) != _images(desired.job) else _immutable(living, desired.job)


def _upgrade(living: Living, deployment: Manifest, before: Manifest, desired: Desired) -> str:
    """Why both workloads have to be made anew; empty where they need not."""
    if before and before != desired.bootstrap:
        return "the bootstrap configuration changes"
    if deployment and _images(deployment) != _images(desired.deployment):
        return "the interworking image changes"
    if deployment and name_of(deployment) != name_of(desired.deployment):
        return "this release calls its Deployment by another name"
    return _immutable(living, desired.deployment) if deployment else ""


def _immutable(living: Living, manifest: Manifest) -> str:
    """Whether the API refuses to change a living object to ``manifest``; its words."""
    try:
        living.api.apply([manifest], dry_run=True, force=True)
    except ApiError as error:
        if error.reason == "Invalid" or "immutable" in error.message:
            return "the API does not let it be changed"
        raise
    return ""


def _images(manifest: Manifest) -> list[str]:
    containers = items_at(manifest, ("spec", "template", "spec", "containers"))
    return [text_at(one, ("image",)) for one in containers]


def _told(removed: dict[str, str], why: str, *, is_registered: bool, runs_job: bool) -> Iterable[str]:
    if removed:
        yield f"{' and '.join(removed)} will be removed and made anew: {why}"
        yield "until the new pod is ready NSX gets no news of the cluster; policies that are realised stay in force"
    if runs_job:
        yield "the register job runs" + (" and finds the cluster registered" if is_registered else "")


def _is_bootstrap(manifest: Manifest) -> bool:
    return manifest.get("kind") == "ConfigMap" and name_of(manifest) == fact("bootstrap-config")


def _first(objects: Iterable[Manifest], is_meant: Callable[[Manifest], bool]) -> Manifest:
    return next(filter(is_meant, objects), dict[str, Value]())
