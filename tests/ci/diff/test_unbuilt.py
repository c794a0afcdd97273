"""What cannot have changed is not rendered, and the result is the one that rendering everything gives."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from antrea_ci.diff import compare as room
from antrea_ci.diff.compare import compare
from support.repos import git, run

EXTRA = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra, namespace: antrea-operator}\ndata: {key: value}\n"


def _replace(name: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        text = (root / name).read_text()
        assert old in text, (name, old)
        (root / name).write_text(text.replace(old, new, 1))

    return edit


def _write(name: str, text: str) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)

    return edit


def _render(root: Path) -> None:
    assert run("render", cwd=root).code == 0


EDITS: dict[str, Callable[[Path], None]] = {
    "prose of the README": _replace("README.md", "# ", "# The "),
    "values in the README": _replace("README.md", "| Cluster |", "| Klaster |"),
    "a pipeline": _write(".github/workflows/more.yml", "name: more\n"),
    "a base of kustomize among the pipelines": _write(".github/kustomization.yaml", "resources: [more.yaml]\n"),
    "a requirement": _replace("requirements.txt", "antrea-gitops==", "# ours\nantrea-gitops=="),
    "owners": _write("CODEOWNERS", "* @all\n"),
    "a document": _write("docs/runbook.md", "# How to\n"),
    "the MTU": _replace("cluster.yaml", "defaultMTU: 0", "defaultMTU: 1400"),
    "a comment in a source": _replace("install-config.yaml", "baseDomain", "# where\nbaseDomain"),
    "a comment in the overlay": _replace("antrea/overlays/install/kustomization.yaml", "kind:", "# what\nkind:"),
    "a file that nobody reads": _write("antrea/overlays/install/extra.yaml", EXTRA),
    "what is rendered, by hand": _replace(
        "rendered/install/cluster-network-04-antrea-10-namespace-antrea-operator.yaml", "kind:", "# mine\nkind:"
    ),
    "render": _render,
}


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(EDITS)), max_size=3, unique=True))
def test_what_is_left_out_changes_nothing(pristine: Path, tmp_path: Path, names: list[str]) -> None:
    root = tmp_path / "ocp"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(pristine, root)
    for name in names:
        EDITS[name](root)
    assert compare(root, "base") == compare(root, "base", build_all=True)


def test_of_many_repositories_only_the_touched_one_is_rendered(
    pristine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [tmp_path / f"r{number}" for number in range(4)]
    for folder in folders:
        shutil.copytree(pristine, folder)
    _replace("cluster.yaml", "defaultMTU: 0", "defaultMTU: 1400")(folders[2])
    _render(folders[2])
    seen: list[Path] = []
    whole = room.build

    def build(state: room.State, shown_as: str) -> room.Built:
        seen.append(state.root)
        return whole(state, shown_as)

    monkeypatch.setattr(room, "build", build)
    done = run("diff", "--base", "base", *folders)
    assert (done.code, set(seen)) == (0, {folders[2]})
    assert done.out.count("No object differs.") == 3
    assert f"{folders[2]}: 1 object and 2 files differ" in done.out or f"{folders[2]}: 1 object and 1 file" in done.out


def test_none_touched_renders_nothing(pristine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(pristine, tmp_path / "a")
    shutil.copytree(pristine, tmp_path / "b")
    monkeypatch.setattr(room, "build", lambda *_: pytest.fail("it rendered"))
    assert run("diff", "--base", "base", tmp_path / "a", tmp_path / "b").code == 0
    assert git(tmp_path / "a", "status", "--porcelain") == ""
