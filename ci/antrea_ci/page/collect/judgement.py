"""What `check` finds, and what cluster.yaml accepts of it."""

from __future__ import annotations

from dataclasses import dataclass

from antrea_ci.checks import check
from antrea_ci.errors import AntreaGitopsError, MissingRequirementError
from antrea_ci.findings import Finding
from antrea_ci.model.effective import Cluster
from antrea_ci.render.kustomize import find_kustomize


@dataclass(frozen=True)
class Accepted:
    """A rule that cluster.yaml silences; ``until`` is its last day, empty for ever."""

    rule: str
    reason: str
    until: str
    about: str


@dataclass(frozen=True)
class Judgement:
    """``unjudged``: why the rules could not be applied here; empty where they were."""

    findings: tuple[Finding, ...]
    accepted: tuple[Accepted, ...]
    unjudged: str = ""

    @property
    def errors(self) -> int:
        return sum(finding.is_error for finding in self.findings)

    @property
    def warnings(self) -> int:
        return len(self.findings) - self.errors


def judgement(cluster: Cluster) -> Judgement:
    """Runs `check`, or takes what it found before; nothing is fetched for it."""
    accepted = tuple(
        Accepted(entry.rule, entry.reason, entry.until or "", " ".join(filter(None, (entry.file, entry.object))))
        for entry in cluster.file.checks.suppress
    )
    try:
        find_kustomize(cluster.repo, allow_install=False)
        return Judgement(tuple(check(cluster.repo, cache=True)), accepted)
    except MissingRequirementError as error:
        return Judgement((), accepted, error.message)
    except AntreaGitopsError as error:
        return Judgement((), accepted, error.message)
