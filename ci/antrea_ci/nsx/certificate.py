"""The certificate of a cluster's principal identity in NSX, and its key."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class PublicCertificate(NamedTuple):
    """What everybody may know of it. ``pem``: its text; ``expires``: in UTC; ``sha256``: of its DER form, in hex."""

    pem: str
    common_name: str
    expires: datetime
    sha256: str
    key_bits: int
