"""What each secret has to look like, and what is wrong with one that does not; a value is never told."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from antrea_ci.facts import facts
from antrea_ci.redaction.parts import secret_of
from antrea_ci.secrets.needs import AGE_IDENTITY
from antrea_ci.secrets.providers import identity_text
from antrea_ci.values import mapping_at

_CERTIFICATES = ("ANTREA_GITOPS_NSX_TLS_CERT", "ANTREA_GITOPS_NSX_TLS_CERT_NEXT")
_PUBLIC = ("ANTREA_GITOPS_SSH_KEY", *_CERTIFICATES)


@dataclass(frozen=True)
class Examined:
    """The ``value`` to use, what of it must not be seen, and what is wrong with it, if anything."""

    value: str = field(repr=False)
    parts: tuple[str, ...] = field(repr=False)
    fault: str


def examined(name: str, given: str) -> Examined:
    """The secret ``name`` as it was ``given``: a value, or a path where DESIGN section 8 allows one."""
    form = _form(name)
    value = identity_text(given) if name == AGE_IDENTITY else given
    if form in ("login", "text", "user"):
        value = value.rstrip("\r\n")  # an editor's, never a part of a password
    secret = secret_of(name, value, form)
    fault = f"is no pull secret: {secret.fault}" if secret.fault else _fault(name, form, secret.value)
    return Examined(secret.value, () if name in _PUBLIC else secret.parts, fault)


def _form(name: str) -> str:
    if name in _CERTIFICATES:
        return "file"
    forms = mapping_at(facts("secret-variables"), ("variables",))
    return next((str(form) for pattern, form in forms.items() if fnmatchcase(name, pattern)), "text")


def _fault(name: str, form: str, value: str) -> str:
    if form == "login":
        user, colon, password = value.partition(":")
        return "" if colon and user and password else "is not written as user:password"
    if name == AGE_IDENTITY and "AGE-SECRET-KEY-" not in value.upper() and "PRIVATE KEY-----" not in value:
        return "is neither an age identity (AGE-SECRET-KEY-…) nor the path of a file with one"
    if form == "kubeconfig" and "clusters" not in value:
        return "is neither a kubeconfig nor the path of one"
    if name.startswith("ANTREA_GITOPS_NSX_TLS_") and "-----BEGIN " not in value:
        return "is neither PEM nor the path of a file with it"
    return ""
