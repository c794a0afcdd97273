"""Every rule that a finding can name: one file of facts a family, from which list, explanations and docs are made.

``facts/rules/<family>.yaml`` holds ``title``, ``about``, ``told_by`` (the verb, where it is not `check`) and
``rules``: name to ``severity``, ``title``, ``why``, ``fix``, ``source`` and, where the rule refuses on purpose what the
installer or Antrea would accept, ``stricter`` with the reason for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import NotRequired, TypedDict, cast

from antrea_ci.findings import Finding, Severity

_FACTS = Path(__file__).with_name("facts") / "rules"


class _RuleFacts(TypedDict):
    severity: str
    title: str
    why: str
    fix: NotRequired[str]
    source: str
    stricter: NotRequired[str]


class _FamilyFacts(TypedDict):
    title: str
    about: str
    told_by: NotRequired[str]
    rules: dict[str, _RuleFacts]


@dataclass(frozen=True)
class Rule:
    """One rule. ``stricter`` says why it refuses what the installer or Antrea would accept; empty where they refuse."""

    id: str
    severity: Severity
    title: str
    why: str
    fix: str
    source: str
    stricter: str

    def as_text(self) -> str:
        """The rule's page."""
        lines = [f"{self.id} ({self.severity.value})", f"  {self.title}"]
        parts = (("why", self.why), ("fix", self.fix), ("stricter", self.stricter), ("source", self.source))
        return "\n".join(lines + [f"  {name}: {text}" for name, text in parts if text])


@dataclass(frozen=True)
class RuleFamily:
    """The rules whose ids start with ``<name>/``, and the verb that tells them."""

    name: str
    title: str
    about: str
    told_by: str
    rules: tuple[Rule, ...]


@cache
def family_names() -> tuple[str, ...]:
    """Every family that the facts know, in the order of their names."""
    return tuple(sorted(path.stem for path in _FACTS.glob("*.yaml")))


@cache
def rule_family(name: str) -> RuleFamily:
    """The rules of one family; KeyError if there is none of this name."""
    if name not in family_names():
        raise KeyError(name)
    facts = _read(_FACTS / f"{name}.yaml")
    rules = tuple(_rule(f"{name}/{rule}", entry) for rule, entry in facts["rules"].items())
    return RuleFamily(name, facts["title"], " ".join(facts["about"].split()), facts.get("told_by", "check"), rules)


def every_rule() -> Iterator[Rule]:
    """All rules, by family, in the order of the facts."""
    for name in family_names():
        yield from rule_family(name).rules


def find_rule(rule_id: str) -> Rule | None:
    """The rule of this id."""
    family = rule_id.partition("/")[0]
    known = _by_id(family) if family in family_names() else {}
    return known.get(rule_id)


def completed(findings: Iterable[Finding]) -> list[Finding]:
    """The findings with what the catalogue says of their rules: reason, remedy and source where they bring none."""
    return [_completed(finding) for finding in findings]


@cache
def _by_id(family: str) -> dict[str, Rule]:
    return {rule.id: rule for rule in rule_family(family).rules}


def _completed(finding: Finding) -> Finding:
    rule = find_rule(finding.rule)
    if rule is None:
        return finding
    return replace(
        finding,
        severity=rule.severity if finding.is_error else finding.severity,
        why=finding.why or rule.why,
        fix=finding.fix or rule.fix,
        source=finding.source or rule.source,
        stricter=bool(rule.stricter),
    )


def _rule(rule_id: str, facts: _RuleFacts) -> Rule:
    words = {key: " ".join(facts.get(key, "").split()) for key in ("title", "why", "fix", "source", "stricter")}
    return Rule(id=rule_id, severity=Severity(facts["severity"]), **words)


def _read(path: Path) -> _FamilyFacts:
    import yaml  # not at the top: a run without findings never needs the catalogue

    return cast("_FamilyFacts", yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
