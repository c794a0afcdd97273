"""``check``: every finding about cluster repositories, or about single files and folders as their reader sees them."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from antrea_ci.errors import UsageError
from antrea_ci.findings import Finding
from antrea_generator.output import processors, report_file, write_report
from antrea_generator.session import Session

if TYPE_CHECKING:
    from antrea_ci.antrea_catalogue import Component
    from antrea_ci.installer_view import View
    from antrea_ci.repo import ClusterRepo

_HELP = "see `antrea-gitops check --help`"
_VERSION_OF_ITS_OWN = "leave it out: the cluster.yaml of a repository names its versions"
_FEW = 8
_FORMATS = ("text", "json", "sarif", "github", "gitlab")


@dataclass(frozen=True)
class _Bare:
    """The single files and folders that are judged instead of repositories, with the versions of who reads them."""

    install_config: Path | None
    manifests: Path | None
    agent_config: Path | None
    controller_config: Path | None
    openshift_version: str
    antrea_version: str

    @property
    def antrea_configs(self) -> dict[Component, Path]:
        given: dict[Component, Path | None] = {"agent": self.agent_config, "controller": self.controller_config}
        return {component: path for component, path in given.items() if path}

    @property
    def given(self) -> bool:
        return bool(self.install_config or self.manifests or self.antrea_configs)


@click.command(
    epilog="Examples: antrea-gitops check --strict; "
    "antrea-gitops check --install-config install-config.yaml --openshift-version 4.18"
)
@click.argument("targets", nargs=-1, metavar="[REPO]...", type=click.Path(path_type=Path))
@click.option("--only", default="", metavar="RULE,...", help="Tell only findings of these rules or families.")
@click.option("--strict", is_flag=True, help="Let warnings fail too.")
@click.option("--fast", is_flag=True, help="The arguments are changed files: run only the families that judge them.")
@click.option("--cache/--no-cache", default=True, help="Use what was found for the very same content before.")
@click.option("--install-config", type=click.Path(path_type=Path), help="Judge this file as the installer would.")
@click.option("--openshift-version", default="", metavar="X.Y[.Z]", help="For --install-config and --manifests.")
@click.option("--manifests", type=click.Path(path_type=Path), help="Say what the installer reads in this folder.")
@click.option("--agent-config", type=click.Path(path_type=Path), help="Judge this antrea-agent.conf.")
@click.option("--controller-config", type=click.Path(path_type=Path), help="Judge this antrea-controller.conf.")
@click.option("--antrea-version", default="", metavar="X.Y.Z", help="For --agent-config and --controller-config.")
@click.option("--list", "listed", is_flag=True, help="Print every rule and end.")
@click.option("--explain", default="", metavar="RULE", help="Print one rule's page, or a family's, and end.")
@click.option("--format", "output_format", type=click.Choice(_FORMATS), default="text", show_default=True)
@report_file
@click.pass_obj
def command(
    session: Session,
    *,
    targets: tuple[Path, ...],
    only: str,
    strict: bool,
    fast: bool,
    cache: bool,
    install_config: Path | None,
    openshift_version: str,
    manifests: Path | None,
    agent_config: Path | None,
    controller_config: Path | None,
    antrea_version: str,
    listed: bool,
    explain: str,
    output_format: str,
    report_to: Path | None,
) -> int:
    """Find what would fail the installation, in about a second and offline."""
    if listed or explain:
        from antrea_ci.rulebook import explained, listing

        click.echo(explained(explain) if explain else listing())
        return 0
    chosen = _chosen_rules(only)
    bare = _Bare(install_config, manifests, agent_config, controller_config, openshift_version, antrea_version)
    _refuse_mixture(bare, repositories=bool(targets) or fast)
    if not bare.given:
        judge = partial(_check, cache=cache, asked={rule.partition("/")[0] for rule in chosen})
        found, view = _found(session, targets, judge, fast=fast), None
    else:
        found, view = _judged(session.directory, bare)
    told = [finding for finding in found if not chosen or {finding.rule, finding.family} & chosen]
    _tell(told, output_format, view)
    if report_to:
        from antrea_ci.reports import report

        write_report(session.directory / report_to, report(told, "json", view.as_json() if view else {}))
    return int(any(finding.is_error or strict for finding in told))


def _refuse_mixture(bare: _Bare, *, repositories: bool) -> None:
    """A UsageError for options that would be passed over in silence."""
    if bare.given and repositories:
        raise UsageError("a single file or folder cannot be combined with repositories or --fast", fix=_HELP)
    if bare.openshift_version and not (bare.install_config or bare.manifests):
        raise UsageError("--openshift-version is for --install-config and --manifests only", fix=_VERSION_OF_ITS_OWN)
    if bare.antrea_version and not bare.antrea_configs:
        raise UsageError("--antrea-version is for --agent-config and --controller-config only", fix=_VERSION_OF_ITS_OWN)


def _chosen_rules(only: str) -> set[str]:
    """The rules and families that ``--only`` names; a name that does not exist is a UsageError."""
    names = {name.strip() for name in only.split(",") if name.strip()}
    if names:
        from antrea_ci.rulebook import refuse_unknown

        refuse_unknown(names)
    return names


def _found(session: Session, targets: Sequence[Path], judge: partial[list[Finding]], *, fast: bool) -> list[Finding]:
    from antrea_ci.repo import ClusterRepo

    if fast:
        return judge(ClusterRepo.at(session.directory), files=_from_root(session.directory, targets))
    repos = [ClusterRepo.at(session.directory / folder) for folder in targets or (Path(),)]
    if len(repos) == 1:
        return judge(repos[0])
    with _workers(len(repos)) as pool:
        results = pool.map(judge, repos)
        named = zip(targets, results, strict=True)
        return [_below(finding, f"{folder}/") for folder, result in named for finding in result]


def _workers(repositories: int) -> Executor:
    """Threads, which start at once; for many repositories processes, because the rules are Python and share a lock."""
    if repositories <= _FEW or processors() == 1:
        return ThreadPoolExecutor(processors())
    from multiprocessing import get_context

    context = get_context("forkserver")
    context.set_forkserver_preload(["antrea_ci.checks.judgement"])
    return ProcessPoolExecutor(processors(), mp_context=context)


def _from_root(root: Path, files: Sequence[Path]) -> list[str]:
    """``files``, relative to the root or absolute, as the families' patterns expect them; outside ones are left out."""
    names = (Path(os.path.relpath(root / file, root)).as_posix() for file in files)
    return [name for name in names if not name.startswith("../")]


