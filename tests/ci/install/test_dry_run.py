"""`install --dry-run`: everything that can be known on this machine alone, and nothing that leaves it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from support.installation import Site, make_site
from support.repos import Ran, git, snapshot


def dry_run(site: Site, *more: str) -> Ran:
    return site.install("--dry-run", *more)


def without_secrets(site: Site) -> Site:
    for name in [name for name in site.environment if name.startswith("ANTREA_GITOPS_")]:
        del site.environment[name]
    return site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return without_secrets(make_site(tmp_path / "site", platform="none"))


def test_the_installer_makes_its_manifests_with_placeholders(site: Site) -> None:
    done = dry_run(site)
    assert (done.code, site.double.verbs()) == (0, ["create manifests"])
    assert "with placeholders for the secrets, and would take 7 reviewed objects" in done.out


def test_nothing_is_left_and_nothing_is_pushed(site: Site) -> None:
    before = snapshot(site.repo), git(site.repo, "for-each-ref")
    dry_run(site)
    assert (snapshot(site.repo), git(site.repo, "for-each-ref")) == before
    assert git(site.vault, "for-each-ref") == ""
    assert not site.work.exists()


def test_an_installer_that_would_ask_the_site_is_not_run(tmp_path: Path) -> None:
    site = without_secrets(make_site(tmp_path / "site", platform="vsphere"))
    done = dry_run(site)
    assert (done.code, site.double.verbs()) == (0, [])
    assert "this installer would ask the site: 7 objects judged" in done.out


def test_what_would_be_refused_is_told(site: Site) -> None:
    (site.repo / "cluster.yaml").write_text((site.repo / "cluster.yaml").read_text() + "\n# later\n")
    done = dry_run(site)
    assert done.code == 1
    assert "the working tree differs from what was committed:\n    cluster.yaml" in done.err


@pytest.mark.parametrize(("options", "code"), [([], 1), (["--any-commit"], 0)])
def test_a_commit_that_nobody_merged_is_not_installed(site: Site, options: Sequence[str], code: int) -> None:
    git(site.repo, "checkout", "--quiet", "-b", "feature")
    git(site.repo, "commit", "--quiet", "--allow-empty", "--message", "not reviewed")
    done = dry_run(site, *options)
    assert done.code == code
    assert ("only commits of the branch main are installed" in done.err) is bool(code)


def test_another_commit_is_judged_by_its_own_files(site: Site) -> None:
    good = git(site.repo, "rev-parse", "HEAD")
    rendered = next((site.repo / "rendered/install").iterdir())
    rendered.write_text(rendered.read_text() + "# by hand\n")
    git(site.repo, "commit", "--quiet", "--all", "--message", "edited by hand")
    stale, fine = dry_run(site), dry_run(site, "--ref", good)
    assert (stale.code, fine.code) == (1, 0)
    assert "[drift/stale]" in stale.err
