"""Opens a run of `install`: which commit, whether it may be installed, by whom, and with what."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from antrea_ci import __version__, following, vcs
from antrea_ci.errors import AntreaGitopsError, FindingsError, UsageError
from antrea_ci.findings import Finding, Location
from antrea_ci.install import source
from antrea_ci.install.again import Again
from antrea_ci.install.fetching import OF_INSTALLATIONS
from antrea_ci.install.history import History
from antrea_ci.install.journal import Entry, Journal, read_entries
from antrea_ci.install.keeper import Belongings, Keeper
from antrea_ci.install.renewal import Renewal
from antrea_ci.install.request import Request, Until
from antrea_ci.install.resume import refuse_second
from antrea_ci.install.run import Run, host
from antrea_ci.install.workdir import WorkDir
from antrea_ci.installed_records import Record, find_records
from antrea_ci.installer import Installer, Progress, find_installer, installer_environment
from antrea_ci.installer.environment import ignored_variables
from antrea_ci.model.cluster import Flavour
from antrea_ci.model.effective import Cluster
from antrea_ci.repo import ClusterRepo
from antrea_ci.secrets import load
from antrea_ci.values import text_at
from antrea_ci.vault import Vault, contents_of
from antrea_ci.vault.lease import lease
from antrea_ci.yamlio import Value, parse

if TYPE_CHECKING:
    from antrea_ci.install.approver import Approver


def flavour_of(home: ClusterRepo, commit: str) -> Flavour:
    """The flavour that ``commit`` describes."""
    is_kubernetes = text_at(_file_of(home, commit, home.cluster_file), ("flavour",)) == "kubernetes"
    return "kubernetes" if is_kubernetes else "openshift"


def work_dir(home: ClusterRepo, commit: str, given: Path | None) -> WorkDir:
    """The work folder of the cluster that ``commit`` describes."""
    if flavour_of(home, commit) == "kubernetes":
        value, at = _file_of(home, commit, home.cluster_file), (("cluster", "name"), ("cluster", "baseDomain"))
    else:
        value, at = _file_of(home, commit, home.install_config_file), (("metadata", "name"), ("baseDomain",))
        if value is None:
            name = home.name(home.install_config_file)
            raise FindingsError([Finding("install-config/missing", "is not there", location=Location(name))])
    cluster, domain = (text_at(value, path) for path in at)
    if not cluster and not given:
        raise UsageError(
            "the cluster has no name, by which its work folder is called",
            fix="set `cluster: {name: ..., baseDomain: ...}` in cluster.yaml, or name a folder with --work-dir",
        )
    return WorkDir.of(cluster, domain, given)


def _file_of(home: ClusterRepo, commit: str, path: Path) -> Value:
    """What a file of ``commit`` holds; None where it has none."""
    name = home.name(path)
    data = vcs.contents(home.root, [commit], name).get(commit)
    return parse(data, name).value if data is not None else None


@contextmanager
def fresh(
    home: ClusterRepo, request: Request, commit: str, work: WorkDir, environment: Mapping[str, str], progress: Progress
) -> Generator[Run]:
    """A run that begins an installation; everything that speaks against it is raised before anything is done."""
    cluster = source.checked_out(home, commit, work.source)
    if not request.any_commit:
        source.refuse_unreviewed(home, cluster, commit)
    source.refuse_faults(home, commit)
    refuse_installed(home, cluster, Again.of(home, request))
    with opened(home, request, cluster, commit, work, environment, progress) as run:
        refuse_second(run.history(), Again.of(home, request))
        refuse_second(History.of_vault(entries_in(run.keeper.vault)), Again.of(home, request))
        end_what_is_left(run.history())
        _tell_unverifiable(run)
        run.journal.append("install.begin", **_beginning(run))
        yield run


def end_what_is_left(history: History, *, also_create: bool = False) -> None:
    """Ends a process of an earlier run that still writes into the folder; ``also_create``: even `create cluster`."""
    left, machine = history.left_running or (None, "")
    is_creating = left == history.process and not history.is_complete
    if left and machine == host() and (also_create or not is_creating):
        following.end(left)


@contextmanager
def opened(
    home: ClusterRepo,
    request: Request,
    cluster: Cluster,
    commit: str,
    work: WorkDir,
    environment: Mapping[str, str],
    progress: Progress,
    *,
    verb: str = "install",
) -> Generator[Run]:
    """A run of ``verb`` with its secrets, its installer, its vault and the lease of the cluster."""
    at_home = replace(cluster, repo=home)
    secrets = load(at_home, verb, environment)
    vault = Vault.of(at_home, secrets)
    if not (request.no_vault or vault.has_recipients):
        raise _no_recipients()
    if request.no_vault:
        vault = vault.without_remote()
    installer = find_installer(at_home, request.installer, any_version=request.any_version)
    journal = Journal(work.journal_file)
    belongings = belongings_of(home, commit, work, installer)
    kept = None if request.no_vault else vault
    keeper = Keeper(kept, work, journal, belongings, Again.of(home, request))
    with lease(at_home, vault, verb, steal=request.steal_lease) as held, Renewal(held) as renewal:
        if held.stolen_from:
            journal.append("lease.stolen", holder=held.stolen_from)
        env = installer_environment(at_home, environment, work.root)
        base = (request, home, cluster, commit, work, journal, secrets, keeper, renewal, progress)
        run = Run(*base, installer, env)
        _tell_ignored(environment, run)
        yield replace(run, approver=approver_of(cluster, run))


def belongings_of(home: ClusterRepo, commit: str, work: WorkDir, installer: Installer) -> Belongings:
    """What snapshots of an installation of ``commit`` say and hold."""
    versions = {"antrea-gitops": __version__, "openshift-install": installer.version}
    return Belongings(commit, versions, lambda: contents_of(home, commit, work))


def approver_of(cluster: Cluster, run: Run) -> Approver | None:
    """Nobody else admits the nodes that people make."""
    if cluster.method != "upi":
        return None
    from antrea_ci.install.approver import Approver

    return Approver(cluster, run.work.kubeconfig_file, run.journal, run.say)


def _tell_unverifiable(run: Run) -> None:
    """Whoever misses the program of *verify* hears it now, and has the time of the installation to bring it."""
    if run.request.until is not Until.CLUSTER or run.cluster.method != "ipi":
        return
    from antrea_ci.verify import find_program

    try:
        find_program(run.cluster)
    except AntreaGitopsError as error:
        run.say(f"the cluster cannot be verified from here when it is there: {error.message}")


def _tell_ignored(environment: Mapping[str, str], run: Run) -> None:
    if ignored := ignored_variables(environment):
        names = ", ".join(ignored)
        run.say(f"not passed on to the installer: {names}; what changes the cluster belongs into the repository")


def _beginning(run: Run) -> dict[str, str]:
    """What the journal and the report say of the installation as a whole."""
    return {
        "cluster": run.cluster.name,
        "commit": run.commit,
        "release": run.cluster.version,
        "platform": run.cluster.platform,
        "method": run.cluster.method,
        "installer_version": run.installer.version,
        "antrea_gitops": __version__,
        "host": host(),
        "waived": run.request.waived,
    }


def refuse_installed(home: ClusterRepo, cluster: Cluster, again: Again) -> None:
    """Raises AntreaGitopsError where a record says that there is a cluster already."""
    record = binding_record(home, cluster)
    if record is None:
        return
    raise AntreaGitopsError(
        f"{record.where} says that this cluster is {record.file.state}, since {record.file.recorded}",
        why="a second installation would take the same names and addresses, and orphan the first one's machines",
        fix="bring changes to the living cluster with `antrea-gitops apply`; to install anew, "
        f"{again.destroy(cluster.name)} first",
    )


def binding_record(home: ClusterRepo, cluster: Cluster) -> Record | None:
    """The record that says that there is a cluster, whatever the working tree makes of it."""
    return find_records(home, cluster.file.install.branch).binding


def _no_recipients() -> AntreaGitopsError:
    return AntreaGitopsError(
        "cluster.yaml names no recipients for backups",
        why="the state that `destroy` needs would only be on this machine, and a pipeline's machine is gone afterwards",
        fix="make a key with `age-keygen`, add its public half to backup.recipients, and keep the private half safe; "
        "--no-vault installs without, and that is recorded",
    )


def entries_in(vault: Vault | None) -> list[Entry]:
    """The journal in the newest snapshot of an installation; nothing where the vault cannot be read now."""
    if vault is None:
        return []
    try:
        snapshot = vault.newest(*OF_INSTALLATIONS)
        journal = vault.public_files(snapshot).get("journal.jsonl", b"") if snapshot else b""
    except AntreaGitopsError:  # nothing is created before a snapshot has reached the vault
        return []
    return read_entries(journal, "journal.jsonl of the newest snapshot")
