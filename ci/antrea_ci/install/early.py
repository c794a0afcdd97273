"""The phases before anything is created: prepare, manifests, overlay, ignition."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from antrea_ci.errors import AntreaGitopsError, FindingsError
from antrea_ci.files import create_atomically
from antrea_ci.findings import Finding, Location
from antrea_ci.install.failure import failure
from antrea_ci.install.ignition import proof
from antrea_ci.install.injection import injected
from antrea_ci.install.run import Run
from antrea_ci.installer_view import known, view
from antrea_ci.installer_view.result import View
from antrea_ci.values import text_at
from antrea_ci.wording import count
from antrea_ci.yamlio import parse

_MINUTES = 60.0
_MANIFESTS_TIMEOUT = 15 * _MINUTES
_IGNITION_TIMEOUT = 15 * _MINUTES
# An image of the Agent-based Installer is built from a release that is pulled first.
_IMAGE_TIMEOUT = 60 * _MINUTES
_PRIVATE = 0o600


def prepare(run: Run) -> None:
    """A fresh scratch folder with what the installer reads, secrets put in. Nothing was created from the old one."""
    shutil.rmtree(run.work.installer, ignore_errors=True)
    run.work.make()
    config = parse(run.cluster.repo.install_config_file.read_bytes(), "install-config.yaml").mapping
    # JSON is YAML that every reader takes for the same values.
    text = json.dumps(injected(config, run.cluster, run.secrets), indent=2, ensure_ascii=False) + "\n"
    create_atomically(run.work.install_config_file, text.encode(), mode=_PRIVATE)
    if run.cluster.method == "agent":
        data = _agent_config(run)
        create_atomically(run.work.agent_config_file, data, mode=_PRIVATE)


def _agent_config(run: Run) -> bytes:
    try:
        return run.cluster.repo.agent_config_file.read_bytes()
    except FileNotFoundError:
        raise AntreaGitopsError(
            "agent-config.yaml is not in the repository",
            why="the Agent-based Installer takes hosts and rendezvous address from it",
            fix="add and commit it, or set install.method in cluster.yaml",
        ) from None


def manifests(run: Run) -> None:
    """The installer's own manifests, made and looked at."""
    if run.cluster.method == "agent":
        run.work.openshift.mkdir(mode=0o700, exist_ok=True)
        return
    outcome = run.invoke("create", "manifests", timeout=_MANIFESTS_TIMEOUT)
    if not outcome.succeeded:
        raise failure(run, outcome)
    if findings := list(_not_as_expected(run)):
        raise FindingsError(findings)


def _not_as_expected(run: Run) -> Iterator[Finding]:
    work = run.work
    needed = (work.manifests / known.text("needed"), work.state_file)
    for path in (path for path in needed if not path.is_file()):
        yield _fault("install/file-missing", path, work.installer, "the installer did not make it")
    if work.install_config_file.exists():
        yield _fault("install/not-consumed", work.install_config_file, work.installer, "the installer left it there")
    network = work.manifests / known.text("network")
    if not network.is_file():
        yield _fault("install/file-missing", network, work.installer, "the installer did not make it")
        return
    name = network.relative_to(work.installer).as_posix()
    document = parse(network.read_bytes(), name)
    path = ("spec", "networkType")
    found = text_at(document.value, path)
    if found != "antrea":
        place = document.locate(path)
        yield Finding("install/network-type", f'networkType is "{found}", not antrea', location=place)


def _fault(rule: str, path: Path, root: Path, message: str) -> Finding:
    return Finding(rule, message, location=Location(path.relative_to(root).as_posix()))


def overlay(run: Run) -> View | None:
    """Adds the reviewed objects at the one right moment, and looks at the folder as the installer will."""
    if run.cluster.method == "agent":
        _add(run, run.work.openshift)
        return None
    if run.cluster.method == "upi":
        _remove_machines(run)
    _add(run, run.work.manifests)
    seen = view(run.work.installer, f"4.{run.installer.minor}")
    errors = [finding for finding in seen.findings if finding.is_error]
    if errors:
        raise FindingsError(errors)
    consumed = {item.file for item in seen.consumed}
    missing = [name for name in run.rendered if f"{known.MANIFESTS}/{name}" not in consumed]
    if missing:
        raise AntreaGitopsError(f"the installer would not read {', '.join(missing)}")
    return seen


def _remove_machines(run: Run) -> None:
    """Machines that people make are not the cluster's to make again."""
    for pattern in known.texts("machine_manifests"):
        for path in run.work.openshift.glob(pattern):
            path.unlink()


def _add(run: Run, folder: Path) -> None:
    rendered = run.rendered
    if not rendered:
        raise AntreaGitopsError("rendered/install holds no object", fix="run `antrea-gitops render` and commit it")
    # The bootstrap machine copies openshift/ over manifests/, so that a name can be there once only.
    taken = {
        path.name: path for path in (run.work.manifests, run.work.openshift) if path.is_dir() for path in path.iterdir()
    }
    collisions = sorted(name for name in rendered if name in taken and taken[name].read_bytes() != rendered[name])
    if collisions:
        findings = [
            _fault("install/collision", taken[name], run.work.installer, f"rendered/install/{name} has the same name")
            for name in collisions
        ]
        raise FindingsError(findings)
    for name, data in rendered.items():
        (folder / name).write_bytes(data)
        os.chmod(folder / name, _PRIVATE)


def ignition(run: Run) -> None:
    """Makes the ignition, and proves that each reviewed object is in it, byte for byte."""
    if run.cluster.method == "agent":
        outcome = run.invoke("agent", "create", "image", timeout=_IMAGE_TIMEOUT)
        if not outcome.succeeded:
            raise failure(run, outcome)
        return
    outcome = run.invoke("create", "ignition-configs", timeout=_IGNITION_TIMEOUT)
    if not outcome.succeeded:
        raise failure(run, outcome)
    proved = proof(run.work.bootstrap_ignition_file, run.rendered)
    run.journal.append("proof", objects=proved.objects, sha256=proved.sha256, manifests=proved.manifests)
    run.say(f"{count(proved.objects, 'reviewed object')} are in bootstrap.ign, byte for byte")
