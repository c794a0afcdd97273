"""The file name of a rendered object: unique, sorted, and never one that the installer makes itself (DOMAIN 6.2)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from antrea_ci.facts import facts
from antrea_ci.yamlio import Value

PREFIX = "cluster-network-04-antrea"
_LONGEST_NAME = 200  # bytes; file systems take 255, and staging adds to it


@dataclass(frozen=True, order=True)
class ObjectId:
    """What makes two manifests the same object."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return "/".join(part for part in (self.kind, self.namespace, self.name) if part)


def file_name(identity: ObjectId) -> str:
    """``cluster-network-04-antrea-NN-<kind>[-<group>][-<namespace>]-<name>.yaml``.

    It depends on the object alone, so adding one renames none. The group is added unless it is the kind's own in
    ``facts/kinds.yaml``. A short hash is added wherever letters had to be changed or cut.
    """
    rank, group = _rank_and_group(identity.kind)
    parts = [identity.kind.lower()]
    if identity.group != group:
        parts.append(identity.group)
    parts += [part for part in (identity.namespace, identity.name) if part]
    plain = "-".join(parts)
    safe = re.sub(r"[^a-z0-9.-]", "-", plain)
    if safe != plain or len(safe) > _LONGEST_NAME:
        digest = hashlib.sha256("\0".join([identity.group, identity.kind, identity.namespace, identity.name]).encode())
        safe = f"{safe[:_LONGEST_NAME]}-{digest.hexdigest()[:8]}"
    return f"{PREFIX}-{rank:02d}-{safe}.yaml"


def _rank_and_group(kind: str) -> tuple[int, str | None]:
    table = facts("kinds")
    entry = _mapping(table["kinds"]).get(kind)
    if entry is None:
        return int(str(table["other"])), None
    known = _mapping(entry)
    return int(str(known["rank"])), str(known["group"])


def _mapping(value: Value) -> dict[str, Value]:
    assert isinstance(value, dict)
    return value
