"""A cluster repository and all that `install` needs around it: vault, secrets, installer, and the cluster it makes."""

from __future__ import annotations

import atexit
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from antrea_ci import process_table
from antrea_ci.vault import Kind
from support.forked import forker
from support.installer_double import InstallerDouble, make_double
from support.oc_double import make_oc
from support.repos import ROOT, Ran, git, run

PULL_SECRET = json.dumps(
    {"auths": {"registry.example.com": {"auth": base64.b64encode(b"puller:pull-secret-canary").decode()}}}
)
_SECRETS = {
    "ANTREA_GITOPS_PULL_SECRET": PULL_SECRET,
    "ANTREA_GITOPS_VCENTER_USERNAME": "administrator@vsphere.local",
    "ANTREA_GITOPS_VCENTER_PASSWORD": 'v"center-secret\\canary',
    "ANTREA_GITOPS_SECRET_BMC": "admin:bmc-secret-canary",
}
USUAL = ("--skip-preflight", "all")


@dataclass(frozen=True)
class Site:
    """Where an installation of a test happens; nothing of it lies outside ``folder``.

    ``vault`` is a bare repository, the remote of backups. ``environment`` has the secrets, and a PATH with `oc`.
    """

    folder: Path
    double: InstallerDouble
    environment: dict[str, str] = field(repr=False)

    @property
    def repo(self) -> Path:
        return self.folder / "ocp"

    @property
    def vault(self) -> Path:
        return self.folder / "vault.git"

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def journal(self) -> list[dict[str, Any]]:
        try:
            return [json.loads(line) for line in (self.work / "journal.jsonl").read_text().splitlines()]
        except FileNotFoundError:
            return []

    @property
    def report(self) -> dict[str, Any]:
        return json.loads((self.repo / "report/report.json").read_text())

    def arguments(self, verb: str = "install", *more: str) -> list[str]:
        """`antrea-gitops` with these arguments runs ``verb`` here."""
        usual = USUAL if verb == "install" else ()
        where = ("--installer", str(self.double.path), "--work-dir", str(self.work))
        return ["-C", str(self.repo), verb, *where, *usual, *more]

    @property
    def secrets(self) -> set[str]:
        """The values of the secrets in the environment."""
        return {value for name, value in self.environment.items() if name in _SECRETS or "IDENTITY" in name}

    def install(self, *more: str) -> Ran:
        return self.run("install", *more)

    def run(self, verb: str, *more: str) -> Ran:
        """Runs a verb that takes installer and work folder, in a process of its own, to its end."""
        return self.gitops(*self.arguments(verb, *more)[2:])

    def gitops(self, *words: str) -> Ran:
        """Runs any command line here."""
        done = forker().run(["-C", str(self.repo), *words], self.environment, cwd=self.folder)
        return Ran(done.code, done.out, done.err)

    def start(self, verb: str, *more: str) -> subprocess.Popen[str]:
        """Starts a verb in a process, and a session, of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "antrea_generator", *self.arguments(verb, *more)],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    @property
    def cluster(self) -> dict[str, Any]:
        """The one cluster that the vCenter has, or had."""
        (cluster,) = self.double.clusters().values()
        return cluster

    @property
    def kinds(self) -> set[str]:
        """The kinds of the snapshots in the remote."""
        return {name.split("/")[2] for name in self.snapshots()}

    def lose_machine(self) -> None:
        """Leaves what another machine has: the repository as it was pushed, and the vault."""
        shutil.rmtree(self.work)
        for name in git(self.repo, "for-each-ref", "--format=%(refname)", "refs/antrea-gitops").split():
            git(self.repo, "update-ref", "-d", name)

    def snapshots(self) -> list[str]:
        """The references of the vault's snapshots in the remote, oldest first."""
        names = git(self.vault, "for-each-ref", "--format=%(refname)", "refs/antrea-gitops").splitlines()
        return [name for name in names if name.split("/")[2] in list(Kind)]


def make_site(folder: Path, version: str = "4.18.9", *, platform: str = "vsphere", **double: Any) -> Site:
    """A site of its own; ``double`` are settings of the installer's double."""
    shutil.copytree(_repository(version, platform), folder, symlinks=True, dirs_exist_ok=True)
    environment = _environment(folder)
    environment["ANTREA_GITOPS_AGE_IDENTITY"], _ = _identity()
    listing = ["git", "-C", str(folder / "vault.git"), "for-each-ref", "--format=%(refname)", "refs/antrea-gitops"]
    made = make_double(folder / "installer", version, **{"before_creating": listing, **double})
    make_oc(folder / "bin")
    return Site(folder, made, environment)


@contextmanager
def creating(site: Site, stop: str) -> Generator[tuple[subprocess.Popen[str], int]]:
    """A run of `install` whose installer has come to a stop, and the installer's process id."""
    process = site.start("install")
    try:
        yield process, site.double.await_stop(stop)
    finally:
        site.double.release(stop)
        if process.poll() is None:
            process.kill()
            process.communicate()


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code of a run, when it has ended, and what it said."""
    with process:
        _, err = process.communicate(timeout=120)
    return process.returncode, err


def is_living(pid: int) -> bool:
    return bool(process_table.began(pid))


def await_that(is_so: Callable[[], bool], seconds: float = 60) -> None:
    """Waits until the condition holds; looks every few milliseconds."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.01)


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in os.environ if name.startswith(("GIT_", "XDG_CACHE", "LANG"))}
    return {
        **kept,
        **_SECRETS,
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder / "home"),
        "XDG_STATE_HOME": str(folder / "state"),
        "TMPDIR": str(_made(folder / "tmp")),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "ci"), str(ROOT / "generator")]),
    }


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@cache
def _identity() -> tuple[str, str]:
    """A key of age, and who it is for."""
    from pyrage import x25519

    identity = x25519.Identity.generate()
    return str(identity), str(identity.to_public())


@cache
def _repository(version: str, platform: str) -> Path:
    """A folder with a committed repository and an empty vault beside it. Not to be changed."""
    folder = Path(tempfile.mkdtemp(prefix="site-of-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    answers: Mapping[str, object] = {
        "cluster_name": "ocp",
        "base_domain": "example.com",
        "openshift_version": version,
        "platform": platform,
        "machine_network": "10.1.224.0/24",
        "api_vip": "10.1.224.10",
        "ingress_vip": "10.1.224.11",
        "backup_recipients": _identity()[1],
        "backup_remote": "../vault.git",
    }
    file = folder / "answers.yml"
    file.write_text(json.dumps(answers))
    done = run("new", folder / "ocp", "--defaults", "--data-file", file)
    assert done.code == 0, done.err
    git(folder / "ocp", "gc", "--quiet")
    git(folder, "init", "--quiet", "--bare", "--template=", str(folder / "vault.git"))
    return folder
