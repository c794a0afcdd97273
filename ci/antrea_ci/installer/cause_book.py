"""The causes of failed installations as a page of the docs."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.installer.causes import Rule, rules

_INTRODUCTION = (
    "Written by `make derived` from `ci/antrea_ci/facts/installer-causes.yaml`. When `install` or `destroy` fails, it",
    "names the first of these that goes with the installer's version, its exit code and its log. `{words}` in braces",
    "come from the line of the log that told it.",
)


def markdown() -> str:
    """docs/install-causes.md."""
    lines = ["# Why an installation failed", "", *_INTRODUCTION]
    return "\n".join([*lines, *(line for rule in rules() for line in _entry(rule))]) + "\n"


def _entry(rule: Rule) -> Iterator[str]:
    cause = rule.cause
    yield from ("", f"## `{cause.id}`", "", f"- reason: {cause.reason}", f"- why: {cause.why}")
    if rule.codes:
        yield f"- exit code: {', '.join(map(str, sorted(rule.codes, key=abs)))}"
    if rule.verbs:
        yield f"- verb: {', '.join(f'`{verb}`' for verb in sorted(rule.verbs))}"
    yield f"- next: `{cause.command}`"
    yield f"- source: {cause.source}"
