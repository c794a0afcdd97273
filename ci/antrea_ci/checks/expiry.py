"""Family ``expiry``: what ends on a day that is known. Told only where it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from antrea_ci.checks.context import Context
from antrea_ci.facts import facts
from antrea_ci.findings import Finding, Location, Severity
from antrea_ci.model.effective import Cluster
from antrea_ci.values import mapping_at, text_at, value_at, value_in_any_case
from antrea_ci.yamlio import parse

_BEGIN = "-----BEGIN CERTIFICATE-----"
_BUNDLE = ("additionalTrustBundle",)
_NAMES = {"openshift": "OpenShift", "kubernetes": "Kubernetes"}


def findings(context: Context) -> Iterator[Finding]:
    """Certificates and versions near their end, and beyond."""
    cluster = context.cluster
    if cluster is None:
        return
    yield from _version(cluster, context.today)
    for found in _certificates(context, cluster):
        yield from _certificate(found, context.today)


def _version(cluster: Cluster, today: date) -> Iterator[Finding]:
    """Of several ends the next one counts: while it is near an upgrade can still be planned."""
    flavour = cluster.file.flavour
    minor = ".".join(cluster.version.split(".")[:2])
    ends = _ends(flavour, minor)
    ahead = [end for end in ends if end >= today]
    if not ends or (ahead and (ahead[0] - today).days > _days("version")):
        return
    message = f"fixes for {_NAMES[flavour]} {minor} {_told('end', ahead[0] if ahead else ends[-1], today)}"
    if len(ahead) > 1:
        message += f"; extended update support ends on {ahead[-1]}"
    severity = Severity.ERROR if ahead else Severity.WARNING
    yield Finding("expiry/version", message, severity, cluster.document.locate((flavour, "version")))


def _ends(flavour: str, minor: str) -> list[date]:
    ends = value_at(mapping_at(facts("lifecycle"), (flavour,)), (minor, "ends"))
    return [date.fromisoformat(str(end)) for end in ends] if isinstance(ends, list) else []


def _days(what: str) -> int:
    days = value_at(facts("lifecycle"), ("days", what))
    assert isinstance(days, int)
    return days


def _told(verb: str, end: date, today: date) -> str:
    left = (end - today).days
    return f"ended on {end}" if left < 0 else f"{verb} on {end}, {left} {'day' if left == 1 else 'days'} left"


@dataclass(frozen=True)
class _Found:
    """PEM text with certificates, where it stands, and in which object."""

    text: str
    place: Location
    shown: str
    object: str = ""


def _certificates(context: Context, cluster: Cluster) -> Iterator[_Found]:
    """The trust bundle, the certificates of the cluster in NSX, and those that rendered objects hold."""
    if cluster.file.nsx.enabled:
        yield from _of_nsx(context)
    if cluster.file.flavour == "openshift":
        path = context.repo.install_config_file
        document = parse(path.read_bytes(), context.repo.name(path))
        text = value_in_any_case(document.value, _BUNDLE)
        if isinstance(text, str) and _BEGIN in text:
            yield _Found(text, document.locate(_BUNDLE), f"`{_BUNDLE[0]}`")
    for item in context.objects:
        if item.kind == "Secret":
            for key in mapping_at(item.value, ("data",)):
                text = _decoded(text_at(item.value, ("data", key)))
                if _BEGIN in text:
                    yield _Found(text, item.locate(("data", key)), f"`data.{key}`", item.label)


def _of_nsx(context: Context) -> Iterator[_Found]:
    for path in (context.repo.nsx_certificate_file, context.repo.next_nsx_certificate_file):
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            yield _Found(text, Location(context.repo.name(path)), "it")


def _decoded(text: str) -> str:
    from antrea_ci.install_config.base64_text import strict_base64

    try:
        return strict_base64("".join(text.split())).decode("ascii", "replace")
    except ValueError:
        return ""


def _certificate(found: _Found, today: date) -> Iterator[Finding]:
    from antrea_ci.certificates import read_certificate
    from antrea_ci.install_config.certificates import next_block

    position = 0
    while block := next_block(found.text, position):
        position = block.end
        certificate = read_certificate(block.data)
        if certificate and ((end := certificate.expires) - today).days <= _days("certificate"):
            message = f"{found.shown} holds the certificate {certificate.subject}, which {_told('ends', end, today)}"
            yield Finding("expiry/certificate", message, location=found.place, object=found.object)
