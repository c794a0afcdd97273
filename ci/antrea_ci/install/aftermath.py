"""What every run leaves, however it ended: its state in the vault, a report, and after a failure a support archive."""

from __future__ import annotations

import os
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.install.base import BaseRun
from antrea_ci.install.report import write_report
from antrea_ci.install.support_archive import write as write_archive
from antrea_ci.vault import Kind


def settle(run: BaseRun, outcome: str) -> None:
    """Stores and pushes what is left, writes the reports, and ends the journal with ``outcome``.

    After a failure nothing is raised: what brought us here is told, not that a full disk takes no report of it.
    """
    failed = outcome in ("failed", "interrupted")
    if failed and run.work.state_file.is_file():
        _keep(run)
    with suppress(OSError) if failed else nullcontext():
        run.keeper.settle()
        run.journal.append("run.end", outcome=outcome)
        text = write_report(run.home, run.history())
        _summarise(text)
    if failed:
        _archive(run)
    run.progress.done()


def _keep(run: BaseRun) -> None:
    history = run.history()
    kind = Kind.CLUSTER if history.is_created else Kind.IGNITION if history.has_ended("ignition") else Kind.PRE_INSTALL
    with suppress(AntreaGitopsError, OSError):
        run.keeper.keep(kind)


def _archive(run: BaseRun) -> None:
    path = run.home.logs / f"support-{datetime.now(tz=UTC):%Y%m%dT%H%M%S.%fZ}.tar.gz"
    with suppress(AntreaGitopsError, OSError):
        run.home.logs.mkdir(exist_ok=True)
        write_archive(run.work, run.home, path, {})
        run.say(f"a redacted archive for support: {run.home.name(path)}")


def _summarise(text: str) -> None:
    """Adds the report to the summary of a GitHub job."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY", "")
    if summary:
        with suppress(OSError), Path(summary).open("a", encoding="utf-8") as stream:
            stream.write(text)
