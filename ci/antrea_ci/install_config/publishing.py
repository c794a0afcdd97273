"""Rules about how the cluster is published, about its credentials, and about the type of its network."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.findings import Finding
from antrea_ci.install_config.config import Config
from antrea_ci.install_config.values import enumeration, known, listed, texts
from antrea_ci.suggest import did_you_mean

_PUBLISH, _OPERATORS, _MODE = ("publish",), ("operatorPublishingStrategy",), ("credentialsMode",)
_NETWORK_TYPE = ("networking", "networkType")
_STRATEGIES = ("External", "Internal")


def findings(config: Config) -> Iterator[Finding]:
    """What is wrong with them."""
    yield from _publish(config)
    yield from _operators(config)
    yield from _credentials(config)
    yield from _network_type(config)


def _publish(config: Config) -> Iterator[Finding]:
    publish, strategies = config.text(*_PUBLISH), known("publish", config.minor)
    if publish and publish not in strategies:
        message = f"is {publish!r}; it must be {enumeration(strategies)}{did_you_mean(publish, strategies)}"
        yield config.finding("publish", _PUBLISH, message)
    elif publish and (platforms := texts("publish", publish, "platforms")) and config.platform not in platforms:
        message = f"is {publish!r}, which is not possible on {config.platform or 'no platform'}"
        yield config.finding("publish", _PUBLISH, message, fix="remove it")
    elif publish == "Mixed" and not config.mapping(*_OPERATORS):
        message = "is 'Mixed', which needs `operatorPublishingStrategy`"
        yield config.finding("publish", _PUBLISH, message, fix="add it")


def _operators(config: Config) -> Iterator[Finding]:
    if not isinstance(config.at(*_OPERATORS), dict):
        return
    if config.text(*_PUBLISH) != "Mixed":
        yield config.finding("publish", _OPERATORS, "is possible with `publish: Mixed` only", key=True, fix="remove it")
    chosen = {key: config.text(*_OPERATORS, key) or "External" for key in ("apiserver", "ingress")}
    for key, value in chosen.items():
        if value not in _STRATEGIES:
            message = f"is {value!r}; it must be {enumeration(_STRATEGIES)}"
            yield config.finding("publish", (*_OPERATORS, key), message)
    if set(chosen.values()) == {"Internal"}:
        message = "makes both internal; that is `publish: Internal`"
        yield config.finding("publish", _OPERATORS, message, key=True, fix="write `publish: Internal` and remove it")


def _credentials(config: Config) -> Iterator[Finding]:
    mode = config.text(*_MODE)
    if not mode or not config.platform:
        return
    modes = texts("credentials_modes", config.platform)
    if not modes:
        message = f"is {mode!r}; on {config.platform} it cannot be set"
        yield config.finding("credentials-mode", _MODE, message, key=True, fix="remove it")
    elif mode not in modes:
        message = f"is {mode!r}; on {config.platform} it must be {enumeration(modes)}"
        yield config.finding("credentials-mode", _MODE, message)


def _network_type(config: Config) -> Iterator[Finding]:
    wanted, value = listed("network_type"), config.at(*_NETWORK_TYPE)
    if value != wanted and isinstance(value, str | None) and isinstance(config.at("networking"), dict | None):
        what = f"is {value!r}" if value else config.absence(*_NETWORK_TYPE)
        yield config.finding("network-type", _NETWORK_TYPE, f"{what}, it must be {wanted!r}")
