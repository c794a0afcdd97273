"""The agent-based way: ``agent create image`` [inferred from pkg/asset/agent, extramanifests.go; no recording]."""

from __future__ import annotations

import os

from . import config as configs
from .ignition import ignition
from .store import FetchError, Value

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from .verbs import Run

_LOGINS = ("Kubeconfig Admin Client", "Kubeadmin Password")


def create_image(run: Run) -> None:
    """Eats install-config.yaml, agent-config.yaml and the extra manifests in openshift/; an image holds them."""
    if not os.path.exists(os.path.join(run.directory, "agent-config.yaml")):
        raise FetchError(
            'failed to fetch Agent Installer ISO: failed to fetch dependency of "Agent Installer ISO":'
            " no agent-config.yaml, and no hosts are defined"
        )
    graph = run.graph()
    graph.store.deliver(_LOGINS)
    extra = _extra_manifests(run.directory)
    files = {f"/etc/assisted/extra-manifests/{name}": data for name, data in extra.items()}
    facts = graph.facts()
    files["/opt/agent/tls/root-ca.crt"] = facts.secrets["root-ca.crt"].encode()
    files["/root/.docker/config.json"] = facts.config["pullSecret"].encode()
    for names, title in (
        (["agent-config.yaml"], "Agent Config"),
        ([f"openshift/{n}" for n in extra], "Extra Manifests"),
    ):
        if names:
            run.lines.info(f"Consuming {title} from target directory")
        for name in names:
            os.remove(os.path.join(run.directory, name))
    addresses = configs.replicas(facts.config, "controlPlane")
    run.lines.info(f"The rendezvous host IP (node0 IP) is one of {addresses}")
    image = b"ISO " + ignition(files)
    graph.store.write(Value({"agent.x86_64.iso": image, "rendezvousIP": b"192.0.2.10"}))
    run.lines.info(f"Generated ISO at {run.shown('agent.x86_64.iso')}")


def _extra_manifests(directory: str) -> dict[str, bytes]:
    folder = os.path.join(directory, "openshift")
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    result: dict[str, bytes] = {}
    for name in names:
        if name.endswith((".yaml", ".yml")):
            with open(os.path.join(folder, name), "rb") as stream:
                result[name] = stream.read()
    return result
