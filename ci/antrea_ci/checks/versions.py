"""Family ``versions``: operator, Antrea, interworking, Kubernetes and OpenShift belong together."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.bundle.contents import Bundle
from antrea_ci.checks.context import Context
from antrea_ci.findings import Finding
from antrea_ci.model.cluster import image_tag
from antrea_ci.model.effective import Cluster
from antrea_ci.render.settings import antrea_version
from antrea_ci.versions import (
    Tag,
    interworking_tags,
    is_proven,
    known_bad,
    kubernetes_minor,
    oldest_kubernetes,
    parse_tag,
    proven_pairs,
)
from antrea_ci.yamlio import Path

_ONE_VERSION = ("operator", "antrea", "agent", "controller")


def findings(context: Context) -> Iterator[Finding]:
    """What does not fit together, and what nobody has tried; a reference by digest alone tells no version."""
    cluster, bundle = context.cluster, context.bundle
    if cluster is None:
        return
    tags = _tags(cluster)
    yield from _kubernetes_release(cluster)
    yield from _mixed(cluster, tags)
    yield from _known_bad(cluster, tags)
    if bundle:
        yield from _of_bundle(cluster, bundle, tags)
    antrea = parse_tag(antrea_version(cluster, bundle.operator_version if bundle else None))
    if antrea:
        yield from _interworking(cluster, antrea, tags)
        yield from _with_release(cluster, antrea)


def _tags(cluster: Cluster) -> dict[str, Tag]:
    """The versions that the images' tags tell, by their keys below ``images``."""
    images = cluster.file.images
    names = (*_ONE_VERSION, "interworking")
    read = {name: parse_tag(image_tag(image)) for name in names if (image := getattr(images, name))}
    return {name: tag for name, tag in read.items() if tag}


def _kubernetes_release(cluster: Cluster) -> Iterator[Finding]:
    """Of OpenShift's own versions the family ``install-config`` speaks."""
    if cluster.file.flavour != "kubernetes":
        return
    from antrea_ci.schemas.builtin import minors

    known, minor = minors(), kubernetes_minor("kubernetes", cluster.version)
    if minor not in known:
        nearest = min(known, key=lambda one: abs(one - minor))
        message = f"no schemas of Kubernetes {cluster.version} are at hand; objects are judged by those of 1.{nearest}"
        yield _finding("kubernetes-unknown", cluster, ("kubernetes", "version"), message)


def _mixed(cluster: Cluster, tags: dict[str, Tag]) -> Iterator[Finding]:
    """Every image against the operator's, or the first there is: the operator carries the manifest of its version."""
    together = [(name, tags[name]) for name in _ONE_VERSION if name in tags]
    if not together:
        return
    (base, first), *others = together
    for name, tag in others:
        if tag.numbers != first.numbers:
            message = f"`images.{name}` is {tag.version}, and `images.{base}` is {first.version}"
            yield _finding("mixed", cluster, ("images", name), message)
        elif tag.build != first.build:
            message = f"`images.{name}` and `images.{base}` are different builds of {first.version}: "
            yield _finding("build", cluster, ("images", name), message + f"{tag.text} and {first.text}")
    told = parse_tag(cluster.file.antrea.version)
    if told and told.numbers != first.numbers:
        message = f"`antrea.version` says {told.version}, and the tag of `images.{base}` says {first.version}"
        yield _finding("mixed", cluster, ("antrea", "version"), message)


def _of_bundle(cluster: Cluster, bundle: Bundle, tags: dict[str, Tag]) -> Iterator[Finding]:
    shipped, chosen = parse_tag(bundle.operator_version), tags.get("operator")
    if shipped and chosen and shipped.numbers != chosen.numbers:
        message = f"`images.operator` is {chosen.version}, and the bundle's files are of {shipped.version}"
        yield _finding("bundle", cluster, ("images", "operator"), message)


def _interworking(cluster: Cluster, antrea: Tag, tags: dict[str, Tag]) -> Iterator[Finding]:
    tag = tags.get("interworking")
    if tag is None:
        return
    expected = interworking_tags(antrea)
    path = ("images", "interworking")
    if not expected:
        message = f"which interworking image goes with Antrea {antrea.version} is not known in public"
        yield _finding("interworking-unknown", cluster, path, message)
    elif not tag.text.removeprefix("v").startswith(expected):
        wanted = " or ".join(f"{start}x" for start in expected)
        message = f"the interworking image {tag.text} does not go with Antrea {antrea.version}, which takes {wanted}"
        yield _finding("interworking", cluster, path, message)


def _with_release(cluster: Cluster, antrea: Tag) -> Iterator[Finding]:
    flavour = cluster.file.flavour
    minor, oldest = kubernetes_minor(flavour, cluster.version), oldest_kubernetes(antrea)
    if minor < oldest:
        message = (
            f"Antrea {antrea.version} is tested with Kubernetes 1.{oldest} and later, and this cluster is 1.{minor}"
        )
        yield _finding("kubernetes-too-old", cluster, (flavour, "version"), message)
    if flavour == "openshift" and not is_proven(openshift := int(cluster.version.split(".")[1]), antrea):
        message = f"untested combination: OpenShift 4.{openshift} with Antrea {antrea.version}"
        why = f"public reports exist only for {'; '.join(proven_pairs())}"
        yield _finding("untested", cluster, ("openshift", "version"), message, why=why)


def _known_bad(cluster: Cluster, tags: dict[str, Tag]) -> Iterator[Finding]:
    for name, tag in tags.items():
        image = str(getattr(cluster.file.images, name)).partition("@")[0].rpartition("/")[2]
        for bad in known_bad():
            if bad.image in image and tag.text.removeprefix("v") == bad.tag:
                message = f"`images.{name}` is known to fail: {bad.fault}"
                why = f"others have reported it: {bad.source}"
                yield _finding("known-bad", cluster, ("images", name), message, why=why, fix=f"take {bad.instead}")


def _finding(rule: str, cluster: Cluster, path: Path, message: str, *, why: str = "", fix: str = "") -> Finding:
    return Finding(f"versions/{rule}", message, location=cluster.document.locate(path), why=why, fix=fix)
