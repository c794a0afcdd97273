"""Three hundred seeded corruptions of the sources of a sound repository, one field at a time, each rendered again.

The rules that only compare (drift, the bundle's lock) and those of style are off: a rule about meaning must tell, or
`harmless.yaml` says why nothing need be told.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Generator, Iterator
from datetime import date
from fnmatch import fnmatch
from itertools import zip_longest
from pathlib import Path

import pytest
import yaml

from antrea_ci.checks import check
from antrea_ci.repo import ClusterRepo
from support.kustomize_once import build_once
from support.mutations import Mutation, mutations
from support.repos import ROOT, copy_template, run

SEED, COUNT, PARTS = 4, 300, 10
ARTICLE = ROOT / "docs/examples/article.answers.yml"
HARMLESS: list[dict[str, str]] = yaml.safe_load((Path(__file__).parent / "harmless.yaml").read_text())
OFF = ("drift", "style")
COMPARING = {"bundle/file-changed", "bundle/kustomization-changed"}
TODAY = date(2026, 1, 1)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, kustomize: Path) -> ClusterRepo:
    root = copy_template(tmp_path_factory.mktemp("mutations") / "ocp", **yaml.safe_load(ARTICLE.read_text()))
    assert run("render", cwd=root).code == 0
    return ClusterRepo.at(root)


@pytest.fixture(scope="module", autouse=True)
def overlays() -> Generator[None]:
    """Corruptions that kustomize reads past give overlays that were built before."""
    with pytest.MonkeyPatch.context() as patch:
        build_once(patch)
        yield


def sources(repo: ClusterRepo) -> list[Path]:
    bundle = [path for path in sorted(repo.bundle.glob("*.yaml")) if path != repo.bundle_lock_file]
    return [repo.cluster_file, repo.install_config_file, repo.overlay / "kustomization.yaml", *bundle]


def every_mutation(repo: ClusterRepo) -> list[list[Mutation]]:
    """The corruptions of each source."""
    return [list(mutations(repo.name(path), path.read_text())) for path in sources(repo)]


def sample(repo: ClusterRepo) -> list[Mutation]:
    """As many of each file as of any other, as long as it has some."""
    chance = random.Random(SEED)
    files = [chance.sample(found, len(found)) for found in every_mutation(repo)]
    turns = [mutation for turn in zip_longest(*files) for mutation in turn if mutation]
    return turns[:COUNT]


def told(repo: ClusterRepo) -> set[tuple[str, str, str, str]]:
    found = check(repo, today=TODAY)
    return {
        (finding.rule, finding.location.file, finding.object, finding.message)
        for finding in found
        if finding.family not in OFF and finding.rule not in COMPARING
    }


def reasons(mutation: Mutation) -> Iterator[dict[str, str]]:
    """The entries of harmless.yaml that are about this corruption."""
    for entry in HARMLESS:
        patterns = {mutation.file: entry["file"], mutation.path: entry["path"], mutation.how: entry.get("how", "*")}
        if all(fnmatch(text, pattern) for text, pattern in patterns.items()):
            yield entry


def silent(repo: ClusterRepo, mutation: Mutation, before: set[tuple[str, str, str, str]]) -> bool:
    path = repo.root / mutation.file
    sound = path.read_bytes()
    path.write_text(mutation.text)
    try:
        return not told(repo) - before
    finally:
        path.write_bytes(sound)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_corrupted_source_is_told_by_a_rule_about_its_meaning(part: int, sound: ClusterRepo, tmp_path: Path):
    repo = ClusterRepo(shutil.copytree(sound.root, tmp_path / "ocp"))
    before = told(repo)
    chosen = sample(repo)
    assert len(chosen) == COUNT
    missed = [str(one) for one in chosen[part::PARTS] if silent(repo, one, before) and not any(reasons(one))]
    assert missed == []


def test_every_harmless_entry_is_about_something_and_says_why(sound: ClusterRepo):
    used = [entry for found in every_mutation(sound) for mutation in found for entry in reasons(mutation)]
    assert [entry for entry in HARMLESS if entry not in used or not entry["reason"]] == []
