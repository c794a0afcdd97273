"""Two machines, or two folders, and one cluster: what one of them does not know must never cost machines."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
from pathlib import Path

from antrea_ci.following import ProcessId, is_living
from support.installation import Site, make_site
from support.repos import git


class _Elsewhere(Site):
    """The same site, from another work folder."""

    @property
    def work(self) -> Path:
        return self.folder / "elsewhere"


def _elsewhere(site: Site) -> Site:
    return _Elsewhere(**{field.name: getattr(site, field.name) for field in dataclasses.fields(site)})


def _creations(site: Site) -> int:
    return site.double.verbs().count("create cluster")


def _killed_while_creating(site: Site, stop: str) -> ProcessId:
    """Kills a run of `install`, as the kernel would; its installer, which has come to ``stop``, lives on."""
    process = site.start("install")
    site.double.await_stop(stop)
    process.kill()
    process.communicate(timeout=60)
    (begun,) = [n for n, entry in enumerate(site.journal) if entry["event"] == "cluster.begin"]
    (entry,) = [entry for entry in site.journal[begun:] if entry["event"] == "process"]
    return ProcessId(entry["pid"], entry["started"])


def test_folder_that_is_older_than_the_vault_creates_no_second_cluster(tmp_path: Path) -> None:
    site = make_site(tmp_path, scenario="bootstrap-failure")
    other = _elsewhere(site)
    assert site.install("--until", "ignition").code == 0
    assert other.install("--resume", "--until", "ignition").code == 0
    assert site.install("--resume").code == 1
    done = other.install("--resume")
    assert done.code == 1
    assert _creations(site) == 1
    assert "wait-for bootstrap-complete" in site.double.verbs()


def test_creation_that_was_only_announced_keeps_others_from_a_second_one(tmp_path: Path) -> None:
    site = make_site(tmp_path, stops=["infrastructure"])
    living = _killed_while_creating(site, "infrastructure")
    os.killpg(living.pid, signal.SIGKILL)
    done = _elsewhere(site).install()
    assert (done.code, _creations(site)) == (1, 1), done.err
    assert "--resume" in done.err


def test_stopping_before_what_is_over_is_refused(tmp_path: Path) -> None:
    site = make_site(tmp_path, scenario="bootstrap-failure")
    failed = site.install()
    assert failed.code == 1
    (fix,) = [line for line in failed.err.splitlines() if line.startswith("  fix: ")]
    assert fix.count("antrea-gitops") == fix.count(f"--work-dir {site.work}") == 2, "to wait once more, or to destroy"
    done = site.install("--resume", "--until", "ignition")
    assert done.code == 2
    assert "beyond that" in done.err


def test_destroy_ends_an_installer_that_still_makes_machines(tmp_path: Path, vsphere: dict[str, str]) -> None:
    site = make_site(tmp_path, stops=["machines"])
    site.environment.update(vsphere)
    living = _killed_while_creating(site, "machines")
    assert is_living(living)
    done = site.run("destroy", "--confirm", "ocp")
    assert done.code == 0, done.err
    assert not is_living(living)
    (cluster,) = site.double.clusters().values()
    assert cluster["machines"] == []


def test_destroy_is_not_content_with_a_folder_of_an_earlier_cluster(tmp_path: Path, vsphere: dict[str, str]) -> None:
    site = make_site(tmp_path)
    site.environment.update(vsphere)
    other = _elsewhere(site)
    assert site.install().code == 0
    kept = tmp_path / "kept"
    shutil.copytree(site.work, kept)
    assert site.run("destroy", "--confirm", "ocp").code == 0
    shutil.rmtree(site.work)
    kept.rename(site.work)
    assert other.install().code == 0
    done = site.run("destroy", "--confirm", "ocp")
    assert done.code == 1
    assert "--work-dir" in done.err
    assert "installed" in git(site.repo, "show", "main:installed.yaml")
    assert [cluster["state"] for cluster in site.double.clusters().values()].count("installed") == 1


def test_destroy_that_could_not_record_does_not_remove_twice(tmp_path: Path, vsphere: dict[str, str]) -> None:
    site = make_site(tmp_path)
    site.environment.update(vsphere)
    assert site.install().code == 0
    lock = site.repo / ".git/refs/heads/main.lock"
    lock.touch()
    assert site.run("destroy", "--confirm", "ocp").code == 1
    lock.unlink()
    done = site.run("destroy", "--confirm", "ocp")
    assert done.code == 0, done.err
    assert site.double.verbs().count("destroy cluster") == 1
    (infra,) = site.double.clusters()
    record = git(site.repo, "show", "main:installed.yaml")
    assert "state: destroyed" in record
    assert infra in record


def test_resume_of_what_is_being_destroyed_is_refused(tmp_path: Path, vsphere: dict[str, str]) -> None:
    site = make_site(tmp_path)
    site.environment.update(vsphere)
    assert site.install().code == 0
    site.double.change(scenario="destroy-failure")
    assert site.run("destroy", "--confirm", "ocp").code == 1
    done = site.install("--resume")
    assert done.code == 1
    assert "antrea-gitops destroy --confirm ocp --work-dir" in done.err


def test_discarded_manifests_stop_the_creation_at_once(tmp_path: Path) -> None:
    site = make_site(tmp_path, scenario="discards-manifests")
    done = site.install()
    assert done.code == 1
    assert "Discarding the Openshift Manifests" in done.err
    assert "the cluster would have no network" in done.err


def test_ignition_for_people_comes_with_the_sheet_and_the_next_commands(tmp_path: Path) -> None:
    site = make_site(tmp_path, platform="none")
    done = site.install("--until", "ignition")
    assert done.code == 0, done.err
    assert (site.repo / "report/upi.md").is_file()
    assert f"install --resume --until cluster --work-dir {site.work}" in done.out
    assert site.install("--until", "ignition").code == 0
    assert site.install("--resume", "--until", "cluster").code == 0
    assert site.double.verbs()[-2:] == ["wait-for bootstrap-complete", "wait-for install-complete"]
