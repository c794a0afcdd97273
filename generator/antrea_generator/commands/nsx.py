"""`antrea-gitops nsx prepare|check|apply|status|renew|remove`."""

from __future__ import annotations

from typing import ClassVar

import click

from antrea_generator.lazy import LazyGroup


class _Verbs(LazyGroup):
    modules: ClassVar = {
        "prepare": ("nsx_prepare", "Take the vendor's archive, make overlay, rendered objects, key and certificate."),
        "check": ("nsx_check", "Say what would keep the cluster from joining NSX, or will soon part it from NSX."),
        "apply": ("nsx_cluster:apply", "Join the cluster to NSX, or carry a merged change to it."),
        "status": ("nsx_cluster:status", "Say what the cluster and NSX say of each other."),
        "renew": ("nsx_cluster:renew", "Bring the next certificate to NSX and to the cluster."),
        "remove": ("nsx_cluster:remove", "Take the cluster out of NSX, by the deregister job first."),
    }


@click.group(name="nsx", cls=_Verbs, epilog="Example: antrea-gitops nsx prepare antrea-interworking-0.13.0.zip")
def command() -> None:
    """Phase 2: join the cluster to NSX, at any time after its installation."""
