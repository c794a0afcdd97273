"""What `apply` waits for: definitions, rollouts, and what Antrea's operator makes of its custom resource."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from antrea_ci.apply.restarts import agent_pods
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.facts import facts
from antrea_ci.kube.api import Api, object_path
from antrea_ci.kube.waiting import wait_until
from antrea_ci.model.effective import Cluster
from antrea_ci.values import items_at, mapping_at, text_at, texts_at, value_at
from antrea_ci.verify import operators, workloads
from antrea_ci.verify.check import State
from antrea_ci.verify.look import Look, condition, number_at
from antrea_ci.wording import count
from antrea_ci.yamlio import Value

Progress = Callable[[str], None]
PATIENCE_SECONDS = 20.0
"""How long nothing may be seen of the operator's work after its custom resource has changed."""
DEGRADED_SECONDS = 10.0
"""For how long the operator may say that it is degraded: it tries again by itself."""
FORMERLY_DEGRADED_SECONDS = 60.0
"""The same where it said so before its custom resource changed."""


class MendableError(AntreaGitopsError):
    """A rollout that a custom resource which is still to come may mend."""


def established(api: Api, manifest: Mapping[str, Value], *, seconds: float, progress: Progress) -> None:
    """Until the API serves what a CustomResourceDefinition defines."""
    path, name = object_path(manifest), text_at(dict(manifest), ("metadata", "name"))

    def look() -> str:
        found = Look(api).at(path)
        refused = condition(found, "NamesAccepted")
        if refused.status == "False":
            raise AntreaGitopsError(f"the definition {name} is not accepted: {refused.told}")
        return "" if condition(found, "Established").is_true else "it is not established yet"

    wait_until(look, what=f"the definition {name}", seconds=seconds, progress=progress)


def rolled_out(
    api: Api, manifest: Mapping[str, Value], *, seconds: float, progress: Progress, mendable: bool = False
) -> None:
    """Until every replica of a Deployment is of its newest state. AntreaGitopsError as soon as that cannot be.

    ``mendable``: something is still to come that may mend pods that crash; MendableError as soon as one does.
    """
    path, name = object_path(manifest), text_at(dict(manifest), ("metadata", "name"))
    namespace = text_at(dict(manifest), ("metadata", "namespace"))

    def look() -> str:
        seen = Look(api)
        found = seen.at(path)
        if not (missing := _not_rolled_out(found)):
            return ""
        reasons = _reasons(seen, found, f"/api/v1/namespaces/{namespace}/pods")
        _refuse_hopeless(found, name, reasons)
        if mendable and (crash := next((one for one in reasons if one in _mendable()), "")):
            raise MendableError(f"a pod of {name} does not run yet: {crash}")
        return "; ".join(filter(None, (missing, *reasons)))

    fix = f"`{api.cli} -n {namespace} describe pods`"
    wait_until(look, what=f"the rollout of {name}", seconds=seconds, progress=progress, fix=fix)


def _not_rolled_out(found: Value) -> str:
    wanted = mapping_at(found, ("spec",)).get("replicas", 1)
    number = wanted if isinstance(wanted, int) else 1
    if number_at(found, "status", "observedGeneration") < number_at(found, "metadata", "generation"):
        return "its change has not been seen yet"
    updated, ready = number_at(found, "status", "updatedReplicas"), number_at(found, "status", "availableReplicas")
    every = number_at(found, "status", "replicas")
    if updated < number or every > updated or ready < number:
        return f"{updated} of {number} updated, {ready} available"
    return ""


def _reasons(look: Look, found: Value, pods: str) -> list[str]:
    """Why pods with the images of the newest state wait, each reason once."""
    wanted = _images(value_at(found, ("spec", "template", "spec")))
    waiting = (workloads.waiting_for(pod) for pod in look.items(pods) if _images(value_at(pod, ("spec",))) == wanted)
    return list(dict.fromkeys(filter(None, waiting)))


def _images(spec: Value) -> set[str]:
    return {text_at(one, ("image",)) for one in items_at(spec, ("containers",))}


def _mendable() -> list[str]:
    return texts_at(facts("apply"), ("mended_by_resource",))


