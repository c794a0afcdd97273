"""``images verify``: whether nodes can pull every image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from antrea_generator.output import formats
from antrea_generator.session import Session

if TYPE_CHECKING:
    from antrea_ci.images.current import Current
    from antrea_ci.images.verify import Outside, Verified
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
    from antrea_generator.telling import judged, tell

    current, outside = _current(session)
    answers = verified(current.wanted, outside, tags_too=True)
    found = judged(findings(answers, current.untrusted_fix), is_guess=current.is_guess)
    more = {"images": [_json(one) for one in answers]}
    return tell(found, output_format, more, [_line(one) for one in answers if one.found])


def _current(session: Session) -> tuple[Current, Outside]:
    """What there is to ask for, and how; remembered where there is no login."""
    import os

    from antrea_ci.images.current import keep, recalled
    from antrea_ci.repo import ClusterRepo
    from antrea_generator.telling import OUTDATED, WITHOUT_LOGIN, progress

    repo = ClusterRepo.at(session.directory)
    if known := recalled(repo, os.environ):
        if known.is_outdated:
            progress(OUTDATED)
        if not known.is_guess:
            progress(WITHOUT_LOGIN)
        return known, known.outside
    from antrea_generator.imaging import PULL_SECRET, Images

    images = Images.of(session)
    current = images.current()
    if images.is_open:
        keep(repo, current)
    if images.site.config and not images.secrets.get(PULL_SECRET):
        progress(WITHOUT_LOGIN)
    return current, images.outside


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
