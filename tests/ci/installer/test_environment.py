"""The installer gets an allow-list of variables, a home of its own and the user's cache, and no secret of ours."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from antrea_ci import redaction
from antrea_ci.installer import ignored_variables, installer_environment
from antrea_ci.model.effective import Cluster, load
from support.small import cluster_repo, edit

_AWS = """\
platform:
  aws:
    region: eu-central-1
"""


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    return load(cluster_repo(tmp_path / "repo"))


@pytest.fixture
def aws_cluster(tmp_path: Path) -> Cluster:
    repo = cluster_repo(tmp_path / "repo")
    text = repo.install_config_file.read_text()
    edit(repo.install_config_file, text[text.index("platform:") :], _AWS)
    return load(repo)


def test_only_what_is_listed_is_passed(cluster: Cluster, tmp_path: Path) -> None:
    ours = {
        "PATH": "/bin",
        "HTTPS_PROXY": "http://proxy.example.com:3128",
        "no_proxy": ".example.com",
        "SSL_CERT_FILE": "/ca.pem",
        "OPENSHIFT_INSTALL_RELEASE_IMAGE_OVERRIDE": "r.example.com/release:4.12.45",
        "HOME": "/home/me",
    }
    stranger = {
        "ANTREA_GITOPS_PULL_SECRET": "{}",
        "ANTREA_GITOPS_VCENTER_PASSWORD": "p",
        "GITHUB_TOKEN": "t",
        "KUBECONFIG": "/k",
        "SSH_AUTH_SOCK": "/s",
        "AWS_SECRET_ACCESS_KEY": "a",
        "OPENSHIFT_INSTALL_PRESERVE_BOOTSTRAP": "1",
        "OPENSHIFT_INSTALL_SKIP_PREFLIGHT_VALIDATIONS": "1",
        "LD_PRELOAD": "/x.so",
        "GODEBUG": "x",
        "LANG": "de_DE.UTF-8",
    }
    given = installer_environment(cluster, ours | stranger, tmp_path / "work")
    assert given == {
        **{name: value for name, value in ours.items() if name != "HOME"},
        "HOME": str(tmp_path / "work" / "home"),
        "TMPDIR": str(tmp_path / "work" / "tmp"),
        "XDG_CACHE_HOME": "/home/me/.cache",
        "LC_ALL": "C",
    }


@pytest.mark.parametrize("name", ["home", "tmp"])
def test_what_the_installer_leaves_in_its_home_is_for_us_alone(cluster: Cluster, tmp_path: Path, name: str) -> None:
    (tmp_path / "work" / name).mkdir(parents=True, mode=0o755)
    installer_environment(cluster, {}, tmp_path / "work")
    assert stat.S_IMODE((tmp_path / "work" / name).stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("ours", "cache"),
    [
        ({"HOME": "/home/me"}, "/home/me/.cache"),
        ({"HOME": "/home/me", "XDG_CACHE_HOME": "/cache"}, "/cache"),
        ({"HOME": "/home/me", "XDG_CACHE_HOME": "not/absolute"}, "/home/me/.cache"),
    ],
)
def test_the_images_in_the_users_cache_are_used(
    cluster: Cluster, tmp_path: Path, ours: dict[str, str], cache: str
) -> None:
    assert installer_environment(cluster, ours, tmp_path / "work")["XDG_CACHE_HOME"] == cache


def test_an_empty_variable_is_left_out(cluster: Cluster, tmp_path: Path) -> None:
    given = installer_environment(cluster, {"OPENSHIFT_INSTALL_RELEASE_IMAGE_OVERRIDE": ""}, tmp_path / "work")
    assert "OPENSHIFT_INSTALL_RELEASE_IMAGE_OVERRIDE" not in given


def test_aws_gets_its_variables_and_its_files(aws_cluster: Cluster, tmp_path: Path) -> None:
    home = tmp_path / "me"
    (home / ".aws").mkdir(parents=True)
    (home / ".aws" / "credentials").write_text("")
    ours = {"HOME": str(home), "AWS_PROFILE": "lab", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG"}
    given = installer_environment(aws_cluster, ours, tmp_path / "work")
    assert {name: value for name, value in given.items() if name.startswith("AWS_")} == {
        "AWS_PROFILE": "lab",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG",
        "AWS_SHARED_CREDENTIALS_FILE": str(home / ".aws" / "credentials"),
    }
    assert redaction.text("key wJalrXUtnFEMI/K7MDENG") == "key ***"


def test_a_file_that_the_user_names_for_aws_counts_more_than_the_usual_one(
    aws_cluster: Cluster, tmp_path: Path
) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("")
    ours = {"HOME": str(tmp_path), "AWS_CONFIG_FILE": "/elsewhere"}
    assert installer_environment(aws_cluster, ours, tmp_path / "work")["AWS_CONFIG_FILE"] == "/elsewhere"


def test_the_login_of_a_proxy_is_redacted(cluster: Cluster, tmp_path: Path) -> None:
    installer_environment(
        cluster, {"HTTPS_PROXY": "http://me:p%40ssw0rd-of-proxy@proxy.example.com:3128"}, tmp_path / "work"
    )
    assert redaction.text("p@ssw0rd-of-proxy or p%40ssw0rd-of-proxy") == "*** or ***"


def test_variables_of_the_installer_that_do_not_count_are_named() -> None:
    ours = {
        "OPENSHIFT_INSTALL_RELEASE_IMAGE_OVERRIDE": "x",
        "OPENSHIFT_INSTALL_SKIP_IMAGE_UPLOAD": "1",
        "OPENSHIFT_INSTALL_INVOKER": "me",
        "HOME": "/",
    }
    assert ignored_variables(ours) == ("OPENSHIFT_INSTALL_INVOKER", "OPENSHIFT_INSTALL_SKIP_IMAGE_UPLOAD")
