"""What works where there is no network at all: the one interface that the kernel shows is loopback, and it is down."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.repos import ROOT
from support.vaults import new_key

ARTICLE = ROOT / "docs/examples/article.answers.yml"


def unshared() -> list[str]:
    """What runs a command without network; as root, or as a user where the system lets users have namespaces."""
    for command in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        if (
            shutil.which("unshare")
            and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
        ):
            return command
    pytest.skip("this system gives a process no network of its own")


def test_a_repository_is_made_changed_checked_compared_drawn_and_backed_up(kustomize: Path, tmp_path: Path):
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}/ci:{ROOT}/generator",
        "PATH": f"{kustomize.parent}:{os.environ['PATH']}",
    }
    tool = [*unshared(), sys.executable, "-m", "antrea_generator"]

    def run(*argv: str) -> str:
        done = subprocess.run(
            [*tool, *argv], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (argv, done.stdout, done.stderr)
        return done.stdout

    run("new", "ocp", "--defaults", "--data-file", str(ARTICLE), "--data", f"backup_recipients={new_key().recipient}")
    path = tmp_path / "ocp" / "cluster.yaml"
    path.write_text(path.read_text().replace("trafficEncapMode: encap", "trafficEncapMode: noEncap"))
    run("-C", "ocp", "render")
    assert "restarts-agents" in run("-C", "ocp", "diff")
    assert "0 errors" in run("-C", "ocp", "check")
    assert "6443" in run("-C", "ocp", "firewall", "report")
    assert "antrea-operator" in run("-C", "ocp", "images", "plan")
    run("-C", "ocp", "report")
    assert "<svg" in (tmp_path / "ocp/report/cluster.html").read_text()
    run("-C", "ocp", "backup", "create")
    assert "stored" in run("-C", "ocp", "backup", "list")
