"""Where everything is in a cluster repository: the only module that knows its paths (DESIGN section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from antrea_ci.errors import UsageError

RENDERED = (
    "rendered/install/",
    "rendered/nsx/",
    "rendered/nsx-remove/",
    "antrea/overlays/install/generated/",
    "antrea/overlays/nsx/generated/",
    "antrea/overlays/nsx-remove/generated/",
    "firewall/",
)
"""What `render` writes as a whole: it follows from the other files, and whatever else lies in there is stale."""

WRITTEN = (
    "rendered/",
    "antrea/overlays/install/generated/",
    "antrea/overlays/nsx/generated/",
    "antrea/overlays/nsx-remove/generated/",
    "firewall/",
)
"""What a job that renders may commit."""

PIPELINES = (".github/", ".gitlab/", ".ci/", "gitops/")
"""Folders of the Git host and its pipelines, and of an engine that takes their place."""

NOT_RENDERED_FROM = frozenset(
    {
        ".copier-answers.yml",
        ".editorconfig",
        ".gitattributes",
        ".gitignore",
        ".gitlab-ci.yml",
        ".pre-commit-config.yaml",
        ".yamllint.yaml",
        "CODEOWNERS",
        "installed.yaml",
        "renovate.json",
        "requirements.txt",
    }
)
"""Files that neither `render` nor kustomize reads."""


@dataclass(frozen=True)
class ClusterRepo:
    """A cluster repository by its root folder."""

    root: Path

    @classmethod
    def at(cls, folder: Path) -> ClusterRepo:
        """The repository at ``folder``; raises UsageError where there is no cluster.yaml."""
        repo = cls(folder.resolve())
        if not repo.cluster_file.is_file():
            raise UsageError(
                f"{folder} is not a cluster repository: it has no cluster.yaml",
                fix="run this inside one, name one with `-C DIR`, or make one with `antrea-gitops new DIR`",
            )
        return repo

    @property
    def cluster_file(self) -> Path:
        return self.root / "cluster.yaml"

    @property
    def install_config_file(self) -> Path:
        return self.root / "install-config.yaml"

    @property
    def agent_config_file(self) -> Path:
        """What the Agent-based Installer reads beside install-config.yaml."""
        return self.root / "agent-config.yaml"

    @property
    def bundle(self) -> Path:
        return self.root / "antrea" / "bundle"

    @property
    def bundle_lock_file(self) -> Path:
        return self.bundle / "bundle.lock.yaml"

    @property
    def bundle_kustomization_file(self) -> Path:
        return self.bundle / "kustomization.yaml"

    @property
    def overlay(self) -> Path:
        return self.root / "antrea" / "overlays" / "install"

    @property
    def generated(self) -> Path:
        return self.overlay / "generated"

    @property
    def rendered(self) -> Path:
        return self.root / "rendered" / "install"

    @property
    def nsx_overlay(self) -> Path:
        """Phase 2."""
        return self.root / "antrea" / "overlays" / "nsx"

    @property
    def rendered_nsx(self) -> Path:
        """What kustomize builds of phase 2; no key material."""
        return self.root / "rendered" / "nsx"

    @property
    def interworking(self) -> Path:
        """The vendor's files of phase 2, byte for byte, with their lock."""
        return self.root / "antrea" / "interworking"

    @property
    def nsx_removal_overlay(self) -> Path:
        """The way out of NSX: the vendor's deregister job."""
        return self.root / "antrea" / "overlays" / "nsx-remove"

    @property
    def rendered_nsx_removal(self) -> Path:
        return self.root / "rendered" / "nsx-remove"

    @property
    def nsx_certificate_file(self) -> Path:
        """The public part of the cluster's certificate in NSX; its key is never in the tree."""
        return self.nsx_overlay / "nsx-cert.pem"

    @property
    def next_nsx_certificate_file(self) -> Path:
        """The public part of the one that a renewal brings."""
        return self.nsx_overlay / "nsx-cert-next.pem"

    @property
    def firewall(self) -> Path:
        """The rules that this cluster needs, written by `render`."""
        return self.root / "firewall"

    @property
    def readme_file(self) -> Path:
        return self.root / "README.md"

    @property
    def tools_lock_file(self) -> Path:
        return self.root / "tools.lock.yaml"

    @property
    def requirements_file(self) -> Path:
        return self.root / "requirements.txt"

    @property
    def yamllint_file(self) -> Path:
        return self.root / ".yamllint.yaml"

    @property
    def installed_file(self) -> Path:
        return self.root / "installed.yaml"

    @property
    def report(self) -> Path:
        """What a run says of itself, for people and pipelines; no secret, and not in Git."""
        return self.root / "report"

    @property
    def logs(self) -> Path:
        """Redacted logs; not in Git."""
        return self.root / "logs"

    @property
    def answers_file(self) -> Path:
        return self.root / ".copier-answers.yml"

    def name(self, path: Path) -> str:
        """``path`` as messages show it: relative to the root, with slashes."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)
