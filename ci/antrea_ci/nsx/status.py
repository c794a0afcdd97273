"""What a cluster and NSX say of phase 2, and the record of the last look."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import cast

from antrea_ci.files import write_atomically
from antrea_ci.repo import ClusterRepo
from antrea_ci.verify.check import Check, State
from antrea_ci.wording import as_json

_FILE = "nsx.json"


class Joined(StrEnum):
    """Whether a cluster is part of NSX."""

    NO = "not registered"
    COMING = "being registered"
    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class NsxStatus:
    """One look. ``looked`` is when, in UTC (ISO 8601); ``cluster_id`` what NSX gave it; ``expires`` of its certificate.

    ``checks`` are in the order of reports; none of this is secret.
    """

    cluster: str
    looked: str
    variant: str
    joined: Joined
    cluster_id: str = ""
    common_name: str = ""
    expires: date | None = None
    managers: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()

    @property
    def succeeded(self) -> bool:
        """Whether nothing failed; what could not be looked at does not count."""
        return all(check.state is not State.FAILED for check in self.checks)

    def as_json(self) -> dict[str, object]:
        """The form of ``--format json`` and of report/nsx.json."""
        plain = asdict(self)
        return {**plain, "joined": self.joined.value, "expires": self.expires.isoformat() if self.expires else None}

    def as_text(self) -> list[str]:
        """The lines for people: a headline, each check, and for what is not well why that matters and what to do."""
        lines = [f"{self.cluster} in NSX: {self.joined.value}"]
        for check in self.checks:
            lines.append(f"  {check.state.value:<7} {check.name}: {check.message}")
            parts = (("why", check.why), ("fix", check.fix))
            lines += [f"          {name}: {text}" for name, text in parts if text and check.state is not State.OK]
        return lines


def write_record(repo: ClusterRepo, status: NsxStatus) -> None:
    """Writes report/nsx.json, redacted, in one step."""
    from antrea_ci import redaction

    repo.report.mkdir(exist_ok=True)
    text = as_json(redaction.strings(status.as_json()))
    write_atomically(repo.report / _FILE, f"{text}\n".encode())


def last_look(repo: ClusterRepo) -> NsxStatus | None:
    """What report/nsx.json recorded; None where there is none, or none that can be read."""
    try:
        read = cast("object", json.loads((repo.report / _FILE).read_bytes()))
        return _of_json(cast("Mapping[str, object]", read)) if isinstance(read, dict) else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _of_json(read: Mapping[str, object]) -> NsxStatus:
    def texts(name: str) -> tuple[str, ...]:
        return tuple(str(one) for one in cast("list[object]", read.get(name) or []))

    expires = read.get("expires")
    return NsxStatus(
        cluster=str(read["cluster"]),
        looked=str(read["looked"]),
        variant=str(read["variant"]),
        joined=Joined(str(read["joined"])),
        cluster_id=str(read.get("cluster_id") or ""),
        common_name=str(read.get("common_name") or ""),
        expires=date.fromisoformat(str(expires)) if expires else None,
        managers=texts("managers"),
        images=texts("images"),
        checks=tuple(_check(one) for one in cast("list[Mapping[str, object]]", read.get("checks") or [])),
    )


def _check(read: Mapping[str, object]) -> Check:
    return Check(
        str(read["name"]),
        State(str(read["state"])),
        str(read.get("message") or ""),
        str(read.get("why") or ""),
        str(read.get("fix") or ""),
    )
