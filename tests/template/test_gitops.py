"""The files for an engine: it applies what was reviewed, and can never take the network away.

Both were judged once by the CRDs of Argo CD 2.14.21 (manifests/crds) and of Flux' controllers 1.7.3 (config/crd/bases).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment, StrictUndefined

from support.repos import ROOT, copy_template, run

URL = "ssh://git@git.example.com/platform/ocp.git"


def made(folder: Path, engine: str, **answers: Any) -> Path:
    repo = copy_template(folder / "ocp", gitops_engine=engine, gitops_repository=URL, **answers)
    return repo / "gitops"


def documents(path: Path) -> dict[str, Any]:
    return {one["kind"]: one for one in yaml.safe_load_all(path.read_text())}


def test_without_an_engine_there_is_no_folder(tmp_path: Path) -> None:
    assert not (copy_template(tmp_path / "ocp") / "gitops").exists()


def test_a_repository_that_was_made_before_the_question_can_be_updated() -> None:
    """Copier renders the new template's `_exclude` with the answers to the old one's questions, too."""
    template = yaml.safe_load((ROOT / "copier.yml").read_text())
    options = {key: value for key, value in template["_envops"].items() if key != "undefined"}
    environment = Environment(undefined=StrictUndefined, autoescape=False, **options)  # noqa: S701 - these are paths
    before = {"flavour": "openshift", "ci": "github", "nsx": False, "_copier_operation": "update"}
    excluded = {environment.from_string(pattern).render(before) for pattern in template["_exclude"]}
    assert "gitops" in excluded


@pytest.mark.parametrize(("flavour", "namespace"), [("openshift", "openshift-gitops"), ("kubernetes", "argocd")])
def test_argo_cd_applies_by_the_server_what_main_has_and_deletes_nothing(
    tmp_path: Path, flavour: str, namespace: str
) -> None:
    folder = made(tmp_path, "argocd", flavour=flavour)
    assert {path.name for path in folder.iterdir()} == {"argocd-application.yaml", "argocd-health.yaml"}
    application = documents(folder / "argocd-application.yaml")["Application"]
    assert application["metadata"] == {"name": "antrea", "namespace": namespace}  # so without a finalizer
    spec = application["spec"]
    assert spec["source"] == {"repoURL": URL, "targetRevision": "main", "path": "rendered/install"}
    assert spec["syncPolicy"]["automated"] == {"prune": False, "selfHeal": False}
    assert {"ServerSideApply=true", "Prune=false", "PruneLast=true"} <= set(spec["syncPolicy"]["syncOptions"])


@pytest.mark.parametrize("flavour", ["openshift", "kubernetes"])
def test_argo_cd_reads_the_conditions_of_the_antreainstall(tmp_path: Path, flavour: str) -> None:
    ((kind, found),) = documents(made(tmp_path, "argocd", flavour=flavour) / "argocd-health.yaml").items()
    if flavour == "openshift":
        (check,) = found["spec"]["resourceHealthChecks"]
        assert (kind, check["group"], check["kind"]) == ("ArgoCD", "operator.antrea.vmware.com", "AntreaInstall")
        script = check["check"]
    else:
        ((key, script),) = found["data"].items()
        assert key == "resource.customizations.health.operator.antrea.vmware.com_AntreaInstall"
    for word in ("Degraded", "Available", "Progressing", "return hs"):
        assert word in script


def test_flux_applies_what_main_has_and_deletes_nothing(tmp_path: Path) -> None:
    folder = made(tmp_path, "flux")
    assert [path.name for path in folder.iterdir()] == ["flux-kustomization.yaml"]
    found = documents(folder / "flux-kustomization.yaml")
    assert found["GitRepository"]["spec"]["url"] == URL
    assert found["GitRepository"]["spec"]["ref"] == {"branch": "main"}
    spec = found["Kustomization"]["spec"]
    assert (spec["prune"], spec["force"], spec["path"]) == (False, False, "./rendered/install")
    assert "finalizers" not in found["Kustomization"]["metadata"]
    assert spec["sourceRef"] == {"kind": "GitRepository", "name": found["GitRepository"]["metadata"]["name"]}
    assert {one["kind"] for one in spec["healthChecks"]} == {"Deployment", "DaemonSet", "AntreaInstall"}


@pytest.mark.parametrize("engine", ["argocd", "flux"])
def test_check_and_diff_leave_the_folder_alone(tmp_path: Path, engine: str) -> None:
    words = ("--defaults", "--data", f"gitops_engine={engine}", "--data", f"gitops_repository={URL}")
    assert run("new", tmp_path / "ocp", *words).code == 0
    assert "gitops/" not in run("check", cwd=tmp_path / "ocp").out
    (file,) = sorted((tmp_path / "ocp" / "gitops").glob("*-[ak]*.yaml"))[:1]
    file.write_text(file.read_text().replace("main", "release"))
    told = run("diff", cwd=tmp_path / "ocp")
    assert told.code == 0
    assert "safe" in told.out
