"""What people are told to run next works as it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from antrea_ci.install.again import Again
from antrea_ci.install.request import Request
from antrea_ci.repo import ClusterRepo


def test_options_of_this_call_are_those_of_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    request = Request(work_dir=Path("my work"), installer=Path("bin/openshift-install"), no_vault=True)
    again = Again.of(ClusterRepo(Path()), request)
    work = f"--work-dir '{tmp_path}/my work'"
    options = f"{work} --installer {tmp_path}/bin/openshift-install --no-vault"
    assert again.resume == f"`antrea-gitops install --resume {options}`"
    assert again.destroy("ocp") == f"`antrea-gitops destroy --confirm ocp {options}`"
    assert again.credentials == f"`antrea-gitops credentials {work}`"


def test_whoever_is_elsewhere_is_led_to_the_repository(tmp_path: Path) -> None:
    assert Again.of(ClusterRepo(tmp_path), Request()).resume == f"`cd {tmp_path} && antrea-gitops install --resume`"
