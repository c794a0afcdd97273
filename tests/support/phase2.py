"""Small repositories of clusters that are to join NSX, and what `nsx prepare` makes of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from antrea_ci.bundle.importer import import_bundle
from antrea_ci.repo import ClusterRepo
from support.bundles import below, bundle_files, write_archive
from support.repos import Ran, run
from support.small import cluster_repo, rendering_repo

MANAGERS = ["nsx-1.example.com", "nsx-2.example.com", "nsx-3.example.com"]
IMAGE = "r.example.org/interworking-ubi:0.13.0"
IMAGES = {
    "operator": "r.example.org/antrea-operator:v1.13.1",
    "antrea": "r.example.org/antrea-ubi:v1.13.1",
    "interworking": IMAGE,
}


def joining_repo(folder: Path, *, flavour: str = "openshift", **sections: Any) -> ClusterRepo:
    """With a bundle whose custom resource knows nothing of NSX."""
    given: dict[str, Any] = {"images": IMAGES, "nsx": {"enabled": True, "managers": MANAGERS}, **sections}
    return rendering_repo(folder, flavour=flavour, **given)


def joining_by_resource(folder: Path, spec: str, fields: Iterable[str], **sections: Any) -> ClusterRepo:
    """With a bundle whose CRD has ``fields`` (name: type) too, and whose custom resource has ``spec`` in addition."""
    given: dict[str, Any] = {"images": IMAGES, "nsx": {"enabled": True, "managers": MANAGERS}, **sections}
    repo = cluster_repo(folder, **given)
    files = bundle_files("openshift")
    for name, data in files.items():
        text = data.decode()
        if "kind: CustomResourceDefinition" in text:
            place = "            properties:\n"
            entries = "".join(f"              {field}\n" for field in fields)
            text = text.replace(place, place + entries, 1)
        elif "kind: AntreaInstall" in text:
            text = text.replace("  antreaPlatform:", f"{spec}  antreaPlatform:")
        files[name] = text.encode()
    archive = write_archive(folder.parent / f"{folder.name}.tar.gz", below("openshift", files))
    import_bundle(repo, archive, "openshift")
    archive.unlink()
    return repo


def prepare(repo: ClusterRepo, *words: str | Path, keys: Path) -> Ran:
    """`antrea-gitops nsx prepare`, with its keys in a folder of the test."""
    return run("nsx", "prepare", *words, "--key-folder", keys, cwd=repo.root)


def manifests(folder: Path) -> dict[str, Any]:
    """The objects of a folder by ``kind/name``."""
    found = [yaml.safe_load(path.read_bytes()) for path in sorted(folder.glob("*.yaml"))]
    return {f"{one['kind']}/{one['metadata']['name']}": one for one in found}
