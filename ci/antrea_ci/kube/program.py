"""Which program speaks to the cluster."""

from __future__ import annotations

import shutil
from pathlib import Path

from antrea_ci.errors import MissingRequirementError
from antrea_ci.model.effective import Cluster
from antrea_ci.tools.find import ensure_tool
from antrea_ci.tools.lock import read_lock


def find_program(cluster: Cluster) -> Path:
    """oc at its locked version, else the oc and else the kubectl that PATH finds: all of them speak to any cluster.

    The locked one is fetched if its checksum is known, and is not gone without if what was fetched is another file.
    MissingRequirementError names the ways.
    """
    said = "tools.lock.yaml names no oc"
    lock = read_lock(cluster.repo.tools_lock_file)
    if "oc" in lock.tools:
        try:
            return ensure_tool("oc", lock)
        except MissingRequirementError as error:
            said = error.message
    for name in ("oc", "kubectl"):
        found = shutil.which(name)
        if found is not None:
            return Path(found).absolute()
    raise MissingRequirementError(
        f"neither oc nor kubectl is here: {said}, and PATH has none of them",
        why="the running cluster is looked at through one of them",
        fix="`antrea-gitops tools lock`, then `antrea-gitops tools install oc`; or put oc or kubectl into PATH",
    )
