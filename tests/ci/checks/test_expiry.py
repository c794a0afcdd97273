"""What ends on a day that is known, told on request only: the day decides, and a test gives it."""

from __future__ import annotations

import base64
from datetime import date
from pathlib import Path

import pytest
import yaml

from antrea_ci.checks import check
from antrea_ci.findings import Finding
from antrea_ci.repo import ClusterRepo
from support.certificates import CERTIFICATE
from support.repos import ROOT, run
from support.small import rendering_repo, set_cluster

# The end of the tests' certificate.
END = date(2126, 11, 1)
SECRET = f"""\
apiVersion: v1
kind: Secret
metadata: {{name: proxy-ca, namespace: antrea-operator}}
data:
  ca.crt: {base64.b64encode(CERTIFICATE.encode()).decode()}
  tls.key: {base64.b64encode(b"no certificate").decode()}
  broken: "%"
"""


@pytest.fixture
def repo(tmp_path: Path, kustomize: Path) -> ClusterRepo:
    return rendering_repo(tmp_path / "ocp")


def ends(repo: ClusterRepo, today: date) -> list[Finding]:
    return [finding for finding in check(repo, today=today, asked={"expiry"}) if finding.family == "expiry"]


def told(repo: ClusterRepo, *, version: str, today: str) -> list[tuple[bool, str]]:
    set_cluster(repo.root, openshift={"version": version})
    return [(finding.is_error, finding.message) for finding in ends(repo, date.fromisoformat(today))]


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2026-05-26", []),
        ("2026-05-27", [(True, "fixes for OpenShift 4.18 end on 2026-08-25, 90 days left")]),
        ("2026-08-24", [(True, "fixes for OpenShift 4.18 end on 2026-08-25, 1 day left")]),
        ("2026-08-26", []),
        ("2026-11-27", [(True, "fixes for OpenShift 4.18 end on 2027-02-25, 90 days left")]),
        ("2027-02-26", [(False, "fixes for OpenShift 4.18 ended on 2027-02-25")]),
    ],
)
def test_a_version_fails_while_its_upgrade_can_be_planned_and_warns_afterwards(
    today: str, expected: list[tuple[bool, str]], repo: ClusterRepo
):
    found = told(repo, version="4.18.9", today=today)
    assert [(is_error, message.partition(";")[0]) for is_error, message in found] == expected


def test_the_end_of_extended_support_is_told_beside_that_of_maintenance(repo: ClusterRepo):
    ((_, message),) = told(repo, version="4.18.9", today="2026-08-01")
    assert message.endswith("; extended update support ends on 2027-02-25")


def test_a_version_whose_end_nobody_has_named_is_not_judged(repo: ClusterRepo):
    assert told(repo, version="4.22.1", today="2099-01-01") == []


def test_kubernetes_has_ends_of_its_own(tmp_path: Path, kustomize: Path):
    repo = rendering_repo(tmp_path / "k8s", flavour="kubernetes")
    (finding,) = ends(repo, date(2025, 2, 1))
    assert finding.message == "fixes for Kubernetes 1.29 end on 2025-02-28, 27 days left"
    assert finding.location.file == "cluster.yaml"


def trust(repo: ClusterRepo, bundle: str) -> None:
    path = repo.install_config_file
    path.write_text(path.read_text() + yaml.safe_dump({"additionalTrustBundle": bundle}, default_style="|"))


def certificates(repo: ClusterRepo, today: date) -> list[str]:
    return [finding.message for finding in ends(repo, today) if finding.rule == "expiry/certificate"]


def test_a_certificate_is_told_from_thirty_days_before_its_end_on(repo: ClusterRepo):
    trust(repo, CERTIFICATE)
    subject = "`additionalTrustBundle` holds the certificate CN=Example CA, which"
    assert certificates(repo, date(2126, 10, 1)) == []
    assert certificates(repo, date(2126, 10, 2)) == [f"{subject} ends on 2126-11-01, 30 days left"]
    assert certificates(repo, date(2126, 11, 2)) == [f"{subject} ended on 2126-11-01"]


def test_each_certificate_of_a_bundle_counts(repo: ClusterRepo):
    old = yaml.safe_load((ROOT / "tests/invalid/expiry/certificate.yaml").read_text())
    trust(repo, f"{CERTIFICATE}{old['answers']['additional_trust_bundle']}")
    assert len(certificates(repo, END)) == 2


def test_a_certificate_in_a_secret_is_told_with_its_object(repo: ClusterRepo):
    overlay = repo.overlay / "kustomization.yaml"
    overlay.write_text(overlay.read_text().replace("resources:\n", "resources:\n  - proxy-ca.yaml\n"))
    (repo.overlay / "proxy-ca.yaml").write_text(SECRET)
    (finding,) = [finding for finding in ends(repo, END) if finding.rule == "expiry/certificate"]
    assert finding.object == "Secret/antrea-operator/proxy-ca"
    assert finding.message.startswith("`data.ca.crt` holds the certificate CN=Example CA")


def test_nothing_is_told_that_was_not_asked_for(repo: ClusterRepo):
    assert [finding for finding in check(repo) if finding.family == "expiry"] == []
    assert "expiry" not in run("check", cwd=repo.root).out
    assert "expiry/version" in run("check", "--only", "expiry/version", cwd=repo.root).out


def test_an_accepted_end_is_silent_and_its_suppression_is_no_unused_one(repo: ClusterRepo):
    entry = {"rule": "expiry/version", "reason": "the upgrade is planned", "until": "2030-01-31"}
    set_cluster(repo.root, checks={"suppress": [entry]})
    assert ends(repo, date(2026, 1, 1)) == []
    assert [finding.rule for finding in check(repo) if finding.family == "suppression"] == []
