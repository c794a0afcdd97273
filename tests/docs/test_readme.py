"""The README's commands as written, and the links of every page."""

from __future__ import annotations

import html
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.bundles import CR as CR_NAME
from support.bundles import bundle_files, custom_resource, deploy_tree, nsx_cert, write_archive
from support.installation import make_site
from support.pages import Step, steps_of

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PAGES = sorted([README, ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
SECTIONS = ("## 1. Bootstrap", "## 2. Review", "## After the installation")
INSTALLATION = ("## 3. Install", "## 4. Recover")

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
# A gate that both configurations know, as in the vendor's, where the README shows it.
_GATE = b"    # Enable controlling SNAT IPs of Pod egress traffic.\n    #  Egress: true\n"
_BROKEN = """\
cluster_name: ocp
platfrom: vsphere
machine_network: 10.1.224.0/24
cluster_network: 10.1.0.0/14
service_network: 10.1.224.0/20
api_vip: 10.1.225.10
operator_image: docker.io/lab/antrea-operator
"""
# A line of the kernel's, as its nf_log writes them.
_LOG = (
    "Nov 26 03:09:11 fw1 kernel: [12345.67] FWD-DROP: IN=eth0 OUT=eth1 SRC=10.1.224.21 DST=10.128.3.7 LEN=60 TOS=0x00 "
    "PREC=0x00 TTL=63 ID=1 DF PROTO=TCP SPT=40112 DPT=8443 WINDOW=64240 RES=0x00 SYN URGP=0\n"
)


def steps(*titles: str) -> Iterator[Step]:
    """The commands of these sections, else of those that need no cluster, in order."""
    text = README.read_text("utf-8")
    for title in titles or SECTIONS:
        section = text.partition(f"\n{title}\n")[2].partition("\n## ")[0]
        assert section, f"README has no section {title}"
        yield from steps_of(section)


@pytest.fixture
def site(tmp_path: Path, kustomize: Path) -> tuple[Path, dict[str, str]]:
    """A folder with the files that the README speaks of, and an environment in which its commands are found."""
    programs, folder = tmp_path / "bin", tmp_path / "site"
    programs.mkdir()
    folder.mkdir()
    command = programs / "antrea-gitops"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m antrea_generator "$@"\n')
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    shutil.copy(ROOT / "docs" / "examples" / "article.answers.yml", folder / "ocp.answers.yml")
    (folder / "broken.answers.yml").write_text(_BROKEN)
    (folder / "firewall.log").write_text(_LOG)
    files = bundle_files() | {"nsx-cert.yaml": nsx_cert(), CR_NAME: custom_resource("openshift")}
    agent = files[CR_NAME].replace(b"    # Enable Egress.\n    #  Egress: true\n", _GATE)
    files[CR_NAME] = agent.replace(b"    #  Traceflow: true\n", b"    #  Traceflow: true\n\n" + _GATE)
    write_archive(folder / "deploy.tar.gz", deploy_tree(openshift=files))
    path = os.pathsep.join([str(programs), str(kustomize.parent), os.environ["PATH"]])
    packages = os.pathsep.join([str(ROOT / "ci"), str(ROOT / "generator")])
    return folder, {**os.environ, "PATH": path, "PYTHONPATH": packages}


def test_the_commands_as_written(site: tuple[Path, dict[str, str]]):
    tried = list(steps())
    assert len(tried) > 8
    _try(tried, *site)


def test_the_commands_of_an_installation_as_written(tmp_path: Path, site: tuple[Path, dict[str, str]]):
    """openshift-install and the cluster are doubles; the vault and its remote are real."""
    installation = make_site(tmp_path / "installation", "4.12.45")
    path = os.pathsep.join([str(installation.double.folder), installation.environment["PATH"], site[1]["PATH"]])
    tried = list(steps(*INSTALLATION))
    assert len(tried) > 6
    _try(tried, installation.folder, {**installation.environment, "PATH": path})


def _try(tried: list[Step], folder: Path, environment: dict[str, str]) -> None:
    for step in tried:
        done = subprocess.run(
            ["bash", "-c", step.command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == step.code, f"$ {step.command}\n{done.stdout}"
        assert step.lacks(done.stdout) == [], f"$ {step.command}\n{done.stdout}"
        if not step.shown:
            assert done.stdout == "", f"$ {step.command}\n{done.stdout}"


def test_a_refused_run_left_nothing(site: tuple[Path, dict[str, str]]):
    folder, environment = site
    step = next(step for step in steps() if "new broken" in step.command)
    before = sorted(folder.iterdir())
    subprocess.run(["bash", "-c", step.command], cwd=folder, env=environment, capture_output=True, check=False)
    assert sorted(folder.iterdir()) == before


def test_every_verb_that_is_shown_exists():
    from antrea_generator.cli import _VERBS

    shown = [step.command for step in steps(*SECTIONS, *INSTALLATION)]
    verbs = {verb for command in shown for verb in re.findall(r"antrea-gitops (?:-C \S+ )?([a-z]+)", command)}
    assert verbs <= set(_VERBS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_to_a_file_leads_somewhere(page: Path):
    links = _LINK.findall(page.read_text("utf-8"))
    missing = [link for link in links if "://" not in link and not _leads_somewhere(page, link)]
    assert missing == []


def _leads_somewhere(page: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = page.parent / name if name else page
    if not target.exists() or not anchor:
        return target.exists()
    return anchor in {_anchor(line) for line in target.read_text("utf-8").splitlines() if line.startswith("#")}


def _anchor(heading: str) -> str:
    """The anchor that GitHub and GitLab give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lstrip("#").strip().lower()).replace(" ", "-")


def test_every_promise_says_its_state_and_a_kept_one_names_its_test():
    section = README.read_text("utf-8").partition("\n## What is promised\n")[2].partition("\n## ")[0]
    rows = [row.split(" | ") for row in section.splitlines() if re.match(r"\| \d", row)]
    assert [row[0].strip("| ") for row in rows] == [str(number) for number in range(1, 9)]
    for number, _, state, test in rows:
        tests = [link for link in _LINK.findall(test) if link.startswith("tests/")]
        assert state.startswith(("kept", "not yet")), number
        assert bool(tests) is state.startswith("kept"), number
        assert all((ROOT / link).is_file() for link in tests), number


def test_the_guide_names_every_question_and_every_key():
    from antrea_ci.model.cluster import ClusterFile
    from antrea_generator.answers import Answers

    guide = (ROOT / "docs" / "guide.md").read_text("utf-8")
    assert [name for name in Answers.model_fields if f"| `{name}` |" not in guide] == []
    schema = ClusterFile.model_json_schema()
    assert [key for key in _keys(schema) if not re.search(rf"`{key}|`\.{key.partition('.')[2] or key}`", guide)] == []


def _keys(schema: dict[str, Any]) -> Iterator[str]:
    """The keys of cluster.yaml, those of a section as `section.key`."""
    for name, field in schema["properties"].items():
        refs = [option["$ref"] for option in [field, *field.get("anyOf", [])] if "$ref" in option]
        inner = [schema["$defs"][ref.rpartition("/")[2]].get("properties", {}) for ref in refs]
        yield from [f"{name}.{key}" for keys in inner for key in keys] or [name]


def test_the_picture_is_of_a_run_of_this_version(tmp_path: Path, kustomize: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import make_demo_svg

    drawn = (ROOT / "docs" / "demo.svg").read_text("utf-8")
    text = "".join(html.unescape(re.sub(r"<[^>]*>", "", drawn)).split())
    for command, output in make_demo_svg.transcript(tmp_path):
        for line in (f"$ {command}", *output.splitlines()):
            assert "".join(line.split()) in text, f"run docs/make_demo_svg.py again: {line}"


def test_no_page_names_a_path_of_somebodys_machine():
    for page in [*PAGES, ROOT / "docs" / "demo.svg"]:
        assert re.findall(r"/(?:home|Users|root|work|tmp)/\S*", page.read_text("utf-8")) == [], page.name
