"""The Secret nsx-cert, which exists in memory and in the cluster alone."""

from __future__ import annotations

import base64

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.nsx import known
from antrea_ci.nsx.certificate import PublicCertificate, faults, key_fault, private_key, public
from antrea_ci.nsx.safekeeping import CERTIFICATE, KEY
from antrea_ci.secrets import Secrets
from antrea_ci.yamlio import Value


def secret_of(
    name: str, secrets: Secrets, end: str, committed: PublicCertificate | None, namespace: str
) -> dict[str, Value]:
    """The manifest. ``end`` is that of the secrets' names; ``committed`` is the certificate that was reviewed, if any.

    Raises AntreaGitopsError with everything that is wrong.
    """
    certificate, key = public(secrets.get(CERTIFICATE + end) or ""), secrets.get(KEY + end) or ""
    said = [f"{CERTIFICATE}{end} holds no certificate in PEM form"] if certificate is None else []
    said += [f"{CERTIFICATE}{end}: {fault.message}" for fault in faults(certificate, name)] if certificate else []
    if fault := key_fault(key, certificate):
        said.append(f"{KEY}{end}: {fault}")
    if certificate and committed and certificate.sha256 != committed.sha256:
        said.append(f"{CERTIFICATE}{end} is another certificate than the one that is committed in antrea/overlays/nsx")
    if said or certificate is None:
        raise AntreaGitopsError(
            "\n    ".join(["the cluster cannot be proven to NSX:", *said]),
            why="NSX would refuse the registration, or take the cluster for another one",
            fix="see `antrea-gitops nsx check`; `nsx prepare` makes a pair, `nsx prepare --renew` the next one",
        )
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": known.text("secret"), "namespace": namespace},
        "type": "kubernetes.io/tls",
        "data": {"tls.crt": _encoded(certificate.pem), "tls.key": _encoded(_plain(key))},
    }


def _plain(key: str) -> str:
    """The key alone, whatever stood beside it, in the form that it was given in: PKCS #1 or PKCS #8."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    form = PrivateFormat.TraditionalOpenSSL if "BEGIN RSA PRIVATE KEY" in key else PrivateFormat.PKCS8
    return private_key(key).private_bytes(Encoding.PEM, form, NoEncryption()).decode("ascii")


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
