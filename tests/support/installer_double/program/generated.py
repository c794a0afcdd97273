"""What an installation makes up: names, a password, keys and certificates that look like the real ones."""

from __future__ import annotations

import base64
import os
import random

_random = random.SystemRandom()
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
_PASSWORD_LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHIJKLMNPQRSTUVWXYZ23456789"


def infra_id(name: str) -> str:
    """CLUSTER-xxxxx, at most 27 characters, random."""
    return f"{name[:21].rstrip('-')}-" + "".join(_random.choice(_LETTERS) for _ in range(5))


def cluster_id() -> str:
    text = os.urandom(16).hex()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def password() -> str:
    """Four groups of five, as the installer's."""
    return "-".join("".join(_random.choice(_PASSWORD_LETTERS) for _ in range(5)) for _ in range(4))


def key() -> str:
    """Text that looks like an RSA key in PEM, and opens nothing."""
    body = base64.b64encode(b"\x30\x82\x04\xa4\x02\x01\x00" + os.urandom(1185)).decode()
    lines = [body[i : i + 64] for i in range(0, len(body), 64)]
    return "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *lines, "-----END RSA PRIVATE KEY-----", ""])
