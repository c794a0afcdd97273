"""Where people make the machines: what they get."""

from __future__ import annotations

from dataclasses import replace

from antrea_ci.files import write_atomically
from antrea_ci.install.run import Run
from antrea_ci.upi import next_commands, sheet


def hand_over(run: Run) -> tuple[str, ...]:
    """Writes the sheet of names and load balancers to the report folder; returns the next commands."""
    run.home.report.mkdir(exist_ok=True)
    path = run.home.report / "upi.md"
    write_atomically(path, sheet(run.cluster).encode())
    run.journal.append("handover", until=run.request.until.value)
    run.say(f"DNS names and load balancers that this cluster needs: {run.home.name(path)}")
    *before, _ = next_commands(replace(run.cluster, repo=run.home), run.work.installer)
    return (*before, run.again.resume_handed_over.strip("`"))
