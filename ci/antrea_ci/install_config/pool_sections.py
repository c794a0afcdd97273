"""The parts of machine pools that are about one platform."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from antrea_ci.findings import Finding
from antrea_ci.install_config.config import Config, Steps
from antrea_ci.install_config.section import Section


def pool_paths(config: Config) -> list[Steps]:
    """Where the control plane and each compute pool stand."""
    return [("controlPlane",), *(("compute", index) for index in range(len(config.items("compute"))))]


def pools_of(config: Config, platform: str) -> Iterator[Section]:
    """What each pool that has any says for ``platform``."""
    for pool in pool_paths(config):
        section = Section(config, (*pool, "platform", platform))
        if isinstance(config.at(*section.path), dict):
            yield section


def negatives(pool: Section, sizes: Iterable[Steps], rule: str = "pool-size") -> Iterator[Finding]:
    """A finding of ``rule`` for each size that is negative."""
    for size in sizes:
        if pool.number(*size) < 0:
            yield pool.finding(rule, size, f"is {pool.number(*size)}; it must be positive")
