"""What the cluster is, which commit says so, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from antrea_ci import __version__, vcs
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.installed_records import Record, find_records
from antrea_ci.model.effective import Cluster
from antrea_ci.render.settings import antrea_version
from antrea_ci.repo import ClusterRepo
from antrea_ci.values import text_at
from antrea_ci.yamlio import parse

_FLAVOURS = {"openshift": "OpenShift", "kubernetes": "Kubernetes"}
_METHODS = {
    "ipi": "the installer makes them",
    "upi": "made by people",
    "agent": "made by people, Agent-based Installer",
}


@dataclass(frozen=True)
class Commit:
    """The commit that is looked at: ``time`` with its own offset (ISO 8601); ``changed``: files that are not as in it.

    All empty outside of Git.
    """

    id: str = ""
    time: str = ""
    subject: str = ""
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class State:
    """What installed.yaml says; ``name`` is ``not installed`` where there is none. ``where`` it was read.

    ``applied``: the commit that the cluster was brought to last, and ``applied_at`` when; empty where it is the first.
    """

    name: str = "not installed"
    recorded: str = ""
    commit: str = ""
    release: str = ""
    infra_id: str = ""
    cluster_id: str = ""
    where: str = ""
    applied: str = ""
    applied_at: str = ""


@dataclass(frozen=True)
class About:
    """``antrea``: the version that is configured; ``bundle``: of the vendor's files. Empty where nothing tells."""

    name: str
    domain: str
    flavour: str
    version: str
    platform: str
    machines: str
    method: str
    antrea: str
    bundle: str
    tool: str
    commit: Commit
    state: State

    @property
    def full_name(self) -> str:
        return ".".join(filter(None, (self.name, self.domain)))


def about(cluster: Cluster) -> About:
    """Reads Git and the bundle's lock; what cannot be had stays empty."""
    on_openshift = cluster.file.flavour == "openshift"
    bundle = _bundle(cluster.repo)
    return About(
        name=cluster.name,
        domain=cluster.base_domain,
        flavour=_FLAVOURS[cluster.file.flavour],
        version=cluster.version,
        platform=cluster.platform if on_openshift else "",
        machines=f"{cluster.control_plane} control plane, {cluster.compute} compute" if on_openshift else "",
        method=_METHODS[cluster.method] if on_openshift else "",
        antrea=antrea_version(cluster, bundle) or "",
        bundle=bundle,
        tool=__version__,
        commit=_commit(cluster.repo),
        state=_state(cluster),
    )


def _bundle(repo: ClusterRepo) -> str:
    try:
        lock = parse(repo.bundle_lock_file.read_bytes(), repo.name(repo.bundle_lock_file)).value
    except (OSError, AntreaGitopsError):
        return ""
    return text_at(lock, ("operatorVersion",))


def _commit(repo: ClusterRepo) -> Commit:
    done = vcs.git(repo.root, "log", "--max-count=1", "--no-show-signature", "--format=%H%n%cI%n%s", "HEAD")
    if done is None or done.code != 0:
        return Commit()
    commit, time, subject, *_ = [*done.stdout.decode("utf-8", "replace").split("\n"), "", ""]
    changed = vcs.changed_files(repo.root, "HEAD", None, exact=True) or set[str]()
    return Commit(commit, time, subject, tuple(sorted(changed)))


def _state(cluster: Cluster) -> State:
    record = _newest(cluster)
    if record is None:
        return State()
    file = record.file
    return State(
        name=file.state,
        recorded=file.recorded,
        commit=file.commit,
        release=file.versions.release,
        infra_id=file.infraID or "",
        cluster_id=file.clusterID or "",
        where=record.where,
        applied=file.applied.commit if file.applied else "",
        applied_at=file.applied.recorded if file.applied else "",
    )


def _newest(cluster: Cluster) -> Record | None:
    records = find_records(cluster.repo, cluster.file.install.branch)
    return max((one for one in (records.here, records.trusted) if one), key=lambda one: one.file.recorded, default=None)
