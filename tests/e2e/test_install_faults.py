"""What an installation makes of installers, remotes, disks and people that do not behave."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from antrea_ci.install import creation
from support.installation import Site, creating, ended, is_living, make_site
from support.repos import git, run

_DESTROY = "antrea-gitops destroy --confirm ocp"
_REJECT = """\
#!/bin/sh
while read -r old new name; do
  case "$name" in REJECTED) echo "not here: $name" >&2; exit 1 ;; esac
done
"""


def _reject(site: Site, pattern: str) -> Path:
    """The remote refuses references that the shell's ``pattern`` names; the hook."""
    hook = site.vault / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(_REJECT.replace("REJECTED", pattern))
    hook.chmod(0o755)
    return hook


# Installers


@pytest.mark.parametrize(
    ("version", "scenario", "waits", "said"),
    [
        ("4.12.45", "infrastructure-failure", [], "then install again"),
        ("4.18.9", "infrastructure-failure", [], "then install again"),
        ("4.18.9", "bootstrap-failure", [], "CNI"),
        ("4.18.9", "install-failure-for-good", ["wait-for install-complete"], "--resume"),
        ("4.18.9", "dies-before-anything", [], _DESTROY),
    ],
)
def test_failure_says_what_comes_next_and_keeps_what_destroy_needs(
    tmp_path: Path, version: str, scenario: str, waits: list[str], said: str
) -> None:
    site = make_site(tmp_path, version, scenario=scenario)
    done = site.install()
    assert (done.code, said in done.err) == (1, True), done.err
    assert site.double.verbs() == ["create manifests", "create ignition-configs", "create cluster", *waits]
    assert "cluster" in site.kinds
    assert site.report["outcome"] == "failed"
    (archive,) = (site.repo / "logs").glob("support-*.tar.gz")
    with tarfile.open(archive) as opened:
        assert any(name.endswith("journal.jsonl") for name in opened.getnames())


@pytest.mark.parametrize("scenario", ["install-failure", "stability-failure"])
def test_cluster_that_needs_longer_is_waited_for_once_more(tmp_path: Path, scenario: str) -> None:
    site = make_site(tmp_path, scenario=scenario)
    done = site.install()
    assert done.code == 0, done.err
    assert site.double.verbs()[2:] == ["create cluster", "wait-for install-complete"]
    assert site.report["outcome"] == "installed"


def test_cluster_whose_installer_died_is_gone_on_with(tmp_path: Path) -> None:
    site = make_site(tmp_path, scenario="dies-by-signal")
    first = site.install()
    assert first.code == 1, first.err
    done = site.install("--resume")
    assert done.code == 0, done.err
    assert site.double.verbs().count("create cluster") == 1
    assert site.cluster["state"] == "installed"


def test_ignition_whose_certificates_end_soon_is_made_anew(tmp_path: Path) -> None:
    site = make_site(tmp_path, certificate_hours=3)
    assert site.install("--until", "ignition").code == 0
    assert site.install("--resume").code == 0
    assert site.double.verbs().count("create manifests") == 2
    assert site.double.verbs().count("create cluster") == 1


def test_timeout_ends_everything_that_the_installer_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = make_site(tmp_path, scenario="never-ends")
    for name in set(os.environ) - set(site.environment):
        monkeypatch.delenv(name)
    for name, value in site.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(creation, "_CREATE_TIMEOUT", 2.0)
    done = run(*site.arguments())
    assert done.code == 1, done.err
    assert not is_living(site.double.grandchild())
    assert not is_living(site.double.calls()[-1].pid)
    assert "cluster" in site.kinds


