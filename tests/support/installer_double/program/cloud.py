"""What the double's vCenter knows: who may log in, and which machines were made, in ``cloud.json`` beside the program.

``clusters`` holds, by infraID, the machines that live, those that were wanted, how often something was made, and how
far the cluster came. Nothing in the installer's folder decides it, as with a real vCenter.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Mapping, Sequence

from . import config as configs
from .logs import Log
from .store import FetchError

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from typing import Any

FILE = "cloud.json"


class Cloud:
    """The vCenter of a double, by the double's folder."""

    def __init__(self, folder: str, settings: Mapping[str, Any]) -> None:
        self._file = os.path.join(folder, FILE)
        self._folder = folder
        self._settings = settings
        self._is_capi = settings["minor"] >= 16

    # Logging in

    def greet(self, install_config: bytes, lines: Log) -> None:
        """The line of a library that 4.16 and later let through when the install-config is read."""
        why = {
            "unreachable": 'Post \\"https://{server}/sdk\\": dial tcp: lookup {server} on 192.0.2.53:53: no such host',
            "wrong-password": "ServerFaultCode: Login failure",
        }.get(self._settings["vcenter"])
        servers = re.findall(rb"^\s*-?\s*(?:server|vCenter): *[\"']?([^\s\"']+)", install_config, re.MULTILINE)
        if why and servers and self._is_capi and b"vsphere" in install_config:
            server = servers[0].decode()
            now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            lines.raw(
                f'time="{now}" level=warning msg="unable to log into vCenter {server}, {why.format(server=server)}"\n'
            )

    def session(self, config: Mapping[str, Any], lines: Log, part: str) -> bool:
        """Whether manifests that need the vCenter can be made; ``FetchError`` for a wrong password."""
        if configs.platform(config) != "vsphere" or not self._is_capi or part != "Cluster API Machine Manifests":
            return True
        login = configs.vcenters(config)[0]
        if self._settings["vcenter"] == "unreachable":
            lines.warning(f"unable to resolve vSphere server {login['server']}")
            return False
        if self._settings["vcenter"] == "wrong-password":
            raise FetchError(
                "failed to create vCenter session: failed to create client:"
                " failed to login: ServerFaultCode: Login failure"
            )
        stamp = time.strftime("I%m%d %H:%M:%S.000000", time.gmtime())
        lines.raw(
            f'{stamp} {os.getpid():7d} session.go:227] "Created and cached vSphere client session"'
            f' server="{login["server"]}" datacenter="" username="{login["user"]}"\n'
        )
        return True

    # The image of the machines' system

    def fetch_image(self, lines: Log) -> None:
        """``FetchError`` where the double has no network."""
        url = self._settings["image"]
        message = f"Obtaining RHCOS image file from '{url}?sha256='"
        lines.line("debug" if self._is_capi else "info", message)
        if self._settings["has_network"]:
            return
        host = url.split("/")[2]
        text = (
            f'failed to use cached vsphere image: Get "{url}": dial tcp: lookup {host} on 192.0.2.53:53: no such host'
        )
        raise FetchError(text if self._is_capi else f"failed to get vsphere Terraform variables: {text}")

    # Machines

    def read(self) -> dict[str, Any]:
        try:
            with open(self._file, encoding="utf-8") as stream:
                return json.load(stream)
        except FileNotFoundError:
            return {"clusters": {}}

    def cluster(self, infra: str) -> dict[str, Any]:
        return self.read()["clusters"].get(infra, {"machines": [], "wanted": [], "made": 0, "state": "", "login": []})

    def start(self, infra: str, wanted: Sequence[str], login: Sequence[str]) -> None:
        """Something is about to be made, for the n-th time; what the test wants to know then is asked first."""
        cluster = self.cluster(infra)
        if self._settings["before_creating"]:
            import subprocess

            done = subprocess.run(self._settings["before_creating"], capture_output=True, check=False)
            cluster.setdefault("before", []).append(done.stdout.decode())
        self._write(infra, {**cluster, "wanted": list(wanted), "made": cluster["made"] + 1, "login": list(login)})

    def make(self, infra: str, machine: str) -> None:
        cluster = self.cluster(infra)
        self._write(infra, {**cluster, "machines": [*cluster["machines"], machine]})

    def remove(self, infra: str, machine: str) -> None:
        cluster = self.cluster(infra)
        self._write(infra, {**cluster, "machines": [m for m in cluster["machines"] if m != machine]})

    def reach(self, infra: str, state: str) -> None:
        """``whole``, ``bootstrapped``, ``installed`` or ``destroyed``."""
        self._write(infra, {**self.cluster(infra), "state": state})

    def _write(self, infra: str, cluster: dict[str, Any]) -> None:
        known = self.read()
        known["clusters"][infra] = cluster
        staged = f"{self._file}.{os.getpid()}"
        with open(staged, "w", encoding="utf-8") as stream:
            json.dump(known, stream, indent=1)
        os.replace(staged, self._file)
