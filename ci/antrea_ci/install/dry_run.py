"""`install --dry-run`: what can be known without network, secrets and vault, up to the installer view."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from antrea_ci.errors import AntreaGitopsError, FindingsError, MissingRequirementError
from antrea_ci.install import source
from antrea_ci.install.again import Again
from antrea_ci.install.flavours import refuse_options
from antrea_ci.install.injection import injected
from antrea_ci.install.opening import flavour_of, refuse_installed
from antrea_ci.install.request import Request
from antrea_ci.installer import Installer, find_installer, installer_environment
from antrea_ci.installer_view import known, view
from antrea_ci.model.effective import Cluster
from antrea_ci.process import run
from antrea_ci.repo import ClusterRepo
from antrea_ci.secrets import Secrets, needed
from antrea_ci.values import value_at
from antrea_ci.wording import count
from antrea_ci.yamlio import parse

_TIMEOUT = 300.0
# Nobody listens there: what would ask the site or the world fails at once.
_NOWHERE = "http://127.0.0.1:9"
_OFFLINE = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), _NOWHERE)
_PLACEHOLDER = "placeholder:placeholder"
_PULL_SECRET = json.dumps({"auths": {"registry.example.com": {"auth": "cGxhY2Vob2xkZXI6cGxhY2Vob2xkZXI="}}})


@dataclass(frozen=True)
class DryRun:
    """What was seen: the commit, how many objects there are, and how far they were looked at."""

    commit: str
    objects: int
    remark: str


def dry_run(home: ClusterRepo, request: Request, environment: Mapping[str, str]) -> DryRun:
    """Runs everything of an installation that needs nothing but this machine; placeholders stand for the secrets."""
    commit = source.commit_to_install(home, request.ref)
    flavour = flavour_of(home, commit)
    refuse_options(request, flavour)
    with tempfile.TemporaryDirectory(prefix="antrea-gitops-") as name:
        folder = Path(name)
        cluster = source.checked_out(home, commit, folder / "source")
        if not request.any_commit:
            source.refuse_unreviewed(home, cluster, commit)
        source.refuse_faults(home, commit)
        rendered = {path.name: path.read_bytes() for path in sorted(cluster.repo.rendered.iterdir())}
        if flavour == "openshift":
            refuse_installed(home, cluster, Again.of(home, request))
            remark = _with_installer(home, request, cluster, rendered, folder, environment)
        else:
            # What was installed before is no hindrance: the same again is no change, and `apply` tells others.
            remark = f"{count(len(rendered), 'object')} judged; `antrea-gitops apply --dry-run` asks the cluster itself"
    return DryRun(commit, len(rendered), remark)


def _with_installer(
    home: ClusterRepo,
    request: Request,
    cluster: Cluster,
    rendered: Mapping[str, bytes],
    folder: Path,
    environment: Mapping[str, str],
) -> str:
    """Lets the installer make its manifests, where it is here and asks nobody; what was not done, in words."""
    judged = f"{count(len(rendered), 'object')} judged as if they lay beside the installer's own manifests"
    try:
        installer = find_installer(
            replace(cluster, repo=home), request.installer, any_version=request.any_version, allow_install=False
        )
    except MissingRequirementError:
        if request.installer:
            raise
        return f"the installer is not here: {judged}"
    asks = value_at(known.mapping("manifests_ask"), (cluster.platform,))
    if cluster.method == "agent" or (isinstance(asks, int) and installer.minor >= asks):
        return f"this installer would ask the site: {judged}"
    made = folder / "installer"
    _make_manifests(installer, cluster, made, environment)
    for name, data in rendered.items():
        (made / known.MANIFESTS / name).write_bytes(data)
    errors = [finding for finding in view(made, f"4.{installer.minor}").findings if finding.is_error]
    if errors:
        raise FindingsError(errors)
    taken = count(len(rendered), "reviewed object")
    return f"the installer made its manifests with placeholders for the secrets, and would take {taken}"


def _make_manifests(installer: Installer, cluster: Cluster, made: Path, environment: Mapping[str, str]) -> None:
    made.mkdir(mode=0o700)
    config = parse(cluster.repo.install_config_file.read_bytes(), "install-config.yaml").mapping
    text = json.dumps(injected(config, cluster, _placeholders(cluster)))
    (made / "install-config.yaml").write_text(text, encoding="utf-8")
    env = installer_environment(cluster, environment, made.parent) | _OFFLINE
    command = [os.fspath(installer.path), "create", "manifests", "--dir", os.fspath(made)]
    done = run(command, cwd=made, env=env, timeout=_TIMEOUT, check=False)
    if done.code != 0:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise AntreaGitopsError(f"`openshift-install create manifests` failed with exit code {done.code}:\n{said}")


def _placeholders(cluster: Cluster) -> Secrets:
    names = (need.name for need in needed(cluster, "install"))
    return Secrets({name: _PULL_SECRET if name.endswith("PULL_SECRET") else _PLACEHOLDER for name in names})
