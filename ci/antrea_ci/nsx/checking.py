"""`nsx check`: what keeps a cluster from joining NSX, or will soon part it from NSX."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from antrea_ci import secrets as store
from antrea_ci.catalogue import completed
from antrea_ci.checks import check
from antrea_ci.errors import MissingRequirementError
from antrea_ci.findings import Finding, Location, Severity, in_order
from antrea_ci.model.effective import Cluster, examine
from antrea_ci.nsx import known
from antrea_ci.nsx.certificate import PublicCertificate, key_fault, public
from antrea_ci.nsx.probing import Outside, outside_findings
from antrea_ci.nsx.safekeeping import CERTIFICATE, KEY
from antrea_ci.repo import ClusterRepo
from antrea_ci.secrets import Secrets

_NOW_AN_ERROR = "nsx/not-prepared"
_PHASE2_RULES = ("cluster/nsx-managers", "versions/interworking", "versions/interworking-unknown")


def check_nsx(
    repo: ClusterRepo, environment: Mapping[str, str], outside: Outside | None, *, today: date | None = None
) -> list[Finding]:
    """Every finding about phase 2; ``outside`` is None offline. A cluster that does not join NSX is one of its own."""
    day = today or datetime.now(tz=UTC).date()
    cluster, faults = examine(repo)
    if cluster is None:
        return in_order(completed(faults))
    if not cluster.file.nsx.enabled:
        place = cluster.document.locate(("nsx",), key=True)
        return completed([Finding("nsx-check/disabled", "`nsx.enabled` is not true in cluster.yaml", location=place)])
    found = [_told_here(finding) for finding in check(repo, today=day, cache=True) if _is_of_phase2(finding, repo)]
    at_hand, unread = _secrets(cluster, environment)
    found += completed([*life_findings(cluster, day), *_pair(cluster, at_hand), *unread])
    if outside:
        found += completed(outside_findings(cluster, at_hand, outside))
    return in_order(found)


def shared_findings(repos: Mapping[str, ClusterRepo]) -> list[Finding]:
    """Names and certificates that two of several repositories have in common; their names are those of messages."""
    names, certificates = dict[str, str](), dict[str, str]()
    found: list[Finding] = []
    for shown, repo in repos.items():
        cluster, _ = examine(repo)
        if cluster is None or not cluster.file.nsx.enabled:
            continue
        place = Location(f"{shown}/{repo.name(repo.cluster_file)}")
        if other := names.setdefault(cluster.nsx_name.casefold(), shown):
            found += _shared(other, shown, f"{cluster.nsx_name} is the name of the cluster in {other} too", place)
        committed = _committed(repo.nsx_certificate_file)
        if committed and (other := certificates.setdefault(committed.sha256, shown)):
            found += _shared(other, shown, f"the cluster in {other} has the same certificate", place)
    return completed(found)


def _shared(other: str, shown: str, message: str, place: Location) -> Iterator[Finding]:
    if other != shown:
        yield Finding("nsx-check/certificate-shared", message, location=place)


def _is_of_phase2(finding: Finding, repo: ClusterRepo) -> bool:
    folders = (
        repo.rendered_nsx,
        repo.rendered_nsx_removal,
        repo.nsx_overlay,
        repo.nsx_removal_overlay,
        repo.interworking,
    )
    below = tuple(f"{repo.name(folder)}/" for folder in folders)
    is_fault = finding.family in ("yaml", "render") and finding.is_error
    return (
        finding.family == "nsx" or finding.rule in _PHASE2_RULES or finding.location.file.startswith(below) or is_fault
    )


def _told_here(finding: Finding) -> Finding:
    """What may wait for `check` may not wait for whoever asks about phase 2."""
    return replace(finding, severity=Severity.ERROR) if finding.rule == _NOW_AN_ERROR else finding


def _committed(path: Path) -> PublicCertificate | None:
    return public(path.read_text(encoding="utf-8", errors="replace")) if path.is_file() else None


def life_findings(cluster: Cluster, today: date) -> Iterator[Finding]:
    """Whether the committed certificate is over on ``today``, or soon will be, and whether the next one is there."""
    repo = cluster.repo
    path = repo.nsx_certificate_file
    found, place = _committed(path), Location(repo.name(path))
    if found is None:
        if not path.is_file():
            yield Finding("nsx-check/certificate-missing", "there is no certificate for NSX", location=place)
        return
    left = (found.expires.date() - today).days
    if left < 0:
        message = f"the certificate of {found.common_name} expired on {found.expires.date()}"
        yield Finding("nsx-check/certificate-expired", message, location=place)
    elif left < known.number("certificate", "soon"):
        following = _committed(repo.next_nsx_certificate_file)
        message = f"the certificate of {found.common_name} expires on {found.expires.date()}, {left} days left"
        fix = "the next one is prepared: run `antrea-gitops nsx renew`" if following else ""
        yield Finding("nsx-check/certificate-expires", message, location=place, fix=fix)


def _secrets(cluster: Cluster, environment: Mapping[str, str]) -> tuple[Secrets, list[Finding]]:
    """What is at hand; a place of secrets that cannot be opened here is no fault of phase 2."""
    try:
        return store.load(cluster, "nsx-check", environment), []
    except MissingRequirementError as error:
        place = cluster.document.locate(("secrets",), key=True)
        message = f"the secrets could not be looked at: {error.message}"
        return Secrets({}), [Finding("nsx-check/key", message, Severity.WARNING, place, why=error.why, fix=error.fix)]


def _pair(cluster: Cluster, secrets: Secrets) -> Iterator[Finding]:
    """Key and certificate of the secret store against each other, and against what was reviewed."""
    for end, path in (("", cluster.repo.nsx_certificate_file), ("_NEXT", cluster.repo.next_nsx_certificate_file)):
        key, text, committed = secrets.get(KEY + end), secrets.get(CERTIFICATE + end), _committed(path)
        given, place = public(text) if text else None, Location(cluster.repo.name(path))
        if text and given is None:
            message = f"{CERTIFICATE}{end} holds no certificate in PEM form"
            yield Finding("nsx-check/certificate-other", message, location=place)
        if given and committed and given.sha256 != committed.sha256:
            message = f"{CERTIFICATE}{end} is another certificate than the one that is committed here"
            yield Finding("nsx-check/certificate-other", message, location=place)
        if key and (fault := key_fault(key, given or committed)):
            yield Finding("nsx-check/key", f"{KEY}{end}: {fault}", location=place)
