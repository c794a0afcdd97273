"""Small bundles built in code, shaped like the vendor's, and the archives to put them in."""

from __future__ import annotations

import io
import lzma
import tarfile
import textwrap
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from antrea_ci.repo import ClusterRepo

ROOT = Path(__file__).resolve().parents[2]
SHARED_BUNDLES = ROOT.parent / "shared" / "antrea-bundles"

CR = "operator.antrea.vmware.com_v1_antreainstall_cr.yaml"
CRD = "operator.antrea.vmware.com_antreainstalls_crd.yaml"
FLAVOURS = ("openshift", "kubernetes")


def _yaml(text: str) -> bytes:
    return textwrap.dedent(text).lstrip("\n").encode()


_STATUS = """\
          status:
            type: object
            properties:
              conditions:
                type: array
                items:
                  type: object
                  properties:
                    lastTransitionTime: {type: string}
                    message: {type: string}
                    reason: {type: string}
                    status: {type: string}
                    type: {type: string}
    subresources: {status: {}}
"""


def crd(image_fields: Iterable[str] = ("antreaImage",)) -> bytes:
    """The CRD with these image fields besides the four that every version requires."""
    configs = ("antreaAgentConfig", "antreaCNIConfig", "antreaControllerConfig", "antreaPlatform")
    fields = "".join(
        f"              {name}:\n                type: string\n" for name in sorted({*configs, *image_fields})
    )
    required = "".join(f"            - {name}\n" for name in configs)
    head = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: antreainstalls.operator.antrea.vmware.com
spec:
  group: operator.antrea.vmware.com
  names: {kind: AntreaInstall, listKind: AntreaInstallList, plural: antreainstalls, singular: antreainstall}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
"""
    return (head + fields + "            required:\n" + required + _STATUS).encode()


def custom_resource(flavour: str, image_fields: Iterable[str] = ("antreaImage",)) -> bytes:
    """The AntreaInstall with a placeholder in each image field."""
    images = "".join(f"  {name}: Replace{name[0].upper()}{name[1:]}\n" for name in image_fields)
    head = """\
apiVersion: operator.antrea.vmware.com/v1
kind: AntreaInstall
metadata:
  name: antrea-install
  namespace: antrea-operator
spec:
  antreaAgentConfig: |
    featureGates:
    # Enable Egress.
    #  Egress: true
    # How traffic leaves a node.
    #trafficEncapMode: encap
    defaultMTU: 0
  antreaCNIConfig: |
    {"cniVersion": "0.3.0", "name": "antrea", "plugins": [{"type": "antrea", "ipam": {"type": "host-local"}}]}
  antreaControllerConfig: |
    featureGates:
    #  Traceflow: true
    apiPort: 10349
"""
    return (head + images + f"  antreaPlatform: {flavour}\n").encode()


def operator(image: str = "ReplaceOperatorImage") -> bytes:
    """The operator's Deployment; its image stands in line 22."""
    return _yaml(f"""
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: antrea-operator
          namespace: antrea-operator
        spec:
          replicas: 1
          selector:
            matchLabels:
              name: antrea-operator
          template:
            metadata:
              labels:
                name: antrea-operator
            spec:
              hostNetwork: true
              serviceAccountName: antrea-operator
              containers:
                - name: antrea-operator
                  command: [antrea-operator]
                  # Replace this with the built image name
                  image: {image}
                  env:
                    - {{name: OPERATOR_NAME, value: antrea-operator}}
                    - {{name: POD_NAME, valueFrom: {{fieldRef: {{fieldPath: metadata.name}}}}}}
                    - {{name: WATCH_NAMESPACE, valueFrom: {{fieldRef: {{fieldPath: metadata.namespace}}}}}}
              tolerations:
                - {{key: node-role.kubernetes.io/master, operator: Exists, effect: NoSchedule}}
                - {{key: node.kubernetes.io/not-ready, operator: Exists, effect: NoSchedule}}
        """)


