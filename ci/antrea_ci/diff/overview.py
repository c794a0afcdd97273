"""What a reviewer wants to see of a state as a whole: its images and its networks."""

from __future__ import annotations

from collections.abc import Sequence

from antrea_ci.bundle.objects import BundleObject
from antrea_ci.image_references import Form, image_texts
from antrea_ci.model.effective import Cluster


def images(objects: Sequence[BundleObject]) -> list[str]:
    """Every image that the objects name, each once, in order."""
    found = (text for item in objects for text in image_texts(item))
    return sorted({text.text for text in found if text.form is Form.FIELD})


def networks(cluster: Cluster) -> list[str]:
    """The networks and virtual addresses, each behind what it is for."""
    plan = cluster.plan
    rows = (
        ("machineNetwork", plan.machine),
        ("clusterNetwork", plan.cluster),
        ("serviceNetwork", plan.service),
        ("API address", plan.api_vips),
        ("ingress address", plan.ingress_vips),
    )
    return [f"{what} {_entry(entry.usual, entry.host_prefix)}" for what, entries in rows for entry in entries]


def _entry(text: str, host_prefix: int | None) -> str:
    return f"{text}, /{host_prefix} a node" if host_prefix else text
