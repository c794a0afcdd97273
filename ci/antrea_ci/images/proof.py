"""Reads the JSON of an image archive, and proves that its blobs are what their digests say."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from antrea_ci.bundle.errors import BundleError
from antrea_ci.bundle.streams import Bounded, decoding
from antrea_ci.images.members import ImageBudget, Member, Members
from antrea_ci.values import mapping_at, text_at, texts_at
from antrea_ci.yamlio import Value

_LARGEST_JSON = 8 << 20
_CHUNK = 1 << 20
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
AGAIN = "download or copy it again; if it stays so, ask who made it"


@dataclass(frozen=True)
class Reader:
    """The members of the archive ``label``."""

    label: str
    members: Members
    _unpacked: dict[str, str] = field(default_factory=dict[str, str])

    def fault(self, message: str, *, why: str = "", fix: str = AGAIN) -> BundleError:
        return BundleError(f"{self.label}: {message}", why=why, fix=fix)

    def member(self, name: str, owner: str) -> Member:
        """The file ``name``, which ``owner`` names."""
        found = self.members.get(name.removeprefix("./"))
        if found is None:
            raise self.fault(f"{owner} names {name!r}, which is not in it")
        return found

    def json(self, member: Member, name: str) -> Value:
        if member.size > _LARGEST_JSON:
            raise self.fault(f"{name} has {member.size:,} bytes; it should be a few thousand")
        try:
            return cast("Value", json.loads(member.file.read_bytes()))
        except (ValueError, RecursionError):
            raise self.fault(f"{name} is not JSON") from None

    def platform(self, config: Value, name: str) -> str:
        """Such as ``linux/amd64``."""
        parts = [text_at(config, (key,)) for key in ("os", "architecture")]
        if not all(parts):
            raise self.fault(f"the configuration {name} has no os and architecture")
        return "/".join(parts)

    def check_layers(self, config: Value, layers: Sequence[Member], name: str) -> None:
        """The unpacked layers are those that the configuration lists; what zstd packed is not looked into."""
        wanted = texts_at(mapping_at(config, ("rootfs",)), ("diff_ids",))
        if len(wanted) != len(layers):
            raise self.fault(f"the configuration {name} lists {len(wanted)} layers; {len(layers)} are there")
        for number, (layer, diff_id) in enumerate(zip(layers, wanted, strict=True), 1):
            found = self._unpacked.get(layer.digest) or self._unpacked_digest(layer)
            self._unpacked[layer.digest] = found
            if found and found != diff_id:
                raise self.fault(f"layer {number} unpacks to {found}; the configuration {name} says {diff_id}")

    def _unpacked_digest(self, layer: Member) -> str:
        with layer.file.open("rb") as stream:
            head = stream.read(4)
            if head.startswith(_ZSTD):
                return ""
            if not head.startswith(_GZIP):
                return layer.digest
            stream.seek(0)
            digest = hashlib.sha256()
            with decoding(f"{self.label}: the layer {layer.digest}"):
                plain = Bounded(gzip.GzipFile(fileobj=stream), ImageBudget(self.label, packed=layer.size))
                while data := plain.read(_CHUNK):
                    digest.update(data)
            return f"sha256:{digest.hexdigest()}"


def packing(layer: Member) -> str:
    """``gzip`` or ``zstd``; empty for a plain tar."""
    with layer.file.open("rb") as stream:
        head = stream.read(4)
    return "gzip" if head.startswith(_GZIP) else "zstd" if head.startswith(_ZSTD) else ""


def number_at(value: Mapping[str, Value], key: str) -> int:
    """The whole number at ``key``; -1 where there is none."""
    found = value.get(key)
    return found if isinstance(found, int) and not isinstance(found, bool) else -1
