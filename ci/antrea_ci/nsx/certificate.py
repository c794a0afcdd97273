"""The certificate of a cluster's principal identity in NSX: what it says, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from antrea_ci.nsx import known

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey


class PublicCertificate(NamedTuple):
    """What everybody may know of it. ``pem``: its text, with those of its authorities where they came with it.

    ``expires``: in UTC; ``sha256``: of its DER form, in hex; ``key_bits`` is 0 where its key is no RSA key.
    """

    pem: str
    common_name: str
    expires: datetime
    sha256: str
    key_bits: int
    digest: str


class Fault(NamedTuple):
    """``rule`` of the family ``nsx`` that a certificate or its key breaks, and how."""

    rule: str
    message: str


def public(text: str) -> PublicCertificate | None:
    """The first certificate of a PEM text; None where there is none that can be read. A key beside it is left out."""
    found = _certificates(text)
    if not found:
        return None
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import NameOID

    first = found[0]
    names = [str(one.value) for one in first.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    key, digest = first.public_key(), first.signature_hash_algorithm
    return PublicCertificate(
        pem="".join(one.public_bytes(Encoding.PEM).decode("ascii") for one in found),
        common_name=names[-1] if names else "",
        expires=first.not_valid_after_utc,
        sha256=first.fingerprint(hashes.SHA256()).hex(),
        key_bits=key.key_size if isinstance(key, RSAPublicKey) else 0,
        digest=digest.name if digest else "",
    )


def faults(certificate: PublicCertificate, name: str) -> Iterator[Fault]:
    """What NSX would not take of it for a cluster called ``name``, whatever the day."""
    if certificate.common_name != name:
        said = f"its common name is {certificate.common_name or 'empty'!s}, and the cluster is {name} in NSX"
        yield Fault("nsx/certificate-name", said)
    least = known.number("certificate", "bits")
    if certificate.key_bits < least:
        has = f"{certificate.key_bits} bits" if certificate.key_bits else "no RSA key"
        yield Fault("nsx/certificate-weak", f"its key has {has}; NSX takes RSA keys of {least} bits and more")
    if certificate.digest in ("md5", "sha1"):
        yield Fault("nsx/certificate-weak", f"it is signed with {certificate.digest}; NSX takes SHA-256")


def key_fault(key: str, certificate: PublicCertificate | None) -> str:
    """Why a private key in PEM form cannot be used with ``certificate``; empty where it can. The key is not shown."""
    try:
        read = private_key(key)
    except ValueError as error:
        return str(error)
    first = _certificates(certificate.pem)[0] if certificate else None
    if first is not None and read.public_key() != first.public_key():
        return "the key does not belong to the certificate"
    return ""


def private_key(text: str) -> RSAPrivateKey:
    """The RSA key of a PEM text; ValueError says what else it is."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        found = load_pem_private_key(_key_block(text).encode(), password=None)
    except TypeError:
        raise ValueError("the key is protected by a password, which nothing here can enter") from None
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("the key is no private key in PEM form") from None
    if not isinstance(found, RSAPrivateKey):
        raise ValueError("the key is no RSA key, and NSX takes no other")
    return found


def _key_block(text: str) -> str:
    start = text.find("-----BEGIN ")
    while start >= 0:
        head = text[start:].partition("\n")[0]
        if "PRIVATE KEY" in head:
            return text[start:]
        start = text.find("-----BEGIN ", start + 1)
    return ""


def _certificates(text: str) -> list[x509.Certificate]:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(text.encode("utf-8", "replace"))
    except ValueError:
        return []
