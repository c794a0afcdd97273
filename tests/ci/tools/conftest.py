from __future__ import annotations

from pathlib import Path

import pytest

from support.machine import isolate


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The only folder of PATH, empty; the cache is below ``tmp_path / "cache"``."""
    return isolate(monkeypatch, tmp_path)
