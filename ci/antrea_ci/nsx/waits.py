"""Waiting for what phase 2 sets going: jobs, the interworking pod, and NSX itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.kube.waiting import wait_until
from antrea_ci.nsx import reasons
from antrea_ci.nsx.living import Living, Manifest
from antrea_ci.nsx.manager import Nsx
from antrea_ci.nsx.refusals import NsxError
from antrea_ci.values import items_at, text_at
from antrea_ci.verify.look import condition, number_at
from antrea_ci.yamlio import Value


@dataclass(frozen=True)
class Patience:
    """``seconds`` for each wait; ``say`` gets what is still missing."""

    seconds: float
    say: Callable[[str], None]


def _bearing(look: Callable[[], str]) -> Callable[[], str]:
    """``look``, for which a manager that does not answer now is something that is missing."""

    def patient() -> str:
        try:
            return look()
        except NsxError as error:
            if error.status and not error.is_busy:
                raise
            return error.message

    return patient


def until_done(living: Living, job: str, patience: Patience) -> None:
    """Returns when a job is complete; AntreaGitopsError with the end of its log, and why, when it has failed."""

    def look() -> str:
        found = living.job(job)
        if condition(found, "Failed").is_true:
            raise job_failed(living, job, found)
        if condition(found, "Complete").is_true:
            return ""
        return _held_up(living, living.job_pods(job)) or ("it runs" if found else "it is not there yet")

    fix = f"`{living.api.cli} -n {living.namespace} describe job {job}`; then the same command again"
    wait_until(_bearing(look), what=f"the job {job}", seconds=patience.seconds, progress=patience.say, fix=fix)


def job_failed(living: Living, job: str, found: Value) -> AntreaGitopsError:
    """Why a job has failed: the end of its log, and what the table of reasons makes of it."""
    logs = [living.log(pod) for pod in living.job_pods(job)]
    log = next((text for text in reversed(logs) if text.strip()), "")
    reason = reasons.of_log(log)
    said = reason.word if reason else condition(found, "Failed").told
    return AntreaGitopsError(
        f"the job {job} has failed: {said}{reasons.last_lines(log)}",
        why=reason.means if reason else "what it says is in its log",
        fix=reason.fix
        if reason
        else f"`{living.api.cli} -n {living.namespace} logs job/{job}`, then this command again",
    )


def until_ready(living: Living, patience: Patience) -> None:
    """Returns when every container of the interworking pod is ready, in the version that its Deployment describes."""
    fix = f"`antrea-gitops nsx status` says why; `{living.api.cli} -n {living.namespace} get pods` shows them"
    wait_until(
        _bearing(lambda: missing_of_deployment(living, living.deployment())),
        what="the interworking pod",
        seconds=patience.seconds,
        progress=patience.say,
        fix=fix,
    )


def missing_of_deployment(living: Living, deployment: Manifest) -> str:
    """What the interworking pod lacks; empty where all its containers are ready."""
    if not deployment:
        return "its Deployment is not there yet"
    wanted = number_at(deployment, "spec", "replicas")
    is_seen = number_at(deployment, "status", "observedGeneration") >= number_at(deployment, "metadata", "generation")
    counts = [number_at(deployment, "status", key) for key in ("updatedReplicas", "readyReplicas", "replicas")]
    pods = living.interworking_pods()
    # For a moment after a pod was removed the Deployment still counts it.
    if is_seen and counts == [wanted] * len(counts) and sum(_is_ready(pod, deployment) for pod in pods) >= wanted:
        return ""
    return _held_up(living, pods) or _containers(pods, deployment)


def _held_up(living: Living, pods: list[Manifest]) -> str:
    found = (reasons.of_pod(living, pod) for pod in pods)
    return next((reason.told for reason in found if reason), "")


def _containers(pods: list[Manifest], deployment: Manifest) -> str:
    """``2/4 containers are ready (not mp-adapter, tn-proxy)``."""
    names = container_names(deployment)
    ready = ready_containers(pods[-1]) if pods else dict[str, bool]()
    waiting = [name for name in names if not ready.get(name)]
    if not waiting:
        return "its new pod has not taken the place of the old one"
    return f"{len(names) - len(waiting)}/{len(names)} containers are ready (not {', '.join(waiting)})"


def _is_ready(pod: Manifest, deployment: Manifest) -> bool:
    ready = ready_containers(pod)
    return all(ready.get(name, False) for name in container_names(deployment))


def container_names(deployment: Manifest) -> list[str]:
    """The containers of a workload's pods."""
    listed = items_at(deployment, ("spec", "template", "spec", "containers"))
    return [text_at(one, ("name",)) for one in listed]


def ready_containers(pod: Manifest) -> Mapping[str, bool]:
    """Container to whether it is ready."""
    statuses = items_at(pod, ("status", "containerStatuses"))
    return {text_at(one, ("name",)): isinstance(one, dict) and one.get("ready") is True for one in statuses}


def until_up(nsx: Nsx, name: str, patience: Patience) -> str:
    """Returns when NSX has the cluster, and says that it is up; the id that it gave it."""
    found: list[str] = []

    def look() -> str:
        plane = nsx.control_plane(name)
        if plane is None:
            return f"it does not know {name}"
        found[:] = [plane.cluster_id]
        health = nsx.health(name)
        if health is None or health.is_up:  # managers before 3.2 tell nothing of its health
            return ""
        return told_health(health.parts, health.faults)

    fix = "`antrea-gitops nsx status` says which part NSX does not hear of"
    wait_until(_bearing(look), what="NSX", seconds=patience.seconds, progress=patience.say, fix=fix)
    return found[0]


def told_health(parts: Mapping[str, str], faults: tuple[str, ...]) -> str:
    """The parts that are not well, in one line."""
    ill = [f"{part} is {state}" for part, state in parts.items() if state != "HEALTHY"]
    return "; ".join([*(ill or ["it tells no part of the cluster"]), *faults])


def until_gone(living: Living, paths: Mapping[str, str], patience: Patience) -> None:
    """Returns when nothing is at ``paths`` (name for people to path) any more."""

    def look() -> str:
        left = [name for name, path in paths.items() if living.at(path)]
        return f"{', '.join(left)} is still there" if left else ""

    wait_until(_bearing(look), what="the removal", seconds=patience.seconds, progress=patience.say)
