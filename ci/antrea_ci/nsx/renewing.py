"""`nsx renew`: brings the next certificate to NSX and to the cluster, in an order in which either side knows the other.

NSX stores the new certificate beside the old one, then expects it of the registered cluster and of the principal
identity; the Secret follows at once, and the interworking pod starts anew with it. The old certificate is removed from
NSX when the cluster is up again. Each step looks whether it was done, so that the same command goes on after a kill.
"""

from __future__ import annotations

from collections.abc import Mapping

from antrea_ci.apply.confirm import confirm
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.nsx import identity, removing, waits
from antrea_ci.nsx.certificate import public
from antrea_ci.nsx.finishing import finish, pem_of
from antrea_ci.nsx.living import Manifest
from antrea_ci.nsx.opening import Progress, Run, opened
from antrea_ci.nsx.prepared import nsx_secret
from antrea_ci.nsx.refusals import NsxError
from antrea_ci.nsx.request import Request
from antrea_ci.nsx.status import NsxStatus
from antrea_ci.repo import ClusterRepo
from antrea_ci.values import items_at, text_at
from antrea_ci.yamlio import Value

_OWNER = "antrea-gitops"


def renew(home: ClusterRepo, request: Request, environment: Mapping[str, str], progress: Progress) -> NsxStatus | None:
    """Puts the certificate of ANTREA_GITOPS_NSX_TLS_CERT_NEXT in the place of the present one on both sides.

    None with ``dry_run``, which only tells. AntreaGitopsError for every expected failure; the same call goes on.
    """
    with opened(home, request, environment, progress, verb="nsx-renew") as run:
        secret = nsx_secret(run.cluster, run.secrets, renewed=True)
        pem = pem_of(secret)
        found = identity.known(run.nsx, run.name)
        if found.identity is None:
            raise AntreaGitopsError(
                f"NSX has no principal identity {run.name}, so there is nothing to renew",
                fix=identity.how_to_make(run.name),
            )
        new = public(pem)
        until = f", which holds until {new.expires.date()}" if new else ""
        what = f"NSX and the cluster {run.cluster.name} get a new certificate{until}; the interworking pod starts anew"
        progress(what)
        if request.dry_run:
            return None
        confirm(run.cluster, what, yes=request.yes, typed=request.typed, ask=request.ask)
        run.require_lease()
        _at_nsx(run, pem)
        _in_cluster(run, secret)
        waits.until_up(run.nsx, run.name, run.patience)
        _clean_up(run, pem)
        return finish(run, "renewed")


def _at_nsx(run: Run, pem: str) -> None:
    """NSX expects the new certificate of the cluster and of its identity."""
    known = identity.known(run.nsx, run.name)
    assert known.identity is not None, "it was there when the run began"
    if not known.is_by(pem):
        stored = next((one for one in run.nsx.certificates() if identity.is_same(one.pem, pem)), None)
        certificate_id = stored.id if stored else run.nsx.import_certificate(run.name, pem)
        run.progress("NSX has stored the new certificate")
        _expect(run, pem)
        run.nsx.set_identity_certificate(known.identity, certificate_id)
        run.progress(f"the principal identity {run.name} goes by it")
    else:
        _expect(run, pem)


def _expect(run: Run, pem: str) -> None:
    plane = run.nsx.control_plane(run.name)
    if plane is not None and plane.certificate and not identity.is_same(plane.certificate, pem):
        run.nsx.set_control_plane_certificate(plane, pem)
        run.progress("NSX expects it of the registered cluster")


def _in_cluster(run: Run, secret: Mapping[str, Value]) -> None:
    """The Secret holds it, and the interworking pod has started since."""
    run.require_lease()
    made = run.api.apply([secret], force=True)[0]
    since = _written(made)
    living = run.living
    old = [pod for pod in living.interworking_pods() if _created(pod) <= since]
    if old:
        run.progress("the Secret nsx-cert holds it; the interworking pod starts anew")
        removing.restart_pods(living, old, run.patience)
    if living.deployment():
        waits.until_ready(living, run.patience)


def _written(secret: Value) -> str:
    """When we wrote the Secret last (RFC 3339, in UTC): the API notes that when something changed alone."""
    entries = items_at(secret, ("metadata", "managedFields"))
    times = [text_at(one, ("time",)) for one in entries if text_at(one, ("manager",)) == _OWNER]
    return max(times, default="")


def _created(pod: Manifest) -> str:
    return text_at(pod, ("metadata", "creationTimestamp"))


def _clean_up(run: Run, pem: str) -> None:
    """Removes certificates of this cluster that nothing goes by any more; one that NSX keeps is told."""
    for stored in run.nsx.certificates():
        certificate = public(stored.pem)
        is_ours = certificate is not None and certificate.common_name == run.name
        if not is_ours or stored.is_used or identity.is_same(stored.pem, pem):
            continue
        try:
            run.nsx.delete_certificate(stored.id)
            run.progress(f"NSX has removed the old certificate {stored.id}")
        except NsxError as error:
            run.progress(f"the old certificate {stored.id} stays in NSX: {error.message}")
