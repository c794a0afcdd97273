"""Certificate requests as kubelets make them, and with anything else that one could ask for."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import cache
from ipaddress import ip_address
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PATH = "/apis/certificates.k8s.io/v1/certificatesigningrequests"
BOOTSTRAPPER = "system:serviceaccount:openshift-machine-config-operator:node-bootstrapper"
BOOTSTRAPPERS = (
    "system:serviceaccounts",
    "system:serviceaccounts:openshift-machine-config-operator",
    "system:authenticated",
)


@cache
def key() -> ec.EllipticCurvePrivateKey:
    """One key for all: who holds it is not what is judged."""
    return ec.generate_private_key(ec.SECP256R1())


def pem(
    names: Sequence[str],
    organizations: Sequence[str] = ("system:nodes",),
    san: Sequence[x509.GeneralName] = (),
    more: Sequence[x509.NameAttribute] = (),
    extensions: Sequence[x509.ExtensionType] = (),
    challenge: bytes = b"",
) -> bytes:
    """A request in PEM form."""
    subject = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, text) for text in organizations]
    subject += [x509.NameAttribute(NameOID.COMMON_NAME, text) for text in names]
    builder = x509.CertificateSigningRequestBuilder(x509.Name([*subject, *more]))
    for extension in [*([x509.SubjectAlternativeName(san)] if san else []), *extensions]:
        builder = builder.add_extension(extension, critical=False)
    if challenge:
        builder = builder.add_attribute(x509.oid.AttributeOID.CHALLENGE_PASSWORD, challenge)
    return builder.sign(key(), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def names(*texts: str) -> list[x509.GeneralName]:
    """Alternative names: addresses where they are some, else names of DNS."""
    found: list[x509.GeneralName] = []
    for text in texts:
        try:
            found.append(x509.IPAddress(ip_address(text)))
        except ValueError:
            found.append(x509.DNSName(text))
    return found


def client(node: str, name: str = "csr-client", request: bytes | None = None, **spec: Any) -> dict[str, Any]:
    """A machine's first request, by which it becomes the node ``node``."""
    given = {
        "signerName": "kubernetes.io/kube-apiserver-client-kubelet",
        "username": BOOTSTRAPPER,
        "groups": list(BOOTSTRAPPERS),
        "usages": ["digital signature", "client auth"],
        "request": base64.b64encode(request or pem([f"system:node:{node}"])).decode(),
    }
    return _manifest(name, {**given, **spec})


def serving(
    node: str, *san: str, name: str = "csr-serving", request: bytes | None = None, **spec: Any
) -> dict[str, Any]:
    """A node's request for the certificate of its own API."""
    given = {
        "signerName": "kubernetes.io/kubelet-serving",
        "username": f"system:node:{node}",
        "groups": ["system:nodes", "system:authenticated"],
        "usages": ["digital signature", "server auth"],
        "request": base64.b64encode(request or pem([f"system:node:{node}"], san=names(*san))).decode(),
    }
    return _manifest(name, {**given, **spec})


def _manifest(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": name, "resourceVersion": "7", "creationTimestamp": "2026-11-26T03:00:00Z"}
    kind = {"apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest"}
    return {**kind, "metadata": metadata, "spec": spec, "status": {}}


def decided(manifest: dict[str, Any], kind: str) -> dict[str, Any]:
    """The request after somebody has approved or denied it."""
    return {**manifest, "status": {"conditions": [{"type": kind, "status": "True"}]}}
