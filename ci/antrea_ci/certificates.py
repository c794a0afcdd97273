"""Who a certificate is of, and until when it holds."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


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
