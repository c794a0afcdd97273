"""The manifests' contents: as small as their readers accept, with the install-config's values where they belong."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

from . import config as configs

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from typing import Any


class Facts:
    """What the texts are made from."""

    def __init__(self, config: Mapping[str, Any], infra: str, cluster_id: str, settings: Mapping[str, Any]) -> None:
        self.config, self.infra, self.cluster_id, self.settings = config, infra, cluster_id, settings
        self.secrets: dict[str, str] = {}


def manifest_files(part: str, facts: Facts) -> dict[str, bytes]:
    """The files of one asset, for the platform of the install-config."""
    files: dict[str, bytes] = {}
    for row in facts.settings["manifests"]:
        if row["part"] != part or configs.platform(facts.config) not in row.get("platforms", [_platform(facts)]):
            continue
        for number in _numbers(row.get("each"), facts.config):
            name = row["file"].format(infra=facts.infra, n=number)
            files[name] = text_of(_object(name, _filled(row["object"], facts, number), number, facts))
    return files


def text_of(value: Any) -> bytes:
    """YAML in blocks, as the installer writes it."""
    import yaml

    return yaml.dump(value, Dumper=yaml.CSafeDumper, default_flow_style=False, allow_unicode=True).encode()


def _platform(facts: Facts) -> str:
    return configs.platform(facts.config)


def _numbers(each: str | None, config: Mapping[str, Any]) -> Sequence[int]:
    if each == "master":
        return range(configs.replicas(config, "controlPlane"))
    return range(len(configs.hosts(config))) if each == "host" else (0,)


def _filled(object_: Sequence[str], facts: Facts, number: int) -> tuple[str, ...]:
    return tuple(part.format(infra=facts.infra, n=number) for part in object_)


def _object(file: str, names: Sequence[str], number: int, facts: Facts) -> dict[str, Any]:
    api, kind, namespace, name = names
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    body = _BODIES.get(file.rpartition("/")[2], _BODIES.get(kind, lambda _f, _n: {}))
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **body(facts, number)}


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _network(facts: Facts, _number: int) -> dict[str, Any]:
    networking = facts.config.get("networking") or {}
    return {
        "spec": {
            "clusterNetwork": networking.get("clusterNetwork") or [{"cidr": "10.128.0.0/14", "hostPrefix": 23}],
            "externalIP": {"policy": {}},
            "networkType": networking.get("networkType") or "OVNKubernetes",
            "serviceNetwork": networking.get("serviceNetwork") or ["172.30.0.0/16"],
        },
        "status": {},
    }


def _cluster_config(facts: Facts, _number: int) -> dict[str, Any]:
    return {"data": {"install-config": text_of(configs.without_secrets(facts.config)).decode()}}


def _infrastructure(facts: Facts, _number: int) -> dict[str, Any]:
    name = configs.full_name(facts.config)
    kind = {"vsphere": "VSphere", "baremetal": "BareMetal"}.get(_platform(facts), "None")
    return {
        "spec": {"platformSpec": {"type": kind}},
        "status": {
            "apiServerInternalURI": f"https://api-int.{name}:6443",
            "apiServerURL": f"https://api.{name}:6443",
            "infrastructureName": facts.infra,
            "platform": kind,
        },
    }


def _cloud_credentials(facts: Facts, _number: int) -> dict[str, Any]:
    data: dict[str, str] = {}
    for vcenter in configs.vcenters(facts.config):
        data[f"{vcenter['server']}.username"] = _b64(vcenter["user"])
        data[f"{vcenter['server']}.password"] = _b64(vcenter["password"])
    return {"data": data}


def _bmc_secret(facts: Facts, number: int) -> dict[str, Any]:
    bmc = configs.hosts(facts.config)[number]["bmc"]
    return {"data": {"username": _b64(str(bmc["username"])), "password": _b64(str(bmc["password"]))}}


def _host(facts: Facts, number: int) -> dict[str, Any]:
    host = configs.hosts(facts.config)[number]
    return {"spec": {"bmc": {"address": host["bmc"]["address"], "credentialsName": f"m{number}-bmc-secret"}}}


def _capi_credentials(facts: Facts, _number: int) -> dict[str, Any]:
    first = configs.vcenters(facts.config)[0]
    return {"data": {"username": _b64(first["user"]), "password": _b64(first["password"])}}


def _pull_secret(facts: Facts, _number: int) -> dict[str, Any]:
    return {"type": "kubernetes.io/dockerconfigjson", "data": {".dockerconfigjson": _b64(facts.config["pullSecret"])}}


def _machine_config(facts: Facts, _number: int) -> dict[str, Any]:
    user = {"name": "core", "sshAuthorizedKeys": [facts.config.get("sshKey", "")]}
    return {"spec": {"config": {"ignition": {"version": "3.2.0"}, "passwd": {"users": [user]}}}}


_BODIES = {
    "cluster-config.yaml": _cluster_config,
    "cluster-network-02-config.yml": _network,
    "cluster-infrastructure-02-config.yml": _infrastructure,
    "cluster-dns-02-config.yml": lambda f, _n: {"spec": {"baseDomain": configs.full_name(f.config)}, "status": {}},
    "cluster-ingress-02-config.yml": lambda f, _n: {"spec": {"domain": f"apps.{configs.full_name(f.config)}"}},
    "cluster-scheduler-02-config.yml": lambda f, _n: {
        "spec": {"mastersSchedulable": configs.replicas(f.config, "compute") == 0, "policy": {"name": ""}}
    },
    "cluster-network-01-crd.yml": lambda _f, _n: {"spec": {"group": "config.openshift.io", "scope": "Cluster"}},
    "cvo-overrides.yaml": lambda f, _n: {"spec": {"channel": "stable", "clusterID": f.cluster_id}},
    "kube-system-configmap-root-ca.yaml": lambda f, _n: {"data": {"ca.crt": f.secrets["root-ca.crt"]}},
    "machine-config-server-tls-secret.yaml": lambda f, _n: {
        "data": {
            "tls.crt": _b64(f.secrets["machine-config-server.crt"]),
            "tls.key": _b64(f.secrets["machine-config-server.key"]),
        }
    },
    "openshift-config-secret-pull-secret.yaml": _pull_secret,
    "99_cloud-creds-secret.yaml": _cloud_credentials,
    "99_kubeadmin-password-secret.yaml": lambda f, _n: {"data": {"kubeadmin": _b64(f.secrets["kubeadmin-hash"])}},
    "99_openshift-cluster-api_master-user-data-secret.yaml": lambda f, _n: {
        "data": {"userData": _b64(f.secrets["master.ign"])}
    },
    "99_openshift-cluster-api_worker-user-data-secret.yaml": lambda f, _n: {
        "data": {"userData": _b64(f.secrets["worker.ign"])}
    },
    "01_vsphere-creds-0.yaml": _capi_credentials,
    "MachineConfig": _machine_config,
    "BareMetalHost": _host,
}
_BODIES |= {f"99_openshift-cluster-api_host-bmc-secrets-{n}.yaml": _bmc_secret for n in range(9)}
