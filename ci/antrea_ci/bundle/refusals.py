"""What makes files no bundle at all: each reason a finding, all of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from antrea_ci.bundle.crd import spec_schema
from antrea_ci.bundle.objects import CR_GROUP, CRD_NAME, BundleObject
from antrea_ci.errors import FindingsError
from antrea_ci.findings import Finding, Location, in_order
from antrea_ci.values import text_at

_OWN_NAMES = ("kustomization.yaml", "kustomization.yml", "kustomization", "bundle.lock.yaml")
_GIT_NAMES = (".gitattributes", ".gitignore", ".gitmodules")
_OPERATOR = "antrea-operator"
_VENDOR = "get the vendor's archive again, or report this to the vendor"


@dataclass(frozen=True)
class Parts:
    """The three objects that everything else hangs on."""

    custom_resource: BundleObject
    crd: BundleObject
    operator: BundleObject


def refuse_unusable(files: Mapping[str, bytes], objects: Sequence[BundleObject], flavour: str, where: str) -> Parts:
    """The bundle's main objects. Raises FindingsError with every reason why these files cannot be a bundle."""
    resources = [item for item in objects if item.kind == "AntreaInstall" and item.group == CR_GROUP]
    crds = [item for item in objects if item.kind == "CustomResourceDefinition" and item.name == CRD_NAME]
    operators = _operators(objects)
    findings = [
        *_reserved_names(files, where),
        *_missing(objects, where),
        *_same_object_twice(objects),
        *_several(resources),
        *(finding for item in resources for finding in _other_flavour(item, flavour)),
        *(finding for item in crds for finding in _no_schema(item)),
        *(finding for item in operators[:1] for finding in _no_containers(item)),
    ]
    if findings:
        raise FindingsError(in_order(findings))
    return Parts(resources[0], crds[0], operators[0])


def _operators(objects: Sequence[BundleObject]) -> list[BundleObject]:
    deployments = [item for item in objects if item.kind == "Deployment"]
    named = [item for item in deployments if item.name == _OPERATOR]
    return named or (deployments if len(deployments) == 1 else [])


def _reserved_names(files: Mapping[str, bytes], where: str) -> Iterator[Finding]:
    for name in files:
        last = name.rpartition("/")[2].casefold()
        if last in _OWN_NAMES:
            message = f"{name} has the name of a file that this tool writes"
            yield _refusal("bundle/reserved-name", message, _place(where, name), fix="import the vendor's files only")
        elif last in _GIT_NAMES:
            message = f"{name} would change how Git treats the bundle"
            yield _refusal("bundle/reserved-name", message, _place(where, name), fix="import the vendor's files only")


def _missing(objects: Sequence[BundleObject], where: str) -> Iterator[Finding]:
    kinds = {item.kind for item in objects}
    names = {(item.kind, item.name) for item in objects}
    wanted = {
        "Namespace": "Namespace" in kinds,
        f"CustomResourceDefinition {CRD_NAME}": ("CustomResourceDefinition", CRD_NAME) in names,
        f"AntreaInstall ({CR_GROUP})": any(item.kind == "AntreaInstall" and item.group == CR_GROUP for item in objects),
        f"Deployment {_OPERATOR}": bool(_operators(objects)),
        "ServiceAccount": "ServiceAccount" in kinds,
        "ClusterRole or Role": bool(kinds & {"ClusterRole", "Role"}),
        "ClusterRoleBinding or RoleBinding": bool(kinds & {"ClusterRoleBinding", "RoleBinding"}),
    }
    for what, found in wanted.items():
        if not found:
            why = "the operator does not run without it, and that shows 40 minutes into the installation"
            yield _refusal("bundle/missing-object", f"there is no {what} in the bundle", Location(where), why=why)


def _same_object_twice(objects: Sequence[BundleObject]) -> Iterator[Finding]:
    seen: dict[tuple[str, str, str, str], BundleObject] = {}
    for item in objects:
        first = seen.setdefault(item.identity, item)
        if first is not item:
            message = f"{item.label} stands twice in the bundle, first in {first.locate()}"
            yield _refusal("bundle/duplicate-object", message, item.locate(), item.label)


def _several(resources: Sequence[BundleObject]) -> Iterator[Finding]:
    for item in resources[1:]:
        message = f"a second AntreaInstall; the first is in {resources[0].locate()}"
        yield _refusal("bundle/several-custom-resources", message, item.locate(), item.label)


def _other_flavour(item: BundleObject, flavour: str) -> Iterator[Finding]:
    for field in ("antreaPlatform", "platform"):
        value = text_at(item.value, ("spec", field))
        if value and value != flavour:
            yield _refusal(
                "bundle/flavour",
                f"spec.{field} is {value}, but this repository is for {flavour}",
                item.locate(("spec", field)),
                item.label,
                why="roles and images of the two flavours differ",
                fix=f"import the archive's files for {flavour}",
            )


def _no_schema(crd: BundleObject) -> Iterator[Finding]:
    if not spec_schema(crd):
        message = "this CRD says nothing about the fields of spec, so it is not known which images it takes"
        yield _refusal("bundle/crd-schema", message, crd.locate(("spec",)), crd.label)


def _no_containers(operator: BundleObject) -> Iterator[Finding]:
    path = ("spec", "template", "spec", "containers")
    containers = operator.at(path)
    if not isinstance(containers, list) or not containers or not all(isinstance(item, dict) for item in containers):
        message = "this Deployment has no containers, so nothing of it could run the operator's image"
        yield _refusal("bundle/no-containers", message, operator.locate(path), operator.label)


def _refusal(
    rule: str, message: str, location: Location, label: str = "", *, why: str = "", fix: str = _VENDOR
) -> Finding:
    return Finding(rule, message, location=location, object=label, why=why, fix=fix)


def _place(where: str, name: str) -> Location:
    return Location(f"{where}/{name}" if where else name)