_MEASURED = """\
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_200_mebibytes_of_output_pass_through_little_memory(tmp_path: Path) -> None:
    """Measured by a small process: a child counts the memory of the one that started it as its own."""
    site = make_site(tmp_path, scenario="floods")
    command = [sys.executable, "-c", _MEASURED, sys.executable, "-m", "antrea_generator", *site.arguments()]
    done = subprocess.run(command, cwd=site.folder, env=site.environment, capture_output=True, check=True, timeout=120)
    code, kibibytes = map(int, done.stdout.split())
    assert code == 0, done.stderr[-2000:]
    assert (site.repo / "logs/openshift-install-create-cluster.log").stat().st_size > 200 << 20
    assert kibibytes < 200 << 10, "with everything that a Python of this size takes by itself"


# Remotes and disks


def test_nothing_is_created_when_the_remote_takes_nothing(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    hook = _reject(site, "*")
    done = site.install()
    assert done.code == 1, done.err
    assert site.double.clusters() == {}
    hook.unlink()
    again = site.install()
    assert again.code == 0, again.err


def test_remote_without_our_namespace_gets_branches(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    _reject(site, "refs/antrea-gitops/*")
    done = site.install()
    assert done.code == 0, done.err
    names = git(site.vault, "for-each-ref", "--format=%(refname)").split()
    assert any(name.startswith("refs/heads/antrea-gitops/post-install/") for name in names)


def test_remote_that_is_lost_meanwhile_queues_snapshots_and_says_so(tmp_path: Path) -> None:
    site = make_site(tmp_path, stops=["machines"])
    with creating(site, "machines") as (process, _):
        hook = _reject(site, "*")
        site.double.release("machines")
        code, err = ended(process)
    assert (code, "only on this machine" in err) == (1, True), err
    assert site.cluster["state"] == "installed"
    assert "post-install" not in site.kinds
    hook.unlink()
    assert site.gitops("backup", "create").code == 0
    assert "post-install" in site.kinds


def test_remote_that_never_answers_is_given_up(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    site.environment["ANTREA_GITOPS_BACKUP_TIMEOUT"] = "1"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        cluster = site.repo / "cluster.yaml"
        remote = f"git://127.0.0.1:{silent.getsockname()[1]}/vault.git"
        cluster.write_text(cluster.read_text().replace("../vault.git", remote))
        git(site.repo, "commit", "--quiet", "--all", "--message", "another vault")
        done = site.install()
    assert (done.code, remote in done.err) == (1, True), done.err
    assert site.double.clusters() == {}


@pytest.mark.parametrize("kibibytes", [16, 64])
def test_full_disk_is_told_and_loses_nothing(tmp_path: Path, kibibytes: int) -> None:
    """A limit on the size of files stands in for the disk: it needs no rights, and it cuts files off as well."""
    site = make_site(tmp_path)
    # Python itself would keep modules that it compiles cut off at the limit, for everybody after us.
    site.environment["PYTHONDONTWRITEBYTECODE"] = "1"
    process = site.start("install")
    limit = kibibytes << 10
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, limit))
    code, err = ended(process)
    assert code in (0, 1), err
    assert "internal error" not in err
    assert "Traceback" not in err
    for cluster in site.double.clusters().values():
        assert "ignition" in cluster["before"][0]
    begun = any(entry["event"] == "install.begin" for entry in site.journal)
    if code == 1 and not site.double.clusters():
        again = site.install(*(["--resume"] if begun else []))
        assert again.code == 0, again.err
        assert site.cluster["made"] == 1


@pytest.mark.parametrize("name", ["logs", "report"])
def test_folder_that_cannot_be_made_is_told(tmp_path: Path, name: str) -> None:
    site = make_site(tmp_path)
    (site.repo / ".git/info").mkdir(exist_ok=True)
    (site.repo / ".git/info/exclude").write_text(f"{name}\n")
    (site.repo / name).write_text("in the way")
    done = site.install()
    assert (done.code, str(site.repo / name) in done.err) == (1, True), done.err
    assert "internal error" not in done.err


def test_work_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    done = site.gitops(*site.arguments()[2:], "--work-dir", "/dev/null/work")
    assert (done.code, "/dev/null/work" in done.err, "internal error" in done.err) == (1, True, False), done.err
    assert site.double.clusters() == {}
