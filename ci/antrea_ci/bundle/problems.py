"""What is wrong with a bundle that can be used: each a finding with its remedy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from antrea_ci.bundle.crd import required_fields
from antrea_ci.bundle.nsx_cert import nsx_certs, unfilled
from antrea_ci.bundle.objects import BundleObject
from antrea_ci.findings import Finding, Location, Severity
from antrea_ci.values import mapping_at
from antrea_ci.yamlio import Value

PLATFORM_RULE = "bundle/platform-field"
"""The one problem that ``bundle.fixPlatformField`` of cluster.yaml mends."""
_CR_NAME = ("antrea-operator", "antrea-install")
_VENDOR = "get the vendor's archive again, or report this to the vendor"
_FIX_PLATFORM = (
    "set `bundle: {fixPlatformField: true}` in cluster.yaml (answer: fix_platform_field); "
    "the overlay then renames it, the file stays"
)


def find_problems(
    files: Mapping[str, bytes],
    custom_resource: BundleObject,
    objects: Sequence[BundleObject],
    schema: dict[str, Value],
    where: str,
) -> Iterator[Finding]:
    """What is wrong with a bundle that can be used, each with its remedy."""
    yield from _line_ends(files, where)
    yield from _custom_resource_name(custom_resource)
    yield from _fields(custom_resource, schema)
    yield from _private_key(objects)
    yield from _shared_secret_file(objects)


def _line_ends(files: Mapping[str, bytes], where: str) -> Iterator[Finding]:
    for name, data in files.items():
        if b"\r\n" in data:
            yield Finding(
                "bundle/crlf",
                "the lines of this file end in CRLF; it is kept as it is",
                Severity.WARNING,
                _place(where, name),
                why="kustomize reads it all the same, and `rendered/` has plain line ends",
            )


def _custom_resource_name(item: BundleObject) -> Iterator[Finding]:
    if (item.namespace, item.name) != _CR_NAME:
        yield Finding(
            "bundle/custom-resource-name",
            f"the AntreaInstall is {item.namespace or 'default'}/{item.name}; it must be {'/'.join(_CR_NAME)}",
            location=item.locate(("metadata", "name")),
            object=item.label,
        )


def _fields(item: BundleObject, schema: dict[str, Value]) -> Iterator[Finding]:
    spec = mapping_at(item.value, ("spec",))
    known = mapping_at(schema, ("properties",))
    missing = [name for name in required_fields(schema) if name not in spec]
    is_open = bool(schema.get("x-kubernetes-preserve-unknown-fields"))
    unknown = [] if is_open else [name for name in spec if name not in known]
    if "platform" in unknown and "antreaPlatform" in missing:
        missing.remove("antreaPlatform")
        unknown.remove("platform")
        platform = "has the field platform where its CRD requires antreaPlatform"
        yield _field(item, "platform", platform, _FIX_PLATFORM, rule=PLATFORM_RULE)
    for name in missing:
        yield _field(item, name, f"lacks the field {name}, which its CRD requires", _VENDOR)
    for name in unknown:
        yield _field(item, name, f"has the field {name}, which its CRD does not know", _VENDOR)


def _field(
    item: BundleObject, name: str, what: str, fix: str, *, rule: str = "bundle/custom-resource-field"
) -> Finding:
    return Finding(
        rule,
        f"the AntreaInstall {what}",
        location=item.locate(("spec", name), key=True),
        object=item.label,
        why="the API server rejects it or drops the field, and Antrea is not installed",
        fix=fix,
    )


def _private_key(objects: Sequence[BundleObject]) -> Iterator[Finding]:
    for item in nsx_certs(objects):
        if not unfilled(item):
            yield Finding(
                "bundle/private-key",
                "this Secret holds a private key, which Git would keep in the clear",
                Severity.WARNING,
                item.locate(("data", "tls.key")),
                item.label,
            )


def _shared_secret_file(objects: Sequence[BundleObject]) -> Iterator[Finding]:
    for secret in nsx_certs(objects):
        others = [item.label for item in objects if item.file == secret.file and item is not secret]
        if others and unfilled(secret):
            message = f"the unfilled nsx-cert shares its file with {', '.join(others)}: all of them are left out"
            yield Finding("bundle/shared-file", message, location=secret.locate(), object=secret.label, fix=_VENDOR)


def _place(where: str, name: str) -> Location:
    return Location(f"{where}/{name}" if where else name)
