"""What NSX Manager answers, read into what phase 2 asks about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from antrea_ci.values import items_at, mapping_at, text_at, value_at
from antrea_ci.yamlio import Value

Json: TypeAlias = dict[str, Value]


@dataclass(frozen=True)
class Identity:
    """A principal identity. ``roles`` hold for the whole of NSX."""

    id: str
    name: str
    node_id: str
    certificate_id: str
    roles: tuple[str, ...]

    @classmethod
    def of(cls, read: Value) -> Identity:
        """From its JSON; `role` is how NSX before 3.2 says it."""
        listed = [
            text_at(role, ("role",))
            for path in items_at(read, ("roles_for_paths",))
            for role in items_at(path, ("roles",))
            if text_at(path, ("path",)) == "/"
        ]
        roles = listed or [text_at(read, ("role",))]
        return cls(
            id=text_at(read, ("id",)),
            name=text_at(read, ("name",)),
            node_id=text_at(read, ("node_id",)),
            certificate_id=text_at(read, ("certificate_id",)),
            roles=tuple(filter(None, roles)),
        )


@dataclass(frozen=True)
class Stored:
    """A certificate that NSX keeps. ``is_used``: something of NSX goes by it."""

    id: str
    pem: str
    is_used: bool

    @classmethod
    def of(cls, read: Value) -> Stored:
        """From its JSON."""
        return cls(text_at(read, ("id",)), text_at(read, ("pem_encoded",)), bool(items_at(read, ("used_by",))))


@dataclass(frozen=True)
class ControlPlane:
    """A cluster that is registered. ``body`` is all that NSX says of it, for an update."""

    name: str
    cluster_id: str
    certificate: str
    body: Json = field(repr=False)

    @classmethod
    def of(cls, read: Json) -> ControlPlane:
        """From its JSON."""
        return cls(text_at(read, ("id",)), text_at(read, ("node_id",)), text_at(read, ("certificate",)), read)


_PARTS = {
    "controller_status": "antrea-controller",
    "mp_adapter_status": "mp-adapter",
    "ccp_adapter_status": "ccp-adapter",
}


@dataclass(frozen=True)
class Health:
    """What NSX has heard of a cluster: its parts by name, each HEALTHY, DEGRADED, FAILED or UNKNOWN; ``faults`` are
    the words of those conditions that are not well; ``agents`` counts by state."""

    parts: dict[str, str]
    agents: dict[str, int]
    faults: tuple[str, ...]

    @property
    def is_up(self) -> bool:
        """Whether all parts that are told are well; NSX shows such a cluster as Up."""
        return bool(self.parts) and all(state == "HEALTHY" for state in self.parts.values())

    @classmethod
    def of(cls, read: Json) -> Health:
        """From its JSON (AntreaClusterInfo)."""
        parts = {name: text_at(read, (key, "status")) or "UNKNOWN" for key, name in _PARTS.items() if key in read}
        counts = mapping_at(read, ("agent_info",))
        agents = {name.partition("_")[0]: number for name, number in counts.items() if isinstance(number, int)}
        conditions = [one for key in _PARTS for one in items_at(read, (key, "conditions"))]
        return cls(parts, agents, tuple(_told(one) for one in conditions if text_at(one, ("status",)) == "UNHEALTHY"))


def _told(condition: Value) -> str:
    words = [text_at(condition, (key,)) for key in ("condition_type", "reason", "message")]
    return ": ".join(filter(None, words))


def said(read: Value) -> str:
    """What a refusal says; empty where it says nothing that NSX would."""
    related = [text_at(one, ("error_message",)) for one in items_at(read, ("related_errors",))]
    words = [text_at(read, ("error_message",)) or text_at(read, ("details",)), *related]
    return "; ".join(filter(None, words))


def is_of_nsx(read: Value) -> bool:
    """Whether a refusal is worded as NSX words them."""
    return any(value_at(read, (key,)) is not None for key in ("error_code", "httpStatus", "error_message"))
