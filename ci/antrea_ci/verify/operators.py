"""What the operators say of themselves: Antrea's, the cluster network operator, and all the others."""

from __future__ import annotations

from antrea_ci.facts import facts
from antrea_ci.model.effective import Cluster
from antrea_ci.values import text_at
from antrea_ci.verify.check import Check, State
from antrea_ci.verify.look import Look, condition, name_of
from antrea_ci.yamlio import Value

_OPERATORS = "/apis/config.openshift.io/v1/clusteroperators"
_SHOWN = 5


def antrea(look: Look, cluster: Cluster) -> Check:
    """Antrea's own operator: its ClusterOperator, or on plain Kubernetes the status of the AntreaInstall."""
    if cluster.file.flavour == "openshift":
        what, found = "ClusterOperator antrea", look.at(f"{_OPERATORS}/antrea")
    else:
        what, found = (
            "AntreaInstall antrea-operator/antrea-install",
            look.at(text_at(facts("verify"), ("antrea-install",))),
        )
    if not found:
        why = "Antrea's operator makes it as soon as it runs"
        fix = f"`{look.cli} -n antrea-operator get pods,events`: its image cannot be pulled, or its pod crashes"
        return Check("operator-antrea", State.FAILED, f"there is no {what}", why, fix)
    degraded = condition(found, "Degraded")
    if degraded.is_true:
        why, fix = reason_of(degraded.reason, look.cli)
        return Check("operator-antrea", State.FAILED, f"{what} is degraded: {degraded.told}", why, fix)
    return _availability(
        "operator-antrea", what, found, f"{look.cli} -n antrea-operator logs deployment/antrea-operator"
    )


def reason_of(reason: str, cli: str) -> tuple[str, str]:
    """What a reason of the operator for being degraded means, and what to do."""
    row = facts("operator-reasons").get(reason)
    fix = text_at(row, ("fix",)) or "read `{cli} -n antrea-operator logs deployment/antrea-operator`"
    return text_at(row, ("means",)), fix.replace("{cli}", cli)


def network(look: Look, _: Cluster) -> Check:
    """The cluster network operator, which runs Multus and kube-proxy beside Antrea."""
    what, found = "ClusterOperator network", look.at(f"{_OPERATORS}/network")
    fix = f"{look.cli} describe clusteroperator network"
    if not found:
        return Check("operator-network", State.FAILED, f"there is no {what}", fix=f"`{look.cli} get clusterversion`")
    degraded = condition(found, "Degraded")
    if degraded.is_true:
        return Check("operator-network", State.FAILED, f"{what} is degraded: {degraded.told}", fix=f"`{fix}`")
    return _availability("operator-network", what, found, fix)


def _availability(name: str, what: str, found: Value, command: str) -> Check:
    available, progressing = condition(found, "Available"), condition(found, "Progressing")
    if available.is_true:
        return Check(name, State.OK, f"{what} is available and not degraded")
    told = available.told or progressing.told
    return Check(name, State.FAILED, f"{what} is not available{': ' if told else ''}{told}", fix=f"`{command}`")


def others(look: Look, _: Cluster) -> Check:
    """Every other cluster operator."""
    found = [one for one in look.items(_OPERATORS) if name_of(one) not in ("antrea", "network")]
    if not found:
        fix = f"`{look.cli} get clusterversion`: the installation has not come that far"
        return Check("operators", State.FAILED, "there are no other cluster operators", fix=fix)
    ill = [f"{name_of(one)} ({told})" for one in found if (told := _illness(one))]
    if not ill:
        return Check("operators", State.OK, f"{len(found)} other cluster operators are available and not degraded")
    more = f" and {len(ill) - _SHOWN} more" if len(ill) > _SHOWN else ""
    message = f"{len(ill)} of {len(found)} other cluster operators are not well: {', '.join(ill[:_SHOWN])}{more}"
    why = "operators whose pods need the pod network fail first where that does not work"
    return Check("operators", State.FAILED, message, why, f"`{look.cli} get clusteroperators`, then describe the first")


def _illness(operator: Value) -> str:
    available, degraded = condition(operator, "Available"), condition(operator, "Degraded")
    if not available.is_true:
        return f"not available: {available.reason or 'it has not said why'}"
    return f"degraded: {degraded.reason or 'it has not said why'}" if degraded.is_true else ""
