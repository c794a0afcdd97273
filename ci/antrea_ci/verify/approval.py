"""What one round over the certificate requests of nodes did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LeftRequest:
    """A pending request of a kubelet that nobody can tell to be of this cluster: ``why``, and how a person approves."""

    name: str
    why: str
    command: str


@dataclass(frozen=True)
class Approvals:
    """The names of the requests that were approved, and those that were left for a person to decide."""

    approved: tuple[str, ...] = ()
    left: tuple[LeftRequest, ...] = ()
