"""Whole installations: from a commit to a running cluster, and back to nothing."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from support.installation import Site, make_site
from support.repos import SHARED, Ran, git

_VERSIONS = ("4.12.45", "4.18.9")
_RECORDED = {"4.12.45": "4.12", "4.18.9": "4.18"}


def _in_bootstrap(site: Site) -> dict[str, bytes]:
    """The manifests in bootstrap.ign by their path on the machine."""
    entries = json.loads((site.work / "installer/bootstrap.ign").read_text())["storage"]["files"]
    folders = ("/opt/openshift/manifests/", "/opt/openshift/openshift/")
    return {
        entry["path"]: base64.b64decode(entry["contents"]["source"].partition("base64,")[2])
        for entry in entries
        if entry["path"].startswith(folders)
    }


@dataclass(frozen=True)
class Installed:
    """A site on which one installation came to its end: from which commit, and what it said. Not to be changed."""

    site: Site
    version: str
    commit: str
    done: Ran


@pytest.fixture(scope="module", params=_VERSIONS)
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    site = make_site(tmp_path_factory.mktemp("installed"), request.param)
    site.environment.update({"OPENSHIFT_INSTALL_PRESERVE_BOOTSTRAP": "1", "KUBECONFIG": "/elsewhere"})
    commit = git(site.repo, "rev-parse", "HEAD")
    return Installed(site, request.param, commit, site.install())


def test_installs_from_commit_to_record(installed: Installed) -> None:
    site, commit = installed.site, installed.commit
    assert installed.done.code == 0, installed.done.err
    assert site.double.verbs() == ["create manifests", "create ignition-configs", "create cluster"]
    cluster = site.cluster
    assert (cluster["state"], cluster["made"]) == ("installed", 1)
    record = yaml.safe_load(git(site.repo, "show", "main:installed.yaml"))
    (infra,) = site.double.clusters()
    assert (record["state"], record["commit"], record["infraID"]) == ("installed", commit, infra)
    assert git(site.repo, "status", "--porcelain") == ""


def test_report_tells_phases_and_stages_of_its_version(installed: Installed) -> None:
    report = installed.site.report
    assert (report["outcome"], report["commit"]) == ("installed", installed.commit)
    assert [phase["name"] for phase in report["phases"] if phase["state"] == "ok"] == [
        *("preflight", "prepare", "manifests", "overlay", "backup", "ignition", "cluster", "verify", "record")
    ]
    stages = {stage["stage"] for stage in report["stages"]}
    assert ("master" in stages, "Machine Provisioning" in stages) == (
        installed.version == "4.12.45",
        installed.version == "4.18.9",
    )


def test_state_is_in_the_remote_before_anything_is_created(installed: Installed) -> None:
    (before,) = installed.site.cluster["before"]
    kinds = [name.split("/")[2] for name in before.split()]
    assert "pre-install" in kinds
    assert "ignition" in kinds


def test_snapshots_of_a_run_can_be_read_byte_by_byte(installed: Installed) -> None:
    assert {"pre-install", "ignition", "cluster", "post-install"} <= installed.site.kinds
    done = installed.site.gitops("backup", "verify")
    assert done.code == 0, done.out + done.err


def test_installer_gets_neither_secrets_nor_strangers_in_its_environment(installed: Installed) -> None:
    site = installed.site
    for call in site.double.calls():
        assert not {name for name in call.names if name.startswith(("ANTREA_GITOPS_", "KUBECONFIG", "OPENSHIFT_"))}
        assert not {name for name, value in call.environment.items() if value in site.secrets}
        assert not set(call.args) & site.secrets


def test_password_is_not_printed_where_the_installer_can_leave_it_out(installed: Installed) -> None:
    (call,) = [call for call in installed.site.double.calls() if call.verb == "create cluster"]
    assert ("--skip-password-print" in call.args) == (installed.version == "4.18.9")
    assert call.args[call.args.index("--log-level") + 1] == "debug"


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the recordings in ../shared")
@pytest.mark.parametrize("version", _VERSIONS)
def test_bootstrap_holds_what_a_real_one_holds_and_every_reviewed_object(tmp_path: Path, version: str) -> None:
    recording = json.loads((SHARED / f"installer/recording-{_RECORDED[version]}.json").read_text())
    recorded = recording["seed-procedure-vsphere"]["bootstrap_ign_manifests"]
    by_hand = re.compile(r"/(namespace|operator|role|role_binding|service_account|operator\.antrea.*)\.yaml$")
    site = make_site(tmp_path, version)
    assert site.install("--until", "ignition").code == 0
    inside = _in_bootstrap(site)
    rendered = {path.name: path.read_bytes() for path in (site.repo / "rendered/install").iterdir()}
    ours = {f"/opt/openshift/manifests/{name}": data for name, data in rendered.items()}
    assert set(inside) == {name for name in recorded if not by_hand.search(name)} | set(ours)
    assert {name: inside[name] for name in ours} == ours


def test_user_provisioned_stops_with_the_ignition_and_goes_on_when_machines_are_there(tmp_path: Path) -> None:
    site = make_site(tmp_path, platform="none")
    done = site.install()
    assert done.code == 0, done.err
    assert site.double.verbs() == ["create manifests", "create ignition-configs"]
    assert (site.repo / "report/upi.md").is_file()
    assert not [name for name in _in_bootstrap(site) if "machines-" in name or "machineset" in name]
    done = site.install("--resume", "--until", "cluster")
    assert done.code == 0, done.err
    assert site.double.verbs()[2:] == ["wait-for bootstrap-complete", "wait-for install-complete"]
    assert site.report["outcome"] == "installed"


def test_the_agent_based_installer_gets_the_objects_and_goes_on_when_machines_were_booted(tmp_path: Path) -> None:
    site = make_site(tmp_path, platform="none")
    config = "kind: AgentConfig\nmetadata: {name: ocp}\nrendezvousIP: 10.1.224.20\n"
    (site.repo / "agent-config.yaml").write_text(config)
    git(site.repo, "add", "--all")
    git(site.repo, "commit", "--quiet", "--message", "the agent's machines")
    stopped = site.install()
    assert stopped.code == 0, stopped.err
    assert "Boot every machine from the image" in stopped.out
    done = site.install("--resume")
    assert done.code == 0, done.err
    waits = ["agent wait-for bootstrap-complete", "agent wait-for install-complete"]
    assert site.double.verbs() == ["agent create image", *waits]
    assert "state: installed" in git(site.repo, "show", "main:installed.yaml")


def test_destroy_removes_everything_and_records_it(tmp_path: Path, vsphere: dict[str, str]) -> None:
    site = make_site(tmp_path, "4.12.45")
    site.environment.update(vsphere)
    assert site.install().code == 0
    done = site.run("destroy", "--confirm", "ocp")
    assert done.code == 0, done.err
    assert (site.cluster["state"], site.cluster["machines"]) == ("destroyed", [])
    assert yaml.safe_load(git(site.repo, "show", "main:installed.yaml"))["state"] == "destroyed"
    assert "pre-destroy" in site.kinds


def test_destroy_works_on_another_machine_after_the_first_is_lost(tmp_path: Path, vsphere: dict[str, str]) -> None:
    site = make_site(tmp_path, scenario="bootstrap-failure")
    site.environment.update(vsphere)
    assert site.install().code == 1
    site.lose_machine()
    done = site.run("destroy", "--confirm", "ocp")
    assert done.code == 0, done.err
    assert site.cluster["machines"] == []


def test_dry_run_touches_nothing(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    before = git(site.repo, "for-each-ref")
    done = site.install("--dry-run")
    assert done.code == 0, done.err
    assert "create cluster" not in site.double.verbs()
    assert (git(site.repo, "for-each-ref"), site.snapshots(), site.double.clusters()) == (before, [], {})
