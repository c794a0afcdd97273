"""All probes together: at once, in bounded time, each one skippable, and no secret in what they say."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from antrea_ci.catalogue import rule_family
from antrea_ci.errors import UsageError
from antrea_ci.findings import Finding, Location
from antrea_ci.preflight import NAMES, Probe, State, preflight, skipped
from antrea_ci.preflight.run import run_probes
from antrea_ci.preflight.site import NotApplicableError, Site, error, warning
from support.preflight import closed_port, cluster, held, listening, means, names, site

HERE = Path(__file__).parent
SECRETS = {
    "ANTREA_GITOPS_VCENTER_USERNAME": "installer@vsphere.local",
    "ANTREA_GITOPS_VCENTER_PASSWORD": "planted-vcenter",
    "ANTREA_GITOPS_SECRET_PROXY": "planted-user:planted-proxy",
}
NOTHING = {"api.ocp.example.com": ["127.0.0.1"], "*.apps.ocp.example.com": ["127.0.0.1"]}


def states(probes: tuple[Probe, ...]) -> dict[str, str]:
    return {probe.name: probe.state.value for probe in probes}


def broken(folder: Path) -> Site:
    """A site of which nothing works: everybody refuses."""
    port = closed_port()
    changes = {
        "platform.vsphere.apiVIPs": ["127.0.0.1"],
        "platform.vsphere.ingressVIPs": ["127.0.0.1"],
        "platform.vsphere.vcenters.0.server": f"127.0.0.1:{port}",
        "platform.vsphere.failureDomains.0.server": f"127.0.0.1:{port}",
        "proxy": {"httpsProxy": f"http://127.0.0.1:{port}"},
    }
    ports = {f"{name}_port": port for name in ("api", "machine_config", "https", "http", "ssh", "ntp")}
    of = cluster(folder, changes=changes, site={"ntpServers": ["127.0.0.1"]})
    given = means(resolve=names({}), cache=Path("/proc/self"), **ports)
    return site(of, given, secrets=SECRETS, images=[f"127.0.0.1:{port}/antrea/antrea-ubi:v1", "r.example.org/a/b:v1"])


def test_everything_that_is_wrong_is_told_at_once_and_without_a_secret(tmp_path: Path):
    at = broken(tmp_path)
    found = preflight(at.cluster, at.secrets, images=at.images, work=tmp_path, skip=frozenset(), means=at.means)
    assert states(found.probes) == {
        "dns": "failed",
        "vips": "failed",
        "vcenter": "failed",
        "registry": "failed",
        "proxy": "failed",
        "clock": "warned",
        "disk": "failed",
        "bmc": "not-applicable",
    }
    assert found.failed == ("dns", "vips", "vcenter", "registry", "proxy", "disk")
    text = "\n".join(finding.as_text() for finding in found.findings)
    assert "planted" not in text
    assert all(finding.why and finding.fix for finding in found.findings)


def test_probes_that_are_skipped_ask_nobody(tmp_path: Path):
    at = broken(tmp_path)
    found = preflight(at.cluster, at.secrets, images=(), work=tmp_path, skip=skipped("all"), means=at.means)
    assert set(states(found.probes).values()) == {"skipped"}
    assert found.findings == ()
    assert [probe.name for probe in found.probes] == list(NAMES)


def test_one_probe_is_skipped_by_its_name(tmp_path: Path):
    at = broken(tmp_path)
    others = frozenset(NAMES) - {"clock"}
    found = preflight(at.cluster, at.secrets, images=(), work=tmp_path, skip=others, means=at.means)
    assert [probe.name for probe in found.probes if probe.state is not State.SKIPPED] == ["clock"]


def test_names_of_probes_stand_with_commas_between_them():
    assert skipped("dns, vips,") == {"dns", "vips"}
    assert skipped("") == frozenset()


def test_an_unknown_probe_is_wrong_usage_with_the_nearest_name():
    with pytest.raises(UsageError, match=r"`vcentre` \(did you mean vcenter\?\), `x`") as told:
        skipped("vcentre,dns,x")
    assert "dns, vips, vcenter" in told.value.fix


@pytest.fixture
def hanging() -> Generator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_a_probe_that_hangs_costs_no_more_than_the_time_for_all(tmp_path: Path, hanging: threading.Event):
    def slow(_: Site) -> Generator[Finding]:
        yield warning("preflight/clock", Location(), "found before it hung")
        hanging.wait()

    started = time.monotonic()
    ended = run_probes({"one": slow, "two": slow}, site(cluster(tmp_path)), 0.2)
    assert time.monotonic() - started < 5
    assert [probe.state for probe in ended.values()] == [State.FAILED, State.FAILED]
    assert [finding.rule for finding in ended["one"].findings] == ["preflight/clock", "preflight/time"]
    assert "the probe one did not end within 0.2 s; it had found 1 problem" in ended["one"].findings[1].message


def test_probes_run_at_the_same_time(tmp_path: Path):
    meeting = threading.Barrier(3, timeout=5)

    def probe(_: Site) -> Generator[Finding]:
        meeting.wait()
        yield from ()

    ended = run_probes({"a": probe, "b": probe, "c": probe}, site(cluster(tmp_path)), 10)
    assert [probe.state for probe in ended.values()] == [State.OK] * 3


def test_a_fault_of_ours_is_not_taken_for_one_of_the_site(tmp_path: Path):
    def wrong(_: Site) -> Generator[Finding]:
        yield error("preflight/dns-server", Location(), "x")
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        run_probes({"one": wrong}, site(cluster(tmp_path)), 10)


def test_what_there_is_nothing_to_look_at_says_why(tmp_path: Path):
    def nothing(_: Site) -> Generator[Finding]:
        raise NotApplicableError("there is no such thing")
        yield

    probe = run_probes({"one": nothing}, site(cluster(tmp_path)), 10)["one"]
    assert (probe.state, probe.note) == (State.NOT_APPLICABLE, "there is no such thing")


def test_a_sound_site_of_user_provisioned_machines_passes(tmp_path: Path):
    """Without images, proxy and time servers there is nothing to ask but the names."""
    known = {**NOTHING, "api-int.ocp.example.com": ["127.0.0.1"]}
    with listening():
        of = cluster(tmp_path, "none")
        found = preflight(
            of, held({}), images=(), work=tmp_path, skip=frozenset({"disk"}), means=means(resolve=names(known))
        )
    assert states(found.probes) == {
        "dns": "ok",
        **dict.fromkeys(("vips", "vcenter", "registry", "proxy", "clock", "bmc"), "not-applicable"),
        "disk": "skipped",
    }
    assert all(probe.note for probe in found.probes if probe.state is State.NOT_APPLICABLE)


def test_every_rule_of_preflight_is_seen_in_a_test():
    text = "\n".join(path.read_text() for room in (HERE, HERE.parent / "images") for path in room.glob("test_*.py"))
    names_of_rules = [rule.id.partition("/")[2] for rule in rule_family("preflight").rules]
    assert [name for name in names_of_rules if not re.search(rf'["/]{name}"', text)] == []
