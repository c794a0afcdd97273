"""What the cluster is: name, figures that count, versions, Antrea's settings in words."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.page.collect.about import About
from antrea_ci.page.collect.antrea import Antrea, Gate
from antrea_ci.page.content import Page
from antrea_ci.page.markup import Child, Markup, element, fragment
from antrea_ci.page.parts import Tone, badge, code, pairs, section
from antrea_ci.page.words import day, duration, when
from antrea_ci.wording import count

_OUTCOMES: dict[str, Tone] = {"installed": "good", "failed": "bad", "interrupted": "warn"}
_STATES: dict[str, Tone] = {"installed": "good", "installing": "warn", "destroyed": "plain"}


def header(about: About) -> Markup:
    """The head of the page: which cluster, in which state."""
    kind = " ".join(filter(None, (about.flavour, about.version, f"on {about.platform}" if about.platform else "")))
    versions = " · ".join(filter(None, (kind, f"Antrea {about.antrea}" if about.antrea else "")))
    title = element("h1", about.full_name or "A cluster without a name")
    state = badge(about.state.name, _STATES.get(about.state.name, "plain"))
    names = element("div", element("p", "Cluster", class_="kicker"), title, element("p", versions, " ", state))
    theme = element("button", "Dark", type="button", id="theme", aria_pressed="false", hidden=True)
    return element("header", names, theme, class_="top")


def tiles(page: Page) -> Markup:
    """The figures that count, each leading to its section."""
    shown = [element("li", _tile(*one)) for one in _figures(page)]
    return element("ul", shown, class_="tiles", aria_label="In short")


def _tile(key: str, name: str, value: str, note: str, tone: Tone) -> Markup:
    parts = (element("span", text, class_=kind) for kind, text in (("name", name), ("value", value), ("note", note)))
    return element("a", *parts, href=f"#{key}", class_=tone)


def _figures(page: Page) -> Iterator[tuple[str, str, str, str, Tone]]:
    meets = len(page.networks.overlapping)
    own = sum(one.role != "internal" for one in page.networks.ranges)
    yield (
        "networks",
        "Networks",
        str(own),
        f"{meets} overlapping" if meets else "no overlap",
        "bad" if meets else "good",
    )
    yield "firewall", "Firewall", count(len(page.rules), "rule"), count(len(page.traffic.groups), "group"), "plain"
    fixed = sum(bool(image.digest) for image in page.images)
    tone: Tone = "good" if fixed == len(page.images) else "plain"
    yield "images", "Images", str(len(page.images)), f"{fixed} by digest", tone
    yield _findings(page)
    yield _installations(page)
    yield _backups(page)


def _findings(page: Page) -> tuple[str, str, str, str, Tone]:
    found = page.judgement
    if found.unjudged:
        return "findings", "Findings", "unknown", "not checked here", "warn"
    tone: Tone = "bad" if found.errors else "warn" if found.warnings else "good"
    return "findings", "Findings", count(found.errors, "error"), count(found.warnings, "warning"), tone


def _installations(page: Page) -> tuple[str, str, str, str, Tone]:
    last = next(iter(page.past.installations), None)
    if last is None:
        return "history", "Installation", "none", "none is recorded yet", "plain"
    tone = _OUTCOMES.get(last.outcome, "plain")
    return "history", "Last installation", duration(last.seconds), f"{last.outcome}, {day(last.begun)}", tone


def _backups(page: Page) -> tuple[str, str, str, str, Tone]:
    if not page.backups.found:
        return "backups", "Backups", "none", "none in this clone", "warn"
    last, drilled = page.backups.found[0], page.backups.drilled
    note = f"restored {day(drilled)}" if drilled else "never restored"
    return "backups", "Last backup", day(last.time), note, "good" if drilled else "warn"


def overview(page: Page) -> Markup:
    """The values that identify the cluster, and how Antrea is set up."""
    return section(
        "cluster",
        "This cluster",
        element(
            "div", element("div", pairs(_values(page.about))), element("div", _antrea(page.antrea)), class_="columns"
        ),
    )


def _values(about: About) -> Iterator[tuple[str, Child]]:
    state = about.state
    yield "Name", code(about.name)
    yield "Base domain", about.domain and code(about.domain)
    yield "Flavour", f"{about.flavour} {about.version}"
    yield "Platform", about.platform
    yield "Machines", about.machines and f"{about.machines}; {about.method}"
    yield "Antrea", about.antrea
    yield "Vendor's bundle", about.bundle
    yield "State", fragment(state.name, _recorded(about))
    yield "Brought to", state.applied and fragment(code(state.applied[:12]), " at ", when(state.applied_at))
    yield "Infrastructure", state.infra_id and code(state.infra_id)
    yield "Cluster id", state.cluster_id and code(state.cluster_id)
    yield "Commit", _commit(about)


def _recorded(about: About) -> Child:
    state = about.state
    if not state.recorded:
        return None
    return fragment(
        ": ", state.release, " from ", code(state.commit[:12]), ", recorded ", when(state.recorded), " in ", state.where
    )


def _commit(about: About) -> Child:
    commit = about.commit
    if not commit.id:
        return "none: this is no Git repository with a commit"
    changed = f", and {count(len(commit.changed), 'file')} changed since" if commit.changed else ""
    return fragment(code(commit.id[:12]), " of ", when(commit.time), changed, element("br"), commit.subject)


def _antrea(antrea: Antrea) -> Markup:
    settings = [
        (one.name, fragment(element("strong", one.value), " ", element("span", one.meaning, class_="meaning")))
        for one in antrea.settings
    ]
    gates: Child = [_gate(gate) for gate in antrea.gates] or "all as this version has them"
    further = [element("div", code(f"{one.name}: {one.value}")) for one in antrea.further]
    unrendered = None if antrea.is_rendered else "Nothing is rendered yet, so these are Antrea's own settings."
    return fragment(
        element("h3", "Antrea"),
        element("p", unrendered) if unrendered else None,
        pairs([*settings, ("Feature gates", gates), ("Further", further or None)]),
    )


def _gate(gate: Gate) -> Markup:
    return fragment(badge(f"{gate.name} {'on' if gate.is_on else 'off'}", "good" if gate.is_on else "plain"), " ")
