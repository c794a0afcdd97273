"""Which fields the supplied CRD knows. Never told by a version number: vendors change them within one (DOMAIN 1.2)."""

from __future__ import annotations

from antrea_ci.bundle.objects import BundleObject
from antrea_ci.values import mapping_at, value_at
from antrea_ci.yamlio import Value


def spec_schema(crd: BundleObject, api_version: str = "") -> dict[str, Value]:
    """The schema of ``spec`` in the CRD's version that ``api_version`` names, else in its first; empty without one."""
    versions = value_at(crd.value, ("spec", "versions"))
    wanted = api_version.rpartition("/")[2]
    found = [item for item in (versions if isinstance(versions, list) else []) if isinstance(item, dict)]
    found.sort(key=lambda item: item.get("name") != wanted)
    roots = [mapping_at(item, ("schema", "openAPIV3Schema")) for item in found]
    # v1beta1 had one schema for all versions.
    roots.append(mapping_at(crd.value, ("spec", "validation", "openAPIV3Schema")))
    for root in roots:
        spec = mapping_at(root, ("properties", "spec"))
        if mapping_at(spec, ("properties",)):
            return spec
    return {}


def required_fields(schema: dict[str, Value]) -> tuple[str, ...]:
    """The names that the schema requires."""
    required = schema.get("required")
    return tuple(str(name) for name in required) if isinstance(required, list) else ()
