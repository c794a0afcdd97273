"""Opens a run that changes phase 2: from a reviewed commit, of this cluster and no other, one run at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from antrea_ci.apply.identity import refuse_another
from antrea_ci.apply.record import Books, refuse_without_cluster
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.install import source
from antrea_ci.install.entrance import interruptible
from antrea_ci.install.renewal import Renewal
from antrea_ci.installed_records import find_records
from antrea_ci.kube.access import opened as kube_opened
from antrea_ci.kube.api import Api
from antrea_ci.model.effective import Cluster
from antrea_ci.nsx.access import nsx_of
from antrea_ci.nsx.living import Living
from antrea_ci.nsx.manager import Nsx
from antrea_ci.nsx.prepared import PreparedNsx, prepared
from antrea_ci.nsx.request import Request
from antrea_ci.nsx.waits import Patience
from antrea_ci.repo import ClusterRepo
from antrea_ci.secrets import Secrets, load
from antrea_ci.vault import Vault
from antrea_ci.vault.lease import lease

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """What every step needs. ``cluster`` is as the commit describes it; ``lease`` is None where nothing is changed."""

    home: ClusterRepo
    request: Request
    cluster: Cluster
    prepared: PreparedNsx
    secrets: Secrets
    nsx: Nsx
    api: Api
    lease: Renewal | None
    books: Books
    progress: Progress

    @property
    def living(self) -> Living:
        return Living.of(self.api)

    @property
    def patience(self) -> Patience:
        return Patience(self.request.timeout, self.progress)

    @property
    def name(self) -> str:
        """The cluster's, in NSX."""
        return self.cluster.nsx_name

    def require_lease(self) -> None:
        """Raises AntreaGitopsError where somebody else may work on the cluster by now."""
        if self.lease is not None:
            self.lease.require()


@contextmanager
def opened(
    home: ClusterRepo, request: Request, environment: Mapping[str, str], progress: Progress, *, verb: str
) -> Generator[Run]:
    """A run of ``verb`` (as secrets/needs.py calls it). Everything that speaks against it is raised before it changes
    anything: a commit nobody reviewed, errors of `check`, secrets that are missing, another cluster, another run."""
    with interruptible(), ExitStack() as stack:
        commit = source.commit_to_install(home, "HEAD")
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="antrea-gitops-"))
        cluster = source.checked_out(home, commit, Path(folder) / "source")
        refuse_disabled(cluster)
        if not request.any_commit:
            source.refuse_unreviewed(home, cluster, commit)
        source.refuse_faults(home, commit)
        found, at_home = prepared(cluster), replace(cluster, repo=home)
        secrets = load(at_home, verb, environment)
        vault = Vault.of(at_home, secrets)
        vault = vault.without_remote() if request.no_vault else vault
        api = stack.enter_context(_api(at_home, secrets, request, environment))
        books = _books(home, cluster, commit, None if request.no_vault else vault, api, progress)
        nsx = nsx_of(at_home, secrets)
        held = None if request.dry_run else stack.enter_context(leased(at_home, vault, request, verb))
        yield Run(home, request, cluster, found, secrets, nsx, api, held, books, progress)


@contextmanager
def leased(cluster: Cluster, vault: Vault, request: Request, verb: str) -> Generator[Renewal]:
    """The lease of the cluster, renewed while the block runs."""
    with lease(cluster, vault, verb.replace("-", " "), steal=request.steal_lease) as held, Renewal(held) as renewal:
        yield renewal


@contextmanager
def _api(cluster: Cluster, secrets: Secrets, request: Request, environment: Mapping[str, str]) -> Generator[Api]:
    given, work = request.kubeconfig, request.work_dir
    with kube_opened(cluster, secrets, kubeconfig=given, work_dir=work, environment=environment) as api:
        yield api


def _books(
    home: ClusterRepo, cluster: Cluster, commit: str, vault: Vault | None, api: Api, progress: Progress
) -> Books:
    """Where it is written down; AntreaGitopsError where there is no such cluster, or another one answers."""
    records = find_records(home, cluster.file.install.branch)
    refuse_without_cluster(records.binding, records.latest.file if records.latest else None)
    for doubt in refuse_another(cluster, records.binding.file if records.binding else None, api):
        progress(doubt)
    return Books(home, cluster, commit, vault, records.binding)


def refuse_disabled(cluster: Cluster) -> None:
    """Raises AntreaGitopsError for a cluster that is not to join NSX."""
    if not cluster.file.nsx.enabled:
        raise AntreaGitopsError(
            "nsx.enabled in cluster.yaml is false, so this cluster has no phase 2",
            fix="set it, name the managers in nsx.managers, then `antrea-gitops nsx prepare`; a cluster that is to "
            "leave NSX leaves by `antrea-gitops nsx remove` first, from a commit in which it is still true",
        )
