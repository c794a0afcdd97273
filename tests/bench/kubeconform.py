"""What `check` is compared with: `kustomize build | kubeconform -strict` over the same schemas, then `yamllint .`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml

DATA = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
KINDS = ("namespace", "serviceaccount", "configmap", "secret", "deployment-apps", "clusterrole-rbac")
KINDS += ("clusterrolebinding-rbac", "customresourcedefinition-apiextensions")


def installed() -> Path | None:
    """kubeconform, where `python tests/programs kubeconform` keeps it; None where it was not built."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    program = cache / "antrea-gitops" / "programs" / "bin" / "kubeconform"
    return program if program.exists() else None


def write_schemas(folder: Path, kubernetes: str, crd: Path) -> None:
    """Stand-alone schemas of the kinds in a rendered repository, and of the custom resource that ``crd`` defines."""
    (source,) = DATA.glob(f"v{kubernetes}.*-local-strict")
    definitions = json.loads((source / "_definitions.json").read_text())["$defs"]
    for kind in KINDS:
        schema = json.loads((source / f"{kind}-v1.json").read_text())
        (folder / f"{kind}-v1.json").write_text(json.dumps(standalone(schema, definitions, ())))
    version = yaml.safe_load(crd.read_text())["spec"]["versions"][0]
    (folder / "antreainstall-operator-v1.json").write_text(json.dumps(version["schema"]["openAPIV3Schema"]))


def standalone(schema: Any, definitions: dict[str, Any], within: tuple[str, ...]) -> Any:
    """``schema`` with every reference replaced by what it names; a schema within itself allows anything."""
    if isinstance(schema, list):
        return [standalone(item, definitions, within) for item in schema]
    if not isinstance(schema, dict):
        return schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        name = reference.rpartition("/")[2]
        return {} if name in within else standalone(definitions[name], definitions, (*within, name))
    return {key: standalone(value, definitions, within) for key, value in schema.items()}


def pipeline(kustomize: str, kubeconform: Path, schemas: Path, repo: Path) -> str:
    """The shell line for one repository; fails where one of its programs does."""
    location = f"{schemas}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"
    return (
        f"cd {repo} && {kustomize} build antrea/overlays/install"
        f" | {kubeconform} -strict -schema-location '{location}' && yamllint ."
    )
