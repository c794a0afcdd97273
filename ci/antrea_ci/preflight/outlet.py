"""How nodes reach registries: through which proxy, trusting whom, with which logins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from antrea_ci.exchange import Line, Proxy
from antrea_ci.findings import Location
from antrea_ci.install.injection import pull_secret
from antrea_ci.install_config.config import Config
from antrea_ci.preflight.site import Site
from antrea_ci.proxies import bypasses, is_secure, proxy_at, way_of_machine
from antrea_ci.pull_secret import login_for
from antrea_ci.values import text_at
from antrea_ci.web import trust_as_in_go

KEYS = ("httpProxy", "httpsProxy")
_PROXY, _BUNDLE = "proxy", "additionalTrustBundle"


@dataclass(frozen=True)
class ClusterProxy:
    """A proxy of install-config.yaml: its key and place, whether it is https itself; the login is never shown."""

    key: str
    place: Location
    is_secure: bool
    proxy: Proxy = field(repr=False)


def cluster_proxies(config: Config) -> Iterator[ClusterProxy]:
    """The proxies that are given; what is no address is left to `check`."""
    for key in KEYS:
        url = config.text(_PROXY, key)
        if proxy := proxy_at(url):
            yield ClusterProxy(key, config.locate((_PROXY, key)), is_secure(url), proxy)


def machine_line(site: Site) -> Line:
    """How the installer, which is written in Go, reaches what it needs: by the environment of this machine.

    source: golang.org/x/net/http/httpproxy (FromEnvironment: the names in capitals count first)
    """
    return Line(trust_as_in_go(), site.means.answer, way_of_machine)


def registry_line(site: Site) -> Line:
    """How nodes reach registries: by httpsProxy, but for what noProxy names.

    Without one, or where it is https itself, which cannot be tried from here, it is this machine's way.
    """
    config = site.config
    trust = trust_as_in_go(used_bundle(config) if config else "")
    chosen = next((each for each in cluster_proxies(config) if each.key == KEYS[1]), None) if config else None
    if config is None or chosen is None or chosen.is_secure:
        return Line(trust, site.means.answer, way_of_machine)
    exceptions = no_proxy(config)
    return Line(trust, site.means.answer, lambda host: None if bypasses(host, exceptions) else chosen.proxy)


def used_bundle(config: Config) -> str:
    """The certificates that nodes are given: not without a proxy, unless the policy says Always (DOMAIN 5.5)."""
    is_used = config.text("additionalTrustBundlePolicy") == "Always" or bool(config.mapping(_PROXY))
    return config.text(_BUNDLE) if is_used else ""


def login_to(site: Site, image: str) -> tuple[str, str] | None:
    """User and password of the pull secret that nodes get."""
    given = site.config.text("pullSecret") if site.config else pull_secret(site.cluster, site.secrets)
    return login_for(given, image)


def no_proxy(config: Config) -> tuple[str, ...]:
    """noProxy as the nodes get it, with the cluster's own networks.

    source: openshift/cluster-network-operator pkg/util/proxyconfig/no_proxy.go (MergeUserSystemNoProxy)
    """
    own = [text_at(entry, ("cidr",)) for entry in config.items("networking", "machineNetwork")]
    return (*(part.strip() for part in config.text(_PROXY, "noProxy").split(",") if part.strip()), *filter(None, own))
