"""``images verify``: whether nodes can pull every image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from antrea_generator.output import formats
from antrea_generator.session import Session

if TYPE_CHECKING:
    from antrea_ci.images.verify import Verified
    from antrea_ci.reports import Json


@click.command(name="verify", epilog="Example: antrea-gitops images verify --format json")
@formats
@click.pass_obj
def command(session: Session, output_format: str) -> int:
    """Ask the registries for every image as nodes will: by its digest from the mirrors of install-config.yaml and then
    where it is named, by its tag only where it is named; with the pull secret, the proxy and the authorities of nodes.

    Says of each whether it is there, whether its tag still gives the digest that is locked, whether it is for the
    nodes' machines, and why not. Nothing is pulled.
    """
    from antrea_ci.images.verdict import findings
    from antrea_ci.images.verify import verified
    from antrea_ci.preflight.registry import untrusted_fix
    from antrea_generator.imaging import PULL_SECRET, Images, progress, tell

    images = Images.of(session)
    answers = verified(images.wanted(), images.outside, tags_too=True)
    found = list(images.judged(findings(answers, untrusted_fix(images.site))))
    if images.site.config and not images.secrets.get(PULL_SECRET):
        progress(f"{PULL_SECRET} is not there: whether the nodes' login suffices was not looked at")
    more = {"images": [_json(one) for one in answers]}
    return tell(found, output_format, more, [_line(one) for one in answers if one.found])


def _line(one: Verified) -> str:
    assert one.found is not None
    mirror = f" (from {one.place})" if one.place != one.wanted.reference else ""
    return f"{one.wanted.reference}: {one.found.digest}, {', '.join(one.found.platforms) or 'no platform'}{mirror}"


def _json(one: Verified) -> Mapping[str, Json]:
    return {
        "reference": one.wanted.reference,
        "found_at": one.place if one.found else "",
        "digest": one.found.digest if one.found else "",
        "platforms": list(one.found.platforms) if one.found else [],
        "wanted_platforms": list(one.wanted.platforms),
    }
