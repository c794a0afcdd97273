"""The repository that pipelines run in is made once a worker; each test has a copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.hosted import Hosted, make_hosted


@pytest.fixture(scope="session")
def hosted_once(isolation: None, kustomize: Path, tmp_path_factory: pytest.TempPathFactory) -> Hosted:
    return make_hosted(tmp_path_factory.mktemp("hosted"))


@pytest.fixture
def hosted(hosted_once: Hosted, tmp_path: Path) -> Hosted:
    """A repository with its origin, to be changed."""
    return hosted_once.copy(tmp_path / "hosted")
