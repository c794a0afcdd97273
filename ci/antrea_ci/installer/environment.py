"""The environment of openshift-install: an allow-list (facts/installer.yaml), for it may hold no secret it needs not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from antrea_ci.model.effective import Cluster


def installer_environment(cluster: Cluster, environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The whole environment of the installer; its HOME and TMPDIR are made below the work folder ``folder``."""
    raise NotImplementedError


def ignored_variables(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Variables of the installer that are set and not passed on, by name: the user may believe that they count."""
    raise NotImplementedError
