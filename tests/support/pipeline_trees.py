"""The pipelines of the template for every combination of the answers that their files read, each text once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import FileSystemLoader, StrictUndefined, meta
from jinja2.sandbox import SandboxedEnvironment

from antrea_generator.answers import Answers
from support.repos import ROOT

AGE = "age1ar06694pcuvvn5fdf28ysq9gl9j8km48fg6unlztnkwcws94ggaq4na4td"
# With these every job is there, and each has all the secrets that do not hang on the platform.
FULL: dict[str, Any] = {
    "backup_recipients": [AGE],
    "backup_remote": "https://git.example.com/p/vault.git",
    "nsx": True,
}
OPERATIONS = ("install", "destroy", "apply", "nsx")
RUNNERS = ("cluster-install", "1.30")
_DOMAINS = [{"name": name, "server": f"{name}.example.com"} for name in ("vc1", "vc2", "vc3")]
_HOSTS = [{"name": "a", "bmc": {"secret": "RACK_1"}}, {"name": "b", "bmc": {"secret": "BMC"}}, {"name": "c", "bmc": {}}]
_HOSTILE = [{"name": "a", "bmc": {"secret": "X }} ${{ github.token"}}, {"name": "b", "bmc": {"secret": 7}}]
# Each answer that a pipeline's template reads, with what can be answered; those that only mean something together stand
# together. A template that reads another one fails a test until it is here.
FACTORS: tuple[tuple[dict[str, Any], ...], ...] = (
    (
        {"flavour": "kubernetes"},
        {"platform": "vsphere", "failure_domains": []},
        {"platform": "vsphere", "failure_domains": _DOMAINS, "vcenter_server": "vc1.example.com"},
        {"platform": "baremetal", "hosts": _HOSTS},
        {"platform": "baremetal", "hosts": _HOSTILE},
        {"platform": "none"},
        {"platform": "nutanix"},
        {"platform": "aws"},
    ),
    ({"secrets_provider": "env"}, {"secrets_provider": "file"}, {"secrets_provider": "sops"}),
    ({"nsx": False}, {"nsx": True}),
    ({"mirror_registry": ""}, {"mirror_registry": "mirror.example.com:5000/ocp"}),
    ({"http_proxy": ""}, {"http_proxy": "http://p.example.com:3128"}),
    ({"https_proxy": ""}, {"https_proxy": "http://p.example.com:3128"}),
    ({"backup_recipients": []}, {"backup_recipients": [AGE]}, {"backup_recipients": f"{AGE}, {AGE}"}),
    (
        {"backup_remote": ""},
        {"backup_remote": "https://git.example.com/p/vault.git"},
        {"backup_remote": "git@git.example.com:p/vault.git"},
    ),
    ({"ci_image": Answers().ci_image}, {"ci_image": "registry.example.com:5000/ci/tool:1@sha256:" + "ab" * 32}),
    ({"ci": "github"}, {"ci": "gitlab"}, {"ci": "both"}),
    ({"code_owners": "@platform-team"}, {"code_owners": "@org/a @org/b ops@example.com"}),
    tuple({"install_runner": runner} for runner in RUNNERS),
)
COVERED = frozenset(name for factor in FACTORS for choice in factor for name in choice)


@cache
def environment() -> SandboxedEnvironment:
    """Jinja as copier.yml and Copier set it up."""
    settings = yaml.safe_load((ROOT / "copier.yml").read_text())["_envops"]
    settings["undefined"] = StrictUndefined
    loader = FileSystemLoader(ROOT)
    return SandboxedEnvironment(
        loader=loader, extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"], **settings
    )


def pipeline_files() -> list[str]:
    """The files of the template that decide what pipelines do, as paths from its root with their suffix."""
    template = ROOT / "template"
    found = [path for top in (".github", ".gitlab", ".ci") for path in sorted((template / top).rglob("*"))]
    found += [template / name for name in (".gitlab-ci.yml.jinja", "CODEOWNERS.jinja", "renovate.json")]
    return [path.relative_to(template).as_posix() for path in found if path.is_file()]


def answers_read(name: str) -> set[str]:
    """The answers that a file of the template reads, itself or by what it includes."""
    questions = {key for key in yaml.safe_load((ROOT / "copier.yml").read_text()) if not key.startswith("_")}
    return _variables(f"template/{name}") & questions if name.endswith(".jinja") else set()


def _variables(name: str) -> set[str]:
    tree = environment().parse((ROOT / name).read_text())
    found = meta.find_undeclared_variables(tree)
    for other in meta.find_referenced_templates(tree):
        assert other is not None, f"{name} includes a file whose name is computed"
        found |= _variables(other)
    return found


def combinations(read: set[str]) -> Iterator[dict[str, Any]]:
    """Every combination of the answers ``read``."""
    factors = [factor for factor in FACTORS if any(read & choice.keys() for choice in factor)]
    for choices in itertools.product(*factors):
        yield {name: value for choice in choices for name, value in choice.items()}


def rendered_text(name: str, answers: Mapping[str, Any]) -> str:
    """What Copier makes of a file of the template."""
    if not name.endswith(".jinja"):
        return (ROOT / "template" / name).read_text()
    return environment().get_template(f"template/{name}").render({**_defaults(), **answers})


@cache
def _defaults() -> dict[str, Any]:
    return Answers().model_dump()


def write_every_text(folder: Path) -> dict[str, list[Path]]:
    """Writes each text that a combination gives, once, below a folder per runner; returns them by the file's name.

    A file of its own name, ``install.yml``, becomes ``install-0.yml``, ``install-1.yml`` and so on.
    """
    written: dict[str, list[Path]] = {}
    for name in pipeline_files():
        plain = Path(name.removesuffix(".jinja"))
        for runner, texts in _texts_by_runner(name).items():
            for number, text in enumerate(texts):
                alone = plain.name in ("actionlint.yaml", "dependabot.yml") or len(texts) == 1
                target = folder / runner / plain.with_stem(plain.stem + ("" if alone else f"-{number}"))
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text)
                written.setdefault(plain.as_posix(), []).append(target)
    return written


def _texts_by_runner(name: str) -> dict[str, list[str]]:
    read = answers_read(name)
    texts: dict[str, dict[str, None]] = {runner: {} for runner in RUNNERS}
    for answers in combinations(read):
        runners = [answers["install_runner"]] if "install_runner" in answers else RUNNERS
        text = rendered_text(name, answers)
        for runner in runners:
            texts[runner][text] = None
    return {runner: list(found) for runner, found in texts.items()}
