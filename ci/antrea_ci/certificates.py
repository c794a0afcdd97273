"""Who a certificate is of and until when it holds, and what a request for one asks for."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cryptography import x509

# Common name and organization.
_SUBJECT = ("2.5.4.3", "2.5.4.10")
# extensionRequest of PKCS #9 (RFC 2985).
_EXTENSIONS = "1.2.840.113549.1.9.14"


class Certificate(NamedTuple):
    """``subject`` as RFC 4514 writes names, such as ``CN=ca,O=Example``; ``expires`` is a day in UTC."""

    subject: str
    expires: date


def read_certificate(data: bytes) -> Certificate | None:
    """The X.509 certificate whose DER form ``data`` is; None where it is none."""
    from cryptography import x509  # only who meets a certificate needs it

    try:
        found = x509.load_der_x509_certificate(data)
        return Certificate(found.subject.rfc4514_string(), found.not_valid_after_utc.date())
    except ValueError:
        return None


class Request(NamedTuple):
    """What a request (PKCS #10) asks for: its subject and its subject alternative names.

    ``more`` names whatever else it asks for, such as another extension or another kind of name.
    """

    common_names: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    dns_names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    more: tuple[str, ...] = ()


def read_request(pem: bytes) -> Request | None:
    """What a request in PEM form asks for; None where it is none, or not signed with its own key.

    Only a text that is one block and nothing else is read, so that no other reader can find another request in it.
    """
    from cryptography import x509

    text = pem.strip()
    if text.count(b"-----BEGIN") != 1 or not text.startswith(b"-----BEGIN CERTIFICATE REQUEST-----"):
        return None
    try:
        with warnings.catch_warnings():
            # A node's name may be too long for the 64 characters of a common name; kubelets write it all the same.
            warnings.simplefilter("ignore")
            found = x509.load_pem_x509_csr(text)
            common_names, organizations = (tuple(_texts(found.subject, oid)) for oid in _SUBJECT)
        if not found.is_signature_valid:
            return None
        names = next((one.value for one in found.extensions if isinstance(one.value, x509.SubjectAlternativeName)), ())
        return Request(
            common_names,
            organizations,
            tuple(one.value for one in names if isinstance(one, x509.DNSName)),
            tuple(str(one.value) for one in names if isinstance(one, x509.IPAddress)),
            tuple(_more(found)),
        )
    except (ValueError, x509.DuplicateExtension):
        return None


def _texts(subject: x509.Name, oid: str) -> Iterator[str]:
    return (str(one.value) for one in subject if one.oid.dotted_string == oid)


def _more(request: x509.CertificateSigningRequest) -> Iterator[str]:
    from cryptography import x509

    yield from (one.rfc4514_string() for one in request.subject if one.oid.dotted_string not in _SUBJECT)
    # Two attributes that carry extensions are read by some programs as one; the first alone is looked at here.
    attributes = [one.oid.dotted_string for one in request.attributes]
    yield from (f"the attribute {oid}" for oid in attributes if oid != _EXTENSIONS)
    if len(attributes) > 1:
        yield "several attributes"
    for one in request.extensions:
        if not isinstance(one.value, x509.SubjectAlternativeName):
            yield f"the extension {one.oid.dotted_string}"
            continue
        yield from (
            f"a {type(name).__name__}" for name in one.value if not isinstance(name, x509.DNSName | x509.IPAddress)
        )
