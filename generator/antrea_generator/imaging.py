"""What the verbs of ``images`` share: the cluster with its images, its logins, and how findings end a verb."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import click

from antrea_ci import redaction, reports
from antrea_ci.catalogue import completed
from antrea_ci.findings import Finding, Severity
from antrea_ci.images.plan import PlannedImage, is_outdated, manifests, planned
from antrea_ci.images.verify import Outside, Wanted
from antrea_ci.model.effective import Cluster, load
from antrea_ci.preflight.registry import outside
from antrea_ci.preflight.site import Means, Site
from antrea_ci.repo import ClusterRepo
from antrea_ci.secrets import Secrets
from antrea_ci.secrets import load as load_secrets
from antrea_generator.session import Session

PULL_SECRET, REGISTRY = "ANTREA_GITOPS_PULL_SECRET", "ANTREA_GITOPS_SECRET_REGISTRY"


def planned_in(session: Session) -> tuple[Cluster, tuple[PlannedImage, ...]]:
    """The cluster and its images; no secret is read."""
    repo = ClusterRepo.at(session.directory)
    cluster, objects = load(repo), manifests(repo)
    if is_outdated(cluster, objects):
        progress("rendered/ has other images than cluster.yaml, which counts here: run `antrea-gitops render`")
    return cluster, planned(cluster, objects)


@dataclass(frozen=True)
class Images:
    """A cluster with its images, and with the secrets that open registries."""

    cluster: Cluster
    plan: tuple[PlannedImage, ...]
    secrets: Secrets
    site: Site

    @classmethod
    def of(cls, session: Session) -> Images:
        redaction.guard_streams()
        cluster, plan = planned_in(session)
        secrets = load_secrets(cluster, "images", os.environ)
        references = [image.reference for image in plan]
        return cls(cluster, plan, secrets, Site.of(cluster, secrets, references, cluster.repo.root, Means()))

    @property
    def outside(self) -> Outside:
        """How nodes reach registries. Without a pull secret the login of our own registry stands for it."""
        found = outside(self.site, plain_on_loopback=True)
        if self.secrets.get(PULL_SECRET):
            return found
        return replace(found, logins=self._own_login)

    def _own_login(self, _: str) -> tuple[str, str] | None:
        return self.secrets.login(REGISTRY)

    def wanted(self) -> list[Wanted]:
        """Every image of the plan as something to look for, with the place that names it."""
        return [self._wanted(image) for image in self.plan]

    def _wanted(self, image: PlannedImage) -> Wanted:
        first = image.uses[0]
        if first.object == "cluster.yaml":
            return Wanted(image.reference, image.platforms, self.cluster.document.locate(("images", image.role)))
        return Wanted(image.reference, image.platforms, object=first.object)

    def judged(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Nobody says which machines a plain Kubernetes cluster has, so that an image for others is a warning there."""
        for finding in completed(findings):
            is_guess = finding.rule == "preflight/image-platform" and self.platform is Severity.WARNING
            yield replace(finding, severity=Severity.WARNING) if is_guess else finding

    @property
    def platform(self) -> Severity:
        """How bad an image for another architecture is."""
        return Severity.ERROR if self.site.config else Severity.WARNING


def tell(
    findings: Sequence[Finding], output_format: str, more: Mapping[str, reports.Json], lines: Iterable[str]
) -> int:
    """Prints ``lines`` and the findings, or everything as JSON; the exit code."""
    if output_format == "text":
        for line in lines:
            click.echo(line)
    text = reports.report(findings, output_format, more)
    if text:
        click.echo(text)
    return int(any(finding.is_error for finding in findings))


def progress(text: str) -> None:
    """What begins, on standard error."""
    click.echo(text, err=True)
