"""Which folder of an archive is taken for the bundle of a flavour."""

from __future__ import annotations

import pytest

from antrea_ci.bundle.archive import Archive
from antrea_ci.bundle.choose import choose_folder
from antrea_ci.bundle.errors import BundleError
from support.bundles import (
    below,
    bundle_files,
    deploy_tree,
)


def archive(entries: dict[str, bytes], oversized: dict[str, int] | None = None) -> Archive:
    return Archive("deploy.tar.gz", "0" * 64, entries, oversized or {})


@pytest.mark.parametrize(
    "folder",
    [
        "deploy/openshift",
        "openshift",
        "vendor-1.8/deploy/openshift",
        "",
        "some-folder",
        "pkg/deploy.tar.gz/deploy/openshift",
    ],
)
def test_the_folder_of_a_flavour_is_found(folder: str):
    entries = below(folder, bundle_files()) if folder else bundle_files()
    chosen = choose_folder(archive(entries), "openshift")
    assert (chosen.folder, chosen.files) == (folder, bundle_files())


def test_each_flavour_gets_its_own():
    for flavour in ("openshift", "kubernetes"):
        chosen = choose_folder(archive(deploy_tree()), flavour)
        assert chosen.files == bundle_files(flavour)


def test_what_else_lies_in_the_archive_does_not_matter():
    entries = {
        **deploy_tree(),
        "README.md": b"# x",
        "docs/openshift/values.yaml": b"a: 1",
        "config/crd/x.yaml": b"AntreaInstall",
    }
    assert choose_folder(archive(entries), "openshift").folder == "deploy/openshift"


def test_folders_below_the_chosen_one_belong_to_it():
    entries = {**deploy_tree(), "deploy/openshift/notes/NOTES.md": b"hello"}
    assert choose_folder(archive(entries), "openshift").files["notes/NOTES.md"] == b"hello"


def test_two_candidates_are_refused_by_name():
    entries = {**below("a/deploy/openshift", bundle_files()), **below("b/deploy/openshift", bundle_files())}
    with pytest.raises(BundleError) as caught:
        choose_folder(archive(entries), "openshift")
    assert caught.value.message == (
        "deploy.tar.gz: holds 2 bundles for openshift: a/deploy/openshift/ and b/deploy/openshift/"
    )
    assert caught.value.fix == "unpack it and import the folder that is meant"


def test_a_missing_flavour_is_refused_with_what_is_there():
    with pytest.raises(BundleError) as caught:
        choose_folder(archive(below("deploy/kubernetes", bundle_files("kubernetes"))), "openshift")
    assert caught.value.message == (
        "deploy.tar.gz: no bundle for openshift in it: looked for a folder deploy/openshift/ or openshift/, or for the"
        " files themselves with the AntreaInstall; it holds deploy/kubernetes/ (7 files)"
    )


def test_a_file_too_large_for_a_bundle():
    with pytest.raises(BundleError) as caught:
        choose_folder(archive(deploy_tree(), {"deploy/openshift/x.yaml": 3_000_000}), "openshift")
    assert caught.value.message == (
        "deploy.tar.gz: deploy/openshift/x.yaml has 3,000,000 bytes; a file of a bundle may have 2 MiB"
    )
    assert choose_folder(archive(deploy_tree(), {"images/x.tar": 3_000_000}), "openshift")
