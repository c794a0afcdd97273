"""Which traffic firewalls have to let through for one cluster: a function of its configuration alone.

Rules that are known already are shown without what it takes to find them, so that is imported where it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from antrea_ci.firewall.rule import Phase, Rule

if TYPE_CHECKING:
    from antrea_ci.model.effective import Cluster
    from antrea_ci.repo import ClusterRepo
    from antrea_ci.yamlio import Value

__all__ = ["Phase", "Rule", "rendered_objects", "rules"]


def rules(cluster: Cluster, objects: Mapping[str, Value]) -> tuple[Rule, ...]:
    """Every rule that the cluster needs, in the order of facts/ports.yaml, none twice.

    ``objects`` are the rendered manifests, by any names; without an AntreaInstall among them Antrea's defaults count.
    The install-config is read from the repository. FindingsError where it is no YAML.
    """
    from antrea_ci.firewall.choosing import chosen

    return chosen(cluster, objects)


def rendered_objects(repo: ClusterRepo) -> dict[str, Value]:
    """The manifests that ``repo`` has committed (or not yet) in rendered/install/, by the names of their files.

    Empty where nothing was rendered; YamlError where a file is no YAML.
    """
    from antrea_ci.yamlio import parse

    return {
        path.name: parse(path.read_bytes(), repo.name(path)).value
        for path in sorted(repo.rendered.glob("*.y*ml"))
        if path.is_file()
    }
