"""One look at a cluster: every object is asked for once, so that all checks of a round speak of the same state."""

from __future__ import annotations

from dataclasses import dataclass

from antrea_ci.kube.api import Api, ApiError
from antrea_ci.values import items_at, mapping_at, text_at
from antrea_ci.yamlio import Value


class Look:
    """What the API says in one round."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._seen: dict[str, Value | ApiError] = {}
        self.cli = api.cli

    def at(self, path: str) -> dict[str, Value]:
        """The object at ``path``; empty where there is none. Any other refusal is an ApiError."""
        return mapping_at(self._found(path), ())

    def items(self, path: str) -> list[Value]:
        """The items of the list at ``path``; none where the API knows no such list."""
        return items_at(self._found(path), ("items",))

    def _found(self, path: str) -> Value:
        if path not in self._seen:
            self._seen[path] = self._ask(path)
        found = self._seen[path]
        if isinstance(found, ApiError):
            raise found
        return found

    def _ask(self, path: str) -> Value | ApiError:
        try:
            return self._api.get(path)
        except ApiError as error:
            return None if error.reason == "NotFound" else error


@dataclass(frozen=True)
class Condition:
    """One condition of an object's status; all empty where there is none of that type."""

    status: str = ""
    reason: str = ""
    message: str = ""

    @property
    def is_true(self) -> bool:
        return self.status == "True"

    @property
    def told(self) -> str:
        """Reason and message in one line."""
        return ": ".join(filter(None, (self.reason, " ".join(self.message.split()))))


def condition(manifest: Value, kind: str) -> Condition:
    """The condition of this type in ``status.conditions``."""
    for one in items_at(manifest, ("status", "conditions")):
        if text_at(one, ("type",)) == kind:
            return Condition(*(text_at(one, (key,)) for key in ("status", "reason", "message")))
    return Condition()


def name_of(manifest: Value) -> str:
    """``metadata.name``."""
    return text_at(manifest, ("metadata", "name"))


def number_at(manifest: Value, *path: str) -> int:
    """The number at ``path``; the API leaves out those that are 0."""
    found = mapping_at(manifest, path[:-1]).get(path[-1])
    return found if isinstance(found, int) else 0
