"""The Secret nsx-cert: part of the commercial bundles, unfilled as shipped, needed in phase 2 only (DOMAIN 1.5)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence

from antrea_ci.bundle.objects import BundleObject
from antrea_ci.values import mapping_at, text_at

_NAME = "nsx-cert"
_KEYS = ("tls.crt", "tls.key")
_PLACEHOLDER = re.compile(r"dummy|replace|<.*>", re.IGNORECASE)


def nsx_certs(objects: Iterable[BundleObject]) -> list[BundleObject]:
    """The Secrets nsx-cert of the bundle; at most one by right."""
    return [item for item in objects if item.kind == "Secret" and item.name == _NAME]


def files_left_out(objects: Sequence[BundleObject]) -> list[tuple[str, str]]:
    """The files that must not be installed with the cluster, each with the reason.

    A Secret whose namespace nothing creates is retried by cluster-bootstrap until the installation times out, and one
    whose data are not base64 fails the bootstrap (DOMAIN 6.3, 6.4).
    """
    namespaces = {item.name for item in objects if item.kind == "Namespace"}
    left_out: list[tuple[str, str]] = []
    for secret in nsx_certs(objects):
        reason = unfilled(secret)
        if not reason and secret.namespace not in namespaces:
            reason = f"no object of the bundle creates its namespace {secret.namespace or 'default'}"
        if reason:
            left_out.append((secret.file, reason))
    return left_out


def unfilled(secret: BundleObject) -> str:
    """Why the Secret is not filled in; empty if it is."""
    if mapping_at(secret.value, ("stringData",)):
        return ""
    for key in _KEYS:
        text = text_at(secret.value, ("data", key))
        if not text.strip():
            return f"not filled in: {key} is empty"
        if _PLACEHOLDER.search(text) or not _is_base64(text):
            return f"not filled in: {key} is a placeholder or not base64"
    return ""


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode("".join(text.split()), validate=True))
    except (binascii.Error, ValueError):
        return False
