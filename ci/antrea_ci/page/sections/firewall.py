"""The traffic that has to pass: a picture of groups and arrows, and every rule in a table."""

from __future__ import annotations

from collections.abc import Mapping

from antrea_ci.firewall import Phase, Rule
from antrea_ci.page.content import Page
from antrea_ci.page.drawing.map import picture
from antrea_ci.page.markup import Markup, element, fragment
from antrea_ci.page.parts import badge, cell, code, named, nothing, row, section, table
from antrea_ci.wording import count

PHASES: Mapping[Phase, str] = {"always": "always", "install": "during installation", "phase2": "with NSX"}
_HEADS = (("From", ""), ("To", ""), ("Protocol", ""), ("Port", "number"), ("When", ""), ("Why", ""))


def firewall_section(page: Page) -> Markup:
    """What firewalls between these networks must let through."""
    if not page.rules:
        return section("firewall", "Firewall", nothing("No traffic has to pass."))
    phases: list[Phase] = [phase for phase in PHASES if any(rule.phase == phase for rule in page.rules)]
    told = ", ".join(f"{sum(rule.phase == phase for rule in page.rules)} {PHASES[phase]}" for phase in phases)
    legend = [element("li", _stroke(phase), PHASES[phase]) for phase in phases]
    drawn = picture(page.traffic)
    figure = element(
        "figure",
        element("div", drawn, class_="scroll map", tabindex=0, role="region", aria_label="Picture of the traffic"),
        element("figcaption", element("ul", legend, class_="legend")),
    )
    rows = [_row(rule, *ends) for rule, ends in zip(page.rules, page.traffic.ends, strict=True)]
    return section(
        "firewall",
        "Firewall",
        figure,
        element("h3", "Every rule"),
        _filter(phases),
        table("Rules, in the order of the facts", _HEADS, rows, key="rules", sorts=True),
        lead=f"{count(len(page.rules), 'rule')}: {told}. Computed from the configuration; an arrow stands for all "
        "rules between two groups.",
    )


def _stroke(phase: Phase) -> Markup:
    line = element("path", d="M0 6H34", class_=f"flow {phase}")
    return element("svg", line, class_="stroke", viewBox="0 0 34 12", aria_hidden="true", focusable="false")


def _filter(phases: list[Phase]) -> Markup:
    """For the script, which shows it: without one every rule is there."""
    search = element("input", type="search", id="rules-filter", aria_controls="rules-table", autocomplete="off")
    choices = [
        element("button", PHASES[phase], type="button", data_phase=PHASES[phase], aria_pressed="false")
        for phase in phases
    ]
    return element(
        "div",
        element("label", "Filter ", search, for_="rules-filter"),
        element("div", choices, role="group", aria_label="When") if len(phases) > 1 else None,
        element("p", role="status", id="rules-status"),
        class_="filter",
        data_filters="rules-table",
        hidden=True,
    )


def _end(written: str, group: str) -> Markup:
    """An address with the name of its group; a group of which no address is known by its name alone."""
    if written == group:
        return element("span", group)
    return fragment(code(written), element("span", group, class_="quiet"))


def _row(rule: Rule, source: str, destination: str) -> Markup:
    phase = badge(PHASES[rule.phase], "warn" if rule.phase == "install" else "plain")
    return row(
        named(_end(rule.source, source)),
        cell(_end(rule.destination, destination)),
        cell(rule.protocol),
        cell(rule.port, kind="number"),
        cell(phase),
        cell(rule.reason, element("span", rule.fact, class_="quiet")),
    )
