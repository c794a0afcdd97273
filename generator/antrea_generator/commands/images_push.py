"""``images push``: the vendor's archives into the registry of cluster.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from antrea_generator.output import formats
from antrea_generator.session import Session, existing

if TYPE_CHECKING:
    from antrea_ci.images.delivery import Delivery
    from antrea_generator.imaging import Images


@click.command(name="push", epilog="Example: antrea-gitops images push antrea-operator-*.tar.gz antrea-ubi-*.tar.gz")
@click.argument("archives", nargs=-1, required=True, metavar="ARCHIVE...", type=click.Path(path_type=Path))
@click.option("--with", "program", type=click.Choice(["skopeo", "crane", "podman"]), help="Push by this program.")
@formats
@click.pass_obj
def command(session: Session, archives: tuple[Path, ...], program: str | None, output_format: str) -> int:
    """Push the images of ARCHIVE... to where `images plan` wants them, by skopeo, crane or podman.

    An archive is what `docker save` or `podman save` writes, or an OCI layout (tar or folder), gzipped or not. First
    every digest in it is proven, and name, tag and platform are compared with cluster.yaml; nothing is pushed if one is
    wrong. What the registry has already is left alone, so a second run does only what is missing.

    ANTREA_GITOPS_SECRET_REGISTRY (user:password) logs in, else the pull secret; additionalTrustBundle of
    install-config.yaml is trusted.
    """
    from antrea_ci.images.push import Push
    from antrea_generator.imaging import Images
    from antrea_generator.telling import tell

    paths = [existing(session.directory / archive) for archive in archives]
    images = Images.of(session)
    outcome = Push(images.plan, _delivery(images, program or ""), images.platform).archives(paths)
    more = {"images": [one.as_json() for one in outcome.pushed]}
    lines = [one.as_text() for one in outcome.pushed]
    code = tell(images.judged(outcome.findings), output_format, more, lines)
    return code or int(not outcome.pushed)


def _delivery(images: Images, program: str) -> Delivery:
    from dataclasses import replace

    from antrea_ci.images.delivery import Delivery, Registry
    from antrea_ci.images.programs import pusher
    from antrea_ci.preflight.outlet import login_to, machine_line
    from antrea_ci.web import trust_as_in_go
    from antrea_generator.imaging import REGISTRY
    from antrea_generator.telling import progress

    site = images.site
    own = images.secrets.login(REGISTRY)
    pem = site.config.text("additionalTrustBundle") if site.config else ""
    line = replace(machine_line(site), trust=trust_as_in_go(pem))
    return Delivery(Registry(line, lambda image: own or login_to(site, image), pem), pusher(program), progress)
