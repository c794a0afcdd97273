"""What `check` found, and what was accepted."""

from __future__ import annotations

from antrea_ci.findings import Finding
from antrea_ci.page.collect.judgement import Accepted, Judgement
from antrea_ci.page.markup import Markup, element, fragment
from antrea_ci.page.parts import badge, code, nothing, pairs, prose, section
from antrea_ci.wording import count

_MOST = 100  # findings that are shown


def findings_section(judgement: Judgement) -> Markup:
    """Errors first, then warnings."""
    if judgement.unjudged:
        told = nothing("The rules could not be applied where this page was made: ", judgement.unjudged)
        return section("findings", "Findings", told, _accepted(judgement))
    if not judgement.findings:
        return section("findings", "Findings", nothing("check finds nothing."), _accepted(judgement))
    ordered = sorted(judgement.findings, key=lambda finding: not finding.is_error)
    found = element("ol", [_finding(finding) for finding in ordered[:_MOST]], class_="findings")
    lead = f"{count(judgement.errors, 'error')}, {count(judgement.warnings, 'warning')}."
    left = len(ordered) - _MOST
    more = nothing(prose(f"{left} more are told by `antrea-gitops check`.")) if left > 0 else None
    return section("findings", "Findings", found, more, _accepted(judgement), lead=lead)


def _finding(finding: Finding) -> Markup:
    tone = "bad" if finding.is_error else "warn"
    head = element("p", badge(finding.severity.value, tone), " ", element("strong", prose(finding.message)))
    place = " ".join(filter(None, (str(finding.location), finding.object)))
    details = [("Where", code(place) if place else None), ("Why", prose(finding.why)), ("Fix", prose(finding.fix))]
    return element("li", head, pairs([*details, ("Rule", code(finding.rule))]), class_=tone)


def _accepted(judgement: Judgement) -> Markup | None:
    if not judgement.accepted:
        return None
    items = [element("li", _entry(entry)) for entry in judgement.accepted]
    return fragment(element("h3", "Accepted in cluster.yaml"), element("ul", items, class_="accepted"))


def _entry(entry: Accepted) -> Markup:
    until = f" until {entry.until}" if entry.until else ""
    about = fragment(" in ", code(entry.about)) if entry.about else None
    return fragment(code(entry.rule), about, f"{until}: ", entry.reason)
