"""Whether a value can be a secret, or stands for one."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter

from antrea_ci.secret_scan import known

_LONG = 6
_BITS = 3.4
_WORD = re.compile(r"[A-Za-z0-9+/=_.~-]+")
_ADDRESS = re.compile(r"[a-z]+://|[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?$", re.IGNORECASE)
_WORDS = re.compile(r"[a-z]{1,15}(?:[-_.][a-z0-9]{1,12})+$")
_PATH = re.compile(r"[~.]?(?:/[\w.-]{1,20})+/?$")
# RSA of 2048 and 4096 bits; source: bitnami-labs/sealed-secrets pkg/crypto/crypto.go.
_SEALED_LENGTHS = (256, 512)
_GCM_TAG = 16
_AGE = ("age-encryption.org/v1", "-----BEGIN AGE ENCRYPTED FILE-----", "-----BEGIN PGP MESSAGE-----")


def is_placeholder(value: str) -> bool:
    """Whether ``value`` is nothing, or only says that something belongs here; also in base64."""
    text = value.strip()
    if known.placeholders().search(text):
        return True
    inner = decoded(text) or b""
    return inner.isascii() and bool(inner) and bool(known.placeholders().search(inner.decode("ascii")))


def is_password(value: str, *, prose: bool) -> bool:
    """Whether ``value`` may be a password; in a text for people only if it does not look like a word of it."""
    if is_placeholder(value) or is_sealed(value):
        return False
    if not prose:
        return True
    is_mixed = re.search(r"[A-Za-z]", value) and re.search(r"\d", value)
    is_code = re.search(r"[()\[\]{}<>]", value)
    return bool(is_mixed) and not is_code and len(value) >= _LONG and not is_weak(value)


def is_weak(value: str) -> bool:
    """Whether it is a word that examples have in the place of a password."""
    return value.lower() in known.words("weak_words")


def is_random(value: str, *, shortest: int = 16) -> bool:
    """Whether ``value``, of at least ``shortest`` signs, looks as if a machine had made it; no address or path does."""
    if len(value) < shortest or not _WORD.fullmatch(value) or is_placeholder(value) or is_sealed(value):
        return False
    if _ADDRESS.match(value) or _PATH.match(value) or _WORDS.match(value):
        return False
    mixed = sum(bool(re.search(kind, value)) for kind in ("[a-z]", "[A-Z]", "[0-9]")) >= 2
    return mixed and entropy(value) >= min(_BITS, math.log2(shortest) * 0.85)


def is_encrypted(value: str) -> bool:
    """Whether it is a text of SOPS, age or OpenPGP."""
    return value.startswith(("ENC[", *_AGE))


def is_sealed(value: str) -> bool:
    """Whether it is a value of a SealedSecret: the length of a key that RSA encrypted, that key, and the rest."""
    plain = decoded(value) if len(value) > _SEALED_LENGTHS[0] else None
    size = int.from_bytes(plain[:2], "big") if plain else 0
    return plain is not None and size in _SEALED_LENGTHS and len(plain) > size + 2 + _GCM_TAG


def entropy(value: str) -> float:
    """Bits a character."""
    total = len(value)
    return -sum(count / total * math.log2(count / total) for count in Counter(value).values())


def decoded(value: str) -> bytes | None:
    """What the base64 ``value`` holds; None if it is none."""
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
