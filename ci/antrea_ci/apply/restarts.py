"""What starts again because of a change, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from antrea_ci.diff.model import ChangeClass, ObjectChange
from antrea_ci.facts import facts
from antrea_ci.kube.api import Api
from antrea_ci.values import mapping_at, text_at, texts_at
from antrea_ci.wording import count
from antrea_ci.yamlio import Value

_SHOWN = 12


@dataclass(frozen=True)
class Restarts:
    """``nodes``: where agents start again. ``is_rolled``: node by node, else all at once and without time to end.

    ``others``: the operator and controllers that start again. ``is_unsure``: of what changes nothing is known, so that
    agents may restart.
    """

    nodes: tuple[str, ...] = ()
    is_rolled: bool = False
    others: tuple[str, ...] = ()
    is_unsure: bool = False

    @property
    def touch_agents(self) -> bool:
        """Whether agents restart, or may."""
        return bool(self.nodes)

    @property
    def replace_at_once(self) -> bool:
        """Whether the operator is expected to delete the agents' pods."""
        return bool(self.nodes) and not (self.is_rolled or self.is_unsure)

    def lines(self) -> list[str]:
        """What people are told."""
        told: list[str] = []
        if self.nodes and self.is_unsure:
            told.append(self.summary)
        elif self.nodes:
            how = "one after the other" if self.is_rolled else "all at once, without time to end (grace period 0)"
            more = f" and {len(self.nodes) - _SHOWN} more" if len(self.nodes) > _SHOWN else ""
            told.append(f"{self.summary}, {how}: {', '.join(self.nodes[:_SHOWN])}{more}")
        return [*told, *(f"{name} starts again" for name in self.others)]

    @property
    def summary(self) -> str:
        """The same of the agents, in a few words."""
        if self.nodes and self.is_unsure:
            return "whether agents restart is not known, because a change is of the class unknown"
        return f"antrea-agent restarts on {count(len(self.nodes), 'node')}" if self.nodes else "no agent restarts"

    def as_json(self) -> dict[str, object]:
        """For the report."""
        agents = [] if self.is_unsure else list(self.nodes)
        return {"agents": agents, "rolled": self.is_rolled, "others": list(self.others), "unsure": self.is_unsure}


def agent_pods(api: Api) -> list[Value]:
    """The pods of antrea-agent that are there."""
    return api.items(text_at(facts("apply"), ("agents",)))


def restarts(api: Api, changes: Sequence[ObjectChange]) -> Restarts:
    """What ``changes`` restart of what runs already."""
    changes = [change for change in changes if change.change != "added" or change.object.startswith("AntreaInstall/")]
    paths = [path.path for change in changes if change.object.startswith("AntreaInstall/") for path in change.paths]
    controllers = mapping_at(facts("apply"), ("restarts", "controllers"))
    others = [name for name, among in controllers.items() if _touches(paths, texts_at(among, ()))]
    if any(ChangeClass.RESTARTS_OPERATOR in change.classes for change in changes):
        others.insert(0, "antrea-operator")
    classes = {name for change in changes for name in change.classes}
    if not classes & {ChangeClass.RESTARTS_AGENTS, ChangeClass.UNKNOWN}:
        return Restarts(others=tuple(others))
    nodes = sorted({node for pod in agent_pods(api) if (node := text_at(pod, ("spec", "nodeName")))})
    is_rolled = _touches(paths, texts_at(facts("apply"), ("restarts", "rolled")))
    return Restarts(tuple(nodes), is_rolled, tuple(others), ChangeClass.RESTARTS_AGENTS not in classes)


def _touches(paths: Sequence[str], among: Sequence[str]) -> bool:
    return any(path == one or path.startswith(f"{one} ") for path in paths for one in among)
