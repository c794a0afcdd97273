"""What is said of images that were looked for: the same words before an installation and in `images verify`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from antrea_ci.findings import Finding, Severity
from antrea_ci.images.registry import Found, Reason, Refusal, asked_host
from antrea_ci.images.verify import Verified

_RULES = {
    Refusal.MISSING: "image-missing",
    Refusal.LOGIN: "image-login",
    Refusal.NO_LOGIN: "image-login",
    Refusal.DENIED: "image-login",
    Refusal.LIMIT: "registry-limit",
    Refusal.NO_ANSWER: "registry-unreachable",
    Refusal.UNTRUSTED: "registry-trust",
    Refusal.NOT_TLS: "registry-plain",
    Refusal.OTHER: "registry-answer",
}
_OF_REGISTRY = (Refusal.NO_ANSWER, Refusal.UNTRUSTED, Refusal.NOT_TLS)


def findings(images: Iterable[Verified], untrusted_fix: str = "") -> Iterator[Finding]:
    """What keeps nodes from pulling, and warnings; what is said of a registry is said once, at its first image.

    ``untrusted_fix`` takes the place of the catalogue's remedy where a certificate is not trusted.
    """
    told: set[tuple[str, str]] = set()
    for finding in (finding for image in images for finding in _of(image, untrusted_fix)):
        if (finding.rule, finding.message) not in told:
            told.add((finding.rule, finding.message))
            yield finding


def _of(image: Verified, untrusted_fix: str) -> Iterator[Finding]:
    refusals = [(place, reason) for place, reason in image.answers if isinstance(reason, Reason)]
    for place, reason in refusals:
        finding = refused(image, place, reason, untrusted_fix)
        if image.found:
            why = f"{image.place} has it, but a site without internet has its mirrors only"
            finding = replace(finding, rule="preflight/mirror", severity=Severity.WARNING, why=why)
        yield finding
    if image.found:
        yield from _other_machine(image, image.found)
        yield from _moved(image, image.found)


def refused(image: Verified, place: str, reason: Reason, untrusted_fix: str = "") -> Finding:
    """Why ``image`` cannot be had at ``place``."""
    wanted = image.wanted
    fix = untrusted_fix if reason.refusal is Refusal.UNTRUSTED else ""
    if reason.refusal in _OF_REGISTRY:
        message = f"the registry {asked_host(place)} cannot be used: {reason.detail or reason}"
    else:
        shown = place if place == wanted.reference else f"{wanted.reference} at its mirror {place}"
        meant = f"; did you mean the tag {image.nearest_tag}?" if image.nearest_tag else ""
        message = f"{shown} cannot be pulled: {reason}{meant}"
    rule = f"preflight/{_RULES[reason.refusal]}"
    return Finding(rule, message, location=wanted.place, object=wanted.object, fix=fix)


def _other_machine(image: Verified, found: Found) -> Iterator[Finding]:
    """The image has nothing for the architecture of the nodes."""
    wanted = image.wanted
    lacking = [platform for platform in wanted.platforms if found.platforms and platform not in found.platforms]
    if lacking:
        message = f"{wanted.reference} is for {', '.join(found.platforms)}; the nodes are {' and '.join(lacking)}"
        yield Finding("preflight/image-platform", message, location=wanted.place, object=wanted.object)


def _moved(image: Verified, found: Found) -> Iterator[Finding]:
    """The tag of a locked image gives another one by now."""
    if isinstance(image.by_tag, Found) and image.by_tag.digest != found.digest:
        wanted = image.wanted
        message = f"{wanted.reference}: its tag gives {image.by_tag.digest} today"
        yield Finding("preflight/image-moved", message, location=wanted.place, object=wanted.object)
