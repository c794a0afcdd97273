"""Judges an antrea-agent.conf or antrea-controller.conf as that program of one version would when it starts.

The program stops at the first fault; here all of them are told. What it takes and cannot use, or ignores in silence, is
told too, by rules that the catalogue calls stricter.
"""

from __future__ import annotations

from antrea_ci.antrea_catalogue import Component
from antrea_ci.findings import Finding


def judge(component: Component, data: bytes | str, file: str, version: str) -> list[Finding]:
    """Everything that is wrong with one configuration; ``file`` is named in the findings' places.

    ``version`` is a version or an image's tag ("1.13.1", "v1.13.1_vmware.1"); a vendor's build ("vmware") has the
    vendor's keys too. Raises UsageError where it is none.
    """
    from antrea_ci.antrea_options.examine import examine  # not at the top: start-up time

    return [fault.finding for fault in examine(component, data, file, version)]
