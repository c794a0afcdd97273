"""How this machine gets into the living cluster: which kubeconfig, and which program."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from antrea_ci import redaction
from antrea_ci.errors import AntreaGitopsError, MissingRequirementError, UsageError
from antrea_ci.kube.api import Api
from antrea_ci.kube.program import find_program
from antrea_ci.model.effective import Cluster
from antrea_ci.process import orderly_end
from antrea_ci.redaction.parts import secret_of
from antrea_ci.secrets.needs import KUBECONFIG

if TYPE_CHECKING:
    from antrea_ci.secrets import Secrets


class NoKubeconfigError(MissingRequirementError):
    """Nothing that is at hand opens the cluster."""


@contextmanager
def opened(
    cluster: Cluster,
    secrets: Secrets,
    *,
    kubeconfig: Path | None,
    work_dir: Path | None,
    environment: Mapping[str, str] | None = None,
) -> Generator[Api]:
    """The cluster by the first kubeconfig of these: ``kubeconfig``, the secret ANTREA_GITOPS_KUBECONFIG; on OpenShift
    that of the work folder or of the vault, on Kubernetes the one that KUBECONFIG names.

    What is no file yet lies in a 0600 file of a 0700 folder while it is open. NoKubeconfigError names the ways.
    """
    env = os.environ if environment is None else environment
    program = find_program(cluster)
    with orderly_end(), tempfile.TemporaryDirectory(prefix="antrea-gitops-") as scratch:
        file, source = _kubeconfig(cluster, secrets, kubeconfig, work_dir, env, Path(scratch))
        redaction.learn(secret_of(KUBECONFIG, file.read_text("utf-8", "replace"), "kubeconfig").parts)
        yield Api(program, file, source)


def _kubeconfig(
    cluster: Cluster,
    secrets: Secrets,
    given: Path | None,
    work_dir: Path | None,
    environment: Mapping[str, str],
    scratch: Path,
) -> tuple[Path, str]:
    if given is not None:
        if not given.is_file():
            raise UsageError(f"{given} is no file", fix="name the kubeconfig of the cluster with --kubeconfig")
        return given.absolute(), f"--kubeconfig {given.name}"
    if text := secrets.get(KUBECONFIG):
        return _written(text.encode("utf-8", "surrogateescape"), scratch), f"the secret {KUBECONFIG}"
    if cluster.file.flavour == "openshift":
        return _of_installation(cluster, work_dir, environment, scratch)
    named = environment.get("KUBECONFIG", "")
    if named and Path(named).is_file():
        return Path(named).absolute(), "the variable KUBECONFIG"
    raise _missing(f"KUBECONFIG names {named}, which is no file" if named else "KUBECONFIG is not set")


def _of_installation(
    cluster: Cluster, work_dir: Path | None, environment: Mapping[str, str], scratch: Path
) -> tuple[Path, str]:
    from antrea_ci.credentials import of_folder, of_vault
    from antrea_ci.install.workdir import WorkDir

    work = WorkDir.of(cluster.name, cluster.base_domain, work_dir)
    try:
        found = of_folder(work) or of_vault(cluster, work, environment)
    except AntreaGitopsError as error:
        raise _missing(error.message) from None
    return _written(found.kubeconfig, scratch), found.source


def _written(data: bytes, scratch: Path) -> Path:
    file = scratch / "kubeconfig"
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(data)
    return file


def _missing(said: str) -> NoKubeconfigError:
    return NoKubeconfigError(
        f"no kubeconfig opens the cluster: {said}",
        why="the living cluster is changed and looked at through its API",
        fix=f"name one with --kubeconfig, or store one (or its path) as the secret {KUBECONFIG}; on OpenShift that of "
        "the installation is taken from --work-dir or from the vault (ANTREA_GITOPS_AGE_IDENTITY opens it), on "
        "Kubernetes the file that the variable KUBECONFIG names",
    )
