"""Ignition configs: every manifest as a file of the bootstrap machine, and the checks that are made on the way."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

from .store import FetchError

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from typing import Any


def ignition(files: Mapping[str, bytes], **more: Any) -> bytes:
    """An ignition config of version 3.2.0 with files by their path on the machine."""
    entries = [
        {
            "overwrite": True,
            "path": path,
            "user": {"name": "root"},
            "contents": {"source": "data:text/plain;charset=utf-8;base64," + base64.b64encode(data).decode()},
            "mode": 0o600 if "/tls/" in path or "/auth/" in path else 0o644,
        }
        for path, data in sorted(files.items())
    ]
    return json.dumps({"ignition": {"version": "3.2.0"}, **more, "storage": {"files": entries}}).encode()


def pointer(full_name: str, role: str, ca: str) -> bytes:
    """What a machine starts with: where its real config is, and whom to trust for it."""
    source = "data:text/plain;charset=utf-8;base64," + base64.b64encode(ca.encode()).decode()
    ignition = {
        "config": {"merge": [{"source": f"https://api-int.{full_name}:22623/config/{role}"}]},
        "security": {"tls": {"certificateAuthorities": [{"source": source}]}},
        "version": "3.2.0",
    }
    return json.dumps({"ignition": ignition}).encode()


def overrides(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """The objects that the cluster's operators shall leave alone: one per file, the first document of it.

    ``FetchError`` for a file that is no object, and for two files of one object; files without any object count as one.
    """
    seen: dict[tuple[str, str, str, str], str] = {}
    result: list[dict[str, Any]] = []
    for name, data in files.items():
        found = _object(name, data)
        metadata = found.get("metadata") or {}
        group = found.get("apiVersion", "").rpartition("/")[0]
        kind, namespace, title = found.get("kind", ""), metadata.get("namespace", ""), metadata.get("name", "")
        if (group, kind, namespace, title) in seen:
            raise FetchError(
                f"multiple manifests for group {group} kind {kind} namespace {namespace} name {title}:"
                f" {seen[group, kind, namespace, title]}, {name}"
            )
        seen[group, kind, namespace, title] = name
        result.append({"kind": kind, "group": group, "namespace": namespace, "name": title, "unmanaged": True})
    return result


def _object(name: str, data: bytes) -> dict[str, Any]:
    import yaml

    loader = yaml.CSafeLoader(data)
    try:
        found = loader.get_data() if loader.check_data() else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = (mark.line if mark else 0) + isinstance(error, yaml.scanner.ScannerError)
        where = f"line {line}: " if line else ""
        raise FetchError(
            f'could not unmarshal "{name}": error converting YAML to JSON: yaml: {where}{error.problem}'
        ) from error
    if not found:
        return {}
    if not isinstance(found, dict) or "kind" not in found:
        shown = json.dumps(found, separators=(",", ":"), default=str)
        raise FetchError(
            f'could not unmarshal "{name}": error unmarshaling JSON: while decoding JSON:'
            f" Object 'Kind' is missing in '{shown}'"
        )
    return found
