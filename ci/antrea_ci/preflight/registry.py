"""Every image can be pulled, with the login and the certificates that nodes have, and for their architecture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from antrea_ci.bounded import each
from antrea_ci.findings import Finding, Location, Severity
from antrea_ci.image_references import repository_of
from antrea_ci.images.registry import Found as Image
from antrea_ci.images.registry import Reason, Refusal, asked_host, look_up
from antrea_ci.install_config.section import Section
from antrea_ci.preflight.outlet import login_to, registry_line, used_bundle
from antrea_ci.preflight.site import Found, NotApplicableError, Site, error

_MIRRORS = ("imageDigestSources", "imageContentSources")
_FIELDS = ("operator", "antrea", "agent", "controller", "interworking")
_RULES = {
    Refusal.MISSING: "preflight/image-missing",
    Refusal.LOGIN: "preflight/image-login",
    Refusal.NO_LOGIN: "preflight/image-login",
    Refusal.DENIED: "preflight/image-login",
    Refusal.LIMIT: "preflight/registry-limit",
    Refusal.NO_ANSWER: "preflight/registry-unreachable",
    Refusal.UNTRUSTED: "preflight/registry-trust",
    Refusal.NOT_TLS: "preflight/registry-plain",
    Refusal.OTHER: "preflight/registry-answer",
}
_OF_REGISTRY = (Refusal.NO_ANSWER, Refusal.UNTRUSTED, Refusal.NOT_TLS)


@dataclass(frozen=True)
class _Wanted:
    """An image, and from where nodes try to pull it, in their order; the last one is what it is called."""

    image: str
    place: Location
    sources: tuple[str, ...]


@dataclass(frozen=True)
class _Tried:
    wanted: _Wanted
    answers: tuple[tuple[str, Image | Reason], ...]


def probe(site: Site) -> Found:
    """All images at once; each source of an image in its order, until one has it."""
    if not site.images:
        raise NotApplicableError("there is no image to ask for")
    line = registry_line(site)

    def try_sources(wanted: _Wanted) -> _Tried:
        answers: list[tuple[str, Image | Reason]] = []
        for source in wanted.sources:
            found = look_up(source, line, lambda image: login_to(site, image), platforms=True)
            answers.append((source, found))
            if isinstance(found, Image):
                break
        return _Tried(wanted, tuple(answers))

    wanted = [_Wanted(image, _place(site, image), _sources(site, image)) for image in site.images]
    yield from _once(finding for tried in each(try_sources, wanted) for finding in _told(site, tried))


def _once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """What is said of a registry is said once, at the first image that comes from it."""
    told: set[tuple[str, str]] = set()
    for finding in findings:
        if (finding.rule, finding.message) not in told:
            told.add((finding.rule, finding.message))
            yield finding


def _sources(site: Site, image: str) -> tuple[str, ...]:
    """Mirrors serve digests only, the longest source that fits counts.

    source: openshift/installer pkg/types/installconfig.go (ImageDigestSource); containers/image docs, registries.conf
    """
    name, _, digest = image.partition("@")
    repository = repository_of(name)
    if site.config is None or not digest:
        return (image,)
    entries = [entry for kind in _MIRRORS for entry in Section(site.config, ()).each(kind)]
    fitting = [entry for entry in entries if _fits(entry.text("source"), repository)]
    if not fitting:
        return (image,)
    chosen = max(fitting, key=lambda entry: len(entry.text("source")))
    rest = repository.removeprefix(chosen.text("source"))
    mirrors = tuple(f"{mirror}{rest}@{digest}" for mirror in chosen.texts("mirrors"))
    never = chosen.text("sourcePolicy") == "NeverContactSource"
    return mirrors if never and mirrors else (*mirrors, image)


def _fits(source: str, repository: str) -> bool:
    return bool(source) and (repository == source or repository.startswith(f"{source}/"))


def _place(site: Site, image: str) -> Location:
    images = site.cluster.file.images
    name = next((name for name in _FIELDS if getattr(images, name) == image), "")
    return site.cluster.document.locate(("images", name)) if name else Location()


def _told(site: Site, tried: _Tried) -> Iterator[Finding]:
    source, last = tried.answers[-1]
    if isinstance(last, Image):
        yield from _other_machine(site, tried, last)
        for mirror, reason in tried.answers[:-1]:
            if isinstance(reason, Reason):
                finding = _refused(site, tried.wanted, mirror, reason)
                why = f"{source} has it, but a site without internet has its mirrors only"
                yield replace(finding, rule="preflight/mirror", severity=Severity.WARNING, why=why)
        return
    for source, reason in tried.answers:
        if isinstance(reason, Reason):
            yield _refused(site, tried.wanted, source, reason)


def _refused(site: Site, wanted: _Wanted, source: str, reason: Reason) -> Finding:
    if reason.refusal in _OF_REGISTRY:
        message = f"the registry {asked_host(source)} cannot be used: {reason.detail or reason}"
    else:
        shown = source if source == wanted.image else f"{wanted.image} at its mirror {source}"
        message = f"{shown} cannot be pulled: {reason}"
    return error(_RULES[reason.refusal], wanted.place, message, fix=_fix(site, reason))


def _fix(site: Site, reason: Reason) -> str:
    """Nothing where the catalogue says it well enough."""
    config = site.config
    if config is None or reason.refusal is not Refusal.UNTRUSTED:
        return ""
    if config.text("additionalTrustBundle") and not used_bundle(config):
        return "nodes get additionalTrustBundle only with a proxy; add `additionalTrustBundlePolicy: Always`"
    return ""


def _other_machine(site: Site, tried: _Tried, image: Image) -> Iterator[Finding]:
    """The image has nothing for the architecture of the nodes."""
    wanted = sorted(_architectures(site))
    lacking = [f"linux/{name}" for name in wanted if image.platforms and f"linux/{name}" not in image.platforms]
    if lacking:
        message = f"{tried.wanted.image} is for {', '.join(image.platforms)}; the nodes are {' and '.join(lacking)}"
        yield error("preflight/image-platform", tried.wanted.place, message)


def _architectures(site: Site) -> set[str]:
    if site.config is None:
        return set()
    config = Section(site.config, ())
    pools = [config.below("controlPlane"), *config.each("compute")]
    return {pool.text("architecture") or "amd64" for pool in pools}
