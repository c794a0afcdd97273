"""The Secret of phase 2: left out while it would stall the bootstrap, warned of when it is filled."""

from __future__ import annotations

import base64

import pytest

from antrea_ci.bundle.contents import Bundle, read_bundle
from antrea_ci.findings import Finding, Severity
from support.bundles import (
    bundle_files,
    nsx_cert,
)

PEM = base64.b64encode(b"-----BEGIN CERTIFICATE-----").decode()


def read(files: dict[str, bytes], flavour: str = "openshift", **kwargs: str) -> Bundle:
    return read_bundle(files, flavour, "antrea/bundle", **kwargs)


def rules(findings: list[Finding] | tuple[Finding, ...]) -> list[str]:
    return [finding.rule for finding in findings]


@pytest.mark.parametrize(
    ("secret", "reason"),
    [
        (nsx_cert(), "not filled in: tls.crt is empty"),
        (nsx_cert(PEM, ""), "not filled in: tls.key is empty"),
        (nsx_cert(PEM, "dummyKey"), "not filled in: tls.key is a placeholder or not base64"),
        (nsx_cert("BASE64_OF_CERT", PEM), "not filled in: tls.crt is a placeholder or not base64"),
        (
            nsx_cert(PEM, PEM, "vmware-system-antrea"),
            "no object of the bundle creates its namespace vmware-system-antrea",
        ),
    ],
)
def test_an_nsx_cert_that_would_stall_the_bootstrap_is_left_out(secret: bytes, reason: str):
    bundle = read({**bundle_files(), "nsx-cert.yaml": secret})
    assert bundle.left_out == (("nsx-cert.yaml", reason),)
    assert "nsx-cert.yaml" not in bundle.phase1_files
    assert "nsx-cert.yaml" in bundle.files


def test_a_filled_nsx_cert_stays_in_and_its_key_is_warned_of():
    bundle = read({**bundle_files(), "nsx-cert.yaml": nsx_cert(PEM, PEM)})
    assert "nsx-cert.yaml" in bundle.phase1_files
    assert bundle.left_out == ()
    assert rules(bundle.problems) == ["bundle/private-key"]
    assert bundle.problems[0].severity is Severity.WARNING


def test_an_nsx_cert_that_shares_its_file():
    other = b"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: antrea-operator}\n"
    bundle = read({**bundle_files(), "nsx.yaml": nsx_cert() + other})
    assert rules(bundle.problems) == ["bundle/shared-file"]
    assert "ConfigMap/antrea-operator/x" in bundle.problems[0].message


def test_a_file_without_an_object_is_stored_but_not_listed():
    bundle = read({**bundle_files(), "empty.yaml": b"# nothing\n"})
    assert bundle.left_out == (("empty.yaml", "it holds no object"),)
