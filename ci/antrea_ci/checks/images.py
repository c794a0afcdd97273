"""Family ``images``: the images of cluster.yaml fit the bundle, and nothing is left to be replaced."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.bundle.contents import Bundle
from antrea_ci.bundle.images import is_floating
from antrea_ci.bundle.objects import CR_GROUP, BundleObject
from antrea_ci.checks.context import Context
from antrea_ci.checks.image_owner import owner_findings
from antrea_ci.checks.image_pulls import pull_findings, registries
from antrea_ci.embedded import embedded_text
from antrea_ci.findings import Finding, Severity
from antrea_ci.image_references import Form, ImageText, image_texts, is_reference
from antrea_ci.model.cluster import registry_host
from antrea_ci.model.effective import Cluster
from antrea_ci.render.overlay import IMAGE_FIELDS

_INTERWORKING = "interworking"
_PHASE2 = ("dummy", "vmware.io/", "Interworking", "interworkingImage")


def findings(context: Context) -> Iterator[Finding]:
    """What is wrong with the images of ``cluster.yaml`` for this bundle, and with those that are rendered."""
    cluster, bundle = context.cluster, context.bundle
    if cluster is None or bundle is None:
        return
    yield from _fields(cluster, bundle)
    yield from _examples(cluster)
    yield from _texts(context, cluster)
    yield from pull_findings(context, cluster)
    yield from owner_findings(context, cluster, bundle)


def _fields(cluster: Cluster, bundle: Bundle) -> Iterator[Finding]:
    """The cross rule between image answers and the image fields of the CRD at hand."""
    wanted = {IMAGE_FIELDS[field]: field for field in bundle.image_fields if IMAGE_FIELDS[field] != _INTERWORKING}
    given = {name: value for name in IMAGE_FIELDS.values() if (value := getattr(cluster.file.images, name))}
    images = cluster.document.locate(("images",), key=True)
    for name, field in wanted.items():
        if name not in given:
            yield Finding(
                "images/missing",
                f"`images.{name}` is missing: the bundle's CRD has the field {field}",
                location=images,
                fix=f"add `{name}: REGISTRY/IMAGE:TAG` below `images` in cluster.yaml (answer: {name}_image)",
            )
    for name in given:
        if name not in wanted and name != _INTERWORKING:
            has = " and ".join(f"`images.{key}`" for key in wanted)
            yield Finding(
                "images/unused",
                f"`images.{name}` is used by nothing: the bundle's CRD has no field for it",
                location=cluster.document.locate(("images", name), key=True),
                why=f"this bundle takes {has}" if has else "this bundle takes no image",
            )


def _examples(cluster: Cluster) -> Iterator[Finding]:
    for name in ("operator", *IMAGE_FIELDS.values()):
        image = getattr(cluster.file.images, name)
        if image and (host := registry_host(image)) in registries("example"):
            message = f"`images.{name}` names the example registry {host}"
            yield Finding("images/example", message, location=cluster.document.locate(("images", name)))


def _texts(context: Context, cluster: Cluster) -> Iterator[Finding]:
    """Placeholders, floating references and what is no reference, in every string of every rendered object."""
    rendering, repo = context.rendering, context.repo
    if rendering is None:
        return
    for item in context.objects:
        source = rendering.trees[repo.rendered][item.file].decode()
        for found in image_texts(item):
            if (fault := _fault(found)) and not _is_filled_by_phase2(cluster, item, found):
                yield _finding(item, found, fault, source, later=_is_later(cluster, found))
    folders = {repo.rendered_nsx: context.nsx_objects, repo.rendered_nsx_removal: context.nsx_removal_objects}
    for folder, items in folders.items():
        for item in items:
            source = rendering.trees[folder][item.file].decode()
            faults = ((found, fault) for found in image_texts(item) if (fault := _fault(found)))
            yield from (_finding(item, found, fault, source, later=False) for found, fault in faults)


def _fault(found: ImageText) -> tuple[str, str] | None:
    """The rule that a text breaks, and how; None if it is an image with a version of its own."""
    if found.form is Form.PLACEHOLDER:
        return "placeholder", f"{found.text} is a placeholder"
    if found.form is Form.LATEST:
        return "floating", f"{found.text} is an image without a version"
    if not found.text:
        return "floating", "the image is empty"
    if not is_reference(found.text):
        return "not-a-reference", f"{found.text!r} is no image reference"
    return ("floating", f"{found.text} is an image without a version") if is_floating(found.text) else None


def _is_filled_by_phase2(cluster: Cluster, item: BundleObject, found: ImageText) -> bool:
    """rendered/nsx has the custom resource with these filled in, and is judged by itself."""
    return cluster.file.nsx.enabled and item.group == CR_GROUP and _is_of_phase2(found)


def _is_of_phase2(found: ImageText) -> bool:
    named = (found.text, str(found.path[-1]))
    return any(word in text for word in _PHASE2 for text in named)


def _is_later(cluster: Cluster, found: ImageText) -> bool:
    """Phase 2 fills these; until then nothing reads them."""
    return not cluster.file.nsx.enabled and _is_of_phase2(found)


def _finding(item: BundleObject, found: ImageText, fault: tuple[str, str], source: str, *, later: bool) -> Finding:
    rule, message = fault
    path = (*item.base, *found.path)
    text = embedded_text(item.document, path, source) if found.inside.line else None
    return Finding(
        f"images/{rule}",
        message,
        Severity.WARNING if later else Severity.ERROR,
        text.place(found.inside) if text else item.locate(found.path),
        item.label,
        why="only NSX (phase 2) reads it; the installation does not" if later else "",
        fix="fill it when the cluster joins NSX" if later else "",
    )
