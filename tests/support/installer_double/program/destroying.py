"""``destroy cluster``: removes the machines of metadata.json's infraID, then what lies in the folder about them."""

from __future__ import annotations

import os

from .store import STATE_FILE, FetchError

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from typing import Any

    from .verbs import Run

_GONE = (STATE_FILE, "metadata.json", "terraform.tfvars.json", "auth/kubeconfig", "auth/kubeadmin-password")
_GONE += ("tls/journal-gatewayd.crt", "tls/journal-gatewayd.key")


def destroy(run: Run, metadata: dict[str, Any]) -> None:
    """As the real one, a wrong infraID finds nothing and ends well; a wrong login fails."""
    infra = metadata["infraID"]
    cluster = run.cloud.cluster(infra)
    logins = [f"{v['username']}:{v['password']}" for v in _vcenters(metadata)]
    if cluster["login"] and logins != cluster["login"]:
        raise FetchError(
            "Failed to destroy cluster: ServerFaultCode:"
            " Cannot complete login due to an incorrect user name or password."
        )
    stage = run.stage(infra, "destroy cluster")
    stage.play()
    for machine in cluster["machines"]:
        run.lines.info(f"Destroyed VirtualMachine={infra}-{machine}")
        run.cloud.remove(infra, machine)
    for name in ("Tag=", "TagCategory=openshift-"):
        run.lines.info(f"Deleted {name}{infra}")
    if cluster["made"]:
        run.cloud.reach(infra, "destroyed")
    for name in _GONE:
        if os.path.exists(os.path.join(run.directory, name)):
            os.remove(os.path.join(run.directory, name))
    run.lines.info("Uninstallation complete!")


def destroy_bootstrap(run: Run, infra: str) -> None:
    """Removes the bootstrap machine, of which only the state in the folder knows (DOMAIN 6.5)."""
    states = ("terraform.bootstrap.tfstate", "terraform.pre-bootstrap.tfstate", ".clusterapi_output")
    if not any(os.path.exists(os.path.join(run.directory, name)) for name in states):
        raise FetchError('failed to destroy bootstrap: the state of stage "bootstrap" is not in the folder')
    run.lines.info("Destroying the bootstrap resources...")
    run.cloud.remove(infra, "bootstrap")


def _vcenters(metadata: dict[str, Any]) -> list[dict[str, str]]:
    vsphere = metadata.get("vsphere") or {}
    return vsphere.get("VCenters") or ([vsphere] if "username" in vsphere else [])
