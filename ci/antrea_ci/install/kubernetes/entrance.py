"""From a reviewed commit to a plain Kubernetes cluster whose network is Antrea. Whatever interrupts it, it goes on."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from antrea_ci import __version__
from antrea_ci.install import opening, source
from antrea_ci.install.again import Again
from antrea_ci.install.engine import Ended, carried_out
from antrea_ci.install.history import History
from antrea_ci.install.journal import Journal
from antrea_ci.install.keeper import Belongings, Keeper
from antrea_ci.install.kubernetes.phases import KubernetesRun, carry_out
from antrea_ci.install.renewal import Renewal
from antrea_ci.install.request import Request
from antrea_ci.install.resume import refuse_nothing
from antrea_ci.install.run import host
from antrea_ci.install.workdir import WorkDir
from antrea_ci.installer import Progress
from antrea_ci.kube.access import opened
from antrea_ci.model.effective import Cluster, load
from antrea_ci.repo import ClusterRepo
from antrea_ci.secrets import load as load_secrets
from antrea_ci.vault import Vault, contents_of
from antrea_ci.vault.lease import lease


def install_on_kubernetes(
    home: ClusterRepo, request: Request, commit: str, work: WorkDir, environment: Mapping[str, str], progress: Progress
) -> Ended:
    """Installs ``commit``, or with --resume the commit that was begun with. The caller holds the folder's lock."""
    history = History.of(Journal(work.journal_file).entries())
    if request.resume:
        commit = history.commit or _begun_elsewhere(home, request, environment)
    cluster = source.checked_out(home, commit, work.source)
    if not request.any_commit:
        source.refuse_unreviewed(home, cluster, commit)
    source.refuse_faults(home, commit)
    with _run(home, request, cluster, commit, work, environment, progress) as run:
        if not (request.resume and history.exists):
            run.journal.append("install.begin", **_beginning(run))
        return carried_out(run, lambda: carry_out(run, environment))


def _begun_elsewhere(home: ClusterRepo, request: Request, environment: Mapping[str, str]) -> str:
    """The commit of an installation that another machine began, by the vault."""
    vault = None
    if not request.no_vault:
        cluster = load(home)
        vault = Vault.of(cluster, load_secrets(cluster, "install", environment))
    history = History.of(opening.entries_in(vault))
    refuse_nothing(history)
    return history.commit


@contextmanager
def _run(
    home: ClusterRepo,
    request: Request,
    cluster: Cluster,
    commit: str,
    work: WorkDir,
    environment: Mapping[str, str],
    progress: Progress,
) -> Generator[KubernetesRun]:
    """The run with the cluster's API, the vault and the lease of the cluster."""
    at_home = replace(cluster, repo=home)
    secrets = load_secrets(at_home, "install", environment)
    vault = Vault.of(at_home, secrets)
    vault = vault.without_remote() if request.no_vault else vault
    journal = Journal(work.journal_file)
    belongings = Belongings(commit, {"antrea-gitops": __version__}, lambda: contents_of(home, commit, work))
    keeper = Keeper(None if request.no_vault else vault, work, journal, belongings, Again.of(home, request))
    with (
        opened(at_home, secrets, kubeconfig=request.kubeconfig, work_dir=None, environment=environment) as api,
        lease(at_home, vault, "install", steal=request.steal_lease) as held,
        Renewal(held) as renewal,
    ):
        if held.stolen_from:
            journal.append("lease.stolen", holder=held.stolen_from)
        yield KubernetesRun(request, home, cluster, commit, work, journal, secrets, keeper, renewal, progress, api)


def _beginning(run: KubernetesRun) -> dict[str, str]:
    """What the journal and the report say of the installation as a whole."""
    return {
        "cluster": run.cluster.name,
        "commit": run.commit,
        "release": run.cluster.version,
        "platform": run.cluster.platform,
        "antrea_gitops": __version__,
        "host": host(),
        "waived": run.request.waived,
    }
