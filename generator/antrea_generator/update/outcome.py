"""What becomes of the cluster: the clone is rendered and checked like any repository."""

from __future__ import annotations

from typing import TypeAlias

from antrea_ci.checks import check
from antrea_ci.errors import FindingsError
from antrea_ci.findings import Finding
from antrea_ci.render.engine import render
from antrea_ci.render.kustomize import find_kustomize
from antrea_ci.repo import ClusterRepo
from antrea_generator.update.scratch import Scratch

Errors: TypeAlias = "frozenset[tuple[str, str, str]]"


def errors_of(repo: ClusterRepo) -> Errors:
    """The errors that ``check`` finds, so that they can be told from those that an update brings."""
    return frozenset(_key(finding) for finding in check(repo) if finding.is_error)


def rendered(repo: ClusterRepo) -> None:
    """Brings everything that ``render`` writes up to date. Raises FindingsError or KustomizeError."""
    render(repo, find_kustomize(repo)).write()


def refuse_new_errors(repo: ClusterRepo, known: Errors) -> None:
    """Raises FindingsError with the errors of ``repo`` that are not ``known``."""
    new = [finding for finding in check(repo) if finding.is_error and _key(finding) not in known]
    if new:
        raise FindingsError(new)


def told(clone: Scratch, name: str) -> str:
    """The diff of the outcome against the last commit, as ``diff`` prints it for the repository ``name``."""
    from antrea_ci.diff.compare import compare
    from antrea_ci.diff.text import text

    return text([compare(clone.repo.root, clone.base, name=name)])


def _key(finding: Finding) -> tuple[str, str, str]:
    """What makes an error the same one, wherever in the file it moved to."""
    return finding.rule, finding.location.file, finding.message
