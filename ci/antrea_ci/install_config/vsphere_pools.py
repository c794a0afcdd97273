"""What machine pools say for platform vsphere (pkg/types/vsphere/validation/machinepool.go)."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.findings import Finding
from antrea_ci.install_config.dns import subdomain_fault
from antrea_ci.install_config.platform_facts import platform_facts
from antrea_ci.install_config.pool_sections import negatives, pools_of
from antrea_ci.install_config.section import Section
from antrea_ci.install_config.values import number
from antrea_ci.install_config.vsphere_versions import compares_names, is_flat

_SIZES = (("cpus",), ("coresPerSocket",), ("memoryMB",), ("osDisk", "diskSizeGB"))


def findings(platform: Section) -> Iterator[Finding]:
    """What is wrong with their sizes and zones."""
    domains = [domain.text("name") for domain in platform.each("failureDomains")]
    for pool in pools_of(platform.config, "vsphere"):
        yield from negatives(pool, _SIZES)
        yield from _cpus(pool)
        yield from _zones(pool, domains)


def _cpus(pool: Section) -> Iterator[Finding]:
    default = platform_facts()["vsphere"]["default_cpus"]
    cpus, cores = pool.number("cpus"), pool.number("coresPerSocket")
    if is_flat(pool.config):
        yield from _cpus_of_4_12(pool, cpus, cores, default)
        return
    cpus, cores = (value if value > 0 else default for value in (cpus, cores))
    if cores > cpus:
        yield _cores(pool, cores, cpus)
    elif cpus % cores:
        yield _multiple(pool, cpus, cores)


def _cpus_of_4_12(pool: Section, cpus: int, cores: int, default: int) -> Iterator[Finding]:
    if cpus > 0:
        if cores > cpus:
            yield _cores(pool, cores, cpus)
        elif cores > 0 and cpus % cores:
            yield _multiple(pool, cpus, cores)
        elif cpus % default:
            yield _multiple(pool, cpus, default)
    elif cores > default:
        yield _cores(pool, cores, default)


def _cores(pool: Section, cores: int, cpus: int) -> Finding:
    message = f"has {cores} cores on each socket, and {cpus} CPUs in all (4 are the default of both)"
    return pool.finding("cpus", (), message, key=True, fix="write `cpus` as a multiple of `coresPerSocket`")


def _multiple(pool: Section, cpus: int, cores: int) -> Finding:
    message = f"is {cpus}; it must be a multiple of {cores}"
    return pool.finding("cpus", ("cpus",), message)


def _zones(pool: Section, domains: list[str]) -> Iterator[Finding]:
    zones = pool.texts("zones")
    if zones and not domains:
        yield pool.finding("zone", ("zones",), "names failure domains, and there are none", key=True)
        return
    for index, zone in enumerate(zones):
        fault = subdomain_fault(zone) or ("" if zone[0].isalpha() else "must start with a letter")
        if len(zone) > number("names", "longest"):
            fault = f"is longer than {number('names', 'longest')} characters"
        if zone not in domains:
            fault = "is no name of a failure domain"
        elif zone in zones[:index] and compares_names(pool.config):
            fault = "stands there twice"
        if fault:
            yield pool.finding("zone", ("zones", index), f"is {zone!r}, which {fault}")
