"""Whether nodes can pull the images: past a mirror, and with the credentials that they have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from antrea_ci.bundle.objects import BundleObject
from antrea_ci.checks.context import Context
from antrea_ci.facts import facts
from antrea_ci.findings import Finding, Location, Severity
from antrea_ci.image_references import Form, image_texts, is_reference, repository_of
from antrea_ci.model.cluster import registry_host
from antrea_ci.model.effective import Cluster
from antrea_ci.pull_secret import covers, registries_at_hand
from antrea_ci.render.overlay import IMAGE_FIELDS
from antrea_ci.values import items_at, value_in_any_case
from antrea_ci.yamlio import Value, parse

_MIRROR_KEYS = ("imageDigestSources", "imageContentSources")


@cache
def registries(kind: str) -> frozenset[str]:
    """The registries of ``facts/registries.yaml`` that are ``public``, or stand in examples (``example``)."""
    listed = facts("registries")[kind]
    assert isinstance(listed, list)
    return frozenset(map(str, listed))


def pull_findings(context: Context, cluster: Cluster) -> Iterator[Finding]:
    """Images by tag where a mirror serves digests only, and registries that the pull secret does not name."""
    config = _install_config(context, cluster)
    mirrors = _Mirrors.of(config, cluster.file.site.mirrorRegistry)
    secret = value_in_any_case(config, ("pullSecret",))
    opened = registries_at_hand(secret if isinstance(secret, str) else "")
    for image in _images(context, cluster):
        if registry_host(image.reference) in registries("example"):
            continue
        if "@" not in image.reference and (finding := mirrors.finding(image)):
            yield finding
        if opened is not None and not covers(opened, image.reference):
            yield _no_credentials(image)


@dataclass(frozen=True)
class _Image:
    """An image that nodes pull; ``shown`` is how messages name it."""

    reference: str
    shown: str
    place: Location
    object: str = ""

    def without_digest(self, reason: str, severity: Severity) -> Finding:
        """That it is named by tag although ``reason``."""
        return Finding("images/digest", f"{self.shown} has no digest, and {reason}", severity, self.place, self.object)


@dataclass(frozen=True)
class _Mirrors:
    """What is served from elsewhere. ``sources`` are repositories, ``hosts`` the registries of the mirrors."""

    sources: tuple[str, ...]
    hosts: frozenset[str]
    site: str

    @classmethod
    def of(cls, config: Value, site: str | None) -> _Mirrors:
        entries = [entry for key in _MIRROR_KEYS for entry in items_at(value_in_any_case(config, (key,)), ())]
        mirrors = [str(mirror) for entry in entries for mirror in items_at(value_in_any_case(entry, ("mirrors",)), ())]
        hosts = frozenset(registry_host(mirror) for mirror in [*mirrors, *([site] if site else [])])
        sources = (value_in_any_case(entry, ("source",)) for entry in entries)
        return cls(tuple(source for source in sources if isinstance(source, str)), hosts, site or "")

    def finding(self, image: _Image) -> Finding | None:
        """Why ``image``, which is named by tag, does not come from a mirror; None if it can come by its tag."""
        name = repository_of(image.reference)
        source = next((one for one in self.sources if one and (name == one or name.startswith(f"{one}/"))), "")
        if source:
            return image.without_digest(f"the mirrors of {source} serve digests only", Severity.ERROR)
        # What is on the mirror already is pulled from there, whatever it is called.
        if self.site and registry_host(name) not in self.hosts:
            return image.without_digest(f"the site mirrors to {self.site}", Severity.WARNING)
        return None


def _images(context: Context, cluster: Cluster) -> Iterator[_Image]:
    """The images of cluster.yaml, and those that only rendered objects name."""
    images = cluster.file.images
    own = {name: image for name in ("operator", *IMAGE_FIELDS.values()) if (image := getattr(images, name))}
    for name, image in own.items():
        yield _Image(image, f"`images.{name}`", cluster.document.locate(("images", name)))
    for item in context.objects:
        yield from _others(item, set(own.values()))


def _others(item: BundleObject, known: set[str]) -> Iterator[_Image]:
    for found in image_texts(item):
        if found.form is Form.FIELD and found.text not in known and not found.inside.line and is_reference(found.text):
            yield _Image(found.text, found.text, item.locate(found.path), item.label)


def _no_credentials(image: _Image) -> Finding:
    host = registry_host(repository_of(image.reference))
    public = host in registries("public")
    message = f"{image.shown} comes from {host}, which the pull secret does not name"
    severity = Severity.WARNING if public else Severity.ERROR
    why = f"{host} lets everybody pull what is public; a private image in it needs credentials" if public else ""
    return Finding("images/pull-secret", message, severity, image.place, image.object, why=why)


def _install_config(context: Context, cluster: Cluster) -> Value:
    if cluster.file.flavour != "openshift":
        return None
    path = context.repo.install_config_file
    return parse(path.read_bytes(), context.repo.name(path)).value
