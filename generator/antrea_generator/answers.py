"""The answers to the template's questions: one typed model, checked as a whole before Copier runs.

The names are fixed (DESIGN section 8). Copier asks the same questions with the same defaults; a test holds the two
together. Rules that span several answers are those of the cluster itself (``antrea_ci.model.network``).
"""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, model_validator

from antrea_ci.model.cluster import image_reference

_NAME = re.compile(r"^[a-z0-9]([a-z0-9-]{0,52}[a-z0-9])?\Z")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"^({_LABEL}\.)*{_LABEL}\Z")
_REGISTRY = re.compile(r"^[A-Za-z0-9.-]+(:[0-9]+)?(/[a-z0-9._/-]+)?(?<!/)\Z")
_SSH_KEY = re.compile(r"^(ssh-(rsa|ed25519|dss)|ecdsa-sha2-nistp[0-9]+|sk-(ssh|ecdsa)[A-Za-z0-9@.-]+) [A-Za-z0-9+/=]+")
_OWNERS = re.compile(r"^@?[^ #]+( @?[^ #]+)*\Z")
_REPOSITORY = re.compile(r"^(https://[^@ ]+|ssh://([A-Za-z0-9._-]+@)?[^@: ]+(:[0-9]+)?/[^@ ]+)\Z")
_RUNNER = re.compile(r"^(?!(?i:self-hosted)\Z)[A-Za-z0-9._-]+\Z")
_VIRTUAL_ADDRESSES = ("vsphere", "baremetal", "nutanix")
TAG = "v1.14.1"
# GitLab's jobs; the tag and digest are those of .ci/Containerfile.
CI_IMAGE = (
    "docker.io/library/python:3.12.12-bookworm@sha256:c0abd0758831ad99b7a29e0c1a875da9c4abb9a2e3f21e2eeb585dbcadfb6cd0"
)
_EXAMPLE_REGISTRY = "registry.example.com/antrea"
_SMALLEST_MTU, _LARGEST_MTU = 576, 65535


def _matching(pattern: re.Pattern[str], advice: str) -> AfterValidator:
    def check(text: str) -> str:
        if text and not pattern.match(text):
            raise ValueError(f"{text!r}: {advice}")
        return text

    return AfterValidator(check)


def _mtu(number: int) -> int:
    if number and not _SMALLEST_MTU <= number <= _LARGEST_MTU:
        raise ValueError(f"write 0, or a number from {_SMALLEST_MTU} to {_LARGEST_MTU}")
    return number


def _filled(text: str) -> str:
    if not text.strip():
        raise ValueError("it must not be empty")
    return text


def _image(text: str) -> str:
    return image_reference(text) if text else text


def _pinned_image(text: str) -> str:
    if "@sha256:" not in text:
        raise ValueError(
            f"{text!r} has no digest; write an image such as registry.example.com/ci/antrea-gitops:1@sha256:…"
        )
    return image_reference(text)


def _certificates(text: str) -> str:
    if "PRIVATE KEY" in text:
        raise ValueError("this holds a private key; give certificates only")
    return text


