"""Rules about the proxy (validateProxy, validateURI, validateIPProxy)."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from antrea_ci.findings import Finding
from antrea_ci.install_config.config import Config, Steps
from antrea_ci.install_config.dns import subdomain_fault
from antrea_ci.install_config.urls import UrlError, split_url
from antrea_ci.install_config.values import enumeration
from antrea_ci.values import text_at

_PROXY, _NO_PROXY = ("proxy",), ("proxy", "noProxy")
_SCHEMES = {"httpProxy": ["http"], "httpsProxy": ["http", "https"]}
_ADDRESSES_SINCE = 13
_DEFAULT_NETWORKS = {"clusterNetwork": "10.128.0.0/14", "serviceNetwork": "172.30.0.0/16"}


def findings(config: Config) -> Iterator[Finding]:
    """What is wrong with the section ``proxy``."""
    if not isinstance(config.at(*_PROXY), dict):
        return
    if all(config.lacks(*_PROXY, key) for key in _SCHEMES):
        message = "has neither httpProxy nor httpsProxy"
        yield config.finding("proxy", _PROXY, message, key=True, fix="add one of them, or remove the section")
    for key, schemes in _SCHEMES.items():
        if url := config.text(*_PROXY, key):
            yield from _url(config, (*_PROXY, key), url, schemes)
    if config.text(*_NO_PROXY) not in ("", "*"):
        yield from _no_proxy(config, config.text(*_NO_PROXY))


def _url(config: Config, path: Steps, url: str, schemes: list[str]) -> Iterator[Finding]:
    """The URL may hold a password, so it is not shown."""
    try:
        scheme, host = split_url(url)
    except UrlError as error:
        yield config.finding("proxy", path, str(error), fix="write it as http://proxy.example.com:3128")
        return
    if scheme not in schemes:
        what = f"starts with {scheme!r}" if "://" in url else "has no scheme"
        message = f"{what}; it must start with {enumeration(f'{name}://' for name in schemes)}"
        yield config.finding("proxy", path, message, fix="write it as http://proxy.example.com:3128")
    elif inside := _network_around(config, host):
        message = f"names the address {host}, which is in the cluster's {inside}"
        yield config.finding("proxy", path, message, fix="write an address outside the cluster's networks")


def _network_around(config: Config, host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return ""
    for kind, default in _DEFAULT_NETWORKS.items():
        items = config.items("networking", kind)
        texts = [item if isinstance(item, str) else text_at(item, ("cidr",)) for item in items] or [default]
        if any(_holds(text, address) for text in texts):
            return kind
    return ""


def _holds(network: str, address: IPv4Address | IPv6Address) -> bool:
    try:
        return address in ip_network(network, strict=False)
    except ValueError:
        return False


def _no_proxy(config: Config, text: str) -> Iterator[Finding]:
    faults = ["holds blanks"] if " " in text else []
    items = dict.fromkeys(part.strip() for part in text.split(","))
    faults += [
        f"has the entry {item!r}" if item else "has an empty entry"
        for item in items
        if not _is_exception(item, config.minor)
    ]
    if faults:
        what = "each entry must be a domain (`.example.com` for all below it), an address or a network"
        mended = _mended(text)
        is_mended = bool(mended) and all(_is_exception(item, config.minor) for item in mended)
        fix = f"write `{','.join(mended)}`" if is_mended else ""
        yield config.finding("no-proxy", _NO_PROXY, f"{', '.join(faults)}; {what}", fix=fix)


def _mended(text: str) -> list[str]:
    parts = (part.removeprefix("*") for part in text.replace(",", " ").split())
    return [part for part in parts if part]


def _is_exception(item: str, minor: int) -> bool:
    """Whether the installer takes this entry; a plain IPv6 address only from 4.13 on."""
    if not subdomain_fault(item.removeprefix(".").removesuffix(".")):
        return True
    address, slash, prefix = item.partition("/")
    if "%" in item or (slash and not prefix.isdecimal()) or (not slash and minor < _ADDRESSES_SINCE):
        return False
    try:
        return bool(ip_network(item, strict=False) if slash else ip_address(address))
    except ValueError:
        return False
