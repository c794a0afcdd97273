"""Installations, backups and what is not there yet, as the page tells them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from antrea_ci.page import Page
from antrea_ci.vault import Kind
from support.cluster_pages import PHASES, Read, journal, page_of, read_page
from support.vaults import Site, make_site


def test_every_installation_that_a_journal_or_the_report_knows_is_there_once_from_new_to_old(page: Page):
    told = [(one.outcome, one.begun[:16], one.source.partition("/")[0]) for one in page.past.installations]
    assert told == [
        ("installed", "2026-11-20T10:15", "report"),
        ("failed", "2026-11-20T08:15", "backup post-install"),
    ]


def test_a_stage_within_another_is_not_added_to_the_time_of_its_phase(page: Page):
    last = page.past.installations[0]
    assert last.seconds == pytest.approx(sum(seconds for _, seconds in PHASES))
    assert {step.name: step.within for step in last.steps}["API"] == "Bootstrap Complete"


def test_what_failed_and_why_is_on_the_page(shown: Read):
    assert "Cause the vCenter refused the login" in shown.text


def test_bars_of_phases_stand_one_after_the_other_up_to_the_end(shown: Read):
    bars: list[tuple[float, float]] = []
    picture = ""
    for tag, found in shown.elements:
        picture = found.get("class") or "" if tag == "svg" else picture
        if tag == "rect" and picture == "bar phase":
            bars.append((float(found["x"] or 0), float(found["width"] or 0)))
    bars = bars[: len(PHASES)]
    assert bars == sorted(bars)
    assert max(start + width for start, width in bars) == pytest.approx(100, abs=0.5)


def test_backups_are_told_from_new_to_old_with_the_last_drill(page: Page, shown: Read):
    assert [(one.kind, one.state) for one in page.backups.found] == [
        ("post-install", "restored"),
        ("cluster", "stored"),
    ]
    assert page.backups.drilled == page.backups.found[0].proven
    assert "restored and compared" in shown.text


def test_the_last_look_at_nsx_is_told_with_what_it_found(shown: Read):
    assert "Registration up" in shown.text
    assert "failed certificate: ends soon" in shown.text


def test_what_is_not_there_yet_is_said(fresh: Path):
    text = read_page(fresh).text
    for told in (
        "not installed",
        "No installation is recorded yet.",
        "No run of apply is recorded here yet.",
        "Not configured: this cluster does not join NSX.",
        "this is no Git repository",
    ):
        assert told in text


def test_without_a_rendering_the_page_says_so(fresh: Path):
    assert "Nothing is rendered yet" in read_page(fresh).text


@pytest.mark.parametrize("content", ["", "{", "[]", '"x"', '{"begun": 7, "phases": {"a": 1}}', "[" * 100_000])
@pytest.mark.parametrize("name", ["report.json", "apply.json", "nsx.json"])
def test_a_record_that_cannot_be_read_is_left_out(fresh: Path, name: str, content: str):
    (fresh / "report").mkdir()
    (fresh / "report" / name).write_text(content)
    page = page_of(fresh)
    assert (page.past.installations, page.nsx.last) == ((), None)


def test_a_journal_that_was_stored_before_its_run_ended_is_not_called_running(site: Site, tmp_path: Path):
    from antrea_ci.page.collect.backups import Backups
    from antrea_ci.page.collect.past import past
    from antrea_ci.repo import ClusterRepo
    from support.cluster_pages import BEGUN

    cut = b"\n".join(journal(BEGUN, "0" * 40).split(b"\n")[:4]) + b"\n"
    (tmp_path / "cluster.yaml").write_text("")
    found = past(ClusterRepo(tmp_path), Backups("", 0, journals=(("cluster/x", cut), ("cluster/y", b"not a line\n"))))
    assert [one.outcome for one in found.installations] == ["not finished"]


def test_the_last_change_is_told_with_what_it_did(fresh: Path):
    (fresh / "report").mkdir()
    record = {
        "outcome": "failed",
        "commit": "1" * 40,
        "before": "2" * 40,
        "changed": ["Deployment/antrea-operator/antrea-operator"],
        "deleted": [],
        "checks": [{"name": "operators", "state": "failed", "message": "network is degraded"}],
        "error": "error: the cluster is not well",
    }
    (fresh / "report/apply.json").write_text(json.dumps(record))
    told = "Outcome failed Commit 111111111111 Before 222222222222 Changed Deployment/antrea-operator/antrea-operator"
    text = read_page(fresh).text
    assert f"{told} Failed checks operators: network is degraded" in text


def test_changes_that_left_a_backup_are_told_from_new_to_old(tmp_path: Path):
    site = make_site(tmp_path)
    for _ in range(2):
        site.store(Kind.POST_APPLY)
    found = page_of(site.repo).past.applied
    assert [one.commit for one in found] == [site.head, site.head]
    assert found[0].time > found[1].time
