"""Which containers of an object run the interworking image, and the patch that gives them another one."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.bundle.objects import BundleObject
from antrea_ci.image_references import repository_of
from antrea_ci.nsx import known
from antrea_ci.values import items_at, text_at
from antrea_ci.yamlio import Path, quoted

# Where each kind keeps its pods' spec.
_POD = ("spec", "template", "spec")
_PODS: dict[str, Path] = {
    "Pod": ("spec",),
    "CronJob": ("spec", "jobTemplate", *_POD),
    **dict.fromkeys(("Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "Job"), _POD),
}
_GROUPS = ("initContainers", "containers")


def images_of(item: BundleObject) -> dict[tuple[str, str], str]:
    """The interworking images of an object, by the group and the name of their containers."""
    return {(group, name): image for group, name, image in _containers(item) if is_interworking(image)}


def is_interworking(image: str) -> bool:
    """Whether a reference is the interworking image, the vendor's placeholder for it, or another build of it."""
    return known.text("archive", "image") in repository_of(image).rpartition("/")[2]


def image_patch(item: BundleObject, image: str) -> str:
    """A strategic merge patch that gives these containers ``image``; empty where there are none."""
    chosen = images_of(item)
    if not chosen:
        return ""
    namespace = [f"  namespace: {quoted(item.namespace)}"] if item.namespace else []
    head = [
        f"apiVersion: {quoted(item.api_version)}",
        f"kind: {item.kind}",
        "metadata:",
        f"  name: {quoted(item.name)}",
    ]
    steps = _PODS[item.kind]
    lines = [*head, *namespace, *(f"{'  ' * depth}{step}:" for depth, step in enumerate(steps))]
    indent = "  " * len(steps)
    for group in dict.fromkeys(group for group, _ in chosen):
        lines.append(f"{indent}{group}:")
        for name in (name for other, name in chosen if other == group):
            lines += [f"{indent}  - name: {quoted(name)}", f"{indent}    image: {quoted(image)}"]
    return "\n".join(lines) + "\n"


def _containers(item: BundleObject) -> Iterator[tuple[str, str, str]]:
    """Group, name and image of each."""
    pod = _PODS.get(item.kind)
    for group in _GROUPS if pod is not None else ():
        for container in items_at(item.value, (*(pod or ()), group)):
            yield group, text_at(container, ("name",)), text_at(container, ("image",))
