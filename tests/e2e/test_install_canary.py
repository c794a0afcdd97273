"""An installation whose installer spills every secret, in every spelling: none of them is anywhere afterwards."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from support.canary import Planted, assert_nowhere, every_spelling, plant
from support.installation import Site, make_site
from support.repos import Ran

# Runs the double, and prints before it what was planted and behind it what was generated, a few bytes at a time.
_SPILLS = """\
#!{python} -SEs
import pathlib, subprocess, sys
def spill(text):
    for at in range(0, len(text), 509):
        sys.stdout.write(text[at:at + 509])
        sys.stdout.flush()
if "version" not in sys.argv[1:2]:
    spill(pathlib.Path({planted!r}).read_text())
code = subprocess.run([{double!r}, *sys.argv[1:]]).returncode
folder = next((pathlib.Path(b) for a, b in zip(sys.argv, sys.argv[1:]) if a == "--dir"), pathlib.Path("."))
for name in ("auth/kubeadmin-password", "auth/kubeconfig", "metadata.json"):
    if "version" not in sys.argv[1:2] and (folder / name).is_file():
        spill((folder / name).read_text() + "\\n")
sys.exit(code if code >= 0 else 1)
"""


def _spilling(site: Site, planted: Planted) -> Site:
    folder = site.folder / "spilling"
    folder.mkdir()
    lines = [f'level=debug msg="{written}"\n' for mark in planted.marks.values() for written in every_spelling(mark)]
    (folder / "planted").write_text("".join(lines) + "\n".join(planted.environment.values()) + "\n")
    program = folder / "openshift-install"
    values = {"python": sys.executable, "planted": str(folder / "planted"), "double": str(site.double.path)}
    program.write_text(_SPILLS.format(**values))
    program.chmod(0o755)
    used = {name: value for name, value in planted.environment.items() if "IDENTITY" not in name}
    environment = {**site.environment, **used, "GITHUB_STEP_SUMMARY": str(site.folder / "summary.md")}
    return replace(site, environment=environment)


def _install(site: Site) -> Ran:
    arguments = [
        str(site.folder / "spilling" / "openshift-install") if a == str(site.double.path) else a
        for a in site.arguments()
    ]
    return site.gitops(*arguments[2:])


def _generated(site: Site) -> Mapping[str, str]:
    password = site.work / "installer/auth/kubeadmin-password"
    return {"kubeadmin": password.read_text()} if password.exists() else {}


def _without_masks(out: str) -> str:
    """What GitHub shows: its runner takes the masks, which come before everything else."""
    lines = out.splitlines(keepends=True)
    masks = [line for line in lines if line.startswith("::add-mask::")]
    assert lines[: len(masks)] == masks
    return "".join(lines[len(masks) :])


@pytest.mark.parametrize(
    ("version", "scenario", "code", "host"),
    [("4.18.9", "success", 0, {}), ("4.12.45", "bootstrap-failure", 1, {"GITHUB_ACTIONS": "true"})],
)
def test_no_planted_and_no_generated_secret_is_anywhere(
    tmp_path: Path, version: str, scenario: str, code: int, host: dict[str, str]
) -> None:
    planted = plant()
    site = _spilling(make_site(tmp_path, version, scenario=scenario), planted)
    site.environment.update(host)
    done = _install(site)
    assert done.code == code, done.err
    assert ("::add-mask::" in done.out) == bool(host)
    marks = {**planted.marks, **_generated(site), "identity": site.environment["ANTREA_GITOPS_AGE_IDENTITY"]}
    assert "kubeadmin" in marks
    assert (site.work / "installer.out").read_text().count(planted.marks["backup"]) > 1, "the installer did spill"
    children = [json.dumps([call.args, dict(call.environment)]) for call in site.double.calls()]
    outside = [site.folder / name for name in ("work", "spilling", "installer")]
    places = (_without_masks(done.out), done.err, site.folder, site.work / "journal.jsonl", *children)
    assert_nowhere(marks, *places, without=outside)


def test_git_and_oc_are_given_no_secret(tmp_path: Path) -> None:
    planted = plant()
    site = _spilling(make_site(tmp_path), planted)
    seen = tmp_path / "seen"
    for name in ("git", "oc"):
        _record_calls(site, name, seen)
    done = _install(site)
    assert done.code == 0, done.err
    text = seen.read_text()
    assert text.count("called git") > 10
    assert text.count("called oc") > 10
    # A credential helper of Git may need the tokens of hosts and clouds.
    assert_nowhere({name: mark for name, mark in planted.marks.items() if not name.startswith(("github", "aws"))}, text)


def _record_calls(site: Site, name: str, seen: Path) -> None:
    """From now on the program tells its arguments and environment to the file ``seen`` before it does its work."""
    folder = site.folder / "bin"
    found = shutil.which(name, path=site.environment["PATH"])
    assert found
    real = Path(found)
    if real.parent == folder:
        real = real.rename(folder / f"real-{name}")
    script = folder / name
    script.write_text(f'#!/bin/sh\n{{ echo "called {name} $*"; env; }} >>{seen}\nexec {real} "$@"\n')
    script.chmod(0o755)
