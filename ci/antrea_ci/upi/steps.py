"""What people do between the ignition files and the running cluster, as commands."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Iterator
from pathlib import Path

from antrea_ci.facts import facts
from antrea_ci.model.effective import Cluster
from antrea_ci.upi.machines import machines
from antrea_ci.values import text_at

_SERVED = "ignition"
_SERVER = "http://THIS-HOST:8080"


def next_commands(cluster: Cluster, folder: Path) -> tuple[str, ...]:
    """The steps: lines of a shell, and comments (``#``). ``folder`` holds the ignition files, or the agent's image."""
    steps = _agent(folder) if cluster.method == "agent" else _by_hand(cluster, folder)
    repository = shlex.quote(str(cluster.repo.root))
    return (*steps, f"antrea-gitops -C {repository} install --resume --until cluster")


def _agent(folder: Path) -> Iterator[str]:
    yield f"# Boot every machine from the image in {folder} (agent.*.iso). Then:"


def _by_hand(cluster: Cluster, folder: Path) -> Iterator[str]:
    yield "# 1. Serve the ignition files, and nothing else of that folder, to the machines. They hold secrets: let only"
    yield "#    the machines' network reach them, and stop as soon as all machines have booted."
    yield f"install -d -m 0700 {_SERVED} && cp {shlex.quote(str(folder))}/*.ign {_SERVED}/"
    yield f"python3 -m http.server --directory {_SERVED} 8080"
    yield "# 2. Boot the machines: the bootstrap and the control plane first, then compute."
    yield from _vsphere(cluster, folder) if cluster.platform == "vsphere" else _bare(cluster, folder)
    yield "# 3. Wait for the cluster, and approve the certificates of its nodes:"


def _bare(cluster: Cluster, folder: Path) -> Iterator[str]:
    yield "#    On each, from the live image of RHEL CoreOS (`openshift-install coreos print-stream-json` names it):"
    for role in dict.fromkeys(machine.role for machine in machines(cluster)):
        file = text_at(facts("user-provisioned"), ("roles", role, "ignition"))
        found = _hash(folder / file)
        checked = f"--ignition-hash={found}" if found else "--insecure-ignition"
        yield f"#    {role}: coreos-installer install --ignition-url={_SERVER}/{file} {checked} DISK"


def _vsphere(cluster: Cluster, folder: Path) -> Iterator[str]:
    """A virtual machine's settings are too small for bootstrap.ign: it gets a pointer to it."""
    yield "#    bootstrap.ign does not fit into a virtual machine's settings, so the bootstrap gets a pointer to it:"
    yield f"echo {shlex.quote(_pointer(folder / 'bootstrap.ign'))} > pointer.ign"
    sources = {"bootstrap": "pointer.ign", "control-plane": f"{_SERVED}/master.ign", "compute": f"{_SERVED}/worker.ign"}
    for machine in machines(cluster):
        data = f"\"$(base64 < {sources[machine.role]} | tr -d '\\n')\""
        key = "guestinfo.ignition.config.data"
        yield (
            f"govc vm.change -vm {machine.name.partition('.')[0]} -e disk.EnableUUID=TRUE"
            f" -e {key}.encoding=base64 -e {key}={data}"
        )


def _pointer(file: Path) -> str:
    merged: dict[str, object] = {"source": f"{_SERVER}/{file.name}"}
    if found := _hash(file):
        merged["verification"] = {"hash": found}
    version = text_at(facts("user-provisioned"), ("ignition-version",))
    return json.dumps({"ignition": {"version": version, "config": {"merge": [merged]}}})


def _hash(file: Path) -> str:
    """What a machine checks the file by, because it comes without TLS; empty where there is no such file."""
    return f"sha512-{hashlib.sha512(file.read_bytes()).hexdigest()}" if file.is_file() else ""
