"""`.ci/setup.sh`: the version of requirements.txt and no other, with hashes where credentials are."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from support.repos import ROOT

HASHED = "antrea-gitops==1.2.3 \\\n    --hash=sha256:" + "ab" * 32 + "\n"
# Stand-ins, which write down how they were called.
PYTHON = """\
#!/bin/sh
echo "python3 $*" >>"$CALLS"
if [ "$2" = venv ]; then
  mkdir -p "$3/bin" && cp "$0" "$3/bin/python"
fi
if [ "$2" = pip ]; then
  cp "$TOOL" "$(dirname "$0")/antrea-gitops"
fi
"""
TOOL = """\
#!/bin/sh
echo "antrea-gitops $*" >>"$CALLS"
[ "$1" != --version ] || echo "antrea-gitops, version {version}"
"""


class Job:
    """A checkout with a requirements.txt, and a machine with programs that are stand-ins."""

    def __init__(self, folder: Path) -> None:
        self.checkout, self.bin, self.calls = folder / "checkout", folder / "bin", folder / "calls"
        self.tool, self.path_file = folder / "tool", folder / "github-path"
        for path in (self.checkout / ".ci", self.bin):
            path.mkdir(parents=True)
        shutil.copy(ROOT / "template/.ci/setup.sh", self.checkout / ".ci/setup.sh")
        for name in ("sed", "grep", "mkdir", "cp", "dirname"):
            (self.bin / name).symlink_to(str(shutil.which(name)))
        self.program(self.tool, TOOL.format(version="1.2.3"))
        self.program(self.bin / "python3", PYTHON)
        self.requirements = "antrea-gitops==1.2.3\n"

    def program(self, path: Path, text: str) -> None:
        path.write_text(text)
        path.chmod(0o755)

    def run(self, *more: str) -> subprocess.CompletedProcess[str]:
        (self.checkout / "requirements.txt").write_text(self.requirements)
        environment = {
            "PATH": str(self.bin),
            "CALLS": str(self.calls),
            "TOOL": str(self.tool),
            "GITHUB_PATH": str(self.path_file),
        }
        command = [str(shutil.which("sh")), ".ci/setup.sh", str(self.checkout.parent / "venv"), *more]
        return subprocess.run(
            command, cwd=self.checkout, env=environment, capture_output=True, text=True, check=False, timeout=30
        )

    def called(self, text: str) -> bool:
        return text in self.calls.read_text()


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path)


def test_the_version_that_is_there_already_is_taken(job: Job):
    shutil.copy(job.tool, job.bin / "antrea-gitops")
    assert job.run("--require-hashes").returncode == 0
    assert not job.called("python3")
    assert not job.path_file.exists()
    assert job.called("antrea-gitops tools install kustomize")


@pytest.mark.parametrize("there", [None, "1.2.4"])
def test_another_version_or_none_is_replaced_and_put_in_front_of_the_path(there: str | None, job: Job):
    if there:
        job.program(job.bin / "antrea-gitops", TOOL.format(version=there))
    assert job.run().returncode == 0
    assert job.called("-m pip install --quiet --disable-pip-version-check --requirement requirements.txt\n")
    assert job.path_file.read_text() == f"{job.checkout.parent / 'venv' / 'bin'}\n"
    assert job.called("antrea-gitops tools install kustomize")


@pytest.mark.parametrize("requirements", [HASHED, "antrea-gitops==1.2.3 ; python_version >= '3.11' --hash=sha256:ab\n"])
def test_with_credentials_every_package_needs_its_hash(requirements: str, job: Job):
    job.requirements = requirements
    assert job.run("--require-hashes").returncode == 0
    assert job.called("--disable-pip-version-check --require-hashes --requirement requirements.txt\n")


def test_without_hashes_it_says_what_to_run(job: Job):
    done = job.run("--require-hashes")
    assert done.returncode == 1
    assert "requirements.txt has no hashes" in done.stderr
    assert "antrea-gitops tools lock" in done.stderr
    assert not job.calls.exists()


@pytest.mark.parametrize("requirements", ["", "copier==9.0.0\n", "antrea-gitops>=1\n"])
def test_without_a_version_it_says_what_to_write(requirements: str, job: Job):
    job.requirements = requirements
    done = job.run()
    assert done.returncode == 1
    assert "requirements.txt has no line antrea-gitops==VERSION" in done.stderr


def test_without_python_it_says_what_the_runner_lacks(job: Job):
    (job.bin / "python3").unlink()
    done = job.run()
    assert done.returncode == 4
    assert "this runner has no python3" in done.stderr


def test_a_failed_installation_fails_the_job(job: Job):
    job.program(job.bin / "python3", PYTHON.replace('if [ "$2" = pip ]; then', 'if [ "$2" = pip ]; then\n  exit 9'))
    assert job.run().returncode == 9
    assert not job.path_file.exists()
