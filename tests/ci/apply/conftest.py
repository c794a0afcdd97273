"""What these tests share: programs that do not wait for longer than a test server needs."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from support.api_server import Server
from support.living import Living, living


@pytest.fixture(scope="module")
def running(started_api_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Generator[Living]:
    """A cluster that is as its repository says: whoever changes one of them leaves it so."""
    with living(started_api_server, tmp_path_factory.mktemp("living")) as found:
        yield found
    started_api_server.wipe()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pods of a test run at once, and its operator acts at once."""
    for name in ("transfer", "room"):
        monkeypatch.setattr(f"antrea_ci.verify.{name}._PAUSE_SECONDS", 0.1)
    monkeypatch.setattr("antrea_ci.verify.settle._PAUSE_SECONDS", 0.5)
    monkeypatch.setattr("antrea_ci.apply.engine._SETTLING_SECONDS", 1.0)
    monkeypatch.setattr("antrea_ci.apply.waits.DEGRADED_SECONDS", 1.0)
    monkeypatch.setattr("antrea_ci.apply.waits.FORMERLY_DEGRADED_SECONDS", 2.0)
    monkeypatch.setattr("antrea_ci.kube.waiting._LONGEST_PAUSE", 0.5)
    # What Antrea made is seventeen questions of a report, which other tests put.
    monkeypatch.setattr("antrea_ci.verify.created.created", lambda _: ())
