"""Whether a cluster is registered in NSX, and the wait until it is no longer.

source: NSX policy API, `cluster-control-planes` (DOMAIN section 4)
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.model.effective import Cluster
from antrea_ci.pipeline.api import Api, ApiError
from antrea_ci.secrets import Secrets

_PATH = "/policy/api/v1/infra/sites/default/enforcement-points/default/cluster-control-planes/{}"
_WAIT_SECONDS = 900.0
_PAUSE_SECONDS = 10.0
_NOT_FOUND = 404


def wait_until_gone(
    cluster: Cluster, secrets: Secrets, say: Callable[[str], None], *, seconds: float = _WAIT_SECONDS
) -> None:
    """Returns when NSX does not know the cluster any more; AntreaGitopsError where it still does after ``seconds``."""
    end = time.monotonic() + seconds
    is_told = False
    while _is_registered(cluster, secrets):
        if time.monotonic() >= end:
            raise _still_registered(cluster)
        if not is_told:
            say(f"waiting until NSX does not know {cluster.name} any more")
            is_told = True
        time.sleep(min(_PAUSE_SECONDS, max(0.0, end - time.monotonic())))


def _is_registered(cluster: Cluster, secrets: Secrets) -> bool:
    """What the first manager says that answers. Raises AntreaGitopsError where none does."""
    said: list[str] = []
    for manager in cluster.file.nsx.managers:
        try:
            _api(manager, secrets).call("GET", _PATH.format(cluster.name))
        except ApiError as error:
            if error.status == _NOT_FOUND:
                return False
            said.append(error.message)
            continue
        return True
    raise AntreaGitopsError(
        f"no NSX manager says whether {cluster.name} is registered: {'; '.join(said) or 'nsx.managers is empty'}",
        why="a cluster that is destroyed first leaves stale objects behind in NSX",
        fix="mend the way to NSX and its login (ANTREA_GITOPS_SECRET_NSX), or say with --nsx-gone that it is gone",
    )


def _api(manager: str, secrets: Secrets) -> Api:
    login = secrets.login("ANTREA_GITOPS_SECRET_NSX") or ("", "")
    basic = base64.b64encode(":".join(login).encode()).decode()
    base = manager if "://" in manager else f"https://{manager}"
    return Api(base.rstrip("/"), {"Authorization": f"Basic {basic}"})


def _still_registered(cluster: Cluster) -> AntreaGitopsError:
    path = _PATH.format(cluster.name)
    return AntreaGitopsError(
        f"{cluster.name} is still registered in NSX",
        why="a cluster that is destroyed first leaves stale objects behind in NSX, and its name stays taken",
        fix="apply the vendor's deregisterjob.yaml and wait for its job; where the cluster cannot run it any more, "
        f"DELETE {path}?cascade=true at an NSX manager with the header X-Allow-Overwrite: true, then use --nsx-gone",
    )
