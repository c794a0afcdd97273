"""What makes 40 minutes of installing worthless, looked at before: all at once, and for half a minute at most."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from antrea_ci.errors import UsageError
from antrea_ci.model.cluster import Probe as ProbeName
from antrea_ci.preflight.model import Preflight, Probe, State
from antrea_ci.suggest import did_you_mean

if TYPE_CHECKING:
    from antrea_ci.model.effective import Cluster
    from antrea_ci.preflight.site import Means, ProbeFunction
    from antrea_ci.secrets import Secrets

__all__ = ["NAMES", "Preflight", "Probe", "State", "preflight", "skipped"]

NAMES: tuple[str, ...] = get_args(ProbeName)
"""The probes, in the order of the report."""

_ALL = "all"


def skipped(names: str) -> frozenset[str]:
    """The probes that ``names`` (with commas between them, or ``all``) leaves out; UsageError for an unknown one."""
    given = [name for part in names.split(",") if (name := part.strip())]
    unknown = [name for name in given if name not in (*NAMES, _ALL)]
    if unknown:
        shown = ", ".join(f"`{name}`{did_you_mean(name, (*NAMES, _ALL))}" for name in unknown)
        raise UsageError(f"there is no probe {shown}", fix=f"name some of {', '.join(NAMES)}, or all")
    return frozenset(NAMES if _ALL in given else given)


def preflight(
    cluster: Cluster,
    secrets: Secrets,
    *,
    images: Sequence[str],
    work: Path,
    skip: frozenset[str],
    means: Means | None = None,
) -> Preflight:
    """Runs every probe but those of ``skip``. ``work`` is where the installer will work, ``images`` what nodes pull.

    Nothing outside is changed. A probe that cannot be answered in time says so in a finding.
    """
    from antrea_ci.preflight.run import run_probes  # network, TLS and XML: only who installs needs them
    from antrea_ci.preflight.site import Means, Site

    means = means or Means()
    wanted = {name: probe for name, probe in _probes().items() if name not in skip}
    site = Site.of(cluster, secrets, images, work, means)
    ended = run_probes(wanted, site, means.seconds)
    return Preflight(tuple(ended.get(name) or Probe(name, State.SKIPPED, note="left out, as asked") for name in NAMES))


def _probes() -> dict[str, ProbeFunction]:
    from antrea_ci.preflight import bmc, clock, disk, dns, proxy, registry, vcenter, vips

    modules = (dns, vips, vcenter, registry, proxy, clock, disk, bmc)
    return dict(zip(NAMES, (module.probe for module in modules), strict=True))
