"""The smallest cluster repository that renders: a cluster.yaml, an install-config, a bundle and the overlay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from antrea_ci.bundle.importer import import_bundle
from antrea_ci.repo import ClusterRepo
from antrea_ci.yamlio import dump
from support.bundles import below, bundle_files, write_archive

NETWORKS = {
    "machineNetwork": ["10.1.224.0/24"],
    "clusterNetwork": [{"cidr": "10.128.0.0/14", "hostPrefix": 23}],
    "serviceNetwork": ["172.30.0.0/16"],
}
INSTALL_CONFIG = """\
apiVersion: v1
baseDomain: example.com
metadata:
  name: ocp
controlPlane:
  name: master
  replicas: 3
compute:
  - name: worker
    replicas: 3
networking:
  networkType: antrea
  machineNetwork:
    - cidr: 10.1.224.0/24
  clusterNetwork:
    - cidr: 10.128.0.0/14
      hostPrefix: 23
  serviceNetwork:
    - 172.30.0.0/16
platform:
  vsphere:
    vCenter: vcenter.example.com
    datacenter: DC0
    defaultDatastore: LocalDS_0
    cluster: DC0_C0
    network: VM Network
    apiVIPs:
      - 10.1.224.10
    ingressVIPs:
      - 10.1.224.11
"""
KUSTOMIZATION = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../../bundle
components:
  - generated
"""


def cluster_repo(folder: Path, *, flavour: str = "openshift", **sections: Any) -> ClusterRepo:
    """A repository without a bundle; ``sections`` replace those of the usual cluster.yaml."""
    overlay = folder / "antrea" / "overlays" / "install"
    overlay.mkdir(parents=True)
    (overlay / "kustomization.yaml").write_text(KUSTOMIZATION)
    cluster: dict[str, Any] = {"apiVersion": "antrea-gitops/v1", "flavour": flavour}
    if flavour == "openshift":
        cluster["openshift"] = {"version": "4.12.45"}
        (folder / "install-config.yaml").write_text(INSTALL_CONFIG)
    else:
        cluster |= {"kubernetes": {"version": "1.29.4"}, "networking": NETWORKS}
    cluster["images"] = {
        "operator": "r.example.org/antrea-operator:v1.14.1",
        "antrea": "r.example.org/antrea-ubi:v1.14.1",
    }
    (folder / "cluster.yaml").write_text(dump({**cluster, **sections}))
    return ClusterRepo.at(folder)


def rendering_repo(folder: Path, *, flavour: str = "openshift", **sections: Any) -> ClusterRepo:
    """The same with the small bundle; nothing is rendered yet."""
    repo = cluster_repo(folder, flavour=flavour, **sections)
    archive = write_archive(folder.parent / f"{folder.name}.tar.gz", below(flavour, bundle_files(flavour)))
    import_bundle(repo, archive, flavour)
    archive.unlink()
    return repo


def set_cluster(root: Path, **sections: Any) -> None:
    """Replaces whole sections of cluster.yaml."""
    path = root / "cluster.yaml"
    path.write_text(dump({**yaml.safe_load(path.read_text()), **sections}))


def edit(path: Path, old: str, new: str) -> int:
    """Replaces the one place of ``old`` in a file by ``new``; returns its line."""
    text = path.read_text()
    assert text.count(old) == 1, (old, text)
    path.write_text(text.replace(old, new))
    return text[: text.index(old)].count("\n") + 1
