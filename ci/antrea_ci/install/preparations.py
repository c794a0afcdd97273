"""What is made sure of before anything is created: the site, and the vault."""

from __future__ import annotations

from antrea_ci.errors import FindingsError
from antrea_ci.install.base import BaseRun
from antrea_ci.install.request import Until
from antrea_ci.install.run import Run
from antrea_ci.vault import Kind


def preflight(run: BaseRun) -> None:
    """Every probe at once; raises FindingsError with all findings if one of them stops an installation."""
    from antrea_ci import preflight as probes  # network, TLS and XML

    skip = run.request.skip_preflight | frozenset(run.cluster.file.install.skipPreflight)
    found = probes.preflight(run.cluster, run.secrets, images=images(run), work=run.work.root, skip=skip)
    for probe in found.probes:
        run.journal.append("probe", name=probe.name, state=probe.state.value, note=probe.note)
    if found.failed:
        raise FindingsError(found.findings)
    for finding in found.findings:
        run.say(finding.as_text())


def images(run: BaseRun) -> list[str]:
    """The images that nodes will pull because of this repository."""
    given = run.cluster.file.images
    named = (given.operator, given.antrea, given.agent, given.controller)
    return [image for image in named if image]


def secure(run: Run) -> None:
    """Stores the first snapshot and sends it: this tries the namespace and the right to push, before it counts.

    Raises AntreaGitopsError where a cluster is to be created and the snapshot did not reach the remote.
    """
    vault = run.keeper.vault
    if vault is None:
        run.say("no vault: what is needed to destroy this cluster will only be on this machine")
        return
    if not vault.has_remote:
        run.say("no remote is configured for backups: snapshots stay in this clone")
    run.keeper.keep(Kind.PRE_INSTALL)
    if run.request.until is Until.CLUSTER:
        run.keeper.refuse_unsafe()
