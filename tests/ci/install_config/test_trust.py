"""Rules about the trust bundle."""

from __future__ import annotations

import pytest

from support.certificates import CERTIFICATE
from support.install_configs import text_of
from support.verdicts import errors, found_in, warnings

MIRROR = [{"source": "quay.io/a/b", "mirrors": ["registry.example.com/a/b"]}]


@pytest.mark.parametrize(
    "bundle",
    [
        CERTIFICATE,
        CERTIFICATE.strip(),
        CERTIFICATE * 3,
        f"# ours\n{CERTIFICATE}",
        f"{CERTIFICATE}# second\n{CERTIFICATE}",
        f"{CERTIFICATE}\n\n{CERTIFICATE}",
        CERTIFICATE.replace("\n", "\r\n"),
        CERTIFICATE.replace("CERTIFICATE-----\nM", "CERTIFICATE-----\nName: x\n\nM"),
    ],
    ids=range(8),
)
def test_bundles_that_the_installer_takes(bundle: str):
    assert errors(found_in(text_of("none", {"additionalTrustBundle": bundle}))) == []


@pytest.mark.parametrize(
    ("bundle", "words"),
    [
        ("abc", "no PEM block anywhere"),
        (f"{CERTIFICATE}\n", "after certificate 1"),
        (f"{CERTIFICATE}# end\n", "after certificate 1"),
        (CERTIFICATE.replace("\nFTET", "\n# a comment\nFTET"), "a comment inside a block literal"),
        (CERTIFICATE.replace("MIIB", "MIIC"), "no X.509 certificate"),
        (CERTIFICATE.replace("END", "END OF"), "no PEM block"),
        (
            f"{CERTIFICATE}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            "'PRIVATE KEY' in its line 12",
        ),
    ],
    ids=range(7),
)
def test_bundles_that_it_refuses(bundle: str, words: str):
    (finding,) = found_in(text_of("none", {"additionalTrustBundle": bundle}))
    assert (finding.rule, words in finding.message) == ("install-config/trust-bundle", True), finding.message


@pytest.mark.parametrize(
    ("policy", "rules"), [("Always", []), ("Proxyonly", []), ("ProxyOnly", ["trust-bundle-policy"]), ("", [])]
)
def test_policies(policy: str, rules: list[str]):
    assert errors(found_in(text_of("none", {"additionalTrustBundlePolicy": policy}))) == rules


def test_a_bundle_beside_mirrors_needs_the_policy_always_or_a_proxy():
    given = {"additionalTrustBundle": CERTIFICATE, "imageDigestSources": MIRROR}
    assert warnings(found_in(text_of("none", given))) == ["trust-bundle-unused"]
    assert warnings(found_in(text_of("none", {**given, "additionalTrustBundlePolicy": "Always"}))) == []
    assert warnings(found_in(text_of("none", {**given, "proxy": {"httpProxy": "http://p.example.com:3128"}}))) == []
    assert warnings(found_in(text_of("none", {"additionalTrustBundle": CERTIFICATE}))) == []