def nsx_cert(crt: str = "", key: str = "", namespace: str = "antrea-operator") -> bytes:
    """The Secret of phase 2, unfilled as the vendor ships it unless values are given."""
    return _yaml(f"""
        apiVersion: v1
        kind: Secret
        metadata:
          name: nsx-cert
          namespace: {namespace}
        type: kubernetes.io/tls
        data:
          tls.crt: {crt}
          tls.key: {key}
        """)


def bundle_files(flavour: str = "openshift", *, image_fields: Iterable[str] = ("antreaImage",)) -> dict[str, bytes]:
    """The seven files that every bundle has, by name. Change the dictionary to make the bundle that a test needs."""
    fields = tuple(image_fields)
    return {
        # Without a line break at its end, as the vendor ships it.
        "namespace.yaml": b"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: antrea-operator\n"
        b"  labels:\n    openshift.io/run-level: '0'",
        CRD: crd(fields),
        CR: custom_resource(flavour, fields),
        "operator.yaml": operator(),
        "role.yaml": _yaml("""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata:
              name: antrea-operator
            rules:
            - apiGroups: ['*']
              resources: ['*']
              verbs: ['*']
            """),
        "role_binding.yaml": _yaml("""
            kind: ClusterRoleBinding
            apiVersion: rbac.authorization.k8s.io/v1
            metadata:
              name: antrea-operator
            subjects:
            - kind: ServiceAccount
              name: antrea-operator
              namespace: antrea-operator
            roleRef:
              kind: ClusterRole
              name: antrea-operator
              apiGroup: rbac.authorization.k8s.io
            """),
        "service_account.yaml": _yaml("""
            apiVersion: v1
            kind: ServiceAccount
            metadata:
              name: antrea-operator
              namespace: antrea-operator
            """),
    }


def below(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files with ``folder`` before their names."""
    return {f"{folder}/{name}": data for name, data in files.items()}


def deploy_tree(**changes: Mapping[str, bytes]) -> dict[str, bytes]:
    """``deploy/openshift`` and ``deploy/kubernetes``; a flavour given by name has those files instead of the usual."""
    return {
        name: data
        for flavour in FLAVOURS
        for name, data in below(f"deploy/{flavour}", changes.get(flavour, bundle_files(flavour))).items()
    }


def tar_bytes(files: Mapping[str, bytes], compression: str = "gz", extra: Iterable[tarfile.TarInfo] = ()) -> bytes:
    """A tar (``compression``: gz, bz2, xz or empty) of the files, then of ``extra`` entries without content."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=f"w:{compression}") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.uid, entry.gid = len(data), 201, 201
            archive.addfile(entry, io.BytesIO(data))
        for entry in extra:
            archive.addfile(entry)
    return out.getvalue()


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """A zip of the files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def xz_bytes(data: bytes) -> bytes:
    """The data as two .xz streams one after the other, which the format allows."""
    return lzma.compress(data[:1000]) + lzma.compress(data[1000:])


def write_tree(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Writes the files below ``folder`` and returns it."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def write_archive(path: Path, files: Mapping[str, bytes] | None = None) -> Path:
    """A deploy.tar.gz of ``files`` (the usual tree) at ``path``; returns it."""
    path.write_bytes(tar_bytes(deploy_tree() if files is None else files))
    return path


def empty_repo(folder: Path, flavour: str = "openshift") -> ClusterRepo:
    """A cluster repository that has nothing but a cluster.yaml with its flavour."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cluster.yaml").write_text(f"apiVersion: antrea-gitops/v1\nflavour: {flavour}\n")
    return ClusterRepo.at(folder)


def changed(**files: bytes | None) -> dict[str, bytes]:
    """The usual openshift files with some changed, added or (None) removed; ``role`` means role.yaml."""
    result: dict[str, bytes | None] = dict(bundle_files())
    result.update({{"cr": CR, "crd": CRD}.get(key, f"{key}.yaml"): data for key, data in files.items()})
    return {name: data for name, data in result.items() if data is not None}
