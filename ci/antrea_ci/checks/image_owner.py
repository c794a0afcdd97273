"""cluster.yaml owns the images of operator and Antrea: what is rendered must be what it says."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.bundle.contents import Bundle
from antrea_ci.bundle.objects import BundleObject
from antrea_ci.checks.context import Context
from antrea_ci.files import read_tree
from antrea_ci.findings import Finding, Location
from antrea_ci.image_references import repository_of
from antrea_ci.model.effective import Cluster
from antrea_ci.render.overlay import IMAGE_FIELDS, images_by_field, operator_containers
from antrea_ci.repo import ClusterRepo
from antrea_ci.values import text_at, value_at
from antrea_ci.yamlio import Path

_POD = ("spec", "template", "spec")


def owner_findings(context: Context, cluster: Cluster, bundle: Bundle) -> Iterator[Finding]:
    """An error for each rendered image of operator or custom resource that is not the one of cluster.yaml."""
    images = cluster.file.images
    rendered = {item.identity: item for item in context.objects}
    if operator := rendered.get(bundle.operator.identity):
        names = operator_containers(bundle.operator)
        for path in _containers(operator, names):
            yield from _compared(context.repo, operator, path, "operator", images.operator)
    if resource := rendered.get(bundle.custom_resource.identity):
        for field, image in images_by_field(bundle, images).items():
            yield from _compared(context.repo, resource, ("spec", field), IMAGE_FIELDS[field], image)


def _containers(operator: BundleObject, names: dict[str, list[str]]) -> Iterator[Path]:
    """Where the images of the operator's own containers stand."""
    for kind, wanted in names.items():
        containers = value_at(operator.value, (*_POD, kind))
        for index, container in enumerate(containers if isinstance(containers, list) else ()):
            if text_at(container, ("name",)) in wanted:
                yield (*_POD, kind, index, "image")


def _compared(repo: ClusterRepo, item: BundleObject, path: Path, name: str, wanted: str) -> Iterator[Finding]:
    given = value_at(item.value, path)
    if given == wanted:
        return
    shown = given if isinstance(given, str) and given else "nothing"
    message = f"{shown} is rendered here, and `images.{name}` of cluster.yaml is {wanted}"
    origin = _origin(repo, str(given), wanted)
    if origin:
        message = f"this makes {shown} of what `images.{name}` of cluster.yaml says, {wanted}"
    yield Finding("images/differs", message, location=origin or item.locate(path), object=item.label)


def _origin(repo: ClusterRepo, given: str, wanted: str) -> Location | None:
    """Where the overlay names what makes the difference; None where that cannot be told."""
    generated = repo.generated.relative_to(repo.overlay).as_posix() + "/"
    texts = {name: data for name, data in read_tree(repo.overlay).items() if not name.startswith(generated)}
    for part in _parts(given, wanted):
        for name, data in texts.items():
            for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
                column = line.partition(" #")[0].find(part)
                if column >= 0 and not line.lstrip().startswith("#"):
                    return Location(f"{repo.name(repo.overlay)}/{name}", number, column + 1)
    return None


def _parts(given: str, wanted: str) -> Iterator[str]:
    """The reference, and those parts of it that differ from what is wanted, as kustomize's own entries name them."""
    if not given:
        return
    yield given
    repository = repository_of(given)
    if repository != repository_of(wanted) and given.startswith(repository):
        yield repository
    tail = given.removeprefix(repository).lstrip(":@")
    if tail and tail != given and not wanted.endswith(tail):
        yield tail
