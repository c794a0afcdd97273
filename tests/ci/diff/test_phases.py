"""Objects of phase 2 in a diff: what it adds, and what it has otherwise than the installation."""

from __future__ import annotations

from pathlib import Path

from antrea_ci.diff.model import ChangeClass
from antrea_ci.diff.phases import Manifests, compare_manifests
from antrea_ci.repo import ClusterRepo

REPO = ClusterRepo(Path("/nowhere"))
FILE = "cluster-network-04-antrea-80-antreainstall-antrea-operator-antrea-install.yaml"


def resource(*, joins: bool, image: str = "r.example.org/antrea-ubi:v1", managers: str = "[10.0.0.1]") -> str:
    return f"""\
apiVersion: operator.antrea.vmware.com/v1
kind: AntreaInstall
metadata: {{name: antrea-install, namespace: antrea-operator}}
spec:
  antreaImage: {image}
  bootstrapConfig: "NSXManagers: {managers}"
  enableInterworking: {str(joins).lower()}
"""


def told(before: Manifests, after: Manifests) -> list[tuple[str, str, list[str]]]:
    changes = compare_manifests(before, after, REPO)
    return [(one.change, one.object, sorted(path.path for path in one.paths)) for one in changes]


INSTALLED = Manifests({FILE: resource(joins=False, managers="[dummyNSXIP1]")})
JOINING = Manifests(INSTALLED.install, {FILE: resource(joins=True)})


def test_joining_is_told_as_a_change_of_what_was_in_force_before():
    assert told(INSTALLED, JOINING) == [
        (
            "changed",
            "AntreaInstall/antrea-operator/antrea-install",
            ["spec.bootstrapConfig → NSXManagers[0]", "spec.enableInterworking"],
        )
    ]


def test_an_object_of_both_phases_is_told_once():
    image = "r.example.org/antrea-ubi:v2"
    after = Manifests(
        {FILE: resource(joins=False, managers="[dummyNSXIP1]", image=image)},
        {FILE: resource(joins=True, image=image, managers="[10.0.0.2]")},
    )
    (change,) = compare_manifests(JOINING, after, REPO)
    assert sorted(path.path for path in change.paths) == ["spec.antreaImage", "spec.bootstrapConfig → NSXManagers[0]"]
    assert {ChangeClass.REINSTALL, ChangeClass.RESTARTS_AGENTS} <= set(change.classes)


def test_leaving_is_told_and_the_way_out_is_compared_by_itself():
    job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: deregister, namespace: vmware-system-antrea}\n"
    assert [change for change, _, _ in told(JOINING, INSTALLED)] == ["changed"]
    assert told(INSTALLED, Manifests(INSTALLED.install, {}, {"job.yaml": job})) == [
        ("added", "Job/vmware-system-antrea/deregister", [""])
    ]
