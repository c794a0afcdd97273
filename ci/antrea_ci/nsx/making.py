"""Makes what proves a cluster to NSX: a key, a certificate signed with it, or a request for one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from antrea_ci.nsx import known
from antrea_ci.nsx.certificate import private_key

if TYPE_CHECKING:
    from cryptography import x509

_EXPONENT = 65537
_CLOCKS = timedelta(minutes=5)  # by which another clock may be behind this one


def new_key() -> str:
    """A private key in PEM form (PKCS #8), without a password: the adapters have none to enter."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(public_exponent=_EXPONENT, key_size=known.number("certificate", "bits"))
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def self_signed(key: str, name: str, days: int) -> str:
    """A certificate in PEM form for ``name``, valid from now on, with a serial number of its own."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding

    secret, now = private_key(key), datetime.now(tz=UTC)
    subject = _subject(name)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(secret, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode("ascii")


def request(key: str, name: str) -> str:
    """A request in PEM form (PKCS #10) for a certificate of ``name``."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding

    made = x509.CertificateSigningRequestBuilder().subject_name(_subject(name)).sign(private_key(key), hashes.SHA256())
    return made.public_bytes(Encoding.PEM).decode("ascii")


def _subject(name: str) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
