"""Where everything of one installation is while it runs: the only module that knows the paths of a work folder.

What lies in it is secret (state, passwords, keys), so it is for its owner alone; the journal in it holds no secret.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from antrea_ci.errors import UsageError
from antrea_ci.places import state_folder

_PRIVATE = 0o700


@dataclass(frozen=True)
class WorkDir:
    """The work folder of one cluster, by its root."""

    root: Path

    @classmethod
    def of(cls, name: str, base_domain: str, given: Path | None = None) -> WorkDir:
        """``given``, else the folder that this machine keeps for the cluster. Nothing is made yet."""
        return cls((given or state_folder() / "clusters" / f"{name}.{base_domain}").absolute())

    def make(self) -> None:
        """Makes the folders that are not there, closed to everybody else; UsageError where others may read them."""
        for folder in (self.root, self.installer):
            folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
            state = folder.stat()
            if state.st_uid != os.getuid():
                raise UsageError(f"{folder} belongs to another user", fix="name a folder of your own with --work-dir")
            if state.st_mode & 0o077:
                folder.chmod(_PRIVATE)
        if any((folder / ".git").exists() for folder in self.root.parents):
            # Nothing of it is ever committed, and it does not make the tree look changed.
            (self.root / ".gitignore").write_text("*\n", encoding="utf-8")

    @property
    def journal_file(self) -> Path:
        return self.root / "journal.jsonl"

    @property
    def lock_file(self) -> Path:
        return self.root / "lock"

    @property
    def source(self) -> Path:
        """The files of the commit that is installed."""
        return self.root / "source"

    @property
    def installer(self) -> Path:
        """What openshift-install gets as ``--dir``."""
        return self.root / "installer"

    @property
    def output_file(self) -> Path:
        """The raw output of the installer that runs, or ran last: it can hold secrets."""
        return self.root / "installer.out"

    @property
    def install_config_file(self) -> Path:
        """The installer takes it away when it has read it."""
        return self.installer / "install-config.yaml"

    @property
    def agent_config_file(self) -> Path:
        return self.installer / "agent-config.yaml"

    @property
    def kubeconfig_file(self) -> Path:
        return self.installer / "auth" / "kubeconfig"

    @property
    def metadata_file(self) -> Path:
        return self.installer / "metadata.json"

    @property
    def state_file(self) -> Path:
        return self.installer / ".openshift_install_state.json"

    @property
    def log_file(self) -> Path:
        """The installer's own log of all its runs in this folder."""
        return self.installer / ".openshift_install.log"

    @property
    def manifests(self) -> Path:
        return self.installer / "manifests"

    @property
    def openshift(self) -> Path:
        return self.installer / "openshift"

    @property
    def bootstrap_ignition_file(self) -> Path:
        return self.installer / "bootstrap.ign"

    @property
    def support(self) -> Path:
        """Log bundles and the like that a failure leaves, before they are redacted."""
        return self.root / "support"
