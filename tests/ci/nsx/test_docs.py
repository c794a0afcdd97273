"""docs/nsx.md is tried: its commands are run in their order against a real API server and a double of NSX Manager."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from support.api_server import Server
from support.joining import NAME, joining, renewed
from support.repos import ROOT, run

pytestmark = pytest.mark.xdist_group("api-server")
# The archive is taken when the repository is made; `check` asks machines that are not here.
_ELSEWHERE = ("nsx prepare ~", "nsx check")


def commands() -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / "docs" / "nsx.md").read_text(), re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines()]


def test_its_commands_lead_a_cluster_into_nsx_and_out_again(
    tmp_path: Path, api_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    with joining(tmp_path, api_server, monkeypatch) as cluster:
        monkeypatch.setenv("ANTREA_GITOPS_KUBECONFIG", api_server.kubeconfig.read_text())
        for line in commands():
            words = shlex.split(line.replace("--confirm ocp", f"--confirm {NAME}"))
            assert words.pop(0) == "antrea-gitops"
            if " ".join(words).startswith(_ELSEWHERE):
                continue
            if "--renew" in words:
                renewed(cluster, tmp_path, monkeypatch)
                continue
            done = run(*words, cwd=cluster.repo.root)
            assert done.code == 0, (line, done.err)
            ran.append(words[1])
        assert ran == ["apply", "apply", "status", "renew", "remove"]
        assert cluster.runs == ["register", "deregister"]
        assert cluster.nsx.planes == cluster.nsx.identities == cluster.nsx.certificates == {}
