"""A small cluster repository with a vault: recipients, a remote, a folder in which an installer has worked."""

from __future__ import annotations

import atexit
import base64
import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyrage

from antrea_ci.install.workdir import WorkDir
from antrea_ci.model.effective import load
from antrea_ci.repo import ClusterRepo
from antrea_ci.vault import Contents, Kind, Snapshot, Vault, contents_of
from support.repos import Ran, commit, git, run
from support.small import rendering_repo, set_cluster

SECRET = "the-kubeadmin-password-canary"
_PEM = "-----BEGIN RSA PRIVATE KEY-----\ncanary\n-----END RSA PRIVATE KEY-----\n"


@dataclass(frozen=True)
class Key:
    """An age identity and its public half."""

    identity: str
    recipient: str


def new_key() -> Key:
    made = pyrage.x25519.Identity.generate()
    return Key(str(made), str(made.to_public()))


@dataclass(frozen=True)
class Site:
    """A repository at ``repo``, whose vault is the bare repository at ``remote``; ``keys`` read the secret files."""

    folder: Path
    keys: tuple[Key, Key]

    @property
    def repo(self) -> Path:
        return self.folder / "ocp"

    @property
    def remote(self) -> Path:
        return self.folder / "vault.git"

    @property
    def head(self) -> str:
        return git(self.repo, "rev-parse", "HEAD")

    def configure(self, **backup: object) -> None:
        """Changes keys of the section `backup` and commits."""
        wanted = {"remote": "../vault.git", "recipients": [key.recipient for key in self.keys], **backup}
        set_cluster(self.repo, backup={key: value for key, value in wanted.items() if value is not None})
        commit(self.repo)

    def vault(self, repo: Path | None = None) -> Vault:
        return Vault.of(load(ClusterRepo.at(repo or self.repo)), None)

    def clone(self, name: str) -> Path:
        """Another clone of the code, which has no snapshot of its own."""
        subprocess.run(["git", "clone", "--quiet", self.repo, self.folder / name], check=True)
        return self.folder / name

    def contents(self, work: WorkDir | None = None) -> Contents:
        return contents_of(ClusterRepo.at(self.repo), self.head, work or work_folder(self.folder / "work"))

    def store(self, kind: Kind = Kind.PRE_INSTALL, work: WorkDir | None = None) -> Snapshot:
        return self.vault().store(kind, self.contents(work), commit=self.head, versions={"antrea-gitops": "1"})

    def backup(self, *argv: str | Path, repo: Path | None = None) -> Ran:
        return run("backup", *argv, cwd=repo or self.repo)

    def refs(self, where: Path | None = None) -> dict[str, str]:
        """The references of the vault, in the remote or elsewhere."""
        listed = git(where or self.remote, "for-each-ref", "--format=%(refname) %(objectname)", "refs/antrea-gitops/")
        return dict(line.split() for line in listed.splitlines())


@cache
def _template() -> tuple[Path, tuple[Key, Key]]:
    folder = Path(tempfile.mkdtemp(prefix="vaults-of-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    site = Site(folder, (new_key(), new_key()))
    rendering_repo(site.repo)
    assert run("render", cwd=site.repo).code == 0
    git(site.repo, "init", "--quiet")
    subprocess.run(["git", "init", "--quiet", "--bare", site.remote], check=True)
    site.configure()
    return folder, site.keys


def make_site(folder: Path, **backup: object) -> Site:
    """A site of its own in ``folder``."""
    template, keys = _template()
    for name in ("ocp", "vault.git"):
        shutil.copytree(template / name, folder / name)
    site = Site(folder, keys)
    if backup:
        site.configure(**backup)
    return site


def work_folder(root: Path) -> WorkDir:
    """What an installer of 4.18 has left after `create ignition-configs`, as far as a vault is concerned."""
    work = WorkDir(root)
    work.make()
    (work.installer / "auth").mkdir(exist_ok=True)
    (work.installer / "manifests").mkdir(exist_ok=True)
    key = base64.b64encode(_PEM.encode()).decode()
    work.state_file.write_text(f'{{"*tls.RootCA": {{"Key": "{key}"}}}}')
    work.state_file.chmod(0o640)
    work.metadata_file.write_text('{"infraID": "ocp-x7k2p", "vsphere": {"password": "vcenter-canary"}}')
    (work.installer / "auth/kubeadmin-password").write_text(SECRET)
    work.kubeconfig_file.write_text("kind: Config\n")
    (work.manifests / "cluster-config.yaml").write_text("kind: ConfigMap\n")
    (work.installer / ".openshift_install.log").write_text('time="2026" level=info msg="x"\n')
    work.journal_file.write_text('{"time": "2026-11-26T03:00:00Z", "event": "started"}\n')
    work.journal_file.chmod(0o600)
    return work


def bytes_of_objects(repository: Path) -> bytes:
    """Every object of a repository, unpacked, one after the other."""
    options = ("--batch-all-objects", "--batch")
    return subprocess.run(["git", "-C", repository, "cat-file", *options], check=True, capture_output=True).stdout


def refuse_namespace(remote: Path, prefix: str, reason: str = "not this namespace") -> None:
    """A server that takes no reference that starts with ``prefix``."""
    hook = remote / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        f'#!/bin/sh\nwhile read -r old new ref; do case "$ref" in {prefix}*) echo {reason}; exit 1;; esac; done\n'
    )
    hook.chmod(0o755)


@contextlib.contextmanager
def git_daemon(folder: Path) -> Generator[str]:
    """Serves the bare repositories of ``folder`` by the Git protocol, also for pushes; its address."""
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        port = chosen.getsockname()[1]  # git daemon takes 0 for its usual port
    command = ["git", "daemon", "--export-all", "--enable=receive-pack", "--reuseaddr", f"--base-path={folder}"]
    command += ["--listen=127.0.0.1", f"--port={port}"]
    daemon = subprocess.Popen(command, stderr=subprocess.DEVNULL, process_group=0)
    try:
        end = time.monotonic() + 10
        while time.monotonic() < end:
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
                break
        yield f"git://127.0.0.1:{port}"
    finally:
        subprocess.run(["kill", "--", f"-{daemon.pid}"], check=False)
        daemon.wait()


@contextlib.contextmanager
def silent_server() -> Generator[str]:
    """Accepts connections and never answers; its address."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield f"git://127.0.0.1:{server.getsockname()[1]}/vault.git"
