"""The schemas over whole repositories: valid ones of every origin pass, and big ones pass in time."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml

from antrea_ci.bundle.objects import read_objects
from antrea_ci.checks.context import Context
from antrea_ci.checks.schema import findings
from antrea_ci.repo import ClusterRepo
from antrea_ci.schemas.judge import judge
from support.bundles import SHARED_BUNDLES
from support.repos import ROOT, copy_template, run
from support.small import edit, rendering_repo, set_cluster

ARTICLE = yaml.safe_load((ROOT / "docs/examples/article.answers.yml").read_text())
ARCHIVES = sorted(SHARED_BUNDLES.glob("*.tar.gz"))
ANSWERS = {
    "openshift": {},
    "kubernetes": {"flavour": "kubernetes"},
    "article": ARTICLE,
    "newest": {"openshift_version": "4.18.9"},
    "dual-stack": {
        "cluster_network": "10.128.0.0/14,fd01::/48",
        "service_network": "172.30.0.0/16,fd02::/112",
        "machine_network": "10.0.0.0/16,fd00::/64",
    },
}


def told(root: Path) -> list[str]:
    context = Context(ClusterRepo.at(root), today=date(2026, 11, 25))
    found = [item.as_text() for item in findings(context)]
    assert len(context.objects) >= 7, context.problems
    return found


@pytest.mark.parametrize("name", ANSWERS)
def test_what_the_template_gives_fits_the_schemas(tmp_path: Path, kustomize: Path, name: str):
    assert told(copy_template(tmp_path / "it", **ANSWERS[name])) == []


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The article's repository in each flavour, to be copied."""
    folder = tmp_path_factory.mktemp("articles")
    return {name: copy_template(folder / name, **{**ARTICLE, "flavour": name}) for name in ("openshift", "kubernetes")}


@pytest.mark.skipif(not ARCHIVES, reason="needs the archives in ../shared")
@pytest.mark.parametrize("flavour", ["openshift", "kubernetes"])
@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda path: path.name.removesuffix("-deploy.tar.gz"))
def test_every_archive_of_the_vendor_fits_the_schemas(
    tmp_path: Path, kustomize: Path, articles: dict[str, Path], archive: Path, flavour: str
):
    root = shutil.copytree(articles[flavour], tmp_path / "it", symlinks=True)
    assert run("bundle", "import", archive, cwd=root).code == 0
    # The one known fault of a public tag, which cluster.yaml mends.
    set_cluster(root, bundle={"fixPlatformField": "v1.8.0" in archive.name})
    assert told(root) == []


def test_the_small_bundle_of_the_tests_fits_too(tmp_path: Path, kustomize: Path):
    assert told(rendering_repo(tmp_path / "it").root) == []


def test_the_release_decides_which_kubernetes_judges(tmp_path: Path, kustomize: Path):
    repo = rendering_repo(tmp_path / "it")
    policy = "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {name: p}\n"
    (repo.overlay / "policy.yaml").write_text(policy)
    edit(repo.overlay / "kustomization.yaml", "  - ../../bundle\n", "  - ../../bundle\n  - policy.yaml\n")
    (finding,) = findings(Context(repo, today=date(2026, 11, 25)))
    assert finding.rule == "schema/unknown-kind"
    set_cluster(repo.root, openshift={"version": "4.17.3"})
    assert list(findings(Context(repo, today=date(2026, 11, 25)))) == []


def test_each_fault_of_a_manifest_of_8000_lines_has_its_place():
    head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a{0}, namespace: shop}}\nspec:\n"
    head += "  selector: {{matchLabels: {{app: a}}}}\n  template:\n    metadata: {{labels: {{app: a}}}}\n    spec:\n"
    head += "      containers:\n        - name: c\n          image: r.example.org/x:1\n          env:\n"
    variables = "".join(f"            - name: V{n}\n              value: '{n}'\n" for n in range(35))
    text = "---\n".join(head.format(n) + variables for n in range(100))
    assert text.count("\n") > 8000
    text = text.replace("name: V7\n", "nam: V7\n")
    objects = read_objects({"big.yaml": text.encode()}, "rendered")
    found = list(judge(objects, 31, "openshift"))
    # A key that is unknown, and one that is missing, at each of a hundred places.
    assert (len(found), len({finding.location.line for finding in found})) == (200, 100)
