"""cluster.yaml: what install-config.yaml cannot say (DESIGN section 3). Its JSON Schema follows from this model."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, JsonValue

from antrea_ci.errors import FindingsError
from antrea_ci.findings import Finding
from antrea_ci.model.apply_section import Apply
from antrea_ci.model.firewall_section import Firewall
from antrea_ci.model.nsx_section import Nsx
from antrea_ci.model.part import Part
from antrea_ci.model.problems import findings_of
from antrea_ci.model.secrets_section import Secrets
from antrea_ci.repo import ClusterRepo
from antrea_ci.yamlio import Document, parse

# A reference as the registries' distribution specification defines it: host[:port]/path[:tag][@digest].
_IMAGE = re.compile(
    r"^(?P<host>[A-Za-z0-9.-]+(?::[0-9]+)?)/(?P<path>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?\Z"
)


def image_reference(text: str) -> str:
    """``text`` if it is a full image reference with a tag or digest; ValueError says what to write."""
    found = _IMAGE.match(text)
    if not found:
        raise ValueError(f"{text!r} is no image reference; write it as registry.example.com/antrea/antrea-ubi:v1.13.1")
    if not found["tag"] and not found["digest"]:
        raise ValueError(f"{text!r} has neither tag nor digest; add the vendor's tag, such as :v1.13.1_vmware.1")
    if found["tag"] == "latest" and not found["digest"]:
        raise ValueError(f"{text!r} is a floating tag; write the version's own tag, or a digest")
    return text


def image_tag(reference: str) -> str | None:
    """The tag of an image reference; None if it has only a digest."""
    found = _IMAGE.match(reference)
    return found["tag"] if found else None


def registry_host(reference: str) -> str:
    """The registry, with its port, that an image reference names."""
    return reference.split("/", 1)[0]


def _version(text: str) -> str:
    if not re.match(r"^\d+\.\d+\.\d+(?:[-.+][0-9A-Za-z.+-]+)?\Z", text):
        raise ValueError(f"{text!r} is no full version; write all three numbers, such as 4.12.45")
    return text


def _antrea_version(text: str) -> str:
    if not re.match(r"^v?\d+\.\d+", text):
        raise ValueError(f"{text!r} is no version of Antrea; write it as 1.13.1 or v1.13.1_vmware.1")
    return text


def _day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no day; write it as 2027-01-31") from None
    return text


Day: TypeAlias = Annotated[str, AfterValidator(_day)]
Image: TypeAlias = Annotated[str, AfterValidator(image_reference)]
AntreaVersion: TypeAlias = Annotated[str, AfterValidator(_antrea_version)]
Version: TypeAlias = Annotated[str, AfterValidator(_version)]
Flavour: TypeAlias = Literal["openshift", "kubernetes"]


class Release(Part):
    """The version of OpenShift or Kubernetes that is installed."""

    version: Version = Field(description="All three numbers, such as 4.12.45.")


class ClusterIdentity(Part):
    """Name and domain of a plain Kubernetes cluster; on OpenShift install-config.yaml owns them."""

    name: str
    baseDomain: str


class ClusterNetworkEntry(Part):
    """One pod network and the length of the piece that each node gets of it."""

    cidr: str
    hostPrefix: int


class Networking(Part):
    """The networks of a plain Kubernetes cluster; on OpenShift install-config.yaml owns them."""

    machineNetwork: tuple[str, ...] = Field(strict=False)
    clusterNetwork: tuple[ClusterNetworkEntry, ...] = Field(strict=False)
    serviceNetwork: tuple[str, ...] = Field(strict=False)


class Images(Part):
    """Which images the cluster pulls: ``antrea``, or ``agent`` and ``controller``, whichever the bundle's CRD has."""

    operator: Image
    antrea: Image | None = None
    agent: Image | None = None
    controller: Image | None = None
    interworking: Image | None = None


class BundleSettings(Part):
    """What the overlay may mend in the vendor's files; the files themselves are never edited."""

    fixPlatformField: bool = Field(
        default=False,
        description="Rename `platform` to `antreaPlatform` in the custom resource, as the bundle's own CRD demands.",
    )


class AntreaSettings(Part):
    """What is set inside antrea-agent.conf and antrea-controller.conf; everything else stays as the vendor ships it."""

    version: AntreaVersion | None = Field(default=None, description="The Antrea version, where no image tag tells it.")
    trafficEncapMode: Literal["encap", "noEncap", "hybrid", "networkPolicyOnly"] | None = None
    tunnelType: Literal["geneve", "vxlan", "gre", "stt"] | None = None
    trafficEncryptionMode: Literal["none", "ipsec", "wireGuard"] | None = None
    defaultMTU: int | None = Field(default=None, ge=0, le=65535, description="0 lets Antrea find it out.")
    featureGates: dict[str, bool] = Field(default={})
    agent: dict[str, JsonValue] = Field(default={}, description="Further keys of antrea-agent.conf.")
    controller: dict[str, JsonValue] = Field(default={}, description="Further keys of antrea-controller.conf.")
    cni: dict[str, JsonValue] = Field(default={}, description="Further keys of the CNI configuration (JSON).")


