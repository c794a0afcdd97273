"""What Antrea's two programs hold in one cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from antrea_ci.antrea_options.config import Config
from antrea_ci.bundle.objects import CR_GROUP
from antrea_ci.firewall.antrea import configuration
from antrea_ci.model.effective import Cluster
from antrea_ci.render.settings import antrea_version
from antrea_ci.values import text_at
from antrea_ci.yamlio import Value

_ANY_NEWER = "99.0"  # where no version is known, the newest one that the facts have counts


@dataclass(frozen=True)
class Configured:
    """``install`` is the AntreaInstall that says so, None where there is none, and Antrea's defaults count.

    ``version`` is that of the configuration's rules.
    """

    install: Value
    agent: Config
    controller: Config
    version: str


def configured(cluster: Cluster, objects: Mapping[str, Value]) -> Configured:
    """Reads the AntreaInstall among the rendered ``objects``."""
    install = next((one for one in objects.values() if _is_install(one)), None)
    version = antrea_version(cluster, None) or _ANY_NEWER
    agent = configuration("agent", text_at(install, ("spec", "antreaAgentConfig")), version)
    controller = configuration("controller", text_at(install, ("spec", "antreaControllerConfig")), version)
    return Configured(install, agent, controller, version)


def _is_install(manifest: Value) -> bool:
    group = text_at(manifest, ("apiVersion",)).rpartition("/")[0]
    return (group, text_at(manifest, ("kind",))) == (CR_GROUP, "AntreaInstall")
