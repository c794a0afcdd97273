"""What goes into a snapshot, and what does not."""

from __future__ import annotations

import base64
import threading
import time
from pathlib import Path

import pytest

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.repo import ClusterRepo
from antrea_ci.vault import Contents, contents_of
from support.vaults import Site, work_folder


def contents(site: Site, work: Path) -> Contents:
    return site.contents(work_folder(work))


def test_everything_of_the_installer_is_secret_and_the_rest_is_public(site: Site, tmp_path: Path):
    found = contents(site, tmp_path / "w")
    assert {name.partition("/")[0] for name in found.secret} == {"installer"}
    assert {name.partition("/")[0] for name in found.public} == {"source", "journal.jsonl"}


def test_programs_that_the_installer_unpacks_are_left_out(site: Site, tmp_path: Path):
    work = work_folder(tmp_path / "w")
    for name in ("cluster-api/etcd", "cluster-api/01_a.yaml", "terraform/bin/terraform", "terraform.bootstrap.tfstate"):
        path = work.installer / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    names = {name.removeprefix("installer/") for name in site.contents(work).secret}
    assert {"cluster-api/01_a.yaml", "terraform.bootstrap.tfstate"} <= names
    assert not names & {"cluster-api/etcd", "terraform/bin/terraform"}


def test_of_a_long_log_the_end_is_kept(site: Site, tmp_path: Path):
    work = work_folder(tmp_path / "w")
    (work.installer / ".openshift_install.log").write_bytes(b"a" * (9 << 20) + b"the end")
    log = site.contents(work).secret["installer/.openshift_install.log"]
    assert log.startswith(b"[antrea-gitops left out the first ")
    assert log.endswith(b"the end")
    assert len(log) < (8 << 20) + 100


def test_a_state_file_that_is_being_written_is_waited_for(site: Site, tmp_path: Path):
    work = work_folder(tmp_path / "w")
    whole = work.state_file.read_bytes()
    work.state_file.write_bytes(whole[:10])

    def finish() -> None:
        time.sleep(0.15)  # what the installer needs for the rest
        work.state_file.write_bytes(whole)

    writer = threading.Thread(target=finish)
    writer.start()
    found = site.contents(work).secret["installer/.openshift_install_state.json"]
    writer.join()
    assert found == whole


def test_links_are_not_followed(site: Site, tmp_path: Path):
    work = work_folder(tmp_path / "w")
    (work.installer / "link").symlink_to("/etc/hostname")
    assert "installer/link" not in site.contents(work).secret


@pytest.mark.parametrize("before", [b"", b"x", b"xx"], ids=lambda before: f"{len(before)} before")
def test_a_private_key_is_seen_in_base64_whatever_stands_before_it(site: Site, tmp_path: Path, before: bytes):
    work = work_folder(tmp_path / "w")
    key = base64.b64encode(before + b"-----BEGIN EC PRIVATE KEY-----\nabc\n").decode()
    work.state_file.write_text(f'{{"a": "{key}"}}')
    assert site.contents(work).has_generated_keys
    work.state_file.write_text("{}")
    assert not site.contents(work).has_generated_keys


def test_without_a_work_folder_there_is_nothing_secret(site: Site):
    found = contents_of(ClusterRepo.at(site.repo), site.head, None)
    assert (found.secret, found.has_generated_keys) == ({}, False)
    assert "source/cluster.yaml" in found.public


def test_a_commit_that_is_not_there_is_told(site: Site):
    with pytest.raises(AntreaGitopsError, match="cannot be read"):
        contents_of(ClusterRepo.at(site.repo), "0" * 40, None)