Method: TypeAlias = Literal["ipi", "upi", "agent"]
Probe: TypeAlias = Literal["dns", "vips", "vcenter", "registry", "proxy", "clock", "disk", "bmc"]


class Install(Part):
    """From where and how the cluster is installed."""

    branch: str = Field(default="main", min_length=1)
    method: Method | None = Field(
        default=None,
        description="Who makes the machines: the installer (ipi), you (upi), or you, with the Agent-based Installer "
        "(agent). Left out: agent with an agent-config.yaml, upi for the platforms none and external, else ipi.",
    )
    skipPreflight: tuple[Probe, ...] = Field(
        default=(), strict=False, description="Probes that cannot work from where it is installed; this is recorded."
    )


class Keep(Part):
    """How many backups are kept."""

    daily: int = Field(default=7, ge=0)
    weekly: int = Field(default=4, ge=0)
    monthly: int = Field(default=12, ge=0)


class Backup(Part):
    """Where encrypted backups go, and who can read them."""

    remote: str | None = None
    recipients: tuple[str, ...] = Field(default=(), strict=False)
    keep: Keep = Field(default_factory=Keep)


class Site(Part):
    """Services of the site that the cluster uses."""

    ntpServers: tuple[str, ...] = Field(default=(), strict=False)
    mirrorRegistry: str | None = None
    trustBundle: str | None = Field(
        default=None,
        description="Certificates (PEM) of the site's own authorities, by which NSX managers are trusted; on OpenShift "
        "additionalTrustBundle of install-config.yaml counts besides.",
    )


class Suppression(Part):
    """One rule that is silent in this repository, why, and until when."""

    rule: str = Field(description="The rule's id, as `check` prints it in brackets.")
    reason: str = Field(min_length=1, description="Why this finding is accepted here.")
    until: Day | None = Field(
        default=None, description="The last day, as 2027-01-31; afterwards the rule speaks again."
    )
    file: str | None = Field(default=None, description="Only findings in this file.")
    object: str | None = Field(default=None, description="Only findings about this object, as kind/namespace/name.")

    def covers(self, finding: Finding) -> bool:
        """Whether ``finding`` is meant; the day is not looked at."""
        return (
            self.rule == finding.rule
            and self.file in (None, finding.location.file)
            and self.object in (None, finding.object)
        )


class Checks(Part):
    """What `check` is told about this repository."""

    suppress: tuple[Suppression, ...] = Field(default=(), strict=False)


class ClusterFile(Part):
    """The whole of cluster.yaml."""

    apiVersion: Literal["antrea-gitops/v1"]
    flavour: Flavour
    openshift: Release | None = None
    kubernetes: Release | None = None
    cluster: ClusterIdentity | None = None
    networking: Networking | None = None
    images: Images
    bundle: BundleSettings = Field(default_factory=BundleSettings)
    antrea: AntreaSettings = Field(default_factory=AntreaSettings)
    nsx: Nsx = Field(default_factory=Nsx)
    install: Install = Field(default_factory=Install)
    apply: Apply = Field(default_factory=Apply)
    firewall: Firewall = Field(default_factory=Firewall)
    backup: Backup = Field(default_factory=Backup)
    secrets: Secrets = Field(default_factory=Secrets)
    site: Site = Field(default_factory=Site)
    checks: Checks = Field(default_factory=Checks)


def check_cluster(document: Document) -> tuple[ClusterFile | None, list[Finding]]:
    """The model of a cluster.yaml, or None and every reason why it is none."""
    cluster, findings = findings_of(ClusterFile, document, "cluster")
    if cluster is None:
        return None, findings
    findings = [
        Finding("cluster/missing-section", message, location=document.locate(), why=why, fix=fix)
        for message, why, fix in _missing_sections(cluster)
    ]
    return (None if findings else cluster), findings


def _missing_sections(cluster: ClusterFile) -> list[tuple[str, str, str]]:
    release = "openshift" if cluster.flavour == "openshift" else "kubernetes"
    missing: list[tuple[str, str, str]] = []
    if getattr(cluster, release) is None:
        why = "versions decide which fields and images are valid"
        missing.append((f"the section `{release}` is missing", why, f"add `{release}: {{version: x.y.z}}`"))
    if cluster.flavour == "kubernetes" and cluster.networking is None:
        why = "a plain Kubernetes cluster has no install-config.yaml that could hold its networks"
        missing.append(
            ("the section `networking` is missing", why, "add machineNetwork, clusterNetwork, serviceNetwork")
        )
    return missing


def read_flavour(repo: ClusterRepo) -> Flavour:
    """The flavour alone, so that a bundle can be imported while other parts of cluster.yaml are still being written."""
    document = parse(repo.cluster_file.read_bytes(), repo.name(repo.cluster_file))
    flavour = document.mapping.get("flavour")
    if flavour == "openshift":
        return "openshift"
    if flavour == "kubernetes":
        return "kubernetes"
    message = "flavour must be openshift or kubernetes"
    raise FindingsError([Finding("cluster/value", message, location=document.locate(("flavour",)))])