def _check(repo: ClusterRepo, files: list[str] | None = None, *, cache: bool, asked: Collection[str]) -> list[Finding]:
    from antrea_ci.checks import check

    return check(repo, files=files, cache=cache, asked=asked)


def _below(finding: Finding, name: str) -> Finding:
    place = finding.location
    return replace(finding, location=replace(place, file=name + place.file)) if place.file else finding


def _judged(folder: Path, bare: _Bare) -> tuple[list[Finding], View | None]:
    """What is wrong with the files as their readers see them, and what the installer reads in ``--manifests``."""
    from antrea_ci.checks.bare import check_antrea_config, check_install_config, check_manifests

    findings: list[Finding] = []
    if bare.install_config:
        version = _required(bare.openshift_version, "--install-config needs --openshift-version, such as 4.18")
        findings += check_install_config(folder / bare.install_config, version, str(bare.install_config))
    for component, path in bare.antrea_configs.items():
        version = _required(bare.antrea_version, "a configuration of Antrea needs --antrea-version, such as 1.13.1")
        findings += check_antrea_config(component, folder / path, version, str(path))
    if bare.manifests is None:
        return findings, None
    view = check_manifests(folder / bare.manifests, bare.openshift_version)
    return [*findings, *view.findings], view


def _required(version: str, message: str) -> str:
    if not version:
        raise UsageError(message, fix=_HELP)
    return version


def _tell(findings: Sequence[Finding], output_format: str, view: View | None) -> None:
    from antrea_ci.reports import report

    text = report(findings, output_format, view.as_json() if view else {})
    parts = [view.as_text() if view and output_format == "text" else "", text]
    for part in filter(None, parts):
        click.echo(part)
