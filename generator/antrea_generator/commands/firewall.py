"""`antrea-gitops firewall report|probe|learn`."""

from __future__ import annotations

from typing import ClassVar

import click

from antrea_generator.lazy import LazyGroup


class _Verbs(LazyGroup):
    modules: ClassVar = {
        "report": ("firewall_report", "Report every rule that the cluster needs, in the form that a firewall takes."),
        "probe": ("firewall_probe", "Try from this machine what can be tried, and say what is open and what is not."),
        "learn": ("firewall_learn", "Explain what firewalls dropped, from their logs, and propose what is missing."),
    }


@click.group(name="firewall", cls=_Verbs, epilog="Example: antrea-gitops firewall report --format markdown")
def command() -> None:
    """The traffic that firewalls have to let through for this cluster."""
