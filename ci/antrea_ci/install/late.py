"""The phases after the installer is done: verify and record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from antrea_ci import __version__
from antrea_ci.bundle.contents import load_bundle
from antrea_ci.install.base import BaseRun
from antrea_ci.install.delivery import deliver
from antrea_ci.install.metadata import Metadata
from antrea_ci.installed import InstalledFile, InstalledVersions, immutable_values
from antrea_ci.render.settings import antrea_version
from antrea_ci.vault import Kind
from antrea_ci.verify import verify
from antrea_ci.yamlio import dump

_VERIFY_TIMEOUT = 20 * 60.0


def verify_cluster(run: BaseRun, kubeconfig: Path, program: Path) -> None:
    """Looks at the living cluster; each check and what Antrea made is journalled. Raises NotVerifiedError."""
    found = verify(run.cluster, kubeconfig, program, timeout=_VERIFY_TIMEOUT, progress=run.say)
    for check in found.checks:
        values = {"name": check.name, "state": check.state.value, "message": check.message}
        run.journal.append("check", **values, why=check.why, fix=check.fix, seconds=round(check.seconds, 3))
    for name in found.created:
        run.journal.append("created", object=name)
    if not found.succeeded:
        raise found.complaint("the cluster is installed")


def installed_file(run: BaseRun, state: Literal["installed", "destroyed"], metadata: Metadata) -> bytes:
    """installed.yaml for this cluster, without a secret."""
    record = InstalledFile(
        apiVersion="antrea-gitops/v1",
        state=state,
        recorded=datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        commit=run.commit,
        infraID=metadata.infra_id or None,
        clusterID=metadata.cluster_id or None,
        versions=InstalledVersions(release=run.cluster.version, antrea=_antrea(run), antreaGitops=__version__),
        immutable=immutable_values(run.cluster),
    )
    return dump(record.model_dump(mode="json", exclude_none=True), comment=_COMMENT).encode()


def _antrea(run: BaseRun) -> str | None:
    bundle = load_bundle(run.cluster.repo, run.cluster.file.flavour)
    return antrea_version(run.cluster, bundle.operator_version)


_COMMENT = (
    "Written by `antrea-gitops install`: what was installed, and what cannot change any more.\n"
    "Only `antrea-gitops` writes this file; a pull request cannot lift what it says."
)


def record(run: BaseRun, metadata: Metadata, environment: Mapping[str, str]) -> None:
    """installed.yaml on the branch that is installed from if that is allowed, else on one with a pull request."""
    message = f"Record the installation of {run.cluster.name} from {run.commit[:12]}"
    data = installed_file(run, "installed", metadata)
    run.keeper.keep(Kind.POST_INSTALL, public={"installed.yaml": data})
    where = deliver(run.home, run.cluster.file.install.branch, data, message, environment, run.again.resume)
    run.journal.append("recorded", where=where.branch, commit=where.commit, request=where.request)
    run.say(f"installed.yaml is on {where.branch}" + (f": {where.request}" if where.request else ""))
