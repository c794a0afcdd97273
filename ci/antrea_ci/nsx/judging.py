"""Checks of `nsx status` that look at the cluster: each says what is wrong, why that matters, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from antrea_ci.facts import facts
from antrea_ci.kube.api import ApiError, object_path
from antrea_ci.nsx import known, reasons, waits
from antrea_ci.nsx.certificate import PublicCertificate, public
from antrea_ci.nsx.living import Living, Manifest, fact, inner
from antrea_ci.nsx.prepared import PreparedNsx, Variant
from antrea_ci.values import items_at, text_at, texts_at, value_at
from antrea_ci.verify.check import Check, State
from antrea_ci.verify.look import condition, name_of
from antrea_ci.verify.operators import reason_of
from antrea_ci.yamlio import Value

_APPLY = "`antrea-gitops nsx apply`"
_RENEW = "`antrea-gitops nsx prepare --renew`, then `antrea-gitops nsx renew`"


def of_cluster(living: Living, prepared: PreparedNsx, name: str) -> Iterator[Check]:
    """All of them, in the order of reports; ``name`` is the cluster's in NSX. What the API does not tell is unknown."""
    secret_home = Living(living.api, prepared.secret_namespace)
    committed = [one for one in (prepared.certificate, prepared.next_certificate) if one]
    looks: dict[str, Callable[[], Check]] = {
        "operator": lambda: custom_resource(living, prepared),
        "secret": lambda: secret(secret_home.certificate(), committed, name),
        "bootstrap-config": lambda: bootstrap(living, prepared),
        "registration": lambda: registration(living),
        "interworking": lambda: pods(living, prepared),
        "antrea": lambda: antrea(living),
    }
    if prepared.variant is not Variant.CUSTOM_RESOURCE:
        del looks["operator"]
    for what, look in looks.items():
        try:
            yield look()
        except ApiError as error:
            yield Check(what, State.UNKNOWN, error.message, fix=error.fix)


def secret(pem: str, committed: Sequence[PublicCertificate], name: str) -> Check:
    """The certificate that the cluster shows to NSX: the right one, of the right name, and not about to end."""
    found = public(pem)
    what = fact("secret")
    if found is None:
        message, why = f"there is no Secret {what} with a certificate", "the cluster cannot prove to NSX who it is"
        return Check("secret", State.FAILED, message, why, f"{_APPLY} brings it")
    if found.common_name != name:
        message = f"the certificate of {what} is of {found.common_name}, and the cluster is {name} in NSX"
        fix = f"{_APPLY} with the certificate of this cluster"
        return Check("secret", State.FAILED, message, "NSX takes no certificate of another name", fix)
    if committed and found.sha256 not in [one.sha256 for one in committed]:
        message, why = f"the certificate of {what} is another one than the repository's", "one of them is out of date"
        fix = f"`antrea-gitops nsx renew` if a new one was prepared, else {_APPLY}"
        return Check("secret", State.FAILED, message, why, fix)
    days = (found.expires - datetime.now(tz=UTC)).days
    if days < known.number("certificate", "soon"):
        message = f"the certificate of {what} ends {found.expires.date()}" + (", which is over" if days < 0 else "")
        why = "without a valid certificate NSX hears nothing of the cluster any more"
        return Check("secret", State.FAILED, message, why, _RENEW)
    return Check("secret", State.OK, f"the certificate is of {name} and holds until {found.expires.date()}")


def bootstrap(living: Living, prepared: PreparedNsx) -> Check:
    """Name and managers in the cluster against the reviewed ones."""
    found = living.bootstrap()
    wanted = next((told for one in prepared.objects.values() if (told := told_by(dict(one)))), dict[str, Value]())
    if not found:
        state = State.UNKNOWN if prepared.variant is Variant.CUSTOM_RESOURCE else State.FAILED
        fix = "" if state is State.UNKNOWN else f"{_APPLY} brings it"
        return Check("bootstrap-config", state, f"there is no ConfigMap {fact('bootstrap-config')}", fix=fix)
    keys = [known.text("keys", "name"), known.text("keys", "managers"), *known.texts("keys", "path")]
    differing = [key for key in keys if (found.get(key) or None) != (wanted.get(key) or None)]
    if wanted and differing:
        told = ", ".join(f"{key}: {_shown(found.get(key))}, reviewed: {_shown(wanted.get(key))}" for key in differing)
        why = "the adapters go by what the cluster has"
        return Check(
            "bootstrap-config", State.FAILED, f"differs from the repository: {told}", why, f"{_APPLY} mends it"
        )
    managers = ", ".join(texts_at(found, (known.text("keys", "managers"),)))
    return Check("bootstrap-config", State.OK, f"{text_at(found, (known.text('keys', 'name'),))} at {managers}")


