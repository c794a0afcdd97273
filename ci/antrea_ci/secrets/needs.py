"""Which secrets a verb needs for a cluster; the pipelines of the template follow the same rules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from antrea_ci.errors import FindingsError
from antrea_ci.model.effective import Cluster
from antrea_ci.values import items_at, mapping_at, value_in_any_case
from antrea_ci.yamlio import Value, parse

AGE_IDENTITY = "ANTREA_GITOPS_AGE_IDENTITY"
KUBECONFIG = "ANTREA_GITOPS_KUBECONFIG"
_LOGIN = "ANTREA_GITOPS_SECRET_"
_INSTALLS = frozenset({"install", "preflight"})
_WITH_PLATFORM = _INSTALLS | {"destroy"}
# Phase 2: `nsx` is `nsx apply`, the others are `nsx status` and so on.
_NSX = frozenset({"nsx", "nsx-status", "nsx-remove", "nsx-renew"})
_LIVING = _NSX | {"apply", "drift"}
_WITH_VAULT = _LIVING | {"install", "destroy", "backup", "credentials"}


@dataclass(frozen=True)
class Need:
    """A secret by its name of DESIGN section 8, what for, and whether the verb can do without.

    ``instead`` are variables, known to the platform's own client, of which one takes its place.
    """

    name: str
    why: str
    is_optional: bool = False
    instead: tuple[str, ...] = ()


def needed(cluster: Cluster, verb: str) -> tuple[Need, ...]:
    """What ``verb`` takes: install, preflight, destroy, apply, drift, backup, credentials, images, nsx (that is
    `nsx apply`), nsx-check, nsx-status, nsx-remove or nsx-renew.

    Each name once. One that is needed and optional for two reasons is needed.
    """
    found: dict[str, Need] = {}
    for need in _needs(cluster, verb):
        known = found.setdefault(need.name, need)
        found[need.name] = replace(known, is_optional=known.is_optional and need.is_optional)
    return tuple(found.values())


def _needs(cluster: Cluster, verb: str) -> Iterator[Need]:
    if cluster.file.flavour == "openshift":
        yield from _openshift(cluster, verb)
    if verb in ("images", "nsx-check"):
        yield Need("ANTREA_GITOPS_PULL_SECRET", "what nodes log in with, where registries ask for it", is_optional=True)
        yield Need(f"{_LOGIN}REGISTRY", "the login that pushes, and that of a registry of ours", is_optional=True)
    if verb in _NSX or (cluster.file.nsx.enabled and verb == "destroy"):
        yield from _nsx(verb)
    if verb == "nsx-check":
        yield from (replace(need, is_optional=True) for verb in ("nsx", "nsx-renew") for need in _nsx(verb))
    if verb in _LIVING or (verb == "install" and cluster.file.flavour == "kubernetes"):
        yield Need(KUBECONFIG, "opens the living cluster, where the vault does not", is_optional=True)
    if verb in _WITH_VAULT:
        if (cluster.file.backup.remote or "").startswith("https://"):
            yield Need(f"{_LOGIN}BACKUP", "the login of backup.remote, where Git itself has none", is_optional=True)
        yield Need(AGE_IDENTITY, "opens backups, where state has to be restored", is_optional=True)


def _nsx(verb: str) -> Iterator[Need]:
    yield Need(f"{_LOGIN}NSX", "the login of the NSX managers", is_optional=verb == "nsx-status")
    if verb in ("nsx", "nsx-renew"):
        end = "_NEXT" if verb == "nsx-renew" else ""
        which = "next certificate" if end else "certificate"
        yield Need(f"ANTREA_GITOPS_NSX_TLS_CERT{end}", f"the {which} by which NSX knows the cluster")
        yield Need(f"ANTREA_GITOPS_NSX_TLS_KEY{end}", "the key of that certificate")


def _openshift(cluster: Cluster, verb: str) -> Iterator[Need]:
    if verb in _INSTALLS:
        yield Need("ANTREA_GITOPS_PULL_SECRET", "opens the registries of OpenShift's images")
        yield Need(f"{_LOGIN}REGISTRY", "the login of a registry that the pull secret does not open", is_optional=True)
    config = _install_config(cluster)
    if verb in _INSTALLS:
        yield Need("ANTREA_GITOPS_SSH_KEY", "a public key in place of that of install-config.yaml", is_optional=True)
        if mapping_at(config, ("proxy",)):
            yield Need(f"{_LOGIN}PROXY", "the login of the proxy, where it wants one", is_optional=True)
    if verb in _WITH_PLATFORM:
        yield from _platform(cluster, config)


def _platform(cluster: Cluster, config: Value) -> Iterator[Need]:
    if cluster.platform == "vsphere":
        yield from _vsphere(config)
    elif cluster.platform == "nutanix":
        yield Need(f"{_LOGIN}NUTANIX", "the login of Prism Central")
    elif cluster.platform == "baremetal":
        for host, name in cluster.file.secrets.bmc.items():
            yield Need(f"{_LOGIN}{name}", f"the login of the BMC of {host}")
    elif cluster.platform == "aws":
        # docs.aws.amazon.com/sdkref: other ways to credentials that the installer's client knows
        instead = ("AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_SHARED_CREDENTIALS_FILE")
        yield Need("AWS_ACCESS_KEY_ID", "the account in which the cluster is made", instead=instead)
        yield Need("AWS_SECRET_ACCESS_KEY", "the key of that account", instead=instead)
        yield Need("AWS_SESSION_TOKEN", "the session, where the account's key is a temporary one", is_optional=True)


def _vsphere(config: Value) -> Iterator[Need]:
    """A user and a password for each vCenter, numbered in the order of install-config.yaml from the second on."""
    servers = items_at(value_in_any_case(config, ("platform", "vsphere")), ("vcenters",))
    for number in range(1, max(len(servers), 1) + 1):
        end = f"_{number}" if number > 1 else ""
        which = f"vCenter {number}" if len(servers) > 1 else "vCenter"
        yield Need(f"ANTREA_GITOPS_VCENTER_USERNAME{end}", f"the user of {which}")
        yield Need(f"ANTREA_GITOPS_VCENTER_PASSWORD{end}", f"the password of {which}")


def _install_config(cluster: Cluster) -> Value:
    path = cluster.repo.install_config_file
    with suppress(OSError, FindingsError):  # `check` tells what is wrong with it
        return parse(path.read_bytes(), cluster.repo.name(path)).value
    return None
