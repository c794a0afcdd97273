"""Names as DNS and Kubernetes take them (k8s.io/apimachinery, IsDNS1123Subdomain)."""

from __future__ import annotations

import re

_LONGEST = 253
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


def subdomain_fault(text: str) -> str:
    """Why ``text`` is no lower-case RFC 1123 subdomain; empty if it is one."""
    if len(text.encode()) > _LONGEST:
        return f"is {len(text.encode())} characters long, at most {_LONGEST} are possible"
    if not _SUBDOMAIN.fullmatch(text):
        return "may hold lower-case letters, digits, `-` and `.`, and each part starts and ends with a letter or digit"
    return ""
