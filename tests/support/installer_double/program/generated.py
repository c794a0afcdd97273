"""What an installation makes up: names, a password, keys and certificates that look like the real ones."""

from __future__ import annotations

import base64
import os
import secrets
import uuid

_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
_PASSWORD_LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHIJKLMNPQRSTUVWXYZ23456789"


def infra_id(name: str) -> str:
    """CLUSTER-xxxxx, at most 27 characters, random."""
    return f"{name[:21].rstrip('-')}-" + "".join(secrets.choice(_LETTERS) for _ in range(5))


def cluster_id() -> str:
    return str(uuid.UUID(bytes=os.urandom(16), version=4))


def password() -> str:
    """Four groups of five, as the installer's."""
    return "-".join("".join(secrets.choice(_PASSWORD_LETTERS) for _ in range(5)) for _ in range(4))


def key() -> str:
    """Text that looks like an RSA key in PEM, and opens nothing."""
    body = base64.b64encode(b"\x30\x82\x04\xa4\x02\x01\x00" + os.urandom(1185)).decode()
    lines = [body[i : i + 64] for i in range(0, len(body), 64)]
    return "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *lines, "-----END RSA PRIVATE KEY-----", ""])
