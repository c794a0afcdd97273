"""A configuration inside the AntreaInstall, with the way from a key in it to the place where somebody set it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from antrea_ci.antrea_catalogue import Component
from antrea_ci.antrea_options.config import Path
from antrea_ci.bundle.objects import BundleObject
from antrea_ci.embedded import EmbeddedText, embedded_text
from antrea_ci.findings import Finding, Location
from antrea_ci.model.effective import Cluster
from antrea_ci.render.settings import AGENT_KEYS
from antrea_ci.values import mapping_at, value_at
from antrea_ci.yamlio import Document, Value, read_all

_GATES = "featureGates"


@dataclass(frozen=True)
class Inner:
    """The text in one field of ``resource``. ``document`` is what it holds, if it is YAML."""

    component: Component
    cluster: Cluster
    resource: BundleObject
    embedded: EmbeddedText
    document: Document | None

    @property
    def text(self) -> str:
        return self.embedded.text

    @property
    def file(self) -> str:
        return self.resource.document.file

    def at(self, *path: str) -> Value:
        """The value of a key; None where it is not set."""
        return value_at(self.document.value, path) if self.document else None

    def has(self, *path: str) -> bool:
        """Whether the key stands there, be it with null."""
        return self.document is not None and path[-1] in mapping_at(self.document.value, path[:-1])

    def is_set_here(self, *path: str) -> bool:
        """Whether cluster.yaml gives it, rather than the vendor or an overlay."""
        return _set_in_cluster(self.cluster, self.component, path) is not None

    def fault(self, rule: str, message: str, *path: str, fix: str = "") -> Finding:
        """An error of rule ``antrea/<rule>`` about one key."""
        location = self.document.locate(path) if self.document else Location(self.file)
        return self.placed(Finding(f"antrea/{rule}", message, location=location, fix=fix), path)

    def placed(self, finding: Finding, *paths: Path) -> Finding:
        """The finding, whose place is one in this text, at the place that its reader can change.

        That is cluster.yaml for what was set there (the first of ``paths`` that was), else the rendered file.
        """
        places = (_set_in_cluster(self.cluster, self.component, path) for path in paths)
        location = next((place for place in places if place), None) or self.embedded.place(finding.location)
        return replace(finding, location=location, object=self.resource.label)


def inner_of(cluster: Cluster, resource: BundleObject, field: str, component: Component, source: str) -> Inner | None:
    """The configuration in ``spec.<field>``, whose file has the text ``source``; None where there is no string."""
    embedded = embedded_text(resource.document, (*resource.base, "spec", field), source)
    if embedded is None or not isinstance(resource.at(("spec", field)), str):
        return None
    documents, _ = read_all(embedded.text, resource.document.file)
    return Inner(component, cluster, resource, embedded, documents[0] if documents else None)


def _set_in_cluster(cluster: Cluster, component: Component, path: Path) -> Location | None:
    """Where cluster.yaml, or the networks that it takes over, give the value at ``path`` of a configuration."""
    if not path:
        return None
    settings = mapping_at(cluster.document.value, ("antrea",))
    for length in range(len(path), 0, -1):
        value = value_at(settings, (component, *path[:length]))
        if value is not None and (length == len(path) or not isinstance(value, dict)):
            return cluster.document.locate(("antrea", component, *path[:length]))
    if component == "agent" and path[0] in AGENT_KEYS and settings.get(str(path[0])) is not None:
        return cluster.document.locate(("antrea", path[0]))
    if path[0] == _GATES and len(path) > 1 and path[1] in mapping_at(settings, (_GATES,)):
        return cluster.document.locate(("antrea", *path[:2]))
    return None
