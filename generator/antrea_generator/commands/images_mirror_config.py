"""``images mirror-config``: the mirrors of the images in install-config.yaml."""

from __future__ import annotations

import click

from antrea_generator.output import formats
from antrea_generator.session import Session


@click.command(name="mirror-config", epilog="Example: antrea-gitops images mirror-config --write")
@click.option("--write", is_flag=True, help="Add them to install-config.yaml, whose comments stay.")
@formats
@click.pass_obj
def command(session: Session, *, write: bool, output_format: str) -> int:
    """Print what install-config.yaml lacks for nodes to find the images on `site.mirrorRegistry` of cluster.yaml.

    That is `imageDigestSources`, or `imageContentSources` before OpenShift 4.14. Mirrors serve pulls by digest only:
    `images lock` comes first.
    """
    from antrea_ci.errors import UsageError
    from antrea_ci.files import write_atomically
    from antrea_ci.images.mirror_config import mirror_config, with_mirrors
    from antrea_ci.images.mirrors import config_of
    from antrea_ci.wording import as_json
    from antrea_generator.imaging import planned_in
    from antrea_generator.telling import progress

    cluster, plan = planned_in(session)
    config = config_of(cluster)
    if config is None:
        fix = "tell each node's container runtime (containerd: /etc/containerd/certs.d/HOST/hosts.toml)"
        raise UsageError("a plain Kubernetes cluster has no install-config.yaml that could hold mirrors", fix=fix)
    wanted = mirror_config(config, plan)
    path = cluster.repo.install_config_file
    if write and wanted.missing:
        text = path.read_bytes().decode()
        write_atomically(path, with_mirrors(text, config, wanted).encode())
    if output_format == "json":
        click.echo(as_json({**wanted.as_json(), "written": write and bool(wanted.missing)}))
    elif wanted.missing:
        click.echo(f"added to {path.name}:\n{wanted.as_text()}" if write else wanted.as_text(), nl=False)
    else:
        progress(f"{path.name} lacks no mirror: {_reason(cluster.file.site.mirrorRegistry)}")
    for reference in wanted.tagged:
        progress(f"warning: {reference} has no digest, and mirrors serve pulls by digest only: run `images lock`")
    return 0


def _reason(mirror: str | None) -> str:
    if mirror:
        return f"all images are on {mirror}, or have one"
    return "cluster.yaml names no `site.mirrorRegistry`, and the images are where they are named"
