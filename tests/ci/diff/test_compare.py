"""``diff``: what is compared with what, what fails it, and what is never touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from antrea_ci.diff import built
from antrea_ci.diff.compare import compare
from antrea_ci.diff.objects import compare_objects
from support.repos import run, snapshot

CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  namespace: antrea-operator\ndata:\n{data}"
DATA = "".join(f"  key{number}: value\n" for number in range(20))

INSTALLED = """\
apiVersion: antrea-gitops/v1
state: installed
recorded: "2026-11-25T20:49:00Z"
commit: "0123456789012345678901234567890123456789"
versions:
  release: 4.12.45
immutable:
  flavour: openshift
  name: ocp
  baseDomain: example.com
  platform: vsphere
  networkType: antrea
  fips: false
  networking:
    machineNetwork: [10.0.0.0/16]
    clusterNetwork: [{cidr: 10.128.0.0/14, hostPrefix: 23}]
    serviceNetwork: [172.30.0.0/16]
"""


def test_nothing_changed_is_said_in_just_these_words(repo) -> None:
    done = repo.diff("--exit-code")
    assert (done.code, done.out) == (0, "No object differs.\n")


def test_a_gate_is_told_by_its_path_inside_of_the_string(repo) -> None:
    repo.edit("cluster.yaml", "featureGates: {}", "featureGates: {Egress: false}")
    repo.render()
    told = repo.told()
    (resource,) = [one for one in told["objects"] if one["object"].startswith("AntreaInstall/")]
    assert resource["change"] == "changed"
    assert resource["class"] == "restarts-agents"
    paths = {path["path"]: path for path in resource["paths"] if path["effect"] == "meaning"}
    path = paths["spec.antreaAgentConfig → featureGates.Egress"]
    assert (path["before"], path["after"], path["class"]) == (None, False, "restarts-agents")
    assert told["summary"]["worst"] == "restarts-agents"


def test_the_sources_are_told_beside_what_follows_from_them(repo) -> None:
    repo.edit("cluster.yaml", "trafficEncapMode: encap", "trafficEncapMode: hybrid")
    repo.render()
    paths = {one["object"]: [path["path"] for path in one["paths"]] for one in repo.told()["objects"]}
    assert paths["cluster.yaml"] == ["antrea.trafficEncapMode"]
    assert "spec.antreaAgentConfig → trafficEncapMode" in paths["AntreaInstall/antrea-operator/antrea-install"]


def test_a_stale_head_fails_and_is_shown_as_it_would_be_rendered(repo) -> None:
    repo.edit("cluster.yaml", "trafficEncapMode: encap", "trafficEncapMode: hybrid")
    done = repo.diff()
    assert done.code == 1
    assert "run `antrea-gitops render` and commit what changes" in done.out
    assert "spec.antreaAgentConfig → trafficEncapMode" in done.out


def test_a_stale_base_is_a_warning_with_what_rendering_it_again_changes(repo) -> None:
    repo.edit("cluster.yaml", "trafficEncapMode: encap", "trafficEncapMode: hybrid")
    repo.commit("stale")
    repo.edit("cluster.yaml", "defaultMTU: 0", "defaultMTU: 1400")
    repo.render()
    done = run("diff", "--base", "stale", "--format", "json", cwd=repo.root)
    assert done.code == 0
    told = compare(repo.root, "stale")
    assert "the base is stale" in told.warnings[0]
    assert [path.path for change in told.stale_base for path in change.paths] == [
        "spec.antreaAgentConfig → trafficEncapMode"
    ]
    agent = [path.path for change in told.objects if not change.is_file for path in change.paths]
    assert {"spec.antreaAgentConfig → trafficEncapMode", "spec.antreaAgentConfig → defaultMTU"} <= set(agent)


@pytest.mark.parametrize("side", ["base", "head"])
def test_a_side_that_cannot_be_rendered_fails_and_shows_no_deletion(repo, side: str) -> None:
    repo.edit("cluster.yaml", "featureGates: {}", "featureGates: {Egres: true}")
    repo.commit("broken")
    if side == "base":
        repo.edit("cluster.yaml", "featureGates: {Egres: true}", "featureGates: {}")
    done = run("diff", "--base", "broken" if side == "base" else "base", cwd=repo.root)
    assert done.code == 1
    assert f"the {side}," in done.out
    assert "antrea/unknown-setting" in done.out
    assert "removed" not in done.out


def test_a_head_that_is_no_cluster_repository_fails_as_one(repo) -> None:
    repo.git("rm", "--quiet", "cluster.yaml")
    repo.commit("without")
    repo.git("checkout", "--quiet", "base")
    done = repo.diff("--head", "without")
    assert done.code == 1
    assert "has no cluster.yaml" in done.out
    assert "removed" not in done.out


def test_a_file_that_render_does_not_write_is_told_wherever_it_lies(repo) -> None:
    repo.write("rendered/elsewhere/object.yaml", "kind: ConfigMap\n")
    assert [one["object"] for one in repo.told()["objects"]] == ["rendered/elsewhere/object.yaml"]


def test_what_was_written_into_firewall_by_hand_is_no_change_but_a_stale_head(repo) -> None:
    repo.write("firewall/rules.csv", "by hand\n")
    told = compare(repo.root, "base")
    assert told.objects == ()
    assert told.blocked.startswith("1 file (firewall/rules.csv) is not what the sources give")


def test_committed_objects_that_nobody_can_read_are_the_base_s_error(repo) -> None:
    first, second, *_ = sorted((repo.root / "rendered/install").iterdir())
    repo.write("rendered/install/notes.txt", "no object\n")
    second.write_text(second.read_text() + "# by hand\n")
    repo.commit("stray")
    first.write_text("a: [\n")
    repo.commit("spoiled")
    repo.render()
    told = compare(repo.root, "spoiled")
    assert told.error.startswith("what the base committed cannot be read:\nrendered/install/")
    assert (told.objects, told.stale_base) == ((), ())
    stray = compare(repo.root, "stray")
    assert (stray.error, stray.has_meaning) == ("", False)
    assert "notes.txt" in stray.warnings[0]


def test_two_commits_are_compared_whatever_the_working_tree_holds(repo) -> None:
    repo.edit("cluster.yaml", "defaultMTU: 0", "defaultMTU: 1400")
    repo.render()
    repo.commit("head")
    repo.write("cluster.yaml", "not a cluster any more: [")
    told = repo.told("--head", "head")
    assert told["summary"]["head"].startswith("head (")
    assert "cluster.yaml" in [one["object"] for one in told["objects"]]


def test_without_a_base_it_is_where_the_change_left_the_branch_that_it_goes_to(
    repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_BASE_REF", raising=False)
    repo.git("checkout", "--quiet", "-b", "release")
    repo.write("docs/a.md", "a")
    repo.commit()
    repo.git("checkout", "--quiet", "-b", "change")
    repo.write("docs/b.md", "b")
    repo.commit("change-made")
    repo.git("checkout", "--quiet", "main")
    repo.write("docs/c.md", "c")
    repo.commit()
    told = [change.object for change in compare(repo.root, head="change-made").objects]
    assert told == ["docs/a.md", "docs/b.md"]
    monkeypatch.setenv("GITHUB_BASE_REF", "release")
    assert [change.object for change in compare(repo.root, head="change-made").objects] == ["docs/b.md"]


def test_nothing_of_the_repository_is_touched(repo) -> None:
    repo.edit("cluster.yaml", "trafficEncapMode: encap", "trafficEncapMode: hybrid")
    before = snapshot(repo.root, without=())
    repo.diff()
    repo.diff("--head", "base")
    assert snapshot(repo.root, without=()) == before
    assert repo.git("worktree", "list").count("\n") == 0


def test_added_and_removed_objects_are_told_as_such(repo) -> None:
    repo.add_object("extra.yaml", CONFIG_MAP.format(name="extra", data=DATA))
    repo.render()
    repo.commit("with")
    assert ("ConfigMap/antrea-operator/extra", "added") in _changes(repo.told())
    back = run("diff", "--base", "with", "--head", "base", cwd=repo.root)
    assert "ConfigMap/antrea-operator/extra: removed" in back.out


def test_a_renamed_object_is_paired_and_no_better_than_a_deletion(repo) -> None:
    repo.add_object("extra.yaml", CONFIG_MAP.format(name="extra", data=DATA))
    repo.render()
    repo.commit("with")
    repo.edit("antrea/overlays/install/extra.yaml", "name: extra", "name: other")
    repo.edit("antrea/overlays/install/extra.yaml", "key7: value", "key7: another")
    repo.render()
    told = compare(repo.root, "with")
    (renamed,) = [one for one in told.objects if not one.is_file]
    assert (renamed.change, renamed.object) == ("renamed", "ConfigMap/antrea-operator/other")
    assert renamed.was == "ConfigMap/antrea-operator/extra"
    assert "data.key7" in [path.path for path in renamed.paths]
    repo.git("reset", "--quiet", "--hard", "with")
    repo.git("clean", "--quiet", "--force")
    repo.git("rm", "--quiet", "antrea/overlays/install/extra.yaml")
    repo.edit("antrea/overlays/install/kustomization.yaml", "  - extra.yaml\n", "")
    repo.render()
    (removed,) = [one for one in compare(repo.root, "with").objects if not one.is_file]
    assert set(removed.classes) <= set(renamed.classes)


def test_an_object_in_another_namespace_has_moved(repo) -> None:
    repo.add_object("extra.yaml", CONFIG_MAP.format(name="extra", data=DATA))
    repo.render()
    repo.commit("with")
    repo.edit("antrea/overlays/install/extra.yaml", "namespace: antrea-operator", "namespace: kube-system")
    repo.render()
    (moved,) = [one for one in compare(repo.root, "with").objects if not one.is_file]
    assert (moved.change, moved.was) == ("moved", "ConfigMap/antrea-operator/extra")


def test_what_an_installation_needs_cannot_move_away(repo) -> None:
    (name,) = [path.name for path in (repo.root / "rendered/install").iterdir() if "deployment" in path.name]
    before = (repo.root / "rendered/install" / name).read_text()
    after = before.replace("  namespace: antrea-operator", "  namespace: elsewhere")
    (change,) = compare_objects({name: before}, {name: after}, "rendered")
    assert {"unknown", "immutable"} <= set(change.classes)
    assert (change.change, change.was) == ("moved", "Deployment/antrea-operator/antrea-operator")


def test_comments_and_order_in_the_sources_are_no_change_of_meaning(repo) -> None:
    repo.edit("install-config.yaml", "baseDomain:", "# where it lives\nbaseDomain:")
    done = repo.diff("--exit-code", "--format", "json")
    assert done.code == 0
    (change,) = repo.told()["objects"]
    assert (change["object"], change["class"]) == ("install-config.yaml", "documentation")


def test_images_networks_and_firewall_rows_are_listed_before_and_after(repo) -> None:
    repo.edit("cluster.yaml", "antrea-ubi:v1.14.1", "antrea-ubi:v1.14.2")
    repo.edit("cluster.yaml", "trafficEncryptionMode: none", "trafficEncryptionMode: wireGuard")
    repo.edit("install-config.yaml", "10.0.0.0/16", "10.0.0.0/17")
    repo.render()
    summary = repo.told()["summary"]
    assert summary["images"]["removed"] == ["registry.example.com/antrea/antrea-ubi:v1.14.1"]
    assert summary["images"]["added"] == ["registry.example.com/antrea/antrea-ubi:v1.14.2"]
    assert "machineNetwork 10.0.0.0/17" in summary["networks"]["added"]
    assert any("51820" in row for row in summary["firewall"]["added"])


def test_another_spelling_of_a_network_changes_nothing(repo) -> None:
    networks = {"10.0.0.0/16": "fd00::/48", "10.128.0.0/14": "fd01::/48", "172.30.0.0/16": "fd02::/112"}
    networks |= {"hostPrefix: 23": "hostPrefix: 64", '"10.0.0.2"': '"fd00::2"', '"10.0.0.3"': '"fd00::3"'}
    for old, new in networks.items():
        repo.edit("install-config.yaml", old, new)
    repo.render()
    repo.commit("ipv6")
    for old, new in (("fd01::/48", "fd01:0::/48"), ("fd00::2", "fd00:0:0::2"), ("fd02::/112", "FD02::/112")):
        repo.edit("install-config.yaml", old, new)
    repo.render()
    done = run("diff", "--base", "ipv6", "--exit-code", "--format", "json", cwd=repo.root)
    told = json.loads(done.out)
    assert (done.code, told["summary"]["worst"]) == (0, "documentation")
    assert "fd01:0::/48" in done.out
    for name in ("networks", "firewall"):
        assert told["summary"][name]["before"]
        assert told["summary"][name]["added"] == told["summary"][name]["removed"] == []


def test_an_immutable_change_blocks_once_the_cluster_is_installed(repo) -> None:
    repo.edit("install-config.yaml", "10.128.0.0/14", "10.132.0.0/14")
    repo.render()
    assert repo.diff().code == 0
    repo.write("installed.yaml", INSTALLED)
    done = repo.diff()
    assert done.code == 1
    assert "the cluster is installed" in done.out
    assert "networking.clusterNetwork" in done.out


@pytest.mark.parametrize(
    ("installed", "changed", "told"),
    [
        (INSTALLED, INSTALLED.replace("state: installed", "state: destroyed"), "the cluster is installed ("),
        (INSTALLED, None, "the cluster is installed ("),
        (INSTALLED, "state: [", "the cluster is installed ("),
        (None, "state: [", "whether it is installed cannot be told: "),
    ],
    ids=["destroyed", "removed", "spoiled", "unreadable"],
)
def test_no_change_lifts_its_own_block(repo, installed: str | None, changed: str | None, told: str) -> None:
    if installed:
        repo.write("installed.yaml", installed)
        repo.commit("installed")
        repo.git("checkout", "--quiet", "-b", "change")
        repo.git("branch", "--quiet", "--delete", "--force", "main")
    repo.edit("install-config.yaml", "10.128.0.0/14", "10.132.0.0/14")
    repo.render()
    if changed:
        repo.write("installed.yaml", changed)
    else:
        (repo.root / "installed.yaml").unlink()
    repo.commit("head")
    done = run("diff", "--base", "installed" if installed else "base", cwd=repo.root)
    assert done.code == 1
    assert told in done.out


def test_exit_code_tells_a_change_of_meaning(repo) -> None:
    repo.edit("cluster.yaml", "defaultMTU: 0", "defaultMTU: 1400")
    repo.render()
    assert repo.diff().code == 0
    assert repo.diff("--exit-code").code == 1


def test_a_file_with_the_same_content_elsewhere_has_moved(repo) -> None:
    repo.git("mv", "CODEOWNERS", ".github/CODEOWNERS")
    (change,) = compare(repo.root, "base").objects
    assert (change.change, change.object, change.was) == ("moved", ".github/CODEOWNERS", "CODEOWNERS")


def test_a_base_without_a_repository_makes_everything_new(repo) -> None:
    repo.git("checkout", "--quiet", "--orphan", "empty")
    repo.git("commit", "--quiet", "--allow-empty", "--message", "empty", "--", ".")
    repo.git("rm", "--quiet", "--cached", "-r", ".")
    repo.git("commit", "--quiet", "--amend", "--allow-empty", "--message", "empty")
    told = compare(repo.root, "empty")
    assert {one.change for one in told.objects} == {"added"}
    assert "AntreaInstall/antrea-operator/antrea-install" in [one.object for one in told.objects]


def test_a_revision_that_is_none_is_a_usage_error_and_never_an_option(repo) -> None:
    for revision in ("nowhere", "--output=here", "", "base..HEAD", "base...HEAD", "HEAD^!", "^HEAD"):
        done = run("diff", f"--base={revision}", cwd=repo.root)
        assert done.code == 2, done
        assert f"{revision} is no commit of the repository" in done.err
    assert not (repo.root / "here").exists()


def test_a_report_goes_through_links_and_what_cannot_be_written_is_named(repo, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "behind")
    for option in ("--output", "--report"):
        assert repo.diff(option, str(tmp_path / "link")).code == 0
        assert (tmp_path / "link").is_symlink()
        assert "No object differs." in (tmp_path / "behind").read_text() or option == "--report"
        done = repo.diff(option, "README.md/report")
        assert done.code == 2
        assert "README.md/report cannot be written: " in done.err


def test_without_git_it_says_so(repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    for arguments in ((), ("--base", "base")):
        done = run("diff", *arguments, cwd=repo.root)
        assert (done.code, "git is not on this machine" in done.err) == (4, True)


def test_a_link_that_leads_out_of_the_repository_is_not_followed(repo, tmp_path: Path) -> None:
    (tmp_path / "private").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: stolen}\n")
    (repo.root / "antrea/overlays/install/extra.yaml").symlink_to(tmp_path / "private")
    repo.edit("antrea/overlays/install/kustomization.yaml", "../../bundle\n", "../../bundle\n  - extra.yaml\n")
    done = repo.diff()
    assert done.code == 1
    assert "symbolic link that leads out of the repository" in done.out
    assert "stolen" not in done.out


def test_links_that_lead_out_of_the_repository_together_are_not_followed(repo) -> None:
    (repo.root / "a/b/c").mkdir(parents=True)
    (repo.root / "a/b/c/z").symlink_to("../../..")
    (repo.root / "a/b/c/first").symlink_to("z/../private")
    done = repo.diff()
    assert done.code == 1
    assert "a/b/c/first of the working tree is a symbolic link that leads out of the repository" in done.out


def test_what_git_has_not_got_was_not_deleted(repo) -> None:
    blob = repo.git("rev-parse", "base:install-config.yaml")
    repo.edit("install-config.yaml", "baseDomain:", "# here\nbaseDomain:")
    (repo.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    done = repo.diff()
    assert (done.code, done.out) == (1, "")
    assert "install-config.yaml of base (" in done.err
    assert "cannot be read" in done.err


def test_another_commit_of_a_submodule_is_a_change(repo) -> None:
    (repo.root / "vendor").mkdir()
    for message in ("first", "second"):
        for folder in ("vendor", "."):
            repo.git("-C", folder, "init", "--quiet")
            repo.git("-C", folder, "add", "--all")
            repo.git("-C", folder, "commit", "--quiet", "--allow-empty", "--message", message)
        repo.git("tag", message)
    repo.git("-C", "vendor", "commit", "--quiet", "--allow-empty", "--message", "third")
    now = repo.git("-C", "vendor", "rev-parse", "HEAD")
    old, new = repo.git("rev-parse", "first:vendor", "second:vendor").split()
    for head, before, after in ((("--head", "second"), old, new), ((), old, now)):
        told = json.loads(run("diff", "--base", "first", *head, "--format", "json", cwd=repo.root).out)
        (change,) = told["objects"]
        (path,) = change["paths"]
        assert (change["object"], path["before"], path["after"]) == (
            "vendor",
            f"a submodule at {before}",
            f"a submodule at {after}",
        )


@pytest.mark.parametrize(
    "manifest",
    [
        "kind: Secret\nmetadata: {name: s, namespace: antrea-operator}\nstringData: {a: canary-in-memory}\n",
        "kind: ConfigMap\nmetadata: {name: c}\ndata: {a: 'login: {password: canary-in-memory}'}\n",
    ],
)
def test_no_rendered_secret_is_remembered(repo, manifest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("antrea_ci.memory.cache_folder", lambda: tmp_path / "kept")
    repo.add_object("extra.yaml", f"apiVersion: v1\n{manifest}")
    repo.render()
    assert "canary-in-memory" not in repo.diff().out
    kept = [path.read_text() for path in (tmp_path / "kept").rglob("*.json")]
    assert kept
    assert not any("canary-in-memory" in text for text in kept)


def test_only_what_can_have_changed_is_rendered(repo, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[str] = []
    monkeypatch.setattr("antrea_ci.diff.compare.build", lambda state, _: rendered.append(state.label))
    repo.write("README.md", (repo.root / "README.md").read_text() + "\nMore prose.\n")
    repo.write(".github/CODEOWNERS", "* @somebody\n")
    repo.edit("requirements.txt", "antrea-gitops==", "# ours\nantrea-gitops==")
    assert {one.object for one in compare(repo.root, "base").objects} == {
        "README.md",
        ".github/CODEOWNERS",
        "requirements.txt",
    }
    assert rendered == []


def test_a_folder_that_an_overlay_could_build_from_is_never_left_out() -> None:
    names = [".github/kustomization.yaml", ".github/extra.yaml", ".gitlab/x.yaml", "cluster.yaml"]
    assert built.inputs(names, among=names) == [".github/kustomization.yaml", ".github/extra.yaml", "cluster.yaml"]


def _changes(told: dict) -> list[tuple[str, str]]:
    return [(one["object"], one["change"]) for one in told["objects"]]


@pytest.mark.parametrize(
    "part",
    [
        "patches:\n- target: {kind: Deployment}\n  patch: |\n    password: canary-1a\n    no mapping\n",
        "secretGenerator:\n- name: made\n  literals: [canary-1a]\n",
    ],
)
def test_why_a_side_cannot_be_rendered_quotes_no_secret(repo, part: str) -> None:
    kustomization = repo.root / "antrea/overlays/install/kustomization.yaml"
    kustomization.write_text(kustomization.read_text() + part)
    done = repo.diff("--report", "report/diff.json")
    assert done.code == 1
    assert "the head, the working tree, cannot be rendered" in done.out
    assert "canary-1a" not in done.out + done.err + (repo.root / "report/diff.json").read_text()
