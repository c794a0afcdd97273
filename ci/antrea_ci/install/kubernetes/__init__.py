"""`install` on a plain Kubernetes cluster, which is there already: Antrea is applied to it, verified and recorded."""

from antrea_ci.install.kubernetes.entrance import install_on_kubernetes

__all__ = ["install_on_kubernetes"]
