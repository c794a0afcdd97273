"""The secrets in an installer's folder, spelt in all the ways in which programs print them."""

from __future__ import annotations

import base64
import json
import os
import urllib.parse
from collections.abc import Iterator


def spellings(directory: str) -> Iterator[str]:
    """Each secret raw, base64-encoded at three alignments, JSON-escaped and URL-quoted."""
    for secret in _secrets(directory):
        data = secret.encode()
        yield secret
        yield json.dumps(secret)
        yield urllib.parse.quote(secret, safe="")
        for shift in range(3):
            yield base64.b64encode(b"x" * shift + data).decode()


def _secrets(directory: str) -> Iterator[str]:
    with open(os.path.join(directory, "auth", "kubeadmin-password"), encoding="utf-8") as stream:
        yield stream.read()
    with open(os.path.join(directory, ".openshift_install_state.json"), encoding="utf-8") as stream:
        state = json.load(stream)
    config = state["*installconfig.InstallConfig"]["config"]
    yield config["pullSecret"]
    for entry in json.loads(config["pullSecret"])["auths"].values():
        yield entry["auth"]
        yield base64.b64decode(entry["auth"]).decode().partition(":")[2]
    vsphere = config["platform"].get("vsphere") or {}
    for place in (vsphere, *(vsphere.get("vcenters") or [])):
        if "password" in place:
            yield place["password"]
    for name, value in state["*tls.RootCA"].items():
        if name != "FileList":
            yield base64.b64decode(value).decode()
