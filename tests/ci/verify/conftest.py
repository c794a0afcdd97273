from __future__ import annotations

from pathlib import Path

import pytest

from antrea_ci.model.effective import Cluster, load
from support.programs import program
from support.small import cluster_repo


@pytest.fixture(scope="session")
def openshift(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """Three and three nodes on vSphere, called ocp.example.com."""
    return load(cluster_repo(tmp_path_factory.mktemp("openshift")))


@pytest.fixture(scope="session")
def kubernetes(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    return load(cluster_repo(tmp_path_factory.mktemp("kubernetes"), flavour="kubernetes"))


@pytest.fixture
def kubectl() -> Path:
    """A real one."""
    return program("kubectl")