def _refuse_hopeless(found: Value, name: str, reasons: Sequence[str]) -> None:
    progressing = condition(found, "Progressing")
    if progressing.reason == "ProgressDeadlineExceeded":
        raise AntreaGitopsError(f"the rollout of {name} makes no progress: {progressing.told}")
    if hopeless := [one for one in reasons if one in texts_at(facts("apply"), ("hopeless",))]:
        images = _images(value_at(found, ("spec", "template", "spec")))
        raise AntreaGitopsError(
            f"a pod of {name} cannot start: {hopeless[0]}",
            why=f"its image is {', '.join(sorted(images))}",
            fix="`antrea-gitops images verify` tells whether nodes can pull it",
        )


@dataclass(frozen=True)
class Marks:
    """By what is seen later that the operator has acted: versions of what it writes, and the agents' pods."""

    versions: tuple[str, ...] = ()
    pods: frozenset[str] = frozenset()

    @classmethod
    def of(cls, api: Api) -> Marks:
        look = Look(api)
        paths = [text_at(facts("apply"), (name,)) for name in ("antrea-install", "cluster-operator")]
        paths += [text_at(facts("verify"), (name,)) for name in ("antrea-agent", "antrea-controller")]
        versions = [text_at(look.at(path), ("metadata", "resourceVersion")) for path in paths]
        return cls(tuple(versions), frozenset(text_at(pod, ("metadata", "uid")) for pod in agent_pods(api)))


@dataclass
class Antrea:
    """Antrea in a cluster whose custom resource has changed. ``marks`` are from right after that.

    ``restarts``: the operator is expected to replace the agents' pods. ``was_degraded``: it was before the change.
    """

    api: Api
    cluster: Cluster
    marks: Marks | None = None
    restarts: bool = False
    was_degraded: bool = False
    _degraded_since: float = 0.0

    def wait(self, *, seconds: float, progress: Progress) -> str:
        """Until the operator is available, not degraded and done, and agents and controller are ready.

        Returns a warning where agents were not replaced although they should have been. AntreaGitopsError with reason
        and remedy where the operator stays degraded, or the time is over.
        """
        patient_until = time.monotonic() + min(PATIENCE_SECONDS, seconds)
        fix = f"`{self.api.cli} -n kube-system get pods -l app=antrea -o wide`; the same command goes on waiting"

        def look() -> str:
            missing = self.missing()
            if not missing and self.marks and time.monotonic() < patient_until:
                return self._unseen(self.marks)
            return missing

        wait_until(look, what="Antrea", seconds=seconds, progress=progress, fix=fix)
        return self._not_restarted()

    def missing(self) -> str:
        """What is not as it should be; "" if all is well. Raises AntreaGitopsError where the operator gave up."""
        look = Look(self.api)
        operator = operators.antrea(look, self.cluster)
        status = look.at(_status_of(self.cluster))
        degraded = condition(status, "Degraded")
        if degraded.is_true:
            self._refuse_degraded(operator.message, operator.why, operator.fix)
            return operator.message
        self._degraded_since = 0.0
        progressing = condition(status, "Progressing")
        checks = (operator, workloads.agents(look, self.cluster), workloads.controller(look, self.cluster))
        ill = [check.message for check in checks if check.state is not State.OK]
        ill += [f"the operator is at work: {progressing.told}"] if progressing.is_true else []
        return "; ".join(ill)

    def _refuse_degraded(self, message: str, why: str, fix: str) -> None:
        now = time.monotonic()
        self._degraded_since = self._degraded_since or now
        limit = FORMERLY_DEGRADED_SECONDS if self.was_degraded else DEGRADED_SECONDS
        if now - self._degraded_since >= limit:
            raise AntreaGitopsError(message, why=why, fix=fix)

    def _unseen(self, marks: Marks) -> str:
        now = Marks.of(self.api)
        if now == marks:
            return "the operator has not acted yet"
        left = len(now.pods & marks.pods) if self.restarts else 0
        return f"{count(left, 'agent')} to be replaced" if left else ""

    def _not_restarted(self) -> str:
        left = len(Marks.of(self.api).pods & self.marks.pods) if self.marks and self.restarts else 0
        if not left:
            return ""
        return (
            f"{count(left, 'agent')} with the former configuration: the operator did not replace them; "
            f"`{self.api.cli} -n kube-system delete pods -l component=antrea-agent` does, and pods lose their network "
            "for a moment"
        )


def _status_of(cluster: Cluster) -> str:
    return text_at(facts("apply"), ("cluster-operator" if cluster.file.flavour == "openshift" else "antrea-install",))


def is_degraded(api: Api, cluster: Cluster) -> bool:
    """Whether the operator says so now."""
    return condition(Look(api).at(_status_of(cluster)), "Degraded").is_true
