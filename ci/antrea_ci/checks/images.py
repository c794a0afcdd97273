"""Family ``images``: the images of cluster.yaml fit the bundle, and nothing is left to be replaced."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.bundle.contents import Bundle
from antrea_ci.bundle.images import PlaceholderKind, find_placeholders
from antrea_ci.bundle.objects import read_objects
from antrea_ci.checks.context import Context
from antrea_ci.findings import Finding, Location, Severity
from antrea_ci.model.cluster import registry_host
from antrea_ci.model.effective import Cluster
from antrea_ci.render.engine import Rendering
from antrea_ci.render.overlay import IMAGE_FIELDS

_EXAMPLE_HOST = "registry.example.com"
_INTERWORKING = "interworking"


def findings(context: Context) -> Iterator[Finding]:
    """What is wrong with the images of ``cluster.yaml`` for this bundle, and with those that are rendered."""
    cluster, bundle = context.cluster, context.bundle
    if cluster is None or bundle is None:
        return
    yield from _fields(cluster, bundle)
    yield from _examples(cluster)
    if context.rendering:
        yield from _left_over(cluster, context.rendering)


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
                why="the operator would install the image that stands in the vendor's file, or none",
                fix=f"add `{name}: REGISTRY/IMAGE:TAG` below `images` in cluster.yaml (answer: {name}_image)",
                source="DOMAIN 1.2",
            )
    for name in given:
        if name not in wanted and name != _INTERWORKING:
            has = " and ".join(f"`images.{key}`" for key in wanted)
            yield Finding(
                "images/unused",
                f"`images.{name}` is used by nothing: the bundle's CRD has no field for it",
                Severity.WARNING,
                cluster.document.locate(("images", name), key=True),
                why=f"this bundle takes {has}" if has else "this bundle takes no image",
                fix="remove it, or import the bundle that it belongs to",
                source="DOMAIN 1.2",
            )


def _examples(cluster: Cluster) -> Iterator[Finding]:
    for name in ("operator", *IMAGE_FIELDS.values()):
        image = getattr(cluster.file.images, name)
        if image and registry_host(image) == _EXAMPLE_HOST:
            yield Finding(
                "images/example",
                f"`images.{name}` names the example registry {_EXAMPLE_HOST}",
                Severity.WARNING,
                cluster.document.locate(("images", name)),
                why="no node can pull from it",
                fix="write the registry that your nodes pull from",
            )


def _left_over(cluster: Cluster, rendering: Rendering) -> Iterator[Finding]:
    repo = rendering.repo
    phase2 = () if cluster.file.nsx.enabled else ("dummy", "vmware.io/", "Interworking")
    objects = read_objects(rendering.trees[repo.rendered], repo.name(repo.rendered))
    for left in find_placeholders(objects):
        # Phase 2 fills these; until then nothing reads them.
        later = any(word in left.value for word in phase2)
        what = "a placeholder" if left.kind is PlaceholderKind.PLACEHOLDER else "an image without a version"
        owner = next(item for item in objects if item.file == left.file)
        yield Finding(
            "images/placeholder" if left.kind is PlaceholderKind.PLACEHOLDER else "images/floating",
            f"{left.value} is {what}",
            Severity.WARNING if later else Severity.ERROR,
            Location(f"{repo.name(repo.rendered)}/{left.file}", left.line),
            owner.label,
            why=_why(left.kind, later=later),
            fix="fill it when the cluster joins NSX" if later else "give the image in cluster.yaml, or patch it",
            source="DOMAIN 1.1",
        )


def _why(kind: PlaceholderKind, *, later: bool) -> str:
    if later:
        return "only NSX (phase 2) reads it; the installation does not"
    return "nobody can pull it" if kind is PlaceholderKind.PLACEHOLDER else "it means another image tomorrow"
