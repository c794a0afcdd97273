"""``images lock``: the digest of every image behind its tag in cluster.yaml."""

from __future__ import annotations

import click

from antrea_generator.output import formats
from antrea_generator.session import Session


@click.command(name="lock", epilog="Example: antrea-gitops images lock && antrea-gitops render")
@formats
@click.pass_obj
def command(session: Session, output_format: str) -> int:
    """Write `tag@digest` for every image of cluster.yaml: the digest that a pull of the tag gives.

    Of an image for several platforms that is the digest of its index. Comments, order and everything else in the file
    stay as they are. Nothing is written where one of the images cannot be found. `render` comes next.
    """
    from antrea_ci.files import write_atomically
    from antrea_ci.images.lock import lock_candidates, locked
    from antrea_ci.images.verdict import findings
    from antrea_ci.preflight.registry import untrusted_fix
    from antrea_generator.imaging import Images
    from antrea_generator.telling import tell

    images = Images.of(session)
    answers = lock_candidates(images.cluster, images.plan, images.outside)
    found = images.judged(findings(answers, untrusted_fix(images.site)))
    if any(finding.is_error for finding in found):
        return tell(found, output_format, {"images": []}, [])
    text, entries = locked(images.cluster, answers)
    changed = [one for one in entries if one.after != one.before]
    if changed:
        write_atomically(images.cluster.repo.cluster_file, text.encode())
    lines = [f"images.{one.key}: {one.before} -> {one.after}" for one in changed]
    lines += ["Next: antrea-gitops render"] if changed else ["cluster.yaml is locked to these digests already"]
    more = {"images": [{"image": one.key, "before": one.before, "after": one.after} for one in entries]}
    return tell(found, output_format, more, lines)
