"""``images plan``: every image that the cluster pulls because of this repository."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from antrea_generator.output import formats
from antrea_generator.session import Session

if TYPE_CHECKING:
    from antrea_ci.images.plan import PlannedImage


@click.command(name="plan", epilog="Example: antrea-gitops images plan --format json")
@formats
@click.pass_obj
def command(session: Session, output_format: str) -> int:
    """List every image that the cluster pulls because of this repository: from cluster.yaml, from rendered/ (fields,
    variables, and YAML inside of texts), and of phase 2 where it is rendered.

    `source` is where the vendor has it (or, with a mirror, the name that the mirror stands for), `target` is where it
    has to lie. Offline.
    """
    from antrea_ci.wording import as_json
    from antrea_generator.imaging import planned_in

    _, plan = planned_in(session)
    if output_format == "json":
        click.echo(as_json({"images": [image.as_json() for image in plan]}))
        return 0
    for image in plan:
        for line in _lines(image):
            click.echo(line)
    return 0


def _lines(image: PlannedImage) -> Iterator[str]:
    yield image.reference
    yield f"  source: {image.source or 'not known'}"
    yield f"  target: {image.target}"
    yield f"  tag: {image.tag or 'none'}; digest: {image.digest or 'not locked'}; for {', '.join(image.platforms)}"
    for use in image.uses:
        yield f"  used by {use.object}: {use.path}"
