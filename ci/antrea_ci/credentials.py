"""What opens an installed cluster: the administrator's kubeconfig and the password of kubeadmin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from antrea_ci.errors import AntreaGitopsError, UsageError
from antrea_ci.files import create_atomically, write_atomically
from antrea_ci.install.workdir import WorkDir
from antrea_ci.model.effective import Cluster
from antrea_ci.places import state_folder

_MODE, _FOLDER_MODE = 0o600, 0o700
_INSTALL = "antrea-gitops install"


@dataclass(frozen=True)
class Credentials:
    """``password`` is empty where it is not known; ``source`` says where both come from."""

    kubeconfig: bytes = field(repr=False)
    password: str = field(repr=False)
    source: str


def console_url(cluster: Cluster) -> str:
    """Where the web console is as long as nobody moved it."""
    return f"https://console-openshift-console.apps.{cluster.name}.{cluster.base_domain}"


def api_url(cluster: Cluster) -> str:
    """Where the API is."""
    return f"https://api.{cluster.name}.{cluster.base_domain}:6443"


def default_file(cluster: Cluster) -> Path:
    """Where this machine keeps the cluster's kubeconfig unless another file is named."""
    return state_folder() / "kubeconfigs" / f"{cluster.name}.{cluster.base_domain}"


def of_folder(work: WorkDir) -> Credentials | None:
    """Those of an installation on this machine; None where there are none (yet)."""
    try:
        kubeconfig = work.kubeconfig_file.read_bytes()
    except FileNotFoundError:
        return None
    password = _password_file(work)
    text = password.read_text("utf-8").strip() if password.is_file() else ""
    return Credentials(kubeconfig, text, f"the work folder {work.root}")


def of_vault(cluster: Cluster, work: WorkDir, environment: Mapping[str, str]) -> Credentials:
    """Those of the newest snapshot of an installation, decrypted in memory with an identity of ``environment``.

    MissingRequirementError without an identity, AntreaGitopsError where the vault has none of them.
    """
    from antrea_ci.secrets import age_identities, load
    from antrea_ci.vault import Kind, Vault

    secrets = load(cluster, "credentials", environment)
    vault = Vault.of(cluster, secrets)
    snapshot = vault.newest(Kind.POST_INSTALL, Kind.CLUSTER, Kind.METADATA, Kind.IGNITION)
    if snapshot is None:
        told = f" (its remote did not answer: {vault.unreached})" if vault.unreached else ""
        raise AntreaGitopsError(
            f"no credentials of {cluster.name}.{cluster.base_domain} are here: {work.root} has none, and the vault has "
            f"no snapshot of an installation{told}",
            fix=f"name the folder of the installation with --work-dir, or install the cluster with `{_INSTALL}`",
        )
    files = vault.secret_files(snapshot, age_identities(secrets))
    kubeconfig = files.get(_in_vault(work, work.kubeconfig_file))
    if kubeconfig is None:
        raise AntreaGitopsError(
            f"the snapshot {snapshot.name} holds no kubeconfig",
            why="it was taken before the installer had made one",
            fix=f"`{_INSTALL} --resume`, or name the folder of the installation with --work-dir",
        )
    password = files.get(_in_vault(work, _password_file(work)), b"").decode("utf-8", "replace").strip()
    return Credentials(kubeconfig, password, f"the snapshot {snapshot.name} of the vault")


def _password_file(work: WorkDir) -> Path:
    return work.kubeconfig_file.with_name("kubeadmin-password")


def _in_vault(work: WorkDir, file: Path) -> str:
    """Snapshots name files as they lie in a work folder."""
    return file.relative_to(work.root).as_posix()


def write_kubeconfig(cluster: Cluster, data: bytes, file: Path, *, force: bool) -> None:
    """Puts the kubeconfig into ``file``, for its owner alone, in one step.

    UsageError for a file inside the repository, and for one with other content unless ``force``.
    """
    if file.resolve().is_relative_to(cluster.repo.root):
        why = "whoever holds it is administrator of the cluster for ten years, and files of a repository get committed"
        raise UsageError(f"{file} is in the repository", why=why, fix="name a file outside of it")
    if file == default_file(cluster):
        file.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    if not file.parent.is_dir():
        raise UsageError(f"the folder {file.parent} does not exist", fix="make it, or name another file")
    if force:
        write_atomically(file, data, mode=_MODE)
        return
    try:
        create_atomically(file, data, mode=_MODE)
    except FileExistsError:
        _refuse_other(file, data)


def _refuse_other(file: Path, data: bytes) -> None:
    if file.is_dir() or file.read_bytes() != data:
        raise UsageError(
            f"{file} is there already, and is another one", fix="name another file with --kubeconfig, or add --force"
        ) from None
    file.chmod(_MODE)
