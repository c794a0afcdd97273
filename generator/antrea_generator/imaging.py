"""What the verbs of ``images`` share: the cluster with its images, its logins, and how findings end a verb."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace

from antrea_ci import redaction
from antrea_ci.findings import Finding, Severity
from antrea_ci.images.current import Current
from antrea_ci.images.mirrors import Mirrors
from antrea_ci.images.plan import PlannedImage, is_outdated, manifests, planned
from antrea_ci.images.verify import Outside, Wanted
from antrea_ci.model.effective import Cluster, load
from antrea_ci.preflight.outlet import cluster_proxies, used_bundle
from antrea_ci.preflight.registry import outside, untrusted_fix
from antrea_ci.preflight.site import Means, Site
from antrea_ci.repo import ClusterRepo
from antrea_ci.secrets import Secrets
from antrea_ci.secrets import load as load_secrets
from antrea_generator.session import Session
from antrea_generator.telling import OUTDATED, judged, progress

PULL_SECRET, REGISTRY = "ANTREA_GITOPS_PULL_SECRET", "ANTREA_GITOPS_SECRET_REGISTRY"


def planned_in(session: Session) -> tuple[Cluster, tuple[PlannedImage, ...]]:
    """The cluster and its images; no secret is read."""
    repo = ClusterRepo.at(session.directory)
    cluster, objects = load(repo), manifests(repo)
    if is_outdated(cluster, objects):
        progress(OUTDATED)
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

    def judged(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings as the catalogue completes them."""
        return judged(findings, is_guess=self.platform is Severity.WARNING)

    @property
    def is_open(self) -> bool:
        """Whether neither a secret nor a proxy, which may hold a login, has a part in what nodes do."""
        config, kept = self.site.config, self.cluster.file.secrets
        has_proxy = config is not None and next(cluster_proxies(config), None) is not None
        return not (self.secrets.values() or has_proxy or kept.provider != "env" or kept.names)

    def current(self) -> Current:
        """What `images verify` asks for."""
        config = self.site.config
        return Current(
            tuple(self.wanted()),
            Mirrors.of(config),
            used_bundle(config) if config else "",
            self.site.means.answer,
            untrusted_fix(self.site),
            is_guess=config is None,
            is_outdated=is_outdated(self.cluster, manifests(self.cluster.repo)),
        )

    @property
    def platform(self) -> Severity:
        """How bad an image for another architecture is: nobody says which machines a plain Kubernetes cluster has."""
        return Severity.ERROR if self.site.config else Severity.WARNING
