"""Clusters whose rules are asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from antrea_ci.model.effective import Cluster, load
from support.small import INSTALL_CONFIG, cluster_repo


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """OpenShift on vSphere with Antrea 1.14.1."""
    return load(cluster_repo(tmp_path_factory.mktemp("rules") / "ocp"))


@pytest.fixture
def other(tmp_path: Path) -> Callable[..., Cluster]:
    """A cluster with another install-config or other sections of cluster.yaml."""

    def made(config: dict[str, Any] | None = None, **sections: Any) -> Cluster:
        repo = cluster_repo(tmp_path / "other", **sections)
        if config:
            repo.install_config_file.write_text(yaml.safe_dump({**yaml.safe_load(INSTALL_CONFIG), **config}))
        return load(repo)

    return made
