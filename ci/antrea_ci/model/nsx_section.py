"""The section `nsx` of cluster.yaml: phase 2."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field

from antrea_ci.model.part import Part


def _path(text: str) -> str:
    if not text.startswith("/") or text != text.strip() or text.endswith("/"):
        raise ValueError(
            f"{text!r} is no path of NSX; write it as NSX shows it, such as /orgs/default/projects/p1/vpcs/v1"
        )
    return text


NsxPath: TypeAlias = Annotated[str, AfterValidator(_path)]


class Nsx(Part):
    """Phase 2: whether the cluster joins NSX, through which managers, and under which name."""

    enabled: bool = False
    managers: tuple[str, ...] = Field(
        default=(), strict=False, description="The addresses of all managers, not the virtual address of their cluster."
    )
    clusterName: str | None = Field(
        default=None,
        min_length=1,
        description="The name in NSX, which the certificate has too; left out: the cluster's name. Unique in one NSX.",
    )
    vpcPath: NsxPath | None = Field(
        default=None,
        description="The project or VPC that holds the cluster's inventory, as NSX shows its path; "
        "older interworking releases call it vhcPath.",
    )