def told_by(manifest: Manifest) -> Manifest:
    """The bootstrap configuration that an object of rendered/nsx holds; empty if it holds none."""
    if manifest.get("kind") == "ConfigMap" and name_of(manifest) == fact("bootstrap-config"):
        return inner(value_at(manifest, ("data", fact("bootstrap-key"))))
    return inner(value_at(manifest, ("spec", known.text("fields", "bootstrap"))))


def _shown(value: Value) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "none")


def registration(living: Living) -> Check:
    """The register job, or what it left when Kubernetes cleaned it up."""
    job, cluster_id = living.job(fact("register")), living.cluster_id()
    if condition(job, "Failed").is_true:
        error = waits.job_failed(living, fact("register"), job)
        return Check("registration", State.FAILED, error.message, error.why, error.fix)
    if cluster_id:
        return Check("registration", State.OK, f"the cluster has registered as {cluster_id}")
    if condition(job, "Complete").is_true:
        return Check("registration", State.OK, "the register job is complete")
    if job:
        held = next((told for pod in living.job_pods(fact("register")) if (told := reasons.of_pod(living, pod))), None)
        message = f"the register job has not ended{f': {held.word}' if held else ''}"
        return Check("registration", State.FAILED, message, held.means if held else "", held.fix if held else "wait")
    return Check("registration", State.FAILED, "the cluster has not registered", "", f"{_APPLY} registers it")


def pods(living: Living, prepared: PreparedNsx) -> Check:
    """The interworking pod, container by container."""
    deployment = living.deployment()
    if not deployment:
        why = "its adapters carry inventory and policies between the cluster and NSX"
        return Check("interworking", State.FAILED, "there is no interworking Deployment", why, f"{_APPLY} makes it")
    if missing := waits.missing_of_deployment(living, deployment):
        held = next((told for pod in living.interworking_pods() if (told := reasons.of_pod(living, pod))), None)
        fix = held.fix if held else f"`{living.api.cli} -n {living.namespace} describe pods`"
        why = held.means if held else "an adapter that does not run carries nothing between the cluster and NSX"
        return Check("interworking", State.FAILED, missing, why, fix)
    images = sorted({text_at(one, ("image",)) for one in _containers(deployment)})
    strange = [image for image in images if prepared.images and image not in prepared.images]
    if strange:
        return Check(
            "interworking", State.FAILED, f"it runs {', '.join(strange)}", "another image was reviewed", _APPLY
        )
    names = waits.container_names(deployment)
    restarts = f"; {told}" if (told := _restarts(living)) else ""
    return Check("interworking", State.OK, f"{len(names)}/{len(names)} containers are ready{restarts}")


def _containers(deployment: Manifest) -> list[Value]:
    return items_at(deployment, ("spec", "template", "spec", "containers"))


def _restarts(living: Living) -> str:
    counts = [
        f"{text_at(one, ('name',))} has started {number} times anew"
        for pod in living.interworking_pods()
        for one in items_at(pod, ("status", "containerStatuses"))
        if isinstance(number := value_at(one, ("restartCount",)), int) and number
    ]
    return ", ".join(counts)


def antrea(living: Living) -> Check:
    """Antrea's own word of its agents and controller, which the adapters read."""
    for root in texts_at(facts("nsx-status"), ("antrea-infos",)):
        agents, controllers = (living.items(f"{root}/{fact(name)}") for name in ("agents", "controllers"))
        if not controllers and not agents:
            continue
        ill = [name_of(one) for one in agents if _is_ill(one, "AgentHealthy")]
        if ill or not controllers:
            message = f"not well: {', '.join(ill) or 'there is no antreacontrollerinfo'}"
            fix = f"`{living.api.cli} get antreaagentinfo,antreacontrollerinfo`"
            return Check("antrea", State.FAILED, message, "the adapters work on what these say", fix)
        return Check("antrea", State.OK, f"{len(agents)} agents and the controller report to the cluster")
    return Check("antrea", State.UNKNOWN, "the cluster has neither antreaagentinfos nor antreacontrollerinfos")


def _is_ill(info: Manifest, kind: str) -> bool:
    conditions = items_at(info, ("agentConditions",))
    return any(text_at(one, ("type",)) == kind and text_at(one, ("status",)) != "True" for one in conditions)


def custom_resource(living: Living, prepared: PreparedNsx) -> Check:
    """The switch of the AntreaInstall, and what the operator says of it."""
    wanted = next(dict(one) for one in prepared.objects.values() if one.get("kind") == "AntreaInstall")
    found = living.at(object_path(wanted))
    if value_at(found, ("spec", known.text("fields", "switch"))) is not True:
        message = f"{known.text('fields', 'switch')} of the AntreaInstall is not true"
        return Check("operator", State.FAILED, message, "the operator joins no cluster to NSX without it", _APPLY)
    degraded = condition(found, "Degraded")
    if degraded.is_true:
        why, fix = reason_of(degraded.reason, living.api.cli)
        return Check("operator", State.FAILED, f"the operator is degraded: {degraded.told}", why, fix)
    return Check("operator", State.OK, "the operator is told to join NSX, and is not degraded")
