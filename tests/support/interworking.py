"""A small interworking archive, written from what is known of the vendor's: same files, objects and placeholders."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

VERSION = "0.13.0"
IMAGE = f"vmware.io/antrea/interworking:{VERSION}"
_NAMESPACE = """\
apiVersion: v1
kind: Namespace
metadata:
  name: vmware-system-antrea
  labels: {app: antrea-interworking, openshift.io/run-level: '0'}
"""
_POD = """\
      hostNetwork: true
      serviceAccountName: register
      restartPolicy: OnFailure
      containers:
        - name: {name}
          image: {image}
          args: [{name}]
"""
_JOB = """\
apiVersion: batch/v1
kind: Job
metadata:
  name: {name}
  namespace: vmware-system-antrea
spec:
  template:
    spec:
"""


def job(name: str, image: str = IMAGE) -> str:
    """A Job that runs the interworking image."""
    return _JOB.format(name=name) + _POD.format(name=name, image=image)


def _container(name: str, port: int) -> str:
    ports = f"\n          ports: [{{name: api, containerPort: {port}}}]" if port else ""
    return f"        - name: {name}\n          image: {IMAGE}{ports}\n"


_ADAPTERS = {"election-runner": 0, "mp-adapter": 16664, "tn-proxy": 0, "ccp-adapter": 16665}
INTERWORKING = f"""\
{_NAMESPACE}---
apiVersion: v1
kind: ConfigMap
metadata:
  name: cluster-id
  namespace: vmware-system-antrea
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: antrea-interworking-config
  namespace: vmware-system-antrea
data:
  mp-adapter.conf: |
    NSXInsecure: true
    APIServerPort: 16664
    DebugServerPort: 16666
  ccp-adapter.conf: |
    APIServerPort: 16665
    DebugServerPort: 16667
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: register
  namespace: vmware-system-antrea
---
{job("register")}---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: interworking
  namespace: vmware-system-antrea
spec:
  replicas: 1
  selector:
    matchLabels: {{component: interworking}}
  template:
    metadata:
      labels: {{component: interworking}}
    spec:
      hostNetwork: true
      containers:
{"".join(_container(name, port) for name, port in _ADAPTERS.items())}"""
BOOTSTRAP = f"""\
{_NAMESPACE}---
apiVersion: v1
kind: ConfigMap
metadata:
  name: bootstrap-config
  namespace: vmware-system-antrea
data:
  bootstrap.conf: |
    # A name of its own instead of dummyClusterName.
    clusterName: dummyClusterName
    # One manager alone is written as [dummyNSXIP1].
    NSXManagers: [dummyNSXIP1, dummyNSXIP2, dummyNSXIP3]
    # The project of a shared NSX.
    vpcPath: ""
---
apiVersion: v1
kind: Secret
metadata:
  name: nsx-cert
  namespace: vmware-system-antrea
type: kubernetes.io/tls
data:
  tls.crt:
  tls.key:
"""
FILES: dict[str, bytes] = {
    "interworking.yaml": INTERWORKING.encode(),
    "bootstrap-config.yaml": BOOTSTRAP.encode(),
    "deregisterjob.yaml": job("deregister").encode(),
    "ns-label-webhook.yaml": job("ns-label-webhook").encode(),
    "inventorycleanup.yaml": job("inventory-cleanup").encode(),
    "bin/antreansxctl": b"\x7fELF" + bytes(64),
}


def archive(path: Path, files: Mapping[str, bytes] = FILES, *, folder: str = f"antrea-interworking-{VERSION}") -> Path:
    """Writes ``files`` below ``folder`` as a zip or, by the name of ``path``, as a tar.gz; returns ``path``."""
    named = {f"{folder}/{name}" if folder else name: data for name, data in files.items()}
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name, data in named.items():
                zipped.writestr(name, data)
        return path
    with tarfile.open(path, "w:gz") as tarred:
        for name, data in named.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tarred.addfile(member, io.BytesIO(data))
    return path
