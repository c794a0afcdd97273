"""Every image can be pulled, with the login and the certificates that nodes have, and for their architecture."""

from __future__ import annotations

from antrea_ci.findings import Location
from antrea_ci.images.mirrors import Mirrors, platforms_of
from antrea_ci.images.plan import given_images
from antrea_ci.images.verdict import findings
from antrea_ci.images.verify import Outside, Wanted, verified
from antrea_ci.preflight.outlet import login_to, registry_line, used_bundle
from antrea_ci.preflight.site import Found, NotApplicableError, Site


def probe(site: Site) -> Found:
    """All images at once; each source of an image in its order, until one has it."""
    if not site.images:
        raise NotApplicableError("there is no image to ask for")
    platforms = platforms_of(site.config) if site.config else ()
    wanted = [Wanted(image, platforms, _place(site, image)) for image in site.images]
    yield from findings(verified(wanted, outside(site)), untrusted_fix(site))


def outside(site: Site, *, plain_on_loopback: bool = False) -> Outside:
    """How the nodes of ``site`` reach registries."""
    line, mirrors = registry_line(site), Mirrors.of(site.config)
    return Outside(line, lambda image: login_to(site, image), mirrors, plain_on_loopback)


def untrusted_fix(site: Site) -> str:
    """What to do about a certificate that nodes do not trust; empty where the catalogue says it well enough."""
    if site.config and site.config.text("additionalTrustBundle") and not used_bundle(site.config):
        return "nodes get additionalTrustBundle only with a proxy; add `additionalTrustBundlePolicy: Always`"
    return ""


def _place(site: Site, image: str) -> Location:
    given = {reference: name for name, reference in reversed(given_images(site.cluster.file.images).items())}
    return site.cluster.document.locate(("images", given[image])) if image in given else Location()
