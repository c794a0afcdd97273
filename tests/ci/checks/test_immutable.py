"""What an installed cluster cannot change, wherever the record of it stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from antrea_ci.checks.context import Context
from antrea_ci.checks.immutable import findings
from antrea_ci.findings import Finding
from antrea_ci.installed import InstalledFile, immutable_values
from antrea_ci.model.effective import Cluster, examine
from antrea_ci.repo import ClusterRepo
from support.repos import commit, git
from support.small import cluster_repo, edit, set_cluster

BRANCH = "antrea-gitops/installed"


def examined(repo: ClusterRepo) -> Cluster:
    cluster, _ = examine(repo)
    assert cluster
    return cluster


def record(repo: ClusterRepo, *, state: str = "installed", recorded: str = "2026-11-25T20:49:00Z") -> str:
    """The installed.yaml that an installation of the repository as it is now would write."""
    content = {
        "apiVersion": "antrea-gitops/v1",
        "state": state,
        "recorded": recorded,
        "commit": "0" * 40,
        "versions": {"release": "4.12.45"},
        "immutable": immutable_values(examined(repo)).model_dump(mode="json"),
    }
    return yaml.safe_dump(content, sort_keys=False)


def found(repo: ClusterRepo) -> list[Finding]:
    return list(findings(Context(repo, today=date(2026, 11, 25))))


def told(repo: ClusterRepo) -> list[tuple[str, str]]:
    """Rule and place of each finding."""
    return [(item.rule.removeprefix("immutable/"), str(item.location)) for item in found(repo)]


@pytest.fixture
def repo(tmp_path: Path) -> ClusterRepo:
    """A repository that nothing was installed from."""
    return cluster_repo(tmp_path / "ocp")


@pytest.fixture
def installed(repo: ClusterRepo) -> ClusterRepo:
    """The same with a record in its tree, without Git."""
    repo.installed_file.write_text(record(repo))
    return repo


@pytest.fixture
def committed(installed: ClusterRepo) -> ClusterRepo:
    """The same, committed to main."""
    git(installed.root, "init", "--quiet", "--initial-branch=main")
    commit(installed.root)
    return installed


def on_branch(repo: ClusterRepo, text: str, branch: str = BRANCH) -> None:
    """Commits an installed.yaml to another branch and comes back."""
    here = git(repo.root, "branch", "--show-current")
    git(repo.root, "switch", "--quiet", "--create", branch)
    repo.installed_file.write_text(text)
    commit(repo.root)
    git(repo.root, "switch", "--quiet", here)


def test_without_a_record_nothing_is_said(repo: ClusterRepo):
    assert told(repo) == []


def test_the_record_of_the_cluster_as_it_is_gives_nothing(installed: ClusterRepo):
    assert told(installed) == []


@pytest.mark.parametrize(
    ("old", "new", "rule", "column"),
    [
        ("  name: ocp\n", "  name: other\n", "name", 9),
        ("baseDomain: example.com", "baseDomain: example.org", "base-domain", 13),
        ("  vsphere:\n", "  baremetal:\n", "platform", 3),
        ("networkType: antrea", "networkType: OVNKubernetes", "network-type", 16),
        ("apiVersion: v1\n", "apiVersion: v1\nfips: true\n", "fips", 7),
        ("    - cidr: 10.1.224.0/24", "    - cidr: 10.1.0.0/16", "machine-network", 13),
        ("    - cidr: 10.128.0.0/14", "    - cidr: 10.132.0.0/14", "cluster-network", 13),
        ("      hostPrefix: 23", "      hostPrefix: 24", "host-prefix", 19),
        ("    - 172.30.0.0/16", "    - 172.31.0.0/16", "service-network", 7),
    ],
)
def test_each_value_is_guarded_at_its_place(installed: ClusterRepo, old: str, new: str, rule: str, column: int):
    line = edit(installed.install_config_file, old, new) + (rule == "fips")
    assert told(installed) == [(rule, f"install-config.yaml:{line}:{column}")]


def test_the_message_says_both_values_and_where_the_record_stands(installed: ClusterRepo):
    edit(installed.install_config_file, "hostPrefix: 23", "hostPrefix: 24")
    (finding,) = found(installed)
    assert finding.message == "host prefix is /24 here, and the cluster was installed with /23 (installed.yaml)"


def test_keys_count_in_any_case_as_for_the_installer(installed: ClusterRepo):
    edit(installed.install_config_file, "networkType: antrea", "networktype: antrea")
    assert told(installed) == []
    edit(installed.install_config_file, "apiVersion: v1\n", "apiVersion: v1\nFIPS: true\n")
    assert [rule for rule, _ in told(installed)] == ["fips"]


def test_every_change_is_told(installed: ClusterRepo):
    edit(installed.install_config_file, "baseDomain: example.com", "baseDomain: example.org")
    edit(installed.install_config_file, "    - 172.30.0.0/16", "    - 172.31.0.0/16")
    assert [rule for rule, _ in told(installed)] == ["base-domain", "service-network"]


def test_another_spelling_of_a_network_is_no_change(repo: ClusterRepo):
    edit(repo.install_config_file, "    - 172.30.0.0/16", "    - 172.30.0.0/16\n    - fd00:0::/112")
    repo.installed_file.write_text(record(repo))
    edit(repo.install_config_file, "fd00:0::/112", "FD00::/112")
    assert told(repo) == []


def test_a_network_that_is_added_is_told_at_its_place(installed: ClusterRepo):
    line = edit(installed.install_config_file, "  machineNetwork:\n", "  machineNetwork:\n    - cidr: 10.9.0.0/16\n")
    assert told(installed) == [("machine-network", f"install-config.yaml:{line + 1}:13")]


def test_a_network_that_is_left_out_at_the_end_is_told_at_the_list(repo: ClusterRepo):
    edit(
        repo.install_config_file, "    - cidr: 10.1.224.0/24\n", "    - cidr: 10.1.224.0/24\n    - cidr: 10.9.0.0/16\n"
    )
    repo.installed_file.write_text(record(repo))
    line = edit(repo.install_config_file, "    - cidr: 10.9.0.0/16\n", "") - 1
    assert told(repo) == [("machine-network", f"install-config.yaml:{line}:5")]


def test_on_kubernetes_cluster_yaml_owns_the_values(tmp_path: Path):
    names = {"cluster": {"name": "k8s", "baseDomain": "example.com"}}
    repo = cluster_repo(tmp_path / "k8s", flavour="kubernetes", **names)
    repo.installed_file.write_text(record(repo))
    assert told(repo) == []
    line = edit(repo.cluster_file, "name: k8s", "name: other")
    assert told(repo) == [("name", f"cluster.yaml:{line}:9")]


def test_images_versions_and_replicas_may_change(installed: ClusterRepo):
    set_cluster(installed.root, openshift={"version": "4.13.1"})
    edit(
        installed.install_config_file,
        "controlPlane:\n  name: master\n  replicas: 3",
        "controlPlane:\n  name: master\n  replicas: 5",
    )
    assert told(installed) == []


@pytest.mark.parametrize(("state", "rules"), [("installing", ["name"]), ("installed", ["name"]), ("destroyed", [])])
def test_the_state_decides_whether_there_is_a_cluster_to_guard(repo: ClusterRepo, state: str, rules: list[str]):
    repo.installed_file.write_text(record(repo, state=state))
    edit(repo.install_config_file, "  name: ocp\n", "  name: other\n")
    assert [rule for rule, _ in told(repo)] == rules


def test_removing_the_record_is_an_error_while_it_is_not_committed(committed: ClusterRepo):
    committed.installed_file.unlink()
    assert told(committed) == [("removed", "installed.yaml")]


def test_removing_the_record_is_an_error_when_it_is_committed(committed: ClusterRepo):
    git(committed.root, "switch", "--quiet", "--create", "change")
    committed.installed_file.unlink()
    commit(committed.root)
    assert told(committed) == [("removed", "installed.yaml")]


def test_a_removed_record_still_guards_after_the_removal_was_merged(committed: ClusterRepo):
    committed.installed_file.unlink()
    commit(committed.root)
    edit(committed.install_config_file, "  name: ocp\n", "  name: other\n")
    commit(committed.root)
    assert [rule for rule, _ in told(committed)] == ["removed", "name"]


def test_the_record_of_a_destroyed_cluster_may_go(repo: ClusterRepo):
    repo.installed_file.write_text(record(repo, state="destroyed"))
    git(repo.root, "init", "--quiet", "--initial-branch=main")
    commit(repo.root)
    repo.installed_file.unlink()
    assert told(repo) == []
    commit(repo.root)
    assert told(repo) == []


def test_a_record_on_its_branch_guards_before_it_is_merged(repo: ClusterRepo):
    text = record(repo)
    git(repo.root, "init", "--quiet", "--initial-branch=main")
    commit(repo.root)
    on_branch(repo, text)
    edit(repo.install_config_file, "  name: ocp\n", "  name: other\n")
    assert [rule for rule, _ in told(repo)] == ["not-merged", "name"]


def test_a_record_that_was_fetched_counts_like_one_of_the_own_branch(repo: ClusterRepo, tmp_path: Path):
    text = record(repo)
    git(repo.root, "init", "--quiet", "--initial-branch=main")
    commit(repo.root)
    on_branch(repo, text)
    git(tmp_path, "clone", "--quiet", str(repo.root), "clone")
    clone = ClusterRepo.at(tmp_path / "clone")
    edit(clone.install_config_file, "  name: ocp\n", "  name: other\n")
    assert [rule for rule, _ in told(clone)] == ["not-merged", "name"]
    assert f"installed.yaml of origin/{BRANCH}" in found(clone)[-1].message


def test_editing_the_record_together_with_the_sources_does_not_help(committed: ClusterRepo):
    git(committed.root, "switch", "--quiet", "--create", "change")
    edit(committed.install_config_file, "  name: ocp\n", "  name: other\n")
    edit(committed.installed_file, "  name: ocp\n", "  name: other\n")
    line = edit(committed.installed_file, "recorded: '2026-11-25T20:49:00Z'", "recorded: '2027-01-01T00:00:00Z'")
    commit(committed.root)
    place = f"installed.yaml:{line + 6}:9"
    assert ("record-changed", place) in told(committed)
    assert [rule for rule, _ in told(committed)] == ["record-changed", "name"]


def test_a_cluster_installed_while_a_change_waited_is_guarded_from_it(repo: ClusterRepo):
    text = record(repo)
    git(repo.root, "init", "--quiet", "--initial-branch=main")
    commit(repo.root)
    git(repo.root, "switch", "--quiet", "--create", "change")
    edit(repo.install_config_file, "  name: ocp\n", "  name: other\n")
    commit(repo.root)
    git(repo.root, "switch", "--quiet", "main")
    repo.installed_file.write_text(text)
    commit(repo.root)
    git(repo.root, "switch", "--quiet", "change")
    assert [rule for rule, _ in told(repo)] == ["name"]


def test_the_branch_that_is_installed_from_can_have_another_name(committed: ClusterRepo):
    set_cluster(committed.root, install={"branch": "production"})
    git(committed.root, "branch", "--move", "production")
    git(committed.root, "switch", "--quiet", "--create", "main")
    edit(committed.installed_file, "  name: ocp\n", "  name: other\n")
    commit(committed.root)
    assert [rule for rule, _ in told(committed)] == ["record-changed"]


def test_the_newest_record_counts(committed: ClusterRepo):
    """An older cluster was destroyed; its record on main waits for the pull request with the one of the new cluster."""
    committed.installed_file.write_text(record(committed, state="destroyed"))
    edit(committed.install_config_file, "  name: ocp\n", "  name: second\n")
    commit(committed.root)
    on_branch(committed, record(committed, recorded="2026-12-01T00:00:00Z"))
    assert told(committed) == [("lifted", "installed.yaml:2:8")]
    git(committed.root, "switch", "--quiet", BRANCH)
    assert told(committed) == []
    edit(committed.install_config_file, "  name: second\n", "  name: third\n")
    assert [rule for rule, _ in told(committed)] == ["name"]


def test_destroying_is_told_as_what_lifts_the_guard(committed: ClusterRepo):
    edit(committed.installed_file, "state: installed", "state: destroyed")
    edit(committed.install_config_file, "  name: ocp\n", "  name: other\n")
    assert told(committed) == [("lifted", "installed.yaml:2:8")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "state: installed",
            "stat: installed",
            [("missing-key", "installed.yaml:1:1"), ("unknown-key", "installed.yaml:2:1")],
        ),
        ("state: installed", "state: broken", [("value", "installed.yaml:2:8")]),
        ("recorded: '2026-11-25T20:49:00Z'", "recorded: yesterday", [("value", "installed.yaml:3:11")]),
        ("  fips: false", '  fips: "no"', [("value", "installed.yaml:13:9")]),
    ],
)
def test_a_record_of_another_form_is_told(installed: ClusterRepo, old: str, new: str, expected: list[tuple[str, str]]):
    edit(installed.installed_file, old, new)
    assert sorted(told(installed)) == expected


def test_a_record_that_is_no_yaml_is_told(installed: ClusterRepo):
    installed.installed_file.write_text("a: [")
    assert [item.rule for item in found(installed)] == ["yaml/syntax"]


def test_a_record_on_a_branch_that_cannot_be_read_is_told(committed: ClusterRepo):
    on_branch(committed, "state: x\n")
    assert [rule for rule, _ in told(committed)] == ["unreadable"]


def test_a_repository_below_the_top_of_a_git_repository_has_its_own_record(tmp_path: Path):
    repo = cluster_repo(tmp_path / "fleet" / "ocp")
    repo.installed_file.write_text(record(repo))
    git(tmp_path / "fleet", "init", "--quiet", "--initial-branch=main")
    commit(tmp_path / "fleet")
    repo.installed_file.unlink()
    assert told(repo) == [("removed", "installed.yaml")]


def test_a_branch_name_that_git_would_not_take_does_no_harm(committed: ClusterRepo):
    set_cluster(committed.root, install={"branch": "a\nHEAD:cluster.yaml b"})
    assert told(committed) == []


def test_the_model_has_a_json_schema():
    assert set(InstalledFile.model_json_schema()["properties"]) >= {"state", "immutable", "recorded", "commit"}
