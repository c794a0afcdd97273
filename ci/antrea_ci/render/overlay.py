"""Writes the patches of ``antrea/overlays/install/generated/``: images, and the settings inside the configurations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from antrea_ci.bundle.contents import Bundle
from antrea_ci.bundle.objects import BundleObject
from antrea_ci.errors import FindingsError
from antrea_ci.findings import Finding
from antrea_ci.inner_config import InnerConfigError, edit
from antrea_ci.model.cluster import Images
from antrea_ci.model.effective import Cluster
from antrea_ci.render.settings import InnerSettings, Settings, ShippedTexts, inner_settings
from antrea_ci.values import value_at
from antrea_ci.yamlio import Value, block, quoted

HEAD = "# Written by `antrea-gitops render` from cluster.yaml; edits here are lost.\n"
_POD = ("spec", "template", "spec")

# Field of the AntreaInstall's spec, and the key of cluster.yaml's `images` that fills it.
IMAGE_FIELDS = {
    "antreaImage": "antrea",
    "antreaAgentImage": "agent",
    "antreaControllerImage": "controller",
    "interworkingImage": "interworking",
}


def generated_files(cluster: Cluster, bundle: Bundle) -> dict[str, bytes]:
    """File name to content of ``generated/``; raises FindingsError with every setting that cannot be made."""
    operator = _operator_patch(bundle.operator, cluster.file.images.operator)
    install = _install_patch(cluster, bundle)
    patches = {"operator.yaml": operator, "antreainstall.yaml": install}
    files = {name: (HEAD + text).encode() for name, text in patches.items() if text}
    files["kustomization.yaml"] = _kustomization(list(files), bundle).encode()
    return files


def _kustomization(patches: list[str], bundle: Bundle) -> str:
    lines = ["apiVersion: kustomize.config.k8s.io/v1alpha1", "kind: Component"]
    installed = (item for item in bundle.objects if item.file in bundle.phase1_files)
    entries = [*(f"  - path: {name}" for name in patches), *noise_patches(installed)]
    return HEAD + "\n".join([*lines, "patches:" if entries else "patches: []", *entries]) + "\n"


def noise_patches(objects: Iterable[BundleObject]) -> Iterator[str]:
    """Patches that drop what code generators leave in manifests, so that any engine builds what is rendered here."""
    for item in objects:
        paths: list[str] = []
        metadata = value_at(item.value, ("metadata",))
        if isinstance(metadata, dict) and "creationTimestamp" in metadata and metadata["creationTimestamp"] is None:
            paths.append("/metadata/creationTimestamp")
        if item.kind == "CustomResourceDefinition" and "status" in item.value:
            paths.append("/status")
        if paths:
            removals = "\n".join(f"      - op: remove\n        path: {path}" for path in paths)
            target = f"  - target:\n      kind: {item.kind}\n      name: {quoted(item.name)}"
            yield f"{target}\n    patch: |-\n{removals}"


def _header(item: BundleObject) -> list[str]:
    namespace = [f"  namespace: {item.namespace}"] if item.namespace else []
    return [f"apiVersion: {item.api_version}", f"kind: {item.kind}", "metadata:", f"  name: {item.name}", *namespace]


def _operator_patch(operator: BundleObject, image: str) -> str:
    lines = [*_header(operator), "spec:", "  template:", "    spec:"]
    ours = operator_containers(operator)
    for kind, names in ours.items():
        lines.append(f"      {kind}:")
        for name in names:
            lines += [f"        - name: {name}", f"          image: {quoted(image)}"]
    return "\n".join(lines) + "\n"


def operator_containers(operator: BundleObject) -> dict[str, list[str]]:
    """The containers that run the operator's image: the one named like its Deployment, or the first, and its twins."""
    pod = value_at(operator.value, _POD)
    assert isinstance(pod, dict), "read_bundle refuses a Deployment without a pod template"
    groups = {kind: list(_containers(pod.get(kind))) for kind in ("initContainers", "containers")}
    main = [image for name, image in groups["containers"] if name == operator.name]
    image = main[0] if main else groups["containers"][0][1]
    chosen = {kind: [name for name, its in items if its == image] for kind, items in groups.items()}
    return {kind: names for kind, names in chosen.items() if names}


