"""Mirrors of the images in install-config.yaml: the key of the version, only what is missing, comments kept."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.images.mirror_config import MirrorConfig, mirror_config, with_mirrors
from antrea_ci.images.mirrors import Mirrors, config_of
from antrea_ci.images.plan import planned
from antrea_ci.install_config.config import Config
from antrea_ci.model.effective import examine
from support.install_configs import text_of
from support.small import cluster_repo

IMAGES = {"operator": "v.example.net/antrea/antrea-operator:v1", "antrea": "v.example.net/antrea/antrea-ubi:v1"}
MISSING = {
    "v.example.net/antrea/antrea-operator": "m.example.org/ocp/antrea/antrea-operator",
    "v.example.net/antrea/antrea-ubi": "m.example.org/ocp/antrea/antrea-ubi",
}
HAS = """\
imageDigestSources:  # of the release
- source: quay.io/x   # comment
  mirrors: [m.example.org/x]
  # at the end
# about the key
publish: External
"""


def wanted(
    folder: Path, end: str = "", version: str = "4.18.9", mirror: str = "m.example.org/ocp"
) -> tuple[Config, MirrorConfig, str]:
    site = {"mirrorRegistry": mirror}
    repo = cluster_repo(folder / "repository", openshift={"version": version}, images=IMAGES, site=site)
    text = text_of("none") + end
    repo.install_config_file.write_text(text)
    cluster, findings = examine(repo)
    assert cluster is not None, findings
    config = config_of(cluster)
    assert config is not None
    return config, mirror_config(config, planned(cluster, {})), text


@pytest.mark.parametrize(("version", "key"), [("4.13.9", "imageContentSources"), ("4.14.0", "imageDigestSources")])
def test_the_key_is_that_of_the_version(tmp_path: Path, version: str, key: str):
    _, found, _ = wanted(tmp_path, version=version)
    assert (found.key, found.missing) == (key, MISSING)
    assert yaml.safe_load(found.as_text())[key][1] == {
        "source": "v.example.net/antrea/antrea-ubi",
        "mirrors": ["m.example.org/ocp/antrea/antrea-ubi"],
    }


def test_images_by_tag_are_named_because_mirrors_serve_digests_only(tmp_path: Path):
    assert wanted(tmp_path)[1].tagged == tuple(IMAGES.values())


@pytest.mark.parametrize(
    "end",
    [
        "",
        HAS,
        HAS.replace("- source", "    - source").replace("  mirrors", "      mirrors"),
        HAS.replace("  mirrors: [m.example.org/x]", "  mirrors:\n  - m.example.org/x"),
        "imageDigestSources: []\npublish: External\n",
        "imageDigestSources:\npublish: External\n",
        "imagedigestsources:\n- source: quay.io/x\n  mirrors: [m.example.org/x]",
    ],
)
def test_missing_entries_are_added_and_everything_else_stays(tmp_path: Path, end: str):
    config, found, text = wanted(tmp_path / "before", end)
    after = with_mirrors(text, config, found)
    again, left, _ = wanted(tmp_path / "after", after.removeprefix(text_of("none")))
    assert left.missing == {}
    assert Mirrors.of(again).first("v.example.net/antrea/antrea-ubi") == "m.example.org/ocp/antrea/antrea-ubi"
    assert ("quay.io/x" in end) == bool(Mirrors.of(again).first("quay.io/x"))
    left_lines = after.splitlines()
    for line in text.splitlines():
        if "[]" not in line:
            left_lines.remove(line)  # raises where a line of the file is gone


def test_the_lines_that_are_added_end_as_the_files_own(tmp_path: Path):
    config, found, text = wanted(tmp_path, "imageDigestSources:\n- source: quay.io/x\n  mirrors: [m.example.org/x]\n")
    after = with_mirrors(text.replace("\n", "\r\n"), config, found)
    assert after.count("\n") == after.count("\r\n") > text.count("\n")


def test_nothing_is_written_behind_the_end_of_the_document(tmp_path: Path):
    config, found, text = wanted(tmp_path, "...\n")
    with pytest.raises(AntreaGitopsError, match="in a form that nothing can be added to"):
        with_mirrors(text, config, found)


def test_an_older_key_that_is_in_use_gets_the_entries_because_both_are_refused(tmp_path: Path):
    _, found, _ = wanted(tmp_path, "imageContentSources:\n- {source: quay.io/x, mirrors: [m.example.org/x]}\n")
    assert found.key == "imageContentSources"


def test_what_has_a_mirror_or_needs_none_is_left_out(tmp_path: Path):
    entry = "imageDigestSources:\n- {source: v.example.net/antrea, mirrors: [other.example.org/a]}\n"
    assert wanted(tmp_path / "a", entry)[1].missing == {}
    assert wanted(tmp_path / "b", mirror="v.example.net")[1].missing == {}
