"""NSX: whether the cluster joins it, and what the last look found."""

from __future__ import annotations

from antrea_ci.nsx.status import Joined, NsxStatus
from antrea_ci.page.collect.nsx import Nsx
from antrea_ci.page.markup import Markup, element, fragment
from antrea_ci.page.parts import Tone, badge, code, nothing, pairs, prose, section
from antrea_ci.page.words import when
from antrea_ci.verify.check import Check, State

_JOINED: dict[Joined, Tone] = {Joined.UP: "good", Joined.DOWN: "bad", Joined.COMING: "warn"}
_CHECKS: dict[State, Tone] = {State.OK: "good", State.FAILED: "bad", State.UNKNOWN: "warn"}


def nsx_section(nsx: Nsx) -> Markup:
    """Phase 2."""
    if not nsx.is_wanted and nsx.last is None:
        return section("nsx", "NSX", nothing("Not configured: this cluster does not join NSX."))
    facts = pairs(
        [
            ("cluster.yaml", "joins NSX" if nsx.is_wanted else "does not join NSX"),
            ("Managers", [element("div", code(name)) for name in nsx.managers] or "none is named"),
            ("rendered/nsx", "is there" if nsx.is_prepared else "not prepared yet: antrea-gitops nsx prepare"),
        ],
        kind="across",
    )
    seen = _look(nsx.last) if nsx.last else nothing("No look at the registration is recorded yet.")
    return section("nsx", "NSX", facts, element("h3", "Last look"), seen)


def _look(last: NsxStatus) -> Markup:
    facts = pairs(
        [
            ("When", when(last.looked)),
            ("Registration", badge(last.joined.value, _JOINED.get(last.joined, "plain"))),
            ("Way", last.variant),
            ("Id in NSX", last.cluster_id and code(last.cluster_id)),
            ("Certificate", _certificate(last)),
        ],
        kind="across",
    )
    checks = [element("li", _check(check)) for check in last.checks]
    return fragment(facts, element("ul", checks, class_="accepted") if checks else None)


def _certificate(last: NsxStatus) -> str:
    until = f"until {last.expires}" if last.expires else ""
    return ", ".join(filter(None, (last.common_name, until)))


def _check(check: Check) -> Markup:
    told = "; ".join(filter(None, (check.why, check.fix)))
    state = badge(check.state.value, _CHECKS[check.state])
    remedy = element("span", " (", prose(told), ")", class_="quiet") if told else None
    return fragment(state, f" {check.name}: {check.message}", remedy)
