"""The catalogue as people read it: a listing, the page of a rule, and the page of the docs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from antrea_ci.catalogue import Rule, RuleFamily, every_rule, family_names, find_rule, rule_family
from antrea_ci.errors import UsageError
from antrea_ci.suggest import did_you_mean


def listing() -> str:
    """Every rule on a line of its own: id, severity, whether it is stricter than what it speaks for, title."""
    rules = list(every_rule())
    width = max(len(rule.id) for rule in rules)
    return "\n".join(f"{rule.id:<{width}}  {_marks(rule):<17}  {rule.title}" for rule in rules)


def explained(name: str) -> str:
    """The page of a rule, or of every rule of a family; UsageError, with the nearest name, if there is none."""
    refuse_unknown([name])
    rule = find_rule(name)
    if rule:
        return rule.as_text()
    family = rule_family(name)
    return "\n\n".join([f"{family.title}\n  {family.about}", *(each.as_text() for each in family.rules)])


def refuse_unknown(names: Iterable[str]) -> None:
    """UsageError for the first of ``names`` that is neither a rule nor a family."""
    for name in sorted(names):
        if find_rule(name) is None and name not in family_names():
            known = [*(rule.id for rule in every_rule()), *family_names()]
            raise UsageError(
                f"there is no rule `{name}`{did_you_mean(name, known)}", fix="see `antrea-gitops check --list`"
            )


def markdown() -> str:
    """docs/rules.md."""
    families = [rule_family(name) for name in family_names()]
    contents = [f"- [{family.title}](#{_anchor(family.title)}): `{family.name}`" for family in families]
    head = ["# The rules of `check`", "", *_INTRODUCTION, "", *contents]
    return "\n".join([*head, *(line for family in families for line in _family_page(family))]) + "\n"


_INTRODUCTION = (
    "Written by `make derived` from `ci/antrea_ci/facts/rules/`. `antrea-gitops check --explain RULE` prints the same.",
    "",
    "A rule that is *stricter* refuses on purpose what the installer or Antrea would accept, and says why.",
    "How to accept a finding: [suppressions](guide.md#accepting-a-finding). `DOMAIN` in a source",
    "stands for the authors' own collection of facts, which is not part of this project, and its section.",
)


def _family_page(family: RuleFamily) -> Iterator[str]:
    yield from ("", f"## {family.title}", "", family.about)
    for rule in family.rules:
        yield from ("", f"### `{rule.id}`", "")
        yield f"{rule.title} ({_marks(rule)})."
        parts = (("Why", rule.why), ("Fix", rule.fix), ("Stricter", rule.stricter), ("Source", rule.source))
        yield ""
        yield from (f"- **{name}:** {_escaped(text)}" for name, text in parts if text)


def _anchor(title: str) -> str:
    """The anchor that GitHub and GitLab give a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;").replace("*", "\\*")


def _marks(rule: Rule) -> str:
    return f"{rule.severity.value}, stricter" if rule.stricter else rule.severity.value
