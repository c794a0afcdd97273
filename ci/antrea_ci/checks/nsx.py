"""Family ``nsx``: whether phase 2 is prepared as it must be, as far as the repository alone can tell."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.bundle.objects import CR_GROUP, BundleObject
from antrea_ci.checks.context import Context
from antrea_ci.findings import Finding, Location
from antrea_ci.model.effective import Cluster
from antrea_ci.values import text_at, texts_at
from antrea_ci.yamlio import Path


def findings(context: Context) -> Iterator[Finding]:
    """What is wrong with what `nsx prepare` wrote; for a cluster that joins NSX, also with what it would start from."""
    cluster, repo = context.cluster, context.repo
    if repo.interworking.is_dir():
        from antrea_ci.nsx.lock import verify_lock

        yield from verify_lock(repo)
    if cluster is None or not cluster.file.nsx.enabled:
        return
    from antrea_ci.nsx.custom_resource import image_missing
    from antrea_ci.nsx.overlay import is_prepared
    from antrea_ci.nsx.values import value_findings

    yield from value_findings(cluster)
    if not is_prepared(repo):
        place = cluster.document.locate(("nsx", "enabled"))
        yield Finding("nsx/not-prepared", "the cluster is to join NSX, and that is not prepared", location=place)
        return
    if cluster.file.images.interworking is None:
        yield image_missing(cluster)
    yield from _version(cluster)
    yield from _variant(context)
    yield from _certificates(cluster)
    yield from _objects(context, cluster)


def _version(cluster: Cluster) -> Iterator[Finding]:
    """The manifests' release against the image's; a reference by digest alone tells none."""
    from antrea_ci.model.cluster import image_tag
    from antrea_ci.nsx.lock import load_lock
    from antrea_ci.versions import parse_tag

    lock, image = load_lock(cluster.repo), cluster.file.images.interworking
    shipped, chosen = parse_tag(lock.version if lock else None), parse_tag(image_tag(image) if image else None)
    if shipped and chosen and shipped.numbers != chosen.numbers:
        where = f"the manifests in antrea/interworking are of {shipped.version}"
        message = f"`images.interworking` is {chosen.version}, and {where}"
        yield Finding("nsx/version", message, location=cluster.document.locate(("images", "interworking")))


def _variant(context: Context) -> Iterator[Finding]:
    from antrea_ci.nsx.custom_resource import variant_of
    from antrea_ci.nsx.overlay import KUSTOMIZATION, bases_of

    if context.bundle is None:
        return
    path = context.repo.nsx_overlay / KUSTOMIZATION
    wanted, other, found = bases_of(variant_of(context.bundle), path, context.repo.name(path))
    if wanted not in found or other in found:
        message = f"this bundle wants {wanted} among the resources, and not {other}"
        yield Finding("nsx/variant", message, location=Location(context.repo.name(path)))


def _certificates(cluster: Cluster) -> Iterator[Finding]:
    from antrea_ci.nsx.certificate import faults, public

    for path in (cluster.repo.nsx_certificate_file, cluster.repo.next_nsx_certificate_file):
        place = Location(cluster.repo.name(path))
        if not path.is_file():
            continue
        found = public(path.read_text(encoding="utf-8", errors="replace"))
        if found is None:
            yield Finding("nsx/certificate-unreadable", "this is no certificate in PEM form", location=place)
        else:
            yield from (Finding(one.rule, one.message, location=place) for one in faults(found, cluster.nsx_name))


def _objects(context: Context, cluster: Cluster) -> Iterator[Finding]:
    from antrea_ci.nsx.interworking import is_certificate
    from antrea_ci.nsx.ports import clashes
    from antrea_ci.render.settings import antrea_version

    for item in context.nsx_objects:
        if is_certificate(item):
            yield Finding(
                "nsx/secret-rendered", "a key would be committed here", location=item.locate(), object=item.label
            )
        yield from _values(item, cluster)
    every = [*context.nsx_objects, *context.objects]
    install = next((item for item in every if item.group == CR_GROUP and item.kind == "AntreaInstall"), None)
    version = antrea_version(cluster, context.bundle.operator_version if context.bundle else None) or "99.0"
    for taken, owner in clashes(install, context.nsx_objects, version):
        message = f"{taken.what} is {taken.port}, which {owner} has at every node"
        yield Finding("nsx/port-clash", message, location=taken.item.locate(taken.path), object=taken.item.label)


def _values(item: BundleObject, cluster: Cluster) -> Iterator[Finding]:
    """An overlay may change the text that the register job reads; its name and managers are cluster.yaml's to say."""
    from antrea_ci.nsx import known
    from antrea_ci.nsx.bootstrap import told_values

    is_resource = item.group == CR_GROUP and item.kind == "AntreaInstall"
    is_told = item.kind == "ConfigMap" and item.name == known.text("bootstrap", "name")
    path: Path = ("spec", known.text("fields", "bootstrap")) if is_resource else known.bootstrap_path()
    if not (is_resource or is_told) or not (text := text_at(item.value, path)):
        return
    told = dict(told_values(text))
    name, managers = known.text("keys", "name"), known.text("keys", "managers")
    wanted = {name: cluster.nsx_name, managers: list(cluster.file.nsx.managers)}
    has = {name: told.get(name), managers: texts_at(told, (managers,))}
    for key, value in wanted.items():
        if has[key] != value:
            message = f"{key} is {has[key]!r} here, and {value!r} in cluster.yaml"
            yield Finding("nsx/values", message, location=item.locate(path), object=item.label)
