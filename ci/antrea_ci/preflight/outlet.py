"""How nodes reach registries: through which proxy, trusting whom, with which logins."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from urllib.parse import unquote, urlsplit

from antrea_ci.exchange import Line, Proxy
from antrea_ci.findings import Location
from antrea_ci.install.injection import pull_secret
from antrea_ci.install_config.config import Config
from antrea_ci.preflight.site import Site
from antrea_ci.pull_secret import login_for
from antrea_ci.values import text_at
from antrea_ci.web import trust_as_in_go

KEYS = ("httpProxy", "httpsProxy")
_PROXY, _BUNDLE = "proxy", "additionalTrustBundle"
_PORTS = {"http": 80, "https": 443}


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
        if proxy := _proxy_at(url):
            yield ClusterProxy(key, config.locate((_PROXY, key)), _is_secure(url), proxy)


def machine_line(site: Site) -> Line:
    """How the installer, which is written in Go, reaches what it needs: by the environment of this machine.

    source: golang.org/x/net/http/httpproxy (FromEnvironment: the names in capitals count first)
    """
    return Line(trust_as_in_go(), site.means.answer, _way_of_machine)


def registry_line(site: Site) -> Line:
    """How nodes reach registries: by httpsProxy, but for what noProxy names.

    Without one, or where it is https itself, which cannot be tried from here, it is this machine's way.
    """
    config = site.config
    trust = trust_as_in_go(used_bundle(config) if config else "")
    chosen = next((each for each in cluster_proxies(config) if each.key == KEYS[1]), None) if config else None
    if config is None or chosen is None or chosen.is_secure:
        return Line(trust, site.means.answer, _way_of_machine)
    exceptions = no_proxy(config)
    return Line(trust, site.means.answer, lambda host: None if bypasses(host, exceptions) else chosen.proxy)


def _way_of_machine(host: str) -> Proxy | None:
    url = _variable("HTTPS_PROXY")
    exceptions = tuple(part.strip() for part in _variable("NO_PROXY").split(",") if part.strip())
    return None if _is_secure(url) or bypasses(host, exceptions) else _proxy_at(url)


def _variable(name: str) -> str:
    return os.environ.get(name) or os.environ.get(name.lower(), "")


def _proxy_at(url: str) -> Proxy | None:
    with suppress(ValueError):
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.hostname and parts.scheme in _PORTS:
            host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
            login = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
            basic = f"Basic {base64.b64encode(login.encode()).decode()}" if parts.username else ""
            return Proxy(f"{host}:{parts.port or _PORTS[parts.scheme]}", basic)
    return None


def _is_secure(url: str) -> bool:
    return url.startswith("https://")


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


def bypasses(host: str, exceptions: tuple[str, ...]) -> bool:
    """Whether ``host`` (with or without a port) is asked directly.

    source: golang.org/x/net/http/httpproxy (useProxy, init): names are never resolved for this
    """
    parts = urlsplit(f"//{host}")
    name = (parts.hostname or "").rstrip(".")
    if name == "localhost" or "*" in exceptions:
        return True
    with suppress(ValueError):
        address = ip_address(name)
        return address.is_loopback or any(_holds(exception, str(address)) for exception in exceptions)
    return any(_is_below(name, parts.port or _PORTS["https"], exception) for exception in exceptions)


def _holds(exception: str, address: str) -> bool:
    with suppress(ValueError):
        return ip_address(address) in ip_network(exception, strict=False)
    return False


def _is_below(name: str, port: int, exception: str) -> bool:
    domain, colon, only = exception.casefold().partition(":")
    if colon and only != str(port):
        return False
    domain = domain.removeprefix("*")
    return name.endswith(domain) if domain.startswith(".") else name == domain or name.endswith(f".{domain}")
