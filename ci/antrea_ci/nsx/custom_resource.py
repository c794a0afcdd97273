"""Phase 2 by the custom resource: its fields for NSX, where the supplied definition has them (DOMAIN 1.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from antrea_ci.bundle.contents import Bundle
from antrea_ci.bundle.nsx_cert import nsx_certs
from antrea_ci.bundle.objects import BundleObject
from antrea_ci.errors import FindingsError
from antrea_ci.facts import facts
from antrea_ci.findings import Finding
from antrea_ci.model.effective import Cluster
from antrea_ci.nsx import known
from antrea_ci.nsx.bootstrap import InnerConfigError, filled
from antrea_ci.nsx.prepared import Variant
from antrea_ci.values import mapping_at, text_at
from antrea_ci.yamlio import Value, block, plain_dump, quoted


def variant_of(bundle: Bundle) -> Variant:
    """By the custom resource where its definition has the switch for it, else by the vendor's manifests."""
    has_switch = known.text("fields", "switch") in bundle.spec_fields
    return Variant.CUSTOM_RESOURCE if has_switch else Variant.MANIFESTS


def secret_namespace(bundle: Bundle) -> str:
    """Where the Secret nsx-cert goes: where the bundle's own one is, else where the vendor's manifests have it."""
    found = next((item.namespace for item in nsx_certs(bundle.objects) if item.namespace), "")
    return found if variant_of(bundle) is Variant.CUSTOM_RESOURCE and found else known.text("namespace")


def image_missing(cluster: Cluster) -> Finding:
    """What is wrong with a cluster that is to join NSX without the image for it."""
    place = cluster.document.locate(("images",), key=True)
    return Finding("nsx/image-missing", "`images.interworking` is missing", location=place)


def cannot_fill(item: BundleObject, path: Iterable[str | int], error: InnerConfigError) -> Finding:
    """Why a bootstrap.conf cannot hold this cluster's values."""
    message = f"the cluster's values cannot be written into it: {error}"
    return Finding("nsx/bootstrap", message, location=item.locate(tuple(path)), object=item.label)


def identity_lines(item: BundleObject, indent: str) -> str:
    """The ``metadata`` of a patch for ``item``, each line indented."""
    namespace = f"\n{indent}  namespace: {quoted(item.namespace)}" if item.namespace else ""
    return f"{indent}metadata:\n{indent}  name: {quoted(item.name)}{namespace}"


def of_custom_resource(cluster: Cluster, bundle: Bundle) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """Resources, patches by file name, and further patches (none) of the component that switches phase 2 on."""
    resource = bundle.custom_resource
    lines = [f"apiVersion: {resource.api_version}", f"kind: {resource.kind}", identity_lines(resource, ""), "spec:"]
    lines += [*_told_by_fields(cluster, bundle), f"  {known.text('fields', 'switch')}: true"]
    namespace = secret_namespace(bundle)
    made = {item.name for item in bundle.objects if item.kind == "Namespace"}
    resources = {} if namespace in made else {"namespace.yaml": _namespace(namespace)}
    return resources, {"antreainstall.yaml": "\n".join(lines) + "\n"}, []


def _told_by_fields(cluster: Cluster, bundle: Bundle) -> Iterator[str]:
    """The fields of the custom resource that hold the cluster's values, as lines below ``spec``."""
    fields, spec = bundle.spec_fields, mapping_at(bundle.custom_resource.value, ("spec",))
    name = known.text("fields", "bootstrap")
    if name in fields:
        try:
            yield f"  {name}: {block(filled(cluster, text_at(spec, (name,))), 4)}"
        except InnerConfigError as error:
            raise FindingsError([cannot_fill(bundle.custom_resource, ("spec", name), error)]) from None
    nsx = cluster.file.nsx
    values: dict[str, Value] = {"name": cluster.nsx_name, "managers": list(nsx.managers), "path": nsx.vpcPath}
    for what, value in values.items():
        field = next((one for one in known.texts("fields", what) if one in fields), None)
        if field is not None and value is not None:
            yield f"  {field}: {_flow(value, fields[field])}"
    if "interworkingImage" in fields:
        if cluster.file.images.interworking is None:
            raise FindingsError([image_missing(cluster)])
        yield f"  interworkingImage: {quoted(cluster.file.images.interworking)}"


def _flow(value: Value, kind: str) -> str:
    """A string, or a list of them in the form that the field's type wants."""
    if not isinstance(value, list):
        return quoted(str(value))
    items = [str(item) for item in value]
    return quoted(",".join(items)) if kind == "string" else f"[{', '.join(quoted(item) for item in items)}]"


def _namespace(name: str) -> str:
    labels: Value = dict(mapping_at(facts("nsx"), ("namespace_labels",)))
    return plain_dump({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
