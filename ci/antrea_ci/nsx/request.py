"""What `nsx apply`, `nsx renew` and `nsx remove` were asked for."""

from __future__ import annotations

from dataclasses import dataclass

from antrea_ci.apply.request import ChangeRequest

TIMEOUT_SECONDS = 900.0


@dataclass(frozen=True)
class Request(ChangeRequest):
    """The options. ``create_identity``, ``again``, ``with_identity`` and ``cluster_gone`` are of one verb each."""

    timeout: float = TIMEOUT_SECONDS
    create_identity: bool = False
    again: bool = False
    with_identity: bool = False
    cluster_gone: bool = False
