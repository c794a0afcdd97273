"""A site of its own for each test, with a state folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.vaults import Site, make_site


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("ANTREA_GITOPS_AGE_IDENTITY", raising=False)
    return make_site(tmp_path)
