"""Rules about who may reach what: pull secret, SSH keys, FIPS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NoReturn, cast

from antrea_ci.findings import Finding, Severity
from antrea_ci.install_config.config import Config
from antrea_ci.install_config.ssh_keys import Line, key_lines
from antrea_ci.install_config.values import enumeration, texts
from antrea_ci.values import mapping_at
from antrea_ci.yamlio import Value

_PULL_SECRET, _SSH_KEY, _FIPS = ("pullSecret",), ("sshKey",), ("fips",)
_HOST_CHECKED_SINCE = 16
_ADD = "add the pull secret as one line of JSON in single quotes"


def findings(config: Config) -> Iterator[Finding]:
    """What is wrong with them; what a repository has injected later may be absent there."""
    yield from _pull_secret(config)
    yield from _ssh_key(config)
    yield from _fips(config)


def _pull_secret(config: Config) -> Iterator[Finding]:
    secret = config.text(*_PULL_SECRET)
    if config.lacks(*_PULL_SECRET):
        if not config.in_repository or config.at(*_PULL_SECRET) == "":
            yield config.finding("required", _PULL_SECRET, config.absence(*_PULL_SECRET), fix=_ADD)
    elif secret:
        fault, fix = _pull_secret_fault(secret)
        if fault:
            yield config.finding("pull-secret", _PULL_SECRET, fault, fix=fix)


def _pull_secret_fault(secret: str) -> tuple[str, str]:
    """What is wrong and how to mend it; nothing of the secret but the names of registries is shown."""
    try:
        value = cast("Value", json.loads(secret, parse_constant=_no_constant, object_pairs_hook=_as_go))
    except ValueError as error:
        place = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        return f"is no JSON{place}", "copy it again as one line, and put it into single quotes"
    except RecursionError:
        return "is nested too deeply", "copy it again"
    if not isinstance(value, dict):
        return 'is no JSON object with "auths"', 'write it as {"auths": {"REGISTRY": {"auth": "..."}}}'
    auths = value.get("auths")
    if not isinstance(auths, dict):
        return 'has no object "auths"', 'write it as {"auths": {"REGISTRY": {"auth": "..."}}}'
    if not auths:
        return 'names no registry in "auths"', "log in to the registries that the nodes pull from, and copy the file"
    bare = [name for name, entry in auths.items() if not {"auth", "credsStore"} & mapping_at(entry, ()).keys()]
    return (f'has neither "auth" nor "credsStore" for {enumeration(sorted(bare))}', "") if bare else ("", "")


def _as_go(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    """An object as Go decodes it: "auths" in any case, and two of them become one."""
    found: dict[str, Value] = {}
    for name, value in pairs:
        key = "auths" if name.lower() == "auths" else name
        both = key == "auths" and isinstance(value, dict)
        found[key] = {**mapping_at(found.get(key), ()), **mapping_at(value, ())} if both else value
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _ssh_key(config: Config) -> Iterator[Finding]:
    text = config.text(*_SSH_KEY)
    if not text:
        return
    lines = key_lines(text)
    keys = [line for line in lines if line.type]
    if "PRIVATE KEY-----" in text:
        fix = "write the public key, from the file that ends in .pub; make a new pair, for this one is known now"
        yield config.finding("ssh-key", _SSH_KEY, "holds a private key", fix=fix)
    elif not keys:
        fix = "write the line of the file that ends in .pub, such as `ssh-ed25519 AAAA... name`"
        yield config.finding("ssh-key", _SSH_KEY, "holds no public SSH key", fix=fix)
    else:
        yield from _useless_lines(config, lines)
        yield from _fips_key(config, keys[0])


def _useless_lines(config: Config, lines: list[Line]) -> Iterator[Finding]:
    bad = [str(line.number) for line in lines if not line.type]
    if bad:
        lines_are = f"line {bad[0]} is" if len(bad) == 1 else f"lines {', '.join(bad)} are"
        message = f"holds more than public SSH keys: {lines_are} none"
        yield config.finding("ssh-key-line", _SSH_KEY, message, severity=Severity.WARNING)


def _fips_key(config: Config, key: Line) -> Iterator[Finding]:
    if config.at(*_FIPS) is True and key.type not in texts("fips_key_types"):
        message = f"is of the type {key.type}, which FIPS does not allow"
        yield config.finding("ssh-key-fips", _SSH_KEY, message, fix="write a key of the type rsa or ecdsa")


def _fips(config: Config) -> Iterator[Finding]:
    if config.at(*_FIPS) is True and config.minor >= _HOST_CHECKED_SINCE:
        message = "is true: the installer refuses to run on a host that is not in FIPS mode itself"
        yield config.finding("fips-host", _FIPS, message, severity=Severity.WARNING)
