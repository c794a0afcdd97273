"""The wheel holds the template, so that ``new`` needs neither a checkout nor the network."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from support.repos import ROOT
from support.wheels import build_wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return zipfile.ZipFile(build_wheel(tmp_path_factory.mktemp("dist")))


def test_every_file_of_the_template_is_packaged_as_it_is(wheel):
    for path in sorted((ROOT / "template").rglob("*")):
        if path.is_file():
            name = f"antrea_generator/packaged/{path.relative_to(ROOT).as_posix()}"
            assert wheel.read(name) == path.read_bytes(), name


def test_what_templates_include_is_packaged_at_the_path_that_they_name(wheel):
    for name in ("copier.yml", "ci/antrea_ci/facts/antrea-config.yaml"):
        assert wheel.read(f"antrea_generator/packaged/{name}") == (ROOT / name).read_bytes()


def test_every_fact_is_packaged_beside_the_code_that_reads_it(wheel):
    facts = ROOT / "ci" / "antrea_ci" / "facts"
    for path in sorted(facts.rglob("*.*")):
        if path.is_file() and "__pycache__" not in path.parts:
            assert wheel.read(f"antrea_ci/facts/{path.relative_to(facts).as_posix()}") == path.read_bytes(), path.name


def test_it_installs_two_packages_of_its_own_and_one_command(wheel):
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"antrea_generator", "antrea_ci"}
    (entry,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    assert wheel.read(entry).decode().split("\n")[:2] == [
        "[console_scripts]",
        "antrea-gitops = antrea_generator.__main__:run",
    ]


def test_importing_the_command_line_loads_nothing_heavy():
    heavy = {"copier", "git", "pydantic", "rich", "yaml"}
    code = f"import sys, antrea_generator.cli; print(*sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path("/"))
    assert done.stdout.split() == []
