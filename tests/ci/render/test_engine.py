"""``render`` as a whole: what it writes, what it keeps, what it refuses, and what a kill leaves."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
import yaml

from antrea_ci.files import read_tree
from support.forked import points, run_with_kill
from support.http_server import Answer, serve
from support.repos import build, objects, rendered, run, snapshot
from support.small import edit, rendering_repo, set_cluster

OVERLAY = "antrea/overlays/install"
KUSTOMIZATION = f"{OVERLAY}/kustomization.yaml"
BEGIN = "<!-- antrea-gitops values: written by `antrea-gitops render`, edits here are lost -->\n"
END = "<!-- antrea-gitops values: end -->\n"


@pytest.fixture
def repo(tmp_path: Path, kustomize: Path) -> Path:
    """A repository that is rendered."""
    root = rendering_repo(tmp_path / "ocp").root
    assert run("render", cwd=root).code == 0
    return root


def refusal(root: Path) -> str:
    """What ``render`` says when it must fail; it writes nothing."""
    before = snapshot(root)
    done = run("render", cwd=root)
    assert (done.code, done.out) == (1, "")
    assert "Traceback" not in done.err
    assert snapshot(root) == before
    return done.err


# --- Writing and comparing --------------------------------------------------------------------------------------------


def test_rendered_is_what_the_plain_binary_builds_one_object_a_file(repo: Path, kustomize: Path):
    assert rendered(repo) == objects(build(kustomize, repo))
    names = sorted(path.name for path in (repo / "rendered/install").iterdir())
    assert names[0] == "cluster-network-04-antrea-10-namespace-antrea-operator.yaml"
    assert not [name for name in names if "kustomization" in name]


def test_a_second_render_is_silent_and_touches_nothing(repo: Path):
    def times() -> dict[str, int]:
        return {str(path): path.stat().st_mtime_ns for path in repo.rglob("*")}

    before = times()
    done = run("render", cwd=repo)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert times() == before


def test_render_tells_the_files_that_it_wrote(repo: Path):
    edit(repo / "cluster.yaml", "antrea-ubi:v1.14.1", "antrea-ubi:v1.14.2")
    done = run("render", cwd=repo)
    assert done.out.splitlines() == [
        f"wrote {OVERLAY}/generated/antreainstall.yaml",
        "wrote rendered/install/cluster-network-04-antrea-80-antreainstall-antrea-operator-antrea-install.yaml",
    ]


def test_check_names_the_stale_files_and_writes_nothing(repo: Path):
    edit(repo / "cluster.yaml", "antrea-ubi:v1.14.1", "antrea-ubi:v1.14.2")
    (repo / "rendered/install/left-over.yaml").write_text("x: 1\n")
    gone = "rendered/install/cluster-network-04-antrea-10-namespace-antrea-operator.yaml"
    (repo / gone).unlink()
    before = snapshot(repo)
    done = run("render", "--check", cwd=repo)
    assert (done.code, done.out) == (1, "")
    assert [line.strip() for line in done.err.splitlines()] == [
        "error: 4 files are not what their sources give",
        f"{OVERLAY}/generated/antreainstall.yaml",
        gone,
        "rendered/install/cluster-network-04-antrea-80-antreainstall-antrea-operator-antrea-install.yaml",
        "rendered/install/left-over.yaml",
        "fix: run `antrea-gitops render` and commit what changes",
    ]
    assert snapshot(repo) == before


def test_check_of_a_current_repository_is_silent(repo: Path):
    done = run("render", "--check", cwd=repo)
    assert (done.code, done.out, done.err) == (0, "", "")


def test_a_file_that_belongs_to_nobody_goes(repo: Path):
    (repo / "rendered/install/left-over.yaml").write_text("x: 1\n")
    assert run("render", cwd=repo).out == "wrote rendered/install/left-over.yaml\n"
    assert not (repo / "rendered/install/left-over.yaml").exists()


def test_json_alone_is_on_standard_output(repo: Path):
    edit(repo / "cluster.yaml", "antrea-ubi:v1.14.1", "antrea-ubi:v1.14.2")
    done = run("render", "--check", "--format", "json", cwd=repo)
    (entry,) = json.loads(done.out)
    assert (done.code, done.err) == (1, "")
    assert f"{OVERLAY}/generated/antreainstall.yaml" in entry["changed"]


def test_nothing_stays_in_the_temporary_folder(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import tempfile

    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    edit(repo / "cluster.yaml", "antrea-ubi:v1.14.1", "antrea-ubi:v1.14.2")
    assert run("render", cwd=repo).code == 0
    assert list((tmp_path / "tmp").iterdir()) == []


def test_outside_of_a_repository_it_is_wrong_usage(tmp_path: Path):
    done = run("render", cwd=tmp_path)
    assert done.code == 2
    assert "it has no cluster.yaml" in done.err


def test_every_problem_is_told_at_once(repo: Path):
    set_cluster(repo, antrea={"featureGates": {"Nope": True}, "agent": {"noSuchKey": 1}})
    said = refusal(repo)
    assert said.count("[antrea/unknown-setting]") == 2


# --- Several repositories ---------------------------------------------------------------------------------------------


def test_several_repositories_in_one_call(tmp_path: Path, kustomize: Path):
    for name in ("a", "b"):
        rendering_repo(tmp_path / name)
    broken = rendering_repo(tmp_path / "broken").root
    set_cluster(broken, antrea={"featureGates": {"Nope": True}})
    done = run("render", "a", "broken", "b", cwd=tmp_path)
    assert done.code == 1
    assert rendered(tmp_path / "a") == rendered(tmp_path / "b") != {}
    assert not (broken / "rendered").exists()
    assert f"{tmp_path / 'broken'}: cluster.yaml:" in done.err
    assert done.out.startswith(f"{tmp_path / 'a'}: wrote ")


def test_a_folder_that_is_no_repository_does_not_stop_the_others(tmp_path: Path, kustomize: Path):
    rendering_repo(tmp_path / "a")
    (tmp_path / "none").mkdir()
    done = run("render", "none", "a", cwd=tmp_path)
    assert done.code == 2
    assert rendered(tmp_path / "a")


# --- The people's own part of the overlay -----------------------------------------------------------------------------


def test_own_resources_and_patches_are_kept_and_rendered(repo: Path):
    overlay = repo / OVERLAY
    (overlay / "mine.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: mine\n  namespace: antrea-operator\ndata:\n  a: b\n"
    )
    (overlay / "replicas.yaml").write_text(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: antrea-operator\n  namespace: antrea-operator\n"
        "spec:\n  replicas: 2\n"
    )
    own = (
        (overlay / "kustomization.yaml").read_text().replace("  - ../../bundle\n", "  - ../../bundle\n  - mine.yaml\n")
    )
    own += "patches:\n  - path: replicas.yaml\n  - target: {kind: Namespace}\n    patch: |-\n"
    own += "      - {op: add, path: /metadata/labels, value: {team: net}}\n"
    (overlay / "kustomization.yaml").write_text(own)
    done = run("render", cwd=repo)
    assert done.code == 0, done.err
    found = rendered(repo)
    assert found["ConfigMap/antrea-operator/mine"]["data"] == {"a": "b"}
    assert found["Deployment/antrea-operator/antrea-operator"]["spec"]["replicas"] == 2
    assert found["Namespace//antrea-operator"]["metadata"]["labels"] == {"team": "net"}
    assert (overlay / "kustomization.yaml").read_text() == own
    edit(repo / "cluster.yaml", "antrea-ubi:v1.14.1", "antrea-ubi:v1.14.2")
    assert run("render", cwd=repo).code == 0
    assert {"mine.yaml", "replicas.yaml"} < set(read_tree(overlay))


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("resources: [https://example.com/x.yaml]", "https://example.com/x.yaml"),
        ("resources: [git@example.com:a/b.git]", "git@example.com:a/b.git"),
        ("resources: ['github.com/a/b?ref=v1']", "github.com/a/b?ref=v1"),
        ("components: ['ssh://git@example.com/a']", "ssh://git@example.com/a"),
        ("patches: [{path: 'https://example.com/p.yaml'}]", "https://example.com/p.yaml"),
        ("crds: ['https://example.com/crd.yaml']", "https://example.com/crd.yaml"),
        ("openapi: {path: 'https://example.com/s.json'}", "https://example.com/s.json"),
        ("helmCharts: [{name: x, repo: 'https://example.com'}]", "helmCharts"),
        ("helmChartInflationGenerator: [{chartName: x}]", "helmChartInflationGenerator"),
        ("generators: [x.yaml]", "generators"),
        ("transformers: [x.yaml]", "transformers"),
        ("validators: [x.yaml]", "validators"),
    ],
)
def test_what_could_fetch_or_run_something_is_refused_with_its_place(line: str, shown: str, repo: Path):
    key = line.partition(":")[0]
    text = f"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n{line}\n"
    if key != "resources":
        text += "resources: [../../bundle]\n"
    (repo / KUSTOMIZATION).write_text(text)
    said = refusal(repo)
    assert said.startswith(f"{KUSTOMIZATION}:3:")
    assert "[overlay/remote]" in said
    assert f"`{shown}`" in said


def test_a_folder_outside_the_repository_is_refused(repo: Path, tmp_path: Path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kustomization.yaml").write_text("resources: []\n")
    outside = os.path.relpath(tmp_path / "elsewhere", repo / "antrea/overlays/install")
    edit(repo / KUSTOMIZATION, "  - ../../bundle\n", f"  - ../../bundle\n  - {outside}\n")
    said = refusal(repo)
    assert "[overlay/outside]" in said
    assert f"`{outside}` lies outside this repository" in said


def test_what_an_included_folder_brings_is_seen_too(repo: Path):
    (repo / "antrea/base").mkdir()
    (repo / "antrea/base/kustomization.yml").write_text("resources:\n  - https://example.com/x.yaml\n")
    edit(repo / KUSTOMIZATION, "  - ../../bundle\n", "  - ../../bundle\n  - ../../base\n")
    assert refusal(repo).startswith("antrea/base/kustomization.yml:2:5: error:")


def test_check_reports_a_remote_too(repo: Path):
    line = edit(repo / KUSTOMIZATION, "  - ../../bundle\n", "  - ../../bundle\n  - https://example.com/x.yaml\n") + 1
    done = run("check", "--format", "json", cwd=repo)
    assert done.code == 1
    (finding,) = [item for item in json.loads(done.out)["findings"] if item["rule"] == "overlay/remote"]
    assert (finding["file"], finding["line"]) == (KUSTOMIZATION, line)


@pytest.mark.parametrize(
    "line",
    [
        "resources: [URL]",
        "Resources: [URL]",
        "re\u017fources: [URL]",  # Go's JSON takes this letter for an s
        "components: [URL]",
        "configMapGenerator: [{name: x, files: ['k=URL']}]",
        "configMapGenerator: [{name: x, envs: [URL]}]",
        "secretGenerator: [{name: x, env: URL}]",
        "patches: [{Path: URL}]",
        "openAPI: {path: URL}",
        "patchesStrategicMerge: [URL]",
    ],
)
def test_nothing_is_fetched_even_from_loopback_where_no_proxy_stops_it(line: str, repo: Path):
    with serve({"/x.yaml": Answer(b"apiVersion: v1\nkind: Namespace\nmetadata: {name: fetched}\n")}) as server:
        (repo / KUSTOMIZATION).write_text(line.replace("URL", f"{server.url}/x.yaml") + "\n")
        # A folder of that name does not make it local.
        (repo / OVERLAY / server.url / "x.yaml").mkdir(parents=True)
        said = refusal(repo)
        assert run("check", cwd=repo).code == 1
        assert server.asked == []
    assert said.startswith(f"{KUSTOMIZATION}:1:")
    assert "[overlay/remote]" in said


def test_kustomize_itself_finds_a_closed_proxy(repo: Path, kustomize: Path):
    """The second lock, where the first one is picked."""
    from antrea_ci.render.kustomize import KustomizeError
    from antrea_ci.render.kustomize import build as build_overlay

    (repo / KUSTOMIZATION).write_text("resources:\n  - http://example.com/x.yaml\n")
    with pytest.raises(KustomizeError, match=r"proxyconnect tcp: dial tcp 127\.0\.0\.1:9"):
        build_overlay(kustomize, repo / OVERLAY, root=repo, shown_as=Path())


def test_an_address_in_a_literal_or_an_annotation_is_no_remote(repo: Path):
    (repo / KUSTOMIZATION).write_text(
        (repo / KUSTOMIZATION).read_text()
        + "commonAnnotations: {docs: 'https://example.com/x'}\n"
        + "configMapGenerator: [{name: x, literals: ['url=https://example.com/x']}]\n"
    )
    done = run("render", cwd=repo)
    assert done.code == 0, done.err


def test_the_error_of_kustomize_names_the_file_as_people_know_it(repo: Path):
    edit(repo / KUSTOMIZATION, "  - ../../bundle\n", "  - ../../bundle\n  - missing.yaml\n")
    said = refusal(repo)
    assert "missing.yaml" in said
    assert OVERLAY in said
    assert str(repo) not in said
    assert "fix: mend the file that kustomize names" in said


def test_the_error_names_no_temporary_copy(repo: Path):
    """A change of cluster.yaml makes the build run on a copy."""
    edit(repo / "cluster.yaml", "antrea-ubi:v1.14.1", "antrea-ubi:v1.14.2")
    edit(repo / KUSTOMIZATION, "  - ../../bundle\n", "  - ../../bundle\n  - missing.yaml\n")
    said = refusal(repo)
    assert "/antrea-gitops-" not in said
    assert "missing.yaml" in said


def test_check_tells_that_nothing_can_be_built(repo: Path):
    edit(repo / KUSTOMIZATION, "  - ../../bundle\n", "  - ../../bundle\n  - missing.yaml\n")
    done = run("check", "--format", "json", cwd=repo)
    assert done.code == 1
    assert [item["rule"] for item in json.loads(done.out)["findings"]] == ["render/build"]


def test_a_file_outside_of_the_repository_is_not_read(repo: Path, tmp_path: Path):
    (tmp_path / "outside.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: outside}\n")
    edit(repo / KUSTOMIZATION, "  - ../../bundle\n", "  - ../../bundle\n  - ../../../../outside.yaml\n")
    assert "outside.yaml" in refusal(repo)


# --- Links ------------------------------------------------------------------------------------------------------------


def test_a_repository_behind_a_link(repo: Path, tmp_path: Path):
    (tmp_path / "link").symlink_to(repo)
    edit(repo / "cluster.yaml", "antrea-ubi:v1.14.1", "antrea-ubi:v1.14.2")
    assert run("render", cwd=tmp_path / "link").code == 0
    assert run("render", "--check", cwd=repo).code == 0


def test_a_link_in_the_overlay_that_stays_inside_works_also_on_a_copy(repo: Path):
    (repo / "shared").mkdir()
    (repo / "shared/cm.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: linked, namespace: antrea-operator}\n"
    )
    (repo / OVERLAY / "cm.yaml").symlink_to("../../../shared/cm.yaml")
    edit(repo / KUSTOMIZATION, "  - ../../bundle\n", "  - ../../bundle\n  - cm.yaml\n")
    outcomes = {}
    for image in ("v1.14.1", "v1.14.2"):
        set_cluster(repo, images={"operator": "r.example.org/o:v1.14.1", "antrea": f"r.example.org/antrea-ubi:{image}"})
        outcomes[image] = run("render", cwd=repo).code
    # kustomize decides about links that leave the overlay's folder; both ways of building must agree.
    assert len(set(outcomes.values())) == 1


# --- The README -------------------------------------------------------------------------------------------------------


def test_the_block_of_values_is_written_and_the_rest_stays(repo: Path):
    (repo / "README.md").write_bytes(f"# Mine\n\n{BEGIN}old\n{END}\ntext \xff".encode("latin-1"))
    assert run("render", cwd=repo).out == "wrote README.md\n"
    data = (repo / "README.md").read_bytes()
    assert data.startswith(b"# Mine\n\n" + BEGIN.encode())
    assert data.endswith(END.encode() + b"\ntext \xff")
    for row in (b"| Cluster | `ocp.example.com` |", b"| Version | `OpenShift 4.12.45 on vsphere` |"):
        assert row in data
    assert b"| Machine network | `10.1.224.0/24` |" in data
    assert b"old" not in data


def test_without_a_block_or_a_readme_nothing_is_written(repo: Path):
    (repo / "README.md").write_text("# Mine\n")
    assert run("render", cwd=repo).out == ""
    assert (repo / "README.md").read_text() == "# Mine\n"


@pytest.mark.parametrize("text", [BEGIN, END, END + BEGIN, BEGIN + BEGIN + END, BEGIN + END + BEGIN + END])
def test_a_broken_block_is_refused(text: str, repo: Path):
    (repo / "README.md").write_text(text)
    said = refusal(repo)
    assert said.startswith("README.md: error: the block of values is not whole")
    assert "[readme/block]" in said


# --- Killed -----------------------------------------------------------------------------------------------------------


def test_a_kill_at_any_step_leaves_each_folder_old_or_new(tmp_path: Path, kustomize: Path):
    old = rendering_repo(tmp_path / "old").root
    (old / "README.md").write_text(BEGIN + END)
    assert run("render", cwd=old).code == 0
    new = tmp_path / "new"
    shutil.copytree(old, new)
    edit(new / "cluster.yaml", "antrea-operator:v1.14.1", "antrea-operator:v1.14.2")
    sources = tmp_path / "sources"
    shutil.copytree(new, sources)
    assert run("render", cwd=new).code == 0
    owned = (f"{OVERLAY}/generated", "rendered/install")
    wanted = [(read_tree(old / name), read_tree(new / name)) for name in owned]
    readmes = ((old / "README.md").read_bytes(), (new / "README.md").read_bytes())
    root = tmp_path / "ocp"

    def killed(n: int) -> bool:
        shutil.copytree(sources, root)
        return run_with_kill(["-C", str(root), "render"], n, env={"TMPDIR": os.fspath(tmp_path)})

    shutil.copytree(sources, root)
    last = points(["-C", str(root), "render"], env={"TMPDIR": os.fspath(tmp_path)})
    shutil.rmtree(root)
    assert last > 40
    seen: set[tuple[int, ...]] = set()
    # The first part only builds, in a folder elsewhere; the second writes.
    for n in (*range(1, last // 2, 16), *range(last // 2, last + 1, 4), last):
        assert killed(n), n
        state = tuple(pair.index(read_tree(root / name)) for name, pair in zip(owned, wanted, strict=True))
        seen.add((*state, readmes.index((root / "README.md").read_bytes())))
        done = run("render", cwd=root)
        assert done.code == 0, done.err
        assert snapshot(root) == snapshot(new)
        shutil.rmtree(root)
    assert {(0, 0, 0), (1, 1, 0)} <= seen


def test_a_kill_of_the_first_render(tmp_path: Path, kustomize: Path):
    root = rendering_repo(tmp_path / "ocp").root
    before = snapshot(root)
    killed = [run_with_kill(["-C", str(root), "render"], n) for n in (1, 5, 12)]
    assert killed == [True] * 3
    assert {name for name in snapshot(root) if name in before} == set(before)
    assert run("render", cwd=root).code == 0
    assert run("render", "--check", cwd=root).code == 0


# --- The plain flavour ------------------------------------------------------------------------------------------------


def test_on_kubernetes_the_service_network_goes_to_the_agent(tmp_path: Path, kustomize: Path):
    root = rendering_repo(tmp_path / "k8s", flavour="kubernetes").root
    assert run("render", cwd=root).code == 0
    spec = rendered(root)["AntreaInstall/antrea-operator/antrea-install"]["spec"]
    assert yaml.safe_load(spec["antreaAgentConfig"])["serviceCIDR"] == "172.30.0.0/16"
