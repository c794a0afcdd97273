"""A vCenter on loopback: govmomi's simulator, with its usual inventory below /DC0."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Generator
from contextlib import contextmanager

from support.authority import Pair
from support.programs import program

USER, PASSWORD = "installer@vsphere.local", "vcenter & <password>"
CLUSTER, DATASTORE, NETWORK = "/DC0/host/DC0_C0", "/DC0/datastore/LocalDS_0", "DC0_DVPG0"


@contextmanager
def vcenter(pair: Pair, *, version: str = "8.0.3", build: str = "24022515") -> Generator[str]:
    """``host:port`` of a vCenter of this version, for as long as the block runs."""
    command = [program("vcsim"), "-user", USER, "-password", PASSWORD, "-version", version, "-build", build]
    command += ["-cert", pair.certificate, "-key", pair.key]
    simulator = subprocess.Popen(
        list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    with simulator:
        assert simulator.stdin is not None
        assert simulator.stdout is not None
        try:
            yield json.loads(simulator.stdout.readline())["address"]
        finally:
            simulator.stdin.close()
            simulator.wait(timeout=30)
