"""docs/images.md: its commands as written, against a registry on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from support.image_archives import Image, docker_save, write
from support.pages import steps_of
from support.programs import program, search_path
from support.registries import storage
from support.repos import ROOT
from support.small import cluster_repo

TAG = "v1.13.1_vmware.1"
EXAMPLE = "registry.example.com"


def test_the_commands_as_written(tmp_path: Path) -> None:
    program("skopeo")
    text = (ROOT / "docs/images.md").read_text()
    with storage() as host:
        names = {"operator": "antrea-operator", "antrea": "antrea-ubi"}
        images = {key: f"{host}/antrea/{name}:{TAG}" for key, name in names.items()}
        folder = cluster_repo(tmp_path / "ocp", images=images).root
        for name in names.values():
            files = docker_save({Image(name): [f"antrea/{name}:{TAG}"]})
            write(folder / f"{name}-{TAG}.tar.gz", files, packed=True)
        path = os.pathsep.join([str(Path(sys.executable).parent), search_path()])
        for step in steps_of(text.replace(EXAMPLE, host)):
            done = subprocess.run(
                ["bash", "-c", step.command],
                cwd=folder,
                env={**os.environ, "PATH": path},
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
            assert (done.returncode, step.lacks(done.stdout)) == (0, []), step.command + done.stdout + done.stderr
