"""Rules about the certificates that the nodes are to trust."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.findings import Finding, Severity
from antrea_ci.install_config.certificates import certificate_test, next_block
from antrea_ci.install_config.config import Config
from antrea_ci.install_config.values import enumeration, texts

_BUNDLE, _POLICY = ("additionalTrustBundle",), ("additionalTrustBundlePolicy",)


def findings(config: Config) -> Iterator[Finding]:
    """What is wrong with the bundle and its policy."""
    bundle, policy = config.text(*_BUNDLE), config.text(*_POLICY)
    if bundle and (fault := _fault(bundle)):
        fix = (
            "keep the lines from `-----BEGIN CERTIFICATE-----` to `-----END CERTIFICATE-----`, nothing between or after"
        )
        yield config.finding("trust-bundle", _BUNDLE, fault, fix=fix)
    policies = texts("trust_bundle_policies")
    if policy and policy not in policies:
        yield config.finding("trust-bundle-policy", _POLICY, f"is {policy!r}; it must be {enumeration(policies)}")
    mirrors = config.items("imageDigestSources") or config.items("imageContentSources")
    if bundle and mirrors and policy != "Always" and not config.mapping("proxy"):
        message = "is not used without a proxy, so nodes will not trust the mirrors' certificates by it"
        fix = "add `additionalTrustBundlePolicy: Always` if the mirrors' certificates are in the bundle"
        yield config.finding("trust-bundle-unused", _BUNDLE, message, severity=Severity.WARNING, key=True, fix=fix)


def _fault(bundle: str) -> str:
    """Why the installer refuses the text (pkg/validate CABundle): blocks up to its very end, each a certificate."""
    position = count = 0
    is_certificate = certificate_test()
    while position < len(bundle):
        block = next_block(bundle, position)
        line = bundle.count("\n", 0, block.start if block else position) + 1
        if block is None:
            where = f"after certificate {count}, from its line {line} on" if count else "anywhere in it"
            return f"holds no PEM block {where}" + (_comment_hint(bundle) if not count else "")
        if not is_certificate(block.data):
            return f"holds a PEM block {block.label!r} in its line {line} that is no X.509 certificate"
        position, count = block.end, count + 1
    return ""


def _comment_hint(bundle: str) -> str:
    commented = "-----BEGIN" in bundle and any(line.lstrip().startswith("#") for line in bundle.splitlines())
    return "; a comment inside a block literal (`|`) is part of the text" if commented else ""
