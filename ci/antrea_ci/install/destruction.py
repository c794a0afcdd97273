"""Removes a cluster: from the state that is here, from the vault, or from what installed.yaml recorded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from antrea_ci.errors import AntreaGitopsError, FindingsError, MissingRequirementError
from antrea_ci.files import write_atomically
from antrea_ci.install import source
from antrea_ci.install.aftermath import settle
from antrea_ci.install.belonging import refuse_another, refuse_older
from antrea_ci.install.delivery import deliver
from antrea_ci.install.entrance import interruptible
from antrea_ci.install.failure import failure
from antrea_ci.install.fetching import fetch_state
from antrea_ci.install.history import History
from antrea_ci.install.journal import Journal
from antrea_ci.install.late import installed_file
from antrea_ci.install.lock import locked
from antrea_ci.install.metadata import Metadata, read_metadata, rebuilt, vcenters
from antrea_ci.install.opening import binding_record, end_what_is_left, opened, work_dir
from antrea_ci.install.removal import refuse_to_destroy
from antrea_ci.install.request import Request
from antrea_ci.install.run import Run, host
from antrea_ci.install.workdir import WorkDir
from antrea_ci.installer import Progress
from antrea_ci.model.effective import Cluster, load
from antrea_ci.pipeline.confirm import confirm
from antrea_ci.repo import ClusterRepo
from antrea_ci.vault import Kind
from antrea_ci.yamlio import parse

_TIMEOUT = 120 * 60.0
# What `destroy` itself does not need: machines, folders and pools that are named may be gone already.
_MAY_BE_GONE = frozenset({"preflight/vcenter-inventory", "preflight/vcenter-version", "preflight/time"})


@dataclass(frozen=True)
class DestroyRequest:
    """The options of `destroy`. ``confirmed`` is the name that was typed."""

    confirmed: str
    base: Request
    nsx_gone: bool = False


def destroy(home: ClusterRepo, request: DestroyRequest, environment: Mapping[str, str], progress: Progress) -> str:
    """Removes the cluster of this repository and records that; returns where the record is."""
    refuse_to_destroy(home)
    confirm(home, request.confirmed, option="--confirm")
    work = work_dir(home, "HEAD", request.base.work_dir)
    with interruptible(), locked(work):
        history = History.of(Journal(work.journal_file).entries())
        cluster, commit = _described(home, history, work)
        with opened(home, request.base, cluster, commit, work, environment, progress, verb="destroy") as run:
            _end_what_is_left(run)
            _refuse_before_nsx(run, request)
            return _carried_out(run, environment)


def _described(home: ClusterRepo, history: History, work: WorkDir) -> tuple[Cluster, str]:
    """The cluster as the commit describes it that was installed, so that no later mistake is in the way."""
    from antrea_ci import vcs

    commit = history.commit
    if not commit and not vcs.commit_of(home.root, "HEAD"):
        raise AntreaGitopsError(f"{home.root} has no commit", fix="run this in a clone of the cluster repository")
    if commit:
        return source.checked_out(home, commit, work.source), commit
    cluster = load(home)
    record = binding_record(home, cluster)
    return cluster, record.file.commit if record else vcs.commit_of(home.root, "HEAD") or ""


def _end_what_is_left(run: Run) -> None:
    """Nothing may still make machines while they are removed."""
    history = run.history()
    _, machine = history.left_running or (None, "")
    if machine and machine != host():
        run.say(f"the installer was last run on {machine}: nothing of it may still run there")
    end_what_is_left(history, also_create=True)


def _refuse_before_nsx(run: Run, request: DestroyRequest) -> None:
    from antrea_ci.nsx.registration import wait_until_gone

    if run.cluster.file.nsx.enabled and not request.nsx_gone:
        wait_until_gone(run.cluster, run.secrets, run.say)


def _carried_out(run: Run, environment: Mapping[str, str]) -> str:
    run.journal.append("run.begin", verb="destroy")
    try:
        where = _steps(run, environment)
    except KeyboardInterrupt:
        settle(run, "interrupted")
        raise
    except BaseException:
        settle(run, "failed")
        raise
    settle(run, "destroyed")
    # What is left are keys of a cluster that is gone; the vault has them still.
    shutil.rmtree(run.work.installer, ignore_errors=True)
    run.work.output_file.unlink(missing_ok=True)
    return where


def _steps(run: Run, environment: Mapping[str, str]) -> str:
    ids = _recorded_ids(run)
    if run.cluster.platform in ("none", "external"):
        run.say("nobody but you can remove these machines; the record is closed")
    elif run.history().is_destroyed and ids:
        run.say("the machines are gone already; the record is closed")
    else:
        ids = _removed(run)
    data = installed_file(run, "destroyed", ids or Metadata("", ""))
    run.journal.append("destroyed")
    run.keeper.keep(Kind.CLUSTER, public={"installed.yaml": data})
    message = f"Record that {run.cluster.name} was destroyed"
    again = run.again.destroy(run.cluster.name)
    return deliver(run.home, run.cluster.file.install.branch, data, message, environment, again).branch


def _recorded_ids(run: Run) -> Metadata | None:
    """What installed.yaml says of a cluster that is there."""
    record = binding_record(run.home, run.cluster)
    return Metadata(record.file.infraID or "", record.file.clusterID or "") if record else None


def _removed(run: Run) -> Metadata:
    """Has the installer remove the cluster; the ids that it had. Afterwards the installer has removed metadata.json."""
    refuse_older(run)
    _have_state(run)
    refuse_another(run)
    ids = read_metadata(run.work.metadata_file)
    _prove_login(run)
    _renew_login(run)
    run.keeper.keep(Kind.PRE_DESTROY)
    run.keeper.refuse_unsafe()
    run.lease.require()
    run.journal.append("destroy.begin", host=host())
    outcome = run.invoke("destroy", "cluster", timeout=_TIMEOUT)
    if not outcome.succeeded:
        raise failure(run, outcome, fix=f"{run.again.destroy(run.cluster.name)} goes on where it stopped")
    return ids


def _have_state(run: Run) -> None:
    """metadata.json from the work folder, from the vault, or made anew from installed.yaml."""
    if run.work.metadata_file.is_file():
        return
    said = ""
    vault = run.keeper.vault
    if vault is not None:
        try:
            fetch_state(vault, run.work, run.secrets)
        except (AntreaGitopsError, MissingRequirementError) as error:
            said = error.message
    if run.work.metadata_file.is_file():
        run.say("the state was restored from the vault")
        return
    _rebuild(run, said)


def _rebuild(run: Run, said: str) -> None:
    record = binding_record(run.home, run.cluster)
    if record is None:
        raise AntreaGitopsError(
            "there is nothing to destroy the cluster with: metadata.json is neither here nor in the vault, and the "
            f"repository has no record of an installation{f' ({said})' if said else ''}",
            why="only this file, or the record, tells which machines are the cluster's",
            fix="name the work folder with --work-dir, or fetch the branch that holds installed.yaml",
        )
    run.work.make()
    config = run.cluster.repo.install_config_file.read_bytes()
    data = rebuilt(record.file, config, run.secrets, run.installer.minor)
    write_atomically(run.work.metadata_file, data, mode=0o600)
    run.say(f"metadata.json was made anew from {record.where}")


def _prove_login(run: Run) -> None:
    """A read with the login, before anything is removed; only vSphere lets us look."""
    from antrea_ci import preflight

    others = frozenset(preflight.NAMES) - {"vcenter"}
    found = preflight.preflight(run.cluster, run.secrets, images=(), work=run.work.root, skip=others)
    faults = [one for one in found.findings if one.is_error and one.rule not in _MAY_BE_GONE]
    if faults:
        raise FindingsError(faults)


def _renew_login(run: Run) -> None:
    """Puts today's login in the place of the one that metadata.json was made with: passwords rotate."""
    path: Path = run.work.metadata_file
    read = cast("dict[str, object]", json.loads(path.read_bytes()))
    platform = read.get("vsphere")
    if run.cluster.platform != "vsphere" or not isinstance(platform, dict):
        return
    told = cast("dict[str, object]", platform)
    config = parse(run.cluster.repo.install_config_file.read_bytes(), "install-config.yaml").value
    logins = {one.server: one for one in vcenters(config, run.secrets)}
    listed = told.get("VCenters")
    places = cast("list[dict[str, object]]", listed) if isinstance(listed, list) else []
    for place in (told, *places):
        if login := logins.get(str(place.get("vCenter") or "")):
            place |= {"username": login.user, "password": login.password}
    write_atomically(path, json.dumps(read).encode(), mode=0o600)
