"""Puts the secrets into an install-config: the only place where the two meet, and only in the scratch folder.

source: openshift/installer pkg/types/{vsphere,baremetal,nutanix}/platform.go, pkg/types/installconfig.go
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote, urlsplit, urlunsplit

from antrea_ci.install.metadata import vcenters
from antrea_ci.model.cluster import registry_host
from antrea_ci.model.effective import Cluster
from antrea_ci.pull_secret import covered_registries, covers, with_login
from antrea_ci.secrets import Secrets
from antrea_ci.values import items_at, value_in_any_case
from antrea_ci.yamlio import Value

_PROXIES = ("httpProxy", "httpsProxy")


def injected(config: dict[str, Value], cluster: Cluster, secrets: Secrets) -> dict[str, Value]:
    """``config`` with the pull secret, the SSH key and the logins of its platform; the original is left as it is."""
    result = _copy(config)
    assert isinstance(result, dict)
    _set(result, "pullSecret", pull_secret(cluster, secrets))
    if key := secrets.get("ANTREA_GITOPS_SSH_KEY"):
        _set(result, "sshKey", key.strip())
    _vcenters(result, secrets)
    _machines(result, cluster, secrets)
    _prism_central(result, secrets)
    _proxies(result, secrets)
    return result


def pull_secret(cluster: Cluster, secrets: Secrets) -> str:
    """The pull secret as compact JSON, with the login of our own registry where it is told apart; empty without one."""
    given = secrets.get("ANTREA_GITOPS_PULL_SECRET") or ""
    if not given:  # a verb that pulls nothing, such as destroy
        return ""
    login = secrets.login("ANTREA_GITOPS_SECRET_REGISTRY")
    if login is None:
        return json.dumps(json.loads(given), separators=(",", ":"))
    return with_login(given, _own_registries(cluster, given), login)


def _own_registries(cluster: Cluster, given: str) -> Iterator[str]:
    """The mirror, and the registries of the images that the pull secret does not open."""
    if mirror := cluster.file.site.mirrorRegistry:
        yield mirror
    opened = covered_registries(given) or frozenset()
    images = cluster.file.images
    for image in filter(None, (images.operator, images.antrea, images.agent, images.controller, images.interworking)):
        if not covers(opened, image):
            yield registry_host(image)


def _vcenters(config: dict[str, Value], secrets: Secrets) -> None:
    vsphere = _mapping(config, "platform", "vsphere")
    if vsphere is None:
        return
    listed = items_at(vsphere, ("vcenters",))
    user_key = "user" if listed else "username"
    for place, one in zip(listed or [vsphere], vcenters(config, secrets), strict=True):
        if isinstance(place, dict):
            _login(place, user_key, "password", one.user or None, one.password or None)


def _machines(config: dict[str, Value], cluster: Cluster, secrets: Secrets) -> None:
    names = cluster.file.secrets.bmc
    platform = _mapping(config, "platform", "baremetal")
    for host in items_at(platform, ("hosts",)) if platform else ():
        bmc = _mapping(host, "bmc") if isinstance(host, dict) else None
        name = names.get(str(value_in_any_case(host, ("name",))), "")
        login = secrets.login(f"ANTREA_GITOPS_SECRET_{name}") if name else None
        if bmc is not None and login:
            _login(bmc, "username", "password", *login)


def _prism_central(config: dict[str, Value], secrets: Secrets) -> None:
    central = _mapping(config, "platform", "nutanix", "prismCentral")
    login = secrets.login("ANTREA_GITOPS_SECRET_NUTANIX")
    if central is not None and login:
        _login(central, "username", "password", *login)


def _proxies(config: dict[str, Value], secrets: Secrets) -> None:
    proxy = _mapping(config, "proxy")
    login = secrets.login("ANTREA_GITOPS_SECRET_PROXY")
    if proxy is None or login is None:
        return
    for key in _PROXIES:
        address = value_in_any_case(proxy, (key,))
        parts = urlsplit(address) if isinstance(address, str) else urlsplit("")
        if parts.hostname and "@" not in parts.netloc:
            netloc = f"{quote(login[0], safe='')}:{quote(login[1], safe='')}@{parts.netloc}"
            _set(proxy, key, urlunsplit(parts._replace(netloc=netloc)))


def _login(mapping: dict[str, Value], user_key: str, password_key: str, user: str | None, password: str | None) -> None:
    if user is not None:
        _set(mapping, user_key, user)
    if password is not None:
        _set(mapping, password_key, password)


def _set(mapping: dict[str, Value], key: str, value: Value) -> None:
    """Sets ``key``, whichever way it was written: of two spellings the installer would take one or the other."""
    for written in [name for name in mapping if name.casefold() == key.casefold()]:
        del mapping[written]
    mapping[key] = value


def _mapping(value: Value, *path: str) -> dict[str, Value] | None:
    found = value_in_any_case(value, path)
    return found if isinstance(found, dict) else None


def _copy(value: Value) -> Value:
    if isinstance(value, dict):
        return {key: _copy(below) for key, below in value.items()}
    return [_copy(below) for below in value] if isinstance(value, list) else value
