"""Family ``antrea``: the AntreaInstall, and the configurations inside it as Antrea and its operator take them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from antrea_ci.antrea_catalogue import Component, every_key
from antrea_ci.antrea_options.config import Fault
from antrea_ci.bundle.contents import Bundle
from antrea_ci.bundle.objects import CR_GROUP, BundleObject
from antrea_ci.checks.antrea_inner import Inner, inner_of
from antrea_ci.checks.antrea_operator import operator_faults
from antrea_ci.checks.context import Context
from antrea_ci.findings import Finding, Location, Severity
from antrea_ci.inner_config import InnerConfigError, known_keys
from antrea_ci.model.effective import Cluster
from antrea_ci.render.settings import antrea_version
from antrea_ci.suggest import nearest
from antrea_ci.values import text_at

_A_SLIP = 0.85
_NAME = ("antrea-operator", "antrea-install")
_FIELDS: dict[Component, str] = {"agent": "antreaAgentConfig", "controller": "antreaControllerConfig"}


def findings(context: Context) -> Iterator[Finding]:
    """What the operator, the agents or the controller would stop at, or take otherwise than it was meant."""
    cluster, bundle, rendering = context.cluster, context.bundle, context.rendering
    if cluster is None or bundle is None or rendering is None:
        return
    resources = [item for item in context.objects if item.kind == "AntreaInstall" and item.group == CR_GROUP]
    tree = rendering.trees[context.repo.rendered]
    yield from _names(resources, cluster, bundle, Location(context.repo.name(context.repo.overlay)))
    for resource in resources:
        source = tree[resource.file].decode()
        inners = {name: inner_of(cluster, resource, field, name, source) for name, field in _FIELDS.items()}
        yield from _platform(resource, cluster)
        yield from _versions(cluster, bundle, [inner for inner in inners.values() if inner])
        yield from operator_faults(cluster, resource, inners["agent"], inners["controller"], source)


def _names(resources: list[BundleObject], cluster: Cluster, bundle: Bundle, overlay: Location) -> Iterator[Finding]:
    """The bundle's own name is judged where the bundle is; here only what an overlay makes of it."""
    for item in resources:
        name = (item.namespace, item.name)
        if name not in (_NAME, (bundle.custom_resource.namespace, bundle.custom_resource.name)):
            message = f"the overlay renames the AntreaInstall to {item.namespace or 'default'}/{item.name}"
            yield Finding("antrea/custom-resource", message, location=item.locate(("metadata",)), object=item.label)
    if not resources:
        message = f"no AntreaInstall is rendered for the cluster {cluster.name}; the overlay removes it"
        yield Finding("antrea/custom-resource", message, location=overlay, fix="remove the patch that deletes it")


def _platform(resource: BundleObject, cluster: Cluster) -> Iterator[Finding]:
    path = ("spec", "antreaPlatform")
    platform = resource.at(path)
    if isinstance(platform, str) and platform != cluster.file.flavour:
        message = f"antreaPlatform is {platform!r} in a cluster of flavour {cluster.file.flavour}"
        yield Finding("antrea/platform", message, location=resource.locate(path), object=resource.label)


def _versions(cluster: Cluster, bundle: Bundle, inners: list[Inner]) -> Iterator[Finding]:
    """Each configuration as the Antrea version of this repository takes it."""
    version = antrea_version(cluster, bundle.operator_version)
    if version is None:
        message = "no image tag tells the Antrea version, so the configurations are judged in part only"
        fix = "add `version: x.y.z` below `antrea`"
        place = cluster.document.locate(("images",), key=True)
        yield Finding("antrea/version", message, Severity.WARNING, place, fix=fix)
        return
    from antrea_ci.antrea_options.examine import examine

    for inner in inners:
        shipped = text_at(bundle.custom_resource.value, ("spec", _FIELDS[inner.component]))
        for fault in examine(inner.component, inner.text, inner.file, version, _leaves(shipped, inner.component)):
            if not (cluster.file.flavour == "openshift" and _is_replaced(fault)):
                yield inner.placed(fault.finding, *fault.paths)


def _is_replaced(fault: Fault) -> bool:
    """Whether it is about pod and service networks, which on OpenShift the operator fills in (DOMAIN 1.3)."""
    about = fault.paths[0][:1] == ("nodeIPAM",)
    return about and fault.finding.rule in ("antrea/node-ipam", "antrea/unusable-value")


def _leaves(text: str, component: Component) -> frozenset[str]:
    """The keys that the vendor's text has, be it as comments only: what it documents is there in its build.

    A key that only looks like one of Antrea's, which the text lacks, is a slip all the same.
    """
    try:
        names = known_keys(text)
    except InnerConfigError:
        return frozenset()
    own, antreas = _first_words(names), _first_words(every_key(component))
    slips = {word for word in own - antreas if nearest(word, antreas - own, alike=_A_SLIP)}
    parents = {name.rpartition(".")[0] for name in names}
    return frozenset(name for name in names - parents if name.partition(".")[0] not in slips)


def _first_words(names: Iterable[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}
