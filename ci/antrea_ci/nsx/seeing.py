"""`nsx status`: a look at the cluster and at NSX, as far as either can be reached."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.kube.access import opened
from antrea_ci.model.effective import Cluster, load
from antrea_ci.nsx.access import nsx_of
from antrea_ci.nsx.looking import Missing, look
from antrea_ci.nsx.manager import Nsx
from antrea_ci.nsx.opening import refuse_disabled
from antrea_ci.nsx.prepared import prepared
from antrea_ci.nsx.status import NsxStatus, write_record
from antrea_ci.repo import ClusterRepo
from antrea_ci.secrets import Secrets
from antrea_ci.secrets import load as load_secrets


def see(home: ClusterRepo, kubeconfig: Path | None, work_dir: Path | None, environment: Mapping[str, str]) -> NsxStatus:
    """What both say of phase 2 as the working tree describes it; recorded in report/nsx.json."""
    cluster = load(home)
    refuse_disabled(cluster)
    found, secrets = prepared(cluster), load_secrets(cluster, "nsx-status", environment)
    nsx = _nsx(cluster, secrets)
    try:
        with opened(cluster, secrets, kubeconfig=kubeconfig, work_dir=work_dir, environment=environment) as api:
            status = look(api, nsx, cluster, found)
    except AntreaGitopsError as error:
        status = look(Missing(error.message), nsx, cluster, found)
    write_record(home, status)
    return status


def _nsx(cluster: Cluster, secrets: Secrets) -> Nsx | Missing:
    try:
        return nsx_of(cluster, secrets)
    except AntreaGitopsError as error:
        return Missing(error.message)
