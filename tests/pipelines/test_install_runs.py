"""The generated workflow installs: the real verb, with doubles of openshift-install and of the cluster behind it."""

from __future__ import annotations

from pathlib import Path

from support import act
from support.act import Settings
from support.canary import assert_nowhere
from support.hosted import Change, Hosted
from support.installation import PULL_SECRET
from support.installer_double import make_double
from support.oc_double import make_oc
from support.repos import git

PASSWORD = "marzipan-lantern-47"
SECRETS = {
    "ANTREA_GITOPS_PULL_SECRET": PULL_SECRET,
    "ANTREA_GITOPS_VCENTER_USERNAME": "administrator@vsphere.local",
    "ANTREA_GITOPS_VCENTER_PASSWORD": PASSWORD,
}
# The runner of a test reaches no site.
SKIPPED = "  branch: main\n  skipPreflight: [dns, vips, vcenter, registry, proxy, clock, disk, bmc]\n"


def test_the_install_workflow_leaves_a_cluster_a_record_and_a_report(hosted: Hosted, tmp_path: Path) -> None:
    destroyed = ("installed.yaml", "state: installed", "state: destroyed")
    hosted.push_to_main(Change([("cluster.yaml", "  branch: main\n", SKIPPED), destroyed]))
    double = make_double(tmp_path / "installer", "4.12.45")
    make_oc(tmp_path / "bin")
    payload = {"ref": "refs/heads/main", "inputs": {"cluster": "ocp", "resume": False}}
    settings = Settings({"XDG_STATE_HOME": str(tmp_path / "state")}, SECRETS, path=[double.folder, tmp_path / "bin"])
    job = act.run(hosted, "install.yml", "workflow_dispatch", payload, tmp_path / "run", settings)["install"]
    assert job.conclusion == "success", job.log
    assert double.verbs() == ["create manifests", "create ignition-configs", "create cluster"]
    assert "state: installed" in git(hosted.origin, "show", "main:installed.yaml")
    kept = tmp_path / "run" / "artifacts" / "install"
    assert (kept / "report" / "report.json").is_file()
    assert (kept / "logs" / "openshift-install-create-cluster.log").is_file()
    assert PASSWORD not in job.log
    assert_nowhere({"the vCenter's password": PASSWORD}, kept, hosted.origin)