def _separated(value: object) -> object:
    """A list, whether it was written as one or with commas between its parts."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _prefix(length: int) -> int:
    if length != 64 and not 16 <= length <= 30:  # IPv6 pieces are /64, Antrea's IPv4 ones /16 to /30
        raise ValueError(f"{length} is outside 16 to 30; write a number such as 23 for 510 pods a node (64 for IPv6)")
    return length


HostPrefix: TypeAlias = Annotated[int, AfterValidator(_prefix)]
Name: TypeAlias = Annotated[
    str, AfterValidator(_filled), _matching(_NAME, "lower-case letters, digits and dashes only, 54 at most")
]
Domain: TypeAlias = Annotated[
    str, AfterValidator(_filled), _matching(_DOMAIN, "write a lower-case domain such as example.com")
]
OpenShiftVersion: TypeAlias = Annotated[
    str,
    _matching(
        re.compile(r"^4\.(1[2-9]|[2-9][0-9])\.[0-9]+(-[0-9A-Za-z.-]+)?\Z"), "write a full version from 4.12.0 on"
    ),
]
KubernetesVersion: TypeAlias = Annotated[
    str, _matching(re.compile(r"^1\.[0-9]+\.[0-9]+\Z"), "write a full version such as 1.29.4")
]
Filled: TypeAlias = Annotated[str, AfterValidator(_filled)]
ImageAnswer: TypeAlias = Annotated[str, AfterValidator(_image)]
Registry: TypeAlias = Annotated[
    str, _matching(_REGISTRY, "write a registry with its path, without https:// and final slash")
]
HttpProxy: TypeAlias = Annotated[
    str,
    _matching(
        re.compile(r"^http://[^@ ]+\Z"), "write http://host:port; user and password are secrets and have no place here"
    ),
]
HttpsProxy: TypeAlias = Annotated[
    str,
    _matching(
        re.compile(r"^https?://[^@ ]+\Z"),
        "write http://host:port; user and password are secrets and have no place here",
    ),
]
Listed: TypeAlias = Annotated[list[str] | str, AfterValidator(_separated)]


class Answers(BaseModel):
    """Every question with its default; empty text means that the value is left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, title="Answers for antrea-gitops new")

    cluster_name: Name = "ocp"
    base_domain: Domain = "example.com"
    flavour: Literal["openshift", "kubernetes"] = "openshift"
    openshift_version: OpenShiftVersion = "4.12.45"
    kubernetes_version: KubernetesVersion = "1.29.4"
    platform: Literal["vsphere", "baremetal", "none", "nutanix", "aws"] = "vsphere"
    machine_network: Filled = "10.0.0.0/16"
    cluster_network: Filled = "10.128.0.0/14"
    host_prefix: HostPrefix = 23
    service_network: Filled = "172.30.0.0/16"
    api_vip: str = ""
    ingress_vip: str = ""
    control_plane_replicas: Literal[1, 3, 4, 5] = 3
    compute_replicas: int = Field(default=3, ge=0)
    ssh_public_key: Annotated[
        str, _matching(_SSH_KEY, "paste the public key, one line that starts with ssh-ed25519")
    ] = ""
    vcenter_server: Annotated[
        str, AfterValidator(_filled), _matching(re.compile(r"^[A-Za-z0-9.:-]+\Z"), "write a host name without https://")
    ] = "vcenter.example.com"
    vsphere_datacenter: Filled = "datacenter"
    vsphere_cluster: Filled = "cluster"
    vsphere_datastore: Filled = "datastore"
    vsphere_network: Filled = "VM Network"
    vsphere_folder: str = ""
    vsphere_resource_pool: str = ""
    failure_domains: list[dict[str, JsonValue]] = []
    hosts: list[dict[str, JsonValue]] = []
    nutanix_prism_central: str = "prism-central.example.com"
    nutanix_prism_element: str = "prism-element.example.com"
    nutanix_prism_element_uuid: str = "00000000-0000-0000-0000-000000000000"
    nutanix_subnet_uuid: str = "00000000-0000-0000-0000-000000000000"
    aws_region: str = "eu-central-1"
    registry: Registry = _EXAMPLE_REGISTRY
    operator_image: ImageAnswer = ""
    agent_image: ImageAnswer = ""
    controller_image: ImageAnswer = ""
    antrea_image: ImageAnswer = ""
    interworking_image: ImageAnswer = ""
    fix_platform_field: bool = False
    traffic_encap_mode: Literal["encap", "noEncap", "hybrid", "networkPolicyOnly"] = "encap"
    tunnel_type: Literal["geneve", "vxlan", "gre", "stt"] = "geneve"
    traffic_encryption_mode: Literal["none", "ipsec", "wireGuard"] = "none"
    default_mtu: Annotated[int, AfterValidator(_mtu)] = 0
    feature_gates: dict[str, bool] = {}
    nsx: bool = False
    nsx_managers: Listed = []
    http_proxy: HttpProxy = ""
    https_proxy: HttpsProxy = ""
    no_proxy: Annotated[
        str, _matching(re.compile(r"^[^ *]+\Z"), "write names and networks with commas, no blanks, no stars")
    ] = ""
    additional_trust_bundle: Annotated[str, AfterValidator(_certificates)] = ""
    ntp_servers: Listed = []
    mirror_registry: Registry = ""
    ci: Literal["github", "gitlab", "both"] = "github"
    install_runner: Annotated[
        str,
        AfterValidator(_filled),
        _matching(_RUNNER, "letters, digits, dots, dashes only, and a label of the runner's own, not self-hosted"),
    ] = "cluster-install"
    ci_image: Annotated[str, AfterValidator(_filled), AfterValidator(_pinned_image)] = CI_IMAGE
    code_owners: Annotated[
        str, AfterValidator(_filled), _matching(_OWNERS, "write owners such as @org/platform-team")
    ] = "@platform-team"
    gitops_engine: Literal["none", "argocd", "flux"] = "none"
    gitops_repository: Annotated[
        str,
        _matching(_REPOSITORY, "write an URL such as https://git.example.com/platform/cluster.git, without a login"),
    ] = "https://git.example.com/platform/cluster.git"
    secrets_provider: Literal["env", "file", "sops"] = "env"
    backup_recipients: Listed = []
    backup_remote: str = ""

    @model_validator(mode="before")
    @classmethod
    def _dependent_defaults(cls, given: dict[str, object]) -> dict[str, object]:
        """Defaults that follow from other answers, as copier.yml computes them."""
        return {**dependent_defaults(given), **given}


def dependent_defaults(given: dict[str, object]) -> dict[str, object]:
    """The defaults that depend on other answers; unusable answers are left for their own check to refuse."""
    platform = given.get("platform", "vsphere")
    registry = str(given.get("registry", _EXAMPLE_REGISTRY))
    if not _REGISTRY.match(registry):
        registry = _EXAMPLE_REGISTRY
    separate = given.get("agent_image") or given.get("controller_image")
    cluster_network = str(given.get("cluster_network", ""))
    machine_network = str(given.get("machine_network", "10.0.0.0/16"))
    defaults: dict[str, object] = {
        "host_prefix": 64 if ":" in cluster_network and "," not in cluster_network else 23,
        "compute_replicas": 3 if platform in ("vsphere", "nutanix", "aws") else 0,
        "operator_image": f"{registry}/antrea-operator:{TAG}",
        "antrea_image": "" if separate else f"{registry}/antrea-ubi:{TAG}",
    }
    if platform in _VIRTUAL_ADDRESSES:
        defaults |= {"api_vip": _nth(machine_network, 2), "ingress_vip": _nth(machine_network, 3)}
    return defaults


def _nth(networks: str, number: int) -> str:
    try:
        found = [ip_network(text.strip()).network_address + number for text in networks.split(",")]
    except ValueError:
        return ""
    return ",".join(str(ip_address(address)) for address in found)
