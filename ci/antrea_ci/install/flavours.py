"""Options of `install` that a flavour does not have."""

from __future__ import annotations

from antrea_ci.errors import UsageError
from antrea_ci.install.request import Request, Until
from antrea_ci.model.cluster import Flavour

_UNTIL = (
    "its manifests are those of rendered/install: `antrea-gitops install --dry-run` tells whether the commit can be "
    "installed, `antrea-gitops apply --dry-run` what that would change"
)


def refuse_options(request: Request, flavour: Flavour) -> None:
    """Raises UsageError for options that mean nothing for ``flavour``."""
    if flavour == "openshift":
        if request.kubeconfig:
            raise UsageError("--kubeconfig is for plain Kubernetes: on OpenShift the installer makes the kubeconfig")
        return
    if request.until is not Until.CLUSTER:
        raise UsageError(f"--until {request.until.value}: a plain Kubernetes cluster has no installer", fix=_UNTIL)
    if request.installer:
        raise UsageError(
            "--installer: a plain Kubernetes cluster has no installer; it is made before, by kubeadm for example"
        )
