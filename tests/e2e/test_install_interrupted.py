"""Interrupts and kills of an installation whose installer is at work: it ends in order, or is found again."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from support.installation import await_that, creating, ended, is_living, make_site

_DESTROY = "antrea-gitops destroy --confirm ocp"


def test_an_interrupt_is_passed_on_and_leaves_a_cluster_that_can_be_destroyed(tmp_path: Path) -> None:
    site = make_site(tmp_path, stops=["machines"])
    with creating(site, "machines") as (process, installer):
        process.send_signal(signal.SIGTERM)
        code, err = ended(process)
    assert code == 130, err
    assert not is_living(installer)
    assert site.report["outcome"] == "interrupted"
    assert list((site.repo / "logs").glob("support-*.tar.gz"))
    site.lose_machine()
    again = site.install("--resume")
    assert (again.code, _DESTROY in again.err) == (1, True), again.err
    assert (site.work / "installer/metadata.json").is_file()
    assert site.cluster["made"] == 1


def test_second_interrupt_ends_an_installer_that_does_not_listen(tmp_path: Path) -> None:
    site = make_site(tmp_path, scenario="ignores-signals", stops=["machines"])
    with creating(site, "machines") as (process, installer):
        process.send_signal(signal.SIGINT)
        await_that(lambda: any(entry["event"] == "interrupt" for entry in site.journal))
        process.send_signal(signal.SIGINT)
        code, err = ended(process)
    assert code == 130, err
    assert not is_living(installer)
    assert "cluster" in site.kinds


def test_installer_that_outlives_a_kill_is_attached_to(tmp_path: Path) -> None:
    site = make_site(tmp_path, stops=["machines"])
    with creating(site, "machines") as (process, installer):
        process.kill()
        process.communicate()
        assert is_living(installer)
        resumed = site.start("install", "--resume")
        await_that(lambda: sum(entry["event"] == "run.begin" for entry in site.journal) == 2)
        site.double.release("machines")
        code, err = ended(resumed)
    assert code == 0, err
    assert site.double.verbs().count("create cluster") == 1
    assert (site.cluster["state"], site.report["outcome"]) == ("installed", "installed")


def test_cluster_whose_installer_was_killed_too_is_waited_for(tmp_path: Path) -> None:
    site = make_site(tmp_path, stops=["bootstrap"])
    with creating(site, "bootstrap") as (process, installer):
        process.kill()
        process.communicate()
        os.kill(installer, signal.SIGKILL)
        await_that(lambda: not is_living(installer))
        done = site.install("--resume")
    assert done.code == 0, done.err
    waited = ["wait-for bootstrap-complete", "destroy bootstrap", "wait-for install-complete"]
    assert site.double.verbs()[2:] == ["create cluster", *waited]
    assert site.cluster["machines"] == ["master-0", "master-1", "master-2"]


def test_another_runner_never_creates_a_second_cluster(tmp_path: Path) -> None:
    site = make_site(tmp_path, stops=["machines"])
    with creating(site, "machines") as (process, installer):
        process.kill()
        process.communicate()
        os.kill(installer, signal.SIGKILL)
        await_that(lambda: not is_living(installer))
        site.lose_machine()
        resumed, fresh = site.install("--resume", "--steal-lease"), site.install("--steal-lease")
    assert (resumed.code, _DESTROY in resumed.err) == (1, True), resumed.err
    assert (fresh.code, _DESTROY in fresh.err) == (1, True), fresh.err
    assert site.double.verbs().count("create cluster") == 1


def test_second_installation_beside_a_running_one_is_refused(tmp_path: Path) -> None:
    site = make_site(tmp_path, stops=["machines"])
    with creating(site, "machines") as (process, _):
        beside = site.gitops(*site.arguments()[2:], "--work-dir", str(tmp_path / "other"))
        assert beside.code == 1
        assert "lease" in beside.err
        site.double.release("machines")
        code, err = ended(process)
    assert code == 0, err
    assert site.double.verbs().count("create cluster") == 1
