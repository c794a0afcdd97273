"""Certificates for doubles: real ones, whose end a test chooses; made once for each length of life."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_SHORT = ("aggregator-signer.crt", "kubelet-signer.crt", "admin.crt", "journal-gatewayd.crt")
_LONG = ("root-ca.crt", "machine-config-server.crt")
_TEN_YEARS = timedelta(days=3650)


@functools.cache
def certificates(hours: float) -> dict[str, str]:
    """PEM by file name: signers of the bootstrap live for ``hours`` from now, the root for ten years (DOMAIN 6.1)."""
    short = {name: _certificate(name, timedelta(hours=hours)) for name in _SHORT if name != "admin.crt"}
    return {**short, **{name: _certificate(name, _TEN_YEARS) for name in (*_LONG, "admin.crt")}}


def _certificate(name: str, life: timedelta) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name.removesuffix(".crt"))])
    now = datetime.now(tz=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now, now + life) - timedelta(minutes=5))
        .not_valid_after(now + life)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