def _containers(value: Value) -> Iterator[tuple[str, Value]]:
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            yield str(item.get("name")), item.get("image")


@dataclass(frozen=True)
class _Texts:
    """The three configurations of a custom resource; empty where the field is missing."""

    agent: str
    cni: str
    controller: str

    @classmethod
    def of(cls, resource: BundleObject) -> _Texts:
        texts = [value_at(resource.value, ("spec", f"antrea{name}Config")) for name in ("Agent", "CNI", "Controller")]
        return cls(*(text if isinstance(text, str) else "" for text in texts))


def _install_patch(cluster: Cluster, bundle: Bundle) -> str:
    resource = bundle.custom_resource
    texts = _Texts.of(resource)
    shipped = ShippedTexts(texts.agent, texts.controller)
    settings, findings = inner_settings(cluster, shipped, bundle.operator_version)
    edited: dict[str, tuple[str, str]] = {}
    try:
        edited = _edited(texts, settings)
    except InnerConfigError as error:
        findings.append(_cannot_edit(resource, error))
    if findings:
        raise FindingsError(findings)
    spec = [f"  {key}: {block(new, 4)}" for key, (old, new) in edited.items() if new != old]
    spec += [f"  {field}: {quoted(image)}" for field, image in images_by_field(bundle, cluster.file.images).items()]
    spec += _platform_repair(cluster, bundle)
    return "\n".join([*_header(resource), "spec:", *spec]) + "\n" if spec else ""


def images_by_field(bundle: Bundle, images: Images) -> Mapping[str, str]:
    """The image for each image field that the bundle's CRD has and cluster.yaml fills."""
    wanted = {field: getattr(images, IMAGE_FIELDS[field]) for field in bundle.image_fields}
    return {field: image for field, image in wanted.items() if image is not None}


def _edited(texts: _Texts, settings: InnerSettings) -> dict[str, tuple[str, str]]:
    return {
        "antreaAgentConfig": (texts.agent, _edit(texts.agent, settings.agent)),
        "antreaCNIConfig": (texts.cni, _edit_json(texts.cni, settings.cni)),
        "antreaControllerConfig": (texts.controller, _edit(texts.controller, settings.controller)),
    }


def _edit(text: str, settings: Settings) -> str:
    return edit(text, settings) if settings else text


def _indent_of(text: str) -> int:
    second = next((line for line in text.splitlines()[1:] if line.strip()), "    ")
    return max(2, len(second) - len(second.lstrip(" ")))


def _edit_json(text: str, settings: Mapping[str, Value]) -> str:
    if not settings:
        return text
    try:
        current: Value = json.loads(text)
    except json.JSONDecodeError as error:
        raise InnerConfigError(error.lineno - 1, "antreaCNIConfig is not JSON") from None
    if not isinstance(current, dict):
        raise InnerConfigError(0, "antreaCNIConfig is not a JSON object")
    merged = _merged(current, settings)
    if merged == current:
        return text
    return json.dumps(merged, indent=_indent_of(text), ensure_ascii=False) + ("\n" if text.endswith("\n") else "")


def _merged(current: Mapping[str, Value], changes: Mapping[str, Value]) -> dict[str, Value]:
    result = dict(current)
    for key, change in changes.items():
        below = result.get(key)
        result[key] = _merged(below, change) if isinstance(below, dict) and isinstance(change, dict) else change
    return result


def _platform_repair(cluster: Cluster, bundle: Bundle) -> list[str]:
    """Public tag v1.8.0 ships `platform` where its own CRD demands `antreaPlatform` (DOMAIN 1.1)."""
    spec = value_at(bundle.custom_resource.value, ("spec",))
    if not cluster.file.bundle.fixPlatformField or not isinstance(spec, dict) or "antreaPlatform" in spec:
        return []
    removed = ["  platform: null"] if "platform" in spec else []
    return [*removed, f"  antreaPlatform: {quoted(cluster.file.flavour)}"]


def _cannot_edit(resource: BundleObject, error: InnerConfigError) -> Finding:
    return Finding(
        "antrea/cannot-edit",
        f"a setting cannot be written into the bundle's configuration: {error}",
        location=resource.locate(("spec",)),
        object=resource.label,
        fix="write the setting as the shape of the bundle's configuration wants it",
    )
