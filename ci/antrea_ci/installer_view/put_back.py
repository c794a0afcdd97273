"""Whether an install-config.yaml beside manifests/ makes the installer throw them away (DOMAIN 6.1)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from enum import Enum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import cast

from antrea_ci.installer_view import known
from antrea_ci.values import mapping_at, text_at
from antrea_ci.yamlio import Value, YamlError, parse

CONFIG = "install-config.yaml"
STATE = ".openshift_install_state.json"
_ASSET = "*installconfig.InstallConfig"
_LENGTH = ".length"


class Verdict(Enum):
    """``SAME``: harmless; ``CHANGED``: the manifests are discarded; ``UNKNOWN``: it cannot be told from the files."""

    SAME = "same"
    CHANGED = "changed"
    UNKNOWN = "unknown"


def verdict(folder: Path) -> tuple[Verdict, str]:
    """How the install-config beside the manifests of ``folder`` compares with the one that made them; and the key.

    That one stands in the state file, or, without its secrets, in manifests/cluster-config.yaml.
    """
    try:
        given = parse((folder / CONFIG).read_bytes(), CONFIG).mapping
        made = _from_state(folder) or _from_manifest(folder)
    except YamlError:
        return Verdict.UNKNOWN, ""
    return _compared(given, made) if made else (Verdict.UNKNOWN, "")


def _compared(given: Mapping[str, Value], made: Mapping[str, Value]) -> tuple[Verdict, str]:
    mine, theirs = (dict(_leaves(dict(value))) for value in (given, made))
    for path in sorted(mine.keys() & theirs.keys()):
        if _normal(mine[path]) != _normal(theirs[path]) and not (_is_secret(path) and not theirs[path]):
            return Verdict.CHANGED, path.removesuffix(_LENGTH)
    unsure = [path for path in mine.keys() - theirs.keys() if _in(path, "rewritten")]
    for path in sorted(mine.keys() - theirs.keys() - {*unsure}):
        if not _is_secret(path):
            return Verdict.CHANGED, path.removesuffix(_LENGTH)
    unsure += [path for path in theirs.keys() - mine.keys() if not _is_default(path, theirs[path])]
    return (Verdict.UNKNOWN, min(unsure)) if unsure else (Verdict.SAME, "")


def _leaves(value: Value, path: str = "") -> Iterator[tuple[str, Value]]:
    """Every value that says something, by its dotted path; empty ones are as good as absent."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        yield f"{path}{_LENGTH}", len(value)
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}.{index}")
    elif value not in (None, "", False):
        yield path, value


def _normal(value: Value) -> Value:
    return value.strip() if isinstance(value, str) else value


def _is_default(path: str, value: Value) -> bool:
    if path.startswith("compute.") and path.endswith(_LENGTH):
        return value == 1
    defaults = known.mapping("install_config", "defaults")
    return _is_secret(path) or any(fnmatchcase(path, key) and value == item for key, item in defaults.items())


def _is_secret(path: str) -> bool:
    return path.rpartition(".")[2] in known.texts("install_config", "secret")


def _in(path: str, names: str) -> bool:
    return not set(path.split(".")).isdisjoint(known.texts("install_config", names))


def read_state(folder: Path) -> dict[str, Value] | None:
    """What the installer's state file holds; None where the installer could not read it, {} where there is none."""
    path = folder / STATE
    if not path.is_file():
        return {}
    try:
        state = cast("Value", json.loads(path.read_bytes()))
    except (OSError, ValueError, RecursionError):
        return None
    if state is None:  # Go takes null for a map without entries
        return {}
    return state if isinstance(state, dict) else None


def _from_state(folder: Path) -> dict[str, Value]:
    """The install-config of the state file, with the defaults filled in; empty where there is none."""
    state = read_state(folder) or {}
    written = text_at(state, (_ASSET, "file", "Data"))
    try:
        text = base64.b64decode(written)
    except binascii.Error:
        text = b""
    return parse(text, STATE).mapping if text else mapping_at(state, (_ASSET, "config"))


def _from_manifest(folder: Path) -> dict[str, Value]:
    path = folder / known.MANIFESTS / known.text("needed")
    if not path.is_file():
        return {}
    holder = parse(path.read_bytes(), path.name).mapping
    return parse(text_at(holder, ("data", "install-config")), path.name).mapping
