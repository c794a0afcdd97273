"""Joins NSX by the custom resource: Antrea's operator makes the rest.

The operator does not carry a change of the bootstrap configuration to a cluster that has joined, so that is a
deregistration and a registration: the switch off, the wait until all is gone, the switch on.
"""

from __future__ import annotations

from dataclasses import dataclass

from antrea_ci.apply import apply_objects
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.kube.api import object_path
from antrea_ci.kube.waiting import wait_until
from antrea_ci.nsx import known, waits
from antrea_ci.nsx.joining import Work, await_namespace
from antrea_ci.nsx.living import Living, Manifest, fact, inner
from antrea_ci.nsx.prepared import PreparedNsx
from antrea_ci.nsx.waits import Patience
from antrea_ci.values import mapping_at
from antrea_ci.verify.look import condition
from antrea_ci.yamlio import Value

_KIND = "AntreaInstall"


@dataclass(frozen=True)
class Desired:
    """The AntreaInstall with its fields for NSX, and what else has to be there (the Secret's namespace)."""

    resource: Manifest
    rest: tuple[Manifest, ...]

    @classmethod
    def of(cls, prepared: PreparedNsx) -> Desired:
        """AntreaGitopsError where rendered/nsx has no AntreaInstall."""
        objects = [dict(one) for one in prepared.objects.values()]
        found = next((one for one in objects if one.get("kind") == _KIND), None)
        if found is None:
            raise AntreaGitopsError("rendered/nsx has no AntreaInstall", fix="`antrea-gitops render`, and commit")
        return cls(found, tuple(one for one in objects if one is not found))


@dataclass(frozen=True)
class Plan:
    """``leaves_first``: the cluster leaves NSX before it joins again. ``told`` says what will happen, line by line."""

    leaves_first: bool
    told: tuple[str, ...]


def planned(living: Living, desired: Desired) -> Plan:
    """What has to be done; nothing is changed. AntreaGitopsError where other fields of the AntreaInstall differ too."""
    found = living.at(object_path(desired.resource))
    if not found:
        raise AntreaGitopsError(
            "the cluster has no AntreaInstall",
            why="its operator joins the cluster to NSX",
            fix="install Antrea's operator first: `antrea-gitops apply`",
        )
    _refuse_others(found, desired.resource)
    if not is_on(found):
        return Plan(leaves_first=False, told=("enableInterworking becomes true: the operator registers the cluster",))
    changed = [name for name in _told_fields(desired.resource) if _spec(found, name) != _spec(desired.resource, name)]
    if not changed:
        return Plan(leaves_first=False, told=())
    what = f"{', '.join(changed)} of the AntreaInstall changes, and the operator does not carry that to a cluster that "
    why = "it gets a new id there: policies and groups of NSX that name the old one no longer hold"
    return Plan(leaves_first=True, told=(f"{what}has joined: it leaves NSX, and joins again", why))


def _refuse_others(found: Manifest, wanted: Manifest) -> None:
    """Agents may restart for what is not of NSX; that is `apply`, with its own questions."""
    ours = {*_told_fields(wanted), known.text("fields", "switch"), "interworkingImage"}
    specs = [mapping_at(one, ("spec",)) for one in (found, wanted)]
    others = [name for name in specs[1] if name not in ours and specs[0].get(name) != specs[1][name]]
    if others:
        raise AntreaGitopsError(
            f"the AntreaInstall of the cluster differs from the reviewed one also in {', '.join(others)}",
            why="agents or the controller restart for that, in a maintenance window",
            fix="`antrea-gitops apply` first, then this command again",
        )


def _told_fields(resource: Manifest) -> list[str]:
    """Its fields that the registration goes by."""
    names = [name for part in ("name", "managers", "path") for name in known.texts("fields", part)]
    names.append(known.text("fields", "bootstrap"))
    return [name for name in mapping_at(resource, ("spec",)) if name in names]


def is_on(resource: Manifest) -> bool:
    """Whether an AntreaInstall says that the cluster joins NSX."""
    return mapping_at(resource, ("spec",)).get(known.text("fields", "switch")) is True


def _spec(resource: Manifest, name: str) -> Value:
    value = mapping_at(resource, ("spec",)).get(name)
    return inner(value) or value if name == known.text("fields", "bootstrap") else value


def join(work: Work, desired: Desired, plan: Plan) -> None:
    """Carries ``plan`` out, until the interworking pod is ready. The same call goes on where it was interrupted."""
    living = work.living
    found = living.at(object_path(desired.resource))
    if plan.leaves_first:
        apply_resource(work, switched_off(found, desired.resource))
    if plan.leaves_first or not is_on(found):
        until_left(living, work.patience)
    await_namespace(living, work.patience)
    living.api.apply(desired.rest)
    living.api.apply([work.secret], force=True)
    apply_resource(work, desired.resource)
    _until_operator_made(work, object_path(desired.resource))
    waits.until_ready(living, work.patience)


def apply_resource(work: Work, resource: Manifest) -> None:
    """Applies the AntreaInstall; what the installation made of it, whoever it was, is taken over."""
    seconds, say = work.patience.seconds, work.patience.say
    apply_objects(work.living.api, [resource], progress=say, timeout=seconds, force=work.force)


def switched_off(found: Manifest, wanted: Manifest) -> Manifest:
    """The AntreaInstall with the switch off, and otherwise told what the cluster has registered by."""
    before = {name: mapping_at(found, ("spec",)).get(name) for name in _told_fields(wanted)}
    spec = {**mapping_at(wanted, ("spec",)), **before, known.text("fields", "switch"): False}
    return {**wanted, "spec": spec}


def until_left(living: Living, patience: Patience) -> None:
    """Returns when the operator has taken the interworking pod away, which it does when the cluster is deregistered."""

    def look() -> str:
        return "the interworking Deployment is still there" if living.deployment() else ""

    what, fix = "the operator to deregister the cluster", operators_log(living)
    wait_until(look, what=what, seconds=patience.seconds, progress=patience.say, fix=fix)


def operators_log(living: Living) -> str:
    """Where the operator says why it does not do what it should."""
    return f"read `{living.api.cli} -n antrea-operator logs deployment/antrea-operator`"


def _until_operator_made(work: Work, path: str) -> None:
    """Returns when there is an interworking Deployment; a failed registration, or what the operator says, ends it."""
    living, job = work.living, fact("register")

    def look() -> str:
        if condition(living.job(job), "Failed").is_true:
            raise waits.job_failed(living, job, living.job(job))
        if living.deployment():
            return ""
        degraded = condition(living.at(path), "Degraded")
        return f"it is degraded: {degraded.told}" if degraded.is_true else "no interworking Deployment yet"

    seconds, say = work.patience.seconds, work.patience.say
    wait_until(look, what="Antrea's operator", seconds=seconds, progress=say, fix=operators_log(living))
