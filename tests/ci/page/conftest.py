"""A cluster with a past, made once and not to be changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from antrea_ci.page import Page, document
from support.cluster_pages import Read, lived_in, page_of, read
from support.vaults import Site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return lived_in(tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def page(site: Site) -> Page:
    return page_of(site.repo)


@pytest.fixture(scope="module")
def shown(page: Page) -> Read:
    return read(document(page))


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A repository to which nothing has happened yet, outside of Git."""
    from support.small import cluster_repo

    return cluster_repo(tmp_path / "fresh").root
