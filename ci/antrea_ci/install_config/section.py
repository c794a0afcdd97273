"""One mapping of an install-config, together with its path: what the rules of a platform look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from antrea_ci.findings import Finding, Severity
from antrea_ci.install_config.config import Config, Steps
from antrea_ci.install_config.values import enumeration
from antrea_ci.suggest import did_you_mean
from antrea_ci.yamlio import Value


@dataclass(frozen=True)
class Section:
    """The mapping at ``path`` of ``config``; an absent one, or one of the wrong type, is empty."""

    config: Config
    path: Steps

    def __bool__(self) -> bool:
        return bool(self.value)

    @property
    def value(self) -> dict[str, Value]:
        """Its keys and values."""
        return self.config.mapping(*self.path)

    def at(self, *steps: str | int) -> Value:
        """The value below it; None where there is none."""
        return self.config.at(*self.path, *steps)

    def text(self, *steps: str | int) -> str:
        """The string below it; empty where there is none."""
        return self.config.text(*self.path, *steps)

    def number(self, *steps: str | int) -> int:
        """The whole number below it; 0 where there is none, as in Go."""
        found = self.at(*steps)
        return found if isinstance(found, int) and not isinstance(found, bool) else 0

    def texts(self, *steps: str | int) -> list[str]:
        """The strings of the list below it."""
        return [item for item in self.config.items(*self.path, *steps) if isinstance(item, str)]

    def below(self, *steps: str | int) -> Section:
        """The mapping below it."""
        return Section(self.config, (*self.path, *steps))

    def each(self, *steps: str | int) -> list[Section]:
        """The mappings of the list below it; a null member is an empty one, as in Go."""
        items = self.config.items(*self.path, *steps)
        return [self.below(*steps, i) for i, item in enumerate(items) if item is None or isinstance(item, dict)]

    def lacks(self, *steps: str | int) -> bool:
        """Whether the text below it is absent or empty, and nothing of the wrong type stands above it."""
        return self.config.lacks(*self.path, *steps)

    def finding(
        self,
        rule: str,
        steps: Steps,
        message: str,
        *,
        severity: Severity = Severity.ERROR,
        key: bool = False,
        fix: str = "",
    ) -> Finding:
        """A finding of ``install-config/<rule>`` about what stands at ``steps`` below it."""
        return self.config.finding(rule, (*self.path, *steps), message, severity=severity, key=key, fix=fix)

    def required(self, *steps: str, example: str = "...") -> Iterator[Finding]:
        """A finding if the text below it is absent or empty."""
        if self.lacks(*steps):
            absence = self.config.absence(*self.path, *steps)
            yield self.finding("required", steps, absence, fix=f"add `{steps[-1]}: {example}`")

    def required_secret(self, *steps: str) -> Iterator[Finding]:
        """The same for what is injected in a repository, where it may be absent."""
        if not self.config.in_repository or self.at(*steps) is not None:
            yield from self.required(*steps)

    def one_of(self, rule: str, steps: Steps, allowed: Iterable[str]) -> Iterator[Finding]:
        """A finding of ``rule`` if there is a text that is none of ``allowed``."""
        text, names = self.text(*steps), list(allowed)
        if text and text not in names:
            hint = did_you_mean(text, names)
            yield self.finding(rule, steps, f"is {text!r}{hint}; it must be {enumeration(names)}")

    def duplicates(self, rule: str, key: str, name: str, fold: Callable[[str], str] = str) -> Iterator[Finding]:
        """A finding of ``rule`` for each ``name`` that two members of the list at ``key`` share; ``fold`` compares."""
        seen: dict[str, Section] = {}
        steps = tuple(name.split("."))
        for member in self.each(key):
            text = member.text(*steps)
            first = seen.setdefault(fold(text), member)
            if text and first is not member:
                where = self.config.name((*first.path, *steps))
                yield member.finding(rule, steps, f"is that of `{where}` too")


def planned(config: Config, pool: str) -> int:
    """The replicas of ``controlPlane`` or of all of ``compute``; 3 where none are given, as the installer takes it."""
    if pool == "controlPlane":
        return _replicas(config, (pool,))
    pools = config.items(pool)
    return sum(_replicas(config, (pool, index)) for index in range(len(pools))) if pools else _DEFAULT_REPLICAS


def is_preview(config: Config, gate: str = "") -> bool:
    """Whether technology previews are on: all of them, or the one that ``gate`` names."""
    chosen = {item.partition("=")[0] for item in config.items("featureGates") if isinstance(item, str)}
    return config.text("featureSet") in _PREVIEWS or gate in chosen


_DEFAULT_REPLICAS = 3
_PREVIEWS = frozenset({"TechPreviewNoUpgrade", "DevPreviewNoUpgrade"})


def _replicas(config: Config, pool: Steps) -> int:
    found = config.at(*pool, "replicas")
    return found if isinstance(found, int) and not isinstance(found, bool) else _DEFAULT_REPLICAS
